"""What a check of a strategy's file says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """Whether a file can be run in spite of a finding."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding at a line (from 1) and a column (from 0); `code` is stable, `hint` says what to do."""

    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ParameterFound:
    """A `Param` as it is written; None where the text is more than a plain value."""

    name: str
    line: int
    type: str | None
    default: int | float | str | bool | None
    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    choices: tuple[int | float | str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class StrategyFound:
    """A strategy of the file: its class, first words of its docstring, methods that the engine calls, parameters."""

    name: str
    line: int
    about: str
    hooks: tuple[str, ...]
    parameters: tuple[ParameterFound, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked file: the SHA-256 of its text, what it defines, and the findings by line."""

    hash: str
    strategies: tuple[StrategyFound, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which the file cannot be run."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, `ok` among them."""
        return {"ok": self.ok, **asdict(self)}
