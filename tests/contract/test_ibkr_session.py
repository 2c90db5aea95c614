"""What befalls a session at a Gateway: who is let in, what is read-only, broken, corrected, missed or somebody else's."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bidwell.app.brokerage import Access, Means, brokerage
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.brokers.ibkr import IbkrBroker, Link
from bidwell.brokers.ibkr.client import library
from bidwell.brokers.ibkr.config import configure
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.transport import Limits
from bidwell.engine.ports import SessionLife
from bidwell.model.account import Account
from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError, Refused, Unavailable
from bidwell.model.events import CancelRejected, OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, OrderReplaced
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.simulation.facts import Traded
from bidwell.simulation.orders import Ticket
from bidwell.twins.ibkr import words
from bidwell.twins.ibkr.dialect import BACK_WITH, LOST
from bidwell.twins.ibkr.session import owner
from bidwell.twins.mishaps import MishapType
from bidwell.twins.scenario import inner_id
from bidwell.twins.stage import ORDERS
from tests.contract.broker_stand import Ear, Maker, approved, external, now, until
from tests.contract.ibkr_stand import ACME, IbkrStand, ibkr_stand
from tests.contract.paper_stand import SeededEntropy


def told(stand: IbkrStand, *messages: bytes) -> None:
    """Let the Gateway say something to the desk."""
    stand.stage.lines.tell(owner(0), messages, ORDERS)


def link(stand: IbkrStand, **changes: Any) -> Link:  # noqa: ANN401 - fields of several types
    return Link(stand.changed(**changes), WallClock(), SeededEntropy())


def another(stand: IbkrStand, number: str, shared: Link) -> IbkrBroker:
    account = Account(AccountId(f"acc_{number.lower()}"), number, "ibkr", number, "USD")
    return IbkrBroker(stand.changed(account=number), account, SymbolBook(), WallClock(), SeededEntropy(), shared)


# --- who is let in -----------------------------------------------------------------------------------


async def test_two_accounts_of_a_login_share_one_connection_and_hear_each_their_own() -> None:
    async with ibkr_stand() as stand:
        shared = link(stand)
        first, second = stand.broker(link=shared), another(stand, "DU200", shared)
        ears, make = (Ear(), Ear()), Maker(stand)
        await first.connect(ears[0])
        await second.connect(ears[1])
        mine, theirs = make.limit("90.00"), make.order(quantity="3")
        await first.submit(approved(mine))
        await second.submit(approved(theirs))
        await ears[0].hears(mine.client_order_id, OrderAccepted)
        await ears[1].hears(theirs.client_order_id, OrderFilled)
        assert not ears[0].of(theirs.client_order_id)
        assert not ears[1].of(mine.client_order_id)
        assert ears[1].fills(theirs.client_order_id)[0].fill.fee == Decimal("1.05")
        books = await asyncio.gather(first.snapshot(), second.snapshot())
        assert [len(book.orders) for book in books] == [1, 1]
        assert [book.positions for book in books] == [{}, {ACME: Decimal(3)}]
        await first.close()
        assert await second.find(theirs.client_order_id) is not None, "the connection stays for the other"
        await second.close()
        assert not shared.is_up


async def test_a_client_id_in_use_is_refused_and_a_stand_in_takes_the_next() -> None:
    async with ibkr_stand() as stand:
        desk, ear = stand.broker(), Ear()
        await desk.connect(ear)
        with pytest.raises(Refused, match="client id is in use"):
            await stand.broker().connect(Ear())
        guardian, heard, make = stand.broker(stand.changed(second=True)), Ear(), Maker(stand)
        await guardian.connect(heard)
        order = make.limit("90.00")
        await desk.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        # It sees what the desk placed, may not cancel it, and can trade.
        assert await guardian.find(order.client_order_id) is not None
        await guardian.cancel(order)
        await heard.hears(order.client_order_id, CancelRejected)
        sold = make.order(side=Side.SELL)
        await guardian.submit(approved(sold))
        await heard.hears(sold.client_order_id, OrderFilled)
        await guardian.close()
        await desk.close()


async def test_a_gateway_that_is_logged_in_for_others_or_for_nobody_says_what_to_do() -> None:
    async with ibkr_stand() as stand:
        broker = stand.broker(stand.changed(account="DU700"))
        with pytest.raises(Refused, match="logged in for DU100, DU200, not for DU700"):
            await broker.connect(Ear())
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN
        await stand.end_session()
        broker = stand.broker()
        with pytest.raises(Refused, match="log in to it"):
            await broker.connect(Ear())
        nobody = stand.broker_without_server()
        with pytest.raises(Unavailable, match="start IB Gateway or TWS"):
            await nobody.connect(Ear())
        assert nobody.report().state.life is SessionLife.DEAD


async def test_a_gateway_of_another_age_and_what_is_no_gateway_are_told_apart() -> None:
    async with ibkr_stand() as stand:
        stand.twin.speaks = 150
        with pytest.raises(Refused, match="version 150"):
            await stand.broker().connect(Ear())

    async def chat(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(chat, "127.0.0.1", 0)
    async with server, ibkr_stand() as stand:
        with pytest.raises(ProtocolError, match="is no Gateway"):
            await stand.broker(stand.changed(port=server.sockets[0].getsockname()[1])).connect(Ear())


async def test_without_the_library_a_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ibkr_stand() as stand:
        monkeypatch.setitem(sys.modules, "ib_async", None)
        broker = stand.broker()
        with pytest.raises(Refused, match=r"install bidwell\[ibkr\]"):
            await broker.connect(Ear())
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN
    monkeypatch.undo()
    library.load()


def test_paper_and_live_are_kept_apart_by_account_and_by_port() -> None:
    fields = {"account": "DU1234567"}
    assert (configure(fields, "paper").port, configure({"account": "U1234567"}, "live").port) == (4002, 4001)
    for wrong, environment in (
        ({"account": "U1234567"}, "paper"), (fields, "live"), (fields | {"port": "4001"}, "paper"),
        (fields | {"port": "7496"}, "paper"), ({"account": "U1234567", "port": "7497"}, "live"), ({"account": "x"}, "paper"),
        (fields | {"client_id": "99"}, "paper"), (fields | {"host": "a b"}, "paper"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            configure(wrong, environment)
    with pytest.raises(InvalidInput, match="proxy"):
        configure(fields, "paper", proxy="http://127.0.0.1:3128")
    for twin, environment in (("", "twin"), ("http://127.0.0.1:9101", "paper"), ("", "sandbox")):
        with pytest.raises(ConfigError):
            configure(fields, environment, twin=twin)


async def test_the_desk_reads_lists_and_quotes_through_one_connection() -> None:
    async with ibkr_stand() as stand:
        means = Means(WallClock(), SystemEntropy())
        access, broker = Access({"account": "DU100"}, "twin", stand.server.url), brokerage("ibkr")
        found = await broker.probe(access, means)
        assert (found.number, found.currency, found.cash, found.equity) == (
            "DU100",
            "USD",
            Decimal(100_000),
            Decimal(100_000),
        )
        assert [each.id for each in await broker.listing(access, ["ACME", "NOSUCH"], means)] == [ACME]
        assert await broker.held(access, means) == []


# --- what the Gateway lets happen ----------------------------------------------------------------------


async def test_a_read_only_gateway_rejects_every_order_and_says_which_switch() -> None:
    async with ibkr_stand() as stand:
        stand.twin.trading.read_only = True
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderRejected)
        said = ear.of(order.client_order_id)[0]
        assert isinstance(said, OrderRejected)
        assert "Read-Only API" in said.reason
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN
        assert "Read-Only API" in broker.report().state.reason
        assert await stand.orders_under(order.client_order_id) == 0
        await broker.close()


async def test_a_gateway_without_interactive_brokers_is_down_and_up_again_by_itself() -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        stand.twin.notice(LOST, "Connectivity between IB and TWS has been lost.")
        await ear.sees("up", "down")
        assert "lost its connection to Interactive Brokers" in broker.report().state.reason
        with pytest.raises(Unavailable, match="nothing was sent"):
            await broker.submit(approved(make.order()))
        with pytest.raises(Unavailable, match="lost its connection"):
            await broker.snapshot()
        stand.twin.notice(BACK_WITH, "Connectivity between IB and TWS has been restored- data maintained.")
        await ear.sees("up", "down", "up")
        order = make.order()
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        await broker.close()


async def test_a_gateway_that_never_says_that_it_is_back_is_asked_anew() -> None:
    async with ibkr_stand(away_most=0.2) as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        stand.twin.notice(LOST)
        await ear.sees("up", "down", "up")
        assert broker.report().state.life is SessionLife.ACTIVE
        await broker.close()


async def test_what_it_says_of_nothing_in_particular_is_a_trouble() -> None:
    async with ibkr_stand() as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        told(stand, words.error(-1, 2107, "HMDS data farm connection is inactive"), words.error(-1, 9999, "a word of its own"),
             words.message(250, 1, "a kind of message that is not known"))  # fmt: skip
        await until(lambda: len(broker.report().troubles) == 2, "two troubles")
        assert [each.code for each in broker.report().troubles] == ["9999", "-2"]
        assert ear.states == ["up"]
        await broker.close()


# --- orders ----------------------------------------------------------------------------------------------


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
        told(stand, words.error(number, 103, "Duplicate order id"))
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
        told(stand, stand.twin.records.execution(held, done.execution_id, -1))
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
        told(stand, said, said.replace(b".01.01\0", b".01.02\0").replace(b"\x00100.00\0", b"\x00100.01\0"))
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
        told(stand, stand.twin.records.status(held, "Submitted"))
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
        told(stand, stand.twin.records.status(held, "Inactive"))
        await until(lambda: any("is inactive" in each.sentence for each in broker.report().troubles), "the trouble")
        assert ear.kinds(order.client_order_id) == ["OrderAccepted"]
        told(stand, stand.twin.records.status(held, "Musing"))
        await ear.sees("up", "down", "up")
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
