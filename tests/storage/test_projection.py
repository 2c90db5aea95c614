"""Orders, fills and ledger in tables, derived from the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bidwell.engine import codec
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.ports import Entry
from bidwell.engine.retirement import finished
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId, IntentId
from bidwell.model.instrument import Equity, Instrument
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.order import Order
from bidwell.model.retirement import IntentRecalled, IntentsRetired
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.database import Database
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.pool import Pool
from bidwell.storage.projection import Projection

START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
AAPL = InstrumentId("AAPL.XNAS")
ACCOUNT = AccountId("paper-1")
FIRST, SECOND = ClientOrderId("A" * 18), ClientOrderId("B" * 18)


def order(name: ClientOrderId, quantity: str) -> Order:
    terms = Terms(OrderType.LIMIT, limit_price=Decimal("189.123456789012"))
    return Order(name, ACCOUNT, AAPL, Side.BUY, Decimal(quantity), terms, START)


def fill(name: ClientOrderId, execution: str, quantity: str, price: str) -> Fill:
    return Fill(
        ExecutionId(execution), name, ACCOUNT, AAPL, Side.BUY, Decimal(quantity), Decimal(price), Decimal("0.35"), "USD",
        START, START + timedelta(milliseconds=3),
    )  # fmt: skip


def story() -> list[ev.Event]:
    reservation = ev.Reservation(Decimal(1000), Decimal(10), Decimal(190))
    denial = ev.Check("max_notional", passed=False, message="too much")
    instrument = Instrument(AAPL, "AAPL", "Apple", "XNAS", "USD", Decimal("0.01"), Decimal(1), Equity())
    return [
        ev.InstrumentListed(START, instrument),
        ev.AccountDefined(START, Account(ACCOUNT, "Paper one", "paper", "P1", "USD")),
        ev.CashAdjusted(START, ACCOUNT, "USD", Decimal("100000.01"), "opening balance"),
        ev.OrderApproved(START, order(FIRST, "10"), reservation, ()),
        ev.OrderSubmitted(START, FIRST),
        ev.OrderAccepted(START, FIRST, BrokerOrderId("broker-1")),
        ev.OrderFilled(START, FIRST, fill(FIRST, "e1", "4", "189.00")),
        ev.OrderFilled(START, FIRST, fill(FIRST, "e1", "4", "189.00")),
        ev.OrderDenied(START, order(SECOND, "1e30"), denial),
        ev.OrderFilled(START + timedelta(seconds=1), FIRST, fill(FIRST, "e2", "6", "189.10")),
    ]


def entries(events: Sequence[ev.Event]) -> list[Entry]:
    return [
        Entry(seq, event.at, type(event).__name__, codec.encode(event)) for seq, event in enumerate(events, start=1)
    ]


def table(database: Database, name: str, workspace: str = "main") -> list[dict[str, Any]]:
    with psycopg.connect(database.app, row_factory=dict_row) as connection:
        connection.execute("SELECT set_config('app.workspace', %s, true)", [workspace])
        return connection.execute(f"SELECT * FROM {name} ORDER BY seq".encode()).fetchall()  # noqa: S608


@pytest.fixture
async def journal() -> MemoryJournal:
    made = MemoryJournal()
    await made.append(entries(story()))
    return made


async def test_the_tables_say_what_the_journal_says(pool: Pool, database: Database, journal: MemoryJournal) -> None:
    projection = Projection(pool, "main")
    assert await projection.catch_up(journal) == 10
    denied, filled = sorted(table(database, "orders"), key=lambda row: str(row["status"]))
    assert (filled["status"], filled["filled_quantity"], filled["average_price"]) == (
        "FILLED", Decimal(10), Decimal("189.06"),
    )  # fmt: skip
    assert (filled["limit_price"], filled["broker_order_id"]) == (Decimal("189.123456789012"), "broker-1")
    assert (denied["status"], denied["quantity"], denied["reason"]) == ("DENIED", Decimal("1e30"), "too much")
    assert [row["execution_id"] for row in table(database, "fills")] == ["e1", "e2"]
    ledger = table(database, "ledger_entries")
    assert sum(row["amount"] for row in ledger) == 0
    assert sum(row["amount"] for row in ledger if row["posting"] == "cash") == Decimal("98108.71")
    assert [row["seq"] for row in table(database, "projection_checkpoints")] == [10]
    assert table(database, "orders", "other") == []


@pytest.mark.parametrize("cut", range(11))
async def test_a_restart_at_any_point_gives_the_same_tables(
    pool: Pool, database: Database, journal: MemoryJournal, cut: int
) -> None:
    first = Projection(pool, "main")
    await first.apply(journal.entries[:cut])
    again = Projection(pool, "main")
    assert await again.catch_up(journal) == 10
    straight = Projection(pool, "straight")
    await straight.catch_up(journal)
    for name in ("orders", "fills", "ledger_entries"):
        ours, theirs = table(database, name), table(database, name, "straight")
        for row in [*ours, *theirs]:
            del row["workspace_id"]
        if name == "fills":
            for row in [*ours, *theirs]:
                del row["seq"]
        assert ours == theirs


async def test_what_could_not_be_written_is_written_when_the_database_is_back(
    pool: Pool, database: Database, journal: MemoryJournal, cluster: EmbeddedCluster
) -> None:
    projection = Projection(pool, "main")
    await projection.apply(journal.entries[:5])
    cluster.stop()
    with pytest.raises(StorageUnavailable):
        await projection.apply(journal.entries[5:])
    cluster.start()
    assert await projection.catch_up(journal) == 10
    assert len(table(database, "fills")) == 2
    assert [row["seq"] for row in table(database, "projection_checkpoints")] == [10]


async def test_an_execution_that_gets_its_name_later_replaces_its_makeshift_row(pool: Pool, database: Database) -> None:
    told = story()[:6]
    journal = MemoryJournal()
    await journal.append(entries([*told, ev.OrderFilled(START, FIRST, fill(FIRST, "e1", "4", "189.00"))]))
    projection = Projection(pool, "main")
    await projection.catch_up(journal)
    with psycopg.connect(database.app) as connection:
        connection.execute("SELECT set_config('app.workspace', 'main', true)")
        connection.execute("UPDATE fills SET execution_id = 'total:4'")
    more = [*told, ev.OrderFilled(START, FIRST, fill(FIRST, "e1", "4", "189.00")),
            ev.OrderFilled(START, FIRST, fill(FIRST, "e2", "6", "189.10"))]  # fmt: skip
    await journal.append(entries(more)[7:])
    await projection.catch_up(journal)
    assert sorted(str(row["execution_id"]) for row in table(database, "fills")) == ["e1", "e2"]


async def test_fills_of_an_adopted_order_that_is_ours_stand_under_ours_alone(pool: Pool, database: Database) -> None:
    adopted = replace(order(SECOND, "10"), external=True)
    moved = replace(fill(SECOND, "e1", "4", "189.00"), client_order_id=FIRST)
    told = [
        *story()[:5],
        ev.OrderAccepted(START, SECOND, BrokerOrderId("broker-1"), adopted),
        ev.OrderFilled(START, SECOND, fill(SECOND, "e1", "4", "189.00")),
        ev.OrderIdentified(START, FIRST, BrokerOrderId("broker-1"), "me", "seen", SECOND, (moved,)),
    ]
    projection, journal = Projection(pool, "main"), MemoryJournal()
    for entry in entries(told):
        await journal.append([entry])
        await projection.catch_up(journal)
    assert [(row["client_order_id"], row["quantity"]) for row in table(database, "fills")] == [(FIRST, Decimal(4))]
    shown = {row["client_order_id"]: (row["status"], row["filled_quantity"]) for row in table(database, "orders")}
    assert shown == {FIRST: ("WORKING", Decimal(4)), SECOND: ("CANCELED", Decimal(0))}


async def test_a_retired_order_keeps_its_rows_and_adds_to_them_when_it_was_recalled(
    pool: Pool, database: Database
) -> None:
    intent = Intent(IntentId("int_1"), "key", Source.TICKET, AAPL, Side.BUY, Sizing(SizingBy.QUANTITY, Decimal(4)), Terms(),
                    START, START, account=ACCOUNT)  # fmt: skip
    told: list[ev.Event] = [
        *story()[:3], ev.IntentReceived(START, intent, "hash"),
        ev.OrderApproved(START, replace(order(FIRST, "4"), intent=intent.id), ev.Reservation(Decimal(0), Decimal(0), Decimal(1)), ()),
        *story()[4:7],
    ]  # fmt: skip
    state = State()
    for event in told:
        state.apply(event)
    known = finished(state, state.intents[intent.id])
    told += [IntentsRetired(START, (intent.id,)), IntentRecalled(START, known),
             ev.OrderFilled(START, FIRST, fill(FIRST, "e1", "4", "189.00")),
             ev.OrderFilled(START, FIRST, fill(FIRST, "late", "1", "188.00"))]  # fmt: skip
    journal = MemoryJournal()
    await journal.append(entries(told))
    await Projection(pool, "main").catch_up(journal)
    assert [row["execution_id"] for row in table(database, "fills")] == ["e1", "late"]
    (row,) = table(database, "orders")
    assert (row["status"], row["filled_quantity"], row["intent_id"]) == ("FILLED", Decimal(5), intent.id)
    assert sum(line["amount"] for line in table(database, "ledger_entries")) == 0
