"""The journal's one connection for writing: a prepared insert, one round trip, checked against the lease.

It speaks libpq directly. The insert reads the lease's row FOR SHARE, so that a successor who takes the lease
waits for an insert under way and sees it; and it names this connection's own writer number, so that an insert
left behind by a lost connection can never land after the next connection was made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import psycopg
from psycopg import AsyncConnection, pq

from bidwell.model.errors import Fenced, JournalError, JournalUnavailable
from bidwell.storage.arrays import BYTEA, TEXT, TIMESTAMPTZ, array, int8
from bidwell.storage.chain import ChainHead

_PREPARE = """
    PREPARE journal_append (text, bigint, bigint, bigint, timestamptz[], text[], text[], text[], bytea[]) AS
    WITH held AS MATERIALIZED (
        SELECT 1 FROM leases WHERE workspace_id = $1 AND token = $2 AND writer = $3 FOR SHARE
    )
    INSERT INTO journal (workspace_id, seq, occurred_at, kind, intent_id, body, hash)
    SELECT $1, $4 + e.place, e.occurred_at, e.kind, e.intent_id, e.body, e.hash
    FROM held, unnest($5, $6, $7, $8, $9) WITH ORDINALITY AS e (occurred_at, kind, intent_id, body, hash, place)
"""
_CLAIM = "UPDATE leases SET writer = writer + 1 WHERE workspace_id = %s AND token = %s RETURNING writer"
_HEAD = "SELECT seq, hash FROM journal WHERE workspace_id = %s ORDER BY seq DESC LIMIT 1"
_BINARY = [pq.Format.BINARY] * 9
_UNIQUE_VIOLATION = b"23505"
# Classes of SQLSTATE that a database recovers from by itself or by being given room.
_PASSING = (b"08", b"25", b"40", b"53", b"55", b"57", b"58", b"XX")


class ConnectionLost(Exception):
    """The connection broke or went mute: whether the statement took effect is not known."""


class Row(NamedTuple):
    """One journal row in the database's binary form."""

    occurred_at: bytes
    kind: bytes
    intent_id: bytes | None
    body: bytes
    digest: bytes


class JournalWriter:
    """A connection that holds the right to append; made by `connect`, of no use after any error but Fenced."""

    def __init__(self, connection: AsyncConnection, fixed: list[bytes], answer: timedelta) -> None:
        self._connection = connection
        self._fixed = fixed
        self._answer = answer.total_seconds()
        self._readiness = _Readiness(asyncio.get_running_loop(), connection.pgconn.socket)

    @classmethod
    async def connect(
        cls, conninfo: str, workspace: str, token: int, answer: timedelta
    ) -> tuple[JournalWriter, ChainHead]:
        """Connect, take a new writer number, and read the head as it now is for good.

        Raises Fenced when the lease has another token, psycopg.OperationalError when the database is not there.
        """
        connect_seconds = max(2, int(answer.total_seconds()))
        connection = await AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=connect_seconds)
        try:
            await connection.execute(
                "SELECT set_config('app.workspace', %s, false), set_config('plan_cache_mode', 'force_generic_plan', false),"
                " set_config('statement_timeout', %s, false)",
                [workspace, str(int(answer.total_seconds() * 800))],
            )
            claimed = await (await connection.execute(_CLAIM, [workspace, token])).fetchone()
            row = await (await connection.execute(_HEAD, [workspace], binary=True)).fetchone()
            await connection.execute(_PREPARE)
        except BaseException:
            await connection.close()
            raise
        if claimed is None:
            await connection.close()
            raise Fenced(f"the lease of workspace {workspace} has passed to another desk")
        fixed = [workspace.encode(), int8(token), int8(claimed[0])]
        return cls(connection, fixed, answer), ChainHead() if row is None else ChainHead(row[0], row[1])

    async def close(self) -> None:
        """Drop the connection."""
        self._readiness.rest()
        await self._connection.close()

    async def ping(self) -> None:
        """See that the connection still answers; raises ConnectionLost when it does not."""
        self._readiness.rest()  # psycopg watches the socket itself
        try:
            async with asyncio.timeout(self._answer):
                await self._connection.execute("SELECT 1")
        except (psycopg.Error, TimeoutError) as error:
            raise ConnectionLost(str(error).strip()) from error

    async def insert(self, after: int, rows: Sequence[Row]) -> None:
        """Append rows with the sequences `after + 1 …`, durable when it returns.

        Raises Fenced, JournalUnavailable (the database says that nothing was written), JournalError (it never
        will take these rows), ConnectionLost (not known).
        """
        parameters = [
            *self._fixed,
            int8(after),
            array(TIMESTAMPTZ, [row.occurred_at for row in rows]),
            array(TEXT, [row.kind for row in rows]),
            array(TEXT, [row.intent_id for row in rows]),
            array(TEXT, [row.body for row in rows]),
            array(BYTEA, [row.digest for row in rows]),
        ]
        try:
            result = await self._exchange(parameters)
        except psycopg.Error as error:
            raise ConnectionLost(str(error).strip()) from error
        if result.status == pq.ExecStatus.COMMAND_OK:
            if result.command_tuples != len(rows):
                raise Fenced("the workspace's lease has passed to another desk: nothing was written")
            return
        self._raise(result)

    async def _exchange(self, parameters: list[bytes]) -> pq.abc.PGresult:
        pg = self._connection.pgconn
        pg.send_query_prepared(b"journal_append", parameters, _BINARY, result_format=pq.Format.BINARY)
        with self._readiness.limited(self._answer) as ready:
            while pg.flush():
                await ready.wait(write=True)
                pg.consume_input()
            while pg.is_busy():
                await ready.wait(write=False)
                pg.consume_input()
        result = pg.get_result()
        if result is None or pg.status == pq.ConnStatus.BAD:
            raise ConnectionLost("the connection ended before an answer came")
        while pg.get_result() is not None:
            pass
        return result

    def _raise(self, result: pq.abc.PGresult) -> None:
        state = result.error_field(pq.DiagnosticField.SQLSTATE) or b""
        severity = result.error_field(pq.DiagnosticField.SEVERITY_NONLOCALIZED) or b""
        message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode(errors="replace")
        if severity in {b"FATAL", b"PANIC"} or self._connection.pgconn.status == pq.ConnStatus.BAD:
            raise ConnectionLost(message)
        if state == _UNIQUE_VIOLATION:
            raise Fenced("another writer has written this sequence")
        if state.startswith(_PASSING):
            raise JournalUnavailable(f"the journal cannot be written: {message}")
        raise JournalError(f"the database refuses these entries: {message}")


class _Readiness:
    """Waits for the socket, within one limit for a whole exchange; it stays registered between exchanges."""

    def __init__(self, loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
        self._loop = loop
        self._descriptor = descriptor
        self._waiter: asyncio.Future[None] | None = None
        self._registered = False
        self._expired = False

    @contextmanager
    def limited(self, seconds: float) -> Iterator[_Readiness]:
        """One exchange of at most so many seconds."""
        self._expired = False
        timer = self._loop.call_later(seconds, self._expire)
        try:
            yield self
        finally:
            timer.cancel()

    async def wait(self, *, write: bool) -> None:
        """Return when there is something to read (or room to write); raises ConnectionLost at the limit."""
        self._waiter = self._loop.create_future()
        if not self._registered:
            self._loop.add_reader(self._descriptor, self._wake)
            self._registered = True
        if write:
            self._loop.add_writer(self._descriptor, self._wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if write:
                self._loop.remove_writer(self._descriptor)
        if self._expired:
            raise ConnectionLost("the database did not answer in time")

    def rest(self) -> None:
        """Stop watching the socket until the next wait."""
        if self._registered:
            self._loop.remove_reader(self._descriptor)
            self._registered = False

    def _wake(self) -> None:
        if self._waiter is None:
            # Something came unasked, such as the server's farewell: it is read with the next exchange.
            self.rest()
        elif not self._waiter.done():
            self._waiter.set_result(None)

    def _expire(self) -> None:
        self._expired = True
        if self._waiter is not None:
            self._wake()
