"""Charles Schwab's login of a week, its one stream for a user, and what becomes of orders that have no id of ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession
from aiohttp.typedefs import Handler
from aiohttp.web import Request, Response, StreamResponse, middleware

from bidwell.app.brokerage import Access, Means, brokerage, redeemed
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.desk_orders import DeskOrders
from bidwell.brokers.schwab import SchwabBroker, SchwabConfig, auth_code, configure
from bidwell.brokers.schwab.broker.account import SchwabBroker as Session
from bidwell.brokers.schwab.errors import ENDED
from bidwell.brokers.schwab.login import LIFE, Login
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.engine.ports import SessionLife, SessionState
from bidwell.engine.state import State
from bidwell.model.account import Account
from bidwell.model.errors import ConfigError, InDoubt, InvalidInput, ProtocolError, Refused
from bidwell.model.events import CancelRejected, OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, OrderReplaced
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Side
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.schwab import SCENARIO as SHIPPED
from bidwell.twins.schwab.words import venue_id_of
from tests.contract.broker_stand import Ear, Maker, Table, approved, until
from tests.contract.schwab_stand import ACME, FIELDS, SchwabStand, schwab_stand

CALL = InstrumentId("ACME270115C00100000.OPRA")


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    async with schwab_stand(answer_timeout=0.3) as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        yield Table(stand, broker, ear, Maker(stand))
        await broker.close()


def session(table: Table) -> tuple[SchwabStand, SchwabBroker]:
    assert isinstance(table.stand, SchwabStand)
    assert isinstance(table.broker, Session)
    return table.stand, table.broker


# --- orders without an id of ours -----------------------------------------------------------------------


async def test_an_order_that_could_be_either_of_two_stays_in_doubt_until_neither_works(table: Table) -> None:
    stand, broker = session(table)
    await stand.lose_next_ack()
    name = await table.submit(table.make.limit("90.00"))
    byhand = await stand.place_by_hand(Side.BUY, "10", "90.00")
    with pytest.raises(InDoubt, match="cannot be told"):
        await broker.find(name)
    book = await broker.snapshot()
    assert book.orders == ()
    assert book.complete
    assert [each.code for each in broker.report().troubles].count("in_doubt") == 1
    both = [BrokerOrderId(byhand), BrokerOrderId(str(int(byhand) - 1))]
    await stand.fill_by_hand(both[0], "3")
    assert not (await broker.snapshot()).complete
    await stand.expire_by_hand(both[0])
    with pytest.raises(InDoubt):
        await broker.find(name)
    await stand.expire_by_hand(both[1])
    with pytest.raises(InDoubt):
        await broker.find(name)


async def test_what_did_nothing_ends_a_doubt(table: Table) -> None:
    stand, _ = session(table)
    await stand.lose_next_ack()
    name = await table.submit(table.make.limit("90.00"))
    byhand = await stand.place_by_hand(Side.BUY, "10", "90.00")
    for each in (byhand, BrokerOrderId(str(int(byhand) - 1))):
        await stand.expire_by_hand(each)
    assert (await table.found(name)).status is OrderStatus.EXPIRED


async def test_a_lost_change_is_found_by_what_took_the_orders_place(table: Table) -> None:
    stand, broker = session(table)
    order = table.make.limit("90.00")
    name = await table.submit(order)
    first = (await table.found(name)).broker_order_id
    stand.fault(MishapType.TIMEOUT, on=On.REPLACE, silent=True)
    with pytest.raises(InDoubt):
        await broker.replace(order, Decimal(12), table.make.terms("91.00"))
    theirs = await table.found(name)
    assert theirs.broker_order_id != first
    assert (theirs.quantity, theirs.terms.limit_price) == (Decimal(12), Decimal("91.00"))
    await broker.cancel(order)
    await table.ear.hears(name, OrderCanceled)


async def test_a_later_session_finds_what_an_earlier_one_left_in_doubt(table: Table) -> None:
    stand, _ = session(table)
    await stand.lose_next_ack()
    order = table.make.limit("90.00")
    name = await table.submit(order)
    desk = Remembering([(order, order.created_at - timedelta(seconds=1))])
    later = stand.broker(stand.changed(answer_timeout=0.1), desk)
    await later.connect(Ear())
    found = await later.find(name)
    assert found is not None
    book = await later.snapshot(stand.clock.now() - timedelta(days=2))
    assert [each.client_order_id for each in book.orders] == [name]
    await later.close()


class Remembering:
    """A desk that remembers these orders."""

    def __init__(self, orders: Sequence[tuple[Order, datetime]]) -> None:
        self._orders = orders

    def sent(self) -> Sequence[tuple[Order, datetime]]:
        return self._orders

    def owner(self, order_id: BrokerOrderId) -> None:
        assert order_id


def test_the_desks_state_tells_what_it_sent_and_whose_an_order_is() -> None:
    state = State()
    memory = DeskOrders(lambda: state, AccountId("acc"))
    assert memory.sent() == []
    assert memory.owner(BrokerOrderId("1")) is None


# --- what Schwab wants to be told -----------------------------------------------------------------------


async def test_an_order_says_whether_it_opens_or_closes(table: Table) -> None:
    stand, broker = session(table)
    steps = [(Side.BUY, "4", "BUY"), (Side.SELL, "1", "SELL"), (Side.SELL, "3", "SELL"), (Side.SELL, "2", "SELL_SHORT"),
             (Side.BUY, "2", "BUY_TO_COVER")]  # fmt: skip
    for side, quantity, word in steps:
        name = await table.submit(table.make.order(side=side, quantity=quantity))
        await table.ear.hears(name, OrderFilled)
        number = (await table.found(name)).broker_order_id
        assert stand.twin.records.instructions[venue_id_of(number)] == word
    long = await table.submit(table.make.order(quantity="3"))
    await table.ear.hears(long, OrderFilled)
    crossing = await table.submit(table.make.order(side=Side.SELL, quantity="5"))
    await table.ear.hears(crossing, OrderRejected)
    assert await broker.find(crossing) is None


async def test_options_are_traded_under_their_own_words(table: Table) -> None:
    stand, broker = session(table)
    made = await broker.listing(["ACME270115C00100000", "ACME", "NOSUCH"])
    assert [(each.id, each.multiplier) for each in made] == [(CALL, Decimal(100)), (ACME, Decimal(1))]
    call = replace(table.make.order(quantity="2"), instrument=CALL)
    await broker.submit(approved(call))
    await table.ear.hears(call.client_order_id, OrderFilled)
    number = (await table.found(call.client_order_id)).broker_order_id
    assert stand.twin.records.instructions[venue_id_of(number)] == "BUY_TO_OPEN"
    book = await broker.snapshot()
    assert book.positions == {CALL: Decimal(2)}
    assert book.average_prices == {CALL: Decimal("5.20")}
    assert await broker.held() == ["ACME270115C00100000"]


@pytest.mark.parametrize(("price", "quantity"), [("0.12345", "10"), ("1.005", "10"), ("90.00", "1.5")])
async def test_what_schwab_takes_no_figures_for_is_not_sent(table: Table, price: str, quantity: str) -> None:
    name = await table.submit(table.make.limit(price, quantity=quantity))
    await table.ear.hears(name, OrderRejected)
    assert await table.stand.submissions(name) == 0


async def test_a_change_that_is_refused_after_it_was_taken_in_leaves_the_order_working(table: Table) -> None:
    stand, broker = session(table)
    order = table.make.limit("90.00")
    name = await table.submit(order)
    stand.fault(MishapType.REJECT, on=On.REPLACE, text="not now")
    await broker.replace(order, Decimal(12), table.make.terms("91.00"))
    await until(lambda: table.ear.kinds(name)[-1] == "ReplaceRejected", "the change is refused")
    await broker.replace(order, Decimal(12), table.make.terms("92.00"))
    await table.ear.hears(name, OrderReplaced)
    await broker.cancel(order)
    await table.ear.hears(name, OrderCanceled)
    await broker.cancel(order)
    await table.ear.hears(name, CancelRejected)


# --- the login ------------------------------------------------------------------------------------------


async def test_an_access_token_that_schwab_ended_is_made_anew_by_the_next_read(table: Table) -> None:
    stand, broker = session(table)
    stand.twin.records.tokens.clear()
    assert (await broker.snapshot()).complete
    stand.twin.records.tokens.clear()
    name = await table.submit(table.make.limit("90.00"))
    await table.ear.hears(name, OrderAccepted)
    assert not table.doubted
    assert table.ear.states == ["up"]


async def test_a_login_of_a_week_asks_for_the_next_one_and_a_later_one_serves_every_session() -> None:
    clock = WallClock()
    now = clock.now()
    async with schwab_stand(logged_in_at=now - LIFE + timedelta(hours=3), access_until=now) as stand:
        user = stand.user()
        broker = Session(stand.config, stand.account, user, SymbolBook(), clock)
        await broker.connect(Ear())
        state = broker.report().state
        assert (state.life, state.until) == (SessionLife.EXPIRING, now + timedelta(hours=3))
        assert state.login_url.startswith(f"{stand.server.url}/v1/oauth/authorize?client_id=TESTAPPKEY&redirect_uri=")
        old = stand.changed(logged_in_at=now - LIFE, access_token="")
        ended = Login(old, clock)
        assert ended.state(SessionState(SessionLife.ACTIVE)).life is SessionLife.NEEDS_LOGIN
        with pytest.raises(Refused, match="ended on"):
            await ended.token()
        ended.adopt(stand.config)
        assert await ended.token()
        ended.adopt(old)
        assert ended.state(SessionState(SessionLife.ACTIVE)).life is SessionLife.EXPIRING
        await broker.close()


async def test_a_login_that_is_refused_says_where_to_log_in_and_goes_on_when_it_is_good_again(table: Table) -> None:
    stand, broker = session(table)
    kept = dict(stand.twin.records.refreshing)
    stand.twin.records.refreshing.clear()
    stand.twin.records.tokens.clear()
    with pytest.raises(Refused, match="log in again"):
        await broker.snapshot()
    await until(lambda: broker.report().state.life is SessionLife.NEEDS_LOGIN, "a person is asked for")
    assert broker.report().state.login_url == stand.config.login_url
    assert broker.report().state.reason == ENDED.sentence
    stand.twin.records.refreshing.update(kept)
    await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up again")


async def test_a_person_brings_the_address_of_the_login_and_every_account_of_it_is_let_in() -> None:
    async with schwab_stand() as stand:
        made, means = brokerage("schwab"), Means(stand.clock, SystemEntropy())
        entered = {name: value for name, value in FIELDS.items() if name != "account"}
        login = configure(entered, "twin", twin=stand.server.url).login_url
        async with ClientSession() as http, http.get(login, allow_redirects=False) as answer:
            brought = answer.headers["Location"]
        assert urlsplit(brought).hostname == "127.0.0.1"
        assert auth_code(brought).endswith("@")
        access = Access(entered | {"auth_code": brought}, "twin", stand.server.url)
        opened = await redeemed(made, access, means)
        assert opened == await redeemed(made, access, means)
        assert "auth_code" not in opened.fields
        with pytest.raises(Refused, match="12345678, 12345679"):
            await made.probe(opened, means)
        second = Access({**opened.fields, "account": "1234-5679"}, "twin", stand.server.url)
        found = await made.probe(second, means)
        assert (found.number, found.currency, found.cash, found.equity) == (
            "12345679",
            "USD",
            Decimal(5000),
            Decimal(5000),
        )
        assert await made.held(second, means) == []


def test_what_holds_no_code_or_no_time_is_refused() -> None:
    for text in ("https://127.0.0.1/?error=denied", "no code"):
        with pytest.raises(InvalidInput):
            auth_code(text)
    kept = {name: FIELDS[name] for name in ("app_key", "app_secret", "callback_url")} | {"refresh_token": "kept"}
    for time in ("yesterday", "2026-11-20T10:00:00"):
        with pytest.raises(ConfigError):
            configure(kept | {"logged_in_at": time}, "live")
    with pytest.raises(ConfigError):
        SchwabConfig("key", "secret", environment="paper")


# --- the one stream -------------------------------------------------------------------------------------


async def test_the_accounts_of_a_login_share_one_stream_and_hear_their_own_orders() -> None:
    async with schwab_stand() as stand:
        user, make = stand.user(), Maker(stand)
        accounts = [
            Account(AccountId(f"acc_{each}"), "One", "schwab", each, "USD") for each in ("12345678", "12345679")
        ]
        one, two = (Session(stand.config, each, user, SymbolBook(), stand.clock) for each in accounts)
        ears = [Ear(), Ear()]
        await one.connect(ears[0])
        await two.connect(ears[1])
        assert [line.also for line in stand.stage.lines.of("plain")] == [{"second"}]

        async def bought() -> None:
            order = replace(make.order(quantity="1"), account=accounts[1].id)
            await two.submit(approved(order))
            await ears[1].hears(order.client_order_id, OrderFilled)

        await bought()
        await one.close()
        await bought()
        assert not ears[0].events
        assert ears[1].states == ["up"]
        await two.close()


async def test_another_program_on_the_users_stream_is_told_and_the_stream_comes_back(table: Table) -> None:
    stand, broker = session(table)
    other = stand.broker()
    await other.connect(Ear())
    await until(lambda: any("one at a time" in each.sentence for each in broker.report().troubles), "it is told")
    await other.close()
    await until(lambda: table.ear.states[-1] == "up", "the stream is back")


async def test_a_stream_somewhere_else_is_not_opened() -> None:
    @middleware
    async def elsewhere(request: Request, handler: Handler) -> StreamResponse:
        answer = await handler(request)
        if isinstance(answer, Response) and request.path.endswith("/userPreference"):
            assert isinstance(answer.body, bytes)
            body = re.sub(rb"ws://127[^/]*", b"wss://stream.example.com", answer.body)
            return Response(body=body, content_type="application/json")
        return answer

    async with schwab_stand(middlewares=[elsewhere]) as stand:
        with pytest.raises(ProtocolError, match=r"stream\.example\.com"):
            await stand.broker().connect(Ear())


def test_the_twin_ships_with_accounts_that_the_wizard_takes() -> None:
    for person in SHIPPED.accounts:
        assert configure(person.fields, "twin", twin="http://127.0.0.1:1").account == person.fields["account"]
