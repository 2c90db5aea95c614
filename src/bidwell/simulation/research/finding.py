"""One check's outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PASS, WARN, FAIL = "pass", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's name, its verdict ("pass", "warn" or "fail"), what it found in a sentence, and the figures behind it."""

    check: str
    verdict: str
    says: str
    figures: dict[str, Any]
