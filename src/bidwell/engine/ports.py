"""What the engine asks of the world, as protocols that the outer rooms fulfil and `app` wires."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

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
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId, IntentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.order import Order, OrderStatus
from bidwell.model.retirement import Finished
from bidwell.model.session import SessionTable
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.approved import Approved


class Clock(Protocol):
    """The wall clock; it rules data age, freshness and valid_until."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Entropy(Protocol):
    """Injected randomness for ids."""

    def bits(self, count: int) -> int:
        """A number of `count` random bits."""
        ...


# --- journal -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal row: `seq` is gapless from 1 in a workspace, `kind` the event's class name, `body` its JSON."""

    seq: int
    occurred_at: datetime
    kind: str
    body: bytes
    intent_id: str | None = None


class Journal(Protocol):
    """The append-only record of one workspace, with one writer."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Make the entries durable, all or none.

        Raises JournalUnavailable when nothing may be assumed, Fenced when another writer owns the sequence.
        """
        ...

    def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Entries with a sequence above `after`, in order, in batches."""
        ...

    async def head(self) -> int:
        """The last durable sequence, 0 when there is none."""
        ...


# --- archive --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in a list that has the newest first: its moment, and its name among those of that moment."""

    at: datetime
    name: str


class Archive(Protocol):
    """Finished intents of one workspace that left the memory. Each call raises JournalUnavailable when it cannot tell."""

    async def keep(self, finished: Sequence[Finished]) -> None:
        """Make them durable, all or none; what was kept of the same intents before is replaced unless it knows more.

        A desk that was succeeded by another while it slept may write once more when it wakes.
        """
        ...

    async def by_key(self, key: str) -> Finished | None:
        """The first intent that was received under an idempotency key."""
        ...

    async def by_intent(self, name: IntentId) -> Finished | None:
        """One intent."""
        ...

    async def by_orders(self, names: Sequence[tuple[AccountId | None, str]]) -> Sequence[Finished]:
        """The intents of orders, each named by its account (None: any) and by our id or any id of its broker's."""
        ...

    async def intents(self, before: Place | None, limit: int, *, source: str | None = None,
                      instrument: str | None = None, group: str | None = None) -> Sequence[Finished]:  # fmt: skip
        """At most `limit` intents that match, the newest first, those after `before` only."""
        ...

    async def orders(self, before: Place | None, limit: int, *, account: str | None = None,
                     instrument: str | None = None) -> Sequence[tuple[Finished, Order]]:  # fmt: skip
        """The same for orders, by the time at which they were made."""
        ...

    async def fills(self, before: Place | None, limit: int, *,
                    account: str | None = None) -> Sequence[tuple[Finished, Order, Fill]]:  # fmt: skip
        """The same for fills, by the time at which they were received; a place names account, order and execution."""
        ...


# --- broker --------------------------------------------------------------------------------------


class DedupeScope(StrEnum):
    """How long a broker remembers a client_order_id against a second submission."""

    FOREVER = "forever"
    OPEN_ONLY = "open_only"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a broker can do; what it lacks the engine emulates or denies, and says so before sending.

    `orders_per_second` feeds the lane's token bucket, of which `reserved` tokens are kept for cancels
    and reductions. `quarantine` is how long successful lookups must miss an order before it is ABSENT. A broker that
    `lists_the_day` knows the orders of the day only: a working DAY order of an earlier one that it has no more is over.
    `wall_times` says that the times of its messages run as a clock on the wall does; those of a replayed market do not.
    """

    order_types: frozenset[OrderType]
    times_in_force: frozenset[TimeInForce]
    dedupe_scope: DedupeScope
    client_order_id_length: int = 18
    attached_exits: bool = False
    replace: bool = True
    fractional: bool = False
    orders_per_second: Decimal = Decimal(10)
    burst: int = 10
    reserved: int = 2
    quarantine: timedelta = timedelta(seconds=30)
    lists_the_day: bool = False
    answer_timeout: timedelta = timedelta(seconds=5)
    wall_times: bool = True


@dataclass(frozen=True, slots=True)
class BrokerOrder:
    """An order as the broker reports it; `client_order_id` is None where it was not placed by a desk.

    `average_price` is that of everything filled, for brokers that report totals without executions.
    """

    broker_order_id: BrokerOrderId
    client_order_id: ClientOrderId | None
    instrument: InstrumentId
    side: Side
    quantity: Decimal
    terms: Terms
    status: OrderStatus
    filled_quantity: Decimal
    fills: tuple[Fill, ...] = ()
    reason: str = ""
    created_at: datetime | None = None
    average_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A broker's own view of one account.

    `orders` are all open ones and those closed since `since`; `positions` are signed quantities; `cash` is
    per currency. `complete` is False when any part could not be read: then nothing may be concluded
    from an absence.
    """

    account: AccountId
    taken_at: datetime
    orders: tuple[BrokerOrder, ...]
    positions: dict[InstrumentId, Decimal]
    cash: dict[str, Decimal]
    complete: bool = True
    average_prices: dict[InstrumentId, Decimal] = field(default_factory=dict)


BrokerEvent = (
    OrderAccepted
    | OrderRejected
    | OrderCanceled
    | OrderExpired
    | OrderFilled
    | OrderReplaced
    | ReplaceRejected
    | CancelRejected
)


class BrokerListener(Protocol):
    """Who hears a broker; the calls are synchronous and must not block."""

    def on_broker_event(self, account: AccountId, event: BrokerEvent) -> None:
        """Something happened to an order."""
        ...

    def on_connected(self, account: AccountId) -> None:
        """The session is up: what was missed is unknown until a snapshot was read."""
        ...

    def on_disconnected(self, account: AccountId, reason: str) -> None:
        """The session is down; it reconnects by itself."""
        ...


class Broker(Protocol):
    """One account at one broker.

    Outcomes come through the listener. `submit`, `cancel` and `replace` return when the request has been
    handed to the transport; they raise Unavailable (no byte left), InDoubt (may have left), Refused or
    ProtocolError. A request whose answer never comes is noticed by age, not by the adapter.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        ...

    async def connect(self, listener: BrokerListener) -> None:
        """Open the session and keep it open: reconnects with backoff until `close`."""
        ...

    async def close(self) -> None:
        """End the session; orders stay as they are at the broker."""
        ...

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Send an order, with exits that the broker holds until it fills (`capabilities.attached_exits`)."""
        ...

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book."""
        ...

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask to work the order with another total quantity and other terms."""
        ...

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id; None means that the broker answered, whole, that it has none.

        Raises InDoubt where the broker keeps no id of ours, and more than one of its orders may be this one.
        """
        ...

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """The broker's orders that may be this one of ours, for a person to choose from.

        Where the broker keeps our id it is the one under it, or none; elsewhere those that `find` cannot tell apart.
        """
        ...

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions and cash."""
        ...


class SessionLife(StrEnum):
    """How long a session lasts by itself; every state but ACTIVE asks something of a person or tells why."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    NEEDS_LOGIN = "needs_login"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session's life state; `login_url` is where a person logs in, `until` when an EXPIRING one ends."""

    life: SessionLife
    reason: str = ""
    login_url: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong between the desk and a broker, in a person's words."""

    at: datetime
    what: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What can be shown of a session: `heard_at` is when anything last came, `skew` their clock less ours."""

    state: SessionState
    heard_at: datetime | None = None
    requests_limit: int | None = None
    requests_left: int | None = None
    skew: timedelta | None = None
    troubles: tuple[Trouble, ...] = ()


class BrokerSession(Broker, Protocol):
    """A broker session with a life of its own, as those over the internet have."""

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        ...


@dataclass(frozen=True, slots=True)
class MarginPart:
    """What one order of a basket would take were it alone."""

    order: ClientOrderId
    required: Decimal


@dataclass(frozen=True, slots=True)
class Margin:
    """What a broker would block for orders taken together, in `currency`; below zero where they set more free.

    `available` is what the account has free before them, None where that is not told; `parts` are empty likewise.
    """

    required: Decimal
    currency: str
    available: Decimal | None = None
    parts: tuple[MarginPart, ...] = ()


@runtime_checkable
class MarginSource(Protocol):
    """A session whose broker says beforehand what it would block; one without such a call has no such method."""

    async def margin(self, orders: Sequence[Order]) -> Margin:
        """Ask for a basket, so that what hedges another order counts; nothing is placed and no order waits for it.

        Raises Unavailable, Refused (also for a basket that the broker does not reckon), ProtocolError.
        """
        ...


class InstrumentSource(Protocol):
    """Who knows what can be traded."""

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument that the source can trade or quote."""
        ...


class HistorySource(Protocol):
    """Who knows past bars."""

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        ...


class FeedListener(Protocol):
    """Who hears a feed; the calls are synchronous and must not block."""

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """New quotes; `received_at` is already set."""
        ...

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        """The feed's connection changed."""
        ...


class Feed(Protocol):
    """A stream of quotes; its quotes' `occurred_at` is the market clock."""

    @property
    def name(self) -> str:
        """What the screen calls it."""
        ...

    async def connect(self, listener: FeedListener) -> None:
        """Open the stream and keep it open until `close`."""
        ...

    async def close(self) -> None:
        """End the stream."""
        ...


class Calendars(Protocol):
    """Session tables by calendar name."""

    def table(self, calendar: str) -> SessionTable:
        """The table of a calendar (an ISO 10383 code, or "24/7"); raises Missing for an unknown one."""
        ...
