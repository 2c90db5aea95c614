"""How long a session with Tradovate lasts, who shares it, what ends it, and what a penalty costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import aiohttp
import pytest

from bidwell.app.brokerage import Access, Means, brokerage
from bidwell.app.brokerages import tradovate
from bidwell.app.clock import WallClock
from bidwell.brokers.tradovate import TradovateBroker, TradovateClient
from bidwell.brokers.tradovate.config import TradovateConfig, configure, device_id
from bidwell.brokers.tradovate.symbols import Month, SymbolBook
from bidwell.brokers.transport import Throttled
from bidwell.engine.ports import SessionLife
from bidwell.model.account import Account
from bidwell.model.errors import ConfigError, InDoubt, InvalidInput, Refused, Unavailable
from bidwell.model.events import OrderAccepted, OrderCanceled, OrderRejected, ReplaceRejected
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.dialect import login
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.paper_stand import SeededEntropy
from tests.contract.tradovate_stand import CRUDE, SYMBOL, TradovateStand, tradovate_stand


def sharing(stand: TradovateStand, client: TradovateClient, number: str) -> TradovateBroker:
    account = Account(AccountId(f"acc_{number.lower()}"), number, "tradovate", number, "USD")
    config = replace(stand.config, account=number)
    return TradovateBroker(config, account, SymbolBook(), WallClock(), SeededEntropy(), client)


async def login_elsewhere(stand: TradovateStand) -> None:
    """Somebody signs in with the same name on another device."""
    body = login("DEMO1") | {"deviceId": "another"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stand.server.url}/v1/auth/accesstokenrequest", json=body) as answer,
    ):
        assert "accessToken" in await answer.text()


async def test_a_session_is_renewed_and_not_opened_again() -> None:
    async with tradovate_stand(lifetime=60.0, renew_before=59.3) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        # The twin forgets the old token at once: the order leaves right after a renewal.
        await until(lambda: stand.twin.renewals >= 2, "renewals")
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        assert (stand.twin.logins, ear.states) == (1, ["up"])
        assert broker.report().state.life is SessionLife.ACTIVE
        await broker.close()


async def test_a_renewal_that_fails_is_told_while_the_session_still_lives() -> None:
    async with tradovate_stand(lifetime=60.0, renew_before=59.95) as stand:
        broker = stand.broker()
        await broker.connect(Ear())
        stand.fault(MishapType.ERROR, on=On.READ, count=None, status=503)
        await until(lambda: broker.report().state.life is SessionLife.EXPIRING, "the session is about to end")
        state = broker.report().state
        assert state.until is not None
        assert "could not be renewed" in state.reason
        assert state.login_url.startswith("https://")
        stand.fault(MishapType.ERROR, on=On.READ, count=0)
        await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the renewal after all")
        assert stand.twin.logins == 1
        await broker.close()


async def test_a_clock_that_is_hours_ahead_does_not_open_session_after_session() -> None:
    async with tradovate_stand(recheck=0.0) as stand:
        stand.twin.behind = timedelta(hours=5)
        broker = stand.broker()
        await broker.connect(Ear())
        for _ in range(3):
            await broker.snapshot()
        assert stand.twin.logins == 1
        await broker.close()


async def test_accounts_of_one_login_share_one_session() -> None:
    async with tradovate_stand() as stand:
        client = TradovateClient(stand.config, WallClock(), asyncio.get_running_loop().time)
        brokers = [sharing(stand, client, number) for number in ("DEMO1", "DEMO2")]
        ears = [Ear(), Ear()]
        for broker, ear in zip(brokers, ears, strict=True):
            await broker.connect(ear)
            order = Maker(stand).limit("90.00", quantity="1")
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderAccepted)
        assert stand.twin.logins == 1
        assert [len(book["orders"]) for book in stand.stage.books().values()] == [1, 1, 0]
        await brokers[0].close()
        assert (await brokers[1].snapshot()).orders
        await brokers[1].close()
        again = sharing(stand, client, "DEMO1")
        await again.connect(Ear())
        assert stand.twin.logins == 1, "a session that still lives is used again"
        await again.close()


async def test_logins_elsewhere_close_the_session_and_another_is_opened_once() -> None:
    async with tradovate_stand(recheck=0.0) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        for _ in range(2):
            await login_elsewhere(stand)
        order = make.limit("90.00")
        with pytest.raises(InDoubt, match="logins elsewhere"):
            await broker.submit(approved(order))
        assert await broker.find(order.client_order_id) is None
        assert (await broker.snapshot()).complete
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        assert stand.twin.logins == 4
        await broker.close()


async def test_a_session_that_others_keep_closing_is_given_up_until_a_person_acts() -> None:
    async with tradovate_stand(recheck=0.0, refused_pause=600.0) as stand:
        broker = stand.broker()
        await broker.connect(Ear())
        for _ in range(2):
            for _ in range(2):
                await login_elsewhere(stand)
            assert (await broker.snapshot()).complete
        for _ in range(2):
            await login_elsewhere(stand)
        ours = stand.twin.logins
        for _ in range(2):
            with pytest.raises(Refused, match="other programs sign in"):
                await broker.snapshot()
        assert stand.twin.logins == ours
        await broker.close()


async def test_a_token_that_opens_no_stream_is_not_exchanged_for_ever() -> None:
    async with tradovate_stand(refused_pause=600.0) as stand:
        broker = stand.broker()
        stand.twin.deaf = True
        for _ in range(3):
            with pytest.raises(Refused, match="does not accept this session"):
                await broker.connect(Ear())
        assert stand.twin.logins == 2
        await broker.close()


async def test_a_login_that_was_refused_is_not_tried_again_at_once() -> None:
    async with tradovate_stand(refused_pause=600.0) as stand:
        broker = stand.broker_with_bad_credentials()
        for _ in range(3):
            with pytest.raises(Refused, match="user name, password"):
                await broker.connect(Ear())
        assert stand.twin.attempts == 1
        state = broker.report().state
        assert (state.life, state.login_url) == (SessionLife.NEEDS_LOGIN, "https://trader.tradovate.com")


async def test_a_person_who_tries_again_is_not_answered_from_memory() -> None:
    async with tradovate_stand() as stand:
        made, means = brokerage("tradovate"), Means(WallClock(), SeededEntropy())
        access = Access(login("DEMO1"), "twin", stand.server.url)
        await stand.end_session()
        with pytest.raises(Refused, match="user name, password"):
            await made.probe(access, means)
        await stand.restore_session()
        assert (await made.probe(access, means)).number == "DEMO1"


async def test_a_password_that_is_about_to_expire_is_told() -> None:
    async with tradovate_stand() as stand:
        stand.twin.password_days = 3
        broker = stand.broker()
        await broker.connect(Ear())
        assert [each.code for each in broker.report().troubles] == ["password"]
        await broker.close()


async def test_an_account_that_the_login_has_not_is_named_with_those_it_has() -> None:
    async with tradovate_stand(account="DEMO9") as stand:
        with pytest.raises(Refused, match="DEMO1, DEMO2"):
            await stand.broker().connect(Ear())


async def test_a_penalty_on_the_login_is_waited_out_with_its_ticket() -> None:
    async with tradovate_stand() as stand:
        stand.fault(MishapType.THROTTLE, on=On.READ, seconds=0.05)
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        assert (ear.states, stand.twin.logins, stand.twin.attempts) == (["up"], 1, 2)
        await broker.close()


async def test_a_captcha_asks_for_a_person_and_nothing_more_is_sent() -> None:
    async with tradovate_stand() as stand:
        stand.fault(MishapType.THROTTLE, on=On.READ, seconds=3600.0)
        broker = stand.broker()
        for _ in range(2):
            with pytest.raises(Refused, match="see a person"):
                await broker.connect(Ear())
        assert stand.twin.attempts == 1
        assert broker.report().state.life is SessionLife.NEEDS_LOGIN


async def test_a_penalty_on_reads_and_on_the_stream_is_waited_out() -> None:
    async with tradovate_stand(recheck=0.0) as stand:
        broker, ear = stand.broker(), Ear()
        stand.fault(MishapType.THROTTLE, on=On.READ, skip=2, seconds=0.05)  # the login and the accounts come before
        await broker.connect(ear)
        assert ear.states == ["up"]
        stand.fault(MishapType.THROTTLE, on=On.READ, seconds=0.05)
        assert (await broker.snapshot()).complete
        assert any(each.code == "p-ticket" for each in broker.report().troubles)
        await broker.close()


async def test_a_penalty_on_an_order_holds_back_orders_and_not_cancels() -> None:
    async with tradovate_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        working, late = make.limit("90.00"), make.limit("91.00")
        await broker.submit(approved(working))
        await ear.hears(working.client_order_id, OrderAccepted)
        stand.fault(MishapType.THROTTLE, seconds=30.0)
        for _ in range(2):
            with pytest.raises(Throttled):
                await broker.submit(approved(late))
        assert await stand.submissions(late.client_order_id) == 1
        await broker.cancel(working)
        await ear.hears(working.client_order_id, OrderCanceled)
        await broker.close()


async def test_a_cancel_behind_another_change_is_asked_again_and_a_change_is_not() -> None:
    async with tradovate_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("90.00")
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        stand.fault(MishapType.REJECT, on=On.CANCEL, code="AnotherCommandPending")
        with pytest.raises(Unavailable):
            await broker.cancel(order)
        stand.fault(MishapType.REJECT, on=On.REPLACE, code="AnotherCommandPending")
        await broker.replace(order, order.quantity, make.terms("91.00"))
        await ear.hears(order.client_order_id, ReplaceRejected)
        await broker.cancel(order)
        await ear.hears(order.client_order_id, OrderCanceled)
        assert "CancelRejected" not in ear.kinds(order.client_order_id)
        await broker.close()


async def test_what_cannot_be_sent_is_refused_before_it_leaves() -> None:
    async with tradovate_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        half, other, working = make.limit("90.00", quantity="2.5"), make.limit("90.00"), make.limit("90.00")
        await broker.submit(approved(half))
        await ear.hears(half.client_order_id, OrderRejected)
        await broker.submit(approved(replace(other, instrument=InstrumentId("AAPL.XNAS"))))
        await ear.hears(other.client_order_id, OrderRejected)
        await broker.submit(approved(working))
        await broker.replace(working, Decimal("2.5"), make.terms("91.00"))
        await ear.hears(working.client_order_id, ReplaceRejected)
        trailing = Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(1))
        await broker.replace(working, working.quantity, trailing)
        await until(lambda: ear.kinds(working.client_order_id).count("ReplaceRejected") == 2, "the second refusal")
        assert await stand.submissions(half.client_order_id) == 0
        await broker.close()


async def test_too_many_requests_stop_everything_but_cancels_for_a_while() -> None:
    async with tradovate_stand(lockout=600.0) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        working, late = make.limit("90.00"), make.limit("91.00")
        await broker.submit(approved(working))
        await ear.hears(working.client_order_id, OrderAccepted)
        stand.fault(MishapType.ERROR, status=429, processed=False)
        for _ in range(2):
            with pytest.raises(Throttled):
                await broker.submit(approved(late))
        assert await stand.submissions(late.client_order_id) == 1
        await broker.cancel(working)
        await ear.hears(working.client_order_id, OrderCanceled)
        assert (await broker.snapshot()).complete, "what the stream told needs no request"
        await broker.close()


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (words.frame([{"e": "shutdown", "d": {"reasonCode": "ConnectionQuotaReached"}}]), "Too many streams"),
        (words.frame([{"e": "shutdown", "d": {"reasonCode": "Moon", "reason": "full"}}]), "Moon"),
        ('c[3000,"Go away!"]', "Go away!"),
        (words.frame([words.props("order", "Updated", {"id": 1})]), "not understood"),
        ("x", "not understood"),
    ],
)
async def test_a_stream_that_ends_says_why_and_comes_back(frame: str, said: str) -> None:
    async with tradovate_stand() as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        for line in stand.stage.lines.of("DEMO1"):
            line.put(frame)
        await ear.sees("up", "down", "up")
        assert any(said in each.sentence for each in broker.report().troubles)
        assert stand.twin.logins == 1
        await broker.close()


async def test_a_contract_that_cannot_be_ours_makes_the_report_incomplete_and_says_why() -> None:
    async with tradovate_stand(recheck=0.0, points="999") as stand:
        broker = stand.broker()
        await broker.connect(Ear())
        await stand.place_by_hand(Side.BUY, "1", "90.00")
        for _ in range(2):
            book = await broker.snapshot()
            assert (book.complete, book.orders) == (False, ())
        told = [each.sentence for each in broker.report().troubles if each.code == "incomplete"]
        assert len(told) == 1
        assert "a point of CL is worth 1000 USD, not 999" in told[0]
        assert await broker.held() == []
        await broker.close()


async def test_a_status_that_is_not_documented_has_the_account_read_anew() -> None:
    async with tradovate_stand() as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        theirs = await stand.place_by_hand(Side.BUY, "1", "90.00")
        row = {"id": int(theirs), "accountId": 11, "contractId": 3001, "action": "Buy", "ordStatus": "Frozen"}
        for line in stand.stage.lines.of("DEMO1"):
            line.put(words.frame([words.props("order", "Updated", row)]))
        await ear.sees("up", "down", "up")
        assert any("Frozen" in each.sentence for each in broker.report().troubles)
        assert [each.broker_order_id for each in (await broker.snapshot()).orders] == [theirs]
        await broker.close()


async def test_an_execution_that_was_taken_back_has_the_account_read_anew() -> None:
    async with tradovate_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.order(quantity="1")
        await broker.submit(approved(order))
        await until(lambda: bool(ear.fills(order.client_order_id)), "the fill")
        fill = ear.fills(order.client_order_id)[0].fill
        theirs = (await broker.snapshot()).orders[0].broker_order_id
        row = {"id": int(fill.execution_id), "orderId": int(theirs), "contractId": 3001, "action": "Buy", "qty": 1,
               "timestamp": "2026-01-05T14:31:05.000Z", "price": 100, "active": False}  # fmt: skip
        for line in stand.stage.lines.of("DEMO1"):
            line.put(words.frame([words.props("fill", "Updated", row)]))
        await ear.sees("up", "down", "up")
        assert any("took execution" in each.sentence for each in broker.report().troubles)
        await broker.close()


def test_a_machine_is_the_same_at_every_start_and_another_for_every_login() -> None:
    assert device_id("a") == device_id("a") != device_id("b")
    assert len(device_id("a")) == 64


def test_a_contract_that_ends_soon_asks_to_be_rolled() -> None:
    today = date(2026, 12, 14)
    assert "expires on 2026-12-18" in Month("ESZ6", True, date(2026, 12, 18), None).warning(today)
    assert "delivery on 2026-12-15" in Month("GCZ6", True, date(2026, 12, 29), date(2026, 12, 15)).warning(today)
    assert Month("ESH7", False, date(2027, 3, 19), None).warning(today) == ""


async def test_what_is_held_and_ends_soon_is_told_once() -> None:
    async with tradovate_stand(recheck=0.0, ends_in=3) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.order(quantity="1")
        await broker.submit(approved(order))
        await until(lambda: bool(ear.fills(order.client_order_id)), "the fill")
        for _ in range(2):
            await broker.snapshot()
        assert [each.code for each in broker.report().troubles].count("roll") == 1
        await broker.close()


def test_a_credential_is_checked_before_it_is_used() -> None:
    given = login("DEMO1")
    assert configure(given, "demo").rest.startswith("https://demo.")
    assert configure(given, "live").market_url.startswith("wss://md.")
    with pytest.raises(InvalidInput, match="Key number"):
        configure(given | {"cid": "eight"}, "demo")
    with pytest.raises(ConfigError, match="demo and live"):
        TradovateConfig("n", "p", 8, "s", "a", "moon")


async def test_a_server_that_is_away_leaves_nothing_running() -> None:
    async with tradovate_stand() as stand:
        broker = stand.broker_without_server()
        with pytest.raises(Unavailable):
            await broker.connect(Ear())
        assert broker.report().state.life is SessionLife.DEAD


async def test_what_the_wizard_does_opens_one_session_for_all_of_it() -> None:
    async with tradovate_stand() as stand:
        broker, means = brokerage("tradovate"), Means(WallClock(), SeededEntropy())
        access = Access(login("DEMO1"), "twin", stand.server.url)
        broker.check(access)
        found = await broker.probe(access, means)
        assert (found.number, found.currency, found.cash, found.equity) == (
            "DEMO1",
            "USD",
            Decimal(100_000),
            Decimal(100_000),
        )
        await stand.place_by_hand(Side.BUY, "1", "90.00")
        assert await broker.held(access, means) == [SYMBOL]
        assert [each.id for each in await broker.listing(access, [SYMBOL], means)] == [CRUDE]
        session, ear = broker.session(access, stand.account, means), Ear()
        await session.connect(ear)
        await ear.sees("up")
        assert stand.twin.logins == 1
        assert broker.prices(access, means) is not None
        other = Access(login("POOR1", "poor"), "twin", stand.server.url)
        assert (await broker.probe(other, means)).number == "POOR1"
        await session.close()
        assert (await broker.probe(access, means)).number == "DEMO1"
        assert stand.twin.logins == 2, "a login in use outlives others"
        wrong = Access(login("POOR1", "poor") | {"password": "wrong"}, "twin", stand.server.url)
        with pytest.raises(Refused):
            await broker.probe(wrong, means)
        held = [client.login for client in tradovate._CLIENTS.values()]
        assert len(held) == 1, "a login that nobody uses is forgotten with its password"
