"""Fyers' session life, and what the contract's cards do not ask: logins, changes elsewhere, fills that come late."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.typedefs import Middleware

from bidwell.app.brokerage import Access, Means
from bidwell.app.brokerages.fyers import Fyers
from bidwell.app.clock import WallClock
from bidwell.brokers.fyers import FyersBroker, FyersConfig, Login, auth_code, configure, redeem
from bidwell.brokers.fyers.broker.ticket import product_of
from bidwell.brokers.fyers.symbols import Row, SymbolBook
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import SessionLife
from bidwell.model.errors import InvalidInput, Refused, Unavailable
from bidwell.model.events import OrderAccepted, OrderCanceled
from bidwell.model.terms import OrderType, TimeInForce
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.fyers import words
from bidwell.twins.fyers.answers import encoded
from bidwell.twins.scenario import inner_id
from bidwell.twins.stage import ORDERS
from tests.contract.broker_stand import Ahead, Ear, Maker, approved, until
from tests.contract.day_contract import DayContract
from tests.contract.fyers_stand import ACME, FIELDS, SYMBOL, FyersStand, fyers_stand
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import TwinStand

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ENTERED = {"app_id": FIELDS["app_id"], "app_secret": FIELDS["app_secret"], "redirect_uri": "http://127.0.0.1/back",
           "pin": "", "product": "intraday"}  # fmt: skip


async def connected(stand: FyersStand, broker: FyersBroker | None = None) -> tuple[FyersBroker, Ear, Maker]:
    made, ear = broker or stand.broker(), Ear()
    await made.connect(ear)
    return made, ear, Maker(stand, TimeInForce.DAY)


def renewing(stand: FyersStand) -> FyersConfig:
    stand.twin.records.refreshing["refresh-1"] = "plain"
    return replace(stand.config, refresh_token="refresh-1", pin=FIELDS["pin"])


def over(stand: FyersStand, config: FyersConfig, login: Login) -> FyersBroker:
    return FyersBroker(config, login, stand.account, SymbolBook(), stand.clock, SeededEntropy())


# --- logins ---------------------------------------------------------------------------------------


async def test_a_login_that_ended_asks_for_another_and_says_where() -> None:
    async with fyers_stand() as stand:
        broker, _, _ = await connected(stand)
        assert broker.report().state.life is SessionLife.ACTIVE
        await stand.end_session()
        await until(lambda: broker.report().state.life is SessionLife.NEEDS_LOGIN, "the token is refused")
        report = broker.report()
        assert "generate-authcode?client_id=TESTAPP1-100&redirect_uri=" in report.state.login_url
        assert report.troubles
        await stand.restore_session()
        await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up again")
        await broker.close()


async def test_the_days_login_is_told_to_end_soon() -> None:
    clock = Ahead()
    async with fyers_stand() as stand:
        stand.clock = clock
        broker, _, _ = await connected(stand)
        clock.by = timedelta(hours=17, minutes=30)
        state = broker.report().state
        assert state.life is SessionLife.EXPIRING
        assert state.until is not None
        clock.by = timedelta(hours=18, minutes=1)
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN
        await broker.close()


async def test_a_person_brings_the_address_of_the_login_and_the_desk_exchanges_its_code_once() -> None:
    async with fyers_stand() as stand:
        plain = configure(ENTERED | {"auth_code": "x" * 8}, "twin", twin=stand.server.url)
        async with ClientSession() as session, session.get(plain.login_url, allow_redirects=False) as answer:
            address = answer.headers["Location"]
        assert address.startswith("http://127.0.0.1/back?s=ok&code=200&auth_code=")
        access = Access(ENTERED | {"auth_code": address}, "twin", stand.server.url)
        means = Means(WallClock(), SeededEntropy())
        broker = Fyers()
        kept = dict(await broker.redeem(access, means))
        assert "auth_code" not in kept
        assert await broker.redeem(access, means) == kept
        with pytest.raises(Refused, match="auth code"):
            await redeem(plain, auth_code(address))
        found = await broker.probe(replace(access, fields=kept), means)
        assert (found.number, found.currency, found.cash) == (FIELDS["fy_id"], "INR", Decimal(100_000))
        assert await broker.held(replace(access, fields=kept), means) == []
        listed = await broker.listing(replace(access, fields=kept), ["ACME", "NOSUCH"], means)
        assert [each.id for each in listed] == [ACME]


def test_what_a_person_enters_is_checked() -> None:
    assert auth_code("https://a.test/?s=ok&auth_code=abc.def_1&state=x") == "abc.def_1"
    assert auth_code(" abc.def ") == "abc.def"
    with pytest.raises(InvalidInput):
        auth_code("https://a.test/?s=error")
    with pytest.raises(InvalidInput, match="App ID"):
        configure(ENTERED | {"app_id": "no", "auth_code": "xxxx"}, "live")
    with pytest.raises(InvalidInput, match="Auth code"):
        configure(ENTERED, "live")
    share, contract = (Row(token, "", "0", "1", "0.05", "", "", "", "", "") for token in ("10100000001", "10112701281"))
    assert [product_of(each, Product.DELIVERY) for each in (share, contract)] == ["CNC", "MARGIN"]
    assert product_of(contract, Product.INTRADAY) == "INTRADAY"


async def test_refresh_token_and_pin_renew_the_login_without_a_person() -> None:
    async with fyers_stand() as stand:
        config = renewing(stand)
        login = Login(config, stand.clock, 0.0)
        broker = over(stand, config, login)
        _, ear, make = await connected(stand, broker)
        first = login.known
        stand.twin.records.tokens.clear()  # as at the end of the day
        with pytest.raises(Refused):
            await broker.snapshot()
        await ear.sees("up", "down", "up")
        assert login.known not in {"", first}
        assert login.day() is None
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        await broker.close()


async def test_a_login_is_renewed_before_it_ends_and_where_it_ended() -> None:
    clock = Ahead()
    async with fyers_stand() as stand:
        login = Login(renewing(stand), clock, 0.0)
        first = await login.token()
        assert not login.is_due()
        clock.by = timedelta(hours=17, minutes=45)
        assert login.is_due()
        await login.renew()
        second = login.known
        assert second != first
        clock.by = timedelta(hours=19)
        assert await login.token() not in {first, second}


async def test_a_session_goes_on_with_another_token_before_the_present_one_ends() -> None:
    clock = Ahead()
    async with fyers_stand(look_every=0.01) as stand:
        stand.clock = clock
        config = renewing(stand)
        login = Login(config, clock, 0.0)
        broker, ear, make = await connected(stand, over(stand, config, login))
        first = login.known
        stand.stage.put_forward(timedelta(hours=17, minutes=45))
        clock.by = timedelta(hours=17, minutes=45)
        await until(lambda: login.known not in {"", first}, "another token")
        await ear.sees("up", "down", "up")
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        await broker.close()


async def test_a_refused_renewal_is_tried_once_and_one_that_was_made_just_now_is_not_made_again() -> None:
    asked: list[str] = []

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("validate-refresh-token"):
            asked.append(request.path)
        return await handler(request)

    async with fyers_stand(middlewares=[count]) as stand:
        config = replace(renewing(stand), access_token="", pin="0000")
        wrong = Login(config, stand.clock, 0.0)
        for _ in range(3):
            with pytest.raises(Refused, match="renew"):
                await over(stand, config, wrong).connect(Ear())
        assert len(asked) == 1
        good = Login(replace(config, pin=FIELDS["pin"]), stand.clock, 3600)
        good.refused(await good.token())
        with pytest.raises(Unavailable, match="next login"):
            await good.token()


async def test_a_login_of_another_client_is_refused() -> None:
    async with fyers_stand() as stand:
        stand.account = replace(stand.account, broker_account="XZ99999")
        with pytest.raises(Refused, match="XA00001"):
            await stand.broker().connect(Ear())


# --- orders ---------------------------------------------------------------------------------------


class TestFyersDay(DayContract):
    """Fyers' list of orders keeps the cards of brokers that have no other."""

    nothing = tuple((200, json.dumps({"s": "error", "code": code, "message": "no"})) for code in (-99, -51, -50))

    def stands(self, middlewares: Sequence[Middleware] = ()) -> AbstractAsyncContextManager[FyersStand]:
        return fyers_stand(middlewares=middlewares)

    def seeks_a_tag(self, request: web.Request) -> bool:
        return "order_tag" in request.query

    def rejection(self, stand: TwinStand[Any], held: VenueOrder) -> bytes:
        twin: Any = stand.stage.dialect
        row = words.streamed(twin.records.order(held), (), 5)
        return encoded({"s": "ok", "orders": row | {"oms_msg": "price out of range"}})


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed either"])
async def test_fills_that_the_stream_does_not_tell_are_read_before_the_order_is_told_to_end(listed: bool) -> None:
    @web.middleware
    async def hide(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/tradebook") and not listed:
            return web.json_response({"s": "ok", "tradeBook": []})
        return await handler(request)

    async with fyers_stand(middlewares=[hide], lag=(0.01,)) as stand:
        broker, ear, make = await connected(stand)
        order = make.order()
        await stand.quote("99.90", "100.00", "4")
        ticket = Ticket(inner_id(SYMBOL), order.side, order.quantity, OrderType.MARKET, TimeInForce.DAY,
                        order.client_order_id)  # fmt: skip
        stand.stage.submit("plain", ticket)  # the stream says nothing of it
        held = stand.stage.state.named["plain", order.client_order_id]
        stand.twin.records.tags[held.broker_order_id] = order.client_order_id
        row = words.streamed(stand.twin.records.order(held), held.fills, 1)
        stand.stage.lines.tell("plain", [encoded({"s": "ok", "orders": row})], ORDERS)
        if listed:
            await ear.hears(order.client_order_id, OrderCanceled)
            assert ear.kinds(order.client_order_id) == ["OrderAccepted", "OrderFilled", "OrderCanceled"]
        else:
            await until(lambda: ear.states.count("up") >= 2, "the session is up again")
            assert any("are listed" in each.sentence for each in broker.report().troubles)
        await broker.close()


async def test_what_is_not_documented_ends_the_stream_and_the_account_is_read_anew() -> None:
    async with fyers_stand() as stand:
        broker, ear, _ = await connected(stand)
        for place, said in enumerate(({"s": "error", "code": -99, "message": "melted"},
                     {"s": "ok", "orders": {"id": "1", "symbol": SYMBOL, "qty": 1, "ord_type": 9, "tran_side": 1,
                                            "org_ord_status": 6}})):  # fmt: skip
            stand.stage.lines.tell("plain", [json.dumps(said)], ORDERS)
            await ear.sees(*(["up", "down"] * (place + 1)), "up")
        assert broker.report().troubles
        await broker.close()
