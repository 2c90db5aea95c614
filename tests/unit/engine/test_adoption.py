"""What was decided while the journal was away becomes part of it, once, and its outcomes are read from the broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from bidwell.engine import codec
from bidwell.engine.desk import Desk, World
from bidwell.engine.guarding import Guard
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.ports import Entry
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.ids import AccountId
from bidwell.model.limits import BreachAction, LockUntil
from bidwell.model.order import OrderStatus
from bidwell.risk.gate import Gate
from bidwell.simulation.proof import nouns
from tests.unit.engine.workbench import Bench, limit, opened, virtually

ACCOUNT = AccountId("acc_0")


class Aside(MemoryJournal):
    """A journal that goes on from another one's entry."""

    async def append(self, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    async def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        assert after
        nothing: list[Sequence[Entry]] = []
        for batch in nothing if limit is None else ():
            yield batch


async def snapshot(bench: Bench, missing: int) -> State:
    """The workspace without the journal's last entries."""
    state = State()
    async for entries in bench.journal.read():
        for entry in entries[:-missing]:
            state.apply(codec.decode(entry.kind, entry.body))
    return state


async def flattened_aside(bench: Bench, state: State) -> list[ev.Event]:
    """Let a desk without the journal flatten the account; what it decided and learned."""
    bench.crash()
    journal = Aside()
    calendars = nouns.OpenCalendars()
    world = World(journal, Market(calendars), Gate(), bench.clock, nouns.SeededEntropy(Random(99)), calendars,
                  bench.connect, bench.alarm, lambda _: None, timedelta(seconds=1))  # fmt: skip
    other = Desk(world)
    await other.start(state)

    def order(guard: Guard) -> None:
        core = guard.core
        now = core.now()
        core.emit(rev.ViolationOpened(now, "v1", ACCOUNT, "guardian", rev.Severity.BREACH,
                                      BreachAction.FLATTEN_AND_LOCK, "", "", "", "hung"))  # fmt: skip
        core.emit(rev.AccountLocked(now, ACCOUNT, "guardian", "hung", LockUntil.RELEASED, None, "v1"))
        guard.cancel_entries(ACCOUNT, "hung")
        guard.squaring.order(rev.SquareOffOrdered(now, "v1.flatten", ACCOUNT, "hung", "guardian"))

    await other.act_on_risk(order)
    await bench.until(lambda: bench.truth() == 0 and not bench.live() and not other.state.risk.squares)
    other.abandon()
    for line in bench.exchange.lines.values():
        line.kill()
    return [codec.decode(entry.kind, entry.body) for entry in journal.entries]


async def lead(bench: Bench, *batches: Sequence[ev.Event]) -> None:
    """Start the workspace's desk with what was decided aside."""
    bench.crash()
    bench.desk = bench.build()
    await bench.desk.start(adopted=batches)
    await bench.until(lambda: bench.desk.reconciled(ACCOUNT))
    await bench.until(lambda: not bench.desk.state.risk.squares)


@pytest.mark.parametrize("missing", [1, 4])
@virtually
async def test_what_was_flattened_aside_is_the_workspaces_own_once_it_is_adopted_and_only_once(missing: int) -> None:
    bench = await opened()
    await bench.send("k1")
    await bench.until(lambda: bench.position() == Decimal(10))
    await bench.send("k2", terms=limit("50"))
    await bench.until(lambda: len(bench.live()) == 1)
    await bench.settle(2)
    batch = await flattened_aside(bench, await snapshot(bench, missing))

    await lead(bench, batch)
    orders = dict(bench.desk.state.orders)
    assert (bench.position(), bench.truth()) == (Decimal(0), Decimal(0))
    assert {order.status for order in orders.values()} == {OrderStatus.FILLED, OrderStatus.CANCELED}
    assert not any(order.external for order in orders.values())
    assert bench.desk.state.risk.locks[ACCOUNT].keys() == {"guardian"}

    await bench.desk.act_on_risk(lambda guard: guard.unlock(ACCOUNT, "ada"))
    await lead(bench, batch)
    assert bench.desk.state.orders == orders
    assert ACCOUNT not in bench.desk.state.risk.locks


@virtually
async def test_what_holds_no_decision_changes_nothing() -> None:
    bench = await opened()
    before = bench.desk.state.sequence
    await lead(bench, [], [ev.CashAdjusted(bench.clock.now(), ACCOUNT, "USD", Decimal(5), "not a decision")])
    assert bench.desk.state.flows.get(ACCOUNT, {}).get("USD", Decimal(0)) != Decimal(5)
    assert bench.desk.state.sequence >= before
