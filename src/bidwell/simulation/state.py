"""The venue's state as a fold over facts: accounts, orders, positions and cash; nothing here decides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import (
    AccountOpened,
    Amended,
    AnyFact,
    CashMoved,
    Closed,
    Declined,
    Placed,
    Seen,
    Traded,
    Trailed,
    Triggered,
)
from bidwell.simulation.orders import Holding, VenueAccount, VenueOrder


class Archive(Protocol):
    """Where closed orders are when the state no longer holds them."""

    def find(self, account: str, client_order_id: str) -> VenueOrder | None:
        """The order under a client id."""
        ...

    def closed_since(self, account: str, since: datetime | None) -> Iterable[VenueOrder]:
        """An account's closed orders from a moment on, in the order of their closing."""
        ...


class NoArchive:
    """For a venue that keeps everything in memory."""

    def find(self, _account: str, _client_order_id: str) -> VenueOrder | None:
        return None

    def closed_since(self, _account: str, _since: datetime | None) -> Iterable[VenueOrder]:
        return ()


class Image(msgspec.Struct):
    """The state at one moment, without what the archive holds."""

    number: int
    executions: int
    accounts: list[VenueAccount]
    orders: list[VenueOrder]
    seen: list[tuple[str, str, int]]


class VenueState:
    """Accounts by name, orders by the venue's id and by (account, client id), open ones by instrument."""

    def __init__(self, archive: Archive | None = None) -> None:
        self.archive: Archive = archive or NoArchive()
        self.accounts: dict[str, VenueAccount] = {}
        self.orders: dict[str, VenueOrder] = {}
        self.named: dict[tuple[str, str], VenueOrder] = {}
        self.books: dict[str, dict[str, VenueOrder]] = {}
        self.open: dict[str, dict[str, VenueOrder]] = {}
        self.recent: dict[str, list[VenueOrder]] = {}
        self._closing: deque[VenueOrder] = deque()
        self.groups: dict[str, list[VenueOrder]] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.number = 0
        self.executions = 0
        self._folds: dict[type[Any], Callable[[Any], None]] = {
            AccountOpened: self._opened,
            CashMoved: self._moved,
            Seen: self._saw,
            Placed: self._placed,
            Declined: self._placed,
            Traded: self._traded,
            Closed: self._closed,
            Amended: self._amended,
            Triggered: self._triggered,
            Trailed: self._trailed,
        }

    # reading

    def find(self, account: str, client_order_id: str) -> VenueOrder | None:
        """The order under a client id, closed and archived ones included."""
        return self.named.get((account, client_order_id)) or self.archive.find(account, client_order_id)

    def closed_since(self, account: str, since: datetime | None) -> list[VenueOrder]:
        """An account's closed orders from a moment of the wall clock on."""
        return [*self.archive.closed_since(account, since), *self._recent_since(account, since)]

    def _recent_since(self, account: str, since: datetime | None) -> list[VenueOrder]:
        recent = self.recent.get(account, [])
        if since is None:
            return recent
        first = len(recent)
        while first and (recent[first - 1].closed_at or since) >= since:
            first -= 1
        return recent[first:]

    def open_orders(self, account: str) -> list[VenueOrder]:
        """An account's open orders in the order of their arrival."""
        return sorted(self.open.get(account, {}).values(), key=lambda order: order.number)

    def members(self, order: VenueOrder) -> list[VenueOrder]:
        """The other orders of an order's group."""
        return [each for each in self.groups.get(order.group, ()) if each is not order] if order.group else []

    def submissions(self, account: str, client_order_id: str) -> int:
        """How many times a submission under this id arrived."""
        order = self.find(account, client_order_id)
        return (order.submissions if order else 0) + self.seen.get((account, client_order_id), 0)

    # changing

    def apply(self, fact: AnyFact) -> None:
        """Fold one fact."""
        self._folds[type(fact)](fact)

    def image(self) -> Image:
        """All that is not in the archive."""
        return Image(
            self.number,
            self.executions,
            list(self.accounts.values()),
            list(self.orders.values()),
            [(account, name, count) for (account, name), count in self.seen.items()],
        )

    def load(self, image: Image) -> None:
        """Begin from an image; the state must be empty."""
        self.number, self.executions = image.number, image.executions
        self.accounts = {account.spec.account: account for account in image.accounts}
        self.seen = {(account, name): count for account, name, count in image.seen}
        for order in sorted(image.orders, key=lambda each: each.number):
            self._file(order)
        for recent in self.recent.values():
            recent.sort(key=lambda each: (each.closed_at is not None, each.closed_at))

    def release(self, most: int) -> list[VenueOrder]:
        """At most `most` closed orders that bind no open one, oldest first, for the archive to take over.

        They are still found here until `forget`.
        """
        released: list[VenueOrder] = []
        for _ in range(min(len(self._closing), most)):
            order = self._closing.popleft()
            if any(each.is_open for each in self.groups.get(order.group, ())):
                self._closing.append(order)
            else:
                released.append(order)
        return released

    def forget(self, orders: Iterable[VenueOrder]) -> None:
        """Drop closed orders that the archive has taken over."""
        accounts = set()
        for order in orders:
            del self.orders[order.broker_order_id]
            if order.client_order_id:
                del self.named[(order.account, order.client_order_id)]
            self.groups.pop(order.group, None)
            accounts.add(order.account)
        for account in accounts:
            self.recent[account] = [each for each in self.recent[account] if each.broker_order_id in self.orders]

    @property
    def retiring(self) -> int:
        """How many closed orders are still held here."""
        return len(self._closing)

    # folding

    def _file(self, order: VenueOrder) -> None:
        self.orders[order.broker_order_id] = order
        if order.client_order_id:
            self.named[(order.account, order.client_order_id)] = order
        if order.is_open:
            self.books.setdefault(order.instrument, {})[order.broker_order_id] = order
            self.open.setdefault(order.account, {})[order.broker_order_id] = order
        else:
            self._retire(order)
        if order.group:
            self.groups.setdefault(order.group, []).append(order)

    def _retire(self, order: VenueOrder) -> None:
        self.recent.setdefault(order.account, []).append(order)
        self._closing.append(order)

    def _unfile(self, order: VenueOrder) -> None:
        del self.books[order.instrument][order.broker_order_id]
        del self.open[order.account][order.broker_order_id]

    def _opened(self, fact: AccountOpened) -> None:
        spec = fact.spec
        self.accounts[spec.account] = VenueAccount(spec, {spec.currency: spec.cash})

    def _moved(self, fact: CashMoved) -> None:
        self._pay(self.accounts[fact.account], fact.currency, fact.amount)

    def _saw(self, fact: Seen) -> None:
        key = (fact.account, fact.client_order_id)
        self.seen[key] = self.seen.get(key, 0) + 1

    def _placed(self, fact: Placed | Declined) -> None:
        order = msgspec.structs.replace(fact.order, fills=[], earlier_ids=[])
        self.number = max(self.number, order.number)
        self.accounts[order.account].reserved += _reserved(order)
        self._file(order)

    def _traded(self, fact: Traded) -> None:
        order = self.orders[fact.broker_order_id]
        account = self.accounts[order.account]
        execution = fact.execution
        account.reserved -= _reserved(order)
        order.fills.append(execution)
        order.filled += execution.quantity
        order.fees += execution.fee
        order.paid += execution.quantity * execution.price
        self.executions += 1
        self._pay(account, fact.currency, fact.moved)
        if execution.fee:
            self._pay(account, execution.fee_currency, -execution.fee)
        _hold(account, order.instrument, execution.quantity * order.side.sign, execution.price)
        if order.filled >= order.quantity:
            self._close(order, OrderStatus.FILLED, fact.wall)
        account.reserved += _reserved(order)

    def _closed(self, fact: Closed) -> None:
        order = self.orders[fact.broker_order_id]
        account = self.accounts[order.account]
        account.reserved -= _reserved(order)
        order.code, order.reason = fact.code, fact.reason
        self._close(order, fact.status, fact.wall)

    def _amended(self, fact: Amended) -> None:
        order = self.orders[fact.broker_order_id]
        account = self.accounts[order.account]
        account.reserved -= _reserved(order)
        order.quantity, order.time_in_force = fact.quantity, fact.time_in_force
        order.limit_price, order.stop_price = fact.limit_price, fact.stop_price
        order.trail_amount, order.trail_percent = fact.trail_amount, fact.trail_percent
        order.expires_at, order.ends_at = fact.expires_at, fact.ends_at
        order.opening, order.margin = fact.opening, fact.margin
        if fact.new_id:
            self._rename(order, fact.new_id)
        if order.filled >= order.quantity:
            self._close(order, OrderStatus.FILLED, fact.wall)
        account.reserved += _reserved(order)

    def _rename(self, order: VenueOrder, new_id: str) -> None:
        old = order.broker_order_id
        del self.orders[old]
        self._unfile(order)
        order.earlier_ids.append(old)
        order.broker_order_id = new_id
        self.number += 1
        self.orders[new_id] = order
        self.books[order.instrument][new_id] = order
        self.open[order.account][new_id] = order

    def _triggered(self, fact: Triggered) -> None:
        self.orders[fact.broker_order_id].triggered = True

    def _trailed(self, fact: Trailed) -> None:
        self.orders[fact.broker_order_id].best = fact.best

    def _close(self, order: VenueOrder, status: OrderStatus, wall: datetime) -> None:
        order.status, order.closed_at = status, wall
        self._unfile(order)
        self._retire(order)

    def _pay(self, account: VenueAccount, currency: str, amount: Decimal) -> None:
        account.cash[currency] = account.cash.get(currency, ZERO) + amount


def _reserved(order: VenueOrder) -> Decimal:
    return order.margin * min(order.opening, order.leaves) if order.opening else ZERO


def _hold(account: VenueAccount, instrument: str, signed: Decimal, price: Decimal) -> None:
    holding = account.holdings.get(instrument)
    if holding is None:
        holding = account.holdings[instrument] = Holding()
    before = holding.quantity
    after = before + signed
    if before == 0 or (before > 0) == (signed > 0):
        holding.cost += signed * price
    elif after == 0:
        del account.holdings[instrument]
    elif (after > 0) == (before > 0):
        holding.cost = holding.cost * after / before
    else:
        holding.cost = after * price
    holding.quantity = after
