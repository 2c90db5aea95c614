"""Who may write a workspace: one desk at a time, with a token that fences off every former one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from bidwell.model.errors import Fenced
from bidwell.storage.errors import LeaseHeld
from bidwell.storage.pool import Connection, Pool

_ACQUIRE = """
    INSERT INTO leases AS held (workspace_id, holder, token, acquired_at, expires_at)
    VALUES (%(workspace)s, %(holder)s, 1, clock_timestamp(), clock_timestamp() + %(ttl)s)
    ON CONFLICT (workspace_id) DO UPDATE
    SET holder = excluded.holder, token = held.token + 1,
        acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
    WHERE held.holder = excluded.holder OR held.expires_at <= clock_timestamp()
    RETURNING token
"""
_SEIZE = """
    UPDATE leases AS held
    SET holder = %(holder)s, token = held.token + 1,
        acquired_at = clock_timestamp(), expires_at = clock_timestamp() + %(ttl)s
    WHERE workspace_id = %(workspace)s
        AND (token = %(over)s OR holder = %(holder)s OR expires_at <= clock_timestamp())
    RETURNING token
"""
_RENEW = """
    UPDATE leases SET expires_at = clock_timestamp() + %(ttl)s
    WHERE workspace_id = %(workspace)s AND token = %(token)s RETURNING expires_at
"""
_PAUSE_LIMIT = "SELECT set_config('idle_in_transaction_session_timeout', '1000', true)"
_RELEASE = "UPDATE leases SET expires_at = clock_timestamp() WHERE workspace_id = %(workspace)s AND token = %(token)s"


class Lease:
    """The lease of one workspace, timed by the database's clock because holders' clocks may differ.

    A `holder` that comes back takes its own lease again at once, so a name must never stand for two desks that
    may run at the same time. Every acquisition raises the token, and the journal takes entries under the newest only.
    """

    def __init__(self, pool: Pool, workspace: str) -> None:
        self._pool = pool
        self._workspace = workspace

    async def acquire(self, holder: str, ttl: timedelta) -> int:
        """Take the lease when it is free, expired or our own, and return its token, above all before.

        Raises LeaseHeld with the holder and the time when it ends, StorageUnavailable.
        """
        async with self._transaction() as connection:
            found = await connection.execute(_ACQUIRE, {"workspace": self._workspace, "holder": holder, "ttl": ttl})
            row = await found.fetchone()
            if row is not None:
                return int(row["token"])
            held = await connection.execute(
                "SELECT holder, expires_at FROM leases WHERE workspace_id = %s", [self._workspace]
            )
            other = await held.fetchone()
        raise self._held(other)

    async def seize(self, holder: str, ttl: timedelta, over: int) -> int:
        """Take the lease from the desk that has it under the token `over`, although it has not run out.

        For the guardian, which has seen to it that this desk sends nothing any more: the journal is closed to it from
        now on. Raises LeaseHeld where another desk has taken over meanwhile, StorageUnavailable.
        """
        async with self._transaction() as connection:
            known = {"workspace": self._workspace, "holder": holder, "ttl": ttl, "over": over}
            row = await (await connection.execute(_SEIZE, known)).fetchone()
            if row is not None:
                return int(row["token"])
            held = await connection.execute(
                "SELECT holder, expires_at FROM leases WHERE workspace_id = %s", [self._workspace]
            )
            other = await held.fetchone()
        raise self._held(other)

    def _held(self, other: DictRow | None) -> LeaseHeld:
        """By whom, and until when."""
        holder, until = (
            (str(other["holder"]), f"{other['expires_at']:%H:%M:%S} UTC") if other else ("another desk", "now")
        )
        return LeaseHeld(self._workspace, holder, until)

    async def held_by(self) -> str | None:
        """Who has the lease, or had it last; None when nobody ever had."""
        async with self._transaction() as connection:
            found = await connection.execute("SELECT holder FROM leases WHERE workspace_id = %s", [self._workspace])
            row = await found.fetchone()
        return None if row is None else str(row["holder"])

    async def renew(self, token: int, ttl: timedelta) -> datetime:
        """Hold on for `ttl` from now and return the end; raises Fenced when somebody else has it."""
        async with self._transaction() as connection:
            found = await connection.execute(_RENEW, {"workspace": self._workspace, "token": token, "ttl": ttl})
            row = await found.fetchone()
        if row is None:
            raise Fenced(f"the lease of workspace {self._workspace} has passed to another desk")
        expires_at: datetime = row["expires_at"]
        return expires_at

    async def release(self, token: int) -> None:
        """Let another desk take over at once; no change when somebody else already has."""
        async with self._transaction() as connection:
            await connection.execute(_RELEASE, {"workspace": self._workspace, "token": token})

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        """A transaction that the server ends by itself when this process is paused in the middle of it.

        Otherwise a desk that was stopped while it renewed would keep the row, and nobody could take over.
        """
        async with self._pool.transaction(workspace=self._workspace) as connection:
            await connection.execute(_PAUSE_LIMIT)
            yield connection
