"""Whatever a run trades, in whatever currency: cash is what it was, less fills and fees, plus the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.model.instrument import Equity, Future, Option, Right
from bidwell.simulation.backtest import fees, slippage
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars
from tests.unit.backtest.test_contracts import conserved, instrument

LENGTH = 60


class Wild(Strategy):
    """Buys and sells anything at random, with every kind of order."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def on_bar(self, bar: Bar) -> None:
        turn = int(self.rng.integers(0, 14))
        size = float(self.rng.integers(1, 40))
        if turn == 0:
            self.buy(size, stop_loss=bar.close * 0.97, take_profit=bar.close * 1.04)
        elif turn == 1:
            self.sell(size, limit=bar.close * 1.01, time_in_force="DAY")
        elif turn == 2:
            self.close()
        elif turn == 3:
            self.order_target_percent(float(self.rng.integers(-80, 80)))
        elif turn == 4:
            self.buy(percent=30, trail_percent=2.0)
        elif turn == 5:
            self.exercise(None if size > 20 else size / 4)


def premiums(share: Bars) -> Bars:
    worth = [np.maximum(column - 90.0, 0.0) + 2.0 for column in (share.open, share.high, share.low, share.close)]
    return Bars("CALL", share.time, worth[0], worth[1], worth[2], worth[3], share.volume)


def ran(seed: int, *, convert: bool, fee: fees.FeeModel) -> Result:
    share = random_bars(LENGTH, seed, symbol="X")
    data = {
        "X": share, "CALL": premiums(share), "FUT": random_bars(LENGTH, seed + 1, symbol="FUT"),
        "EUR": random_bars(LENGTH, seed + 2, symbol="EUR"),
    }  # fmt: skip
    known = {
        "X": instrument("X", Equity(), lot_size=Decimal("0.01")),
        "CALL": instrument("CALL", Option(instrument("X").id, date(1970, 2, 10), Decimal(90), Right.CALL),
                           multiplier=Decimal(100)),
        "FUT": instrument("FUT", Future("I", date(1970, 2, 20), Decimal(500)), multiplier=Decimal(10), currency="EUR"),
        "EUR": instrument("EUR", Equity(), currency="EUR"),
    }  # fmt: skip
    actions = {"EUR": [CorporateAction(date(1970, 1, 20), split=3.0), CorporateAction(date(1970, 2, 1), dividend=0.7)],
               "X": [CorporateAction(date(1970, 2, 15), dividend=1.3, split=0.5)]}  # fmt: skip
    rate = random_bars(LENGTH, seed + 3, spread=0.02).close / 90.0
    rates = {"EUR": Bars("EURUSD", share.time, rate, rate, rate, rate, rate)}
    return backtest(
        Wild(seed), data, instruments=known, actions=actions, rates=rates, convert=convert, fees=fee, leverage=2.0,
        slippage=slippage.percent(0.03), borrow={"X": 0.05, "EUR": 0.02}, interest=0.1, cash_interest=0.04, cash=60_000.0,
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 5_000),
    convert=st.booleans(),
    fee=st.sampled_from([fees.percent(0.1), fees.ibkr_fixed(regulatory=True), fees.india("intraday"), fees.cme("ES")]),
)
def test_cash_positions_and_fees_are_conserved_to_the_cent(seed: int, convert: bool, fee: fees.FeeModel) -> None:
    result = ran(seed, convert=convert, fee=fee)
    books = result.books
    assert books is not None
    rate = 1.0
    if "EUR" in books.balances:
        rate = float(random_bars(LENGTH, seed + 3, spread=0.02).close[-1] / 90.0)
    money = books.balances["USD"] + books.balances["EUR"] * rate
    # What fills moved of a future's worth is no cash: its variation is, each day's at that day's rate.
    fills = result.fills
    worth = sum(
        row["quantity"] * row["price"] * books.multipliers[row["symbol"]] * at
        for row, at in zip(fills.to_dicts(), books.rates, strict=True)
        if row["symbol"] == "FUT"
    )
    assert money == pytest.approx(conserved(result, 60_000.0) + worth, abs=0.005)
    positions = {symbol: fills.filter(fills["symbol"] == symbol)["position"] for symbol in ("X", "CALL", "EUR", "FUT")}
    assert not len(positions["FUT"]) or positions["FUT"][-1] == 0.0
    assert not len(positions["CALL"]) or positions["CALL"][-1] == 0.0
    held_x, held_eur = (_position(result, symbol) for symbol in ("X", "EUR"))
    last = {symbol: bars.close[-1] for symbol, bars in result.bars.items()}
    assert result.final_equity == pytest.approx(money + held_x * last["X"] + held_eur * last["EUR"] * rate, abs=0.005)


def _position(result: Result, symbol: str) -> float:
    """What is held at the end, by the fills and the splits after them."""
    books = result.books
    assert books is not None
    mine = (result.fills["symbol"] == symbol).to_numpy()
    lots = (result.fills["quantity"].to_numpy() * books.splits)[mine].sum()
    paid_out = 0.0
    for row in result.ledger.filter(result.ledger["kind"] == "cash in lieu").to_dicts():
        if row["symbol"] == symbol:
            paid_out += _units(result, symbol, row)
    return float(lots - paid_out)


def _units(result: Result, symbol: str, row: dict[str, Any]) -> float:
    """How much of a lot was paid out, in units after every split."""
    bars = result.bars[symbol]
    moment = int(row["ts"].timestamp() * 1e9)
    place = int(np.searchsorted(bars.time, moment))
    split = {"EUR": 3.0, "X": 0.5}[symbol]
    return float(row["amount"] / (bars.close[place - 1] / split))
