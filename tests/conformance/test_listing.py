from __future__ import annotations

import pytest

from tests.conformance.listing import PAGES, ROOT


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_lists_are_up_to_date(name: str) -> None:
    renew = "renew it with `python -m tests.conformance.listing`"
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), renew
