"""The journal of one workspace in PostgreSQL: append-only, hash-chained, with one writer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import AsyncConnection

from bidwell.engine.ports import Entry
from bidwell.model.errors import Fenced, JournalError, JournalUnavailable
from bidwell.storage.arrays import int8, timestamp
from bidwell.storage.chain import GENESIS, ChainHead, link
from bidwell.storage.journal_writer import ConnectionLost, JournalWriter, Row

BATCH = 2000
RETRY_SECONDS = 0.02

_READ = """
    SELECT seq, occurred_at, kind, convert_to(body, 'UTF8'), intent_id, hash FROM journal
    WHERE workspace_id = %s AND seq > %s ORDER BY seq LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An append whose outcome is not known: it was to lead from one head to another."""

    before: ChainHead
    after: ChainHead


class PostgresJournal:
    """`engine.ports.Journal` over the app role's conninfo.

    `token` is the lease's; None makes a journal that only reads. An append waits `patience` at most for a
    database that is away and then raises JournalUnavailable; it is never sent again unless the database, asked
    under a new writer number, proves that the first one did not happen.
    """

    def __init__(
        self,
        conninfo: str,
        workspace: str,
        token: int | None = None,
        *,
        patience: timedelta = timedelta(seconds=2),
        answer: timedelta = timedelta(seconds=5),
    ) -> None:
        self._conninfo = conninfo
        self._workspace = workspace
        self._token = token
        self._patience = patience.total_seconds()
        self._answer = answer
        self._turn = asyncio.Lock()
        self._writer: JournalWriter | None = None
        self._head = ChainHead()
        self._doubt: _Attempt | None = None
        self._fenced = token is None

    async def append(self, entries: Sequence[Entry]) -> None:
        """Make the entries durable, all or none; they follow the head without a gap.

        Raises JournalUnavailable when nothing may be assumed (`head()` settles it once the database is back),
        Fenced when another writer owns the lease or the sequence, after which this journal writes no more.
        """
        if not entries:
            return
        async with self._owning():
            await self._append(entries)

    async def head(self) -> int:
        """The last durable sequence, 0 when there is none; settles an append whose outcome was not known."""
        return (await self.chain_head()).seq

    async def chain_head(self) -> ChainHead:
        """The last durable sequence with its digest, to be kept elsewhere as a proof for `verify`."""
        if self._fenced:
            return await self._stored_head()
        async with self._owning():
            try:
                if self._writer is not None:
                    await self._writer.ping()
            except ConnectionLost:
                await self._drop()
            await self._connect()
            self._doubt = None
            return self._head

    async def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Entries with a sequence above `after`, in order, in batches of 2,000, over a connection of its own."""
        async for rows in self._rows(after, limit):
            yield [Entry(row[0], row[1], row[2], row[3], row[4]) for row in rows]

    async def verify(self, known: ChainHead | None = None) -> int | None:
        """The first sequence that is missing or not what was written, None when all are.

        With a head that was kept elsewhere, a journal cut short or rewritten as a whole is found, too.
        """
        last, digest = 0, GENESIS
        async for rows in self._rows(0, None):
            for seq, occurred_at, kind, body, intent_id, stored in rows:
                entry = Entry(seq, occurred_at, kind, body, intent_id)
                digest = _digest(digest, entry)
                last += 1
                if seq != last or digest != stored:
                    return last
                if known is not None and seq == known.seq and digest != known.digest:
                    return last
        return last + 1 if known is not None and known.seq > last else None

    async def close(self) -> None:
        """Give the connection back."""
        async with self._turn:
            await self._drop()

    @asynccontextmanager
    async def _owning(self) -> AsyncIterator[None]:
        """One at a time; once fenced, for ever fenced."""
        async with self._turn:
            try:
                yield
            except Fenced:
                self._fenced = True
                await self._drop()
                raise

    async def _append(self, entries: Sequence[Entry]) -> None:
        if self._fenced:
            raise Fenced("this journal may not write: it has no lease, or lost it")
        await self._connect()
        self._doubt = None
        if entries[0].seq != self._head.seq + 1:
            raise Fenced(f"entry {entries[0].seq} does not follow the journal's head {self._head.seq}")
        rows, after = self._chain(entries)
        attempt = _Attempt(self._head, after)
        try:
            await self._insert(rows, attempt)
        except ConnectionLost as error:
            await self._connect(str(error))
            if not self._settled(attempt):
                await self._insert_again(rows, attempt)
        self._head = after
        self._doubt = None

    def _settled(self, attempt: _Attempt) -> bool:
        """Whether the database, re-read, has the append; raises Fenced when it has something else."""
        if self._head == attempt.after:
            return True
        if self._head == attempt.before:
            return False
        raise Fenced(f"the journal's head is {self._head.seq}, which this writer did not write")

    async def _insert(self, rows: Sequence[Row], attempt: _Attempt) -> None:
        """Insert, remembering the attempt for as long as its outcome is open."""
        writer = self._writer
        if writer is None:
            raise ConnectionLost("there is no connection")
        self._doubt = attempt
        certain = False
        try:
            await writer.insert(attempt.before.seq, rows)
            certain = True
        except JournalError:
            certain = True
            raise
        finally:
            if certain:
                self._doubt = None
            else:
                await self._drop()

    async def _insert_again(self, rows: Sequence[Row], attempt: _Attempt) -> None:
        try:
            await self._insert(rows, attempt)
        except ConnectionLost as error:
            raise JournalUnavailable(f"the database went away twice during one append: {error}") from error

    async def _connect(self, reason: str = "") -> None:
        """Be connected, waiting `patience` at most; settles nothing, but the head is then known for good."""
        if self._writer is not None:
            return
        if self._token is None:
            raise Fenced("this journal was opened for reading")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while True:
            try:
                self._writer, self._head = await JournalWriter.connect(
                    self._conninfo, self._workspace, self._token, self._answer
                )
            except psycopg.Error as error:
                if loop.time() + RETRY_SECONDS > deadline:
                    said = str(error).strip() or reason
                    raise JournalUnavailable(f"the journal's database is away: {said}") from error
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if self._doubt is not None:
                    self._settled(self._doubt)
                return

    async def _drop(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()

    def _chain(self, entries: Sequence[Entry]) -> tuple[list[Row], ChainHead]:
        seq, digest = self._head.seq, self._head.digest
        rows: list[Row] = []
        at, moment = entries[0].occurred_at, timestamp(entries[0].occurred_at)
        for entry in entries:
            seq += 1
            if entry.seq != seq:
                raise Fenced(f"entry {entry.seq} stands where {seq} is due")
            if entry.occurred_at is not at:
                at, moment = entry.occurred_at, timestamp(entry.occurred_at)
            kind = entry.kind.encode()
            intent = None if entry.intent_id is None else entry.intent_id.encode()
            digest = link(digest, int8(seq), moment, kind, intent or b"", entry.body)
            rows.append(Row(moment, kind, intent, entry.body, digest))
        return rows, ChainHead(seq, digest)

    async def _stored_head(self) -> ChainHead:
        async with self._reader() as connection:
            found = await connection.execute(
                "SELECT seq, hash FROM journal WHERE workspace_id = %s ORDER BY seq DESC LIMIT 1", [self._workspace]
            )
            row = await found.fetchone()
        return ChainHead() if row is None else ChainHead(row[0], row[1])

    async def _rows(self, after: int, limit: int | None) -> AsyncIterator[list[tuple[Any, ...]]]:
        left = limit
        async with self._reader() as connection:
            while left is None or left > 0:
                size = BATCH if left is None else min(BATCH, left)
                found = await connection.execute(_READ, [self._workspace, after, size], binary=True)
                rows = await found.fetchall()
                if not rows:
                    return
                yield rows
                after = rows[-1][0]
                left = None if left is None else left - len(rows)

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AsyncConnection]:
        try:
            connection = await AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=5)
            async with connection:
                await connection.execute("SELECT set_config('app.workspace', %s, false)", [self._workspace])
                yield connection
        except psycopg.OperationalError as error:
            raise JournalUnavailable(f"the journal cannot be read: {str(error).strip()}") from error


def _digest(previous: bytes, entry: Entry) -> bytes:
    return link(
        previous,
        int8(entry.seq),
        timestamp(entry.occurred_at),
        entry.kind.encode(),
        (entry.intent_id or "").encode(),
        entry.body,
    )
