"""The order stream: login, and events in the order in which they came; fills have an event of their own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

import msgspec

from bidwell.brokers import transport
from bidwell.brokers.fyers import parse, wire
from bidwell.brokers.fyers.broker.reading import Reading
from bidwell.brokers.fyers.client import FyersClient
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.errors import VENDOR
from bidwell.brokers.transport import Kind, OrderUpdates, Recent, Socket, decoder, read
from bidwell.engine.ports import BrokerEvent, Clock
from bidwell.model import events as ev
from bidwell.model.errors import Refused, Unavailable
from bidwell.model.fill import Fill
from bidwell.model.ids import BrokerOrderId, ClientOrderId, ExecutionId
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus

_MESSAGE = decoder(wire.Message)
_ORDER: msgspec.json.Decoder[wire.StreamOrder | None] = msgspec.json.Decoder(wire.StreamOrder | None)
_TRADE: msgspec.json.Decoder[wire.StreamTrade | None] = msgspec.json.Decoder(wire.StreamTrade | None)
PONG = "pong"
SUBSCRIPTION = msgspec.json.encode({"T": "SUB_ORD", "SLIST": ["orders", "trades"], "SUB_T": 1}).decode()


class Owner(transport.Owner, Protocol):
    """The session that the stream belongs to."""

    async def prove(self) -> None: ...


@dataclass
class _Known:
    """What was told of an order: what it asks for, its executions, and the newest that the stream said of it."""

    asks: parse.Working | None = None
    closed: bool = False
    executions: set[ExecutionId] = field(default_factory=set)
    filled: Decimal = ZERO
    row: wire.Order | None = None
    events: tuple[BrokerEvent, ...] = ()


class Updates(OrderUpdates[wire.Order]):
    """`transport.Ear` for the order stream.

    An order that shows more filled than its fills have told yet waits for them, and has the list of executions read
    where they do not come; it holds up what is said of other orders behind it. What comes twice is told twice.
    """

    _owner: Owner

    def __init__(
        self, owner: Owner, config: FyersConfig, client: FyersClient, reading: Reading, clock: Clock,
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._config = config
        self._client = client
        self._reading = reading
        self._clock = clock
        self._known: Recent[str, _Known] = Recent()
        self._changing: set[str] = set()
        self._first: bytes | str | None = None

    def changed(self, order_id: str, asks: parse.Working, wanted: parse.Working | None = None) -> bool:
        """Take note of what an order asks for; whether that is other than before, or what was `wanted`."""
        known = self._known_of(order_id)
        before, known.asks = known.asks, asks
        if before is None:
            return asks == wanted
        if asks == before:
            return False
        self._changing.discard(order_id)
        return True

    def changing(self, order_id: str) -> None:
        """A change of this order was asked for: a rejection that comes now may be the change's alone."""
        self._changing.add(order_id)

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Prove the token by a read, subscribe, and see whether the stream takes it."""
        await self._owner.prove()
        await socket.say(SUBSCRIPTION)
        self._first = None
        try:
            async with asyncio.timeout(self._config.settle):
                self._first = await socket.hear()
        except TimeoutError:
            return
        if self._first != PONG:
            self._raise_error(read(_MESSAGE, self._first, "the answer to the subscription"))

    def hear(self, frame: bytes | str) -> None:
        """A frame of the stream."""
        self._owner.heard()
        if frame == PONG:
            return
        message = read(_MESSAGE, frame, "a frame of the order stream")
        self._raise_error(message)
        fill = read(_TRADE, bytes(message.trades), "a fill")
        if fill is not None:
            self._traded(parse.streamed_trade(fill))
        row = read(_ORDER, bytes(message.orders), "an order event")
        if row is not None:
            said = parse.streamed(row)
            self._mention(str(said.id))
            self._take(said)

    def up(self) -> None:
        """What came in answer to the subscription follows."""
        super().up()
        first, self._first = self._first, None
        if first is not None:
            self.hear(first)

    # --- inside -----------------------------------------------------------------------------------

    @staticmethod
    def _raise_error(message: wire.Message) -> None:
        if message.s in {"", "ok"}:
            return
        verdict = VENDOR.judge(400, str(message.code or ""), message.message or "")
        refused = verdict.kind in {Kind.LOGIN, Kind.PERMISSION}
        raise (Refused if refused else Unavailable)(verdict.message)

    def _traded(self, row: wire.MarketTrade) -> None:
        """A fill is told at once, whatever waits."""
        order_id = str(row.order_number)
        name = parse.event_name(row.order_number, row.order_tag)
        self._mention(order_id)
        self._accept(order_id, name)
        self._tell_fill(order_id, parse.fill(row, name, self._reading.context()))

    def _told(self, row: wire.Order) -> bool:
        """Tell what is said of an order; False where fills are awaited or Fyers has to be asked first."""
        known = self._known_of(str(row.id))
        if known.row == row:
            for event in known.events:
                self._owner.tell(event, again=True)
            return True
        rejected = parse.status(row) is OrderStatus.REJECTED
        if parse.filled_of(row) > known.filled or (rejected and str(row.id) in self._changing):
            return False
        self._tell(row)
        return True

    async def _look(self, row: wire.Order) -> None:
        order_id = str(row.id)
        if order_id in self._changing and parse.status(row) is OrderStatus.REJECTED:
            self._changing.discard(order_id)
            now = await self._client.by_id(order_id)
            if now is not None and parse.status(now) is OrderStatus.WORKING:
                name = parse.event_name(row.id, row.order_tag)
                self._owner.tell(ev.ReplaceRejected(self._clock.now(), name, row.message or "Fyers did not change it"))
                return
        await self._await_fills(row)
        self._tell(row)

    async def _await_fills(self, row: wire.Order) -> None:
        """Wait for the stream to tell what filled; raises Unavailable where neither it nor the list does."""
        order_id, name = str(row.id), parse.event_name(row.id, row.order_tag)
        known, wanted = self._known_of(order_id), parse.filled_of(row)
        for pause in self._config.lag:
            if known.filled >= wanted:
                return
            await asyncio.sleep(pause)
        if known.filled >= wanted:
            return
        self._accept(order_id, name)
        for each in await self._reading.trades_of(order_id, name):
            if each.execution_id not in known.executions:
                self._tell_fill(order_id, each)
        if known.filled < wanted:
            raise Unavailable(f"{wanted} of order {order_id} are filled and {known.filled} of them are listed")

    def _tell_fill(self, order_id: str, fill: Fill) -> None:
        known = self._known_of(order_id)
        if fill.execution_id not in known.executions:
            known.executions.add(fill.execution_id)
            known.filled += fill.quantity
        self._owner.tell(ev.OrderFilled(self._clock.now(), fill.client_order_id, fill))

    def _accept(self, order_id: str, name: ClientOrderId) -> None:
        if not self._owner.accepted_before(order_id):
            self._owner.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(order_id), None, None))

    def _tell(self, row: wire.Order) -> None:
        order_id, name, status = str(row.id), parse.event_name(row.id, row.order_tag), parse.status(row)
        known, at, reason = self._known_of(order_id), self._clock.now(), row.message or ""
        if known.closed:
            return  # overtaken by what came later
        told: list[BrokerEvent] = []
        if status is OrderStatus.REJECTED and not known.filled:
            told.append(ev.OrderRejected(at, name, "rejected", reason or "Fyers rejected it"))
        else:
            if not self._owner.accepted_before(order_id):
                told.append(ev.OrderAccepted(at, name, BrokerOrderId(order_id), None, None))
            asks = parse.working(row)
            if self.changed(order_id, asks) and status is OrderStatus.WORKING:
                told.append(ev.OrderReplaced(at, name, asks.quantity, asks.terms, BrokerOrderId(order_id)))
            if status is OrderStatus.CANCELED or status is OrderStatus.REJECTED:
                told.append(ev.OrderCanceled(at, name, reason or "canceled at Fyers", known.filled))
            elif status is OrderStatus.EXPIRED:
                told.append(ev.OrderExpired(at, name, reason or "its validity ended", known.filled))
        known.closed = status in CLOSED
        known.row, known.events = row, tuple(told)
        for event in told:
            self._owner.tell(event)

    def _known_of(self, order_id: str) -> _Known:
        known = self._known.get(order_id)
        if known is None:
            known = self._known[order_id] = _Known()
        return known
