"""A few connections of the app role, and transactions that see one workspace or one user."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from bidwell.storage.errors import StorageUnavailable

CONNECT_SECONDS = 5
WAIT_SECONDS = 5.0
CLOSE_SECONDS = 6.0

Connection = AsyncConnection[DictRow]


class Pool:
    """At most `size` connections, opened when first needed and reused; one that broke is replaced.

    Every transaction names what it may see: row-level security shows it the rows of `workspace`, and of
    `user` where a row belongs to a person. Raises StorageUnavailable when the database cannot be reached.
    """

    def __init__(self, conninfo: str, *, size: int = 8) -> None:
        self._conninfo = conninfo
        self._idle: list[Connection] = []
        self._size = size
        self._slots = asyncio.Semaphore(size)
        self._closed = False

    async def close(self) -> None:
        """Take no more work, wait for what is under way, and close every connection.

        One that is left in the middle of its sign-in holds up the server: dropping a database waits for it, up to the
        server's authentication_timeout of a minute.
        """
        if self._closed:
            return
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                for _ in range(self._size):
                    await self._slots.acquire()
        while self._idle:
            await self._idle.pop().close()

    @asynccontextmanager
    async def transaction(self, *, workspace: str | None = None, user: str | None = None) -> AsyncIterator[Connection]:
        """One transaction, committed when the block ends and rolled back when it raises."""
        async with self._connection() as connection, connection.transaction():
            if workspace is not None or user is not None:
                await connection.execute(
                    "SELECT set_config('app.workspace', %s, true), set_config('app.user', %s, true)",
                    [workspace or "", user or ""],
                )
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        if self._closed:
            raise StorageUnavailable("the desk is stopping")
        try:
            # Not `wait_for`: up to Python 3.11 that loses a cancel which comes in the moment in which the slot is free.
            async with asyncio.timeout(WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError as error:
            raise StorageUnavailable("every database connection is busy") from error
        try:
            connection = await self._take()
            try:
                yield connection
            except psycopg.Error as error:
                # A server that ends a session has several classes of errors for it.
                if connection.closed or connection.broken:
                    await self._drop_idle()
                    raise StorageUnavailable(f"the database connection was lost: {str(error).strip()}") from error
                raise
            finally:
                if connection.closed or self._closed:
                    await connection.close()
                else:
                    self._idle.append(connection)
        finally:
            self._slots.release()

    async def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        try:
            return await AsyncConnection.connect(
                self._conninfo, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_SECONDS
            )
        except psycopg.OperationalError as error:
            raise StorageUnavailable(f"the database cannot be reached: {str(error).strip()}") from error

    async def _drop_idle(self) -> None:
        """A connection that broke means that its idle siblings most likely did, too."""
        while self._idle:
            await self._idle.pop().close()
