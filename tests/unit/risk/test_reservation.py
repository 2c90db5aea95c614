from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.model.errors import Missing
from bidwell.model.events import Reservation
from bidwell.model.limits import Limits
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.reservation import Claim, committed, expected_price, reserve, worst_price
from tests.properties.samples import (
    AAPL,
    EMINI,
    TATA,
    account,
    limit,
    market,
    order,
    proposal,
    quote,
    stop,
    view,
)  # fmt: skip

BUY, SELL = Side.BUY, Side.SELL
COLLARED = view(Limits(price_collar=Decimal("0.05")))
STOP_LIMIT = Terms(OrderType.STOP_LIMIT, stop_price=Decimal(102), limit_price=Decimal(103))
TRAIL = Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(2))
TRAIL_PERCENT = Terms(OrderType.TRAILING_STOP, trail_percent=Decimal(3))


@pytest.mark.parametrize(
    ("side", "terms", "expected", "worst"),
    [
        (BUY, Terms(), "100", "105"),
        (SELL, Terms(), "99.90", "104.895"),
        (BUY, limit("98"), "98", "98"),
        (BUY, limit("101"), "101", "101"),
        (SELL, limit("103"), "103", "103"),
        (SELL, limit("95"), "99.90", "99.90"),
        (BUY, stop("102"), "102", "107.1"),
        (BUY, stop("90"), "100", "105"),
        (SELL, stop("95"), "99.90", "104.895"),
        (BUY, STOP_LIMIT, "103", "103"),
        (SELL, STOP_LIMIT, "103", "103"),
        (BUY, TRAIL, "102", "107.1"),
        (BUY, TRAIL_PERCENT, "103", "108.15"),
        (SELL, TRAIL, "99.90", "104.895"),
    ],
)
def test_the_worst_price_is_the_limit_or_slips_past_the_reference(
    side: Side, terms: Terms, expected: str, worst: str
) -> None:
    asked = proposal(order(side, terms=terms), view=COLLARED)
    assert expected_price(asked) == Decimal(expected)
    assert worst_price(asked) == Decimal(worst)


def test_without_a_collar_one_percent_is_allowed_for() -> None:
    assert worst_price(proposal(order(BUY))) == 101


@pytest.mark.parametrize("terms", [Terms(), TRAIL])
def test_without_a_quote_and_a_price_there_is_no_worst_price(terms: Terms) -> None:
    asked = proposal(order(BUY, terms=terms), market=market(quote=None, data_age=None))
    assert expected_price(asked) is None
    with pytest.raises(Missing, match=r"AAPL\.XNAS"):
        worst_price(asked)


@pytest.mark.parametrize(
    ("side", "terms", "price"), [(BUY, limit("98"), "98"), (SELL, limit("98"), "98"), (SELL, stop("97"), "97")]
)
def test_a_priced_order_needs_no_quote(side: Side, terms: Terms, price: str) -> None:
    assert expected_price(proposal(order(side, terms=terms), market=market(quote=None))) == Decimal(price)


def test_an_empty_side_of_the_market_is_no_price() -> None:
    assert expected_price(proposal(order(BUY), market=market(quote=quote(ask="0")))) is None


def test_an_entry_reserves_its_worst_notional_with_room_for_fees() -> None:
    found = reserve(proposal(order(BUY, "10", terms=limit("100"))))
    assert found == Reservation(cash=Decimal(1002), quantity=Decimal(10), price=Decimal(100), rate=Decimal(1))


def test_a_reservation_is_in_the_accounts_currency_and_over_its_leverage() -> None:
    seen = view(account=account(leverage=Decimal(4)))
    asked = proposal(
        order(SELL, "2", terms=limit("4500")), instrument=EMINI, view=seen,
        market=market(quote=quote("4499", "4501"), rate=Decimal(80)),
    )  # fmt: skip
    found = reserve(asked)
    assert found.cash == 2 * 4500 * 50 * 80 * Decimal("1.002") / 4
    assert (found.quantity, found.rate) == (Decimal(-2), Decimal(80))


def test_what_only_reduces_reserves_nothing_even_without_price_and_rate() -> None:
    seen = view(position=Decimal(10))
    blind = proposal(order(SELL, "10"), view=seen, market=market(quote=None, rate=None))
    assert reserve(blind) == Reservation(Decimal(0), Decimal(0), Decimal(0), Decimal(1))


def test_a_reversal_reserves_the_part_beyond_the_position() -> None:
    found = reserve(proposal(order(SELL, "15", terms=limit("100")), view=view(position=Decimal(10))))
    assert (found.quantity, found.cash) == (Decimal(-5), Decimal(501))


def test_an_entry_without_a_rate_cannot_be_reserved_for() -> None:
    with pytest.raises(Missing, match="INR to USD"):
        reserve(proposal(order(BUY), instrument=TATA, market=market(rate=None)))


def claim(side: Side, quantity: str, price: str = "100") -> Claim:
    return Claim(side, Decimal(quantity), Reservation(Decimal(0), Decimal(0), Decimal(price)))


@pytest.mark.parametrize(
    ("position", "claims", "cash"),
    [
        ("0", [], "0"),
        ("0", [claim(BUY, "10")], "1002"),
        ("0", [claim(BUY, "10"), claim(SELL, "5")], "1503"),
        ("10", [claim(SELL, "10")], "0"),
        ("10", [claim(SELL, "15")], "501"),
        ("10", [claim(SELL, "10"), claim(SELL, "5", "200")], "1002"),
        ("10", [claim(SELL, "10", "200"), claim(SELL, "5")], "501"),
        ("-10", [claim(BUY, "4"), claim(BUY, "4"), claim(SELL, "1")], "100.2"),
        ("-10", [claim(BUY, "8"), claim(BUY, "8")], "601.2"),
    ],
)
def test_open_orders_are_committed_by_what_they_may_add_to_the_position_as_it_stands(
    position: str, claims: list[Claim], cash: str
) -> None:
    assert committed(account(), AAPL, Decimal(position), claims) == Decimal(cash)


def test_commitments_count_multiplier_rate_and_leverage() -> None:
    one = Claim(BUY, Decimal(1), Reservation(Decimal(0), Decimal(0), Decimal(4000), Decimal(2)))
    found = committed(account(leverage=Decimal(10)), replace(EMINI), Decimal(0), [one])
    assert found == 4000 * 50 * 2 * Decimal("1.002") / 10
