"""Dhan's session life, and what the contract's cards do not ask: logins, changes elsewhere, late lists, holdings."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Middleware

from bidwell.brokers.dhan import DhanBroker, Login
from bidwell.brokers.dhan.broker.ticket import product_of
from bidwell.brokers.dhan.config import GUIDE, configure
from bidwell.brokers.dhan.symbols import SymbolBook
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import SessionLife
from bidwell.model.errors import InvalidInput, Refused, Unavailable
from bidwell.model.events import OrderAccepted, OrderFilled
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.dhan import words
from bidwell.twins.dhan.answers import encoded
from bidwell.twins.stage import ORDERS
from tests.contract.broker_stand import Ahead, Ear, Maker, approved, until
from tests.contract.day_contract import DayContract
from tests.contract.dhan_stand import FIELDS, DhanStand, dhan_stand
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import TwinStand

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def connected(stand: DhanStand, broker: DhanBroker | None = None) -> tuple[DhanBroker, Ear, Maker]:
    made, ear = broker or stand.broker(), Ear()
    await made.connect(ear)
    return made, ear, Maker(stand, TimeInForce.DAY)


async def test_a_token_that_ended_asks_for_a_login_and_says_where() -> None:
    async with dhan_stand() as stand:
        broker, _, _ = await connected(stand)
        assert broker.report().state.life is SessionLife.ACTIVE
        await stand.end_session()
        await until(lambda: broker.report().state.life is SessionLife.NEEDS_LOGIN, "the token is refused")
        report = broker.report()
        assert report.state.login_url == "https://web.dhan.co"
        assert "access token" in report.state.reason
        assert report.troubles
        await stand.restore_session()
        await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up again")
        await broker.close()


async def test_a_token_that_was_entered_is_told_to_end_soon() -> None:
    clock = Ahead()
    async with dhan_stand() as stand:
        stand.clock = clock
        broker, _, _ = await connected(stand)
        assert broker.report().state.life is SessionLife.ACTIVE
        clock.by = timedelta(hours=23, minutes=30)
        state = broker.report().state
        assert state.life is SessionLife.EXPIRING
        assert state.until is not None
        assert state.login_url
        clock.by = timedelta(hours=25)
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN
        await broker.close()


async def test_pin_and_one_time_password_make_tokens_and_make_them_anew_without_a_person() -> None:
    async with dhan_stand(access_token="", pin=FIELDS["pin"], totp_secret=FIELDS["totp_secret"]) as stand:
        login = Login(stand.config, stand.clock, 0.0)
        broker = _over(stand, login)
        _, ear, make = await connected(stand, broker)
        first = login.known
        assert first.startswith("twin.")
        stand.twin.records.tokens.clear()  # as when another login took over
        with pytest.raises(Refused):
            await broker.snapshot()
        await ear.sees("up", "down", "up")
        assert login.known not in {"", first}
        assert broker.report().state.life is SessionLife.ACTIVE
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        await broker.close()


async def test_a_token_is_renewed_before_it_ends() -> None:
    clock = Ahead()
    async with dhan_stand(access_token="", pin=FIELDS["pin"], totp_secret=FIELDS["totp_secret"]) as stand:
        login = Login(stand.config, clock, 0.0)
        first = await login.token()
        assert not login.is_due()
        assert login.day() is None
        clock.by = timedelta(hours=23, minutes=10)
        assert login.is_due()
        await login.renew()
        assert login.known != first
        clock.by = timedelta()
        again = login.known
        await login.renew()
        assert login.known == again


async def test_a_session_goes_on_with_another_token_before_the_present_one_ends() -> None:
    clock = Ahead()
    changes: dict[str, Any] = {"access_token": "", "pin": FIELDS["pin"], "totp_secret": FIELDS["totp_secret"],
                               "look_every": 0.01}  # fmt: skip
    async with dhan_stand(**changes) as stand:
        stand.clock = clock
        login = Login(stand.config, clock, 0.0)
        broker = _over(stand, login)
        _, ear, make = await connected(stand, broker)
        first = login.known
        stand.stage.put_forward(timedelta(hours=23, minutes=10))
        clock.by = timedelta(hours=23, minutes=10)
        await until(lambda: login.known not in {"", first}, "another token")
        await ear.sees("up", "down", "up")
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        await broker.close()


async def test_a_wrong_pin_is_tried_once_and_a_login_not_twice_with_one_password() -> None:
    asked: list[str] = []

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/app/"):
            asked.append(request.query["totp"])
        return await handler(request)

    changes = {"access_token": "", "pin": "000000", "totp_secret": FIELDS["totp_secret"]}
    async with dhan_stand(middlewares=[count], **changes) as stand:
        wrong = Login(stand.config, stand.clock, 0.0)
        for _ in range(3):
            with pytest.raises(Refused, match="PIN and TOTP"):
                await _over(stand, wrong).connect(Ear())
        assert len(asked) == 1
        assert len(asked[0]) == 6
        good = Login(replace(stand.config, pin=FIELDS["pin"]), stand.clock, 3600)
        await good.token()
        good.refused(good.known)
        with pytest.raises(Unavailable, match="next login"):
            await good.token()


async def test_a_token_of_another_client_is_refused() -> None:
    async with dhan_stand() as stand:
        other = replace(stand.config, access_token="test-access-token-2")
        with pytest.raises(Refused, match="1000000002"):
            await stand.broker(other).connect(Ear())


def test_a_credential_needs_a_token_or_what_makes_one() -> None:
    plain = {"client_id": "1000000001"}
    with pytest.raises(InvalidInput, match="access token"):
        configure(plain, "live")
    with pytest.raises(InvalidInput):
        configure(plain | {"pin": "123456"}, "live")
    assert configure(plain | {"pin": "123456", "totp_secret": "JBSWY3DPEHPK3PXP"}, "live").logs_in
    assert configure(plain | {"access_token": "x" * 40, "product": "intraday"}, "live").product is Product.INTRADAY
    assert product_of("NSE_EQ", Product.DELIVERY) == "CNC"
    assert product_of("NSE_FNO", Product.DELIVERY) == "MARGIN"
    assert product_of("NSE_FNO", Product.INTRADAY) == "INTRADAY"
    assert [each.name for each in GUIDE.fields if not each.secret] == ["client_id", "product"]


class TestDhanDay(DayContract):
    """Dhan's list of orders keeps the cards of brokers that have no other."""

    nothing = ((200, ""), (200, "{}"), (400, '{"errorCode":"DH-905","errorMessage":"no"}'),
               (404, '{"errorCode":"DH-907","errorMessage":"none"}'))  # fmt: skip

    def stands(self, middlewares: Sequence[Middleware] = ()) -> AbstractAsyncContextManager[DhanStand]:
        return dhan_stand(middlewares=middlewares)

    def seeks_a_tag(self, request: web.Request) -> bool:
        return request.path.startswith("/v2/orders/external/")

    def rejection(self, stand: TwinStand[Any], held: VenueOrder) -> bytes:
        row = words.alert(held, stand.stage.market.rows["ACME"], FIELDS["client_id"], held.client_order_id, "INTRADAY",
                          "REJECTED", (), stand.stage.market.now())  # fmt: skip
        return encoded({"Type": "order_alert", "Data": row | {"reasonDescription": "price out of range"}})


@pytest.mark.parametrize("misses", [1, 100], ids=["a moment later", "never"])
async def test_executions_that_are_listed_later_than_told_are_waited_for(misses: int) -> None:
    left = [misses]

    @web.middleware
    async def late(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/v2/trades/") and left[0] > 0:
            left[0] -= 1
            return web.json_response([])
        return await handler(request)

    async with dhan_stand(middlewares=[late], lag=(0.01, 0.01)) as stand:
        broker, ear, make = await connected(stand)
        order = make.order()
        await broker.submit(approved(order))
        if misses == 1:
            await ear.hears(order.client_order_id, OrderFilled)
            assert [each.fill.quantity for each in ear.fills(order.client_order_id)] == [Decimal(10)]
        else:
            # The stream begins anew, and with it the desk's reading.
            await until(lambda: ear.states.count("up") >= 2, "the session is up again")
            assert any("are listed" in each.sentence for each in broker.report().troubles)
            theirs = {each.client_order_id: each for each in (await broker.snapshot()).orders}
            assert sum(each.quantity for each in theirs[order.client_order_id].fills) == 10
        await broker.close()


async def test_the_kill_switch_is_turned_seen_and_told() -> None:
    async with dhan_stand() as stand:
        broker, _, make = await connected(stand)
        assert "activated" in await broker.turn_kill_switch(on=True)
        with pytest.raises(Refused, match="kill switch is on"):
            await broker.submit(approved(make.limit("90.00")))
        await broker.close()
        broker, _, _ = await connected(stand)
        assert any("kill switch is on" in each.sentence for each in broker.report().troubles)
        assert "deactivated" in await broker.turn_kill_switch(on=False)
        await broker.submit(approved(make.limit("90.00")))
        await broker.close()


async def test_words_that_dhan_does_not_document_are_told_and_the_account_is_read_anew() -> None:
    async with dhan_stand() as stand:
        broker, ear, _ = await connected(stand)
        stand.stage.lines.tell("plain", [json.dumps({"Type": "weather", "Data": {}})], ORDERS)
        await until(lambda: any("weather" in each.sentence for each in broker.report().troubles), "the trouble")
        row = {"orderNo": "1", "status": "Melted", "txnType": "B", "orderType": "LMT", "exchange": "NSE", "segment": "E",
               "securityId": "1333", "quantity": 1}  # fmt: skip
        stand.stage.lines.tell("plain", [json.dumps({"Type": "order_alert", "Data": row})], ORDERS)
        await ear.sees("up", "down", "up")
        await broker.close()


def _over(stand: DhanStand, login: Login) -> DhanBroker:
    return DhanBroker(stand.config, login, stand.account, SymbolBook(), stand.clock, SeededEntropy())
