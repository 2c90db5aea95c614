"""One account's way out: its rate, its order, and the last counter before the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidwell.engine import last_hop as last_hop_module
from bidwell.engine.commands import Submit
from bidwell.engine.lane import TokenBucket
from bidwell.engine.last_hop import LastHop
from bidwell.engine.ports import Entry
from bidwell.model.ids import AccountId, ClientOrderId, IntentId
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Side, Terms
from bidwell.risk.approved import Approved
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import gather, limit, opened, virtually

INTENT = IntentId("int_1")


def order(name: str = "one", quantity: str = "10", **more: object) -> Order:
    plain = Order(ClientOrderId(name), AccountId("acc_0"), nouns.share("AAA").id, Side.BUY, Decimal(quantity), Terms(),
                  nouns.START, INTENT)  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


# --- rate ----------------------------------------------------------------------------------------


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    now = [0.0]
    bucket = TokenBucket(Decimal(10), 3, 0, lambda: now[0])
    assert [bucket.take(urgent=False) for _ in range(4)] == [True, True, True, False]
    assert bucket.wait(urgent=False) == 0.1
    now[0] = 0.1
    assert bucket.take(urgent=False)


def test_a_bucket_keeps_its_reserve_for_what_is_urgent() -> None:
    bucket = TokenBucket(Decimal(10), 3, 2, lambda: 0.0)
    assert bucket.take(urgent=False)
    assert not bucket.take(urgent=False)
    assert bucket.take(urgent=True)
    assert bucket.take(urgent=True)
    assert not bucket.take(urgent=True)


def test_a_spare_token_leaves_half_of_the_burst_and_whatever_is_reserved() -> None:
    now = [0.0]
    for burst, reserved, taken in ((10, 0, 5), (10, 7, 3), (9, 2, 4), (2, 0, 1), (1, 0, 1)):
        bucket = TokenBucket(Decimal(10), burst, reserved, lambda: now[0])
        assert [bucket.take_spare() for _ in range(taken + 1)] == [True] * taken + [False]
        assert bucket.spare() > 0
        left = [bucket.take(urgent=True) for _ in range(burst)].count(True)
        assert left == burst - taken
    now[0] += 10
    assert bucket.take_spare()


def test_a_reserve_never_takes_the_whole_bucket_and_a_clock_that_steps_back_gives_nothing() -> None:
    now = [5.0]
    bucket = TokenBucket(Decimal(1), 1, 9, lambda: now[0])
    assert bucket.take(urgent=False)
    now[0] = 1.0
    assert bucket.wait(urgent=False) == 1.0


@given(st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), max_size=60))
def test_a_bucket_never_lets_out_more_than_burst_and_rate_allow(asks: list[tuple[float, bool]]) -> None:
    now, taken = 0.0, 0
    clock = [0.0]
    bucket = TokenBucket(Decimal(4), 5, 2, lambda: clock[0])
    for pause, urgent in asks:
        now += pause
        clock[0] = now
        taken += bucket.take(urgent=urgent)
        assert taken <= 5 + now * 4 + 1e-6


@virtually
async def test_orders_leave_at_the_brokers_rate_and_cancels_do_not_wait_behind_them() -> None:
    bench = await opened(changes={"orders_per_second": Decimal(2), "burst": 3, "reserved": 1})
    receipts = await gather(*(bench.send(f"k{n}", quantity=str(n + 1), terms=limit("98")) for n in range(5)))
    await bench.settle(0.1)
    assert len(bench.live()) == 2
    await bench.desk.cancel(bench.order(receipts[0]).client_order_id, "me")
    await bench.settle(0.1)
    assert bench.order(receipts[0]).status is OrderStatus.CANCELED
    await bench.settle(3.0)
    assert len(bench.live()) == 4


@virtually
async def test_what_reduces_overtakes_what_adds() -> None:
    bench = await opened(changes={"orders_per_second": Decimal(1), "burst": 4, "reserved": 2})
    await bench.send("k1")
    await bench.settle()
    entries = await gather(*(bench.send(f"e{n}", quantity=str(n + 1), terms=limit("98")) for n in range(4)))
    out = await bench.send("k2", Side.SELL)
    await bench.settle(0.1)
    assert bench.order(out).status is OrderStatus.FILLED
    assert any(bench.order(one).status is OrderStatus.CREATED for one in entries)


@virtually
async def test_a_line_that_has_become_long_is_marked_as_sent_by_the_dozen_and_leaves_in_its_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a commit for each, a line that a slow moment has made long would never become short again."""
    bench = await opened(limits=Limits())
    commits: list[int] = []
    left: list[ClientOrderId] = []
    append, broker = bench.journal.append, bench.desk.sessions[AccountId("acc_0")].broker
    submit = broker.submit

    async def slow(entries: Sequence[Entry]) -> None:
        commits.append(sum(entry.kind == "OrderSubmitted" for entry in entries))
        await asyncio.sleep(0.05)
        await append(entries)

    async def noting(approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        left.append(approved.order.client_order_id)
        await submit(approved, attached)

    monkeypatch.setattr(bench.journal, "append", slow)
    monkeypatch.setattr(broker, "submit", noting)
    receipts = await gather(*(bench.send(f"k{n}", quantity=str(n + 1), terms=limit("98")) for n in range(40)))
    await bench.until(lambda: len(bench.live()) == 40)
    assert max(commits) == 16
    assert len([one for one in commits if one]) < 16
    assert left == [bench.order(one).client_order_id for one in receipts]


@virtually
async def test_a_cancel_overtakes_and_a_halt_keeps_back_what_became_sent_together() -> None:
    bench = await opened(limits=Limits())
    bench.weather.plan("submit", None, *[Fault.UNREACHABLE] * 3)
    receipts = await gather(*(bench.send(f"k{n}", quantity=str(n + 1), terms=limit("98")) for n in range(9)))
    await bench.until(lambda: len(bench.live()) == 1)
    assert [bench.order(one).status for one in receipts[2:]] == [OrderStatus.SUBMITTED] * 7
    await bench.desk.cancel(bench.order(receipts[0]).client_order_id, "me")
    await bench.until(lambda: bench.order(receipts[0]).status is OrderStatus.CANCELED)
    assert [bench.order(one).status for one in receipts[2:]] == [OrderStatus.SUBMITTED] * 7
    await bench.desk.set_trading_state(Scope(ScopeType.WORKSPACE), TradingState.HALTED, "test", "me")
    await bench.settle(5.0)
    assert not bench.live()
    assert {bench.order(one).status for one in receipts[1:]} == {OrderStatus.REJECTED}


@virtually
async def test_a_halt_reaches_what_is_already_marked_as_sent_but_has_not_left() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.UNREACHABLE, Fault.UNREACHABLE)
    receipt = await bench.send("k1")
    await bench.settle(0.02)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    await bench.desk.set_trading_state(Scope(ScopeType.WORKSPACE), TradingState.HALTED, "test", "me")
    await bench.settle(2.0)
    assert bench.order(receipt).status is OrderStatus.REJECTED
    assert bench.truth() == 0


@virtually
async def test_an_order_manager_that_sends_too_much_is_stopped_at_the_last_hop() -> None:
    bench = await opened(limits=Limits())
    lane = bench.desk.sessions[AccountId("acc_0")].lane
    lane.last_hop._allotted.clear()
    original = lane.last_hop.allot
    lane.last_hop.allot = lambda intent, quantity: original(intent, quantity / 2)  # type: ignore[method-assign]
    receipt = await bench.send("k1")
    await bench.settle()
    assert bench.order(receipt).status is OrderStatus.REJECTED
    assert bench.alarms == ["last_hop_refused"]
    assert bench.truth() == 0


@virtually
async def test_an_order_that_has_left_is_not_sent_by_a_second_command() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    only = bench.order(receipt)
    lane = bench.desk.sessions[only.account].lane
    lane.put(Submit(only.account, only.client_order_id, (), sent=True, urgent=False))
    await bench.settle()
    assert bench.alarms == ["last_hop_refused"]
    assert bench.order(receipt).status is OrderStatus.WORKING


@virtually
async def test_a_desk_that_leads_no_more_sends_nothing_and_goes_on_when_it_leads_again() -> None:
    bench = await opened()
    working = await bench.send("k0", terms=limit("98"))
    await bench.settle()
    bench.leading = False
    receipt = await bench.send("k1", terms=limit("97"))
    await bench.desk.cancel(bench.order(working).client_order_id, "me")
    await bench.settle(1.0)
    assert bench.live() == [bench.order(working).client_order_id]
    bench.leading = True
    await bench.settle(1.0)
    assert bench.live() == [bench.order(receipt).client_order_id]
    assert bench.alarms == []


@virtually
async def test_a_desk_that_was_paused_while_sent_became_durable_keeps_its_bytes() -> None:
    bench = await opened(changes={"orders_per_second": Decimal(2), "burst": 3, "reserved": 1})
    await gather(*(bench.send(f"k{n}", terms=limit("98"), quantity=str(n + 1)) for n in range(2)))
    await bench.settle(0.1)
    append = bench.journal.append

    async def paused(entries: Sequence[Entry]) -> None:
        await append(entries)
        if any(entry.kind == "OrderSubmitted" for entry in entries):
            bench.leading = False

    bench.journal.append = paused  # type: ignore[method-assign]
    receipt = await bench.send("k9", terms=limit("97"), quantity="9")
    await bench.until(lambda: not bench.leading)
    await bench.settle(1.0)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    assert bench.order(receipt).client_order_id not in bench.live()
    bench.leading = True
    await bench.settle(1.0)
    assert bench.live().count(bench.order(receipt).client_order_id) == 1
    assert bench.alarms == []


# --- the last counter ----------------------------------------------------------------------------


def test_children_of_one_intent_may_leave_up_to_what_was_allotted() -> None:
    hop = LastHop()
    hop.allot(INTENT, Decimal(15))
    assert hop.refuse(order(), [], 1) == ""
    hop.leave(order())
    assert hop.has_left(ClientOrderId("one"))
    assert "more than the 15" in hop.refuse(order("two", "6"), [], 1)
    assert hop.refuse(order("two", "5"), [], 1) == ""


def test_an_order_leaves_as_often_as_it_has_durable_entries() -> None:
    hop = LastHop()
    hop.allot(INTENT, Decimal(10))
    hop.leave(order())
    assert hop.refuse(order(), [], 1) == "this order has already left"
    assert hop.refuse(order(), [], 2) == ""
    hop.take_back(order())
    assert hop.refuse(order(), [], 1) == ""
    assert not hop.has_left(ClientOrderId("one"))


def test_an_order_without_an_intent_or_with_exits_that_do_not_fit_is_refused() -> None:
    hop = LastHop()
    hop.allot(INTENT, Decimal(10))
    assert "no intent" in hop.refuse(order(intent=None), [], 1)
    assert "attached exit" in hop.refuse(order(), [order("leg", "11", side=Side.SELL)], 1)
    assert "attached exit" in hop.refuse(order(), [order("leg", "10")], 1)
    assert hop.refuse(order(), [order("leg", "10", side=Side.SELL)], 1) == ""


def test_a_change_may_not_make_an_order_larger_than_what_was_given() -> None:
    hop = LastHop()
    hop.allot(INTENT, Decimal(12))
    assert hop.refuse_change(order(), Decimal(12)) == ""
    assert "more than the 12" in hop.refuse_change(order(), Decimal(13))
    assert hop.refuse_change(order(), Decimal(3)) == ""
    assert hop.refuse_change(order(intent=None), Decimal(99)) == ""


def test_what_the_counter_has_forgotten_is_refused_not_let_through() -> None:
    hop = LastHop()
    most = last_hop_module._MOST
    hop.allot(INTENT, Decimal(10))
    hop.leave(order())
    for number in range(most):
        hop.allot(IntentId(f"other_{number}"), Decimal(1))
    assert hop.refuse(order("two"), [], 1) != ""
    assert not hop.has_left(ClientOrderId("one"))
