"""What the venue's outcomes and orders are in the words of the Broker port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bidwell.engine.ports import BrokerEvent, BrokerOrder, Snapshot
from bidwell.model import events as ev
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.order import Order, OrderStatus
from bidwell.simulation.facts import Amended, Closed, Declined, Placed, Traded
from bidwell.simulation.floor import Duplicate, NotCanceled, NotReplaced, Outcome, ticket_of
from bidwell.simulation.orders import Execution, Ticket, VenueOrder
from bidwell.simulation.state import VenueState

_CLOSINGS: dict[OrderStatus, type[ev.OrderCanceled | ev.OrderExpired]] = {
    OrderStatus.CANCELED: ev.OrderCanceled, OrderStatus.EXPIRED: ev.OrderExpired,
}  # fmt: skip


def ticket(order: Order) -> Ticket:
    """The ticket that asks the venue for this order."""
    terms = order.terms
    return Ticket(
        order.instrument, order.side, order.quantity, terms.order_type, terms.time_in_force, order.client_order_id,
        terms.limit_price, terms.stop_price, terms.trail_amount, terms.trail_percent, terms.expires_at,
    )  # fmt: skip


def name_of(order: VenueOrder) -> ClientOrderId:
    """The client's id, or the venue's where no client placed the order."""
    return ClientOrderId(order.client_order_id or order.broker_order_id)


def fill_of(order: VenueOrder, one: Execution, at: datetime) -> Fill:
    """One execution, received at `at`."""
    return Fill(
        ExecutionId(one.execution_id), name_of(order), AccountId(order.account), InstrumentId(order.instrument),
        order.side, one.quantity, one.price, one.fee, one.fee_currency, one.at, at,
    )  # fmt: skip


def broker_order(order: VenueOrder, at: datetime) -> BrokerOrder:
    """The venue's order as a report of it."""
    return BrokerOrder(
        BrokerOrderId(order.broker_order_id), ClientOrderId(order.client_order_id) if order.client_order_id else None,
        InstrumentId(order.instrument), order.side, order.quantity, ticket_of(order, order.quantity).terms(),
        order.status, order.filled, tuple(fill_of(order, one, at) for one in order.fills), order.reason,
        order.created_at,
    )  # fmt: skip


def snapshot(state: VenueState, account: str, since: datetime | None, at: datetime) -> Snapshot:
    """The venue's view of an account."""
    held = state.accounts[account]
    orders = [*state.open_orders(account), *state.closed_since(account, since)]
    return Snapshot(
        AccountId(account), at, tuple(broker_order(order, at) for order in orders),
        {InstrumentId(name): one.quantity for name, one in held.holdings.items()}, dict(held.cash),
        average_prices={InstrumentId(name): one.cost / one.quantity for name, one in held.holdings.items()},
    )  # fmt: skip


def told(outcome: Outcome, state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]] | None:
    """The account that hears of an outcome and the events it hears, or None for what nobody is told."""
    translate = _TOLD.get(type(outcome))
    return translate(outcome, state, at) if translate else None


def _placed(fact: Placed, _state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    order = fact.order
    return order.account, [ev.OrderAccepted(at, name_of(order), BrokerOrderId(order.broker_order_id), None, at)]


def _declined(fact: Declined, _state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    order = fact.order
    return order.account, [ev.OrderRejected(at, name_of(order), order.code, order.reason)]


def _traded(fact: Traded, state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    order = state.orders[fact.broker_order_id]
    return fact.account, [ev.OrderFilled(at, name_of(order), fill_of(order, fact.execution, at))]


def _closed(fact: Closed, state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    order = state.orders[fact.broker_order_id]
    return fact.account, [_CLOSINGS[fact.status](at, name_of(order), fact.reason, order.filled)]


def _amended(fact: Amended, state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    order = state.orders[fact.new_id or fact.broker_order_id]
    terms = ticket_of(order, order.quantity).terms()
    broker_id = BrokerOrderId(order.broker_order_id)
    return fact.account, [ev.OrderReplaced(at, name_of(order), order.quantity, terms, broker_id)]


def _duplicate(reply: Duplicate, _state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    order = reply.order
    name = name_of(order)
    if order.status is OrderStatus.REJECTED:
        return order.account, [ev.OrderRejected(at, name, order.code, order.reason)]
    said: list[BrokerEvent] = [
        ev.OrderAccepted(at, name, BrokerOrderId(order.broker_order_id), None, at),
        *(ev.OrderFilled(at, name, fill_of(order, one, at)) for one in order.fills),
    ]
    closing = _CLOSINGS.get(order.status)
    if closing is not None:
        said.append(closing(at, name, order.reason, order.filled))
    return order.account, said


def _not_canceled(reply: NotCanceled, _state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    return reply.account, [ev.CancelRejected(at, ClientOrderId(reply.client_order_id), reply.refusal.reason)]


def _not_replaced(reply: NotReplaced, _state: VenueState, at: datetime) -> tuple[str, list[BrokerEvent]]:
    return reply.account, [ev.ReplaceRejected(at, ClientOrderId(reply.client_order_id), reply.refusal.reason)]


_TOLD: dict[type[Any], Callable[[Any, VenueState, datetime], tuple[str, list[BrokerEvent]]]] = {
    Placed: _placed, Declined: _declined, Traded: _traded, Closed: _closed, Amended: _amended,
    Duplicate: _duplicate, NotCanceled: _not_canceled, NotReplaced: _not_replaced,
}  # fmt: skip
