"""What every broker must do, as cards over a real socket against its stand-in; cards it cannot play are skipped.

A broker's test module gives a `stand` fixture (a `Stand`) and a class that inherits `BrokerContract`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from bidwell.engine.ports import Broker, DedupeScope
from bidwell.model.errors import BrokerError, Refused, Unavailable
from bidwell.model.events import (
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
)
from bidwell.model.futures import PRODUCTS
from bidwell.model.ids import ClientOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from tests.contract.broker_stand import (
    WAIT,
    Ear,
    Maker,
    NotOfferedError,
    Stand,
    Table,
    approved,
    external,
    now,
    until,
)

FUTURES = {each.venue for each in PRODUCTS.values()}


@contextmanager
def played() -> Iterator[None]:
    """Skip the card where the stand cannot play what it needs."""
    try:
        yield
    except NotOfferedError:
        pytest.skip("the protocol has no such thing")


async def until_sent(table: Table, order: Order) -> None:
    """Send an order as often as nothing of it has left, as a lane does."""
    end = asyncio.get_running_loop().time() + WAIT
    while True:
        try:
            await table.broker.submit(approved(order))
        except Unavailable:
            assert asyncio.get_running_loop().time() < end, "the order never left"
            await asyncio.sleep(0.02)
        else:
            return


@asynccontextmanager
async def seated(stand: Stand, broker: Broker) -> AsyncIterator[Table]:
    """A session at its table, connected as soon as the stand answers in time."""
    ear, end = Ear(), asyncio.get_running_loop().time() + WAIT
    await stand.quote("99.90", "100.00")
    while True:
        try:
            await broker.connect(ear)
        except Unavailable:
            assert asyncio.get_running_loop().time() < end, "the stand does not answer"
        else:
            break
    forces = broker.capabilities.times_in_force
    resting = TimeInForce.GTC if TimeInForce.GTC in forces else TimeInForce.DAY
    yield Table(stand, broker, ear, Maker(stand, resting))
    await broker.close()


class BrokerContract:
    """The cards."""

    @pytest.fixture
    async def table(self, stand: Stand) -> AsyncIterator[Table]:
        async with seated(stand, stand.broker()) as table:
            yield table

    # the session

    async def test_a_login_brings_the_session_up_and_close_ends_it(self, stand: Stand) -> None:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        await ear.sees("up")
        await broker.close()
        with pytest.raises(Unavailable):
            await broker.submit(approved(Maker(stand).order()))

    async def test_bad_credentials_are_refused(self, stand: Stand) -> None:
        broker, ear = stand.broker_with_bad_credentials(), Ear()
        with pytest.raises(Refused):
            await broker.connect(ear)
        assert ear.states == []

    async def test_a_server_that_is_not_there_is_unavailable(self, stand: Stand) -> None:
        with pytest.raises(Unavailable):
            await stand.broker_without_server().connect(Ear())

    async def test_what_never_left_is_unavailable_and_not_in_doubt(self, stand: Stand) -> None:
        broker = stand.broker()
        for call in (broker.submit(approved(Maker(stand).order())), broker.find(ClientOrderId("X")), broker.snapshot()):
            with pytest.raises(Unavailable):
                await call

    # submitting

    async def test_an_accepted_order_gets_the_brokers_id(self, table: Table) -> None:
        name = await table.submit(table.make.limit("90.00"))
        await table.ear.hears(name, OrderAccepted)
        event = table.ear.of(name)[0]
        assert isinstance(event, OrderAccepted)
        assert event.broker_order_id
        assert event.at.tzinfo is UTC

    async def test_a_market_order_is_accepted_before_it_fills(self, table: Table) -> None:
        name = await table.submit(table.make.order())
        await table.ear.hears(name, OrderFilled)
        assert table.ear.kinds(name) == ["OrderAccepted", "OrderFilled"]
        fill = table.ear.fills(name)[0].fill
        assert (fill.quantity, fill.price, fill.side) == (Decimal(10), Decimal("100.00"), Side.BUY)
        assert fill.account == table.stand.account.id
        assert fill.instrument == table.stand.instrument
        assert fill.execution_id

    async def test_an_order_that_cannot_be_worked_is_rejected_at_once_with_a_code(self, table: Table) -> None:
        name = await table.submit(table.make.limit("90.001"))
        await table.ear.hears(name, OrderRejected)
        event = table.ear.of(name)[0]
        assert isinstance(event, OrderRejected)
        assert event.code
        assert event.reason

    async def test_the_broker_may_reject_what_looked_good(self, table: Table) -> None:
        await table.stand.reject_next("margin.call")
        name = await table.submit(table.make.order())
        await table.ear.hears(name, OrderRejected)
        assert table.ear.kinds(name) == ["OrderRejected"]
        theirs = await table.broker.find(name)
        assert theirs is None or theirs.status is OrderStatus.REJECTED

    async def test_an_order_that_was_taken_in_may_be_rejected_later(self, table: Table) -> None:
        with played():
            await table.stand.reject_next_later()
        name = await table.submit(table.make.limit("90.00"))
        await table.ear.hears(name, OrderAccepted, OrderRejected)
        assert (await table.found(name)).status is OrderStatus.REJECTED

    async def test_prices_and_quantities_are_exact(self, table: Table) -> None:
        await table.stand.quote("0.10", "0.30")
        name = await table.submit(table.make.order(quantity="3"))
        await table.ear.hears(name, OrderFilled)
        fill = table.ear.fills(name)[0].fill
        assert isinstance(fill.price, Decimal)
        assert fill.price * fill.quantity == Decimal("0.90")
        theirs = await table.found(name)
        assert theirs.fills[0].price == Decimal("0.30")

    @pytest.mark.parametrize("force", list(TimeInForce))
    async def test_each_time_in_force_is_taken_or_declared_missing(self, table: Table, force: TimeInForce) -> None:
        if force not in table.able.times_in_force:
            pytest.skip(f"{force} is not offered")
        expires = now() + timedelta(days=3650) if force is TimeInForce.GTD else None
        terms = Terms(OrderType.LIMIT, limit_price=Decimal("100.00"), time_in_force=force, expires_at=expires)
        name = await table.submit(table.make.order(terms))
        await table.ear.hears(name, OrderAccepted, OrderFilled)
        assert (await table.found(name)).terms.time_in_force is force

    @pytest.mark.parametrize("order_type", list(OrderType))
    async def test_each_order_type_is_taken_and_shown_as_it_was_sent(self, table: Table, order_type: OrderType) -> None:
        if order_type not in table.able.order_types:
            pytest.skip(f"{order_type} is not offered")
        # What trades around the clock has no day.
        force = TimeInForce.DAY if TimeInForce.DAY in table.able.times_in_force else TimeInForce.GTC
        stop_price = Decimal("110.00")
        terms = {
            OrderType.MARKET: Terms(),
            OrderType.LIMIT: table.make.terms("90.00"),
            OrderType.STOP: Terms(OrderType.STOP, stop_price=stop_price, time_in_force=force),
            OrderType.STOP_LIMIT: Terms(OrderType.STOP_LIMIT, Decimal("111.00"), stop_price, time_in_force=force),
            OrderType.TRAILING_STOP: Terms(OrderType.TRAILING_STOP, trail_amount=Decimal("5.00")),
        }[order_type]
        name = await table.submit(table.make.order(terms))
        await table.ear.hears(name, OrderAccepted)
        assert (await table.found(name)).terms == terms

    async def test_an_immediate_order_cancels_its_rest(self, table: Table) -> None:
        if TimeInForce.IOC not in table.able.times_in_force:
            pytest.skip("IOC is not offered")
        await table.stand.quote("99.90", "100.00", "4")
        name = await table.submit(table.make.limit("100.00", force=TimeInForce.IOC))
        await table.ear.hears(name, OrderCanceled)
        assert [event.fill.quantity for event in table.ear.fills(name)] == [Decimal(4)]

    async def test_fill_or_kill_does_not_fill_a_part(self, table: Table) -> None:
        if TimeInForce.FOK not in table.able.times_in_force:
            pytest.skip("FOK is not offered")
        await table.stand.quote("99.90", "100.00", "4")
        name = await table.submit(table.make.limit("100.00", force=TimeInForce.FOK))
        await table.ear.hears(name, OrderCanceled)
        assert not table.ear.fills(name)

    async def test_a_day_order_expires_at_the_close(self, table: Table) -> None:
        if TimeInForce.DAY not in table.able.times_in_force:
            pytest.skip("DAY is not offered")
        name = await table.submit(table.make.limit("90.00", force=TimeInForce.DAY))
        await table.ear.hears(name, OrderAccepted)
        await table.stand.close_market()
        # Some brokers have no word of their own for it.
        await until(lambda: table.ear.kinds(name)[-1] in {"OrderExpired", "OrderCanceled"}, "the end of the order")

    # one id, one order

    async def test_a_second_submission_of_one_id_makes_no_second_order(self, table: Table) -> None:
        if table.able.dedupe_scope is DedupeScope.NONE:
            pytest.skip("the broker does not dedupe")
        order = table.make.limit("90.00")
        name = await table.submit(order)
        await table.ear.hears(name, OrderAccepted)
        await table.submit(order)
        await until(lambda: len(table.ear.of(name)) > 1, "an answer to the second submission")
        assert await table.stand.submissions(name) == 2
        assert await table.stand.orders_under(name) == 1

    async def test_an_id_stays_taken_after_its_order_closed(self, table: Table) -> None:
        if table.able.dedupe_scope is not DedupeScope.FOREVER:
            pytest.skip("the broker forgets ids of closed orders")
        order = table.make.order()
        name = await table.submit(order)
        await table.ear.hears(name, OrderFilled)
        await table.submit(order)
        await until(lambda: table.ear.kinds(name).count("OrderFilled") > 1, "the first order's state again")
        assert len({event.fill.execution_id for event in table.ear.fills(name)}) == 1
        assert await table.stand.orders_under(name) == 1

    # lost, late and doubled answers

    async def test_an_order_whose_acknowledgement_was_lost_is_found(self, stand: Stand) -> None:
        async with seated(stand, stand.hasty_broker()) as table:
            await stand.lose_next_ack()
            name = await table.submit(table.make.limit("90.00"))
            theirs = await table.read(name)
            assert theirs is not None
            assert theirs.status is OrderStatus.WORKING
            assert table.ear.of(name) == []

    async def test_an_order_that_is_accepted_late_is_not_found_before_and_is_after(self, table: Table) -> None:
        await table.stand.accept_next_late(0.6)
        name = await table.submit(table.make.limit("90.00"))
        assert await table.broker.find(name) is None
        await table.ear.hears(name, OrderAccepted)
        assert (await table.found(name)).status is OrderStatus.WORKING

    @pytest.mark.parametrize("processed", [True, False], ids=["carried out", "not carried out"])
    async def test_an_error_of_the_server_is_in_doubt_and_a_lookup_tells(self, table: Table, processed: bool) -> None:
        with played():
            await table.stand.fail_next(processed=processed)
        name = await table.submit(table.make.limit("90.00"))
        assert table.doubted == [name]
        theirs = await table.broker.find(name)
        assert (theirs is not None) is processed
        assert await table.stand.submissions(name) == 1

    async def test_an_answer_that_cannot_be_read_is_in_doubt_and_the_order_is_found(self, table: Table) -> None:
        with played():
            await table.stand.answer_next_unreadably()
        name = await table.submit(table.make.limit("90.00"))
        assert table.doubted == [name]
        assert (await table.found(name)).status is OrderStatus.WORKING

    async def test_a_throttled_order_was_not_carried_out_and_passes_after_the_pause(self, table: Table) -> None:
        with played():
            await table.stand.throttle_next(0.05)
        order = table.make.limit("90.00")
        with pytest.raises(Unavailable):
            await table.broker.submit(approved(order))
        await until_sent(table, order)
        await table.ear.hears(order.client_order_id, OrderAccepted)
        assert await table.stand.orders_under(order.client_order_id) == 1

    async def test_a_second_submission_while_the_first_is_late_makes_no_second_order(self, table: Table) -> None:
        if table.able.dedupe_scope is not DedupeScope.FOREVER:
            pytest.skip("the broker does not dedupe for ever")
        await table.stand.accept_next_late(0.1)
        order = table.make.limit("90.00")
        name = await table.submit(order)
        await table.submit(order)
        await table.ear.hears(name, OrderAccepted)
        assert await table.stand.submissions(name) == 2
        assert await table.stand.orders_under(name) == 1

    async def test_reports_that_come_twice_carry_the_same_ids(self, table: Table) -> None:
        await table.stand.say_next_twice()
        name = await table.submit(table.make.order())
        await table.ear.hears(name, OrderFilled)
        # What comes of a later order comes behind the second telling, which an adapter may keep to itself.
        later = await table.submit(table.make.order())
        await table.ear.hears(later, OrderFilled)
        assert len({event.fill.execution_id for event in table.ear.fills(name)}) == 1
        assert table.ear.kinds(name).count("OrderAccepted") <= 2

    async def test_reports_in_the_wrong_order_lose_nothing(self, table: Table) -> None:
        await table.stand.reorder_next()
        name = await table.submit(table.make.order())
        await table.ear.hears(name, OrderFilled, OrderAccepted)
        assert [event.fill.quantity for event in table.ear.fills(name)] == [Decimal(10)]
        if table.stand.streams_only:
            assert table.ear.kinds(name)[0] == "OrderFilled"

    async def test_a_broken_message_ends_the_connection_and_loses_no_order(self, table: Table) -> None:
        await table.stand.garble_next()
        name = await table.submit(table.make.limit("90.00"))
        await table.ear.sees("up", "down", "up")
        assert (await table.found(name)).status is OrderStatus.WORKING

    # cancel and replace

    async def test_a_cancel_takes_the_rest_of_a_partly_filled_order_off(self, table: Table) -> None:
        await table.stand.quote("99.90", "100.00", "4")
        order = table.make.limit("100.00")
        name = await table.submit(order)
        await table.ear.hears(name, OrderFilled)
        await table.broker.cancel(order)
        await table.ear.hears(name, OrderCanceled)
        theirs = await table.found(name)
        assert (theirs.status, theirs.filled_quantity) == (OrderStatus.CANCELED, Decimal(4))

    async def test_a_cancel_of_a_filled_order_is_rejected(self, table: Table) -> None:
        order = table.make.order()
        name = await table.submit(order)
        await table.ear.hears(name, OrderFilled)
        await table.broker.cancel(order)
        await table.ear.hears(name, CancelRejected)

    async def test_a_cancel_of_an_unknown_order_is_rejected(self, table: Table) -> None:
        order = table.make.order()
        await table.broker.cancel(order)
        await table.ear.hears(order.client_order_id, CancelRejected)

    async def test_a_refused_cancel_leaves_the_order_working(self, table: Table) -> None:
        order = table.make.limit("90.00")
        name = await table.submit(order)
        await table.stand.refuse_next_cancel()
        await table.broker.cancel(order)
        await table.ear.hears(name, CancelRejected)
        assert (await table.found(name)).status is OrderStatus.WORKING

    async def test_a_replace_works_on_new_terms(self, table: Table) -> None:
        if not table.able.replace:
            pytest.skip("orders cannot be replaced")
        order = table.make.limit("90.00")
        name = await table.submit(order)
        await table.broker.replace(order, Decimal(12), table.make.terms("91.00"))
        await table.ear.hears(name, OrderReplaced)
        event = table.ear.of(name)[-1]
        assert isinstance(event, OrderReplaced)
        assert (event.quantity, event.terms.limit_price) == (Decimal(12), Decimal("91.00"))
        assert event.broker_order_id

    async def test_a_replace_that_races_a_fill_is_rejected_and_the_fill_counts(self, table: Table) -> None:
        if not table.able.replace:
            pytest.skip("orders cannot be replaced")
        order = table.make.limit("99.00")
        name = await table.submit(order)
        await table.ear.hears(name, OrderAccepted)
        await table.stand.quote("98.90", "99.00")
        await table.broker.replace(order, Decimal(10), table.make.terms("98.00"))
        await table.ear.hears(name, OrderFilled, ReplaceRejected)
        assert (await table.found(name)).status is OrderStatus.FILLED

    async def test_a_replace_below_what_is_filled_is_rejected(self, table: Table) -> None:
        if not table.able.replace:
            pytest.skip("orders cannot be replaced")
        await table.stand.quote("99.90", "100.00", "4")
        order = table.make.limit("100.00")
        name = await table.submit(order)
        await table.ear.hears(name, OrderFilled)
        await table.broker.replace(order, Decimal(3), table.make.terms("100.00"))
        await table.ear.hears(name, ReplaceRejected)

    async def test_a_second_replace_goes_on_from_the_first(self, table: Table) -> None:
        if not table.able.replace:
            pytest.skip("orders cannot be replaced")
        order = table.make.limit("90.00")
        name = await table.submit(order)
        await table.broker.replace(order, Decimal(12), table.make.terms("91.00"))
        await table.ear.hears(name, OrderReplaced)
        await table.broker.replace(order, Decimal(14), table.make.terms("92.00"))
        await until(lambda: table.ear.kinds(name).count("OrderReplaced") == 2, "the second replacement")
        theirs = await table.found(name)
        assert (theirs.quantity, theirs.terms.limit_price) == (Decimal(14), Decimal("92.00"))
        book = await table.broker.snapshot()
        assert [each.broker_order_id for each in book.orders if each.client_order_id == name] == [
            theirs.broker_order_id
        ]

    async def test_fills_before_and_after_a_replace_are_each_counted_once(self, table: Table) -> None:
        if not table.able.replace:
            pytest.skip("orders cannot be replaced")
        await table.stand.quote("99.90", "100.00", "4")
        order = table.make.limit("100.00")
        name = await table.submit(order)
        await table.ear.hears(name, OrderFilled)
        await table.broker.replace(order, Decimal(12), table.make.terms("101.00"))
        await table.ear.hears(name, OrderReplaced)
        await table.stand.quote("99.90", "100.50", "100")
        await until(lambda: sum(event.fill.quantity for event in table.ear.fills(name)) == 12, "all of it")
        theirs = await table.found(name)
        assert (theirs.status, theirs.filled_quantity) == (OrderStatus.FILLED, Decimal(12))
        heard = {event.fill.execution_id for event in table.ear.fills(name)}
        assert {fill.execution_id for fill in theirs.fills} == heard

    async def test_a_part_fills_now_and_the_rest_later(self, table: Table) -> None:
        await table.stand.fill_next_in_part("0.4")
        name = await table.submit(table.make.order())
        await until(lambda: sum(event.fill.quantity for event in table.ear.fills(name)) == 10, "all of it")
        assert [event.fill.quantity for event in table.ear.fills(name)] == [Decimal(4), Decimal(6)]

    # attached exits

    async def test_attached_exits_wait_for_the_entry_and_cancel_one_another(self, table: Table) -> None:
        if not table.able.attached_exits:
            pytest.skip("the broker holds no exits")
        entry = table.make.limit("99.00")
        target = table.make.order(table.make.terms("105.00"), side=Side.SELL, leg=1, entry=entry.client_order_id)
        stop_terms = Terms(OrderType.STOP, stop_price=Decimal("95.00"), time_in_force=TimeInForce.GTC)
        stop = table.make.order(stop_terms, side=Side.SELL, leg=2, entry=entry.client_order_id)
        await table.broker.submit(approved(entry), (approved(target), approved(stop)))
        for order in (entry, target, stop):
            await table.ear.hears(order.client_order_id, OrderAccepted)
        await table.stand.quote("98.90", "99.00")
        await table.ear.hears(entry.client_order_id, OrderFilled)
        await table.stand.quote("105.00", "105.10")
        await table.ear.hears(target.client_order_id, OrderFilled)
        await table.ear.hears(stop.client_order_id, OrderCanceled)

    async def test_exits_of_a_position_can_be_sent_as_a_pair(self, table: Table) -> None:
        if not table.able.attached_exits:
            pytest.skip("the broker holds no exits")
        entry = table.make.order()
        await table.submit(entry)
        target = table.make.order(table.make.terms("105.00"), side=Side.SELL, leg=1, entry=entry.client_order_id)
        stop_terms = Terms(OrderType.STOP, stop_price=Decimal("95.00"), time_in_force=TimeInForce.GTC)
        stop = table.make.order(stop_terms, side=Side.SELL, leg=2, entry=entry.client_order_id)
        await table.broker.submit(approved(target), (approved(stop),))
        await table.ear.hears(stop.client_order_id, OrderAccepted)
        await table.stand.quote("94.90", "95.00")
        await table.ear.hears(stop.client_order_id, OrderFilled)
        await table.ear.hears(target.client_order_id, OrderCanceled)

    # broken connections

    async def test_the_session_comes_back_by_itself_and_the_snapshot_tells_the_gap(self, table: Table) -> None:
        order = table.make.limit("99.00")
        name = await table.submit(order)
        await table.ear.hears(name, OrderAccepted)
        began = now() - timedelta(seconds=5)
        await table.stand.break_on_next(processed=True)
        second = await table.submit(table.make.order())
        await table.stand.quote("98.90", "99.00")
        await table.ear.sees("up", "down", "up")
        book = {theirs.client_order_id: theirs for theirs in (await table.broker.snapshot(began)).orders}
        assert book[name].status is OrderStatus.FILLED
        assert book[second].status is OrderStatus.FILLED
        assert not table.ear.fills(second)

    async def test_a_submission_that_broke_before_it_was_carried_out_is_not_there(self, table: Table) -> None:
        await table.stand.break_on_next(processed=False)
        name = await table.submit(table.make.limit("90.00"))
        await table.ear.sees("up", "down", "up")
        assert await table.broker.find(name) is None

    async def test_nothing_is_sent_again_after_a_broken_connection(self, table: Table) -> None:
        await table.stand.break_on_next(processed=False)
        name = await table.submit(table.make.limit("90.00"))
        await table.ear.sees("up", "down", "up")
        assert await table.stand.submissions(name) == 1

    async def test_an_open_but_silent_connection_is_given_up(self, table: Table) -> None:
        await table.stand.fall_silent(1.0)
        name = await table.submit(table.make.limit("90.00"))
        await until(lambda: any(state.startswith("down") for state in table.ear.states), "the silence is noticed")
        await until(lambda: table.ear.states[-1] == "up", "the session is up again")
        await until(lambda: table.ear.states.count("up") >= 2, "a second session")
        theirs = await table.read(name)
        assert theirs is not None
        assert theirs.status is OrderStatus.WORKING

    async def test_a_session_that_ends_in_between_is_told_and_comes_back(self, table: Table) -> None:
        with played():
            await table.stand.end_session()
        await until(lambda: any(state.startswith("down") for state in table.ear.states), "the end is noticed")
        with pytest.raises(BrokerError):
            await table.broker.snapshot()
        order = table.make.limit("90.00")
        with pytest.raises(BrokerError):
            await table.broker.submit(approved(order))
        await table.stand.restore_session()
        await until(lambda: table.ear.states[-1] == "up", "the session is up again")
        assert await table.broker.find(order.client_order_id) is None

    async def test_fills_and_ends_during_a_broken_connection_are_in_the_next_snapshot(self, table: Table) -> None:
        partly = await table.submit(table.make.limit("90.00"))
        ending = await table.submit(table.make.limit("89.00"))
        for name in (partly, ending):
            await table.ear.hears(name, OrderAccepted)
        ids = {name: (await table.found(name)).broker_order_id for name in (partly, ending)}
        with played():
            await table.stand.end_session()
            await until(lambda: any(state.startswith("down") for state in table.ear.states), "the end is noticed")
            await table.stand.fill_by_hand(ids[partly], "4")
            await table.stand.expire_by_hand(ids[ending])
            await table.stand.restore_session()
        await until(lambda: table.ear.states[-1] == "up", "the session is up again")
        book = {theirs.client_order_id: theirs for theirs in (await table.broker.snapshot()).orders}
        assert (book[partly].status, book[partly].filled_quantity) == (OrderStatus.WORKING, Decimal(4))
        assert book[ending].status in {OrderStatus.EXPIRED, OrderStatus.CANCELED}
        assert not table.ear.fills(partly)

    # reading

    async def test_what_the_stream_told_and_what_a_snapshot_tells_are_the_same_executions(self, table: Table) -> None:
        await table.stand.fill_next_in_part("0.4")
        name = await table.submit(table.make.order())
        await until(lambda: sum(event.fill.quantity for event in table.ear.fills(name)) == 10, "all of it")
        heard = {(event.fill.execution_id, event.fill.quantity, event.fill.price) for event in table.ear.fills(name)}
        book = {theirs.client_order_id: theirs for theirs in (await table.broker.snapshot()).orders}
        for theirs in (book[name], await table.found(name)):
            assert {(fill.execution_id, fill.quantity, fill.price) for fill in theirs.fills} == heard

    async def test_a_short_position_is_below_zero(self, table: Table) -> None:
        name = await table.submit(table.make.order(side=Side.SELL, quantity="3"))
        await table.ear.hears(name, OrderFilled)
        assert (await table.broker.snapshot()).positions == {table.stand.instrument: Decimal(-3)}

    async def test_an_unknown_id_is_answered_with_nothing(self, table: Table) -> None:
        assert await table.broker.find(ClientOrderId("NOSUCHORDER0000000")) is None

    async def test_a_snapshot_shows_orders_positions_and_cash(self, table: Table) -> None:
        before = (await table.broker.snapshot()).cash
        filled = await table.submit(table.make.order())
        working = await table.submit(table.make.limit("90.00"))
        await table.ear.hears(working, OrderAccepted)
        book = await table.broker.snapshot()
        assert book.complete
        assert book.account == table.stand.account.id
        assert book.positions == {table.stand.instrument: Decimal(10)}
        assert book.average_prices == {table.stand.instrument: Decimal("100.00")}
        currency = table.stand.account.currency
        # A future's fill moves variation only.
        spent = 0 if table.stand.instrument.rpartition(".")[2] in FUTURES else 1000
        assert book.cash[currency] == before[currency] - spent
        orders = {theirs.client_order_id: theirs for theirs in book.orders}
        assert orders[filled].status is OrderStatus.FILLED
        assert orders[filled].filled_quantity == sum(fill.quantity for fill in orders[filled].fills)
        assert orders[working].status is OrderStatus.WORKING

    async def test_a_snapshot_since_a_moment_leaves_older_closed_orders_out(self, table: Table) -> None:
        closed = await table.submit(table.make.order())
        working = await table.submit(table.make.limit("90.00"))
        await table.ear.hears(working, OrderAccepted)
        book = await table.broker.snapshot(now() + timedelta(seconds=1))
        names = [theirs.client_order_id for theirs in book.orders]
        assert working in names
        assert closed not in names

    async def test_orders_placed_by_hand_are_in_the_snapshot_and_can_be_canceled(self, table: Table) -> None:
        theirs = await table.stand.place_by_hand(Side.BUY, "7", "90.00")
        book = {order.broker_order_id: order for order in (await table.broker.snapshot()).orders}
        assert book[theirs].client_order_id is None
        assert book[theirs].quantity == 7
        found = table.make.order(table.make.terms("90.00"), quantity="7")
        await table.broker.cancel(external(found, theirs))
        await until(lambda: any(isinstance(event, OrderCanceled) for event in table.ear.events), "the cancel")

    async def test_events_tell_when_they_came(self, table: Table) -> None:
        began = now()
        name = await table.submit(table.make.order())
        await table.ear.hears(name, OrderFilled)
        fill = table.ear.fills(name)[0].fill
        assert began <= fill.received_at <= now()
        assert fill.occurred_at.tzinfo is not None
