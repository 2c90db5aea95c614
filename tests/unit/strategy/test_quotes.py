from __future__ import annotations

from datetime import timedelta

import polars as pl

from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Quote
from bidwell.strategy.strategy import Strategy
from tests.unit.strategy.test_api import MONDAY


class Quoted(Strategy):
    def on_quote(self, quote: Quote) -> None:
        HEARD.append(quote)

    def on_bar(self, bar: Bar) -> None:
        pass


HEARD: list[Quote] = []


def test_quotes_beside_bars_are_told() -> None:
    HEARD.clear()
    frame = pl.DataFrame({
        "ts": [MONDAY + timedelta(minutes=each) for each in range(3)], "bid": [99.0, 100.0, 101.0],
        "ask": [99.5, 100.5, 101.5],
    })  # fmt: skip
    backtest(Quoted, {"X": frame})
    assert [(quote.symbol, quote.bid, quote.ask, quote.mid) for quote in HEARD] == [
        ("X", 99.0, 99.5, 99.25), ("X", 100.0, 100.5, 100.25), ("X", 101.0, 101.5, 101.25),
    ]  # fmt: skip
    assert HEARD[0].time == MONDAY
