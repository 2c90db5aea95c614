"""What a worker is told, and what it says: lines of JSON over its pipes."""

from __future__ import annotations

import msgspec


class RunRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run: a version of a strategy file, on which data, under which conditions.

    `data` are catalog names such as AAPL.XNAS@1D, `start` and `end` ISO dates (the end excluded). `parameters` and
    the values of `grid` are texts as on the command line; a grid makes the run a sweep. `fee` is a number of
    percent or a model's name, `slippage` a number of percent. `adjust` says how splits and dividends of the catalog are
    booked, as `backtest` takes it; sweeps take both out of the prices. `time_limit` is in seconds, `memory` in GB.
    """

    strategy: str
    strategy_name: str
    version: int
    source: str
    data: list[str]
    class_name: str | None = None
    start: str | None = None
    end: str | None = None
    cash: float = 100_000.0
    fee: str = "0"
    slippage: float = 0.0
    fill: str = "next_open"
    leverage: float = 1.0
    shorting: bool = True
    participation: float | None = None
    lot_size: float = 0.0
    adjust: str = "split"
    compile: str = "auto"
    seed: int = 0
    parameters: dict[str, str] = {}
    grid: dict[str, list[str]] = {}
    time_limit: float = 300.0
    memory: float = 4.0

    @property
    def kind(self) -> str:
        """A sweep where there is a grid."""
        return "sweep" if self.grid else "backtest"


class Order(msgspec.Struct, frozen=True):
    """The first line that a worker reads: the run, the folder to leave it in, and the catalog's folder."""

    request: RunRequest
    folder: str
    catalog: str


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line that a worker says: progress, or its last word.

    `done` of `total` steps; `summary` of a finished run; or `code`, `reason`, `hint` and the strategy's `line` of a
    failed one.
    """

    done: int = 0
    total: int = 0
    summary: dict[str, float | int | str | None] | None = None
    code: str = ""
    reason: str = ""
    hint: str | None = None
    line: int | None = None


CANCEL = b"cancel\n"
