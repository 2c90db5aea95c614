"""What a worker is told, and what it says: lines of JSON over its pipes."""

from __future__ import annotations

from typing import Any

import msgspec


class ActionRow(msgspec.Struct, frozen=True):
    """A corporate action on its ex-date, an ISO date."""

    symbol: str
    date: str
    split: float = 1.0
    dividend: float = 0.0


class RunRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run: a version of a strategy file, on which data, under which conditions.

    `data` are catalog names such as AAPL.XNAS@1D, `start` and `end` ISO dates (the end excluded). `parameters` and
    the values of `grid` are texts as on the command line; a grid makes the run a sweep. `fee` is a number of
    percent or a model's name, `slippage` a number of percent. `adjust` says how splits and dividends of the catalog are
    booked, as `backtest` takes it, None as suits the run (`adjusting`). `time_limit` is in seconds, `memory` in GB.

    `fee_model` and `slippage_model` are models with their arguments, as a file of conditions has them, and go before
    `fee` and `slippage`; `borrow_of` goes by symbol before `borrow`, `instruments` are rows of an instrument file,
    `rates` numbers or catalog names as texts, `actions` what is booked instead of the catalog's, and `settlements` values by option.
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
    adjust: str | None = None
    compile: str = "auto"
    seed: int = 0
    parameters: dict[str, str] = {}
    grid: dict[str, list[str]] = {}
    time_limit: float = 300.0
    memory: float = 4.0
    fee_model: dict[str, Any] | None = None
    slippage_model: dict[str, Any] | None = None
    maintenance: float = 0.25
    borrow: float = 0.0
    borrow_of: dict[str, float] = {}
    interest: float = 0.0
    cash_interest: float = 0.0
    intrabar: str = "pessimistic"
    tick_size: float = 0.0
    multiplier: float = 1.0
    instruments: list[dict[str, str]] = []
    currency: str = "USD"
    rates: dict[str, str] = {}
    convert: bool = True
    actions: list[ActionRow] | None = None
    calendar: str | None = None
    settlements: dict[str, float] = {}

    @property
    def adjusting(self) -> str:
        """How splits and dividends are booked: where nothing is said sweeps take both out, so that they run compiled."""
        return self.adjust or ("total" if self.grid else "split")

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
