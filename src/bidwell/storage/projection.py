"""Orders, fills and ledger as tables for people who read with SQL; derived from the journal, never read by the desk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bidwell.engine import codec
from bidwell.engine.ports import Entry, Journal
from bidwell.engine.state import State
from bidwell.model.errors import JournalUnavailable, ProtocolError
from bidwell.model.events import (
    CashAdjusted,
    Event,
    OrderApproved,
    OrderDenied,
    OrderEvent,
    OrderFilled,
    OrderIdentified,
    PositionAdjusted,
)
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.order import Order
from bidwell.storage.checkpoints import Checkpoints
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.pool import Pool
from bidwell.storage.projection_rows import (
    FORGET_FILLS,
    INSERT_FILL,
    INSERT_POSTING,
    UPSERT_ORDER,
    Value,
    fill_row,
    order_row,
    posting_rows,
)

NAME = "orders"
KEEP_EVERY = 50_000
"""A state is written down after so many entries: they take a second to fold, about."""
KEEP_PAUSE = 60.0
_BOOKED = (OrderFilled, CashAdjusted, PositionAdjusted)


@dataclass(slots=True)
class _Changes:
    """What one batch of entries changed: the last state of each order, and every new posting."""

    orders: dict[ClientOrderId, tuple[Order, datetime, int]] = field(default_factory=dict)
    filled: dict[ClientOrderId, int] = field(default_factory=dict)
    postings: list[tuple[Value, ...]] = field(default_factory=list)


class Projection:
    """Folds a workspace's journal and keeps its tables beside it, each batch and how far it got in one transaction.

    After a restart the fold starts from the newest state that was written down, or from the first entry. It writes states
    down for the desk, too: it has one folded from durable entries alone, in a process that nobody waits for.
    """

    def __init__(self, pool: Pool, workspace: str) -> None:
        self._pool = pool
        self._workspace = workspace
        self._checkpoints = Checkpoints(pool, workspace)
        self._state = State()
        self._booked: dict[AccountId, int] = {}
        self._written: int | None = None
        self._changes = _Changes()
        self._kept = 0
        self._kept_at = float("-inf")

    @property
    def sequence(self) -> int:
        """The last entry that was folded in."""
        return self._state.sequence

    async def run(self, journal: Journal, pause: timedelta = timedelta(seconds=1)) -> None:
        """Follow the journal until cancelled; while the database is away the tables wait, as the desk does."""
        while True:
            with contextlib.suppress(JournalUnavailable, StorageUnavailable):
                await self.catch_up(journal)
            await asyncio.sleep(pause.total_seconds())

    async def catch_up(self, journal: Journal) -> int:
        """Take in every entry that the journal has and this has not; the last sequence."""
        await self._begin()
        await self._flush()
        async for entries in journal.read(self._state.sequence):
            await self.apply(entries)
        await self._keep()
        return self._state.sequence

    async def _begin(self) -> None:
        """Find out how far the tables are, and go on from the newest state that is not past them."""
        if self._written is not None:
            return
        written = await self._checkpoint()
        with contextlib.suppress(ProtocolError):  # it is written anew in time
            self._state = await self._checkpoints.newest(written) or self._state
        self._booked = {name: portfolio.posted for name, portfolio in self._state.portfolios.items()}
        self._written, self._kept = written, self._state.sequence

    async def _keep(self) -> None:
        """Write the state down where much has come since the last time."""
        now = asyncio.get_running_loop().time()
        if self._state.sequence - self._kept >= KEEP_EVERY and now - self._kept_at >= KEEP_PAUSE:
            await self._checkpoints.keep(self._state)
            self._kept, self._kept_at = self._state.sequence, now

    async def apply(self, entries: Sequence[Entry]) -> None:
        """Take in entries that follow the last one; rows that a former run wrote are left as they are.

        Raises StorageUnavailable; what was folded by then is written with the next call.
        """
        await self._begin()
        written = self._written or 0
        for entry in entries:
            self._fold(entry, kept=entry.seq > written)
            # A long journal is folded beside a working desk: it must not hold up the loop.
            await asyncio.sleep(0)
        await self._flush()

    async def _flush(self) -> None:
        if self._written is not None and self._state.sequence > self._written:
            await self._write(self._changes, self._state.sequence)
            self._written = self._state.sequence
            self._changes = _Changes()

    def _fold(self, entry: Entry, *, kept: bool) -> None:
        event = codec.decode(entry.kind, entry.body)
        before = {name: self._state.orders.get(name) for name in _orders_of(event)}
        self._state.apply(event)
        postings: list[tuple[Value, ...]] = []
        if isinstance(event, _BOOKED):
            account = (
                self._state.orders[event.client_order_id].account if isinstance(event, OrderFilled) else event.account
            )
            postings = self._new_postings(account, entry.seq)
        if not kept:
            return
        self._changes.postings += postings
        for name, was in before.items():
            after = self._state.orders.get(name)
            if after is not None and after is not was:
                self._changes.orders[name] = (after, event.at, entry.seq)
                if after.fills != (was.fills if was is not None else ()):
                    self._changes.filled[name] = entry.seq

    def _new_postings(self, account: AccountId, seq: int) -> list[tuple[Value, ...]]:
        rows: list[tuple[Value, ...]] = []
        portfolio = self._state.portfolios[account]
        new = portfolio.posted - self._booked.get(account, 0)
        for ledger_entry in portfolio.entries[-new:] if new else ():
            rows += posting_rows(self._workspace, account, ledger_entry, seq, len(rows))
        self._booked[account] = portfolio.posted
        return rows

    async def _checkpoint(self) -> int:
        async with self._pool.transaction(workspace=self._workspace) as connection:
            found = await connection.execute(
                "SELECT seq FROM projection_checkpoints WHERE workspace_id = %s AND projection = %s",
                [self._workspace, NAME],
            )
            row = await found.fetchone()
        return 0 if row is None else int(row["seq"])

    async def _write(self, changes: _Changes, seq: int) -> None:
        workspace = self._workspace
        async with self._pool.transaction(workspace=workspace) as connection, connection.cursor() as cursor:
            await cursor.executemany(
                UPSERT_ORDER, [order_row(workspace, order, at, last) for order, at, last in changes.orders.values()]
            )
            known = [(fill, last) for name, last in changes.filled.items() for fill in changes.orders[name][0].fills]
            await cursor.execute(FORGET_FILLS, [
                workspace, list(changes.filled),
                [fill.client_order_id for fill, _ in known], [fill.execution_id for fill, _ in known],
            ])  # fmt: skip
            await cursor.executemany(INSERT_FILL, [fill_row(workspace, fill, last) for fill, last in known])
            await cursor.executemany(INSERT_POSTING, changes.postings)
            await cursor.execute(
                "INSERT INTO projection_checkpoints AS c (workspace_id, projection, seq) VALUES (%s, %s, %s)"
                " ON CONFLICT (workspace_id, projection) DO UPDATE SET seq = greatest(c.seq, excluded.seq)",
                [workspace, NAME, seq],
            )


def _orders_of(event: Event) -> tuple[ClientOrderId, ...]:
    match event:
        case OrderApproved(order=order) | OrderDenied(order=order):
            return (order.client_order_id,)
        case OrderIdentified(client_order_id=name, external=external) if external is not None:
            return (external, name)
        case OrderEvent(client_order_id=name):
            return (name,)
        case _:
            return ()
