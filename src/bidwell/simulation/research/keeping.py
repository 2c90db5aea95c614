"""Trials on disk as they are done, so that a search that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.batch import WIDTH

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
FORMAT = "bidwell-sweep-1"


class Kept:
    """A file of one JSON line per trial, under a line that says of what; a last line that was cut off is done again.

    Raises InvalidInput for a file of another search: other code, data, conditions or parameters.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self.done: dict[Values, tuple[Floats, str]] = {}
        head = json.dumps({"format": FORMAT, **identity}, sort_keys=True, default=str)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            text = path.read_text("utf-8") if path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput("sweep.keep", f"{path} cannot be read: {error}", field="keep") from error
        whole = text[: text.rfind("\n") + 1]
        lines = whole.splitlines()
        if text and (not lines or lines[0] != head):
            raise InvalidInput("sweep.keep", f"{path} {_difference(lines, head)}", field="keep",
                               hint="choose another file, or remove it to begin anew")  # fmt: skip
        for line in lines[1:]:
            self._read(line)
        self._file = path.open("a", encoding="utf-8")
        if not lines:
            self._file.write(head + "\n")
        elif len(whole) < len(text):
            self._file.truncate(len(whole.encode()))
        self._file.flush()

    def _read(self, line: str) -> None:
        try:
            told = json.loads(line)
            row = np.array([np.nan if each is None else each for each in told["row"]], dtype=np.float64)
            values = tuple(told["values"])
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput("sweep.keep", f"{self.path} has a line that is no trial", field="keep") from error
        if row.shape != (WIDTH,):
            raise InvalidInput("sweep.keep", f"{self.path} has a line that is no trial", field="keep")
        self.done[values] = row, str(told.get("error", ""))

    def add(self, combinations: Sequence[Values], rows: Floats, errors: Sequence[str]) -> None:
        """Write trials that are done, at once."""
        for values, row, error in zip(combinations, rows.tolist(), errors, strict=True):
            told = {"values": list(values), "row": [each if each == each else None for each in row]}  # noqa: PLR0124
            self._file.write(json.dumps({**told, "error": error} if error else told) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _difference(lines: Sequence[str], head: str) -> str:
    """Why a file is not that of this search."""
    try:
        theirs = json.loads(lines[0]) if lines else None
    except ValueError:
        theirs = None
    if not isinstance(theirs, dict) or theirs.get("format") != FORMAT:
        return "is no file of a search"
    mine = json.loads(head)
    other = sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))
    return f"holds a search with other {', '.join(other)}"
