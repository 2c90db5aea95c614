"""What a reading of a strategy's file says."""

from __future__ import annotations

import ast
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps a file from running; a warning is for the reader."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: lines and columns count from 1, `column` to `end_column` is what to underline.

    `code` is stable, `hint` says what to do.
    """

    line: int
    column: int
    end_column: int
    code: str
    severity: Severity
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A `Param` as it is written; values are Python numbers, bools or texts, None where they are not given."""

    name: str
    kind: str
    default: Any
    low: Any = None
    high: Any = None
    step: Any = None
    choices: tuple[Any, ...] = ()
    about: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Outline:
    """A strategy of the file; `hooks` are those of its methods that are called, by Bidwell or by backtrader (`engine`)."""

    name: str
    line: int
    about: str
    parameters: tuple[Parameter, ...]
    hooks: tuple[str, ...] = ()
    engine: str = "bidwell"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a file holds and what is wrong with it, by line; `hash` is the SHA-256 of its text."""

    strategies: tuple[Outline, ...] = ()
    findings: tuple[Finding, ...] = ()
    hash: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which the file cannot be run."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def runs(self) -> bool:
        """Whether nothing keeps it from running."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, `runs` among them."""
        return {"runs": self.runs, **asdict(self)}


def finding(node: ast.AST, severity: Severity, code: str, message: str, hint: str = "") -> Finding:
    """A finding at a node; one that goes over several lines is underlined at its beginning."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    end = (getattr(node, "end_col_offset", None) or column) + 1 if getattr(node, "end_lineno", line) == line else 0
    return Finding(line, column, max(end, column + 1), code, severity, message, hint)
