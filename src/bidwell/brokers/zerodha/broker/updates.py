"""The order stream: the ticker's text frames, each an order as it stands, told as events in the order in which they came."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bidwell.brokers.transport import Socket, decoder, positive, read
from bidwell.brokers.zerodha import parse, ticks, wire
from bidwell.brokers.zerodha.broker.reading import Reading
from bidwell.brokers.zerodha.errors import CODES
from bidwell.engine.ports import BrokerEvent
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, Refused
from bidwell.model.ids import BrokerOrderId, ExecutionId
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus
from bidwell.model.terms import Terms

_MESSAGE = decoder(wire.Message)
_ORDER = decoder(wire.Order)
_REMEMBERED = 5000


class Owner(Protocol):
    """The session that the stream belongs to."""

    def tell(self, event: BrokerEvent) -> None: ...

    def came_up(self) -> None: ...

    def went_down(self, reason: str) -> None: ...

    def lost(self, problem: BrokerError) -> None: ...

    def heard(self) -> None: ...

    def trouble(self, what: str, problem: BrokerError | str) -> None: ...

    def reread(self, reason: str) -> None: ...


@dataclass(slots=True)
class _Known:
    """What the desk was told of an order: how much of it filled, on which terms it works, and whether it ended.

    `changing` while other terms were asked for and nothing was heard of them.
    """

    filled: Decimal = ZERO
    terms: tuple[Decimal, Terms] | None = None
    changing: bool = False
    closed: bool = False
    accepted: bool = False


class Updates:
    """`transport.Ear` for the order updates on the ticker.

    A frame holds totals; the executions behind them are read from the list of trades, which holds up the frames behind,
    so that the desk hears everything in its order. What a frame repeats, or tells too late, changes nothing.
    """

    def __init__(self, owner: Owner, reading: Reading) -> None:
        self._owner = owner
        self._reading = reading
        self._known: dict[str, _Known] = {}
        self._mentions: dict[str, int] = {}
        self._told: dict[ExecutionId, None] = {}
        self._waiting: deque[wire.Order] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop what is being looked up."""
        worker, self._worker = self._worker, None
        self._waiting.clear()
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def mentions(self, order_id: str) -> int:
        """How often the stream has spoken of an order."""
        return self._mentions.get(order_id, 0)

    def accepted(self, order_id: str, terms: tuple[Decimal, Terms] | None = None) -> bool:
        """Note that the desk knows of an order, on these terms; whether it is news."""
        known = self._of(order_id)
        news, known.accepted = not known.accepted, True
        known.terms = known.terms or terms
        return news

    def changing(self, order_id: str, terms: tuple[Decimal, Terms]) -> None:
        """Note that an order, which works on these terms, was asked to work on others."""
        self.accepted(order_id, terms)
        self._of(order_id).changing = True

    def unchanged(self, order_id: str) -> None:
        """Note that this was refused at once."""
        self._of(order_id).changing = False

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Nothing is said: the login is in the address, and order updates come by themselves."""

    def hear(self, frame: bytes | str) -> None:
        """A frame: prices nobody asked for here, a sign of life, or a message."""
        self._owner.heard()
        if isinstance(frame, bytes):
            for _ in ticks.frame(frame):
                pass
            return
        message = read(_MESSAGE, frame, "a frame of the order stream")
        if message.type == "error":
            self._owner.trouble("order stream", bytes(message.data).decode("utf-8", "replace")[:300])
        if message.type != "order":
            return
        row = read(_ORDER, bytes(message.data), "an order's update")
        self._mention(row.order_id)
        self._waiting.append(row)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._catch_up())

    def up(self) -> None:
        """The desk is to read what was missed; what still waited is in that."""
        self._waiting.clear()
        self._owner.came_up()

    def down(self, reason: str) -> None:
        """The connection is gone."""
        self._owner.went_down(reason)

    def refused(self, problem: Refused) -> None:
        """The token does not open the stream any more."""
        self._owner.lost(Refused(f"{CODES['TokenException'].sentence} ({problem})"))

    # --- inside -----------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        while self._waiting:
            row = self._waiting[0]
            try:
                await self._tell(row)
            except BrokerError as problem:
                self._owner.trouble("order stream", problem)
                self._owner.reread(f"an update that could not be completed: {problem}")
                self._waiting.clear()
                return
            if self._waiting and self._waiting[0] is row:
                self._waiting.popleft()

    async def _tell(self, row: wire.Order) -> None:
        """Tell what an update means for whoever knows what was told before."""
        status, name = parse.status(row), parse.event_name(row)
        known, filled = self._of(row.order_id), parse.filled_quantity(row)
        if known.closed or filled < known.filled:
            return  # what was told already is further on
        await self._reading.learn((row.exchange,))
        self._reading.note(row)
        at = self._reading.context().at
        if status is OrderStatus.REJECTED:
            known.closed = True
            self._owner.tell(ev.OrderRejected(at, name, "rejected", parse.reason(row)))
            return
        if self.accepted(row.order_id, _terms(row)):
            self._owner.tell(ev.OrderAccepted(at, name, BrokerOrderId(row.order_id), None, parse.created_at(row)))
        if filled > known.filled:
            await self._tell_fills(row)
            known.filled = filled
        known.closed = status in CLOSED
        if status is OrderStatus.CANCELED:
            self._owner.tell(ev.OrderCanceled(at, name, parse.reason(row) or "canceled at Zerodha", filled))
        elif status is OrderStatus.WORKING and row.status not in parse.UNSETTLED:
            self._tell_terms(row, known)

    async def _tell_fills(self, row: wire.Order) -> None:
        name = parse.event_name(row)
        for fill in await self._reading.fills(row):
            if fill.execution_id not in self._told:
                _remember(self._told, fill.execution_id)
                self._owner.tell(ev.OrderFilled(fill.received_at, name, fill))

    def _tell_terms(self, row: wire.Order, known: _Known) -> None:
        now, at, name = _terms(row), self._reading.context().at, parse.event_name(row)
        if known.terms != now:
            known.terms, known.changing = now, False
            self._owner.tell(ev.OrderReplaced(at, name, now[0], now[1], BrokerOrderId(row.order_id)))
        elif known.changing and row.status_message:
            # The exchange said no to what Kite had taken in: it works on as it did.
            known.changing = False
            self._owner.tell(ev.ReplaceRejected(at, name, parse.reason(row)))

    def _of(self, order_id: str) -> _Known:
        found = self._known.get(order_id)
        if found is None:
            found = self._known[order_id] = _Known()
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        return found

    def _mention(self, order_id: str) -> None:
        self._mentions[order_id] = self._mentions.get(order_id, 0) + 1
        if len(self._mentions) > _REMEMBERED:
            del self._mentions[next(iter(self._mentions))]


def _terms(row: wire.Order) -> tuple[Decimal, Terms]:
    return positive(row.quantity, "quantity"), parse.terms(row)


def _remember(told: dict[ExecutionId, None], execution: ExecutionId) -> None:
    told[execution] = None
    if len(told) > _REMEMBERED:
        del told[next(iter(told))]
