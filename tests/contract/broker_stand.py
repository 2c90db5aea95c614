"""What a card of the broker contract plays with: a stand-in, a listener that remembers, orders to send."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from bidwell.app.clock import WallClock
from bidwell.engine.ports import Broker, BrokerEvent, BrokerOrder, Capabilities
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, InDoubt, ProtocolError
from bidwell.model.events import (
    OrderFilled,
)
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.approved import SEAL, Approved

WAIT = 15.0
now = WallClock().now


class Ahead(WallClock):
    """The wall's clock, put forward."""

    def __init__(self, by: timedelta = timedelta()) -> None:
        self.by = by

    def now(self) -> datetime:
        return super().now() + self.by


class NotOfferedError(Exception):
    """What a stand cannot play, because its protocol has no such thing: the card is skipped."""


class Stand(Protocol):
    """A broker's server in the tests' hands: one account, one instrument, quotes and mishaps on command.

    What not every protocol has raises NotOfferedError until a stand says how it is done. `streams_only`: requests are not
    answered by themselves, everything comes over one stream.
    """

    account: Account
    instrument: InstrumentId
    streams_only: bool

    def broker(self) -> Broker:
        """A new session of the account."""
        ...

    def hasty_broker(self) -> Broker:
        """A session that does not wait long for an answer, where sessions wait for answers."""
        return self.broker()

    def broker_with_bad_credentials(self) -> Broker:
        """A session that must not be let in."""
        ...

    def broker_without_server(self) -> Broker:
        """A session to where nobody listens."""
        ...

    async def quote(self, bid: str, ask: str, quantity: str = "100000") -> None:
        """Move the market."""
        ...

    async def close_market(self) -> None:
        """Run the market clock past the end of the session."""
        ...

    async def lose_next_ack(self) -> None:
        """Carry the next submission out and say nothing."""
        ...

    async def accept_next_late(self, seconds: float) -> None:
        """Take the next submission in only after a while."""
        ...

    async def reject_next(self, code: str) -> None:
        """Refuse the next submission."""
        ...

    async def say_next_twice(self) -> None:
        """Tell what comes of the next submission twice."""
        ...

    async def reorder_next(self) -> None:
        """Tell what comes of the next submission in the wrong order."""
        ...

    async def fill_next_in_part(self, fraction: str) -> None:
        """Fill this part of the next submission and the rest later."""
        ...

    async def garble_next(self) -> None:
        """Answer the next submission with a broken message."""
        ...

    async def break_on_next(self, *, processed: bool) -> None:
        """Break the connection at the next submission, after or before it is carried out."""
        ...

    async def fall_silent(self, seconds: float) -> None:
        """Keep the connection open from the next submission on, and say nothing on it."""
        ...

    async def refuse_next_cancel(self) -> None:
        """Refuse the next cancel."""
        ...

    async def reject_next_later(self) -> None:
        """Take the next submission in, and reject it then."""
        raise NotOfferedError

    async def throttle_next(self, seconds: float) -> None:
        """Turn the next submission away for being one too many, with a pause."""
        raise NotOfferedError

    async def fail_next(self, *, processed: bool) -> None:
        """Answer the next submission with an error of the server's own, after or without carrying it out."""
        raise NotOfferedError

    async def answer_next_unreadably(self) -> None:
        """Carry the next submission out and answer what cannot be read."""
        raise NotOfferedError

    async def end_session(self) -> None:
        """Let the credentials open nothing any more, as after an expiry or a login elsewhere."""
        raise NotOfferedError

    async def restore_session(self) -> None:
        """Let them open the account again."""
        raise NotOfferedError

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        """Fill a part of a working order, whatever is quoted."""
        raise NotOfferedError

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        """End a working order as expired."""
        raise NotOfferedError

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        """Place an order that no desk knows of."""
        ...

    async def submissions(self, name: ClientOrderId) -> int:
        """How often a submission under this id arrived."""
        ...

    async def orders_under(self, name: ClientOrderId) -> int:
        """How many orders the server made under this id."""
        ...


@dataclass
class Ear:
    """A listener that remembers."""

    events: list[BrokerEvent] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def on_broker_event(self, account: AccountId, event: BrokerEvent) -> None:
        assert account
        self.events.append(event)

    def on_connected(self, account: AccountId) -> None:
        assert account
        self.states.append("up")

    def on_disconnected(self, account: AccountId, reason: str) -> None:
        assert account
        self.states.append(f"down: {reason}")

    def of(self, name: ClientOrderId) -> list[BrokerEvent]:
        return [event for event in self.events if event.client_order_id == name]

    def kinds(self, name: ClientOrderId) -> list[str]:
        return [type(event).__name__ for event in self.of(name)]

    def fills(self, name: ClientOrderId) -> list[OrderFilled]:
        return [event for event in self.of(name) if isinstance(event, OrderFilled)]

    async def hears(self, name: ClientOrderId, *kinds: type[Any]) -> None:
        """Wait until an event of each kind came for the order."""
        await until(lambda: all(any(isinstance(each, kind) for each in self.of(name)) for kind in kinds),
                    f"{[kind.__name__ for kind in kinds]} for {name}, heard {self.kinds(name)}")  # fmt: skip

    async def sees(self, *states: str) -> None:
        """Wait for a sequence of connection states."""
        await until(
            lambda: [each.split(":")[0] for each in self.states] == list(states), f"{states}, saw {self.states}"
        )


async def until(holds: Callable[[], bool], what: str = "", seconds: float = WAIT) -> None:
    """Wait until something holds, or fail."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not holds():
        assert loop.time() < end, f"waited in vain for {what}"
        await asyncio.sleep(0.005)


class Maker:
    """Orders of a stand's account with ids of their own; a limit order rests for `resting` unless it says otherwise."""

    def __init__(self, stand: Stand, resting: TimeInForce = TimeInForce.GTC) -> None:
        self._stand = stand
        self._resting = resting
        self._numbers: Iterator[int] = itertools.count(1)

    def order(self, terms: Terms | None = None, *, side: Side = Side.BUY, quantity: str = "10", leg: int = 0,
              entry: ClientOrderId | None = None) -> Order:  # fmt: skip
        return Order(
            client_order_id=ClientOrderId(f"CARD{next(self._numbers):014d}"),
            account=self._stand.account.id,
            instrument=self._stand.instrument,
            side=side,
            quantity=Decimal(quantity),
            terms=terms or Terms(),
            created_at=now(),
            leg=leg,
            entry=entry,
        )

    def limit(self, price: str, *, side: Side = Side.BUY, quantity: str = "10",
              force: TimeInForce | None = None) -> Order:  # fmt: skip
        return self.order(self.terms(price, force), side=side, quantity=quantity)

    def terms(self, price: str, force: TimeInForce | None = None) -> Terms:
        return limit_terms(price, force or self._resting)


def limit_terms(price: str, force: TimeInForce = TimeInForce.GTC) -> Terms:
    return Terms(OrderType.LIMIT, limit_price=Decimal(price), time_in_force=force)


def approved(order: Order) -> Approved[Order]:
    return Approved(order, SEAL)


@dataclass
class Table:
    """A connected session with what it needs to play a card."""

    stand: Stand
    broker: Broker
    ear: Ear
    make: Maker
    doubted: list[ClientOrderId] = field(default_factory=list)

    @property
    def able(self) -> Capabilities:
        return self.broker.capabilities

    async def submit(self, order: Order) -> ClientOrderId:
        """Send an order; a broker that waits for the answer may say at once that it is in doubt."""
        try:
            await self.broker.submit(approved(order))
        except (InDoubt, ProtocolError):
            self.doubted.append(order.client_order_id)
        return order.client_order_id

    async def read(self, name: ClientOrderId) -> BrokerOrder | None:
        """Look an order up on a session that may be in the middle of being mended."""
        end = asyncio.get_running_loop().time() + WAIT
        while True:
            try:
                return await self.broker.find(name)
            except BrokerError:
                assert asyncio.get_running_loop().time() < end, "the session does not come back"
                await asyncio.sleep(0.05)

    async def found(self, name: ClientOrderId) -> BrokerOrder:
        theirs = await self.broker.find(name)
        assert theirs is not None
        return theirs


def external(order: Order, broker_order_id: BrokerOrderId) -> Order:
    return Order(
        order.client_order_id, order.account, order.instrument, order.side, order.quantity, order.terms,
        order.created_at, external=True, status=OrderStatus.WORKING, broker_order_ids=(broker_order_id,),
    )  # fmt: skip
