"""The durable journal: the contract, the fence, uncertain commits, the chain, and the database's death."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import uvloop

from bidwell.model.errors import Fenced, JournalError, JournalUnavailable
from bidwell.storage.chain import ChainHead, parse_head
from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.database import Database
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.lease import Lease
from bidwell.storage.pool import Pool
from bidwell.storage.postmaster import read_postmaster
from tests.contract.journal_contract import JournalContract, entries, everything
from tests.storage.lossy_proxy import LossyProxy

WORKSPACE = "main"
LONG = timedelta(hours=1)


@pytest.fixture
async def token(pool: Pool) -> int:
    return await Lease(pool, WORKSPACE).acquire("desk", LONG)


@pytest.fixture
async def journal(database: Database, token: int) -> AsyncIterator[PostgresJournal]:
    made = PostgresJournal(database.app, WORKSPACE, token)
    yield made
    await made.close()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bw") as folder:
        yield Path(folder)


@pytest.fixture
async def proxy(database: Database, short_folder: Path) -> AsyncIterator[LossyProxy]:
    async with LossyProxy(database.app, short_folder) as made:
        yield made


@pytest.fixture
async def behind_proxy(proxy: LossyProxy, token: int) -> AsyncIterator[PostgresJournal]:
    made = PostgresJournal(proxy.conninfo, WORKSPACE, token, patience=timedelta(seconds=0.3))
    await made.append(entries(1, 2))
    yield made
    await made.close()


class TestPostgresJournal(JournalContract):
    pass


async def test_a_former_holder_is_fenced_once_the_lease_is_taken(
    journal: PostgresJournal, database: Database, pool: Pool, token: int
) -> None:
    await journal.append(entries(1, 2))
    newer = await Lease(pool, WORKSPACE).acquire("desk", LONG)
    assert newer > token
    with pytest.raises(Fenced):
        await journal.append(entries(3, 1))
    successor = PostgresJournal(database.app, WORKSPACE, newer)
    await successor.append(entries(3, 1))
    await successor.close()
    with pytest.raises(Fenced):
        await journal.append(entries(4, 1))
    assert await journal.head() == 3


async def test_an_older_connection_of_the_same_holder_writes_no_more(
    journal: PostgresJournal, database: Database, token: int
) -> None:
    await journal.append(entries(1, 1))
    again = PostgresJournal(database.app, WORKSPACE, token)
    assert await again.head() == 1
    with pytest.raises(Fenced):
        await journal.append(entries(2, 1))
    await again.append(entries(2, 1))
    await again.close()


async def test_a_successor_waits_for_an_append_under_way_and_sees_it(
    journal: PostgresJournal, database: Database, token: int
) -> None:
    await journal.append(entries(1, 1))
    async with await psycopg.AsyncConnection.connect(database.app) as slow:
        await slow.execute("SELECT set_config('app.workspace', %s, true)", [WORKSPACE])
        await slow.execute("SELECT 1 FROM leases WHERE workspace_id = %s AND token = %s FOR SHARE", [WORKSPACE, token])
        successor = PostgresJournal(database.app, WORKSPACE, token)
        waiting = asyncio.create_task(successor.head())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await slow.execute(
            "INSERT INTO journal (workspace_id, seq, occurred_at, kind, body, hash)"
            " VALUES (%s, 2, now(), 'OrderSubmitted', '{}', '')",
            [WORKSPACE],
        )
        await slow.commit()
        assert await waiting == 2
        await successor.close()


async def test_a_journal_without_a_lease_reads_and_does_not_write(journal: PostgresJournal, database: Database) -> None:
    await journal.append(entries(1, 3))
    reader = PostgresJournal(database.app, WORKSPACE)
    assert await reader.head() == 3
    assert len(await everything(reader)) == 3
    with pytest.raises(Fenced):
        await reader.append(entries(4, 1))


async def test_workspaces_have_sequences_of_their_own(journal: PostgresJournal, database: Database, pool: Pool) -> None:
    await journal.append(entries(1, 3))
    other = PostgresJournal(database.app, "other", await Lease(pool, "other").acquire("desk", LONG))
    await other.append(entries(1, 1))
    assert (await journal.head(), await other.head()) == (3, 1)
    assert await everything(other) == entries(1, 1)
    await other.close()


async def test_a_lost_answer_is_settled_by_the_database_and_nothing_is_written_twice(
    behind_proxy: PostgresJournal, proxy: LossyProxy
) -> None:
    proxy.lose_answer = True
    await behind_proxy.append(entries(3, 4))
    await behind_proxy.append(entries(7, 1))
    assert await everything(behind_proxy) == [*entries(1, 2), *entries(3, 4), *entries(7, 1)]


async def test_a_lost_request_is_written_once_after_the_database_proved_that_it_was_not(
    behind_proxy: PostgresJournal, proxy: LossyProxy
) -> None:
    proxy.lose_request = True
    await behind_proxy.append(entries(3, 4))
    assert await everything(behind_proxy) == [*entries(1, 2), *entries(3, 4)]


@pytest.mark.parametrize(("lost", "head"), [("lose_answer", 6), ("lose_request", 2)])
async def test_without_a_database_to_ask_nothing_is_assumed_until_the_head_is_read(
    behind_proxy: PostgresJournal, proxy: LossyProxy, lost: str, head: int
) -> None:
    setattr(proxy, lost, True)
    proxy.refuse = True
    with pytest.raises(JournalUnavailable):
        await behind_proxy.append(entries(3, 4))
    with pytest.raises(JournalUnavailable):
        await behind_proxy.head()
    proxy.refuse = False
    assert await behind_proxy.head() == head
    await behind_proxy.append(entries(head + 1, 1))
    assert await behind_proxy.verify() is None


async def test_an_append_that_was_given_up_half_way_is_settled_before_the_next(
    behind_proxy: PostgresJournal, proxy: LossyProxy
) -> None:
    task = asyncio.create_task(behind_proxy.append(entries(3, 50)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    head = await behind_proxy.head()
    assert head in {2, 52}
    await behind_proxy.append(entries(head + 1, 1))
    assert await behind_proxy.verify() is None


async def test_the_journal_goes_on_by_itself_after_the_database_was_killed(
    journal: PostgresJournal, cluster: EmbeddedCluster
) -> None:
    acknowledged = 0
    killed = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        while acknowledged < 400:
            try:
                await journal.append(entries(acknowledged + 1, 5))
                acknowledged += 5
            except JournalUnavailable:
                with contextlib.suppress(JournalUnavailable):
                    acknowledged = max(acknowledged, await journal.head())
            if acknowledged >= 100:
                killed.set()

    writing = asyncio.create_task(write())
    await killed.wait()
    running = read_postmaster(cluster.cluster)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    await asyncio.to_thread(cluster.start)
    await writing
    assert await journal.head() == acknowledged
    assert await everything(journal) == entries(1, acknowledged)
    assert await journal.verify() is None


async def test_while_the_database_is_stopped_every_append_fails_within_its_patience(
    database: Database, token: int, cluster: EmbeddedCluster
) -> None:
    journal = PostgresJournal(database.app, WORKSPACE, token, patience=timedelta(seconds=0.1))
    await journal.append(entries(1, 1))
    cluster.stop()
    for _ in range(2):
        with pytest.raises(JournalUnavailable):
            await journal.append(entries(2, 1))
    with pytest.raises(JournalUnavailable):
        await everything(journal)
    cluster.start()
    assert await journal.head() == 1
    await journal.append(entries(2, 1))
    await journal.close()


async def test_a_refused_entry_leaves_the_journal_usable(journal: PostgresJournal) -> None:
    with pytest.raises(JournalError) as refused:
        await journal.append(entries(1, 1, "\x00"))
    assert not isinstance(refused.value, (Fenced, JournalUnavailable))
    await journal.append(entries(1, 1))
    assert await journal.head() == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal SET body = '[]'", "DELETE FROM journal", "TRUNCATE journal"],
)
@pytest.mark.parametrize("role", ["owner", "app"])
async def test_nobody_changes_or_removes_a_row(
    journal: PostgresJournal, database: Database, role: str, statement: str
) -> None:
    await journal.append(entries(1, 2))
    with psycopg.connect(getattr(database, role)) as connection:
        connection.execute("SELECT set_config('app.workspace', %s, true)", [WORKSPACE])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE journal SET body = '[]' WHERE seq = 7", 7),
        ("UPDATE journal SET occurred_at = occurred_at + interval '1 second' WHERE seq = 3", 3),
        ("UPDATE journal SET kind = 'OrderFilled' WHERE seq = 1", 1),
        ("UPDATE journal SET intent_id = 'int_0' WHERE seq = 2", 2),
        ("DELETE FROM journal WHERE seq = 5", 5),
        ("DELETE FROM journal WHERE seq > 8", 9),
    ],
)
async def test_tampering_behind_the_journals_back_is_found(
    journal: PostgresJournal, database: Database, tampering: str, broken: int
) -> None:
    await journal.append(entries(1, 10))
    head = await journal.chain_head()
    assert await journal.verify(head) is None
    with psycopg.connect(database.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(tampering.encode())
    assert await journal.verify(head) == broken


async def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_a_head_kept_elsewhere(
    journal: PostgresJournal, database: Database, token: int
) -> None:
    await journal.append(entries(1, 5))
    kept = parse_head(str(await journal.chain_head()))
    with psycopg.connect(database.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM journal")
    forged = PostgresJournal(database.app, WORKSPACE, token)
    await forged.append(entries(1, 5, '{"forged": true}'))
    assert await forged.verify() is None
    assert await forged.verify(kept) == 5
    await forged.close()


def test_a_head_is_read_back_from_text_or_refused() -> None:
    assert parse_head(str(ChainHead())) == ChainHead()
    for wrong in ("", "5", "5:00", "-1:" + "0" * 64, "x:" + "0" * 64):
        with pytest.raises(ValueError):
            parse_head(wrong)


def test_it_works_under_uvloop_too(database: Database) -> None:
    async def story() -> int:
        pool = Pool(database.app)
        journal = PostgresJournal(database.app, WORKSPACE, await Lease(pool, WORKSPACE).acquire("desk", LONG))
        for first in range(1, 101, 20):
            await journal.append(entries(first, 20, '{"text": "' + "x" * 20_000 + '"}'))
        head = await journal.head()
        await journal.close()
        await pool.close()
        return head

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(story()) == 100
