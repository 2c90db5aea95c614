"""The pages that name a test as their proof name one that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PAGES = ("reliability.md",)
_NAMED = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.py|…)(?:::(test_\w+))?`")


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    text = (TESTS.parent / "docs" / page).read_text()
    file, missing, named = "", [], 0
    for place, test in _NAMED.findall(text):
        file = file if place == "…" else place.removeprefix("tests/")
        path = TESTS / file
        named += 1
        if not path.is_file() or (test and test not in names_in(path)):
            missing.append(f"{file}::{test}")
    assert missing == []
    assert named > 40
