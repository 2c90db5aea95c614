"""What a halt takes off: in slices behind its own commit, over a restart in their middle, and no more once it is released."""

from __future__ import annotations

import pytest

from bidwell.engine import halting
from bidwell.engine.intake import Receipt
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.order import OrderStatus, Pending
from tests.unit.engine.workbench import Bench, limit, opened, virtually

EVERYTHING = Scope(ScopeType.WORKSPACE)


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halting, "AT_ONCE", 2)


async def crowded() -> tuple[Bench, list[Receipt]]:
    """Seven orders at work."""
    bench = await opened()
    found = [await bench.send(f"k{number}", quantity=str(number + 1), terms=limit("98")) for number in range(7)]
    await bench.settle()
    assert len(bench.live()) == 7
    return bench, found


def asked_off(bench: Bench, orders: list[Receipt]) -> int:
    return sum(bench.order(one).pending is Pending.CANCEL for one in orders)


@virtually
async def test_a_halt_is_answered_before_its_last_order_is_asked_for_and_reaches_them_all() -> None:
    bench, orders = await crowded()
    hit = await bench.desk.set_trading_state(EVERYTHING, TradingState.HALTED, "test", "me")
    assert hit == 7
    assert 0 < asked_off(bench, orders) < 7
    entry = await bench.send("late")
    await bench.settle(1.0)
    assert bench.denial(bench.order(entry)).rule == "halt"
    assert (bench.live(), asked_off(bench, orders)) == ([], 0)
    assert {bench.order(one).status for one in orders} == {OrderStatus.CANCELED}


@virtually
async def test_a_crash_between_two_slices_leaves_nothing_at_work() -> None:
    bench, orders = await crowded()
    bench.desk.core.set_trading_state(EVERYTHING, TradingState.HALTED, "test", "me", cancel_working=True)
    await bench.desk.commit()
    assert len(bench.live()) > 4
    await bench.restart()
    await bench.settle(1.0)
    assert bench.live() == []
    assert {bench.order(one).status for one in orders} == {OrderStatus.CANCELED}


@virtually
async def test_what_a_halt_was_told_to_leave_stays_over_a_restart() -> None:
    bench, _ = await crowded()
    await bench.desk.set_trading_state(EVERYTHING, TradingState.HALTED, "test", "me", cancel_working=False)
    await bench.restart()
    await bench.settle(1.0)
    assert len(bench.live()) == 7


@virtually
async def test_a_release_ends_the_taking_off() -> None:
    bench, orders = await crowded()
    core = bench.desk.core
    core.set_trading_state(EVERYTHING, TradingState.HALTED, "test", "me", cancel_working=True)
    core.set_trading_state(EVERYTHING, TradingState.ACTIVE, "", "me", cancel_working=False)
    core.halting.step()
    core.halting.step()
    core.halting.step()
    assert not core.halting.under_way
    assert asked_off(bench, orders) == 2
