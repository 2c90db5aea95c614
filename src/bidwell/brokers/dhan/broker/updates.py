"""The order stream: login, and events in the order in which they came; what filled is read from the executions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import msgspec

from bidwell.brokers import transport
from bidwell.brokers.dhan import parse, wire
from bidwell.brokers.dhan.client import DhanClient
from bidwell.brokers.dhan.config import DhanConfig
from bidwell.brokers.dhan.login import Login
from bidwell.brokers.dhan.symbols import SymbolBook
from bidwell.brokers.transport import OrderUpdates, Recent, Socket, decoder, read
from bidwell.engine.ports import BrokerEvent, Clock
from bidwell.model import events as ev
from bidwell.model.errors import Unavailable
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus

_MESSAGE = decoder(wire.Message)
_ALERT = "order_alert"


class Owner(transport.Owner, Protocol):
    """The session that the stream belongs to."""

    async def prove(self) -> None: ...


@dataclass
class _Known:
    """What was told of an order: what it asks for and when Dhan said so, its executions, and the newest alert."""

    asks: parse.Working | None = None
    updated: str = ""
    closed: bool = False
    executions: set[ExecutionId] = field(default_factory=set)
    filled: Decimal = ZERO
    alert: wire.Alert | None = None
    events: tuple[BrokerEvent, ...] = ()


class Updates(OrderUpdates[wire.Alert]):
    """`transport.Ear` for the order stream.

    Alerts carry no numbers of executions: one that tells of more filled than before has the executions of its order
    read first, and holds up those behind it. An alert that comes twice is told twice.
    """

    piece = "an alert"
    _owner: Owner

    def __init__(
        self, owner: Owner, account: AccountId, config: DhanConfig, client: DhanClient, login: Login, book: SymbolBook,
        clock: Clock,
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._account = account
        self._config = config
        self._client = client
        self._login = login
        self._book = book
        self._clock = clock
        self._known: Recent[str, _Known] = Recent()
        self._changing: set[str] = set()
        self._first: bytes | str | None = None

    def changed(self, order_id: str, asks: parse.Working, updated: str, wanted: parse.Working | None = None) -> bool:
        """Take note of what an order asks for; whether that is other than before, or what was `wanted`."""
        known = self._known_of(order_id)
        if known.asks is None:
            known.asks, known.updated = asks, updated
            return asks == wanted
        if asks == known.asks or updated < known.updated:
            return False
        known.asks, known.updated = asks, updated
        self._changing.discard(order_id)
        return True

    def changing(self, order_id: str) -> None:
        """A change of this order was asked for: a rejection that comes now may be the change's alone."""
        self._changing.add(order_id)

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Prove the token by a read, since the stream does not answer its login, and see whether that stays open."""
        await self._owner.prove()
        login = {"LoginReq": {"MsgCode": 42, "ClientId": self._config.client_id, "Token": await self._login.token()},
                 "UserType": "SELF"}  # fmt: skip
        await socket.say(msgspec.json.encode(login).decode())
        self._first = None
        try:
            async with asyncio.timeout(self._config.settle):
                self._first = await socket.hear()
        except TimeoutError:
            return

    def hear(self, frame: bytes | str) -> None:
        """A frame of the stream."""
        message = read(_MESSAGE, frame, "a frame of the order stream")
        self._owner.heard()
        if message.type != _ALERT:
            self._owner.trouble("order stream", f"Dhan sent a message {message.type!r}, which it does not document")
            return
        row = parse.alert(bytes(message.data))
        self._mention(row.order_no)
        self._take(row)

    def up(self) -> None:
        """What came in answer to the login follows."""
        super().up()
        first, self._first = self._first, None
        if first is not None:
            self.hear(first)

    # --- inside -----------------------------------------------------------------------------------

    def _told(self, row: wire.Alert) -> bool:
        known = self._known_of(row.order_no)
        if known.alert == row:
            for event in known.events:
                self._owner.tell(event, again=True)
            return True
        rejected = parse.status(row.status) is OrderStatus.REJECTED
        if parse.traded_of(row) > known.filled or (rejected and row.order_no in self._changing):
            return False
        self._tell(row, [])
        return True

    async def _look(self, row: wire.Alert) -> None:
        if row.order_no in self._changing and parse.status(row.status) is OrderStatus.REJECTED:
            self._changing.discard(row.order_no)
            now = await self._client.by_id(row.order_no)
            if now is not None and parse.status(now.order_status) is OrderStatus.WORKING:
                why = row.reason_description or "Dhan did not change it"
                name = parse.event_name(row.order_no, row.correlation_id)
                self._owner.tell(ev.ReplaceRejected(self._clock.now(), name, why))
                return
        if not self._told(row):
            self._tell(row, await self._fresh(row))

    async def _fresh(self, row: wire.Alert) -> list[Fill]:
        """Executions that were not told yet; raises Unavailable where the list does not show what the alert says."""
        name = parse.event_name(row.order_no, row.correlation_id)
        listed = ZERO
        for pause in (0.0, *self._config.lag):
            await asyncio.sleep(pause)
            context = parse.Context(self._account, self._book, self._clock.now())
            fills = [parse.fill(each, name, context) for each in await self._client.trades_of(row.order_no)]
            listed = sum((each.quantity for each in fills), ZERO)
            if listed >= parse.traded_of(row):
                known = self._known_of(row.order_no)
                known.filled = listed
                return [each for each in fills if each.execution_id not in known.executions]
        raise Unavailable(f"{row.traded_qty} of order {row.order_no} are filled and {listed} of them are listed")

    def _tell(self, row: wire.Alert, fills: list[Fill]) -> None:
        known, status = self._known_of(row.order_no), parse.status(row.status)
        if known.closed and not fills:
            return  # overtaken by what came later
        name, at = parse.event_name(row.order_no, row.correlation_id), self._clock.now()
        told: list[BrokerEvent] = []
        if status is OrderStatus.REJECTED and not known.filled:
            told.append(ev.OrderRejected(at, name, "rejected", row.reason_description or "Dhan rejected it"))
        else:
            told += self._standing(row, name, status)
            told += [ev.OrderFilled(at, name, each) for each in fills]
            told += _ending(row, name, status, at, known.filled)
        known.executions |= {each.execution_id for each in fills}
        known.closed = known.closed or status in CLOSED
        known.alert, known.events = row, tuple(told)
        for event in told:
            self._owner.tell(event)

    def _standing(self, row: wire.Alert, name: ClientOrderId, status: OrderStatus) -> list[BrokerEvent]:
        at, order_id = self._clock.now(), BrokerOrderId(row.order_no)
        told: list[BrokerEvent] = []
        if not self._owner.accepted_before(row.order_no):
            told.append(ev.OrderAccepted(at, name, order_id, None, parse.when(row.order_date_time)))
        asks = parse.working(row)
        if self.changed(row.order_no, asks, row.last_updated_time or "") and status is OrderStatus.WORKING:
            told.append(ev.OrderReplaced(at, name, asks.quantity, asks.terms, order_id))
        return told

    def _known_of(self, order_id: str) -> _Known:
        known = self._known.get(order_id)
        if known is None:
            known = self._known[order_id] = _Known()
        return known


def _ending(
    row: wire.Alert, name: ClientOrderId, status: OrderStatus, at: datetime, filled: Decimal
) -> list[BrokerEvent]:
    reason = row.reason_description or ""
    if status is OrderStatus.CANCELED or (status is OrderStatus.REJECTED and filled):
        return [ev.OrderCanceled(at, name, reason or "canceled at Dhan", filled)]
    if status is OrderStatus.EXPIRED:
        return [ev.OrderExpired(at, name, reason or "its validity ended", filled)]
    return []
