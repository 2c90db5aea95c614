"""The mishaps that brokers, lines and clocks are known for, one by one: each is booked once and nothing is doubled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.model import events as ev
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, ExecutionId
from bidwell.model.intent import SizingBy
from bidwell.model.limits import Limits
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, Bench, gather, limit, opened, virtually

ACCOUNT = AccountId("acc_0")


def hand(bench: Bench, side: Side, quantity: str) -> None:
    """Somebody trades at the broker's own screen."""
    ticket = Ticket(AAA.id, side, Decimal(quantity), OrderType.MARKET, TimeInForce.DAY)
    bench.exchange.publish(bench.venue.submit(ACCOUNT, [ticket]))


def executed(bench: Bench, name: ClientOrderId, execution: str, quantity: str) -> ev.OrderFilled:
    now = bench.clock.now()
    return ev.OrderFilled(now, name, Fill(ExecutionId(execution), name, ACCOUNT, AAA.id, Side.BUY, Decimal(quantity),
                                          Decimal(98), Decimal(0), "USD", now, now))  # fmt: skip


@pytest.mark.parametrize("fault", [Fault.REORDER, Fault.MUTE, Fault.DUPLICATE])
@virtually
async def test_fills_that_come_before_the_acknowledgement_or_without_it_are_booked_once(fault: Fault) -> None:
    bench = await opened()
    bench.weather.plan("OrderAccepted", fault)
    receipt = await bench.send("k1")
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.FILLED)
    await bench.settle(2.0)
    assert bench.position() == bench.truth() == 10
    assert bench.journal.sent == {bench.order(receipt).client_order_id: 1}
    assert bench.alarms == []


@pytest.mark.parametrize("fault", [Fault.DUPLICATE, Fault.REORDER, Fault.MUTE])
@virtually
async def test_fills_that_come_twice_late_or_never_are_booked_once(fault: Fault) -> None:
    bench = await opened()
    bench.weather.plan("OrderFilled", fault)
    receipt = await bench.send("k1")
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.FILLED)
    await bench.settle(2.0)
    assert bench.position() == bench.truth() == 10
    assert bench.desk.state.portfolios[ACCOUNT].cash == bench.venue.state.accounts[ACCOUNT].cash


@virtually
async def test_executions_of_two_orders_that_share_an_id_both_count() -> None:
    bench = await opened()
    receipts = [await bench.send(f"k{number}", terms=limit("98"), quantity=str(number)) for number in (3, 4)]
    await bench.settle(0.1)
    names = [bench.order(one).client_order_id for one in receipts]
    bench.line.hear([executed(bench, name, "X1", quantity) for name, quantity in zip(names, ("3", "4"), strict=True)])
    bench.line.hear([executed(bench, names[0], "X1", "3")])
    await bench.settle(0.05)
    assert bench.position() == 7
    assert [bench.order(one).filled_quantity for one in receipts] == [3, 4]


@virtually
async def test_a_fill_after_the_broker_said_canceled_is_booked_and_the_order_stays_closed() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(0.1)
    name = bench.order(receipt).client_order_id
    bench.line.hear([ev.OrderCanceled(bench.clock.now(), name, "by the broker", Decimal(0))])
    await bench.settle(0.1)
    assert bench.order(receipt).status is OrderStatus.CANCELED
    bench.quote("97.9")
    await bench.until(lambda: bench.truth() == 10)
    await bench.until(lambda: bench.position() == 10)
    await bench.settle(2.0)
    assert bench.position() == bench.truth() == 10
    assert bench.live() == []
    assert not bench.order(receipt).is_open


@virtually
async def test_a_storm_of_throttling_costs_what_was_refused_and_nothing_else() -> None:
    bench = await opened(limits=Limits(max_open_orders=100))
    working = await bench.send("k0", terms=limit("98"))
    await bench.settle(0.1)
    bench.weather.plan("submit", *[Fault.THROTTLED] * 20)
    bench.weather.plan("cancel", *[Fault.THROTTLED] * 3)
    receipts = await gather(*(bench.send(f"s{number}", terms=limit("97")) for number in range(24)))
    await bench.desk.cancel(bench.order(working).client_order_id, "me")
    await bench.settle(10.0)
    told = [bench.order(one).status for one in receipts]
    assert (told.count(OrderStatus.REJECTED), told.count(OrderStatus.WORKING)) == (20, 4)
    assert bench.order(working).status is OrderStatus.CANCELED
    assert len(bench.live()) == 4
    assert set(bench.journal.sent.values()) == {1}


@virtually
async def test_what_fills_on_while_the_line_is_cut_after_a_part_is_booked_when_it_is_back() -> None:
    bench = await opened()
    bench.quote(size=4)
    receipt = await bench.send("k1", quantity="9", terms=limit("101"))
    await bench.until(lambda: bench.order(receipt).filled_quantity > 0)
    part = bench.order(receipt).filled_quantity
    assert part < 9
    bench.line.cut("gone")
    bench.quote()
    assert bench.truth() == 9
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.FILLED)
    assert bench.position() == bench.truth() == 9


@virtually
async def test_a_position_that_is_closed_by_hand_at_the_broker_is_closed_here_and_can_be_opened_again() -> None:
    bench = await opened()
    await bench.send("k1")
    await bench.until(lambda: bench.position() == 10)
    hand(bench, Side.SELL, "10")
    await bench.until(lambda: bench.position() == 0)
    await bench.until(lambda: bench.desk.reconciled(ACCOUNT))
    closing = await bench.send("k2", None, "100", by=SizingBy.CLOSE)
    again = await bench.send("k3", quantity="2")
    await bench.until(lambda: bench.position() == 2)
    assert [order.status for order in bench.orders(closing)] in ([], [OrderStatus.DENIED])
    assert bench.order(again).status is OrderStatus.FILLED
    assert bench.truth() == 2


@virtually
async def test_a_clock_that_steps_to_and_fro_sends_nothing_twice_and_keeps_the_books_equal() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.ACK_LOST, None, Fault.ACK_LOST)
    receipts = []
    for number, step in enumerate((-3600.0, 7200.0, -3600.0)):
        receipts.append(await bench.send(f"k{number}", terms=limit(str(98 - number))))
        await bench.settle(0.05)
        bench.clock.step(step)
        await bench.settle(0.5)
        bench.quote()
    await bench.settle(10.0)
    assert set(bench.journal.sent.values()) == {1}
    assert sorted(bench.live()) == sorted(bench.order(one).client_order_id for one in receipts)
    assert all(bench.order(one).status is OrderStatus.WORKING for one in receipts)


@virtually
async def test_an_instrument_that_is_renamed_over_night_keeps_its_orders_and_its_position() -> None:
    bench = await opened()
    await bench.send("k1")
    receipt = await bench.send("k2", terms=limit("98"))
    await bench.settle(0.1)
    await bench.desk.define(ev.InstrumentListed(bench.clock.now(), replace(AAA, symbol="NEW", name="Renamed")))
    await bench.restart()
    assert bench.desk.state.instruments[AAA.id].symbol == "NEW"
    assert bench.position() == 10
    assert bench.order(receipt).status is OrderStatus.WORKING
    bench.quote("97.9")
    await bench.until(lambda: bench.position() == 20)
    assert bench.truth() == 20


@virtually
async def test_two_alerts_at_one_instant_against_one_limit_share_it_whatever_their_order() -> None:
    bench = await opened(limits=Limits(max_position=Decimal(15)))
    receipts = await gather(bench.send("a"), bench.send("b"))
    await bench.settle()
    told = sorted(str(bench.order(one).status) for one in receipts)
    assert told == sorted([str(OrderStatus.FILLED), str(OrderStatus.DENIED)])
    assert bench.position() == bench.truth() == 10
