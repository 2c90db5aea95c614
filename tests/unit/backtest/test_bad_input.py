"""What cannot be run on, or cannot be meant: each a clear error that says where, and no run that means nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.model.errors import InvalidInput, Missing
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import bars
from tests.unit.backtest.test_matching import FLAT, At, ran, told
from tests.unit.backtest.test_run import Idle, frame

NAN, INFINITE = float("nan"), float("inf")
pandas = pytest.importorskip("pandas")


def panda(**changes: Any) -> Any:
    plain = frame()
    columns = {name: plain[name].to_list() for name in plain.columns}
    return pandas.DataFrame({**columns, **changes})


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (lambda: panda()[:0], "data.empty", "there are no bars"),
        (lambda: {"A": frame(), "B": frame()[:0]}, "data.empty", "B: there are no bars"),
        (lambda: panda(close=[1.2, None, 3.2]), "data.numbers", "close of row 1 is nan"),
        (lambda: panda(high=[1.5, float("inf"), 3.5]), "data.numbers", "high of row 1 is inf"),
        (lambda: panda(open=["x", "y", "z"]), "data.numbers", "open is not numbers"),
        (lambda: panda(ts=[datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 3), datetime(2024, 1, 4)]),  # noqa: DTZ001 - the fault
         "data.time", "mix zones"),
        (lambda: panda(ts=["yesterday", "today", "tomorrow"]), "data.time", "."),
        (lambda: panda(ts=pandas.to_datetime(["2024-01-02", None, "2024-01-04"])), "data.time", "row 1 has no time"),
        (lambda: panda().drop(columns=["ts"]), "data.time", "no instants"),
        (lambda: panda(ts=pandas.to_datetime(["2024-01-02", "2024-01-02", "2024-01-04"])), "data.order", "row 1 has the same"),
        (lambda: frame().with_columns(ts=pl.Series([None, *frame()["ts"][1:]])), "data.time", "row 0 has no time"),
        (lambda: frame().with_columns(close=pl.lit(None, dtype=pl.Float64)), "data.numbers", "close of row 0 is nan"),
        (pl.DataFrame, "data.columns", "ts, open, high, low, close is missing"),
        (lambda: 7, "data.kind", "int is not data"),
        (list, "data.empty", "no instruments"),
        (lambda: frame().with_columns(symbol=pl.lit("A"))[:0], "data.empty", "no bars"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_run_on_is_refused_with_its_place(data: Any, code: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        backtest(Idle, data())
    assert refused.value.code == code


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"nothing of the kind")
    (tmp_path / "y.csv").write_text("")
    (tmp_path / "z.csv").write_text("ts,open,high,low,close\n")
    for name, code in (("x.parquet", "data.unreadable"), ("y.csv", "data.unreadable"), ("z.csv", "data.empty")):
        with pytest.raises(InvalidInput) as refused:
            backtest(Idle, tmp_path / name)
        assert refused.value.code == code
    with pytest.raises(Missing):
        backtest(Idle, tmp_path / "none.csv")


def test_mixed_zones_are_one_where_each_time_says_its_own() -> None:
    stamps = pandas.to_datetime(["2024-01-02T01:00+01:00", "2024-01-02T01:00Z", "2024-01-02T01:00-01:00"], utc=True)
    result = backtest(Idle, panda(ts=stamps))
    assert np.diff(result.time).tolist() == [3_600_000_000_000] * 2


def test_one_bar_fills_nothing_but_at_its_own_close() -> None:
    assert told(ran(bars(FLAT), {0: lambda s: s.buy(1)})) == []
    assert told(ran(bars(FLAT), {0: lambda s: s.buy(1)}, fill="close")) == [(0, 1.0, 100.0)]


def test_zero_volume_matters_to_participation_alone() -> None:
    still = bars(FLAT, FLAT, volume=0.0)
    assert told(ran(still, {0: lambda s: s.buy(1)})) == [(1, 1.0, 100.0)]
    assert told(ran(still, {0: lambda s: s.buy(1)}, participation=1.0)) == []


class Abroad(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.buy(1, symbol="NOPE")


class Asks(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.position_of("NOPE")


@pytest.mark.parametrize("owner", [Abroad, Asks])
@pytest.mark.parametrize("data", [lambda: bars(FLAT), lambda: {"A": bars(FLAT), "B": bars(FLAT)}])
def test_a_symbol_that_is_not_in_the_run_is_told_with_the_strategy_s_line(owner: type[Strategy], data: Any) -> None:
    with pytest.raises(InvalidInput, match=r"NOPE is not in this run.*test_bad_input\.py:\d+"):
        backtest(owner, data())


def test_sizes_and_prices_beyond_all_measure_end_as_rejected_orders() -> None:
    class Wants(Strategy):
        def on_bar(self, bar: Bar) -> None:
            if bar.index == 0:
                self.buy(1e30)
                self.buy(NAN)
                self.buy(-5.0)
                self.buy(notional=INFINITE)
                self.buy(1.0, limit=INFINITE)
                self.sell(1e9, stop=0.0)

    result = backtest(Wants, bars(FLAT, FLAT), compile="never")
    assert set(result.orders["status"][:4]) == {"REJECTED"}
    assert np.isfinite(result.equity).all()
    assert np.abs(result.fills["quantity"].to_numpy()).max() <= 1_000.0


def test_a_price_beyond_the_account_buys_nothing() -> None:
    huge = (1e14, 1e14, 1e14, 1e14)
    result = ran(bars(huge, huge), {0: lambda s: s.buy(1e10)}, lot_size=1.0)
    assert result.final_equity == 100_000.0
    assert result.orders["reason"].to_list() == ["buying power"]


def test_a_zone_without_a_name_is_utc_and_dates_are_days() -> None:
    naive = frame().with_columns(pl.col("ts").dt.replace_time_zone(None))
    assert backtest(Idle, naive).time.tolist() == backtest(Idle, frame()).time.tolist()
    dates = frame().with_columns(pl.col("ts").dt.date())
    assert backtest(Idle, dates).time.tolist() == backtest(Idle, frame()).time.tolist()


def test_instruments_and_conditions_that_do_not_belong_are_refused() -> None:
    for bad in ({"instruments": {"NOPE": None}}, {"adjust": "twice"}, {"currency": "dollars"}, {"borrow": -1.0},
                {"borrow": {"X": -1.0}}, {"compile": "maybe"}, {"calendar": "XNYS"}):  # fmt: skip
        with pytest.raises(InvalidInput):
            backtest(At({}), bars(FLAT), **bad)


def test_times_at_the_edge_of_what_can_be_told() -> None:
    far = frame().with_columns(pl.col("ts") + timedelta(days=365 * 200))
    assert len(backtest(Idle, far).equity) == 3
