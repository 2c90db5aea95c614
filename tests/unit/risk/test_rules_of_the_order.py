"""Rules about the order itself: lot, tick, smallest notional, collar and the size of exits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.model.instrument import Index
from bidwell.model.limits import Limits
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.rules import exit_size, price_collar, tick_lot
from tests.properties.samples import (
    AAPL,
    COIN,
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
COLLAR = view(Limits(price_collar=Decimal("0.05"), max_data_age=Decimal(15)))
TRAIL = Terms(OrderType.TRAILING_STOP, trail_amount=Decimal("2.005"))


def coin(side: Side, quantity: str, terms: Terms) -> Order:
    return order(side, quantity, terms=terms, instrument=COIN.id)


def test_an_index_is_watched_and_not_traded() -> None:
    check = tick_lot.check(proposal(instrument=replace(AAPL, contract=Index())))
    assert (check.passed, check.current, check.would_pass) == (False, "not tradable", "0")


@pytest.mark.parametrize(
    ("quantity", "step", "would_pass"),
    [("10", None, None), ("10.5", None, "10"), ("0.5", None, "0"), ("10.5", "0.1", None), ("10.55", "0.1", "10.5")],
)
def test_a_quantity_is_on_the_lot_or_on_the_accounts_own_step(
    quantity: str, step: str | None, would_pass: str | None
) -> None:
    owner = account(quantity_step=None if step is None else Decimal(step))
    check = tick_lot.check(proposal(order(BUY, quantity), view=view(account=owner)))
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


@pytest.mark.parametrize(
    ("side", "terms", "would_pass"),
    [
        (BUY, limit("100.01"), None),
        (BUY, limit("100.019"), "100.01"),
        (SELL, limit("100.011"), "100.02"),
        (BUY, stop("100.005"), "100"),
        (SELL, TRAIL, "2.01"),
        (BUY, limit("0.004"), "0.01"),
        (BUY, Terms(OrderType.STOP_LIMIT, stop_price=Decimal("99.999"), limit_price=Decimal(100)), "99.99"),
    ],
)
def test_a_price_is_on_the_tick(side: Side, terms: Terms, would_pass: str | None) -> None:
    check = tick_lot.check(proposal(order(side, terms=terms)))
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")
    if would_pass is not None:
        assert (check.limit, check.unit) == ("0.01", "USD")


def test_the_prices_of_attached_exits_are_on_the_tick_too() -> None:
    check = tick_lot.check(proposal(attached=(order(SELL, terms=stop("95.005")),)))
    assert (check.passed, check.current, check.would_pass) == (False, "95.005", "95.01")


@pytest.mark.parametrize(
    ("quantity", "terms", "would_pass"),
    [
        ("0.010", limit("1000"), None),
        ("0.009", limit("1000"), "0.01"),
        ("0.001", limit("3333.5"), "0.003"),
        ("0.001", limit("3000"), "0.004"),
        ("0.001", Terms(), None),
    ],
)
def test_an_order_reaches_the_smallest_notional(quantity: str, terms: Terms, would_pass: str | None) -> None:
    asked = proposal(coin(BUY, quantity, terms), instrument=COIN, market=market(quote=None))
    check = tick_lot.check(asked)
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


@pytest.mark.parametrize(
    ("side", "price", "bound"),
    [
        (BUY, "105.00", None),
        (BUY, "105.01", "105"),
        (BUY, "50", None),
        (SELL, "94.91", None),
        (SELL, "94.90", "94.91"),
        (SELL, "500", None),
    ],
)
def test_a_limit_reaches_through_the_touch_by_no_more_than_the_collar(
    side: Side, price: str, bound: str | None
) -> None:
    check = price_collar.check(proposal(order(side, terms=limit(price)), view=COLLAR))
    assert (check.passed, check.would_pass, check.unit) == (bound is None, bound or "", "USD")


def test_the_collar_says_how_far_the_price_is_off() -> None:
    check = price_collar.check(proposal(order(BUY, terms=limit("110")), view=COLLAR))
    assert check.message == (
        "Limit 110 is 10 % above its reference of 100 USD, and the price collar is 5 %; 105 would pass."
    )


@pytest.mark.parametrize(("limit_price", "passes"), [("126", True), ("126.01", False)])
def test_a_stop_limit_is_measured_from_its_own_stop(limit_price: str, passes: bool) -> None:
    terms = Terms(OrderType.STOP_LIMIT, stop_price=Decimal(120), limit_price=Decimal(limit_price))
    assert price_collar.check(proposal(order(BUY, terms=terms), view=COLLAR)).passed is passes


@pytest.mark.parametrize("terms", [stop("150"), Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(40))])
def test_a_stop_has_no_price_to_reach_with(terms: Terms) -> None:
    assert price_collar.check(proposal(order(BUY, terms=terms), view=COLLAR)).passed


@pytest.mark.parametrize(("bid", "ask", "passes"), [("95", "105", True), ("94.9", "105.1", False), ("0", "100", False)])
def test_a_market_entry_needs_a_touch_near_the_middle_of_the_market(bid: str, ask: str, passes: bool) -> None:
    wide = market(quote=quote(bid, ask))
    check = price_collar.check(proposal(order(BUY), view=COLLAR, market=wide))
    assert check.passed is passes
    exit_ = proposal(order(SELL, "10"), view=replace(COLLAR, position=Decimal(10)), market=wide)
    assert price_collar.check(exit_).passed


def test_an_exit_is_held_to_the_collar_unless_prices_are_stale_or_missing() -> None:
    seen = replace(COLLAR, position=Decimal(10))
    low = order(SELL, "10", terms=limit("90"))
    assert not price_collar.check(proposal(low, view=seen)).passed
    assert price_collar.check(proposal(low, view=seen, market=market(data_age=Decimal(60)))).passed
    unaged = replace(seen, limits=Limits(price_collar=Decimal("0.05")))
    assert price_collar.check(proposal(low, view=unaged, market=market(quote=None))).passed


@pytest.mark.parametrize("terms", [limit("100"), Terms()])
def test_an_entry_without_a_reference_is_denied(terms: Terms) -> None:
    for blind in (market(quote=None), market(quote=quote(ask="0"))):
        check = price_collar.check(proposal(order(BUY, terms=terms), view=COLLAR, market=blind))
        assert (check.passed, check.current, check.would_pass) == (False, "", "0")


def test_without_a_collar_any_price_passes() -> None:
    assert price_collar.check(proposal(order(BUY, terms=limit("1000")))).passed


@pytest.mark.parametrize(
    ("position", "exits", "quantity", "room"),
    [
        ("10", "0", "10", None),
        ("10", "4", "7", "6"),
        ("10", "10", "1", "0"),
        ("-10", "0", "5", "0"),
        ("0", "0", "1", "0"),
    ],
)
def test_a_reducing_order_closes_at_most_what_is_left_to_close(
    position: str, exits: str, quantity: str, room: str | None
) -> None:
    seen = view(position=Decimal(position), exits_taken=Decimal(exits))
    check = exit_size.check(proposal(order(SELL, quantity, reduces=True), view=seen))
    assert (check.passed, check.would_pass) == (room is None, room or "")
    assert exit_size.check(proposal(order(SELL, quantity), view=seen)).passed


def test_a_reducing_purchase_names_what_open_orders_take() -> None:
    seen = view(position=Decimal(-10), exits_taken=Decimal(3), open_buy=Decimal(2))
    check = exit_size.check(proposal(order(BUY, "9", reduces=True), view=seen))
    assert check.message == (
        "At most 5 AAPL can be closed (position -10, of which open orders take 5); this order is 9 AAPL; "
        "5 AAPL would pass."
    )


@pytest.mark.parametrize(
    ("leg", "would_pass"), [(order(SELL, "10"), None), (order(SELL, "11"), "10"), (order(BUY, "10"), "0")]
)
def test_an_attached_exit_is_on_the_other_side_and_no_larger(leg: Order, would_pass: str | None) -> None:
    check = exit_size.check(proposal(order(BUY, "10"), attached=(leg,)))
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")
