"""Finished intents in PostgreSQL: kept whole, found by every name, listed from the newest on, as the one in memory does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.engine.memory_archive import MemoryArchive, name_of
from bidwell.engine.ports import Archive, Place
from bidwell.model.errors import JournalUnavailable
from bidwell.model.events import Allocation, Check, Stage
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, GroupId, InstrumentId, IntentId
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.order import Order, OrderStatus
from bidwell.model.retirement import Finished, FinishedOrder
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.storage.archive import PostgresArchive
from bidwell.storage.pool import Pool

ACCOUNTS = AccountId("one"), AccountId("two")
SHARE = InstrumentId("AAPL.XNAS")
GROUP = GroupId("grp")


def finished(number: int, now: datetime, *, group: GroupId | None = None) -> Finished:
    """An intent of two accounts with one order each, the first of which filled twice."""
    at = now + timedelta(seconds=number)
    intent = Intent(
        IntentId(f"int_{number:03}"), f"key {number}", Source.ALERT, SHARE, Side.BUY, Sizing(SizingBy.QUANTITY, Decimal(10)),
        Terms(), at, at + timedelta(seconds=30), group=group, account=None if group else ACCOUNTS[0],
        note="a \N{BULLET} and a \x00",
    )  # fmt: skip
    orders = tuple(order(number, place, at, intent.id) for place in range(2))
    check = Check("max_position", passed=True, limit="10", current="3")
    return Finished(
        intent, f"hash {number}", number, 10 * number, None, ACCOUNTS, ACCOUNTS, (Allocation(ACCOUNTS[0], SHARE, Decimal(10), "BUY"),),
        "equal", Decimal("189.5"), at, tuple(FinishedOrder(one, at, (check,), sent_at=at, attempts=1) for one in orders),
        stages=(Stage("durable", at),),
    )  # fmt: skip


def order(number: int, place: int, at: datetime, intent: IntentId) -> Order:
    name = ClientOrderId(f"ORDER{number:03}{place}")
    fills = tuple(
        Fill(ExecutionId(f"e{one}"), name, ACCOUNTS[place], SHARE, Side.BUY, Decimal("1.25"), Decimal("189.123456789012"),
             Decimal("0.35"), "USD", at, at + timedelta(milliseconds=one)) for one in range(2)
    )  # fmt: skip
    return Order(
        name, ACCOUNTS[place], SHARE, Side.BUY, Decimal("2.50"), Terms(OrderType.LIMIT, limit_price=Decimal(190)), at, intent,
        status=OrderStatus.FILLED if not place else OrderStatus.CANCELED,
        broker_order_ids=(BrokerOrderId(f"b{number}"), BrokerOrderId(f"b{number}.2")), fills=fills if not place else (),
    )  # fmt: skip


async def all_of(archive: Archive, now: datetime) -> list[object]:
    """Everything that may be asked, as one value."""
    third = Place(now + timedelta(seconds=3), "int_003")
    return [
        await archive.by_key("key 2"), await archive.by_key("none"), await archive.by_intent(IntentId("int_004")),
        await archive.by_orders([(None, "ORDER0010"), (ACCOUNTS[1], "b3.2"), (AccountId("three"), "b4"), (None, "no")]),
        await archive.intents(None, 3), await archive.intents(third, 9), await archive.intents(None, 9, group=GROUP),
        await archive.intents(None, 9, source="ticket"), await archive.intents(None, 2, instrument=SHARE, source="alert"),
        await archive.orders(None, 3), await archive.orders(Place(third.at, "ORDER0031"), 9, account="two"),
        await archive.orders(None, 9, instrument="MSFT.XNAS"), await archive.fills(None, 3),
        await archive.fills(Place(third.at, "one|ORDER0030|e0"), 9, account="one"), await archive.fills(None, 9, account="two"),
    ]  # fmt: skip


async def test_it_answers_as_the_one_in_memory_does(pool: Pool, now: datetime) -> None:
    archive, model = PostgresArchive(pool, "main"), MemoryArchive()
    given = [finished(number, now, group=GROUP if number == 2 else None) for number in range(6)]
    for one in (archive, model):
        await one.keep(given[:4])
        await one.keep(given[3:])
    asked = await all_of(archive, now)
    assert asked == await all_of(model, now)
    assert asked[2] == given[4]
    assert asked[4] == given[:2:-1]


async def test_what_is_kept_again_takes_the_place_of_what_was_unless_that_knows_more(pool: Pool, now: datetime) -> None:
    archive = PostgresArchive(pool, "main")
    one = finished(1, now)
    await archive.keep([one])
    whole = one.orders[0].order
    late = replace(whole.fills[1], execution_id=ExecutionId("its name at last"))
    moved = replace(
        whole, fills=(whole.fills[0], late), broker_order_ids=(*whole.broker_order_ids, BrokerOrderId("new"))
    )
    again = replace(one, orders=(replace(one.orders[0], order=moved), one.orders[1]), touched=11)
    await archive.keep([again])
    await archive.keep([one])
    assert await archive.by_orders([(ACCOUNTS[0], "new")]) == [again]
    assert [name_of(fill) for _, _, fill in await archive.fills(None, 2)] == [
        "one|ORDER0010|its name at last",
        "one|ORDER0010|e0",
    ]


async def test_another_workspace_sees_nothing(pool: Pool, now: datetime) -> None:
    await PostgresArchive(pool, "main").keep([finished(1, now)])
    other = PostgresArchive(pool, "other")
    assert await other.by_key("key 1") is None
    assert not await other.intents(None, 9)
    await other.keep([finished(1, now)])
    assert len(await PostgresArchive(pool, "main").orders(None, 9)) == 2


async def test_a_database_that_cannot_be_reached_is_no_answer(now: datetime) -> None:
    nowhere = PostgresArchive(Pool("host=127.0.0.1 port=1 user=nobody dbname=nothing"), "main")
    with pytest.raises(JournalUnavailable):
        await nowhere.by_key("key 1")
    with pytest.raises(JournalUnavailable):
        await nowhere.keep([finished(1, now)])
