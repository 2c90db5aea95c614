from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from bidwell.simulation.backtest import fees, layout, slippage
from bidwell.simulation.backtest.books import ListBook
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.signals import Targets
from bidwell.simulation.backtest.submission import at_market, submit
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import bars

FLAT = (100.0, 101.0, 99.0, 100.0)


class At(Strategy):
    """Does what it is told at given bars."""

    def __init__(self, acts: dict[int, Callable[[At], Any]]) -> None:
        super().__init__()
        self.acts = acts

    def on_bar(self, bar: Bar) -> None:
        if bar.index in self.acts:
            self.acts[bar.index](self)


def ran(market: Bars, acts: dict[int, Callable[[At], Any]], **conditions: Any) -> Result:
    conditions.setdefault("cash", 100_000.0)
    return backtest(At(acts), market, compile="never", **conditions)


def told(result: Result) -> list[tuple[int, float, float]]:
    return [(row["bar"], row["quantity"], row["price"]) for row in result.fills.to_dicts()]


def test_a_market_order_fills_at_the_next_open() -> None:
    result = ran(bars(FLAT, (102.0, 103.0, 101.0, 102.5)), {0: lambda s: s.buy(10)})
    assert told(result) == [(1, 10.0, 102.0)]
    assert result.final_equity == 100_000.0 + 10 * 0.5


def test_a_market_order_fills_at_its_own_close_where_that_is_asked_for() -> None:
    result = ran(bars(FLAT, (102.0, 103.0, 101.0, 102.5)), {0: lambda s: s.buy(10)}, fill="close")
    assert told(result) == [(0, 10.0, 100.0)]


@pytest.mark.parametrize("amount", [10, 0.5, 100.0, 0.0, -3.0, 1e19, math.nan, math.inf])
@pytest.mark.parametrize("held", [0.0, 7.0, -7.0])
@pytest.mark.parametrize("by", [layout.BY_QUANTITY, layout.CLOSING])
def test_the_short_way_of_placing_is_the_long_one(by: int, held: float, amount: float) -> None:
    for lot in (0.0, 1.0):
        short, long = ListBook(Conditions(lot_size=lot), 1), ListBook(Conditions(lot_size=lot), 1)
        for turn in range(3):  # the last one is one too many
            for book in (short, long):
                book.position[0] = held
                book.settings[layout.MOST_WORKING] = 2.0
            one = at_market(short, 0, turn, 99.5, 1.0, by, amount)
            assert one == submit(long, 0, turn, 99.5, 1.0, by, amount, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0)
        assert repr([short.orders, short.working, short.counts, short.mark]) == repr(
            [long.orders, long.working, long.counts, long.mark]
        )


def test_an_order_at_the_last_bar_does_not_fill() -> None:
    result = ran(bars(FLAT, FLAT), {1: lambda s: s.buy(10)})
    assert told(result) == []
    assert result.orders["status"].to_list() == ["WORKING"]


@pytest.mark.parametrize(
    ("bar", "price"),
    [((100.0, 101.0, 97.9, 99.0), 98.0), ((97.0, 99.0, 96.0, 98.5), 97.0), ((100.0, 101.0, 98.01, 99.0), None),
     ((100.0, 101.0, 98.0, 99.0), 98.0)],
)  # fmt: skip
def test_a_limit_fills_at_its_price_or_at_a_better_open(
    bar: tuple[float, float, float, float], price: float | None
) -> None:
    result = ran(bars(FLAT, bar), {0: lambda s: s.buy(10, limit=98.0)})
    assert told(result) == ([] if price is None else [(1, 10.0, price)])


@pytest.mark.parametrize(
    ("bar", "price"),
    [((100.0, 103.0, 99.0, 101.0), 102.0), ((104.0, 105.0, 103.0, 104.0), 104.0), ((100.0, 101.9, 99.0, 101.0), None)],
)
def test_a_stop_fills_at_its_price_or_at_a_worse_open(
    bar: tuple[float, float, float, float], price: float | None
) -> None:
    result = ran(bars(FLAT, bar), {0: lambda s: s.buy(10, stop=102.0)})
    assert told(result) == ([] if price is None else [(1, 10.0, price)])


def test_a_stop_limit_whose_limit_is_gapped_over_rests_until_the_price_comes_back() -> None:
    market = bars(FLAT, (104.0, 105.0, 103.5, 104.0), (104.0, 105.0, 102.5, 104.0))
    result = ran(market, {0: lambda s: s.buy(10, stop=102.0, limit=103.0)})
    assert told(result) == [(2, 10.0, 103.0)]


def test_a_stop_limit_set_off_within_a_bar_trusts_only_its_close() -> None:
    touched = (100.0, 103.0, 98.0, 101.5)
    result = ran(bars(FLAT, touched, FLAT), {0: lambda s: s.buy(10, stop=102.0, limit=101.0)})
    assert told(result) == [(2, 10.0, 100.0)]
    result = ran(bars(FLAT, (100.0, 103.0, 98.0, 100.5)), {0: lambda s: s.buy(10, stop=102.0, limit=101.0)})
    assert told(result) == [(1, 10.0, 101.0)]


def test_a_trailing_stop_follows_the_best_price_and_fills_at_its_level() -> None:
    market = bars(FLAT, FLAT, (100.0, 110.0, 100.0, 109.0), (109.0, 109.5, 104.0, 105.0))
    result = ran(market, {0: lambda s: s.buy(10), 1: lambda s: s.close(trail=5.0)})
    assert told(result) == [(1, 10.0, 100.0), (3, -10.0, 105.0)]


def test_a_bar_that_touches_stop_and_target_fills_the_stop_unless_the_run_is_optimistic() -> None:
    market = bars(FLAT, FLAT, (100.0, 111.0, 89.0, 100.0))
    acts = {0: lambda s: s.buy(10, stop_loss=90.0, take_profit=110.0)}
    assert told(ran(market, acts))[-1] == (2, -10.0, 90.0)
    result = ran(market, acts, intrabar="optimistic")
    assert told(result)[-1] == (2, -10.0, 110.0)
    assert result.orders["status"].to_list() == ["FILLED", "CANCELED", "FILLED"]
    assert result.orders["reason"].to_list()[1] == "sibling filled"


def test_a_market_entry_may_leave_in_the_bar_that_it_entered() -> None:
    market = bars(FLAT, (100.0, 101.0, 89.0, 100.0))
    assert told(ran(market, {0: lambda s: s.buy(10, stop_loss=90.0)})) == [(1, 10.0, 100.0), (1, -10.0, 90.0)]


def test_a_limit_entry_takes_its_profit_in_the_same_bar_only_where_the_close_proves_it() -> None:
    acts = {0: lambda s: s.buy(10, limit=98.0, take_profit=102.0)}
    assert told(ran(bars(FLAT, (100.0, 103.0, 97.0, 101.0)), acts)) == [(1, 10.0, 98.0)]
    proven = told(ran(bars(FLAT, (100.0, 103.0, 97.0, 102.5)), acts))
    assert proven == [(1, 10.0, 98.0), (1, -10.0, 102.0)]


def test_a_limit_entry_is_stopped_in_the_same_bar_when_its_range_reaches_the_stop() -> None:
    acts = {0: lambda s: s.buy(10, limit=98.0, stop_loss=97.0)}
    assert told(ran(bars(FLAT, (100.0, 101.0, 96.0, 100.0)), acts)) == [(1, 10.0, 98.0), (1, -10.0, 97.0)]


def test_closing_by_hand_takes_the_exits_of_a_bracket_off() -> None:
    acts = {0: lambda s: s.buy(10, stop_loss=90.0, take_profit=110.0), 1: lambda s: s.close()}
    result = ran(bars(FLAT, FLAT, FLAT, (80.0, 81.0, 79.0, 80.0)), acts)
    assert told(result) == [(1, 10.0, 100.0), (2, -10.0, 100.0)]
    assert result.orders["status"].to_list() == ["FILLED", "CANCELED", "CANCELED", "FILLED"]


def test_two_bound_orders_take_off_each_other_what_they_fill() -> None:
    def both(s: At) -> None:
        s.oco(s.buy(10, limit=99.0), s.buy(10, stop=103.0))

    result = ran(bars(FLAT, (100.0, 101.0, 98.0, 100.0), (104.0, 105.0, 103.0, 104.0)), {0: both})
    assert told(result) == [(1, 10.0, 99.0)]


def test_volume_participation_fills_in_parts_and_keeps_the_rest_working() -> None:
    market = bars(FLAT, FLAT, FLAT, volume=100.0)
    result = ran(market, {0: lambda s: s.buy(15)}, participation=0.1)
    assert told(result) == [(1, 10.0, 100.0), (2, 5.0, 100.0)]


def test_a_bar_without_volume_fills_nothing_under_participation() -> None:
    result = ran(bars(FLAT, FLAT, volume=0.0), {0: lambda s: s.buy(15)}, participation=0.1)
    assert told(result) == []


def test_exits_of_a_partly_filled_entry_cover_what_filled() -> None:
    market = bars(FLAT, FLAT, (100.0, 101.0, 89.0, 100.0), volume=100.0)
    result = ran(market, {0: lambda s: s.buy(15, stop_loss=90.0)}, participation=0.1)
    assert told(result)[0] == (1, 10.0, 100.0)
    assert sum(quantity for _, quantity, _ in told(result)) >= 0.0


def test_an_opening_order_is_cut_to_what_the_account_can_carry_after_the_fee() -> None:
    result = ran(bars(FLAT, FLAT), {0: lambda s: s.buy(10_000)}, fees=0.1, lot_size=1.0)
    assert told(result) == [(1, 999.0, 100.0)]
    assert result.orders["reason"].to_list() == ["buying power"]


def test_an_order_for_a_billion_shares_cannot_overdraw_the_account() -> None:
    result = ran(bars(FLAT, FLAT, FLAT), {0: lambda s: s.buy(1e9), 1: lambda s: s.buy(1e9)})
    assert told(result) == [(1, 1000.0, 100.0)]
    assert result.orders["status"].to_list() == ["CANCELED", "REJECTED"]


def test_shorting_can_be_switched_off() -> None:
    result = ran(bars(FLAT, FLAT), {0: lambda s: s.sell(5)}, shorting=False)
    assert told(result) == []
    assert result.orders["reason"].to_list() == ["shorting is off"]


def test_an_account_below_maintenance_is_closed_at_the_next_open() -> None:
    market = bars(FLAT, FLAT, (100.0, 185.0, 100.0, 182.0), (190.0, 191.0, 189.0, 190.0))
    result = ran(market, {0: lambda s: s.sell(1000)})
    assert told(result) == [(1, -1000.0, 100.0), (3, 1000.0, 190.0)]
    assert result.orders["reason"].to_list()[-1] == "margin call"


def test_a_short_position_pays_its_borrow() -> None:
    result = ran(bars(FLAT, FLAT, FLAT), {0: lambda s: s.sell(100)}, borrow=0.365)
    assert result.final_equity == pytest.approx(100_000.0 - 100 * 100.0 * 0.001)


@pytest.mark.parametrize("speed", ["never", "always"])
def test_what_is_owed_costs_interest_from_bar_to_bar(speed: str) -> None:
    # 150,000 bought with 100,000: 50,000 owed for two days at 36.5 % a year, the second day's interest on the first's.
    owed = Targets([1.5, float("nan"), float("nan"), float("nan")])
    market = bars((100.0, 100.0, 100.0, 100.0), *[(100.0, 100.0, 100.0, 100.0)] * 3)
    result = backtest(owed, market, leverage=2.0, interest=0.365, compile=speed)
    assert result.equity.tolist() == pytest.approx([100_000.0, 100_000.0, 99_950.0, 99_950.0 - 50.05])
    assert result.speed == ("python" if speed == "never" else "compiled")


def test_a_day_order_ends_with_its_first_working_day() -> None:
    market = bars(FLAT, FLAT, (90.0, 91.0, 89.0, 90.0))
    result = ran(market, {0: lambda s: s.buy(1, limit=95.0, time_in_force="DAY")})
    assert told(result) == []
    assert result.orders["status"].to_list() == ["EXPIRED"]


def test_slippage_moves_market_and_stop_orders_against_themselves_and_never_limits() -> None:
    def acts(s: At) -> None:
        s.buy(1)
        s.buy(1, limit=99.5)

    result = ran(bars(FLAT, FLAT), {0: acts}, slippage=slippage.fixed(0.5))
    assert told(result) == [(1, 1.0, 100.5), (1, 1.0, 99.5)]


def test_a_minimum_fee_counts_once_per_order() -> None:
    market = bars(FLAT, FLAT, FLAT, volume=100.0)
    result = ran(market, {0: lambda s: s.buy(15)}, participation=0.1, fees=fees.per_share(0.01, minimum=1.0))
    assert result.fills["fee"].to_list() == [1.0, 0.0]


def test_a_resting_limit_pays_the_maker_fee() -> None:
    model = fees.maker_taker(0.01, 0.05)
    result = ran(bars(FLAT, FLAT), {0: lambda s: (s.buy(1), s.buy(1, limit=99.5))}, fees=model)
    assert result.fills["fee"].to_list() == pytest.approx([100 * 0.0005, 99.5 * 0.0001])


def test_the_indian_schedule_charges_stamp_on_buying_and_levies_by_date() -> None:
    model = fees.india("intraday")
    result = ran(bars(FLAT, FLAT, FLAT), {0: lambda s: s.buy(100), 1: lambda s: s.close()}, fees=model)
    turnover, brokerage = 10_000.0, 3.0
    service = turnover * (0.0000345 + 0.000001)
    both = brokerage + service + 0.18 * (brokerage + service)
    assert result.fills["fee"].to_list() == pytest.approx([both + turnover * 0.00003, both + turnover * 0.00025])


def test_a_price_that_is_none_gives_a_rejected_order_that_says_so() -> None:
    result = ran(bars(FLAT, FLAT), {0: lambda s: s.buy(1, limit=float("nan"))})
    assert result.orders["status"].to_list() == ["REJECTED"]
    assert result.orders["reason"].to_list() == ["a price is not above zero"]


def test_a_round_trip_knows_profit_fees_and_its_best_and_worst_moment() -> None:
    market = bars(FLAT, FLAT, (100.0, 110.0, 95.0, 105.0), (106.0, 107.0, 105.0, 106.0))
    result = ran(market, {0: lambda s: s.buy(10), 2: lambda s: s.close()}, fees=0.1)
    (trip,) = result.round_trips.to_dicts()
    assert (trip["side"], trip["quantity"], trip["entry_price"], trip["exit_price"]) == ("long", 10.0, 100.0, 106.0)
    assert trip["profit"] == pytest.approx(60.0 - 2.06)
    assert (trip["mae"], trip["mfe"], trip["bars"]) == (-50.0, 100.0, 2)


def test_sizes_by_notional_percent_risk_and_target() -> None:
    result = ran(bars(*[FLAT] * 6), {
        0: lambda s: s.buy(notional=1_000.0), 1: lambda s: s.order_target(30), 2: lambda s: s.order_target_percent(50),
        3: lambda s: s.close(50), 4: lambda s: s.buy(risk=100.0, stop_loss=95.0),
    })  # fmt: skip
    assert [quantity for _, quantity, _ in told(result)] == [10.0, 20.0, 470.0, -250.0, 20.0]


def test_prices_of_orders_lie_on_the_tick_grid_as_a_broker_takes_them() -> None:
    def acts(s: At) -> None:
        s.buy(1, limit=99.126)
        s.buy(1, stop=101.374, stop_loss=98.875)
        s.buy(1, limit=0.01)

    result = ran(bars(FLAT, FLAT), {0: acts}, tick_size=0.25)
    assert result.orders["limit_price"].to_list() == [99.25, 0.0, 0.0, 0.25]
    assert result.orders["stop_price"].to_list() == [0.0, 101.25, 99.0, 0.0]


def test_a_trailing_level_off_the_tick_grid_lies_away_from_the_market() -> None:
    market = bars(FLAT, FLAT, (100.0, 100.0, 98.5, 99.0), FLAT)
    result = ran(market, {0: lambda s: s.buy(1), 1: lambda s: s.close(trail_percent=1.3)}, tick_size=0.25)
    # 1.3 % below 100 is 98.70: the grid's next price away from the market is 98.50.
    assert told(result)[-1] == (2, -1.0, 98.5)
