"""What befalls a session at a Gateway: who is let in, what is read-only, away, or shared."""

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
from bidwell.engine.ports import SessionLife
from bidwell.model.account import Account
from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError, Refused, Unavailable
from bidwell.model.events import CancelRejected, OrderAccepted, OrderFilled, OrderRejected
from bidwell.model.ids import AccountId
from bidwell.model.terms import Side
from bidwell.twins.ibkr import words
from bidwell.twins.ibkr.dialect import BACK_WITH, LOST
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.ibkr_stand import ACME, IbkrStand, ibkr_stand
from tests.contract.paper_stand import SeededEntropy


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


async def test_a_gateway_that_shows_a_question_instead_of_answering_wants_a_person() -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server, ibkr_stand() as stand:
        impatient = replace(stand.config.stream, login=0.1)
        broker = stand.broker(stand.changed(port=server.sockets[0].getsockname()[1], stream=impatient))
        with pytest.raises(Refused, match="shows a login or a question"):
            await broker.connect(Ear())
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN


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
        stand.say(words.error(-1, 2107, "HMDS data farm connection is inactive"), words.error(-1, 9999, "a word of its own"),
             words.message(250, 1, "a kind of message that is not known"))  # fmt: skip
        await until(lambda: len(broker.report().troubles) == 2, "two troubles")
        assert [each.code for each in broker.report().troubles] == ["9999", "-2"]
        assert ear.states == ["up"]
        await broker.close()
