"""The pool: a bounded number of connections that heal."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.database import Database
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.pool import Pool


async def backend(pool: Pool) -> int:
    async with pool.transaction() as connection:
        row = await (await connection.execute("SELECT pg_backend_pid() AS pid")).fetchone()
        assert row is not None
        return int(row["pid"])


async def test_a_connection_is_used_again(pool: Pool) -> None:
    assert len({await backend(pool) for _ in range(5)}) == 1


async def test_no_more_connections_are_open_than_allowed(database: Database) -> None:
    pool = Pool(database.app, size=3)

    async def hold() -> int:
        async with pool.transaction() as connection:
            await connection.execute("SELECT pg_sleep(0.02)")
            row = await (await connection.execute("SELECT pg_backend_pid() AS pid")).fetchone()
            assert row is not None
            return int(row["pid"])

    used = await asyncio.gather(*(hold() for _ in range(12)))
    assert len(set(used)) <= 3
    await pool.close()


@pytest.mark.parametrize("turns", range(1, 6))
async def test_a_task_that_is_canceled_while_it_takes_a_connection_ends(pool: Pool, turns: int) -> None:
    async def hold() -> None:
        async with pool.transaction():
            await asyncio.Event().wait()

    await backend(pool)
    task = asyncio.create_task(hold())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=10)
    assert task in done
    assert await backend(pool) > 0


async def test_an_error_rolls_back_and_leaves_the_pool_usable(pool: Pool) -> None:

    async def fail() -> None:
        async with pool.transaction() as connection:
            await connection.execute("INSERT INTO login_attempts VALUES ('x', 1, now())")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with pool.transaction() as connection:
        assert (await connection.execute("SELECT 1 FROM login_attempts")).rowcount == 0


async def test_closing_waits_for_what_is_under_way_so_that_no_sign_in_is_left_half_done(
    database: Database, cluster: EmbeddedCluster
) -> None:
    pool = Pool(database.app)
    working = [asyncio.create_task(backend(pool)) for _ in range(3)]
    while pool._slots._value > 8 - len(working):
        await asyncio.sleep(0)
    await pool.close()
    assert all(await asyncio.gather(*working))
    with pytest.raises(StorageUnavailable):
        await backend(pool)
    await pool.close()
    async with await psycopg.AsyncConnection.connect(cluster.owner_conninfo) as owner:
        found = await owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [database.app.split("dbname=")[1].split()[0]]
        )
        assert await found.fetchone() == (0,)


async def test_it_recovers_after_the_database_was_restarted(pool: Pool, cluster: EmbeddedCluster) -> None:
    await asyncio.gather(*(backend(pool) for _ in range(4)))
    cluster.stop()
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await backend(pool)
    cluster.start()
    assert await backend(pool) > 0
