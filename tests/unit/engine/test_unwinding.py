# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""Groups that ask for it undo what got through when some of their children could not go out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bidwell.engine import unwinding
from bidwell.model import events as ev
from bidwell.model.account import OnFailure
from bidwell.model.intent import SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Protection, Side
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import ALL, TREND, Bench, limit, opened, virtually


async def tight(on_failure: OnFailure = OnFailure.UNWIND, **more: object) -> Bench:
    """Three accounts of which the last may not take more than two."""
    bench = await opened(3, on_failure=on_failure, **more)
    scope = Scope(ScopeType.ACCOUNT, "acc_2")
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), scope, Limits(max_order_quantity=Decimal(2))))
    return bench


def positions(bench: Bench) -> list[Decimal]:
    return [bench.truth(f"acc_{number}") for number in range(3)]


@virtually
async def test_what_filled_is_reduced_by_intents_of_its_own() -> None:
    bench = await tight()
    await bench.send("k1", quantity="30", group=ALL)
    await bench.settle(1.5)
    assert positions(bench) == [0, 0, 0]
    repairs = [record.intent for record in bench.desk.state.intents.values() if record.intent.source is Source.REPAIR]
    assert [(one.account, one.sizing.value, one.side) for one in repairs] == [
        ("acc_0", 10, Side.SELL), ("acc_1", 10, Side.SELL),
    ]  # fmt: skip
    assert not bench.desk.core.mending.under_way
    (ended,) = [event for event in bench.heard if isinstance(event, ev.UnwindEnded)]
    assert ended.left == 0


@virtually
async def test_what_was_undone_once_is_not_undone_again_from_what_is_bought_later() -> None:
    bench = await tight()
    bench.weather.plan("submit", None, None, *[Fault.THROTTLED] * 12)
    await bench.send("k1", quantity="30", group=ALL)
    await bench.until(lambda: any(isinstance(event, ev.UnwindEnded) for event in bench.heard))
    before = len(bench.desk.state.intents)
    bench.weather.at.clear()
    await bench.restart()
    await bench.send("k2", quantity="5")
    await bench.settle(2.0)
    assert bench.truth("acc_0") == 15
    assert len(bench.desk.state.intents) == before + 1


@virtually
async def test_what_another_exit_claims_is_waited_for() -> None:
    bench = await tight()
    bench.weather.plan("submit", None, Fault.LATE)
    receipt = await bench.send("k1", quantity="30", group=ALL, terms=limit("100.01"))
    await bench.until(lambda: bench.truth("acc_0") == 10)
    await bench.until(lambda: len(bench.orders(receipt)) == 3)
    await bench.settle(6.0)
    assert positions(bench) == [0, 0, 0]


@virtually
async def test_a_strategy_that_is_switched_off_meanwhile_leaves_no_group_half_done() -> None:
    bench = await tight()
    bench.weather.plan("submit", None, Fault.LATE)
    receipt = await bench.send("k1", quantity="30", group=ALL, strategy=TREND)
    await bench.until(lambda: len(bench.orders(receipt)) == 3)
    off = replace(bench.desk.state.strategies[TREND], enabled=False)
    await bench.desk.define(ev.StrategyDefined(bench.clock.now(), off))
    await bench.settle(6.0)
    assert positions(bench) == [0, 0, 0]


@virtually
async def test_a_group_that_goes_on_keeps_what_it_got() -> None:
    bench = await tight(OnFailure.CONTINUE)
    await bench.send("k1", quantity="30", group=ALL)
    await bench.settle(1.5)
    assert positions(bench) == [10, 10, 0]


@virtually
async def test_what_works_is_canceled() -> None:
    bench = await tight()
    receipt = await bench.send("k1", quantity="30", group=ALL, terms=limit("98"))
    await bench.settle(1.5)
    assert [order.status for order in bench.orders(receipt)] == [
        OrderStatus.CANCELED, OrderStatus.CANCELED, OrderStatus.DENIED,
    ]  # fmt: skip


@virtually
async def test_what_is_in_doubt_is_waited_for_and_then_undone() -> None:
    bench = await tight(timeout=0.3)
    bench.weather.plan("submit", Fault.LATE)
    await bench.send("k1", quantity="30", group=ALL)
    await bench.settle(6.0)
    assert positions(bench) == [0, 0, 0]
    assert bench.position("acc_0") == 0


@virtually
async def test_attached_exits_are_taken_off_before_the_fills_are_reduced() -> None:
    bench = await tight()
    await bench.send("k1", quantity="30", group=ALL, protection=Protection(stop_price=Decimal(90)))
    await bench.settle(2.0)
    assert positions(bench) == [0, 0, 0]
    assert [bench.live(f"acc_{number}") for number in range(3)] == [[], [], []]


@virtually
async def test_an_exit_is_never_unwound() -> None:
    bench = await opened(2, on_failure=OnFailure.UNWIND)
    await bench.send("k1", quantity="10", group=ALL)
    await bench.settle()
    bench.weather.plan("submit", Fault.THROTTLED)
    await bench.send("k2", None, "100", by=SizingBy.CLOSE, group=ALL)
    await bench.settle(1.5)
    assert sorted(positions_of_two(bench)) == [0, 5]


def positions_of_two(bench: Bench) -> list[Decimal]:
    return [bench.truth("acc_0"), bench.truth("acc_1")]


@virtually
async def test_what_a_person_took_off_before_it_left_is_no_failure() -> None:
    bench = await opened(2, on_failure=OnFailure.UNWIND)
    await bench.lose("acc_1")
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.settle()
    waiting = bench.orders(receipt)[1]
    await bench.desk.cancel(waiting.client_order_id, "me")
    await bench.settle(1.0)
    assert positions_of_two(bench) == [5, 0]


@virtually
async def test_unwinding_goes_on_after_a_restart() -> None:
    bench = await tight()
    bench.weather.plan("submit", None, None)
    receipt = await bench.send("k1", quantity="30", group=ALL)
    await bench.until(lambda: len(bench.orders(receipt)) == 3)
    await bench.restart()
    await bench.settle(3.0)
    assert positions(bench) == [0, 0, 0]


@virtually
async def test_a_reduction_that_is_refused_is_tried_again_and_then_given_up_with_an_alarm() -> None:
    bench = await tight()
    bench.weather.plan("submit", None, None, *[Fault.THROTTLED] * 30)
    await bench.send("k1", quantity="30", group=ALL)
    await bench.settle(6.0)
    assert positions(bench) == [10, 10, 0]
    assert bench.alarms.count("unwind_incomplete") == 2
    (first, *_) = bench.desk.state.intents.values()
    assert len(unwinding.repairs(bench.desk.state, bench.desk.state.orders[first.orders[0]])) == unwinding.TRIES.most


@virtually
async def test_only_what_is_still_held_is_reduced() -> None:
    bench = await opened(2, on_failure=OnFailure.UNWIND)
    bench.weather.plan("submit", None, Fault.LATE_BEYOND_QUARANTINE)
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.settle()
    await bench.send("k2", Side.SELL, "5")
    await bench.settle()
    doubt = bench.orders(receipt)[1]
    bench.exchange.lines["acc_1"].hear([ev.OrderRejected(bench.clock.now(), doubt.client_order_id, "no", "no")])
    await bench.settle(1.0)
    assert bench.truth("acc_0") == 0
