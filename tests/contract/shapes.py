"""Recorded payloads against what a twin says: the same keys, the same kinds of values, words from the same lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "brokers" / "fixtures"
_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def recorded(broker: str, name: str) -> list[dict[str, Any]]:
    """A file of recorded payloads; the test is skipped where this machine has none."""
    file = FIXTURES / broker / name
    if not file.exists():
        pytest.skip(f"the recorded payloads of {broker} are not on this machine")
    rows: list[dict[str, Any]] = json.loads(file.read_text())
    return rows


def kind(value: object) -> str:
    """What kind of value it is: a figure is one whether it is text or number, as both occur for the same field."""
    if value is None or value == "string":  # a document's word for some value
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "figure"
    if isinstance(value, str):
        return "figure" if _FIGURE.fullmatch(value) else "time" if _TIME.match(value) else "text"
    return "list" if isinstance(value, list) else "object"


def differences(theirs: object, ours: object, where: str, optional: frozenset[str] = frozenset()) -> Iterator[str]:
    """What a recorded value has and ours has not, and the other way about; `nothing` fits any kind."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in sorted((set(theirs) ^ set(ours)) - optional):
            yield f"{where}.{name} is only {'recorded' if name in theirs else 'in the twin'}"
        for name in sorted(set(theirs) & set(ours)):
            yield from differences(theirs[name], ours[name], f"{where}.{name}", optional)
    elif isinstance(theirs, list) and isinstance(ours, list):
        if theirs and ours:
            yield from differences(theirs[0], ours[0], f"{where}[0]", optional)
    elif "nothing" not in {kind(theirs), kind(ours)} and kind(theirs) != kind(ours):
        yield f"{where} is a {kind(theirs)} ({theirs!r}) in the recording and a {kind(ours)} ({ours!r}) in the twin"


def leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every plain value with the name of its field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, value
