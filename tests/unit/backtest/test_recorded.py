"""Corporate actions and settlement on recorded prices; skipped where the recordings are not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Instrument, Option, Right
from bidwell.model.session import Session, SessionTable
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from tests.unit.backtest.test_contracts import Keeps, conserved
from tests.unit.backtest.test_matching import At

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data"


def read(name: str) -> pl.DataFrame:
    path = RECORDED / name
    if not path.exists():
        pytest.skip("the recorded market data is not here")
    return pl.read_parquet(path)


@pytest.fixture
def wiki() -> pl.DataFrame:
    return read("equity_us/daily/quandl_wiki_sample_with_splits_dividends.parquet")


def share_of(wiki: pl.DataFrame, symbol: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Raw bars, and the actions that the recording tells."""
    bars = wiki.filter(pl.col("symbol") == symbol).sort("ts").drop("symbol")
    actions = bars.select(pl.col("ts").dt.date().alias("date"), pl.col("split_ratio").alias("split"),
                          pl.col("ex-dividend").alias("dividend"))  # fmt: skip
    return bars, actions.filter((pl.col("split") != 1.0) | (pl.col("dividend") != 0.0))


def test_total_adjustment_agrees_with_factors_of_another_engine(wiki: pl.DataFrame) -> None:
    bars, actions = share_of(wiki, "AAPL")
    result = backtest(At({}), {"AAPL": bars}, actions=actions, adjust="total")
    path = RECORDED / "equity_us/corporate_actions/lean_factor_files.csv"
    factors = pl.read_csv(path).filter(pl.col("symbol") == "AAPL", pl.col("market") == "usa").sort("date")
    days = bars["ts"].dt.strftime("%Y%m%d").cast(pl.Int64).to_numpy()
    place = np.searchsorted(factors["date"].to_numpy(), days)
    whole = (factors["price_factor"] * factors["split_factor"]).to_numpy()[place]
    theirs = bars["close"].to_numpy() * whole
    ours = result.bars["AAPL"].close
    # Factors have seven digits; one factor more is what came after the recording's end.
    np.testing.assert_allclose(ours / ours[-1], theirs / theirs[-1], rtol=1e-6)
    np.testing.assert_allclose(
        result.bars["AAPL"].volume, bars["volume"].to_numpy() * np.where(days < 20140609, 7.0, 1.0)
    )


@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_total_adjustment_is_near_the_recording_s_own(wiki: pl.DataFrame, symbol: str) -> None:
    bars, actions = share_of(wiki, symbol)
    ours = backtest(At({}), {symbol: bars}, actions=actions, adjust="total").bars[symbol].close
    theirs = bars["adj_close"].to_numpy()
    # The recording takes a dividend per close of its ex-date, where CRSP takes it per close before.
    np.testing.assert_allclose(ours / ours[-1], theirs / theirs[-1], rtol=2e-4)


def test_apple_s_split_and_dividends_are_booked_on_raw_prices(wiki: pl.DataFrame) -> None:
    bars, actions = share_of(wiki, "AAPL")
    held = {0: lambda s: s.buy(100)}

    def ran(adjust: str) -> Result:
        return backtest(At(held), {"AAPL": bars}, actions=actions, adjust=adjust, fees=fees.percent(0.1))

    raw, split = ran("raw"), ran("split")
    paid = dict(actions.filter(pl.col("dividend") > 0).select("date", "dividend").iter_rows())
    booked = dict(zip(raw.ledger["ts"].dt.date(), raw.ledger["amount"], strict=True))
    # 100 shares until the split of 2014-06-09, 700 from then on.
    assert booked == pytest.approx({day: each * (100 if day < date(2014, 6, 9) else 700) for day, each in paid.items()})
    assert raw.books is not None
    shares = raw.fills["quantity"][0] * raw.books.splits[0]
    assert shares == 700.0
    assert raw.final_equity == pytest.approx(raw.fills["cash"][0] + sum(booked.values()) + shares * bars["close"][-1])
    # Bought in split-adjusted units the same money brings the same.
    units = backtest(
        At({0: lambda s: s.buy(700)}), {"AAPL": bars}, actions=actions, adjust="split", fees=fees.percent(0.1)
    )
    np.testing.assert_allclose(raw.equity, units.equity, rtol=1e-12)
    assert split.final_equity < raw.final_equity


def test_an_es_contract_is_settled_every_day_until_it_ends() -> None:
    bars = read("futures/daily/lean_ES_GC_daily.parquet").filter(
        pl.col("symbol") == "ES", pl.col("contract") == "201312"
    )
    bars = bars.sort("ts").drop("symbol", "contract")
    last = bars["ts"][-1].date()
    contract = Instrument(
        InstrumentId("ES.XCME"), "ES", "E-mini S&P 500", "XCME", "USD", Decimal("0.25"), Decimal(1),
        Future("SPX", last, Decimal(4_510)), Decimal(50),
    )  # fmt: skip
    result = backtest(
        At({0: lambda s: s.buy(2)}), {"ES": bars}, instruments=[contract], fees=fees.cme("ES"), cash=50_000.0
    )
    opened, closed = bars["open"][1], bars["close"][-1]
    variation = result.ledger.filter(pl.col("kind") == "variation")["amount"]
    assert variation.sum() == pytest.approx((closed - opened) * 100)
    steps = np.diff(np.concatenate([[opened], bars["close"].to_numpy()[1:]])) * 100
    np.testing.assert_allclose(variation.to_numpy(), steps[steps != 0.0])
    assert result.orders["reason"].to_list() == ["", "settled at expiry"]
    assert result.final_equity == pytest.approx(50_000.0 + (closed - opened) * 100 - 2 * 2.25)
    assert conserved(result, 50_000.0) == pytest.approx(result.final_equity + float(variation.sum()))


def quoted(frame: pl.DataFrame) -> pl.DataFrame:
    """Minutes in which both sides were quoted all along."""
    sides = [f"{side}_{name}" for side in ("bid", "ask") for name in ("open", "high", "low", "close")]
    kept = frame.select("ts", *sides, "bid_size", "ask_size").drop_nulls().sort("ts")
    return kept.filter(pl.all_horizontal(pl.col(name) > 0 for name in sides))


def test_a_call_on_google_is_bought_at_its_ask_and_exercised_at_the_end_of_a_half_session() -> None:
    chain = read("options_us/minute/lean_GOOG_20151224_chain_minute_quotes.parquet")
    shares = read("equity_us/minute/lean_us_minute_quotes.parquet")
    day = date(2015, 12, 24)
    call = quoted(chain.filter(pl.col("expiry").cast(pl.String) == "20151224", pl.col("right") == "call",
                               pl.col("strike") == 740.0))  # fmt: skip
    share = quoted(shares.filter(pl.col("symbol") == "GOOG", pl.col("ts").dt.date() == day))
    half = SessionTable("XNYS", (Session(day, datetime(2015, 12, 24, 14, 30, tzinfo=UTC),
                                         datetime(2015, 12, 24, 18, 0, tzinfo=UTC)),))  # fmt: skip
    known = [
        Instrument(InstrumentId("GOOG.XNAS"), "GOOG", "Alphabet", "XNAS", "USD", Decimal("0.01"), Decimal(1), Equity()),
        Instrument(InstrumentId("CALL.OPRA"), "CALL", "GOOG 740 C", "OPRA", "USD", Decimal("0.01"), Decimal(1),
                   Option(InstrumentId("GOOG.XNAS"), day, Decimal(740), Right.CALL), Decimal(100)),
    ]  # fmt: skip
    result = backtest(Keeps({("CALL", 20): lambda s: s.buy(1)}), {"GOOG": share, "CALL": call}, instruments=known,
                      calendar=half, fill="quote")  # fmt: skip
    asked = call["ask_close"][20]
    inside = share.filter(pl.col("ts") < datetime(2015, 12, 24, 18, 0, tzinfo=UTC))
    spot = (inside["bid_close"][-1] + inside["ask_close"][-1]) / 2
    assert spot > 740.0
    assert result.fills.select("symbol", "quantity", "price").rows() == [
        ("CALL", 1.0, asked), ("CALL", -1.0, 0.0), ("GOOG", 100.0, 740.0)
    ]  # fmt: skip
    assert result.orders["reason"].to_list() == ["", "exercised", "exercised"]
    assert result.final_equity == pytest.approx(100_000.0 - 100 * asked + 100 * (spot - 740.0))
