"""Options before and on their last day: notices of exercise, and settlement in the morning; worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Index, Instrument, Option, Right
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import MINUTE, random_bars
from tests.unit.backtest.test_contracts import Keeps, conserved, flat, instrument

LAST = date(1970, 1, 8)


def option(right: Right = Right.CALL, strike: str = "95", *, cash: bool = False, european: bool = False) -> Instrument:
    return instrument("OPT", Option(InstrumentId("X.XTST"), LAST, Decimal(strike), right, cash, european),
                      multiplier=Decimal(100))  # fmt: skip


def made(acts: dict[tuple[str, int], Any], spots: tuple[float, ...] = (100.0,) * 5, *, of: Instrument | None = None,
         share: Any = None, **terms: Any) -> Result:  # fmt: skip
    data = {"OPT": flat(*[6.0] * len(spots), symbol="OPT"), "X": flat(*spots)}
    known = {"OPT": of or option(), "X": instrument("X", share or Equity())}
    return backtest(Keeps(acts), data, instruments=known, **terms)


def fills(result: Result) -> list[tuple[str, int, float, float]]:
    return result.fills.select("symbol", "bar", "quantity", "price").rows()


def notice(result: Result) -> tuple[str, str]:
    """Status and reason of the only notice of exercise."""
    ((status, reason),) = result.orders.filter(pl.col("order_type") == "EXERCISE").select("status", "reason").rows()
    return status, reason


def buys_and_exercises(contracts: int = 2, asked: float | None = None) -> dict[tuple[str, int], Any]:
    return {("OPT", 0): lambda s: s.buy(contracts), ("OPT", 2): lambda s: s.exercise(asked)}


@pytest.mark.parametrize(
    ("right", "strike", "shares", "final"),
    [
        (Right.CALL, "95", 200.0, 100_000.0 - 1_200.0 + 1_000.0),
        (Right.PUT, "110", -200.0, 100_000.0 - 1_200.0 + 2_000.0),
    ],
)
def test_a_notice_delivers_the_underlying_at_the_strike_at_the_sessions_end(
    right: Right, strike: str, shares: float, final: float
) -> None:
    result = made(buys_and_exercises(), of=option(right, strike))
    assert fills(result) == [("OPT", 1, 2.0, 6.0), ("OPT", 2, -2.0, 0.0), ("X", 2, shares, float(strike))]
    assert notice(result) == ("FILLED", "exercised")
    assert result.final_equity == pytest.approx(final)
    assert conserved(result, 100_000.0) == pytest.approx(result.fills["cash"][-1], abs=0.005)
    assert result.equity[2] == pytest.approx(final)


@pytest.mark.parametrize("share", [Equity(), Index()])
def test_a_notice_of_what_is_settled_in_cash_pays_what_it_is_worth_at_the_close(share: Any) -> None:
    result = made(buys_and_exercises(), (100.0, 100.0, 103.0, 90.0), of=option(cash=True), share=share)
    assert fills(result) == [("OPT", 1, 2.0, 6.0), ("OPT", 2, -2.0, 8.0)]
    assert result.final_equity == pytest.approx(100_000.0 + 200 * 2.0)


def test_a_call_exercised_before_the_ex_date_earns_the_dividend() -> None:
    action = {"X": [CorporateAction(date(1970, 1, 5), dividend=1.5)]}
    early = made(buys_and_exercises(), actions=action)
    assert early.ledger.select("symbol", "kind", "amount").rows() == [("X", "dividend", pytest.approx(300.0))]
    late = made({("OPT", 0): lambda s: s.buy(2), ("OPT", 3): lambda s: s.exercise()}, actions=action)
    assert late.ledger.is_empty()


def test_part_of_what_is_held_can_be_exercised_and_no_more_than_is_held() -> None:
    assert fills(made(buys_and_exercises(3, 1)))[1:] == [("OPT", 2, -1.0, 0.0), ("X", 2, 100.0, 95.0)]
    much = made(buys_and_exercises(3, 50))
    assert fills(much)[1:] == [("OPT", 2, -3.0, 0.0), ("X", 2, 300.0, 95.0)]
    assert notice(much) == ("CANCELED", "nothing to close")


@pytest.mark.parametrize(
    ("acts", "of", "terms", "answer"),
    [
        (buys_and_exercises(), option(european=True), {}, ("REJECTED", "a European option is exercised at its expiry alone")),
        ({("OPT", 0): lambda s: s.sell(1), ("OPT", 2): lambda s: s.exercise()}, option(), {}, ("REJECTED", "not long")),
        ({("OPT", 2): lambda s: s.exercise(1)}, option(), {}, ("REJECTED", "not long")),
        ({("X", 0): lambda s: s.buy(9), ("X", 2): lambda s: s.exercise()}, option(), {}, ("REJECTED", "not an option")),
        (buys_and_exercises(2, 0), option(), {}, ("REJECTED", "a quantity is not above zero, or below a lot")),
        (buys_and_exercises(2, float("nan")), option(), {}, ("REJECTED", "a quantity is not above zero, or below a lot")),
        (buys_and_exercises(), option(strike="101", cash=True), {}, ("CANCELED", "out of the money")),
        (buys_and_exercises(), option(), {"cash": 10_000.0}, ("REJECTED", "buying power")),
        (buys_and_exercises(), option(Right.PUT, "110"), {"shorting": False}, ("REJECTED", "shorting is off")),
    ],
)  # fmt: skip
def test_a_notice_that_cannot_be_meant_is_refused(
    acts: dict[tuple[str, int], Any], of: Instrument, terms: dict[str, Any], answer: tuple[str, str]
) -> None:
    result = made(acts, of=of, **terms)
    assert notice(result) == answer
    assert "exercised" not in result.orders["reason"].to_list()
    assert conserved(result, terms.get("cash", 100_000.0)) == pytest.approx(
        [terms.get("cash", 100_000.0), *result.fills["cash"].to_list()][-1]
    )


def test_a_put_on_held_shares_needs_no_buying_power() -> None:
    acts = {**buys_and_exercises(1), ("X", 0): lambda s: s.buy(100)}
    result = made(acts, of=option(Right.PUT, "110"), cash=10_700.0, shorting=False)
    assert fills(result)[-2:] == [("OPT", 2, -1.0, 0.0), ("X", 2, -100.0, 110.0)]
    assert result.final_equity == pytest.approx(10_700.0 - 600.0 + 1_000.0)


def intraday(acts: dict[tuple[str, int], Any]) -> Result:
    """Two sessions of three minutes each; bought in the first minute."""
    days = [1, 1, 1, 2, 2, 2]
    stamps = [day * 1440 * MINUTE + turn % 3 * MINUTE for turn, day in enumerate(days)]
    data = {}
    for symbol, prices in (("OPT", [6.0] * 6), ("X", [100.0, 101.0, 102.0, 100.0, 100.0, 100.0])):
        base = flat(*prices, symbol=symbol)
        data[symbol] = Bars(symbol, base.time * 0 + stamps, base.open, base.high, base.low, base.close, base.volume)
    known = {"OPT": option(cash=True), "X": instrument("X")}
    return backtest(Keeps({("OPT", 0): lambda s: s.buy(2), **acts}), data, instruments=known)


def test_a_notice_waits_for_the_sessions_end_and_can_be_canceled_until_then() -> None:
    kept = intraday({("OPT", 1): lambda s: s.exercise()})
    assert fills(kept) == [("OPT", 1, 2.0, 6.0), ("OPT", 2, -2.0, 7.0)]
    for undo in (lambda s: s.cancel_all(), lambda s: s.cancel(1)):
        gone = intraday({("OPT", 1): lambda s: s.exercise(), ("OPT", 2): undo})
        assert (len(gone.fills), notice(gone)) == (1, ("CANCELED", "by the strategy"))
    sold = intraday({("OPT", 1): lambda s: (s.exercise(), s.close())})
    assert (fills(sold)[-1], notice(sold)) == (("OPT", 2, -2.0, 6.0), ("CANCELED", "nothing to close"))


def test_what_is_under_notice_already_is_not_asked_for_twice() -> None:
    asked: list[int] = []
    twice = intraday({("OPT", 1): lambda s: asked.extend([s.exercise(), s.exercise()])})
    assert (asked, notice(twice)) == ([1, -1], ("FILLED", "exercised"))


def test_an_option_on_a_future_delivers_one_future_a_contract() -> None:
    known = {
        "OPT": option(),
        "X": instrument("X", Future("I", date(1970, 3, 20), Decimal(500)), multiplier=Decimal(100)),
    }
    data = {"OPT": flat(*[6.0] * 5, symbol="OPT"), "X": flat(*[100.0] * 5)}
    early = backtest(Keeps(buys_and_exercises()), data, instruments=known)
    assert fills(early)[-1] == ("X", 2, 2.0, 95.0)
    # What the strike is below the market comes in as the session's variation.
    assert early.final_equity == pytest.approx(100_000.0 - 1_200.0 + 1_000.0)


class Exercises(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.index == 3:
            self.exercise()


def test_a_share_cannot_be_exercised_at_any_speed() -> None:
    market = random_bars(10)
    for speed in ("never", "auto"):
        result = backtest(Exercises(), market, compile=speed)
        assert notice(result) == ("REJECTED", "not an option")
    assert "exercise" in backtest(Exercises(), market, compile="auto").why
    with pytest.raises(InvalidInput, match=r"exercise.* runs in Python"):
        backtest(Exercises(), market, compile="always")
    with pytest.raises(InvalidInput, match="not in this run"):
        backtest(Keeps({("X", 0): lambda s: s.exercise(symbol="Y")}), {"X": market, "Z": random_bars(10, symbol="Z")})


# --- settlement in the morning of the last day (Cboe, SPX: the exercise settlement value is made of opening prices) ---

SPOTS = (100.0, 100.0, 100.0, 100.0, 100.0, 100.0, 120.0)
HELD = {("OPT", 0): lambda s: s.buy(2)}


def test_a_settlement_value_counts_in_place_of_the_close() -> None:
    by_close = made(HELD, SPOTS, of=option(cash=True))
    assert fills(by_close)[-1] == ("OPT", 6, -2.0, 25.0)
    result = made({**HELD, ("OPT", 6): lambda s: s.buy(1)}, SPOTS, of=option(cash=True), settlements={"OPT": 97.5})
    assert fills(result)[-1] == ("OPT", 6, -2.0, 2.5)
    assert result.orders["reason"].to_list()[-2:] == ["exercised", "the contract has ended"]
    assert result.equity[5:].tolist() == pytest.approx([100_000.0, 100_000.0 - 700.0])
    assert result.identity["circumstances"]["settlements"] == {"OPT": 97.5}
    assert conserved(result, 100_000.0) == pytest.approx(result.fills["cash"][-1])


def test_a_settlement_value_out_of_the_money_is_worth_nothing_and_a_short_pays() -> None:
    worthless = made(HELD, SPOTS, of=option(cash=True), settlements={"OPT": 95.0})
    assert worthless.orders["reason"].to_list()[-1] == "expired worthless"
    short = made({("OPT", 0): lambda s: s.sell(1)}, SPOTS, of=option(cash=True), settlements={"OPT": 96.0})
    assert (fills(short)[-1], short.orders["reason"].to_list()[-1]) == (("OPT", 6, 1.0, 1.0), "assigned")


def test_settlement_values_are_read_from_a_file_and_stored(tmp_path: Path) -> None:
    pl.DataFrame({"symbol": ["OPT"], "date": [LAST], "value": [97.5]}).write_csv(tmp_path / "set.csv")
    result = made(HELD, SPOTS, of=option(cash=True), settlements=tmp_path / "set.csv")
    assert fills(result)[-1] == ("OPT", 6, -2.0, 2.5)
    again = Result.load(result.save(tmp_path / "run"))
    assert again.identity["circumstances"]["settlements"] == {"OPT": 97.5}
    assert again.identity["circumstances"]["options"]["OPT"]["european"] is False


@pytest.mark.parametrize(
    ("given", "of", "message"),
    [
        ({"Y": 1.0}, option(cash=True), "Y has a settlement value and no bars"),
        ({"X": 1.0}, option(cash=True), "no option that is settled in cash"),
        ({"OPT": 1.0}, option(), "no option that is settled in cash"),
        ({"OPT": 0.0}, option(cash=True), "no number above zero"),
        ({"OPT": float("nan")}, option(cash=True), "no number above zero"),
        ({"OPT": float("inf")}, option(cash=True), "no number above zero"),
        ({"OPT": True}, option(cash=True), "no number above zero"),
        ({"OPT": "high"}, option(cash=True), "no number above zero"),
        (pl.DataFrame({"symbol": ["OPT"], "value": [1.0], "date": ["1970-01-07"]}), option(cash=True), "expires on 1970-01-08"),
        (pl.DataFrame({"symbol": ["OPT"], "value": [1.0], "date": ["soon"]}), option(cash=True), "'soon' is no date"),
        (pl.DataFrame({"symbol": ["OPT", "OPT"], "value": [1.0, 2.0]}), option(cash=True), "two settlement values"),
        (pl.DataFrame({"value": [1.0]}), option(cash=True), "columns symbol and value"),
        (3, option(cash=True), "no table of settlements"),
    ],
)  # fmt: skip
def test_settlement_values_that_make_no_sense_are_refused(given: Any, of: Instrument, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as refused:
        made(HELD, SPOTS, of=of, settlements=given)
    assert refused.value.field == "settlements"
