"""The user hub: subscriptions, and events in the order in which they came."""

from __future__ import annotations

import asyncio
from collections import deque
from decimal import Decimal
from typing import Protocol, TypeVar

from bidwell.brokers.topstepx import parse, wire
from bidwell.brokers.topstepx.broker.reading import Reading
from bidwell.brokers.topstepx.broker.user import WHAT
from bidwell.brokers.topstepx.client import TopstepxClient
from bidwell.brokers.topstepx.symbols import UnknownSymbol
from bidwell.brokers.transport import decoder, read
from bidwell.engine.ports import BrokerEvent
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, ProtocolError, Refused
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Terms

_CHANGE = decoder(wire.Change)
_ORDER = decoder(wire.Order)
_TRADE = decoder(wire.HalfTurn)
_ACCOUNT = decoder(wire.Account)
_REMEMBERED = 5000

Row = wire.Order | wire.HalfTurn
K = TypeVar("K")
V = TypeVar("V")


class Owner(Protocol):
    """The session that the hub belongs to."""

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None: ...

    def accepted_before(self, order_id: str) -> bool: ...

    def came_up(self) -> None: ...

    def went_down(self, reason: str) -> None: ...

    def lost(self, problem: BrokerError) -> None: ...

    def heard(self) -> None: ...

    def may_trade(self, *, allowed: bool) -> None: ...

    def trouble(self, what: str, problem: BrokerError | str) -> None: ...

    def reread(self, reason: str) -> None: ...


class Updates:
    """`user.Member` for one account.

    A fill names its order by TopstepX's id: where that is not known yet, or a contract is seen for the first time, it is
    looked up, and what came behind it waits, so that the desk hears everything in its order.
    """

    def __init__(self, owner: Owner, client: TopstepxClient, reading: Reading) -> None:
        self.is_up = False
        self._owner = owner
        self._client = client
        self._reading = reading
        self._mentioned: dict[int, None] = {}
        self._names: dict[int, ClientOrderId] = {}
        self._asked: dict[int, tuple[Decimal, Terms]] = {}
        self._ended: dict[int, None] = {}
        self._waiting: deque[Row] = deque()
        self._worker: asyncio.Task[None] | None = None

    @property
    def number(self) -> int:
        """TopstepX's number of the account."""
        return self._reading.number

    async def close(self) -> None:
        """Stop what is being looked up."""
        self.is_up = False
        worker, self._worker = self._worker, None
        self._waiting.clear()
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def mentioned(self, order: int) -> bool:
        """Whether the hub has said anything of an order."""
        return order in self._mentioned

    def know(self, order: int, name: ClientOrderId, quantity: Decimal, terms: Terms) -> None:
        """An order of ours with the terms under which it was taken, unless the hub said more already."""
        _keep(self._names, order, name)
        if order not in self._asked:
            _keep(self._asked, order, (quantity, terms))

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
        self._waiting.clear()
        self._owner.came_up()

    def down(self, reason: str) -> None:
        """The connection is gone."""
        self.is_up = False
        self._owner.went_down(reason)

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
            self._take(read(_ORDER, body, message.target))
        elif message.target == "GatewayUserTrade":
            self._take(read(_TRADE, body, message.target))
        elif message.target == "GatewayUserAccount":
            account = read(_ACCOUNT, body, message.target)
            if account.id == self._reading.number:
                self._owner.may_trade(allowed=account.canTrade)

    def _take(self, row: Row) -> None:
        if row.accountId != self._reading.number:
            return
        _keep(self._mentioned, row.orderId if isinstance(row, wire.HalfTurn) else row.id, None)
        if self._waiting or not self._told(row):
            self._waiting.append(row)
            if self._worker is None or self._worker.done():
                self._worker = asyncio.get_running_loop().create_task(self._catch_up())

    def _told(self, row: Row) -> bool:
        """Tell what an event means; False where REST has to be asked first."""
        try:
            return self._fill(row) if isinstance(row, wire.HalfTurn) else self._order(row)
        except UnknownSymbol:
            return False

    def _order(self, row: wire.Order) -> bool:
        context = self._reading.context()
        name, status = parse.event_name(row), parse.status_of(row)
        context.book.id_of(row.contractId)
        _keep(self._names, row.id, name)
        terms, before = (row.size, parse.terms(row)), self._asked.get(row.id)
        if status is not OrderStatus.REJECTED:
            self._accept(row.id, row)
        _keep(self._asked, row.id, terms)
        if before not in {None, terms} and status is OrderStatus.WORKING:
            self._owner.tell(ev.OrderReplaced(context.at, name, *terms, parse.broker_id(row)))
        end = parse.end(row, context.at)
        if end is not None and row.id not in self._ended:
            self.ended(row.id)
            self._owner.tell(end)
        return True

    def ended(self, order: int) -> None:
        """The desk was told of an order's end."""
        _keep(self._ended, order, None)

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

    async def _catch_up(self) -> None:
        while self._waiting:
            row = self._waiting[0]
            try:
                await self._look(row)
            except BrokerError as problem:
                self._owner.trouble(WHAT, problem)
                self._owner.reread(f"an event that could not be completed: {problem}")
                self._waiting.clear()
                return
            if self._waiting and self._waiting[0] is row:
                self._waiting.popleft()

    async def _look(self, row: Row) -> None:
        await self._reading.learn([row.contractId])
        if isinstance(row, wire.HalfTurn) and row.orderId not in self._names:
            order = await self._client.order(self._reading.number, row.orderId)
            if order is not None:
                _keep(self._names, order.id, parse.event_name(order))
        if not self._told(row):
            raise ProtocolError(f"TopstepX named {row.contractId} in an event, and does not show it")


_TARGETS = frozenset({"GatewayUserOrder", "GatewayUserTrade", "GatewayUserPosition", "GatewayUserAccount"})


def _keep(known: dict[K, V], key: K, value: V) -> None:
    known[key] = value
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]
