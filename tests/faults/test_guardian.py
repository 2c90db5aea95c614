"""The guardian beside a desk of real processes: it flattens what a hung desk holds, with the database and without it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bidwell.app import demo
from bidwell.app.guardian import local, record
from bidwell.app.guardian.record import Action, Record, Stage
from bidwell.engine import codec
from bidwell.engine.state import State
from bidwell.model.ids import AccountId
from bidwell.model.order import OrderStatus
from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.journal import PostgresJournal
from tests.faults.load import placed
from tests.faults.test_standby import haunt, wait_until
from tests.story.books import books
from tests.story.running import RunningDesk

GUARDED = {"BIDWELL_GUARDIAN": "1", "BIDWELL_GUARDIAN_AFTER": "5"}
FENCED = 4


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path / "data")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.signal(signal.SIGCONT)
    running.clean()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    """A server of the operator's own: nobody but the test starts and stops it."""
    made = EmbeddedCluster(tmp_path / "server")
    made.start()
    yield made
    made.stop()


def guarded(desk: RunningDesk) -> Record | None:
    """What the guardian says of itself."""
    return record.read(desk.data)


def holding(desk: RunningDesk) -> dict[str, Decimal]:
    """What each account holds at the venue, by its own book."""
    found = {}
    for name, book in books(desk.data).items():
        held = [Decimal(quantity) for quantity in book["positions"].values()]
        if any(held):
            found[name] = sum(held, Decimal(0))
    return found


def working(desk: RunningDesk) -> list[str]:
    """The client ids of what works at the venue."""
    return [order["client_order_id"] for book in books(desk.data).values() for order in book["orders"]
            if order["status"] == "WORKING"]  # fmt: skip


def open_positions(desk: RunningDesk, **environment: str) -> None:
    """Start a guarded desk whose accounts hold something and work an entry, and wait until its guardian knows."""
    desk.start(**GUARDED, **environment).own()
    desk.wait_reconciled()
    assert desk.alert("open").status == 202
    wait_until(lambda: len(holding(desk)) >= 2)
    resting = {"instrument": "IBM.XNYS", "side": "BUY", "account": "growth", "sizing": {"by": "quantity", "value": "1"},
               "terms": {"order_type": "LIMIT", "limit_price": "1.00", "time_in_force": "GTC"}}  # fmt: skip
    taken = desk.browser.call("POST", "/api/v1/w/main/intents", resting, **{"Idempotency-Key": "resting"})
    assert taken.status == 202, taken
    wait_until(lambda: len(working(desk)) == 1)
    wait_until(
        lambda: (found := guarded(desk)) is not None and found.stage is Stage.WATCHING and len(found.exposed) >= 2
    )


def flat(desk: RunningDesk) -> Action:
    """Wait until the guardian has flattened, and see that the venue agrees."""

    def done() -> bool:
        found = guarded(desk)
        return found is not None and found.last is not None and found.last.flat_at is not None

    wait_until(done)
    assert holding(desk) == {}
    wait_until(lambda: working(desk) == [])
    found = guarded(desk)
    assert found is not None
    assert found.last is not None
    return found.last


def test_what_a_paused_desk_holds_is_flattened_and_the_desk_sends_nothing_when_it_wakes(desk: RunningDesk) -> None:
    open_positions(desk)
    desk.signal(signal.SIGSTOP)
    haunt(desk)
    action = flat(desk)
    assert (action.cause, action.locally) == ("silent", False)
    wait_until(lambda: (found := guarded(desk)) is not None and found.stage is Stage.WATCHING)

    before = books(desk.data)
    desk.signal(signal.SIGCONT)
    assert desk.wait_dead() == FENCED
    assert placed(books(desk.data)) == placed(before)
    # With neither a desk nor anything at risk there is nothing to guard.
    wait_until(lambda: record.running(desk.data) is None)


def folded(conninfo: str) -> State:
    """The workspace as the journal tells it."""

    async def fold() -> State:
        state = State()
        async for entries in PostgresJournal(conninfo, demo.WORKSPACE).read():
            for entry in entries:
                state.apply(codec.decode(entry.kind, entry.body))
        return state

    return asyncio.run(fold())


def test_with_the_database_gone_the_guardian_flattens_and_the_journal_adopts_what_it_did(
    desk: RunningDesk, server: EmbeddedCluster
) -> None:
    open_positions(desk, DATABASE_URL=server.owner_conninfo)
    server.stop()
    action = flat(desk)
    assert (action.cause, action.locally) == ("unable", True)
    assert desk.wait_dead() == FENCED

    server.start()
    wait_until(lambda: record.running(desk.data) is None)
    assert local.pending(desk.data / record.FOLDER) == []
    state = folded(server.app_conninfo)
    sent = {name for names in placed(books(desk.data)).values() for name in names}
    assert {name for name, order in state.orders.items() if order.status is not OrderStatus.DENIED} == sent
    assert not any(order.is_open or order.external for order in state.orders.values())
    assert not any(one.quantity for book in state.portfolios.values() for one in book.positions.values())
    assert all("guardian" in state.risk.locks[AccountId(name)] for name in action.accounts)
    assert {one.opened.rule for one in state.risk.violations.values()} == {"guardian"}
