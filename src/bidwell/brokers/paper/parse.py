"""Pure translation between the venue's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.brokers.paper import wire
from bidwell.brokers.paper.symbols import from_wire
from bidwell.engine.ports import BrokerEvent, BrokerOrder, Snapshot
from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError
from bidwell.model.events import (
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
)
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.instrument import (
    Contract,
    Crypto,
    Equity,
    Forex,
    Future,
    Index,
    Instrument,
    Option,
    Right,
)
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Terms

_STATUS = {
    status.value: status
    for status in (
        OrderStatus.WORKING, OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED,
    )
}  # fmt: skip


def order_name(client_order_id: str | None, broker_order_id: str) -> ClientOrderId:
    """Under which id the desk knows an order: its own, or the broker's where no client placed it."""
    return ClientOrderId(client_order_id or broker_order_id)


def events(report: wire.Report, account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    """What a report means, in the order in which it is to be applied; `at` is the wall clock of its arrival."""
    translate = _EVENTS.get(type(report))
    if translate is None:
        raise ProtocolError(f"{type(report).__name__} was not asked for")
    return translate(report, account, at)


def fill(one: wire.WireFill, account: AccountId, received_at: datetime) -> Fill:
    """One execution."""
    return Fill(
        execution_id=ExecutionId(one.execution_id),
        client_order_id=order_name(one.client_order_id, one.broker_order_id),
        account=account,
        instrument=from_wire(one.instrument),
        side=one.side,
        quantity=_positive(one.quantity, "quantity"),
        price=_positive(one.price, "price"),
        fee=_finite(one.fee, "fee"),
        fee_currency=one.fee_currency,
        occurred_at=one.occurred_at,
        received_at=received_at,
    )


def terms(one: wire.WireOrder) -> Terms:
    """An order's terms; raises ProtocolError for terms that contradict themselves."""
    try:
        return Terms(
            order_type=one.order_type,
            limit_price=one.limit_price,
            stop_price=one.stop_price,
            trail_amount=one.trail_amount,
            trail_percent=one.trail_percent,
            time_in_force=one.time_in_force,
            expires_at=one.expires_at,
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {one.broker_order_id}: {problem}") from problem


def status(text: str) -> OrderStatus:
    """An order's status; raises ProtocolError for a word that the protocol does not have."""
    found = _STATUS.get(text)
    if found is None:
        raise ProtocolError(f"the paper venue does not have a status {text!r}")
    return found


def broker_order(one: wire.WireOrder, account: AccountId, received_at: datetime) -> BrokerOrder:
    """One order as the broker holds it."""
    stands = status(one.status)
    refused = stands is OrderStatus.REJECTED  # what was refused may have been any nonsense
    return BrokerOrder(
        broker_order_id=BrokerOrderId(one.broker_order_id),
        client_order_id=ClientOrderId(one.client_order_id) if one.client_order_id else None,
        instrument=InstrumentId(one.instrument) if refused else from_wire(one.instrument),
        side=one.side,
        quantity=_finite(one.quantity, "quantity") if refused else _positive(one.quantity, "quantity"),
        terms=terms(one),
        status=stands,
        filled_quantity=_finite(one.filled_quantity, "filled_quantity"),
        fills=tuple(fill(each, account, received_at) for each in one.fills),
        reason=one.reason,
        created_at=one.created_at,
    )


def snapshot(book: wire.Book, account: AccountId, received_at: datetime) -> Snapshot:
    """The broker's view of the account."""
    return Snapshot(
        account=account,
        taken_at=book.taken_at,
        orders=tuple(broker_order(each, account, received_at) for each in book.orders),
        positions={from_wire(name): _finite(each, "position") for name, each in book.positions.items()},
        cash={currency: _finite(each, "cash") for currency, each in book.cash.items()},
        average_prices={from_wire(name): each for name, each in book.average_prices.items()},
    )


def quote(row: wire.WireQuote, received_at: datetime) -> Quote:
    """A quote with the time of its arrival."""
    return Quote(
        InstrumentId(row.instrument), row.bid, row.ask, row.last, row.bid_quantity, row.ask_quantity,
        row.occurred_at, received_at, row.volume, row.open, row.previous_close,
    )  # fmt: skip


def bar(row: wire.WireBar, instrument: InstrumentId, seconds: int) -> Bar:
    """A past bar."""
    return Bar(instrument, row.start, seconds, row.open, row.high, row.low, row.close, row.volume)


def rates(rows: tuple[wire.WireRate, ...]) -> Rates:
    """Rates between currencies; raises ProtocolError for one that is not positive."""
    try:
        return Rates({(row.first, row.second): row.rate for row in rows})
    except ValueError as problem:
        raise ProtocolError(str(problem)) from problem


def instrument(row: wire.WireInstrument) -> Instrument:
    """A tradable thing; raises ProtocolError where its terms make no sense."""
    make = _CONTRACTS.get(row.contract.type)
    if make is None:
        raise ProtocolError(f"the paper venue does not have a contract {row.contract.type!r}")
    try:
        return Instrument(
            id=from_wire(row.id), symbol=row.symbol, name=row.name, venue=row.venue, currency=row.currency,
            tick_size=row.tick_size, lot_size=row.lot_size, contract=make(row.contract), multiplier=row.multiplier,
            min_notional=row.min_notional, calendar=row.calendar, label=row.label,
        )  # fmt: skip
    except (ConfigError, ValueError) as problem:
        raise ProtocolError(f"instrument {row.id}: {problem}") from problem


def _option(one: wire.WireContract) -> Option:
    if one.expiry is None or one.strike is None:
        raise ProtocolError("an option needs expiry and strike")
    return Option(
        InstrumentId(one.underlying), one.expiry, one.strike, Right(one.right), one.cash_settled, one.european
    )


def _future(one: wire.WireContract) -> Future:
    if one.expiry is None:
        raise ProtocolError("a future needs an expiry")
    return Future(one.underlying, one.expiry, one.initial_margin)


_CONTRACTS: dict[str, Callable[[wire.WireContract], Contract]] = {
    "equity": lambda _: Equity(),
    "option": _option,
    "future": _future,
    "forex": lambda one: Forex(one.base),
    "crypto": lambda one: Crypto(one.base),
    "index": lambda _: Index(),
}


def _finite(value: Decimal, name: str) -> Decimal:
    if not value.is_finite():
        raise ProtocolError(f"{name} is {value}")
    return value


def _positive(value: Decimal, name: str) -> Decimal:
    if not (value.is_finite() and value > 0):
        raise ProtocolError(f"{name} is {value}")
    return value


# --- reports to events ---------------------------------------------------------------------------


def _found(one: wire.WireOrder, account: AccountId, at: datetime) -> Order:
    return Order(
        client_order_id=order_name(one.client_order_id, one.broker_order_id),
        account=account,
        instrument=from_wire(one.instrument),
        side=one.side,
        quantity=_positive(one.quantity, "quantity"),
        terms=terms(one),
        created_at=at,
        external=True,
    )


def _accepted(report: wire.Accepted, account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    found = _found(report.order, account, at) if report.order else None
    name = order_name(report.client_order_id, report.broker_order_id)
    return (OrderAccepted(at, name, BrokerOrderId(report.broker_order_id), found, report.at),)


def _rejected(report: wire.Rejected, _account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    return (OrderRejected(at, ClientOrderId(report.client_order_id), report.code, report.reason),)


def _filled(report: wire.Filled, account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    execution = fill(report.fill, account, at)
    return (OrderFilled(at, execution.client_order_id, execution),)


def _canceled(report: wire.Canceled, _account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    name = order_name(report.client_order_id, report.broker_order_id)
    return (OrderCanceled(at, name, report.reason, report.filled_quantity),)


def _expired(report: wire.Expired, _account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    name = order_name(report.client_order_id, report.broker_order_id)
    return (OrderExpired(at, name, report.reason, report.filled_quantity),)


def _replaced(report: wire.Replaced, _account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    one = report.order
    name = order_name(one.client_order_id, one.broker_order_id)
    return (
        OrderReplaced(at, name, _positive(one.quantity, "quantity"), terms(one), BrokerOrderId(one.broker_order_id)),
    )


def _cancel_rejected(report: wire.CancelRejected, _account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    return (CancelRejected(at, ClientOrderId(report.client_order_id), report.reason),)


def _replace_rejected(report: wire.ReplaceRejected, _account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    return (ReplaceRejected(at, ClientOrderId(report.client_order_id), report.reason),)


def _state(report: wire.State, account: AccountId, at: datetime) -> tuple[BrokerEvent, ...]:
    one = report.order
    name = order_name(one.client_order_id, one.broker_order_id)
    stands = status(one.status)
    if stands is OrderStatus.REJECTED and not one.fills:
        return (OrderRejected(at, name, one.code, one.reason),)
    told: list[BrokerEvent] = [
        OrderAccepted(at, name, BrokerOrderId(one.broker_order_id), None, one.created_at),
        *(OrderFilled(at, name, fill(each, account, at)) for each in one.fills),
    ]
    if stands is OrderStatus.CANCELED:
        told.append(OrderCanceled(at, name, one.reason, one.filled_quantity))
    elif stands is OrderStatus.EXPIRED:
        told.append(OrderExpired(at, name, one.reason, one.filled_quantity))
    elif stands is OrderStatus.REJECTED:
        told.append(OrderRejected(at, name, one.code, one.reason))
    return tuple(told)


_EVENTS: dict[type[wire.Report], Callable[[Any, AccountId, datetime], tuple[BrokerEvent, ...]]] = {
    wire.Accepted: _accepted,
    wire.Rejected: _rejected,
    wire.Filled: _filled,
    wire.Canceled: _canceled,
    wire.Expired: _expired,
    wire.Replaced: _replaced,
    wire.CancelRejected: _cancel_rejected,
    wire.ReplaceRejected: _replace_rejected,
    wire.State: _state,
}
