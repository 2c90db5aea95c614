"""The order stream: what it says of an order is told at once, but for fills, which the list of fills has exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from bidwell.brokers import transport
from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.reading import Reading
from bidwell.brokers.angelone.parse import orders as parse
from bidwell.brokers.angelone.parse.figures import data
from bidwell.brokers.transport import OrderUpdates, Recent, Seen, Socket, decoder, read
from bidwell.engine.ports import BrokerEvent, Clock
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, ProtocolError, Refused
from bidwell.model.ids import BrokerOrderId
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Terms

_UPDATE = decoder(wire.Update)
_ORDER = decoder(wire.Order)
_PONG = frozenset({"pong", b"pong"})


class Owner(transport.Owner, Protocol):
    """The session that the stream belongs to."""

    def accept(self, row: wire.Order) -> bool: ...


class Updates(OrderUpdates[tuple[wire.Order, str]]):
    """`transport.Ear` for the order stream; a fill and a name that is seen for the first time are looked up."""

    _owner: Owner

    def __init__(self, owner: Owner, reading: Reading, clock: Clock) -> None:
        super().__init__(owner)
        self._reading = reading
        self._clock = clock
        self._given_up: Seen[str] = Seen()
        self._fills: Recent[str, dict[str, Decimal]] = Recent()
        self._wanted: dict[str, tuple[Decimal, Terms]] = {}
        self._known: Recent[str, tuple[Decimal, Terms]] = Recent()
        self._changing: Seen[str] = Seen()

    def know(self, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """What an order works on, as far as nobody said anything else."""
        if order_id not in self._known:
            self._known[order_id] = (quantity, terms)

    def expect(self, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """A change is asked for: the first message of an order on these terms tells that it was made."""
        self._wanted[order_id] = (quantity, terms)

    def expect_not(self, order_id: str) -> None:
        """The change was refused."""
        self._wanted.pop(order_id, None)

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """The token is in the upgrade; Angel One says so when it took it."""
        message = read(_UPDATE, await socket.hear(), "the greeting of the order stream")
        if not (message.code or "").startswith(parse.KNOWN_CODES):
            raise Refused(
                f"Angel One's order stream says {message.code or message.status} {message.problem or ''}".strip()
            )

    def hear(self, frame: bytes | str) -> None:
        """A message: an answer to a ping, or an order as it is now."""
        self._owner.heard()
        if frame in _PONG:
            return
        message = read(_UPDATE, frame, "a message of the order stream")
        row = data(_ORDER, message.order, "an order of the order stream") if message.code != parse.GREETING else None
        if row is None or not row.orderid:
            if message.problem:
                self._owner.trouble("order stream", message.problem)
            return
        self._mention(row.orderid)
        self._take((row, message.code or ""))

    # --- inside -----------------------------------------------------------------------------------

    def _told(self, message: tuple[wire.Order, str]) -> bool:
        row, code = message
        if parse.filled(row) > sum(self._fills.get(row.orderid, {}).values(), ZERO):
            return False
        if parse.MODIFIED in parse.words(row, code) and not parse.has_ended(row):
            return False
        try:
            status = parse.status(row, code)
            events = self._changes(row, code, status)
        except ProtocolError as problem:
            self._give_up(row, f"a message that is not understood: {problem}")
            return True
        for event in events:
            self._owner.tell(event)
        return True

    def _changes(self, row: wire.Order, code: str, status: OrderStatus) -> list[BrokerEvent]:
        at, name, order_id = self._clock.now(), parse.event_name(row), row.orderid
        if status is OrderStatus.REJECTED and not parse.filled(row):
            self._wanted.pop(order_id, None)
            self._owner.accept(row)
            return [ev.OrderRejected(at, name, "rejected", row.text or "rejected at Angel One")]
        found: list[BrokerEvent] = []
        if self._owner.accept(row):
            found.append(ev.OrderAccepted(at, name, BrokerOrderId(order_id)))
        wanted = self._wanted.get(order_id)
        if status is OrderStatus.WORKING:
            return found + self._works(row, code)
        if wanted is not None:
            del self._wanted[order_id]
            found.append(ev.ReplaceRejected(at, name, "the order was closed before it was changed"))
        if status is OrderStatus.CANCELED:
            found.append(ev.OrderCanceled(at, name, row.text or "canceled at Angel One", parse.filled(row)))
        elif status is OrderStatus.REJECTED:
            found.append(ev.OrderCanceled(at, name, row.text or "the rest was rejected", parse.filled(row)))
        return found

    def _works(self, row: wire.Order, code: str) -> list[BrokerEvent]:
        """What a message of a working order tells of a change or a cancel that was asked for, here or elsewhere."""
        at, name, said = self._clock.now(), parse.event_name(row), parse.words(row, code)
        if parse.NOT_CANCELED in said:
            return [ev.CancelRejected(at, name, row.text or "Angel One did not cancel it")]
        if parse.NOT_MODIFIED in said and self._wanted.pop(row.orderid, None) is not None:
            return [ev.ReplaceRejected(at, name, row.text or "Angel One did not change it")]
        if said & parse.CHANGING:
            # It shows the terms that the order had before.
            self.know(row.orderid, parse.quantity(row), parse.terms(row))
            self._changing.add(row.orderid)
            return []
        return [] if said & parse.UNSETTLED else self._settled(row)

    def _settled(self, row: wire.Order) -> list[BrokerEvent]:
        """An order as it works now: on other terms than before only where a change was asked for or announced."""
        order_id, found = row.orderid, (parse.quantity(row), parse.terms(row))
        known, wanted = self._known.get(order_id), self._wanted.get(order_id)
        self._known[order_id] = found
        if found == known and found != wanted:
            return []
        if wanted is None and order_id not in self._changing:
            return []
        self._changing.pop(order_id, None)
        if wanted is not None and found != wanted:
            return []
        self._wanted.pop(order_id, None)
        return [ev.OrderReplaced(self._clock.now(), parse.event_name(row), *found, BrokerOrderId(order_id))]

    def _not_completed(self, message: tuple[wire.Order, str], problem: BrokerError) -> None:
        self._give_up(message[0], f"a message that could not be completed: {problem}")

    def _give_up(self, row: wire.Order, why: str) -> None:
        """Have the account read anew, once for an order as it is: what cannot be read then is in no report either."""
        self._owner.trouble("order stream", why)
        as_it_is = f"{row.orderid} {row.orderstatus} {parse.filled(row)}"
        if self._given_up.add(as_it_is):
            self._owner.reread(why)

    async def _look(self, message: tuple[wire.Order, str]) -> None:
        row, code = message
        await self._reading.identify(row)
        told = self._fills.get(row.orderid)
        if told is None:
            told = self._fills[row.orderid] = {}
        fills = await self._reading.fills(row)
        if self._owner.accept(row):
            self._owner.tell(ev.OrderAccepted(self._clock.now(), parse.event_name(row), BrokerOrderId(row.orderid)))
        for fill in sorted(fills, key=lambda each: each.occurred_at):
            if fill.execution_id not in told:
                told[fill.execution_id] = fill.quantity
                self._owner.tell(ev.OrderFilled(fill.received_at, fill.client_order_id, fill))
        if parse.MODIFIED not in parse.words(row, code):
            self._told(message)
            return
        # Told of with the terms that it had before: the list has those on which it works.
        self._works(row, code)
        now = await self._reading.by_id(row.orderid)
        if now is not None and not parse.has_ended(now):
            for event in self._settled(now):
                self._owner.tell(event)
