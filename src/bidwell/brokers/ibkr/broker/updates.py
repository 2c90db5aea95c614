"""What the Gateway tells of an account's orders, told to the desk in the order in which it came.

Statuses repeat, and some executions come without one: an execution is told by itself, with what it cost, which comes right
behind it. A list of open orders is told by the same messages as news: what is listed is told by whoever asked for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bidwell.brokers.ibkr import parse, wire
from bidwell.brokers.ibkr.broker.memory import Memory
from bidwell.brokers.ibkr.broker.reading import Reading
from bidwell.brokers.ibkr.client import Link
from bidwell.brokers.ibkr.config import IbkrConfig
from bidwell.brokers.ibkr.errors import CANCELED, INFORMING, NOT_CANCELED, REJECTED, WARNINGS, judge
from bidwell.brokers.ibkr.symbols import SymbolBook, is_foreign
from bidwell.brokers.transport import Chores, Kind, OrderUpdates, Owner, Recent, Seen, Verdict
from bidwell.engine.ports import Clock
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ProtocolError
from bidwell.model.ids import ClientOrderId, ExecutionId
from bidwell.model.terms import Terms

ECHO_IS_REPLACED = True
"""Unconfirmed: an open order that is told with the terms that were asked for, and works, works on them."""

UNLISTED_IS_REJECTED = True
"""Unconfirmed: an order about which an error was told, and that is neither among the open nor the completed, was not taken."""

NOTHING = -1
"""What an error is about that is about no request and no order."""

Piece = wire.OpenOrder | wire.Status | wire.Execution | wire.Problem
_DECIDED = frozenset({Kind.REJECTED_FUNDS, Kind.REJECTED_RULE, Kind.REJECTED_INPUT, Kind.MARKET_CLOSED, Kind.DUPLICATE,
                      Kind.PERMISSION, Kind.NOT_FOUND})  # fmt: skip


class Updates(OrderUpdates[Piece]):
    """`client.User` for one account."""

    channel = "Gateway"
    piece = "an execution"

    def __init__(
        self, owner: Owner, account: Account, config: IbkrConfig, link: Link, reading: Reading, memory: Memory,
        book: SymbolBook, clock: Clock,
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._account = account
        self._config = config
        self._link = link
        self._reading = reading
        self._memory = memory
        self._book = book
        self._clock = clock
        self._ended: Seen[ClientOrderId] = Seen()
        self._executions: Recent[ExecutionId, wire.Execution] = Recent()
        self._reasons: Recent[int, str] = Recent()
        self._changing: dict[int, tuple[Decimal, Terms]] = {}
        self._canceling: set[int] = set()
        self._cost = asyncio.Event()
        self._missed: Seen[tuple[int, Decimal]] = Seen()
        self._odd: Seen[str] = Seen()
        self._chores = Chores()
        self._tellers: dict[type[Any], Callable[[Any], None]] = {
            wire.OpenOrder: self._order, wire.Status: self._status, wire.Execution: self._fill, wire.Problem: self._problem,
        }  # fmt: skip

    async def close(self) -> None:
        """Stop what is waited for."""
        await self._chores.stop()
        await super().close()

    def change(self, order_id: int, quantity: Decimal, terms: Terms) -> None:
        """Other terms are about to be asked for."""
        self._changing[order_id] = (quantity, terms)

    def withdraw(self, order_id: int) -> None:
        """A cancel is about to be asked for."""
        self._canceling.add(order_id)

    # --- client.User ----------------------------------------------------------------------------------

    def up(self) -> None:
        """What was asked before is in no message any more."""
        self._changing.clear()
        self._canceling.clear()
        super().up()

    def on_message(self, message: wire.Message, *, listed: bool) -> None:
        """Take what is about this account's orders."""
        self._owner.heard()
        if isinstance(message, wire.Commission):
            self._cost.set()
        elif isinstance(message, wire.OpenOrder):
            self._on_order(message, listed=listed)
        elif isinstance(message, wire.Status):
            self._on_status(message, listed=listed)
        elif isinstance(message, wire.Execution):
            if message.account == self._config.account and not is_foreign(message.contract):
                self._take(message)
        elif isinstance(message, wire.Problem):
            self._take(message)

    def _on_order(self, row: wire.OpenOrder, *, listed: bool) -> None:
        if row.account != self._config.account or is_foreign(row.contract):
            return
        self._memory.keep(row)
        self._mentioned(row.client_id, row.order_id)
        if not listed:
            self._take(row)
        elif row.filled is None:
            self._replaced(row)

    def _on_status(self, row: wire.Status, *, listed: bool) -> None:
        self._mentioned(row.client_id, row.order_id)
        if not (listed and row.status in parse.WORKING | parse.UNDECIDED):
            self._take(row)

    def _mentioned(self, client_id: int, order_id: int) -> None:
        if client_id == self._link.client_id:
            self._mention(order_id)

    # --- telling --------------------------------------------------------------------------------------

    def _told(self, piece: Piece) -> bool:
        if isinstance(piece, wire.Execution):
            waits = piece.id not in self._link.commissions and parse.execution_name(piece) not in self._executions
            if waits or not self._book.knows(piece.contract):
                return False
        self._tellers[type(piece)](piece)
        return True

    async def _look(self, piece: Piece) -> None:
        """An execution that came before its cost, or of a contract that is new."""
        if isinstance(piece, wire.Execution):
            await self._reading.learn([piece.contract])
            try:
                async with asyncio.timeout(self._config.fee_wait):
                    while piece.id not in self._link.commissions:
                        self._cost.clear()
                        await self._cost.wait()
            except TimeoutError:
                self._owner.trouble(self.channel, f"what execution {piece.id} cost was not told: it is counted as free")
        self._tellers[type(piece)](piece)

    def _order(self, row: wire.OpenOrder) -> None:
        if self._is_documented(row.status) and row.status in parse.WORKING | {parse.FILLED}:
            self._accept(row.perm_id, parse.event_name(row.ref, row.perm_id))
            self._replaced(row)

    def _status(self, row: wire.Status) -> None:
        name = self._memory.name(row.client_id, row.order_id, row.perm_id)
        if name is None or not self._is_documented(row.status):
            return
        if row.status in parse.CANCELED:
            self._canceling.discard(row.order_id)
            self._end(ev.OrderCanceled(self._clock.now(), name, self._why(row), row.filled))
        elif row.status == parse.INACTIVE:
            if name not in self._ended:
                self._owner.trouble(self.channel, f"order {row.perm_id} is inactive: {row.why_held or self._why(row)}")
        elif row.status not in parse.UNDECIDED:
            self._accept(row.perm_id, name)
            known = self._memory.row(row.perm_id)
            if known is not None and row.status in parse.WORKING:
                self._replaced(known)
        self._compare(row)

    def _why(self, row: wire.Status) -> str:
        return self._reasons.get(row.order_id, "canceled at Interactive Brokers")

    def _is_documented(self, status: str) -> bool:
        if status in parse.STATUSES or status == parse.INACTIVE:
            return True
        # Once: every list may tell it again.
        if self._odd.add(status):
            what = f"an order's status {status!r:.40}, which is not documented"
            self._owner.trouble(self.channel, f"Interactive Brokers told {what}")
            self._owner.reread(what)
        return False

    def _accept(self, perm_id: int, name: ClientOrderId) -> None:
        if perm_id > 0 and name not in self._ended and not self._owner.accepted_before(str(perm_id)):
            self._owner.tell(ev.OrderAccepted(self._clock.now(), name, parse.order_number(perm_id)))

    def _end(self, event: ev.OrderRejected | ev.OrderCanceled) -> None:
        if self._ended.add(event.client_order_id):
            self._owner.tell(event)

    def _replaced(self, row: wire.OpenOrder) -> None:
        """Tell new terms, once the order is shown to work on those that were asked for."""
        wanted = self._changing.get(row.order_id) if row.client_id == self._link.client_id else None
        if not ECHO_IS_REPLACED or wanted is None or row.status not in parse.WORKING:
            return
        meant = parse.terms(row)
        if meant.time_in_force is not wanted[1].time_in_force:
            return
        quantity, terms = wanted
        # An end is told to the second only.
        if (row.quantity, replace(meant, expires_at=terms.expires_at)) == wanted:
            del self._changing[row.order_id]
            self._memory.change(row.client_id, row.order_id, terms)
            name = parse.event_name(row.ref, row.perm_id)
            self._owner.tell(
                ev.OrderReplaced(self._clock.now(), name, quantity, terms, parse.order_number(row.perm_id))
            )

    def _fill(self, row: wire.Execution) -> None:
        ident = parse.execution_name(row)
        before = self._executions.get(ident)
        if before is not None:
            if (before.quantity, before.price) != (row.quantity, row.price):
                self._owner.trouble(self.channel, f"Interactive Brokers corrected execution {before.id}: {before.quantity} at "
                                    f"{before.price} is {row.quantity} at {row.price} now", "correction")  # fmt: skip
                self._owner.reread("an execution was corrected")
            return
        context = parse.Context(self._account.id, self._book, self._clock.now())
        try:
            meant = parse.fill(row, self._link.commissions.get(row.id), context)
        except ProtocolError as problem:
            # Of what the desk does not trade, or beyond reading: a report will show what it changed.
            self._owner.trouble(self.channel, problem)
            return
        self._executions[ident] = row
        self._memory.count([row])
        self._accept(row.perm_id, meant.client_order_id)
        self._owner.tell(ev.OrderFilled(context.at, meant.client_order_id, meant))

    async def _settle(self, verdict: Verdict, name: ClientOrderId) -> None:
        """An order of which an unknown code was said, and nothing else, and that is listed nowhere, was not taken."""
        await asyncio.sleep(self._config.settle)
        try:
            found = await self._reading.find(name)
        except BrokerError as problem:
            # The desk looks it up by its age.
            self._owner.trouble(self.channel, problem)
            return
        if UNLISTED_IS_REJECTED and found is None:
            self._end(ev.OrderRejected(self._clock.now(), name, verdict.code, verdict.message))

    def _compare(self, row: wire.Status) -> None:
        """Begin anew where a status tells of more than its executions did, and goes on to."""
        if row.filled <= self._memory.counted(row.perm_id) or not self._missed.add((row.perm_id, row.filled)):
            return

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if row.filled > self._memory.counted(row.perm_id):
                self._owner.reread(f"{row.filled:f} of order {row.perm_id} are filled, and not all of it was told")

        self._chores.begin(look())

    # --- what is refused ------------------------------------------------------------------------------

    def _problem(self, row: wire.Problem) -> None:
        verdict = judge(row.code, row.text)
        client_id = self._link.client_id
        # What was placed by hand has numbers below zero.
        name = self._memory.name(client_id, row.about) if row.about != NOTHING else None
        if name is None:
            if row.about == NOTHING and row.code not in INFORMING:
                self._owner.trouble(self.channel, verdict.message, verdict.code)
            return
        self._mention(row.about)
        if row.code == CANCELED:
            # The status that comes with it tells how much was filled.
            self._reasons[row.about] = row.text
        elif row.code in WARNINGS | INFORMING:
            self._owner.trouble(self.channel, verdict.message, verdict.code)
        elif row.code in NOT_CANCELED or (row.about in self._canceling and row.code != REJECTED):
            self._canceling.discard(row.about)
            self._owner.tell(ev.CancelRejected(self._clock.now(), name, verdict.message))
        elif self._changing.pop(row.about, None) is not None:
            self._owner.tell(ev.ReplaceRejected(self._clock.now(), name, verdict.message))
        else:
            self._refused(row, verdict, name)

    def _refused(self, row: wire.Problem, verdict: Verdict, name: ClientOrderId) -> None:
        """An order was not taken, or was thrown out; what else is said of a working order ends nothing."""
        accepted = self._owner.accepted_before(str(self._memory.permanent(self._link.client_id, row.about)))
        if verdict.kind in _DECIDED and (not accepted or row.code == REJECTED):
            self._end(ev.OrderRejected(self._clock.now(), name, verdict.code, verdict.message))
            if verdict.kind is not Kind.PERMISSION:
                return
        elif verdict.kind is Kind.UNKNOWN and not accepted:
            self._chores.begin(self._settle(verdict, name))
        self._owner.trouble(self.channel, verdict.message, verdict.code)
