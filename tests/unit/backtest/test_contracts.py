"""Futures, options, currencies, corporate actions: worked by hand, each with its rule's source."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Index, Instrument, Option, Right
from bidwell.model.session import Session, SessionTable
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import DAY, MINUTE, bars, random_bars
from tests.unit.backtest.test_matching import FLAT, At, ran, told

FIRST = date(1970, 1, 2)


def flat(*closes: float, symbol: str = "X") -> Bars:
    return bars(*[(each, each, each, each) for each in closes], symbol=symbol)


def instrument(symbol: str, contract: Any = None, **changes: Any) -> Instrument:
    terms: dict[str, Any] = {"currency": "USD", "tick_size": Decimal("0.01"), "lot_size": Decimal(1)}
    return Instrument(id=InstrumentId(f"{symbol}.XTST"), symbol=symbol, name=symbol, venue="XTST",
                      contract=contract or Equity(), **{**terms, **changes})  # fmt: skip


def es(expiry: date = date(1970, 3, 20), margin: str | None = "12000") -> Instrument:
    return instrument("ES", Future("SPX", expiry, Decimal(margin) if margin else None), multiplier=Decimal(50),
                      tick_size=Decimal("0.25"))  # fmt: skip


def option(right: Right, strike: str, expiry: date, *, cash: bool = False) -> Instrument:
    return instrument("OPT", Option(InstrumentId("X.XTST"), expiry, Decimal(strike), right, cash_settled=cash),
                      multiplier=Decimal(100))  # fmt: skip


class Keeps(Strategy):
    """Does what it is told at given bars of a symbol, and notes cash and equity at each bar."""

    def __init__(self, acts: dict[tuple[str, int], Any]) -> None:
        super().__init__()
        self.acts = acts
        self.seen: list[tuple[float, float]] = []

    def on_bar(self, bar: Bar) -> None:
        self.seen.append((self.cash, self.equity))
        act = self.acts.get((bar.symbol, bar.index))
        if act is not None:
            act(self)


def conserved(result: Result, cash: float) -> float:
    """Cash as it must be: what it was, less what fills moved, plus the ledger."""
    books = result.books
    assert books is not None
    fills = result.fills
    multipliers = np.array([books.multipliers[each] for each in fills["symbol"]])
    moved = (fills["quantity"] * fills["price"]).to_numpy() * multipliers * books.rates + fills["fee"].to_numpy()
    return float(cash - moved.sum() + result.ledger["worth"].sum())


# --- futures: each day's gain or loss is paid at the settlement (CME clearing, "mark-to-market") ---


def test_a_future_is_settled_every_day() -> None:
    market = bars((4000.0, 4000.0, 4000.0, 4000.0), (4000.0, 4010.0, 3990.0, 4005.0), (4006.0, 4010.0, 3990.0, 3995.0),
                  (3995.0, 3995.0, 3995.0, 3995.0), symbol="ES")  # fmt: skip
    told_to = Keeps({("ES", 0): lambda s: s.buy(2), ("ES", 2): lambda s: s.close()})
    result = backtest(told_to, {"ES": market}, instruments=[es()], cash=50_000.0, fees=fees.cme("ES"))
    fee = 2 * 2.25
    assert result.fills["fee"].to_list() == pytest.approx([fee, fee])
    assert result.why == "futures are settled in Python"
    paid = result.ledger.filter(pl.col("kind") == "variation")["amount"].to_list()
    # 2 contracts of 50: 4000 to 4005, to 3995, and out at 3995.
    assert paid == pytest.approx([500.0, -1000.0])
    assert result.fills["cash"].to_list() == pytest.approx([50_000.0 - fee, 50_000.0 - 500.0 - 2 * fee])
    assert result.equity.tolist() == pytest.approx([50_000.0, 50_500.0 - fee, 49_500.0 - fee, 49_500.0 - 2 * fee])
    assert result.books is not None
    assert result.books.balances == pytest.approx({"USD": 49_500.0 - 2 * fee})


def test_a_future_takes_its_initial_margin_and_no_more() -> None:
    market = flat(4000.0, 4000.0, symbol="ES")
    result = backtest(Keeps({("ES", 0): lambda s: s.buy(9)}), {"ES": market}, instruments=[es()], cash=50_000.0)
    assert [row["quantity"] for row in result.fills.to_dicts()] == [4.0]
    assert result.orders["reason"].to_list() == ["buying power"]


def test_a_future_below_its_maintenance_margin_is_closed_at_the_next_open() -> None:
    # 4 contracts keep 4 × 12,000 / 1.1 = 43,636.36; from 50,000 a fall of 31.82 points is too much.
    for last, fills in ((3969.0, 1), (3968.0, 2)):
        market = flat(4000.0, 4000.0, last, last, symbol="ES")
        result = backtest(Keeps({("ES", 0): lambda s: s.buy(4)}), {"ES": market}, instruments=[es()], cash=50_000.0)
        assert len(result.fills) == fills
        assert (result.orders["reason"].to_list()[-1] == "margin call") == (fills == 2)


def test_a_future_ends_at_its_expiry_at_the_last_price() -> None:
    ending = es(expiry=date(1970, 1, 4))
    act = Keeps({("ES", 0): lambda s: s.sell(1), ("ES", 3): lambda s: s.buy(1)})
    result = backtest(act, {"ES": flat(4000.0, 4000.0, 3990.0, 3900.0, symbol="ES")}, instruments=[ending])
    assert told(result) == [(1, -1.0, 4000.0), (2, 1.0, 3990.0)]
    assert result.orders["reason"].to_list() == ["", "settled at expiry", "the contract has ended"]
    assert result.final_equity == pytest.approx(100_000.0 + 500.0)


# --- options: OCC exercises by exception what is 0.01 in the money at expiry (rule 805) ---


@pytest.mark.parametrize(
    ("right", "strike", "spot", "bought", "delivered", "final"),
    [
        (Right.CALL, "95", 100.0, 1, 100.0, 100_000.0 - 600.0 + 500.0),
        (Right.CALL, "95", 100.0, -1, -100.0, 100_000.0 + 600.0 - 500.0),
        (Right.PUT, "110", 100.0, 1, -100.0, 100_000.0 - 600.0 + 1000.0),
        (Right.PUT, "110", 100.0, -1, 100.0, 100_000.0 + 600.0 - 1000.0),
        (Right.CALL, "100", 100.0, 1, 0.0, 100_000.0 - 600.0),
        (Right.CALL, "99.99", 100.0, 1, 100.0, 100_000.0 - 600.0 + 1.0),
    ],
)
def test_an_option_is_exercised_at_expiry_when_it_is_in_the_money(
    right: Right, strike: str, spot: float, bought: int, delivered: float, final: float
) -> None:
    chain = [option(right, strike, date(1970, 1, 4)), instrument("X")]
    data = {"OPT": flat(6.0, 6.0, 6.0, symbol="OPT"), "X": flat(spot, spot, spot, spot)}
    act = Keeps({("OPT", 0): lambda s: s.buy(1) if bought > 0 else s.sell(1)})
    result = backtest(act, data, instruments=chain)
    shares = [row["quantity"] for row in result.fills.to_dicts() if row["symbol"] == "X"]
    assert sum(shares) == delivered
    assert [row["price"] for row in result.fills.to_dicts() if row["symbol"] == "X"] == [float(strike)] * bool(
        delivered
    )
    assert result.final_equity == pytest.approx(final)
    assert conserved(result, 100_000.0) == pytest.approx(result.fills["cash"][-1], abs=0.005)


def test_a_cash_settled_option_pays_its_worth_and_delivers_nothing() -> None:
    chain = [option(Right.CALL, "95", date(1970, 1, 4), cash=True), instrument("X", Index())]
    data = {"OPT": flat(6.0, 6.0, 6.0, symbol="OPT"), "X": flat(100.0, 100.0, 102.5, 90.0)}
    result = backtest(Keeps({("OPT", 0): lambda s: s.buy(2), ("X", 0): lambda s: s.buy(1)}), data, instruments=chain)
    assert [(row["symbol"], row["price"]) for row in result.fills.to_dicts()] == [("OPT", 6.0), ("OPT", 7.5)]
    assert "an index is not traded" in result.orders["reason"].to_list()
    assert result.final_equity == pytest.approx(100_000.0 + 200 * 1.5)


def test_a_short_option_needs_its_margin_and_a_covered_call_none() -> None:
    # FINRA 4210(f)(2): 6.00 premium + 20 % of 100 - 10 out of the money = 16 × 100 a contract; the premium comes in.
    chain = [option(Right.CALL, "110", date(1970, 3, 20)), instrument("X")]
    data = {"OPT": flat(6.0, 6.0, 6.0, 6.0, symbol="OPT"), "X": flat(100.0, 100.0, 100.0, 100.0)}
    result = backtest(Keeps({("OPT", 1): lambda s: s.sell(9)}), data, instruments=chain, cash=5_000.0)
    assert [row["quantity"] for row in result.fills.to_dicts()] == [-3.0]
    covered = Keeps({("X", 0): lambda s: s.buy(100), ("OPT", 1): lambda s: s.sell(1)})
    result = backtest(covered, data, instruments=chain, cash=10_000.0)
    assert [row["quantity"] for row in result.fills.to_dicts()] == [100.0, -1.0]


def test_a_long_option_is_paid_in_full_whatever_the_leverage() -> None:
    chain = [option(Right.CALL, "110", date(1970, 3, 20)), instrument("X")]
    data = {"OPT": flat(5.0, 5.0, 5.0, symbol="OPT"), "X": flat(100.0, 100.0, 100.0)}
    result = backtest(Keeps({("OPT", 0): lambda s: s.buy(9)}), data, instruments=chain, cash=1_000.0, leverage=4.0)
    assert [row["quantity"] for row in result.fills.to_dicts()] == [2.0]


def test_an_option_without_its_underlying_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has no bars") as refused:
        backtest(Keeps({}), {"OPT": flat(1.0, symbol="OPT")}, instruments=[option(Right.PUT, "1", FIRST)])
    assert refused.value.code == "data.underlying"


# --- corporate actions ---


def test_a_split_multiplies_what_is_held_and_divides_the_prices_of_orders() -> None:
    # Apple, 7 for 1 on 2014-06-09.
    market = flat(700.0, 700.0, 100.0, 100.0, 95.0)

    def acts(s: At) -> None:
        s.buy(10)
        s.buy(3, limit=665.0)

    result = ran(market, {0: acts}, actions=[CorporateAction(date(1970, 1, 4), split=7.0)], lot_size=1.0)
    assert result.why == "corporate actions are booked in Python"
    assert told(result) == [(1, 10.0, 700.0), (4, 21.0, 95.0)]
    assert result.fills["position"].to_list() == [10.0, 91.0]
    assert result.final_equity == pytest.approx(100_000.0 - 70 * 5.0)


def test_a_fraction_that_a_split_leaves_is_paid_in_cash() -> None:
    market = flat(100.0, 100.0, 1000.0, 1000.0)
    result = ran(market, {0: lambda s: s.buy(25)}, actions=[CorporateAction(date(1970, 1, 4), split=0.1)], lot_size=1.0)
    (row,) = result.ledger.to_dicts()
    assert (row["kind"], row["amount"]) == ("cash in lieu", pytest.approx(500.0))
    assert result.final_equity == pytest.approx(100_000.0)


def test_a_split_makes_more_contracts_of_an_option_at_a_lower_strike() -> None:
    # Two calls at 700 on a share that is split 7 for 1: fourteen at 100, exercised at 110.
    data = {"X": flat(700.0, 700.0, 100.0, 110.0), "OPT": flat(35.0, 35.0, 5.0, 10.0, symbol="OPT")}
    known = {"OPT": option(Right.CALL, "700", date(1970, 1, 5))}
    action = {"X": [CorporateAction(date(1970, 1, 4), split=7.0)]}
    result = backtest(Keeps({("OPT", 0): lambda s: s.buy(2)}), data, instruments=known, actions=action, cash=200_000.0)
    fills = result.fills.select("symbol", "quantity", "price").rows()
    assert fills == [("OPT", 2.0, 35.0), ("OPT", -14.0, 0.0), ("X", 1400.0, 100.0)]
    assert result.equity.tolist() == pytest.approx([200_000.0, 200_000.0, 200_000.0, 207_000.0])


@pytest.mark.parametrize(
    ("split", "adjust", "code"),
    [(1.5, "raw", "option_split"), (7.0, "split", "option_prices"), (7.0, "total", "option_prices")],
)
def test_a_strike_that_would_not_belong_to_its_prices_is_refused(split: float, adjust: str, code: str) -> None:
    data = {"X": flat(700.0, 700.0, 100.0), "OPT": flat(35.0, 35.0, 5.0, symbol="OPT")}
    known = {"OPT": option(Right.CALL, "700", date(1970, 1, 5))}
    action = {"X": [CorporateAction(date(1970, 1, 4), split=split)]}
    with pytest.raises(InvalidInput) as refused:
        backtest(Keeps({}), data, instruments=known, actions=action, adjust=adjust)
    assert refused.value.code == f"backtest.{code}"
    # One that is listed after the split has its strike in the new prices.
    later = {
        **data,
        "OPT": Bars(
            "OPT", *(getattr(data["OPT"], name)[2:] for name in ("time", "open", "high", "low", "close", "volume"))
        ),
    }
    assert backtest(Keeps({}), later, instruments=known, actions=action, adjust=adjust).final_equity == 100_000.0


def test_a_dividend_goes_to_who_held_before_its_ex_date_and_a_short_pays_it() -> None:
    action = [CorporateAction(date(1970, 1, 4), dividend=0.5)]
    held = ran(flat(100.0, 100.0, 99.5, 99.5), {0: lambda s: s.buy(10)}, actions=action)
    assert held.final_equity == pytest.approx(100_000.0)
    short = ran(flat(100.0, 100.0, 99.5, 99.5), {0: lambda s: s.sell(10)}, actions=action)
    assert short.ledger["amount"].to_list() == [-5.0]
    late = ran(flat(100.0, 100.0, 99.5, 99.5), {1: lambda s: s.buy(10)}, actions=action)
    assert late.ledger.is_empty()


def test_a_run_on_raw_prices_is_worth_what_one_on_adjusted_prices_is() -> None:
    action = [CorporateAction(date(1970, 1, 4), split=2.0, dividend=1.0)]
    market = flat(100.0, 100.0, 49.5, 55.0)
    whole = {0: lambda s: s.buy(percent=100)}
    split = ran(market, whole, actions=action, adjust="split")
    assert split.ledger["amount"].to_list() == pytest.approx([1000.0])
    assert split.final_equity == pytest.approx(ran(market, whole, actions=action).final_equity)
    total = ran(market, whole, actions=action, adjust="total")
    assert total.books is None
    # 1 - 1/100 of what was paid before: the dividend is as if it had bought more shares.
    assert total.final_equity == pytest.approx(100_000.0 * 55.0 / (100.0 / 2 * 0.99))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pl.DataFrame({"date": ["1970-01-03"]}), "need a column date, and split or dividend"),
        (pl.DataFrame({"date": ["soon"], "split": [2.0]}), "'soon' is no date"),
        (pl.DataFrame({"date": ["1970-01-03"], "split": [-2.0]}), "splits by -2.0"),
        ({"Y": [CorporateAction(FIRST, split=2.0)]}, "actions of 'Y', and no bars"),
        (3, "no table of actions"),
    ],
)
def test_actions_that_cannot_be_read_are_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        ran(flat(1.0, 1.0), {}, actions=given)


# --- currencies ---


def rates(*values: float) -> pl.DataFrame:
    stamps = [datetime(1970, 1, 2, tzinfo=UTC) + timedelta(days=day) for day in range(len(values))]
    return pl.DataFrame({"ts": stamps, "rate": values})


def test_money_of_another_currency_is_exchanged_at_the_rate_of_its_fill() -> None:
    euro = instrument("X", currency="EUR")
    act = {0: lambda s: s.buy(100), 2: lambda s: s.close()}
    market = flat(10.0, 10.0, 11.0, 11.0)
    result = ran(market, act, instruments=[euro], rates={"EUR": rates(1.2, 1.2, 1.3, 1.1)}, fees=fees.per_order(2.0))
    # In dollars: 100 × 10 × 1.2 and 2 × 1.2 out, 100 × 11 × 1.1 less 2 × 1.1 in.
    assert result.fills["fee"].to_list() == pytest.approx([2.4, 2.2])
    assert result.equity.tolist() == pytest.approx([100_000.0, 99_997.6, 100_000 - 1_202.4 + 1_430.0, 100_005.4])
    assert result.round_trips["profit"].to_list() == pytest.approx([5.4])
    assert result.why == "several currencies are kept in Python"


def test_money_of_another_currency_can_be_kept() -> None:
    euro = instrument("X", currency="EUR")
    act = {0: lambda s: s.buy(100), 2: lambda s: s.close()}
    result = ran(flat(10.0, 10.0, 11.0, 11.0), act, instruments=[euro], rates={"EURUSD": rates(1.2, 1.2, 1.3, 1.1)},
                 convert=False)  # fmt: skip
    assert result.books is not None
    assert result.books.balances == pytest.approx({"USD": 100_000.0, "EUR": 100.0})
    assert result.final_equity == pytest.approx(100_110.0)
    assert conserved(result, 100_000.0) == pytest.approx(100_110.0)


def test_a_future_in_another_currency_risks_its_gain_and_not_its_worth() -> None:
    euro = instrument("FDAX", Future("DAX", date(1970, 3, 20), Decimal(30_000)), multiplier=Decimal(25), currency="EUR")
    act = Keeps({("FDAX", 0): lambda s: s.buy(1)})
    data = {"FDAX": flat(15_000.0, 15_000.0, 15_100.0, 15_100.0, symbol="FDAX")}
    result = backtest(act, data, instruments=[euro], rates={"EUR": rates(1.0, 1.0, 1.0, 2.0)})
    # 2,500 euros were paid out, and exchanged, at 1.0; doubling the euro afterwards changes nothing.
    assert result.final_equity == pytest.approx(102_500.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "no rate of EUR to USD"),
        ({"EUR": rates(1.2).with_columns(pl.col("ts") + timedelta(days=9))}, "no rate of EUR is known on 1970-01-02"),
        ({"EUR": 0.0}, "not above zero"),
        ({"EUROPE": 1.2}, "neither a currency nor a pair"),
        ({"EUR": pl.DataFrame({"x": [1]})}, "columns ts and rate"),
    ],
)
def test_rates_that_are_missing_or_wrong_are_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        ran(flat(1.0, 1.0), {}, instruments=[instrument("X", currency="EUR")], rates=given)


def test_a_pair_may_be_told_the_other_way_round() -> None:
    result = ran(flat(1.0, 1.0), {0: lambda s: s.buy(100)}, instruments=[instrument("X", currency="JPY")],
                 rates={"USDJPY": 100.0})  # fmt: skip
    assert result.fills["cash"].to_list() == pytest.approx([99_999.0])


# --- sessions ---


def sessions(*days: int) -> SessionTable:
    """Sessions from 14:30 to 21:00 UTC."""
    midnight = datetime(1970, 1, 1, tzinfo=UTC)
    return SessionTable("XTST", tuple(
        Session((midnight + timedelta(days=day)).date(), midnight + timedelta(days=day, hours=14.5),
                midnight + timedelta(days=day, hours=21))
        for day in days
    ))  # fmt: skip


def half_hours(first_day: int, count: int, close: float = 100.0) -> Bars:
    column = np.full(count, close)
    time = first_day * DAY + np.arange(count, dtype=np.int64) * 30 * MINUTE
    return Bars("X", time, column, column, column, column, column)


def test_bars_outside_of_sessions_are_left_out_and_a_day_order_ends_with_its_session() -> None:
    market = half_hours(1, 96)
    act = {12: lambda s: s.buy(1, limit=90.0, time_in_force="DAY"), 13: lambda s: s.buy(1)}
    result = ran(market, act, calendar=sessions(1, 2))
    assert len(result.equity) == 26
    assert result.orders["status"].to_list() == ["EXPIRED", "FILLED"]
    # The limit order is placed at the last bar of its day: it works on the next one, and ends with it.
    assert result.orders["closed_bar"].to_list() == [25, 14]
    early = ran(market, {3: lambda s: s.buy(1, limit=90.0, time_in_force="DAY")}, calendar=sessions(1, 2))
    assert early.orders["closed_bar"].to_list() == [12]


def test_bars_of_another_zone_than_the_calendar_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no bar lies within a session"):
        ran(half_hours(1, 8), {}, calendar=sessions(1))


# --- borrow, fees by volume ---


def test_each_short_pays_its_own_borrow() -> None:
    data = {"A": flat(100.0, 100.0, 100.0, symbol="A"), "B": flat(100.0, 100.0, 100.0, symbol="B")}
    act = Keeps({("A", 0): lambda s: s.sell(10), ("B", 0): lambda s: s.sell(10)})
    result = backtest(act, data, borrow={"B": 0.365})
    assert result.final_equity == pytest.approx(100_000.0 - 10 * 100.0 * 0.001)


def test_what_is_owed_costs_interest_once_however_many_instruments_there_are() -> None:
    data = {"A": flat(100.0, 100.0, 100.0, symbol="A"), "B": flat(100.0, 100.0, 100.0, symbol="B")}
    act = Keeps({("A", 0): lambda s: s.buy(1500)})
    terms: dict[str, Any] = {"leverage": 2.0, "interest": 0.365}
    assert backtest(act, data, **terms).final_equity == pytest.approx(100_000.0 - 50.0)
    kept = backtest(act, data, actions={"B": [CorporateAction(FIRST, dividend=0.1)]}, **terms)
    assert kept.ledger.select("kind", "amount").rows() == [("interest", pytest.approx(-50.0))]
    assert kept.final_equity == pytest.approx(conserved(kept, 100_000.0) + 1500 * 100.0)
    held = backtest(Keeps({("A", 0): lambda s: s.buy(900)}), data, **terms)
    assert held.final_equity == 100_000.0


def test_fees_go_by_the_volume_of_the_days_before() -> None:
    model = fees.tiered("test", [(0.0, 1.0, 1.0), (900.0, 0.5, 0.5)], by_volume=True)
    act = {day: (lambda s: s.buy(10)) for day in range(3)}
    result = ran(flat(*[100.0] * 5), act, fees=model)
    assert result.fills["fee"].to_list() == pytest.approx([10.0, 5.0, 5.0])
    assert result.why == "fees go by volume in Python"


# --- what holds for all ---


def test_a_run_that_keeps_a_ledger_and_has_nothing_to_book_is_the_plain_run_to_the_bit() -> None:
    class Busy(Strategy):
        def on_bar(self, bar: Bar) -> None:
            turn = bar.index % 7
            if turn == 1:
                self.buy(percent=60, stop_loss=bar.close * 0.98, take_profit=bar.close * 1.03)
            elif turn == 3:
                self.sell(40, limit=bar.close * 1.01)
            elif turn == 5:
                self.order_target_percent(-30)

    market = random_bars(400, 5)
    ends = [CorporateAction(date(2200, 1, 1), split=2.0)]
    conditions: dict[str, Any] = {"fees": fees.ibkr_fixed(), "borrow": 0.03, "slippage": 0.02, "leverage": 2.0}
    plain = backtest(Busy, market, compile="never", **conditions)
    kept = backtest(Busy, market, actions=ends, **conditions)
    assert kept.why == "corporate actions are booked in Python"
    np.testing.assert_array_equal(plain.fill_rows, kept.fill_rows)
    np.testing.assert_array_equal(plain.order_rows, kept.order_rows)
    np.testing.assert_array_equal(plain.equity, kept.equity)
    assert conserved(kept, 100_000.0) == pytest.approx(
        kept.equity[-1] - kept.fills["position"][-1] * market.close[-1], abs=0.005
    )


def test_what_a_ledger_needs_is_not_compiled_and_says_why() -> None:
    with pytest.raises(InvalidInput, match="cannot be compiled: futures are settled in Python"):
        backtest(Keeps({}), {"ES": flat(1.0, symbol="ES")}, instruments=[es()], compile="always")


def test_an_instrument_that_is_plain_leaves_the_run_quick() -> None:
    result = ran(bars(FLAT, FLAT), {0: lambda s: s.buy(1.5)}, instruments=[instrument("X")])
    assert (told(result), result.why) == ([(1, 1.0, 100.0)], "compile is never")


@pytest.mark.parametrize(("last", "called"), [(66.7, False), (66.66, True)])
def test_a_long_position_on_margin_is_called_below_its_maintenance(last: float, called: bool) -> None:
    # 2,000 shares at 100 on 100,000: equity 2,000 × p - 100,000 is a quarter of 2,000 × p at 66.67.
    result = ran(flat(100.0, 100.0, last, last), {0: lambda s: s.buy(2_000)}, leverage=2.0, maintenance=0.25)
    assert ("margin call" in result.orders["reason"].to_list()) is called
    assert (result.fills["position"][-1] == 0.0) is called


def test_a_result_with_a_ledger_is_kept_and_read_again(tmp_path: Path) -> None:
    action = [CorporateAction(date(1970, 1, 4), dividend=0.5)]
    result = ran(flat(100.0, 100.0, 99.5, 99.5), {0: lambda s: s.buy(10)}, actions=action)
    result.save(tmp_path / "run")
    again = Result.load(tmp_path / "run")
    assert again.ledger.equals(result.ledger)
    assert again.ledger["kind"].to_list() == ["dividend"]
    assert again.identity["circumstances"]["actions"] == {"X": [["1970-01-04", 1.0, 0.5]]}


def test_round_trips_see_through_splits_currencies_and_multipliers() -> None:
    split = ran(flat(70.0, 70.0, 10.0, 12.0, 12.0), {0: lambda s: s.buy(10), 3: lambda s: s.close()},
                actions=[CorporateAction(date(1970, 1, 4), split=7.0)])  # fmt: skip
    (trip,) = split.round_trips.to_dicts()
    assert (trip["quantity"], trip["entry_price"], trip["exit_price"]) == (70.0, 10.0, 12.0)
    assert trip["profit"] == pytest.approx(140.0)
    future = backtest(Keeps({("ES", 0): lambda s: s.buy(1), ("ES", 2): lambda s: s.close()}),
                      {"ES": flat(4000.0, 4000.0, 4010.0, 4010.0, symbol="ES")}, instruments=[es()])  # fmt: skip
    assert future.round_trips["profit"].to_list() == pytest.approx([500.0])
    assert future.exposure[1] == pytest.approx(2.0)
