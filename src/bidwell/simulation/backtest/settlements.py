"""Settlement values of options that are settled in the morning of their last day, as a run is given them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.corporate import date_of
from bidwell.simulation.backtest.frames import frame_of

_VALUES = ("value", "price", "settlement", "close")
_DATES = ("date", "expiry", "ts")


def settlements_of(given: Any, ends: Mapping[str, date | None]) -> dict[str, float]:
    """The underlying's settlement value for each option that is settled by one, by the option's symbol.

    `ends` has every symbol of the run, with the expiry of those options that are settled in cash. `given` maps symbols to
    values, or is a frame or file with the columns symbol and value, and date where that is to be checked against the
    expiry. Raises InvalidInput for a symbol that is no cash-settled option of the run, a value that
    is not above zero, a date that is not the expiry, and a symbol that is told twice.
    """
    if given is None:
        return {}
    found: dict[str, float] = {}
    for symbol, value, on in _rows(given):
        if symbol not in ends:
            raise _wrong(f"{symbol} has a settlement value and no bars", "values go by the option's symbol")
        expiry = ends[symbol]
        if expiry is None:
            raise _wrong(f"{symbol} is no option that is settled in cash", "shares are delivered at the strike")
        if symbol in found:
            raise _wrong(f"{symbol} has two settlement values", "one option has one last day")
        if on is not None and date_of(on, "settlements") != expiry:
            raise _wrong(f"{symbol} expires on {expiry} and not on {on}", "one option has one last day")
        found[symbol] = _number(symbol, value)
    return found


def _rows(given: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(given, Mapping):
        return [(str(symbol), value, None) for symbol, value in given.items()]
    frame = frame_of(given, "settlements")
    value = next((name for name in _VALUES if name in frame.columns), None)
    on = next((name for name in _DATES if name in frame.columns), None)
    if value is None or "symbol" not in frame.columns:
        raise _wrong("settlement values need the columns symbol and value", "a row for each option")
    return [(str(row["symbol"]), row[value], None if on is None else row[on]) for row in frame.iter_rows(named=True)]


def _number(symbol: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not 0.0 < number < math.inf:
        raise _wrong(f"the settlement value of {symbol} is {value!r}, and no number above zero", None)
    return number


def _wrong(text: str, hint: str | None) -> InvalidInput:
    return InvalidInput("data.settlements", text, field="settlements", hint=hint)
