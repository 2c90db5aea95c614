"""Fills at quotes: buys at the ask, sells at the bid, no more than is offered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.run import backtest
from tests.unit.backtest.test_matching import At, told

START = datetime(2024, 3, 4, 15, 0, tzinfo=UTC)


def ticks(*rows: tuple[float, ...]) -> pl.DataFrame:
    names = ("bid", "ask", "bid_size", "ask_size")[: len(rows[0])]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return pl.DataFrame({"ts": [START + timedelta(seconds=each) for each in range(len(rows))], **columns})


def at(frame: pl.DataFrame, acts: dict[int, Any], **conditions: Any) -> Any:
    return backtest(At(acts), frame, compile="never", fill="quote", **conditions)


def test_a_market_order_takes_the_quote_that_it_was_decided_on() -> None:
    result = at(ticks((99.0, 101.0), (99.5, 100.5), (100.0, 102.0)), {0: lambda s: s.buy(10), 1: lambda s: s.close()})
    assert told(result) == [(0, 10.0, 101.0), (1, -10.0, 99.5)]
    assert result.why == "quotes are met in Python"
    # Positions are worth the middle.
    assert result.equity.tolist() == pytest.approx([99_990.0, 99_985.0, 99_985.0])


def test_no_more_fills_than_is_offered_and_the_rest_goes_on() -> None:
    rows = ticks((99.0, 100.0, 5.0, 4.0), (99.0, 101.0, 5.0, 0.0), (99.0, 102.0, 5.0, 9.0))
    result = at(rows, {0: lambda s: s.buy(10)})
    assert told(result) == [(0, 4.0, 100.0), (2, 6.0, 102.0)]


def test_two_orders_share_what_is_offered() -> None:
    result = at(ticks((99.0, 100.0, 5.0, 4.0), (99.0, 100.0, 5.0, 4.0)), {0: lambda s: (s.buy(3), s.buy(3))})
    assert told(result) == [(0, 3.0, 100.0), (0, 1.0, 100.0), (1, 2.0, 100.0)]


def test_limits_and_stops_meet_their_own_side() -> None:
    rows = ticks((99.0, 101.0), (98.0, 99.5), (97.9, 98.0), (90.0, 96.0))

    def acts(s: At) -> None:
        s.buy(1, limit=99.0)
        s.sell(1, stop=97.0)

    # The ask reaches 99 on the third quote only, and fills there; the bid jumps over 97, and the stop sells at it.
    assert told(at(rows, {0: acts})) == [(2, 1.0, 98.0), (3, -1.0, 90.0)]


def test_bars_of_quotes_have_a_range_for_each_side() -> None:
    sides = {"bid": (99.0, 100.0, 97.0, 99.0), "ask": (101.0, 103.0, 98.5, 101.0)}
    names = ("open", "high", "low", "close")
    frame = pl.DataFrame({
        "ts": [START, START + timedelta(minutes=1)],
        **{f"{side}_{name}": [value] * 2 for side, values in sides.items()
           for name, value in zip(names, values, strict=True)},
    })  # fmt: skip

    def acts(s: At) -> None:
        s.buy(1, limit=98.0)
        s.buy(1, limit=98.5)
        s.sell(1, limit=101.0)
        s.sell(1, limit=100.0)

    assert told(at(frame, {0: acts})) == [(1, 1.0, 98.5), (1, -1.0, 100.0)]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (ticks((99.0, 98.0)), "bid of row 0, 99, is above ask, 98"),
        (ticks((0.0, 98.0)), "bid of row 0 is 0.0"),
        (ticks((97.0, 98.0, -1.0, 1.0)), "bid_size of row 0 is -1.0"),
        (ticks((97.0, 98.0)).with_columns(pl.lit(None, dtype=pl.Float64).alias("ask")), "ask of row 0 is nan"),
        (ticks((97.0, 98.0)).with_columns(pl.lit("x").alias("ask")), "ask is not numbers"),
    ],
)
def test_quotes_that_make_no_sense_are_refused(frame: pl.DataFrame, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        at(frame, {})


def test_bars_without_quotes_cannot_be_filled_at_them() -> None:
    frame = pl.DataFrame({"ts": [START], "open": [1.0], "high": [1.0], "low": [1.0], "close": [1.0]})
    with pytest.raises(InvalidInput, match="has no quotes"):
        backtest(At({}), frame, fill="quote")
