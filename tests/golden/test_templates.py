"""The templates on real prices, with stored results; `pytest tests/golden --update` writes them anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.app.strategies import strategy_in
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Instrument, Option, Right
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.validation import validate

STORED = Path(__file__).parent / "templates.json"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TEMPLATES = Path(str(resources.files("bidwell.strategy.templates")))
NAMES = sorted(file.stem for file in TEMPLATES.glob("*.py") if not file.stem.startswith("_"))
EXPIRY = date(2015, 12, 24)


def recorded(name: str) -> Path:
    file = DATA / name
    if not file.exists():
        pytest.skip("the recorded market data is not here")
    return file


@cache
def shares() -> Mapping[str, pl.DataFrame]:
    """Five shares by day, adjusted for splits and dividends."""
    rows = pl.read_parquet(recorded("equity_us/daily/quandl_wiki_5stocks_2000_2013.parquet"))
    factor = pl.col("adj_close") / pl.col("close")
    prices = [(pl.col(each) * factor).alias(each) for each in ("open", "high", "low", "close")]
    return {
        str(symbol): frame.sort("ts").select("ts", *prices, "volume")
        for (symbol,), frame in rows.partition_by("symbol", as_dict=True).items()
    }


def goog() -> pl.DataFrame:
    return shares()["GOOG"]


def two_shares() -> Mapping[str, pl.DataFrame]:
    return {symbol: shares()[symbol] for symbol in ("IBM", "MSFT")}


def minutes() -> pl.DataFrame:
    rows = pl.read_parquet(recorded("equity_us/minute/lean_us_minute_trades.parquet"))
    return rows.filter((pl.col("symbol") == "SPY") & (pl.col("ts") < datetime(2014, 1, 1, tzinfo=UTC))).drop("symbol")


def code(expiry: str, right: str, strike: float) -> str:
    return f"GOOG{expiry[2:]}{right[0].upper()}{round(strike * 1000):08d}"


@cache
def chain() -> Mapping[str, pl.DataFrame]:
    """GOOG and its options around the money, minute quotes of the half session of 24 December 2015."""
    quotes = pl.read_parquet(recorded("equity_us/minute/lean_us_minute_quotes.parquet"))
    on_day = pl.col("ts").dt.date() == EXPIRY
    session = pl.col("ts").dt.time().is_between(time(14, 30), time(17, 59))
    under = quotes.filter((pl.col("symbol") == "GOOG") & on_day & session).drop("symbol").drop_nulls()
    rows = pl.read_parquet(recorded("options_us/minute/lean_GOOG_20151224_chain_minute_quotes.parquet"))
    near = rows.filter(
        pl.col("strike").is_between(740.0, 760.0), pl.col("expiry").cast(pl.String).is_in(["20151224", "20151231"])
    )
    found = {"GOOG": under}
    for (expiry, right, strike), frame in near.partition_by("expiry", "right", "strike", as_dict=True).items():
        whole = (
            frame.drop_nulls().drop("underlying", "expiry", "right", "strike").filter(pl.col("bid_low") > 0).sort("ts")
        )
        if len(whole) > 100:
            found[code(str(expiry), str(right), float(str(strike)))] = whole
    return dict(sorted(found.items()))


def listed() -> list[Instrument]:
    """What the symbols of the chain are."""
    return [listing(symbol) for symbol in chain()]


def listing(symbol: str) -> Instrument:
    contract: Any = Equity()
    if symbol != "GOOG":
        right = Right.CALL if symbol[-9] == "C" else Right.PUT
        expiry = datetime.strptime(symbol[-15:-9], "%y%m%d").replace(tzinfo=UTC).date()
        contract = Option(InstrumentId("GOOG.XNAS"), expiry, Decimal(symbol[-8:]) / 1000, right)
    return Instrument(
        id=InstrumentId(f"{symbol}.XNAS"), symbol=symbol, name=symbol, venue="XNAS", currency="USD",
        tick_size=Decimal("0.01"), lot_size=Decimal(1), multiplier=Decimal(1 if symbol == "GOOG" else 100),
        contract=contract,
    )  # fmt: skip


@dataclass(frozen=True)
class Case:
    data: Callable[[], Any]
    parameters: dict[str, Any] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    options: bool = False


COSTS: dict[str, Any] = {"fees": fees.ibkr_fixed(), "slippage": 0.02, "lot_size": 1.0}
CASES: dict[str, Case] = {
    "averages_cross": Case(goog, {}, COSTS),
    "breakout": Case(goog, {}, COSTS),
    "covered_call": Case(chain, {"above_percent": 0.0}, {"fill": "quote"}, options=True),
    "dca": Case(goog, {}, {"fees": 0.05}),
    "grid": Case(goog, {}, {"fees": 0.05}),
    "momentum_rotation": Case(shares, {}, COSTS),
    "opening_range": Case(minutes, {}, COSTS),
    "option_straddle": Case(chain, {}, {"fill": "quote"}, options=True),
    "pairs": Case(two_shares, {}, COSTS),
    "rsi_reversion": Case(goog, {}, COSTS),
}


def ran(name: str) -> Result:
    case = CASES[name]
    found = strategy_in(TEMPLATES / f"{name}.py")
    more: dict[str, Any] = {"instruments": listed()} if case.options else {}
    return backtest(found(**case.parameters), case.data(), compile="never", **case.conditions, **more)


def told(result: Result) -> dict[str, Any]:
    fills = hashlib.sha256(np.ascontiguousarray(result.fill_rows).tobytes()).hexdigest()
    return {"final_equity": repr(result.final_equity), "fills": len(result.fills), "rows": fills,
            "round_trips": len(result.round_trips), "bars": len(result.equity)}  # fmt: skip


def test_every_template_has_a_case_and_there_are_ten() -> None:
    assert list(CASES) == NAMES
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_a_template_reads_without_a_finding_and_says_what_it_is_for(name: str) -> None:
    source = (TEMPLATES / f"{name}.py").read_text("utf-8")
    found = validate(source)
    assert found.findings == ()
    (strategy,) = found.strategies
    assert len(strategy.about) > 20
    assert all(parameter.about for parameter in strategy.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_on_real_prices_gives_what_it_gave(name: str, request: pytest.FixtureRequest) -> None:
    found = told(ran(name))
    assert found["fills"] > 1
    stored = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    if request.config.getoption("--update"):
        STORED.write_text(json.dumps({**stored, name: found}, indent=2, sort_keys=True) + "\n", "utf-8")
        return
    assert found == stored[name]
