"""What the venue tells of an outcome, and how its orders, accounts and facts look on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.order import OrderStatus
from bidwell.simulation import wire
from bidwell.simulation.facts import Amended, Closed, Declined, Placed, Traded
from bidwell.simulation.floor import Duplicate, NotCanceled, NotReplaced, Outcome
from bidwell.simulation.orders import Execution, VenueAccount, VenueOrder
from bidwell.simulation.state import VenueState


def report(outcome: Outcome, state: VenueState) -> tuple[str, wire.Report] | None:
    """The account that hears of an outcome and what it hears; None for what nobody is told."""
    tell = _TELL.get(type(outcome))
    return tell(outcome, state) if tell else None


def fill_view(order: VenueOrder, execution: Execution) -> wire.FillView:
    """One execution."""
    return wire.FillView(
        execution.execution_id, order.broker_order_id, order.client_order_id or None, order.instrument, order.side,
        execution.quantity, execution.price, execution.fee, execution.fee_currency, execution.at,
    )  # fmt: skip


def order_view(order: VenueOrder) -> wire.OrderView:
    """One order with its fills."""
    return wire.OrderView(
        order.broker_order_id, order.client_order_id or None, order.instrument, order.side, order.quantity,
        order.order_type, order.time_in_force, order.status, order.filled, order.created_at, order.limit_price,
        order.stop_price, order.trail_amount, order.trail_percent, order.expires_at,
        [fill_view(order, each) for each in order.fills], order.code, order.reason,
    )  # fmt: skip


def book(request: int, taken_at: datetime, account: VenueAccount, orders: list[VenueOrder]) -> wire.Book:
    """An account at one moment."""
    return wire.Book(
        request,
        taken_at,
        [order_view(each) for each in orders],
        {name: each.quantity for name, each in account.holdings.items()},
        {name: each.cost / each.quantity for name, each in account.holdings.items()},
        account.cash,
    )


def quote_row(quote: Quote) -> wire.QuoteRow:
    """A quote as a row."""
    return (
        quote.instrument, quote.bid, quote.ask, quote.last, quote.bid_quantity, quote.ask_quantity, quote.occurred_at,
        quote.volume, quote.open, quote.previous_close,
    )  # fmt: skip


def bar_row(bar: Bar) -> tuple[object, ...]:
    """A bar as a row."""
    return (bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume)


def instrument_view(instrument: Instrument) -> dict[str, Any]:
    """An instrument with its contract's own terms."""
    view: dict[str, Any] = msgspec.to_builtins(instrument, builtin_types=(msgspec.Raw,))
    view["contract"] = {
        name: getattr(instrument.contract, name)
        for name in ("type", *(each for each in getattr(instrument.contract, "__dataclass_fields__", ())))
    }
    return view


def rate_rows(rates: Rates) -> list[tuple[str, str, Any]]:
    """Rates as rows."""
    return [(first, second, rate) for (first, second), rate in rates.pairs().items()]


# --- outcomes ------------------------------------------------------------------------------------


def _placed(fact: Placed, _state: VenueState) -> tuple[str, wire.Report]:
    order = fact.order
    shown = None if order.client_order_id else order_view(order)
    return order.account, wire.Accepted(order.broker_order_id, order.created_at, order.client_order_id or None, shown)


def _declined(fact: Declined, _state: VenueState) -> tuple[str, wire.Report] | None:
    order = fact.order
    if not order.client_order_id:
        return None
    return order.account, wire.Rejected(order.client_order_id, order.code, order.reason)


def _traded(fact: Traded, state: VenueState) -> tuple[str, wire.Report]:
    return fact.account, wire.Filled(fill_view(state.orders[fact.broker_order_id], fact.execution))


def _closed(fact: Closed, state: VenueState) -> tuple[str, wire.Report]:
    order = state.orders[fact.broker_order_id]
    make = wire.Expired if fact.status is OrderStatus.EXPIRED else wire.Canceled
    return fact.account, make(fact.broker_order_id, order.client_order_id or None, fact.reason, order.filled)


def _amended(fact: Amended, state: VenueState) -> tuple[str, wire.Report]:
    return fact.account, wire.Replaced(order_view(state.orders[fact.new_id or fact.broker_order_id]))


def _duplicate(reply: Duplicate, _state: VenueState) -> tuple[str, wire.Report]:
    return reply.order.account, wire.State(order_view(reply.order))


def _not_canceled(reply: NotCanceled, _state: VenueState) -> tuple[str, wire.Report]:
    return reply.account, wire.CancelRejected(reply.client_order_id, reply.refusal.code, reply.refusal.reason)


def _not_replaced(reply: NotReplaced, _state: VenueState) -> tuple[str, wire.Report]:
    return reply.account, wire.ReplaceRejected(reply.client_order_id, reply.refusal.code, reply.refusal.reason)


_TELL: dict[type[Any], Callable[[Any, VenueState], tuple[str, wire.Report] | None]] = {
    Placed: _placed,
    Declined: _declined,
    Traded: _traded,
    Closed: _closed,
    Amended: _amended,
    Duplicate: _duplicate,
    NotCanceled: _not_canceled,
    NotReplaced: _not_replaced,
}
