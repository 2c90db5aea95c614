# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""What may or may not have reached the broker: looked up, never sent again blindly, freed by proof alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bidwell.engine import resolving
from bidwell.engine.ports import DedupeScope
from bidwell.model.errors import InvalidInput, Unavailable
from bidwell.model.ids import AccountId
from bidwell.model.order import OrderStatus, Pending
from bidwell.model.terms import OrderType, Protection, Terms, TimeInForce
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import limit, opened, virtually

ACCOUNT = AccountId("acc_0")


@pytest.mark.parametrize("fault", [Fault.ERROR_TAKEN, Fault.GARBLED, Fault.ACK_LOST])
@virtually
async def test_an_order_whose_answer_was_lost_is_found_by_its_own_id(fault: Fault) -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", fault)
    if fault is Fault.ERROR_TAKEN:
        bench.weather.plan("OrderAccepted", Fault.MUTE)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(0.01)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    await bench.settle(1.5)
    assert bench.order(receipt).status is OrderStatus.WORKING
    assert bench.journal.sent == {bench.order(receipt).client_order_id: 1}


@pytest.mark.parametrize("scope", [DedupeScope.NONE, DedupeScope.OPEN_ONLY])
@virtually
async def test_what_never_arrived_is_absent_after_the_quarantine_and_keeps_its_reservation(scope: DedupeScope) -> None:
    bench = await opened(scope=scope)
    bench.weather.plan("submit", Fault.LOST)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(1.5)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    await bench.settle(3.0)
    assert bench.order(receipt).status is OrderStatus.ABSENT
    assert bench.desk.state.reserved(ACCOUNT) > 0
    assert bench.journal.sent == {bench.order(receipt).client_order_id: 1}


@virtually
async def test_a_person_may_confirm_that_an_absent_order_is_dead_and_frees_it() -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", Fault.LOST)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(0.1)
    with pytest.raises(InvalidInput, match="looked for"):
        await resolving.confirm_dead(bench.desk, bench.order(receipt).client_order_id, actor="me", reason="seen there")
    await bench.settle(5.0)
    await resolving.confirm_dead(bench.desk, bench.order(receipt).client_order_id, actor="me", reason="seen there")
    assert (bench.order(receipt).status, bench.desk.state.reserved(ACCOUNT)) == (OrderStatus.REJECTED, 0)


@virtually
async def test_an_absent_order_comes_back_when_the_broker_shows_it() -> None:
    bench = await opened(scope=DedupeScope.OPEN_ONLY)
    bench.weather.plan("submit", Fault.LATE_BEYOND_QUARANTINE)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.ABSENT)
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.WORKING)
    assert bench.live() == [bench.order(receipt).client_order_id]


@virtually
async def test_a_broker_that_dedupes_for_ever_gets_the_same_order_again_under_a_new_durable_sent() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.LOST)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(1.5)
    order = bench.order(receipt)
    assert (order.status, bench.journal.sent[order.client_order_id]) == (OrderStatus.WORKING, 2)
    assert bench.live() == [order.client_order_id]


@virtually
async def test_nothing_is_sent_again_after_its_validity() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.LOST)
    bench.weather.plan("find", *[Fault.QUERY_FAILED] * 6)
    receipt = await bench.send("k1", terms=limit("98"), valid_for=timedelta(seconds=0.5))
    await bench.settle(8.0)
    order = bench.order(receipt)
    assert (order.status, bench.journal.sent[order.client_order_id]) == (OrderStatus.ABSENT, 1)


@virtually
async def test_a_refusal_of_the_repeat_is_no_proof_against_the_first() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.LATE, Fault.THROTTLED)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.until(lambda: bench.journal.sent.get(bench.order(receipt).client_order_id) == 2)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    await bench.settle(2.5)
    assert bench.order(receipt).status is OrderStatus.WORKING


@virtually
async def test_what_the_broker_refused_at_once_is_rejected() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.THROTTLED)
    receipt = await bench.send("k1")
    await bench.settle()
    order = bench.order(receipt)
    assert (order.status, order.reason) == (OrderStatus.REJECTED, "429 too many requests")
    assert bench.desk.state.reserved(ACCOUNT) == 0


@virtually
async def test_what_could_not_leave_is_tried_again_under_the_same_sent() -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", Fault.UNREACHABLE, Fault.UNREACHABLE)
    receipt = await bench.send("k1")
    await bench.settle(0.5)
    order = bench.order(receipt)
    assert (order.status, bench.journal.sent[order.client_order_id]) == (OrderStatus.FILLED, 1)


@virtually
async def test_what_could_not_leave_in_time_is_rejected_because_no_byte_of_it_left() -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", *[Fault.UNREACHABLE] * 30)
    receipt = await bench.send("k1", valid_for=timedelta(seconds=1))
    await bench.settle(6.0)
    order = bench.order(receipt)
    assert order.status is OrderStatus.REJECTED
    assert "before it could leave" in order.reason


@virtually
async def test_an_order_in_doubt_survives_a_restart_and_is_looked_up_first() -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", Fault.ACK_LOST)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(0.05)
    await bench.restart()
    assert bench.order(receipt).status is OrderStatus.WORKING
    assert bench.journal.sent == {bench.order(receipt).client_order_id: 1}


@virtually
async def test_exits_attached_to_an_absent_entry_are_absent_with_it_and_come_back_with_it() -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", Fault.LATE_BEYOND_QUARANTINE)
    receipt = await bench.send("k1", terms=limit("98"), protection=Protection(stop_price=Decimal(95)))
    await bench.until(lambda: all(order.status is OrderStatus.ABSENT for order in bench.orders(receipt)))
    await bench.until(lambda: all(order.status is OrderStatus.WORKING for order in bench.orders(receipt)))


@virtually
async def test_an_order_whose_own_terms_have_ended_is_over_when_the_venue_never_had_it() -> None:
    bench = await opened(scope=DedupeScope.NONE)
    bench.weather.plan("submit", Fault.LOST)
    ends = bench.listing.now() + timedelta(seconds=1)
    terms = Terms(OrderType.LIMIT, limit_price=Decimal(98), time_in_force=TimeInForce.GTD, expires_at=ends)
    receipt = await bench.send("k1", terms=terms)
    await bench.settle(1.5)
    bench.quote()
    await bench.settle(1.5)
    assert (bench.order(receipt).status, bench.desk.state.reserved(ACCOUNT)) == (OrderStatus.EXPIRED, 0)


@virtually
async def test_a_cancel_whose_answer_was_lost_is_asked_again() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    bench.weather.plan("cancel", Fault.LOST, Fault.UNREACHABLE, Fault.THROTTLED)
    await bench.desk.cancel(bench.order(receipt).client_order_id, "me")
    await bench.settle(3.0)
    assert (bench.order(receipt).status, bench.live()) == (OrderStatus.CANCELED, [])


@virtually
async def test_a_cancel_that_was_asked_before_a_cut_goes_out_after_the_reconnect() -> None:
    bench = await opened(timeout=30.0)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    bench.line.cut("gone")
    await bench.desk.cancel(bench.order(receipt).client_order_id, "me")
    await bench.settle(3.0)
    assert bench.live() == []


@virtually
async def test_a_closing_that_leaves_fills_open_is_looked_up_before_it_counts() -> None:
    bench = await opened()
    bench.quote("100", size=4)
    bench.weather.plan("OrderFilled", Fault.MUTE)
    receipt = await bench.send("k1", terms=limit("100.01"))
    await bench.settle(0.5)
    order = bench.order(receipt)
    assert order.filled_quantity == 0
    bench.line._mute_until = 0.0
    await bench.desk.cancel(order.client_order_id, "me")
    await bench.settle(0.1)
    order = bench.order(receipt)
    assert (order.status, order.filled_quantity, bench.position()) == (OrderStatus.CANCELED, 4, 4)


@virtually
async def test_a_fill_that_completes_an_order_with_an_unanswered_replace_does_not_close_it() -> None:
    bench = await opened()
    bench.quote("100", size=4)
    receipt = await bench.send("k1", terms=limit("100.01"))
    await bench.settle()
    bench.weather.plan("replace", Fault.GARBLED)
    await bench.desk.replace(bench.order(receipt).client_order_id, Decimal(15), None, "me")
    await bench.settle(0.03)
    bench.quote("100", size=6)
    await bench.settle(0.1)
    order = bench.order(receipt)
    assert (order.filled_quantity, order.status, bench.desk.state.claim(order)) == (10, OrderStatus.WORKING, 5)
    await bench.settle(1.5)
    assert bench.order(receipt).quantity == 15


@virtually
async def test_a_replace_that_raced_the_last_fill_leaves_a_filled_order() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    bench.weather.plan("replace", Fault.LATE)
    await bench.desk.replace(bench.order(receipt).client_order_id, Decimal(15), None, "me")
    bench.quote("97.9")
    await bench.settle(5.0)
    order = bench.order(receipt)
    assert (order.status, order.pending, order.filled_quantity) == (OrderStatus.FILLED, Pending.NONE, 10)
    assert ACCOUNT in bench.desk.state.portfolios
    assert bench.truth() == bench.position() == 10


@virtually
async def test_an_adapter_that_fails_leaves_its_order_in_doubt_and_raises_an_alarm() -> None:
    bench = await opened()

    async def fail(*_: object) -> None:
        msg = "a bug"
        raise ValueError(msg)

    line, submit = bench.line, bench.line.submit
    line.submit = fail  # type: ignore[method-assign, assignment]
    receipt = await bench.send("k1")
    await bench.settle(0.1)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    assert "adapter_failed" in bench.alarms
    line.submit = submit  # type: ignore[method-assign]
    line.cancel = fail  # type: ignore[method-assign, assignment]
    line.replace = fail  # type: ignore[method-assign, assignment]
    other = await bench.send("k2", terms=limit("98"))
    await bench.settle()
    await bench.desk.replace(bench.order(other).client_order_id, Decimal(5), None, "me")
    await bench.settle(0.1)
    await bench.desk.cancel(bench.order(other).client_order_id, "me")
    await bench.settle(0.1)
    assert bench.alarms.count("adapter_failed") == 3


@virtually
async def test_a_session_that_cannot_be_opened_is_tried_again() -> None:
    bench = await opened()
    calls = []
    good = bench.connect

    def connect(account: object) -> object:
        line = good(account)  # type: ignore[arg-type]
        assert line is not None
        first = line.connect

        async def refuse(listener: object) -> None:
            calls.append(listener)
            if len(calls) < 3:
                msg = "no route"
                raise Unavailable(msg)
            await first(listener)  # type: ignore[arg-type]

        line.connect = refuse  # type: ignore[method-assign]
        return line

    bench.desk._world = replace(bench.desk._world, connect=connect)  # type: ignore[arg-type]
    bench.crash()
    world = bench.desk._world
    bench.desk = type(bench.desk)(world)
    await bench.desk.start()
    await bench.until(lambda: bench.desk.reconciled(ACCOUNT))
    assert len(calls) == 3
    assert bench.alarms.count("connect_failed") == 2
