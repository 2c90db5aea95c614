"""What befalls orders and executions at a Gateway: somebody else's, corrected, missed, late, or told in words of their own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.brokers.transport import Limits
from bidwell.model.errors import Unavailable
from bidwell.model.events import CancelRejected, OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, OrderReplaced
from bidwell.model.ids import InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.simulation.facts import Traded
from bidwell.simulation.orders import Ticket
from bidwell.twins.ibkr import words
from bidwell.twins.mishaps import MishapType
from bidwell.twins.scenario import inner_id
from tests.contract.broker_stand import Ear, Maker, approved, external, now, until
from tests.contract.ibkr_stand import ACME, ibkr_stand


async def test_an_order_of_another_connection_is_seen_and_left_alone() -> None:
    async with ibkr_stand(client_id=7) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
        assert [each.broker_order_id for each in (await broker.snapshot()).orders] == [theirs]
        found = external(make.order(make.terms("90.00"), quantity="7"), theirs)
        await broker.cancel(found)
        await ear.hears(found.client_order_id, CancelRejected)
        said = ear.of(found.client_order_id)[0]
        assert isinstance(said, CancelRejected)
        assert "client id 0" in said.reason
        await broker.close()


async def test_what_was_placed_by_hand_is_changed_and_canceled_by_client_0_and_a_refusal_is_told() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
        await until(lambda: bool(ear.events), "the order")
        found = external(make.order(make.terms("90.00"), quantity="7"), theirs)
        await stand.refuse_next_cancel()
        await broker.cancel(found)
        await until(lambda: isinstance(ear.events[-1], CancelRejected), "the refusal")
        await broker.cancel(found)
        await until(lambda: isinstance(ear.events[-1], OrderCanceled), "the cancel")
        # An error about no number at all is nobody's.
        await broker.snapshot()
        stand.say(words.error(0, 201, "Order rejected"))
        await broker.snapshot()
        assert [type(each) for each in ear.events] == [OrderAccepted, CancelRejected, OrderCanceled]
        await broker.close()


async def test_an_order_can_be_canceled_after_a_restart_and_one_that_is_over_cannot() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        working, filled = make.limit("90.00"), make.order()
        for order in (working, filled):
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderAccepted)
        await broker.close()
        again, heard = stand.broker(), Ear()
        await again.connect(heard)
        await again.replace(working, Decimal(12), make.terms("91.00"))
        await heard.hears(working.client_order_id, OrderReplaced)
        await again.cancel(working)
        await heard.hears(working.client_order_id, OrderCanceled)
        await again.cancel(filled)
        await heard.hears(filled.client_order_id, CancelRejected)
        await again.close()


async def test_the_numbers_go_on_where_another_of_the_same_client_id_stopped() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        first, second = make.limit("90.00"), make.limit("89.00")
        await broker.submit(approved(first))
        await ear.hears(first.client_order_id, OrderAccepted)
        stand.stage.disconnect()
        await ear.sees("up", "down", "up")
        await broker.submit(approved(second))
        await ear.hears(second.client_order_id, OrderAccepted)
        book = {each.client_order_id: each for each in (await broker.snapshot()).orders}
        assert [book[each.client_order_id].status for each in (first, second)] == [OrderStatus.WORKING] * 2
        await broker.close()


async def test_a_number_that_was_used_before_is_a_rejection_and_numbers_begin_anew() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        await stand.lose_next_ack()
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await until(lambda: bool(stand.twin.records.asked), "the order's arrival")
        (number,) = [sent.number for sent in stand.twin.records.asked.values()]
        stand.say(words.error(number, 103, "Duplicate order id"))
        await ear.hears(order.client_order_id, OrderRejected)
        await ear.sees("up", "down", "up")
        await broker.close()


async def test_a_percentage_trail_and_an_end_in_time_are_worked_as_they_were_asked() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        trail = make.order(Terms(OrderType.TRAILING_STOP, trail_percent=Decimal("2.5")), side=Side.SELL)
        until_then = Terms(
            OrderType.LIMIT, Decimal("90.00"), time_in_force=TimeInForce.GTD, expires_at=now().replace(year=2099)
        )
        good = make.order(until_then)
        for order in (trail, good):
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderAccepted)
        found = await broker.find(trail.client_order_id)
        assert found is not None
        assert found.terms == trail.terms
        await broker.replace(good, Decimal(11), replace(until_then, limit_price=Decimal("91.00")))
        await ear.hears(good.client_order_id, OrderReplaced)
        await broker.close()


async def test_a_part_of_a_share_and_an_unlisted_instrument_are_not_sent() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        part, absent = make.order(quantity="0.5"), replace(make.order(), instrument=InstrumentId("GONE.XNAS"))
        for order in (part, absent):
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderRejected)
            assert await stand.submissions(order.client_order_id) == 0
        await broker.close()


async def test_cancels_go_when_the_rate_has_no_room() -> None:
    async with ibkr_stand(rate=Limits(Decimal("0.1"), 14, 0)) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)

        async def flood() -> None:
            for _ in range(20):
                await broker.submit(approved(make.limit("89.00")))

        with pytest.raises(Unavailable, match="our own rate limit"):
            await flood()
        await broker.cancel(order)
        await ear.hears(order.client_order_id, OrderCanceled)
        await broker.close()


async def test_a_cancel_that_came_too_late_is_a_rejected_one_whoever_remembers_it() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        ((_, number),) = stand.twin.records.numbered
        stand.say(words.error(number, 10147, f"OrderId {number} that needs to be cancelled is not found."))
        await ear.hears(order.client_order_id, CancelRejected)
        stand.say(
            words.error(number, 399, "Order Message: it waits for the open"),
            words.error(number, 201, "Order rejected"),
        )
        await ear.hears(order.client_order_id, OrderRejected)
        assert [each.code for each in broker.report().troubles] == ["399"]
        await broker.close()


async def test_an_order_that_met_an_unknown_error_is_rejected_once_no_list_has_it() -> None:
    async with ibkr_stand(settle=0.05) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        stand.fault(MishapType.TIMEOUT, processed=False)
        gone = make.limit("90.00")
        await broker.submit(approved(gone))
        await until(lambda: bool(stand.twin.records.asked), "the order's arrival")
        (sent,) = stand.twin.records.asked.values()
        stand.say(words.error(sent.number, 4711, "some rule"))
        await ear.hears(gone.client_order_id, OrderRejected)
        taken = make.limit("89.00")
        stand.fault(MishapType.TIMEOUT, silent=True)
        await broker.submit(approved(taken))
        await until(lambda: len(stand.twin.records.asked) == 2, "the other's arrival")
        (*_, sent) = stand.twin.records.asked.values()
        stand.say(words.error(sent.number, 4711, "some rule"))
        assert await broker.find(taken.client_order_id) is not None
        await until(lambda: len(broker.report().troubles) == 2, "both troubles")
        assert not ear.of(taken.client_order_id)
        await broker.close()


async def test_an_order_without_its_number_for_good_is_there_and_not_yet_accepted() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        await stand.lose_next_ack()
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await until(lambda: bool(stand.stage.state.orders), "the order's arrival")
        (held,) = stand.stage.state.orders.values()
        number = f"\0{words.permanent_id(held.broker_order_id)}\0".encode()
        for said in (
            stand.twin.records.open_order(held, "PendingSubmit"),
            stand.twin.records.status(held, "PendingSubmit"),
        ):
            stand.say(said.replace(number, b"\x000\0"))
        (sent,) = stand.twin.records.asked.values()
        await until(lambda: broker._updates.mentions(sent.number) == 2, "both messages")
        assert not ear.of(order.client_order_id)
        stand.say(stand.twin.records.status(held, "Submitted"))
        await ear.hears(order.client_order_id, OrderAccepted)
        await broker.close()


# --- executions ------------------------------------------------------------------------------------------


async def test_an_execution_is_told_with_its_cost_and_without_one_that_does_not_come() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        await stand.lose_next_ack()
        order = make.order()
        await broker.submit(approved(order))
        await until(lambda: bool(stand.stage.state.orders), "the order")
        (held,) = stand.stage.state.orders.values()
        (done,) = held.fills
        stand.say(stand.twin.records.execution(held, done.execution_id, -1))
        assert not ear.of(order.client_order_id)
        await ear.hears(order.client_order_id, OrderAccepted, OrderFilled)
        assert ear.fills(order.client_order_id)[0].fill.fee == 0
        assert any("counted as free" in each.sentence for each in broker.report().troubles)
        await broker.close()


async def test_a_correction_is_no_second_fill_and_the_account_is_read_anew() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.order()
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        (held,) = stand.stage.state.orders.values()
        said = stand.twin.records.execution(held, held.fills[0].execution_id, -1)
        stand.say(said, said.replace(b".01.01\0", b".01.02\0").replace(b"\x00100.00\0", b"\x00100.01\0"))
        await ear.sees("up", "down", "up")
        assert len(ear.fills(order.client_order_id)) == 1
        assert "correction" in {each.code for each in broker.report().troubles}
        await broker.close()


async def test_a_status_that_tells_of_more_than_its_executions_begins_the_connection_anew() -> None:
    async with ibkr_stand(patience=0.05) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        (held,) = stand.stage.state.orders.values()
        outcomes = stand.stage.venue.fill_by_hand(held.broker_order_id, Decimal(4), Decimal(90))
        assert any(isinstance(each, Traded) for each in outcomes)
        stand.say(stand.twin.records.status(held, "Submitted"))
        await ear.sees("up", "down", "up")
        theirs = await broker.find(order.client_order_id)
        assert theirs is not None
        assert theirs.filled_quantity == 4
        await broker.close()


async def test_words_that_are_not_documented_are_told_and_read_anew() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        (held,) = stand.stage.state.orders.values()
        stand.say(stand.twin.records.status(held, "Inactive"))
        await until(lambda: any("is inactive" in each.sentence for each in broker.report().troubles), "the trouble")
        assert ear.kinds(order.client_order_id) == ["OrderAccepted"]
        stand.say(stand.twin.records.status(held, "Musing"))
        await ear.sees("up", "down", "up")
        stand.say(stand.twin.records.status(held, "Musing"))
        assert (await broker.snapshot()).complete
        assert ear.states[-1] == "up"
        await broker.close()


async def test_orders_of_what_the_desk_does_not_trade_are_left_out_and_the_report_stays_whole() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        ticket = Ticket(inner_id("VOD"), Side.BUY, Decimal(5), OrderType.MARKET, TimeInForce.DAY)
        stand.stage.publish(stand.stage.submit("DU100", ticket))
        order = make.order()
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        book = await broker.snapshot()
        assert book.complete
        assert (list(book.positions), [each.client_order_id for each in book.orders]) == (
            [ACME],
            [order.client_order_id],
        )
        assert {event.client_order_id for event in ear.events} == {order.client_order_id}
        await broker.close()


async def test_silence_about_an_order_begins_the_connection_anew() -> None:
    async with ibkr_stand(patience=0.1) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        stand.fault(MishapType.TIMEOUT, silent=True)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.sees("up", "down", "up")
        theirs = await broker.find(order.client_order_id)
        assert theirs is not None
        assert await stand.submissions(order.client_order_id) == 1
        await broker.close()


async def test_what_filled_before_the_list_of_executions_began_is_in_the_report_as_a_total() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        await stand.quote("99.90", "100.00", "4")
        order = make.limit("100.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        # A new day: the Gateway lists no execution of the one before.
        (held,) = stand.stage.state.orders.values()
        done, held.fills = held.fills, []
        found = await broker.find(order.client_order_id)
        assert found is not None
        assert (found.status, found.filled_quantity, found.fills) == (OrderStatus.WORKING, Decimal(4), ())
        assert (found.average_price, found.terms) == (Decimal(100), order.terms)
        held.fills = done
        await broker.close()
