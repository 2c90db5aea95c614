"""Orders put together from state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from bidwell.engine import emulation
from bidwell.engine.desk import Desk
from bidwell.engine.ports import Archive, BrokerOrder, Place
from bidwell.engine.recorder import SENT
from bidwell.engine.resolving import Candidate
from bidwell.engine.state import IntentRecord
from bidwell.model.events import Check
from bidwell.model.ids import ClientOrderId
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus
from bidwell.model.retirement import Finished
from bidwell.model.terms import Terms
from bidwell.server import retired
from bidwell.server.orders import schemas
from bidwell.server.problems import not_found

_MICROSECOND = datetime.resolution
_THOUSANDTH = Decimal("0.001")


class Openness(StrEnum):
    """Which orders a list is about."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def find(desk: Desk, name: str) -> Order:
    """The order of this workspace, or a 404 problem."""
    order = desk.state.orders.get(ClientOrderId(name))
    if order is None:
        raise not_found("order", name)
    return order


async def page(desk: Desk, openness: Openness, account: str | None, instrument: str | None, cursor: str | None,
               limit: int) -> tuple[Desk, list[Order], str | None]:  # fmt: skip
    """Orders that match, the newest first, with the desk to read them from and the cursor after them."""
    return await retired.page(desk, retired.Source(
        partial(_newest_first, desk, openness, account, instrument), _place,
        lambda order: order.client_order_id in desk.state.orders, partial(_archived, account, instrument), _find),
        cursor, limit, in_memory=openness is Openness.OPEN)  # fmt: skip


def _newest_first(desk: Desk, openness: Openness, account: str | None, instrument: str | None) -> Iterator[Order]:
    source: Iterable[Order] = reversed(desk.state.orders.values())
    if openness is Openness.OPEN:
        source = sorted(desk.state.all_open_orders(), key=lambda order: (order.created_at, order.client_order_id),
                        reverse=True)  # fmt: skip
    for order in source:
        if openness is Openness.CLOSED and order.is_open:
            continue
        if (account is None or order.account == account) and (instrument is None or order.instrument == instrument):
            yield order


def _place(order: Order) -> Place:
    return Place(order.created_at, order.client_order_id)


async def _archived(account: str | None, instrument: str | None, archive: Archive, before: Place | None,
                    limit: int) -> Sequence[tuple[Finished, Order]]:  # fmt: skip
    return await archive.orders(before, limit, account=account, instrument=instrument)


async def _find(archive: Archive, name: str) -> Place | None:
    for known in await archive.by_orders([(None, name)]):
        order = retired.order_in(known, name)
        if order is not None:
            return _place(order)
    return None


def terms_view(terms: Terms) -> schemas.TermsView:
    """How an order is worked."""
    return schemas.TermsView(
        order_type=terms.order_type, limit_price=terms.limit_price, stop_price=terms.stop_price,
        trail_amount=terms.trail_amount, trail_percent=terms.trail_percent, time_in_force=terms.time_in_force,
        expires_at=terms.expires_at,
    )  # fmt: skip


def check_view(check: Check) -> schemas.Check:
    """One rule's answer."""
    return schemas.Check(rule=check.rule, passed=check.passed, limit=check.limit, current=check.current,
                         would_pass=check.would_pass, unit=check.unit, message=check.message)  # fmt: skip


def view(desk: Desk, order: Order) -> schemas.Order:
    """One order."""
    return schemas.Order(**_fields(desk, order))


def _fields(desk: Desk, order: Order) -> dict[str, Any]:
    state = desk.state
    account, instrument = state.accounts.get(order.account), state.instruments.get(order.instrument)
    record = state.intents.get(order.intent) if order.intent is not None else None
    held = state.reservations.get(order.client_order_id)
    return {
        "client_order_id": order.client_order_id,
        "broker_order_id": order.broker_order_ids[-1] if order.broker_order_ids else None,
        "account": order.account, "account_name": account.name if account else order.account,
        "instrument": order.instrument, "symbol": instrument.symbol if instrument else order.instrument,
        "side": order.side, "quantity": order.quantity, "filled_quantity": order.filled_quantity,
        "leaves_quantity": order.leaves_quantity, "average_price": order.average_price,
        "terms": terms_view(order.terms), "asked": terms_view(order.asked) if order.asked is not None else None,
        "level": _level(desk, order), "status": order.status, "pending": order.pending, "intent": order.intent,
        "strategy": order.strategy, "source": str(record.intent.source) if record else "external", "leg": order.leg,
        "entry": order.entry, "external": order.external, "in_doubt": order.in_doubt, "reason": order.reason,
        "created_at": order.created_at, "reservation_cash": held.cash if held else None,
    }  # fmt: skip


def candidate(one: Candidate) -> schemas.Candidate:
    """One of the broker's orders that ours may be."""
    theirs = one.theirs
    return schemas.Candidate(
        broker_order_id=theirs.broker_order_id, external=one.external, side=theirs.side, quantity=theirs.quantity,
        filled_quantity=theirs.filled_quantity, average_price=_average(theirs), terms=terms_view(theirs.terms),
        status=theirs.status, created_at=theirs.created_at, reason=theirs.reason,
    )  # fmt: skip


def _average(theirs: BrokerOrder) -> Decimal | None:
    """The price of what is filled, from the executions where the broker tells no average."""
    filled = sum((fill.quantity for fill in theirs.fills), ZERO)
    if theirs.average_price is not None or not filled:
        return theirs.average_price
    return sum((fill.quantity * fill.price for fill in theirs.fills), ZERO) / filled


def _level(desk: Desk, order: Order) -> Decimal | None:
    """The price that sets off a held order; None for any other, and for a trailing stop that has seen no price."""
    if order.status is not OrderStatus.HELD:
        return None
    best = desk.core.holding.best_of(order.client_order_id)
    return emulation.level(order, desk.state.instruments[order.instrument], best)


def detail(desk: Desk, order: Order) -> schemas.OrderDetail:
    """One order with every rule's answer and its times."""
    state = desk.state
    trace = state.traces.get(order.client_order_id)
    record = state.intents.get(order.intent) if order.intent is not None else None
    start = record.intent.received_at if record else order.created_at
    account = state.accounts.get(order.account)
    return schemas.OrderDetail(
        **_fields(desk, order),
        checks=[check_view(one) for one in trace.checks] if trace else [],
        denial=check_view(trace.denial) if trace and trace.denial else None,
        sent_ms=since(start, _left_at(desk, record, order) or (trace.sent_at if trace else None)),
        ack_ms=since(start, trace.answered_at if trace else None),
        filled_ms=since(start, trace.filled_at if trace else None),
        slippage=_slippage(order, record.reference if record else None), broker=account.broker if account else "",
    )  # fmt: skip


def _left_at(desk: Desk, record: IntentRecord | None, order: Order) -> datetime | None:
    """When the order's bytes were handed to the transport; SENT itself is older by its commit."""
    if record is None:
        return None
    known = record.stages or desk.recorder.stages(record.intent.id)
    return next((one.at for one in known if one.name == SENT and one.order == order.client_order_id), None)


def milliseconds(start: datetime, end: datetime) -> Decimal:
    """From `start` to `end`, with three places."""
    return (Decimal((end - start) // _MICROSECOND) / 1000).quantize(_THOUSANDTH)


def since(start: datetime, at: datetime | None) -> Decimal | None:
    """Milliseconds from `start`, or None where it has not happened."""
    return None if at is None else milliseconds(start, at)


def _slippage(order: Order, reference: Decimal | None) -> Decimal | None:
    average = order.average_price
    if reference is None or average is None:
        return None
    return (average - reference) * order.side.sign
