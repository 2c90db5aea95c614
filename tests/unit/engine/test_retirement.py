# ruff: noqa: ANN401 - what is passed on is checked by the bench that takes it
"""Finished intents leave the memory, and whatever is heard of them later finds them as they were."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from bidwell.engine import codec, convergence, risk_views
from bidwell.engine.memory_archive import MemoryArchive
from bidwell.engine.names import Names
from bidwell.engine.ports import Snapshot
from bidwell.engine.retirement import Retention
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.errors import Conflict, JournalUnavailable
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId
from bidwell.model.intent import SizingBy
from bidwell.model.order import Order, OrderStatus
from bidwell.model.retirement import Finished, IntentRecalled, IntentsRetired
from bidwell.model.terms import Side
from tests.unit.engine.workbench import Bench, limit, opened, virtually

AT_ONCE = Retention(0, 0.0)
ACCOUNT = AccountId("acc_0")


class Faltering(MemoryArchive):
    """An archive that can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked = 0

    def _there(self) -> None:
        self.asked += 1
        if self.away:
            msg = "the database is away"
            raise JournalUnavailable(msg)

    async def keep(self, finished: Sequence[Finished]) -> None:
        self._there()
        await super().keep(finished)

    async def by_key(self, key: str) -> Finished | None:
        self._there()
        return await super().by_key(key)

    async def by_orders(self, names: Sequence[tuple[AccountId | None, str]]) -> Sequence[Finished]:
        self._there()
        return await super().by_orders(names)


async def retiring(**more: Any) -> tuple[Bench, Faltering]:
    archive = Faltering()
    return await opened(archive=archive, retention=more.pop("retention", AT_ONCE), **more), archive


async def retired(bench: Bench, key: str = "one", **more: Any) -> Order:
    """An intent that was sent, filled or ended, and retired; its order as it was."""
    receipt = await bench.send(key, **more)
    await bench.until(lambda: bool(bench.desk.state.intents[receipt.intent].orders))
    name = bench.desk.state.intents[receipt.intent].orders[0]
    last = bench.desk.state.orders[name]
    while name in bench.desk.state.orders:
        last = bench.desk.state.orders[name]
        await asyncio.sleep(0.01)
    assert receipt.intent not in bench.desk.state.intents
    return last


def folded(bench: Bench) -> State:
    state = State()
    for entry in bench.journal.entries:
        state.apply(codec.decode(entry.kind, entry.body))
    return state


def heard(bench: Bench, kind: type[ev.Event]) -> int:
    return sum(isinstance(event, kind) for event in bench.heard)


def test_a_name_that_was_added_is_never_missed_and_few_strangers_are_taken_for_one() -> None:
    names = Names()
    assert not names.may_hold("a", "1")
    for number in range(20_000):
        names.add("a", str(number))
    assert all(names.may_hold("a", str(number)) for number in range(20_000))
    assert sum(names.may_hold("b", str(number)) for number in range(20_000)) < 200
    assert names.count == 20_000


@virtually
async def test_a_finished_intent_leaves_the_memory_and_a_replay_gives_the_same_state() -> None:
    bench, archive = await retiring()
    order = await retired(bench)
    state = bench.desk.state
    assert order.status is OrderStatus.FILLED
    assert not state.orders
    assert not state.traces
    assert not state.keys
    assert not state.by_broker_id
    assert bench.position() == bench.truth() == 10
    assert [one.orders[0].order for one in archive.all()] == [order]
    assert folded(bench).hash() == state.hash()
    await bench.restart()
    assert not bench.desk.state.orders


@virtually
async def test_without_an_archive_nothing_is_retired() -> None:
    bench = await opened(retention=AT_ONCE)
    receipt = await bench.send("one")
    await bench.settle(5)
    assert receipt.intent in bench.desk.state.intents


@virtually
async def test_the_newest_intents_what_works_and_what_was_not_reported_stay() -> None:
    bench, _ = await retiring(retention=Retention(1, 2.0))
    works = await bench.send("works", terms=limit("90"))
    filled = await bench.send("filled")
    await bench.settle(1.5)
    assert filled.intent in bench.desk.state.intents
    newest = await bench.send("newest")
    await bench.until(lambda: filled.intent not in bench.desk.state.intents)
    await bench.settle(5)
    assert {works.intent, newest.intent} == bench.desk.state.intents.keys()
    await bench.lose()
    last = await bench.send("while the line is down, which tells of nothing")
    await bench.settle(5)
    assert last.intent in bench.desk.state.intents


@virtually
async def test_an_account_that_never_rests_retires_what_is_finished_and_is_not_asked_for_the_whole_day_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Something fills during every report, so that there is no moment in which what is held could be compared."""
    bench, _ = await retiring(retention=Retention(1, 2.0))
    session = bench.desk.sessions[ACCOUNT]
    report, agreed, sent = session.broker.snapshot, session.agreed_at, [await bench.send("first")]
    asked: list[datetime | None] = []

    async def busy(since: datetime | None = None) -> Snapshot:
        asked.append(since)
        snapshot = await report(since)
        sent.append(await bench.send(f"during {len(sent)}"))
        await asyncio.sleep(0.1)
        return snapshot

    monkeypatch.setattr(session.broker, "snapshot", busy)
    await bench.until(lambda: sent[0].intent not in bench.desk.state.intents and len(asked) > 3)
    assert session.agreed_at == agreed
    assert asked[0] is not None
    assert asked[-1] is not None
    assert asked[-1] > asked[0]
    passes = len(asked)
    await bench.settle(60)
    assert len(asked) - passes < 70, "reports of an account that never rests must not become the desk's main work"


@virtually
async def test_the_key_of_a_retired_intent_is_answered_as_before_and_not_at_all_while_nobody_can_tell() -> None:
    bench, archive = await retiring()
    first = await bench.send("one")
    await bench.until(lambda: first.intent not in bench.desk.state.intents)
    asked = archive.asked
    again = await bench.send("one")
    assert (again.intent, again.received_at, again.duplicate) == (first.intent, first.received_at, True)
    assert archive.asked == asked + 1
    with pytest.raises(Conflict):
        await bench.send("one", quantity="11")
    archive.away = True
    with pytest.raises(JournalUnavailable):
        await bench.send("one")
    assert not (await bench.send("another")).duplicate
    await bench.settle()
    assert heard(bench, ev.IntentReceived) == 2


@virtually
async def test_a_fill_told_again_changes_nothing_and_a_new_one_is_booked_once_on_a_retired_order() -> None:
    bench, _ = await retiring()
    order = await retired(bench)
    told = ev.OrderFilled(bench.clock.now(), order.client_order_id, order.fills[0])
    bench.desk.on_broker_event(ACCOUNT, told)
    await bench.until(lambda: heard(bench, IntentRecalled) == 1)
    assert bench.position() == 10
    late = replace(order.fills[0], execution_id=ExecutionId("late"), quantity=Decimal(3))
    for _ in range(2):
        bench.desk.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), order.client_order_id, late))
    assert bench.position() == 13
    assert "late_or_over_fill" in bench.alarms
    await bench.settle()
    assert folded(bench).hash() == bench.desk.state.hash()


@virtually
async def test_a_fill_under_the_brokers_own_id_finds_its_retired_order() -> None:
    bench, _ = await retiring()
    order = await retired(bench)
    theirs = ClientOrderId(order.broker_order_ids[0])
    late = replace(order.fills[0], execution_id=ExecutionId("late"), client_order_id=theirs)
    bench.desk.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), theirs, late))
    await bench.until(lambda: bench.position() == 20)
    assert not bench.desk.state.foreign.get(ACCOUNT)


@virtually
async def test_news_waits_in_its_order_while_the_archive_is_away_and_nothing_is_concluded_meanwhile() -> None:
    bench, archive = await retiring()
    order = await retired(bench)
    archive.away = True
    bench.venue.move_cash("acc_0", "USD", Decimal(-300))
    bench.venue.state.accounts["acc_0"].holdings[order.instrument].quantity += 3
    for number in (1, 2, 3):
        late = replace(order.fills[0], execution_id=ExecutionId(f"late {number}"), quantity=Decimal(1), price=Decimal(100),
                       fee=Decimal(0))  # fmt: skip
        bench.desk.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), order.client_order_id, late))
    await bench.settle(6)
    assert bench.position() == 10
    assert not heard(bench, ev.PositionAdjusted)
    archive.away = False
    await bench.until(lambda: bench.position() == 13)
    await bench.settle(6)
    assert bench.position() == bench.truth() == 13
    assert not heard(bench, ev.PositionAdjusted)
    fills = [event.fill.execution_id for event in bench.heard if isinstance(event, ev.OrderFilled)]
    assert fills[-3:] == ["late 1", "late 2", "late 3"]


@virtually
async def test_a_report_of_the_whole_day_brings_back_only_the_orders_of_which_it_tells_something_new() -> None:
    bench, archive = await retiring(retention=Retention(0, 0.0, reported=False))
    first = await retired(bench, "one")
    receipt = await bench.send("two", terms=limit("90"))
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.WORKING)
    second = bench.order(receipt)
    lie = ev.OrderCanceled(bench.clock.now(), second.client_order_id, "a lie", Decimal(0))
    bench.desk.on_broker_event(ACCOUNT, lie)
    await bench.until(lambda: receipt.intent not in bench.desk.state.intents)
    bench.crash()
    bench.venue.fill_by_hand(second.broker_order_ids[0], Decimal(10), Decimal(100))
    archive.away = True
    bench.desk = bench.build()
    await bench.desk.start()
    await bench.settle(4)
    assert not bench.desk.reconciled(ACCOUNT)
    archive.away = False
    await bench.until(lambda: bench.desk.reconciled(ACCOUNT))
    recalled = {event.finished.intent.id for event in bench.heard if isinstance(event, IntentRecalled)}
    assert recalled == {receipt.intent}
    assert first.client_order_id not in bench.desk.state.orders
    assert not bench.desk.state.foreign.get(ACCOUNT)
    assert bench.position() == bench.truth() == 20


@virtually
async def test_where_no_archive_can_be_read_the_retired_orders_of_a_report_are_left_out() -> None:
    bench, _ = await retiring()
    order = await retired(bench)
    bench.archive = None
    await bench.restart()
    assert order.client_order_id not in bench.desk.state.orders
    assert not heard(bench, ev.PositionAdjusted)
    assert bench.position() == bench.truth() == 10
    with pytest.raises(JournalUnavailable):
        await bench.send("one")


@virtually
async def test_an_archive_that_is_away_retires_nothing_until_it_is_back() -> None:
    bench, archive = await retiring()
    archive.away = True
    receipt = await bench.send("one")
    await bench.settle(8)
    assert receipt.intent in bench.desk.state.intents
    assert "archive_failed" in bench.alarms
    archive.away = False
    await bench.until(lambda: receipt.intent not in bench.desk.state.intents)
    assert heard(bench, IntentsRetired) == 1


@virtually
async def test_what_moved_while_it_was_archived_is_archived_anew() -> None:
    bench, archive = await retiring()
    receipt = await bench.send("one")
    keep, moved = archive.keep, list[Fill]()

    async def slow(finished: Sequence[Finished]) -> None:
        await keep(finished)
        if not moved:
            order = bench.order(receipt)
            late = replace(order.fills[0], execution_id=ExecutionId("late"))
            moved.append(late)
            bench.desk.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), order.client_order_id, late))

    archive.keep = slow  # type: ignore[method-assign]
    await bench.until(lambda: bool(moved))
    assert receipt.intent in bench.desk.state.intents
    bench.venue.state.accounts["acc_0"].holdings[moved[0].instrument].quantity += 10
    bench.venue.move_cash("acc_0", "USD", -moved[0].quantity * moved[0].price)
    await bench.until(lambda: receipt.intent not in bench.desk.state.intents)
    assert [len(one.orders[0].order.fills) for one in archive.all()] == [2]


@virtually
async def test_entries_of_the_day_are_counted_when_they_are_retired_and_one_that_lapsed_counts_once_it_fills() -> None:
    bench, _ = await retiring()
    await retired(bench)
    assert risk_views.entries_today(bench.desk.state, ACCOUNT) == 1
    receipt = await bench.send("two", terms=limit("90"))
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.WORKING)
    order = bench.order(receipt)
    await bench.desk.cancel(order.client_order_id, "trader")
    await bench.until(lambda: receipt.intent not in bench.desk.state.intents)
    assert risk_views.entries_today(bench.desk.state, ACCOUNT) == 1
    fill = Fill(ExecutionId("late"), order.client_order_id, ACCOUNT, order.instrument, order.side, Decimal(1),
                   Decimal(90), Decimal(0), "USD", bench.clock.now(), bench.clock.now())  # fmt: skip
    bench.desk.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), order.client_order_id, fill))
    await bench.until(lambda: heard(bench, IntentRecalled) == 1)
    assert risk_views.entries_today(bench.desk.state, ACCOUNT) == 2


@virtually
async def test_a_retired_exit_still_says_that_nothing_is_missing_of_an_earlier_entry() -> None:
    bench, _ = await retiring()
    entry = await bench.send("entry", terms=limit("90"))
    await bench.until(lambda: bench.order(entry).status is OrderStatus.WORKING)
    record, order = bench.desk.state.intents[entry.intent], bench.order(entry)
    assert not convergence.superseded(bench.desk.state, record, order)
    await retired(bench, "other way", side=Side.SELL, quantity="1")
    assert convergence.superseded(bench.desk.state, record, order)
    assert folded(bench).turned == bench.desk.state.turned


@virtually
async def test_what_is_recalled_stands_in_its_place_and_is_retired_again() -> None:
    bench, archive = await retiring()
    order = await retired(bench)
    works = await bench.send("works", terms=limit("90"))
    await bench.until(lambda: bench.order(works).status is OrderStatus.WORKING)
    said = ev.OrderAccepted(bench.clock.now(), order.client_order_id, BrokerOrderId("another id of the chain"))
    bench.desk.on_broker_event(ACCOUNT, said)
    await bench.until(lambda: heard(bench, IntentRecalled) == 1)
    assert list(bench.desk.state.intents) == [order.intent, works.intent]
    await bench.until(lambda: order.intent not in bench.desk.state.intents)
    (again,) = archive.all()
    assert again.orders[0].order.broker_order_ids == (*order.broker_order_ids, "another id of the chain")
    assert folded(bench).hash() == bench.desk.state.hash()


@virtually
async def test_the_positions_of_retired_intents_can_be_closed() -> None:
    bench, _ = await retiring()
    await retired(bench)
    await retired(bench, "out", side=None, quantity="100", by=SizingBy.CLOSE)
    assert bench.position() == bench.truth() == 0
