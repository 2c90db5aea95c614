"""States written down beside the journal: used by the same code on the same journal, and by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from bidwell.engine import checkpoint, codec
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.errors import ProtocolError
from bidwell.storage import checkpoints as keeping
from bidwell.storage import projection as projecting
from bidwell.storage.checkpoints import Checkpoints
from bidwell.storage.database import Database
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.lease import Lease
from bidwell.storage.pool import Pool
from bidwell.storage.projection import Projection
from tests.storage.test_projection import entries, story, table


@pytest.fixture
async def journal(pool: Pool, database: Database) -> AsyncIterator[PostgresJournal]:
    made = PostgresJournal(database.app, "main", await Lease(pool, "main").acquire("desk", timedelta(minutes=10)))
    await made.append(entries(story()))
    yield made
    await made.close()


def folded(upto: int) -> State:
    state = State()
    for entry in entries(story())[:upto]:
        state.apply(codec.decode(entry.kind, entry.body))
    return state


async def test_the_newest_state_is_found_again_and_never_an_older_one(pool: Pool, journal: PostgresJournal) -> None:
    checkpoints = Checkpoints(pool, "main")
    assert await checkpoints.newest() is None
    for upto, known in ((5, 5), (8, 8), (6, 8)):
        await checkpoints.keep(folded(upto))
        found = await checkpoints.newest()
        assert found is not None
        assert (found.sequence, found.hash()) == (known, folded(known).hash())
        assert checkpoint.encode(found) == checkpoint.encode(folded(known))
    assert await checkpoints.newest(up_to=7) is None
    assert await Checkpoints(pool, "other").newest() is None


async def test_other_code_folds_the_journal_itself(
    pool: Pool, journal: PostgresJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Checkpoints(pool, "main").keep(folded(8))
    monkeypatch.setattr(keeping, "version", lambda: "another")
    assert await Checkpoints(pool, "main").newest() is None
    await Checkpoints(pool, "main").keep(folded(4))
    found = await Checkpoints(pool, "main").newest()
    assert found is not None
    assert found.sequence == 4


async def test_a_state_of_another_journal_is_not_used(pool: Pool, journal: PostgresJournal, database: Database) -> None:
    checkpoints = Checkpoints(pool, "main")
    state = folded(10)
    state.sequence = 11
    await checkpoints.keep(state)
    assert await checkpoints.newest() is None, "the journal has no such entry"
    await checkpoints.keep(folded(10))
    with psycopg.connect(database.app) as connection:
        connection.execute("SELECT set_config('app.workspace', 'main', true)")
        connection.execute("UPDATE state_checkpoints SET hash = decode(repeat('00', 32), 'hex')")
    assert await checkpoints.newest() is None, "another journal has that sequence"


async def test_what_cannot_be_read_is_told(pool: Pool, journal: PostgresJournal, database: Database) -> None:
    await Checkpoints(pool, "main").keep(folded(10))
    with psycopg.connect(database.app) as connection:
        connection.execute("SELECT set_config('app.workspace', 'main', true)")
        connection.execute("UPDATE state_checkpoints SET body = substring(body FOR 100)")
    with pytest.raises(ProtocolError, match="cannot be read"):
        await Checkpoints(pool, "main").newest()
    assert await Projection(pool, "main").catch_up(journal) == 10


async def test_the_projector_writes_states_down_and_goes_on_from_them(
    pool: Pool, database: Database, journal: PostgresJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "KEEP_EVERY", 3)
    first = Projection(pool, "main")
    assert await first.catch_up(journal) == 10
    kept = await Checkpoints(pool, "main").newest()
    assert kept is not None
    assert kept.sequence == 10
    before = {name: table(database, name) for name in ("orders", "fills", "ledger_entries")}
    more = [*story(), *story()[6:8]]
    await journal.append(entries(more)[10:])

    folds: list[int] = []
    apply = State.apply

    def counted(state: State, event: ev.Event) -> None:
        folds.append(state.sequence)
        apply(state, event)

    monkeypatch.setattr(State, "apply", counted)
    again = Projection(pool, "main")
    assert await again.catch_up(journal) == len(more)
    assert folds == list(range(10, len(more))), "only what came after was folded"
    assert {name: table(database, name) for name in before} == before, "the same fills again change nothing"
    kept = await Checkpoints(pool, "main").newest()
    assert kept is not None
    assert kept.sequence == 10, "a minute must have passed"


def test_code_without_sources_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    known = keeping.version()
    keeping.version.cache_clear()
    assert keeping.version() == known
    monkeypatch.setattr(keeping, "_ROOMS", ("nowhere",))
    told = []
    for _ in range(2):
        keeping.version.cache_clear()
        told.append(keeping.version())
    keeping.version.cache_clear()
    assert len({known, *told}) == 3
