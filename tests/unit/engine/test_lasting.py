"""What trades around the clock has no day: a market order needs none, a limit order for the day is ended by the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bidwell.engine import emulation
from bidwell.engine.ports import Capabilities, DedupeScope
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

AROUND_THE_CLOCK = Capabilities(
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
    dedupe_scope=DedupeScope.OPEN_ONLY,
)
LIMIT = Terms(OrderType.LIMIT, limit_price=Decimal(90))


def order(terms: Terms) -> Order:
    return Order(ClientOrderId("A"), AccountId("a"), InstrumentId("BTCUSDT.BINANCE"), Side.BUY, Decimal(1), terms,
                 datetime(2026, 1, 2, tzinfo=UTC))  # fmt: skip


def test_a_market_order_for_the_day_goes_as_it_is() -> None:
    assert emulation.lacking(AROUND_THE_CLOCK, order(Terms()), ()) == ""
    assert emulation.plan(AROUND_THE_CLOCK, order(Terms()), ()) is None


def test_a_limit_order_for_the_day_is_ended_by_the_desk() -> None:
    made = emulation.plan(AROUND_THE_CLOCK, order(LIMIT), ())
    assert made is not None
    assert emulation.Part.END in made.parts
    assert made.terms == replace(LIMIT, time_in_force=TimeInForce.GTC)


def test_what_cannot_be_kept_is_named() -> None:
    assert emulation.lacking(AROUND_THE_CLOCK, order(Terms(time_in_force=TimeInForce.FOK)), ()) == "FOK orders"
