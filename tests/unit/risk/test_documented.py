from __future__ import annotations

import re
from pathlib import Path

from bidwell.risk.gate import RULES

PAGE = Path(__file__).parents[3] / "docs" / "risk.md"


def test_the_page_on_risk_describes_every_rule_in_the_order_of_the_gate() -> None:
    described = re.findall(r"^### (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert described == [rule.__module__.rsplit(".", 1)[-1] for rule in RULES]
