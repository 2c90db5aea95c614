# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""The journal fails: nothing is acknowledged, nothing leaves, and the desk recovers by itself with nothing doubled."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.ports import Entry
from bidwell.engine.writer import Writer, intent_of
from bidwell.model import events as ev
from bidwell.model.errors import Fenced, JournalUnavailable
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.order import OrderStatus
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.loop import Stalled, run_virtually
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import Bench, gather, limit, opened, virtually

ACCOUNT = AccountId("acc_0")
FAULTS = [Fault.JOURNAL_FAILED_BEFORE, Fault.JOURNAL_FAILED_AFTER]
CRASHES = [Fault.CRASH_BEFORE, Fault.CRASH_AFTER]


@pytest.mark.parametrize("fault", FAULTS)
@virtually
async def test_an_intent_whose_append_failed_is_not_acknowledged_and_its_repeat_makes_one_order(fault: Fault) -> None:
    bench = await opened()
    bench.weather.plan("journal", fault)
    (result,) = await gather(bench.send("k1"))
    assert isinstance(result, JournalUnavailable)
    with pytest.raises(JournalUnavailable):
        await bench.send("k2")
    assert not bench.desk.ready()["journal"][0]
    await bench.until(lambda: bench.desk.recovering is None and bench.desk.reconciled(ACCOUNT))
    bench.quote()
    receipt = await bench.send("k1")
    await bench.settle()
    assert receipt.duplicate is (fault is Fault.JOURNAL_FAILED_AFTER)
    assert (bench.position(), bench.truth()) == (10, 10)
    assert bench.alarms == ["journal_failed", "journal_recovered"]


@pytest.mark.parametrize("fault", [*FAULTS, *CRASHES])
@pytest.mark.parametrize("append", range(1, 6))
@virtually
async def test_a_failure_at_any_append_of_an_orders_path_loses_and_doubles_nothing(append: int, fault: Fault) -> None:
    bench = await opened()
    bench.weather.plan("journal", *[None] * (append - 1), fault)
    await gather(bench.send("k1"))
    await bench.settle(0.5)
    if fault in CRASHES:
        await bench.restart()
    else:
        await bench.until(lambda: bench.desk.recovering is None and bench.desk.reconciled(ACCOUNT))
    bench.quote()
    await gather(bench.send("k1"))
    await bench.settle(3.0)
    assert (bench.position(), bench.truth()) == (10, 10)
    assert len(bench.venue.state.orders) == 1
    assert bench.desk.state.portfolios[ACCOUNT].cash == bench.venue.state.accounts["acc_0"].cash


@virtually
async def test_what_waited_in_a_lane_when_the_journal_failed_goes_out_after_the_recovery() -> None:
    bench = await opened(changes={"orders_per_second": Decimal(2), "burst": 2, "reserved": 0})
    receipts = await gather(*(bench.send(f"k{n}", quantity=str(n + 1), terms=limit("98")) for n in range(6)))
    bench.weather.plan("journal", Fault.JOURNAL_FAILED_BEFORE)
    (failed,) = await gather(bench.send("k9"))
    assert isinstance(failed, JournalUnavailable)
    await bench.settle(8.0)
    assert {bench.order(one).status for one in receipts} == {OrderStatus.WORKING}
    assert len(bench.live()) == 6


@virtually
async def test_a_journal_that_cannot_be_read_either_is_waited_for() -> None:
    bench = await opened()
    reads = []
    good = bench.journal.read

    def read(after: int = 0, limit: int | None = None) -> object:
        reads.append(after)
        if len(reads) < 3:
            raise JournalUnavailable("no")
        return good(after, limit)

    bench.journal.read = read  # type: ignore[method-assign, assignment]
    bench.weather.plan("journal", Fault.JOURNAL_FAILED_BEFORE)
    await gather(bench.send("k1"))
    await bench.until(lambda: bench.desk.recovering is None)
    assert len(reads) == 3


@virtually
async def test_a_desk_that_is_fenced_stops_for_good() -> None:
    bench = await opened()
    await bench.journal.append([Entry(len(bench.journal.entries) + 1, nouns.START, "StrategyRemoved", b"{}")])
    (result,) = await gather(bench.send("k1"))
    assert isinstance(result, Fenced)
    await bench.settle(5.0)
    assert bench.desk.recovering is not None
    assert any(alarm.startswith("fenced") for alarm in bench.alarms)
    assert bench.truth() == 0


@virtually
async def test_a_desk_that_is_fenced_while_it_recovers_stops_too() -> None:
    bench = await opened()

    def read(_after: int = 0, _limit: int | None = None) -> object:
        raise Fenced("another desk")

    bench.journal.read = read  # type: ignore[method-assign, assignment]
    bench.weather.plan("journal", Fault.JOURNAL_FAILED_BEFORE)
    await gather(bench.send("k1"))
    await bench.settle(5.0)
    assert bench.desk.recovering is not None
    assert "fenced another desk" in bench.alarms


class Broken(MemoryJournal):
    async def append(self, entries: object) -> None:
        raise OSError(entries)


@virtually
async def test_whatever_an_append_raises_nothing_is_assumed_of_it() -> None:
    failures: list[Exception] = []
    writer = Writer(Broken(), nouns.ProofClock(), failures.append)
    task = asyncio.get_running_loop().create_task(writer.run())
    durable = writer.put([(1, ev.OrderSubmitted(nouns.START, ClientOrderId("a")))], lambda *_: None)
    with pytest.raises(JournalUnavailable, match="append failed"):
        await durable
    with pytest.raises(JournalUnavailable):
        await writer.put([], lambda *_: None)
    await task
    assert len(failures) == 1


@virtually
async def test_nobody_waits_for_ever_on_a_desk_that_stopped() -> None:
    bench = await opened()
    sending = [bench.send(f"k{n}") for n in range(3)]
    results = asyncio.gather(*sending, return_exceptions=True)
    await asyncio.sleep(0)
    await bench.desk.stop()
    assert {type(one) for one in await results} == {JournalUnavailable}


def test_each_event_says_which_intent_it_belongs_to_where_it_knows() -> None:
    assert intent_of(ev.IntentAllocated(nouns.START, "int_1", ())) == "int_1"  # type: ignore[arg-type]
    assert intent_of(ev.OrderSubmitted(nouns.START, ClientOrderId("a"))) is None


def test_a_world_in_which_nothing_can_happen_any_more_is_noticed() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stalled):
        run_virtually(wait())


@virtually
async def test_an_adapters_or_ticks_failure_is_an_alarm_and_not_the_end() -> None:
    bench = await opened()
    core = bench.desk.core
    calls = []

    def fail() -> None:
        calls.append(1)
        raise RuntimeError

    core.expire_waiting = fail  # type: ignore[method-assign]
    await bench.settle(1.0)
    assert len(calls) > 1
    assert set(bench.alarms) == {"tick_failed"}
    assert isinstance(bench, Bench)
