"""The order stream: the ticker's text frames, each an order as it stands, told as events in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bidwell.brokers.transport import OrderUpdates, Owner, Recent, Seen, Socket, decoder, positive, read
from bidwell.brokers.zerodha import parse, ticks, wire
from bidwell.brokers.zerodha.broker.reading import Reading
from bidwell.brokers.zerodha.errors import CODES
from bidwell.model import events as ev
from bidwell.model.errors import Refused
from bidwell.model.ids import BrokerOrderId, ExecutionId
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus
from bidwell.model.terms import Terms

_MESSAGE = decoder(wire.Message)
_ORDER = decoder(wire.Order)


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


class Updates(OrderUpdates[wire.Order]):
    """`transport.Ear` for the order updates on the ticker.

    A frame holds totals; the executions behind them are read from the list of trades, which holds up the frames behind.
    What a frame repeats, or tells too late, changes nothing.
    """

    piece = "an update"

    def __init__(self, owner: Owner, reading: Reading) -> None:
        super().__init__(owner)
        self._reading = reading
        self._known: Recent[str, _Known] = Recent()
        self._executions: Seen[ExecutionId] = Seen()

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
        self._take(row)

    def refused(self, problem: Refused) -> None:
        """The token does not open the stream any more."""
        self._owner.lost(Refused(f"{CODES['TokenException'].sentence} ({problem})"))

    # --- inside -----------------------------------------------------------------------------------

    async def _look(self, row: wire.Order) -> None:
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
            if self._executions.add(fill.execution_id):
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
        return found


def _terms(row: wire.Order) -> tuple[Decimal, Terms]:
    return positive(row.quantity, "quantity"), parse.terms(row)
