from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.ids import AccountId, StrategyId
from bidwell.model.terms import Side
from bidwell.portfolio.portfolio import Portfolio
from bidwell.portfolio.positions import Booking
from tests.properties.samples import AAPL, ACCOUNT, EMINI, NOW, TREND, fill

OTHER = StrategyId("str_other")


@pytest.fixture
def portfolio() -> Portfolio:
    funded = Portfolio(ACCOUNT)
    funded.adjust_cash("USD", Decimal(10_000), "opening balance", NOW)
    return funded


def test_a_round_trip_leaves_the_gain_less_fees_in_cash(portfolio: Portfolio) -> None:
    bought = portfolio.apply_fill(fill(Side.BUY, "10", "100", fee=Decimal(1)), AAPL)
    sold = portfolio.apply_fill(fill(Side.SELL, "10", "105", name="e2", fee=Decimal(1)), AAPL)
    assert (bought, sold) == (Decimal(0), Decimal(50))
    assert portfolio.cash == {"USD": Decimal(10_048)}
    assert portfolio.realized_pnl == {"USD": Decimal(50)}
    assert portfolio.position(AAPL.id).fees == 2


def test_a_fee_in_another_currency_leaves_another_cash(portfolio: Portfolio) -> None:
    portfolio.apply_fill(fill(Side.BUY, "1", "100", fee=Decimal(80), fee_currency="INR"), AAPL)
    assert portfolio.cash == {"USD": Decimal(9_900), "INR": Decimal(-80)}
    assert portfolio.position(AAPL.id).fees == 0


def test_a_future_moves_no_cash_until_it_realizes(portfolio: Portfolio) -> None:
    portfolio.apply_fill(fill(Side.BUY, "1", "4500", instrument=EMINI.id), EMINI)
    assert portfolio.cash == {"USD": Decimal(10_000)}
    portfolio.apply_fill(fill(Side.SELL, "1", "4490", name="e2", instrument=EMINI.id), EMINI)
    assert portfolio.cash == {"USD": Decimal(9_500)}


def test_each_strategy_has_its_share_and_they_sum_to_the_net(portfolio: Portfolio) -> None:
    portfolio.apply_fill(fill(Side.BUY, "10", "100", name="a"), AAPL, TREND)
    portfolio.apply_fill(fill(Side.SELL, "4", "101", name="b"), AAPL, OTHER)
    portfolio.apply_fill(fill(Side.BUY, "1", "102", name="c"), AAPL)
    assert portfolio.share(AAPL.id, TREND).quantity == 10
    assert portfolio.share(AAPL.id, OTHER).quantity == -4
    assert portfolio.share(AAPL.id).quantity == 1
    assert portfolio.position(AAPL.id).quantity == 7


def test_a_share_that_never_was_is_flat(portfolio: Portfolio) -> None:
    assert portfolio.share(AAPL.id, TREND).is_flat
    assert portfolio.position(AAPL.id).is_flat
    assert portfolio.shares == {}


def test_an_adjustment_changes_the_position_held_by_hand_and_no_cash(portfolio: Portfolio) -> None:
    portfolio.adjust_position(AAPL, Decimal(5), Decimal(90), NOW, "opening balance")
    portfolio.adjust_position(AAPL, Decimal(-2), Decimal(95), NOW, "correction")
    assert portfolio.cash == {"USD": Decimal(10_000)}
    assert (portfolio.share(AAPL.id).quantity, portfolio.position(AAPL.id).cost) == (Decimal(3), Decimal(270))
    assert portfolio.realized_pnl == {"USD": Decimal(10)}
    assert [lot.execution_id for lot in portfolio.position(AAPL.id).lots] == ["adjustment:1"]


def test_an_adjusted_future_books_only_what_it_realized(portfolio: Portfolio) -> None:
    portfolio.adjust_position(EMINI, Decimal(1), Decimal(4500), NOW, "opening balance")
    assert portfolio.entries[-1].postings == ()


@pytest.mark.parametrize("changes", [{"account": AccountId("acc_two")}, {"instrument": EMINI.id}])
def test_a_fill_of_another_account_or_instrument_is_refused(portfolio: Portfolio, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="does not belong"):
        portfolio.apply_fill(fill(Side.BUY, "1", "100", **changes), AAPL)
    assert portfolio.positions == {}


def test_the_booking_method_is_the_portfolios() -> None:
    portfolio = Portfolio(ACCOUNT, Booking.LIFO)
    for name, price in (("a", "100"), ("b", "120")):
        portfolio.apply_fill(fill(Side.BUY, "1", price, name=name), AAPL)
    assert portfolio.apply_fill(fill(Side.SELL, "1", "130", name="c"), AAPL) == 10
