"""Quotes beside bars: bid and ask of each bar's four prices, or one pair per row, for runs that fill at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout
from bidwell.strategy.bars import Bars, Floats

_PRICES = ("open", "high", "low", "close")
_BARS = tuple(f"{side}_{name}" for name in _PRICES for side in ("bid", "ask"))
_SIZES = (("bid_size", "bid_quantity"), ("ask_size", "ask_quantity"))
QUOTED = frozenset({"bid", "ask", *_BARS, *(name for pair in _SIZES for name in pair)})


@dataclass(frozen=True, slots=True, eq=False)
class QuoteBars(Bars):
    """Bars with quotes: a row of `layout`'s quote columns for each bar."""

    quotes: Floats


def has_quotes(frame: pl.DataFrame) -> bool:
    """Whether a frame has the columns of quotes, of either kind."""
    return {"bid", "ask"} <= set(frame.columns) or set(_BARS) <= set(frame.columns)


def quotes_of(frame: pl.DataFrame, symbol: str) -> Floats:
    """The quote rows of a frame.

    Columns are bid and ask (one quote per row) or bid_open, ask_open, … ask_close (bars of quotes), with bid_size
    and ask_size where sizes are known; at a size of nothing nothing fills. Raises InvalidInput with column and
    row for a quote that is empty, not above zero, or crossed.
    """
    found = np.full((len(frame), layout.QUOTE_SIZE), -1.0)
    names = _BARS if set(_BARS) <= set(frame.columns) else ("bid", "ask") * len(_PRICES)
    for place, name in enumerate(names):
        found[:, place] = _column(frame, name, symbol, above_zero=True)
    for place, spellings in zip((layout.TO_SELL, layout.TO_BUY), _SIZES, strict=True):
        named = next((each for each in spellings if each in frame.columns), None)
        if named is not None:
            found[:, place] = _column(frame, named, symbol, above_zero=False)
    for place in range(0, 2 * len(_PRICES), 2):
        crossed = found[:, place] > found[:, place + 1]
        if crossed.any():
            row = int(np.argmax(crossed))
            raise InvalidInput("data.quotes", f"{symbol}: {names[place]} of row {row}, {found[row, place]:g}, is above "
                               f"{names[place + 1]}, {found[row, place + 1]:g}", field=names[place])  # fmt: skip
    found.setflags(write=False)
    return found


def middles(quotes: Floats) -> list[pl.Series]:
    """Open, high, low and close of the middle between bid and ask."""
    mids = (quotes[:, 0:8:2] + quotes[:, 1:8:2]) / 2.0
    mids[:, 1] = mids.max(axis=1)
    mids[:, 2] = mids.min(axis=1)
    return [pl.Series(name, mids[:, place]) for place, name in enumerate(_PRICES)]


def _column(frame: pl.DataFrame, name: str, symbol: str, *, above_zero: bool) -> Floats:
    series = frame[name]
    if not series.dtype.is_numeric():
        raise InvalidInput("data.numbers", f"{symbol}: column {name} is not numbers", field=name)
    values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    bad = ~np.isfinite(values) | ((values <= 0.0) if above_zero else (values < 0.0))
    if bad.any():
        row = int(np.argmax(bad))
        wanted = "above zero" if above_zero else "zero or above"
        raise InvalidInput("data.quotes", f"{symbol}: {name} of row {row} is {values[row]}, and must be {wanted}",
                           field=name, hint="leave such rows out")  # fmt: skip
    return np.asarray(values)
