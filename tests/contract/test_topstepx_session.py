"""The life of a session at TopstepX: tokens, accounts of one login, and what a person is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bidwell.app.brokerage import Access, Means, brokerage
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.brokers.topstepx import TopstepxBroker, User, wire
from bidwell.brokers.topstepx.broker.account import check_environment
from bidwell.brokers.topstepx.broker.reading import pick
from bidwell.brokers.topstepx.config import GUIDE, LIVE, PRACTICE, TopstepxConfig, configure
from bidwell.brokers.topstepx.parse import expiry_of
from bidwell.engine.ports import SessionLife
from bidwell.model.errors import BrokerError, ConfigError, InvalidInput, ProtocolError, Refused
from bidwell.model.events import OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, OrderReplaced
from bidwell.model.ids import InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side
from bidwell.twins.lines import Line
from bidwell.twins.topstepx.answers import event, record
from tests.contract.broker_stand import Ear, Maker, approved, external, until
from tests.contract.topstepx_stand import FIELDS, NUMBER, SYMBOL, TopstepxStand, topstepx_stand

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SteppedClock:
    """The wall clock, put forward."""

    def __init__(self) -> None:
        self._wall = WallClock()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return self._wall.now() + self.ahead


class Calls:
    """A middleware of the twin that counts calls by name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def of(self, name: str) -> int:
        return sum(each.endswith(name) for each in self.names)

    def middleware(self) -> Any:  # noqa: ANN401 - aiohttp's
        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.names.append(request.path)
            return await handler(request)

        return count


@pytest.fixture
async def stand() -> AsyncIterator[TopstepxStand]:
    async with topstepx_stand() as stand:
        yield stand


def say(stand: TopstepxStand, *frames: str) -> None:
    """Let the twin's user hub say something of its own."""
    lines: list[Line] = stand.stage.lines.of(NUMBER)
    for line in lines:
        for frame in frames:
            line.put(frame)


def on_the_hub(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of several types
    order = {"id": 900, "accountId": int(NUMBER), "contractId": SYMBOL, "status": 1, "type": 1, "side": 0, "size": 2,
             "limitPrice": 90.0, "creationTimestamp": "2026-11-02T15:00:00+00:00", "fillVolume": 0}  # fmt: skip
    return order | changes


async def test_a_token_is_exchanged_in_time_and_made_anew_where_it_is_not_known_any_more() -> None:
    calls = Calls()
    async with topstepx_stand(middlewares=[calls.middleware()], renew_every=0.05) as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        await until(lambda: calls.of("Auth/validate") >= 2, "two exchanges")
        assert calls.of("Auth/loginKey") == 1
        stand.stage.put_forward(timedelta(hours=25))
        await until(lambda: calls.of("Auth/loginKey") >= 2, "a new login")
        assert (await broker.snapshot()).cash == {"USD": Decimal(100_000)}
        assert broker.report().state.life is SessionLife.ACTIVE
        assert ear.states == ["up"]
        await broker.close()


async def test_a_token_that_cannot_be_exchanged_is_told_to_end_soon() -> None:
    failing = [True]

    @web.middleware
    async def validation_fails(request: web.Request, handler: Handler) -> web.StreamResponse:
        if failing[0] and request.path.endswith("Auth/validate"):
            return web.Response(status=503)
        return await handler(request)

    async with topstepx_stand(middlewares=[validation_fails], renew_every=0.05) as stand:
        clock = SteppedClock()
        clock.ahead = timedelta(hours=23, minutes=30)
        user = User(stand.config, clock, SystemEntropy())
        broker = TopstepxBroker(stand.config, stand.account, user, stand.book, clock)
        await broker.connect(Ear())
        await until(lambda: broker.report().state.life is SessionLife.EXPIRING, "the end is near")
        state = broker.report().state
        assert state.until is not None
        assert state.until - clock.now() < timedelta(hours=1)
        assert "not renewed" in state.reason
        failing[0] = False
        await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the token was exchanged")
        await broker.close()


async def test_a_read_with_a_token_that_ended_logs_in_and_is_asked_again_and_an_order_is_in_doubt() -> None:
    calls = Calls()
    async with topstepx_stand(middlewares=[calls.middleware()]) as stand:
        broker, ear, maker = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        stand.stage.put_forward(timedelta(hours=25))
        assert (await broker.snapshot()).complete
        assert calls.of("Auth/loginKey") == 2
        await broker.listing([SYMBOL])
        stand.stage.put_forward(timedelta(hours=25))
        order = maker.order()
        with pytest.raises(BrokerError) as told:
            await broker.submit(approved(order))
        assert told.value.code == "broker_in_doubt"
        assert await broker.find(order.client_order_id) is None
        assert calls.of("Order/place") == 1
        await broker.close()


async def test_a_key_that_was_revoked_asks_for_a_login_and_says_where(stand: TopstepxStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up")
    await stand.end_session()
    await until(lambda: broker.report().state.life is SessionLife.NEEDS_LOGIN, "the key is refused")
    report = broker.report()
    assert report.state.login_url.startswith("https://")
    assert "does not know this API key" in report.state.reason
    assert report.troubles
    await stand.restore_session()
    await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up again")
    await broker.close()


async def test_accounts_of_one_login_share_its_token() -> None:
    calls = Calls()
    async with topstepx_stand(middlewares=[calls.middleware()]) as stand:
        made, means = brokerage("topstepx"), Means(WallClock(), SystemEntropy())
        access = Access(FIELDS, "twin", stand.config.twin)
        shown = await made.probe(access, means)
        assert (shown.number, shown.cash, shown.status) == (NUMBER, Decimal(100_000), "PRAC-V2-465, simulated")
        other = Access(FIELDS | {"account": "466"}, "twin", stand.config.twin)
        assert (await made.probe(other, means)).status == "50KTC-V2-466, simulated"
        with pytest.raises(Refused, match=r"2 accounts at TopstepX, say which one: PRAC-V2-465 \(465\), 50KTC-V2-466"):
            await made.probe(Access(FIELDS | {"account": ""}, "twin", stand.config.twin), means)
        sessions = [made.session(each, replace(stand.account, broker_account=number), means)
                    for each, number in ((access, NUMBER), (other, "466"))]  # fmt: skip
        for session in sessions:
            await session.connect(Ear())
        assert [(await session.snapshot()).cash["USD"] for session in sessions] == [100_000, 50_000]
        await stand.place_by_hand(Side.BUY, "1", "90.00")
        assert await made.held(access, means) == [SYMBOL]
        listed = await made.listing(access, [SYMBOL, "ESZ7", "6J", "NQZ7", "nonsense"], means)
        assert [each.id for each in listed] == ["MCLF8.XNYM", "ESZ7.XCME", "6JZ7.XCME"]
        assert [each.multiplier for each in listed] == [100, 50, 12_500_000]
        assert calls.of("Auth/loginKey") == 1
        for session in sessions:
            await session.close()


async def test_accounts_of_one_user_hear_over_one_connection() -> None:
    calls = Calls()
    async with topstepx_stand(middlewares=[calls.middleware()]) as stand:
        user, make = stand.user(), Maker(stand)
        rooms = []
        for number in (NUMBER, "466"):
            account = replace(stand.account, broker_account=number)
            rooms.append((TopstepxBroker(stand.config, account, user, stand.book, WallClock()), Ear()))
        for broker, ear in rooms * 2:
            await broker.connect(ear)
        orders = [make.limit("90.00"), make.limit("91.00")]
        for (broker, ear), order in zip(rooms, orders, strict=True):
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderAccepted)
        (first, heard), (second, other) = rooms
        assert heard.of(orders[1].client_order_id) == other.of(orders[0].client_order_id) == []
        stand.stage.disconnect(NUMBER)
        for _, ear in rooms:
            await ear.sees("up", "down", "up")
        await first.close()
        await second.cancel(orders[1])
        await other.hears(orders[1].client_order_id, OrderCanceled)
        await first.connect(heard)
        await first.cancel(orders[0])
        await heard.hears(orders[0].client_order_id, OrderCanceled)
        assert (other.states, calls.of("/hubs/user"), calls.of("Auth/loginKey")) == (
            ["up", "down: the stream was closed", "up"],
            2,
            1,
        )
        for broker, _ in rooms:
            await broker.close()
        await until(lambda: not stand.stage.lines.of(""), "the connection has ended")


async def test_a_second_session_of_a_guardian_only_asks() -> None:
    calls = Calls()
    async with topstepx_stand(middlewares=[calls.middleware()]) as stand:
        made, means = brokerage("topstepx"), Means(WallClock(), SystemEntropy(), polled=True)
        rooms = [(made.session(Access(FIELDS, "twin", stand.config.twin), replace(stand.account, broker_account=number), means), Ear())
                 for number in (NUMBER, "466")]  # fmt: skip
        for broker, ear in rooms:
            await broker.connect(ear)
            await ear.sees("up")
        broker, ear = rooms[0]
        order = Maker(stand).order()
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        found = await broker.find(order.client_order_id)
        assert found is not None
        assert found.status is OrderStatus.FILLED
        assert calls.of("/hubs/user") == 0
        for broker, _ in rooms:
            await broker.close()


async def test_an_account_that_may_not_trade_is_watched_and_says_so(stand: TopstepxStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    locked = {"id": int(NUMBER), "name": "x", "balance": 49_000, "canTrade": False, "isVisible": True}
    say(stand, event("GatewayUserAccount", {"action": 1, "data": locked}))
    await until(lambda: "does not let this account trade" in broker.report().state.reason, "the lock is told")
    assert broker.report().state.life is SessionLife.ACTIVE
    assert "limit of its programme" in broker.report().troubles[-1].sentence
    say(stand, event("GatewayUserAccount", locked | {"canTrade": True}))
    await until(lambda: not broker.report().state.reason, "the release is told")
    await broker.close()


async def test_what_a_person_does_at_topstepx_is_told(stand: TopstepxStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    rows = [
        on_the_hub(),
        on_the_hub(fillVolume=1),
        on_the_hub(limitPrice=91.5, size=3),
        on_the_hub(status=3, limitPrice=91.5, size=3),
    ]
    other = on_the_hub(id=901, accountId=466)
    # Entities come bare or wrapped, several in a frame.
    say(stand, "".join(event("GatewayUserOrder", row) for row in (rows[0], other)), record({"type": 6}),
        *(event("GatewayUserOrder", {"action": 1, "data": row}) for row in (*rows[1:], rows[-1])))  # fmt: skip
    await until(lambda: any(isinstance(each, OrderCanceled) for each in ear.events), "the cancel")
    assert [type(each) for each in ear.events] == [OrderAccepted, OrderReplaced, OrderCanceled]
    replaced = ear.events[1]
    assert isinstance(replaced, OrderReplaced)
    told = (replaced.quantity, replaced.terms.limit_price, replaced.client_order_id)
    assert [str(each) for each in told] == ["3", "91.5", "900"]
    await broker.close()


async def test_a_fill_of_an_order_that_nobody_has_told_of_yet_is_looked_up(stand: TopstepxStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    theirs = await stand.place_by_hand(Side.SELL, "2", "120.00")
    await until(lambda: bool(ear.events), "the order")
    fresh = stand.broker()
    second = Ear()
    await fresh.connect(second)
    await stand.fill_by_hand(theirs, "2")
    await until(lambda: any(isinstance(each, OrderFilled) for each in second.events), "the fill")
    assert [type(each) for each in second.events[:2]] == [OrderAccepted, OrderFilled]
    await broker.close()
    await fresh.close()


async def test_a_rejection_is_told_once_whichever_way_it_came_first(stand: TopstepxStand) -> None:
    broker, ear, maker = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    order = maker.limit("90.001")
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderRejected)
    refused = on_the_hub(id=1, status=5, customTag=order.client_order_id)
    say(stand, event("GatewayUserOrder", refused), event("GatewayUserOrder", on_the_hub(id=902, status=5)))
    await until(lambda: len(ear.events) == 2, "the other rejection")
    assert ear.kinds(order.client_order_id) == ["OrderRejected"]
    await broker.close()


@pytest.mark.parametrize(
    "frame",
    [
        event("GatewayUserTea", {}), event("GatewayUserOrder", {}, {}), event("GatewayUserOrder", on_the_hub(status=77)),
        event("GatewayUserOrder", on_the_hub(type=0)), record({"type": 99}), record({"type": 7, "error": "gone"}),
        event("GatewayUserOrder", on_the_hub(contractId="CON.F.US.XX.Z27")), "{}", record([]),
        event("GatewayUserTrade", {"id": 1, "accountId": int(NUMBER), "contractId": SYMBOL, "price": 1, "side": 0, "size": 1,
                                   "creationTimestamp": "2026-11-02T15:00:00Z", "orderId": 999}),
        event("GatewayUserTrade", {"id": 1, "accountId": int(NUMBER), "contractId": SYMBOL, "price": 1, "side": 0, "size": 1,
                                   "creationTimestamp": "2026-11-02T15:00:00Z", "orderId": 999, "voided": True}),
    ],
    ids=range(11),
)  # fmt: skip
async def test_what_cannot_be_made_sense_of_is_told_and_read_anew(stand: TopstepxStand, frame: str) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    say(stand, frame)
    await ear.sees("up", "down", "up")
    assert broker.report().troubles
    assert ear.events == []
    await broker.close()


async def test_a_change_that_changes_nothing_is_answered_too(stand: TopstepxStand) -> None:
    broker, ear, maker = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    order = maker.limit("90.00")
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderAccepted)
    await broker.replace(order, order.quantity, order.terms)
    await ear.hears(order.client_order_id, OrderReplaced)
    known = external(order, (await broker.snapshot()).orders[0].broker_order_id)
    await broker.cancel(known)
    await until(lambda: ear.kinds(order.client_order_id)[-1] == "OrderCanceled", "the cancel")
    await broker.close()


async def test_contracts_are_whole_and_of_products_that_topstepx_trades(stand: TopstepxStand) -> None:
    broker, ear, maker = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    half = maker.order(quantity="0.5")
    elsewhere = replace(maker.order(), instrument=InstrumentId("NQZ7.XCME"))
    share = replace(maker.order(), instrument=InstrumentId("AAPL.XNAS"))
    for order, code in ((half, "quantity.lot"), (elsewhere, "instrument.unlisted"), (share, "instrument.unlisted")):
        await broker.submit(approved(order))
        (told,) = ear.of(order.client_order_id)
        assert isinstance(told, OrderRejected)
        assert told.code == code
    with pytest.raises(ConfigError, match="hold exits"):
        await broker.submit(approved(half), (approved(maker.order()),))
    await broker.close()


async def test_an_order_that_closed_unseen_long_after_it_was_sent_is_in_the_next_snapshot(stand: TopstepxStand) -> None:
    broker = stand.broker()
    theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
    await broker.probe()
    assert [each.broker_order_id for each in (await broker.snapshot()).orders] == [theirs]
    await stand.expire_by_hand(theirs)
    later = WallClock().now() + timedelta(minutes=5)
    assert (await broker.snapshot(later)).orders == ()
    found = await broker.snapshot(WallClock().now() - timedelta(seconds=30))
    assert [each.status for each in found.orders] == [OrderStatus.EXPIRED]
    await broker.close()


async def test_a_list_that_is_absent_is_no_empty_one() -> None:
    @web.middleware
    async def nothing(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("Position/searchOpen"):
            return web.json_response({"positions": None, "success": True, "errorCode": 0, "errorMessage": None})
        return await handler(request)

    async with topstepx_stand(middlewares=[nothing]) as stand:
        broker = stand.broker()
        await broker.connect(Ear())
        with pytest.raises(ProtocolError, match="no list of positions"):
            await broker.snapshot()
        await broker.close()


async def test_a_gateway_without_the_order_query_is_asked_by_the_older_call() -> None:
    calls = Calls()

    @web.middleware
    async def older(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("Order/v2/query"):
            return web.Response(status=404)
        return await handler(request)

    async with topstepx_stand(middlewares=[calls.middleware(), older]) as stand:
        broker = stand.broker()
        await broker.connect(Ear())
        await stand.place_by_hand(Side.BUY, "1", "90.00")
        assert [len((await broker.snapshot()).orders) for _ in range(2)] == [1, 1]
        assert (calls.of("Order/v2/query"), calls.of("Order/searchOpen")) == (1, 2)
        await broker.close()


async def test_working_orders_are_read_page_by_page(stand: TopstepxStand) -> None:
    broker = stand.broker()
    await broker.connect(Ear())
    for _ in range(101):
        await stand.place_by_hand(Side.BUY, "1", "10.00")
    assert len((await broker.snapshot()).orders) == 101
    await asyncio.sleep(0)
    await broker.close()


def test_an_account_is_picked_by_name_or_number_and_a_practice_one_is_one() -> None:
    rows = [wire.Account(1, "PRAC-V2-1", Decimal(1)), wire.Account(2, "50KTC-2", Decimal(1))]
    assert [pick(rows, each).id for each in ("1", "prac-v2-1", " 50ktc-2 ")] == [1, 1, 2]
    assert pick(rows[:1], "").id == 1
    for wanted, said in (("", "say which one"), ("9", "no account '9'")):
        with pytest.raises(Refused, match=said):
            pick(rows, wanted)
    with pytest.raises(Refused, match="it shows none"):
        pick([], "")
    check_environment(TopstepxConfig("u", "k", environment=PRACTICE), rows[0])
    check_environment(TopstepxConfig("u", "k", environment=LIVE), rows[1])
    with pytest.raises(Refused, match="50KTC-2 is no practice account"):
        check_environment(TopstepxConfig("u", "k", environment=PRACTICE), rows[1])


def test_a_credential_is_checked_before_it_goes_anywhere() -> None:
    good = {"user_name": "me", "api_key": "abcd"}
    assert configure(good, "live").rest == "https://api.topstepx.com/api"
    assert (
        configure(good, "demo").hub_url("user", "T")
        == "wss://gateway-rtc-demo.s2f.projectx.com/hubs/user?access_token=T"
    )
    assert "abcd" not in repr(configure(good, "practice"))
    for wrong in ({"user_name": "me"}, {"user_name": "a b", "api_key": "abcd"}, good | {"more": "x"}):
        with pytest.raises(InvalidInput):
            GUIDE.check(wrong)
    for environment, twin in (("moon", ""), ("live", "http://127.0.0.1:1"), ("twin", "")):
        with pytest.raises(ConfigError):
            configure(good, environment, twin=twin)


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c", "a.e30.c", "a.eyJleHAiOiJ4In0.c", "é.é.é", "a.eyJleHAiOjFlOTl9.c"]
)
def test_a_token_that_does_not_say_when_it_ends_is_taken_all_the_same(token: str) -> None:
    assert expiry_of(token) is None


async def test_a_token_says_when_it_ends(stand: TopstepxStand) -> None:
    token = await stand.market_token()
    found = expiry_of(token)
    assert found is not None
    assert abs(found - WallClock().now() - timedelta(hours=24)) < timedelta(minutes=5)
