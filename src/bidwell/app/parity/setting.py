"""What the three runs share: bars on the tick grid, the instrument, the account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Instrument
from bidwell.model.session import Session, SessionTable
from bidwell.simulation.backtest.sessions import is_daily
from bidwell.strategy.bars import EPOCH, Bars
from bidwell.strategy.strategy import Strategy

CALENDAR = "PARITY"
VENUE = "SIM"
CURRENCY = "USD"
MOST_BARS = 5_000
_OPENS, _CLOSES = timedelta(hours=9), timedelta(hours=17)


@dataclass(frozen=True, slots=True)
class Setting:
    """One parity run. `bars` are the newest ones that are looked at; `fee` is in percent of the notional."""

    strategy: type[Strategy]
    parameters: Mapping[str, object]
    bars: Bars
    instrument: Instrument
    cash: Decimal
    leverage: Decimal
    fee: Decimal

    def made(self) -> Strategy:
        """A strategy of its own for one run."""
        return self.strategy(**self.parameters)

    @property
    def table(self) -> SessionTable:
        """Daily bars are sessions of their own; others trade around the clock."""
        if not is_daily(self.bars.time):
            return SessionTable(CALENDAR, (), always_open=True)
        days = [self.moment(place) for place in range(len(self.bars))]
        return SessionTable(CALENDAR, tuple(Session(_date(day), day + _OPENS, day + _CLOSES) for day in days))

    def moment(self, place: int) -> datetime:
        """A bar's label."""
        return EPOCH + timedelta(microseconds=int(self.bars.time[place]) // 1000)

    def span(self, place: int) -> tuple[datetime, datetime]:
        """When a bar opens, and the instant at which it is over."""
        at = self.moment(place)
        if is_daily(self.bars.time):
            return at + _OPENS, at + _CLOSES
        return at, at + timedelta(seconds=self.bars.seconds)


def setting_of(
    strategy: type[Strategy], parameters: Mapping[str, object], bars: Mapping[str, Bars], *, cash: float = 100_000.0,
    leverage: float = 1.0, fee: float = 0.0, tick: str = "0.01", lot: str = "1", newest: int = 500,
) -> Setting:  # fmt: skip
    """The setting; raises InvalidInput for several instruments, bars of no length, or steps that are none."""
    if len(bars) != 1:
        raise InvalidInput("parity.instruments", "parity runs one instrument", field="data")
    if not 2 <= newest <= MOST_BARS:
        raise InvalidInput("parity.bars", f"bars must be 2 to {MOST_BARS:,}", field="bars")
    (only,) = bars.values()
    name = re.sub(r"[^A-Z0-9]", "", only.symbol.upper()) or "DATA"
    instrument = Instrument(
        InstrumentId(f"{name}.{VENUE}"), name, name, VENUE, CURRENCY, _step("tick", tick), _step("lot", lot), Equity(),
        calendar=CALENDAR,
    )  # fmt: skip
    kept = _on_grid(only, name, float(instrument.tick_size), min(newest, len(only)))
    if kept.seconds < 1:
        raise InvalidInput("parity.bars", "the bars are too few to tell how long one is", field="data")
    return Setting(strategy, dict(parameters), kept, instrument, _exact("cash", cash), _exact("leverage", leverage),
                   _exact("fee", fee))  # fmt: skip


def _on_grid(bars: Bars, name: str, tick: float, newest: int) -> Bars:
    """The newest bars under the instrument's symbol, with prices on its grid, one tick at least."""
    columns: dict[str, Any] = {"time": bars.time[-newest:], "volume": bars.volume[-newest:]}
    for field in ("open", "high", "low", "close"):
        columns[field] = np.maximum(np.round(getattr(bars, field)[-newest:] / tick), 1.0) * tick
    for array in columns.values():
        array.setflags(write=False)
    return replace(Bars(name, bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume), **columns)


def _step(field: str, text: str) -> Decimal:
    step = _exact(field, text)
    if step <= 0:
        raise InvalidInput(f"parity.{field}", f"{field} must be above zero", field=field)
    return step


def _exact(field: str, value: float | str) -> Decimal:
    try:
        found = Decimal(repr(value) if isinstance(value, float) else str(value))
    except ArithmeticError:
        raise InvalidInput(f"parity.{field}", f"{field} {value!r} is no number", field=field) from None
    if not found.is_finite() or found < 0:
        raise InvalidInput(f"parity.{field}", f"{field} must be zero or above", field=field)
    return found


def _date(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
