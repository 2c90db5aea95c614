"""The user hub: subscriptions, and events in the order in which they came."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from bidwell.brokers import transport
from bidwell.brokers.topstepx import parse, wire
from bidwell.brokers.topstepx.broker.reading import Reading
from bidwell.brokers.topstepx.broker.user import WHAT
from bidwell.brokers.topstepx.client import TopstepxClient
from bidwell.brokers.topstepx.symbols import UnknownSymbol
from bidwell.brokers.transport import OrderUpdates, Recent, Seen, decoder, read
from bidwell.model import events as ev
from bidwell.model.errors import ProtocolError, Refused
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Terms

_CHANGE = decoder(wire.Change)
_ORDER = decoder(wire.Order)
_TRADE = decoder(wire.HalfTurn)
_ACCOUNT = decoder(wire.Account)

Row = wire.Order | wire.HalfTurn


class Owner(transport.Owner, Protocol):
    """The session that the hub belongs to."""

    def may_trade(self, *, allowed: bool) -> None: ...


class Updates(OrderUpdates[Row]):
    """`user.Member` for one account.

    A fill names its order by TopstepX's id: where that is not known yet, or a contract is seen for the first time, it is
    looked up.
    """

    channel = WHAT
    _owner: Owner

    def __init__(self, owner: Owner, client: TopstepxClient, reading: Reading) -> None:
        super().__init__(owner)
        self.is_up = False
        self._client = client
        self._reading = reading
        self._names: Recent[int, ClientOrderId] = Recent()
        self._asked: Recent[int, tuple[Decimal, Terms]] = Recent()
        self._ended: Seen[int] = Seen()

    @property
    def number(self) -> int:
        """TopstepX's number of the account."""
        return self._reading.number

    async def close(self) -> None:
        """Stop what is being looked up."""
        self.is_up = False
        await super().close()

    def know(self, order: int, name: ClientOrderId, quantity: Decimal, terms: Terms) -> None:
        """An order of ours with the terms under which it was taken, unless the hub said more already."""
        self._names[order] = name
        if order not in self._asked:
            self._asked[order] = (quantity, terms)

    def works_on(self, order: int) -> tuple[Decimal, Terms] | None:
        """The terms of an order as they are known."""
        return self._asked.get(order)

    # --- user.Member --------------------------------------------------------------------------------

    def hear(self, message: wire.Message | None) -> None:
        """An event of the user's, which may be about another account."""
        self._owner.heard()
        if message is not None:
            self._event(message)

    def up(self) -> None:
        """The desk is to read what was missed; what still waited is in that."""
        self.is_up = True
        super().up()

    def down(self, reason: str) -> None:
        """The connection is gone."""
        self.is_up = False
        super().down(reason)

    def lost(self, problem: Refused) -> None:
        """The key opens nothing any more."""
        self._owner.lost(problem)

    # --- events -----------------------------------------------------------------------------------

    def _event(self, message: wire.Message) -> None:
        if message.target not in _TARGETS:
            self._owner.trouble(WHAT, f"TopstepX sent an event {message.target!r}, which it does not document")
            self._owner.reread(f"an event {message.target!r} that is not documented")
            return
        if len(message.arguments) != 1:
            raise ProtocolError(f"{message.target} came with {len(message.arguments)} arguments")
        body = bytes(message.arguments[0])
        body = bytes(read(_CHANGE, body, message.target).data) or body
        if message.target == "GatewayUserOrder":
            self._hear(read(_ORDER, body, message.target))
        elif message.target == "GatewayUserTrade":
            self._hear(read(_TRADE, body, message.target))
        elif message.target == "GatewayUserAccount":
            account = read(_ACCOUNT, body, message.target)
            if account.id == self._reading.number:
                self._owner.may_trade(allowed=account.canTrade)

    def _hear(self, row: Row) -> None:
        if row.accountId == self._reading.number:
            self._mention(row.orderId if isinstance(row, wire.HalfTurn) else row.id)
            self._take(row)

    def _told(self, row: Row) -> bool:
        try:
            return self._fill(row) if isinstance(row, wire.HalfTurn) else self._order(row)
        except UnknownSymbol:
            return False

    def _order(self, row: wire.Order) -> bool:
        context = self._reading.context()
        name, status = parse.event_name(row), parse.status_of(row)
        context.book.id_of(row.contractId)
        self._names[row.id] = name
        terms, before = (row.size, parse.terms(row)), self._asked.get(row.id)
        if status is not OrderStatus.REJECTED:
            self._accept(row.id, row)
        self._asked[row.id] = terms
        if before not in {None, terms} and status is OrderStatus.WORKING:
            self._owner.tell(ev.OrderReplaced(context.at, name, *terms, parse.broker_id(row)))
        end = parse.end(row, context.at)
        if end is not None and row.id not in self._ended:
            self.ended(row.id)
            self._owner.tell(end)
        return True

    def ended(self, order: int) -> None:
        """The desk was told of an order's end."""
        self._ended.add(order)

    def has_ended(self, order: int) -> bool:
        """Whether the desk was told of an order's end by the hub."""
        return order in self._ended

    def _fill(self, row: wire.HalfTurn) -> bool:
        name = self._names.get(row.orderId)
        if row.voided:
            self._owner.trouble(WHAT, f"TopstepX voided fill {row.id}: positions and balance are read anew")
            self._owner.reread("a fill was voided")
            return True
        if name is None:
            return False
        context = self._reading.context()
        filled = parse.fill(row, name, context)
        self._accept(row.orderId, None)
        self._owner.tell(ev.OrderFilled(context.at, name, filled))
        return True

    def _accept(self, order: int, row: wire.Order | None) -> None:
        ident = BrokerOrderId(str(order))
        if not self._owner.accepted_before(ident):
            at = self._reading.context().at
            made = parse.made_at(row) if row is not None else None
            self._owner.tell(ev.OrderAccepted(at, self._names[order], ident, None, made))

    # --- looking up -------------------------------------------------------------------------------

    async def _look(self, row: Row) -> None:
        await self._reading.learn([row.contractId])
        if isinstance(row, wire.HalfTurn) and row.orderId not in self._names:
            order = await self._client.order(self._reading.number, row.orderId)
            if order is not None:
                self._names[order.id] = parse.event_name(order)
        if not self._told(row):
            raise ProtocolError(f"TopstepX named {row.contractId} in an event, and does not show it")


_TARGETS = frozenset({"GatewayUserOrder", "GatewayUserTrade", "GatewayUserPosition", "GatewayUserAccount"})
