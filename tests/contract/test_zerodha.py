from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bidwell.app.brokerage import Access, Means, brokerage, redeemed
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.brokers.transport import decoder
from bidwell.brokers.transport.indian import Product
from bidwell.brokers.zerodha import ZerodhaBroker, configure, genuine, parse, wire
from bidwell.brokers.zerodha.broker.ticket import product_for, product_of
from bidwell.brokers.zerodha.symbols import Row
from bidwell.engine.ports import SessionLife
from bidwell.model.errors import InDoubt, InvalidInput, Refused, Unavailable
from bidwell.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
)
from bidwell.model.ids import BrokerOrderId, InstrumentId
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.twins.mishaps import MishapType, On
from tests.contract.broker_contract import BrokerContract
from tests.contract.broker_stand import Ear, Maker, approved, external, limit_terms, until
from tests.contract.paper_stand import SeededEntropy
from tests.contract.zerodha_stand import ACME, FIELDS, ZerodhaStand, zerodha_stand

SHARE = Row(1, "ACME", "ACME", "", "0", "0.05", "1", "EQ", "NSE", "NSE")
FUTURE = Row(2, "NIFTY31JANFUT", "NIFTY", "2031-01-30", "0", "0.05", "75", "FUT", "NFO-FUT", "NFO")


@pytest.fixture
async def stand() -> AsyncIterator[ZerodhaStand]:
    async with zerodha_stand() as stand:
        yield stand


class TestZerodha(BrokerContract):
    """Zerodha's adapter keeps the broker contract against Zerodha's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[ZerodhaStand]:
        async with zerodha_stand() as stand:
            yield stand


# --- the day's login ------------------------------------------------------------------------------------


async def logged_in(stand: ZerodhaStand) -> str:
    """The address that a browser is sent to after the login."""
    async with aiohttp.ClientSession() as session, session.get(stand.config.login_url) as answer:
        found = re.search(r'id="redirect">([^<]+)<', await answer.text())
    assert found is not None
    return html.unescape(found[1])


def access(stand: ZerodhaStand, **fields: str) -> Access:
    return Access(FIELDS | fields, "twin", stand.server.url)


MEANS = Means(WallClock(), SystemEntropy())


async def test_a_login_brings_a_token_that_opens_the_account_and_is_kept_without_the_code(stand: ZerodhaStand) -> None:
    broker = brokerage("zerodha")
    given = access(stand, request_token=await logged_in(stand))
    kept = await redeemed(broker, given, MEANS)
    assert set(kept.fields) == {"api_key", "api_secret", "access_token", "logged_in_at"}
    # The wizard looks first and connects then: Zerodha takes the code only once.
    assert await redeemed(broker, given, MEANS) == kept
    found = await broker.probe(kept, MEANS)
    assert (found.number, found.currency, found.cash) == ("AB1234", "INR", Decimal(100_000))
    assert await redeemed(broker, kept, MEANS) == kept
    (listed,) = await broker.listing(kept, ["NSE:ACME"], MEANS)
    assert listed.id == ACME
    assert [each.symbol for each in await broker.listing(kept, ["ACME", "NIFTY310130C25000", "NOSUCH"], MEANS)] == [
        "ACME", "NIFTY310130C25000"]  # fmt: skip
    theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
    assert theirs
    assert await broker.held(kept, MEANS) == ["NSE:ACME"]


async def test_a_code_that_is_spent_or_another_secrets_is_refused(stand: ZerodhaStand) -> None:
    broker, brought = brokerage("zerodha"), await logged_in(stand)
    with pytest.raises(Refused, match="checksum"):
        await redeemed(broker, access(stand, request_token=brought, api_secret="othersecret"), MEANS)
    await redeemed(broker, access(stand, request_token=brought), MEANS)
    with pytest.raises(Refused, match="expired"):
        await redeemed(broker, access(stand, request_token=brought.rpartition("=")[2]), MEANS)
    with pytest.raises(InvalidInput, match="no request token"):
        await redeemed(broker, access(stand, request_token="https://127.0.0.1/?status=cancelled"), MEANS)
    with pytest.raises(Unavailable):
        await redeemed(broker, Access(FIELDS | {"request_token": "abcdefgh"}, "twin", "http://127.0.0.1:1"), MEANS)


async def test_a_session_that_ends_asks_for_a_login_and_says_where(stand: ZerodhaStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    # In the hour before six in the morning in India it ends soon.
    up = {SessionLife.ACTIVE, SessionLife.EXPIRING}
    await until(lambda: broker.report().state.life in up, "the session is up")
    stand.stage.put_forward(timedelta(days=1))
    with pytest.raises(Refused, match="log in again"):
        await broker.snapshot()
    state = broker.report().state
    assert state.life is SessionLife.NEEDS_LOGIN
    assert state.login_url == stand.config.login_url
    await until(lambda: len(ear.states) > 1, "the desk hears of it")
    with pytest.raises(Unavailable):
        await broker.submit(approved(Maker(stand).order()))
    await broker.close()
    again = stand.broker(stand.renewed())
    await again.connect(ear := Ear())
    await ear.sees("up")
    await again.close()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"access_token": ""}, "a login each day"),
        ({"logged_in_at": WallClock().now() - timedelta(days=2)}, "ended at .* 06:00 IST"),
    ],
)
async def test_a_desk_without_the_days_login_says_so_and_sends_nothing(
    stand: ZerodhaStand, changes: dict[str, Any], why: str
) -> None:
    broker = stand.broker(replace(stand.config, twin="http://127.0.0.1:1", **changes))
    with pytest.raises(Refused, match=why):
        await broker.connect(Ear())
    assert broker.report().state.life is SessionLife.NEEDS_LOGIN


async def test_a_session_that_is_about_to_end_says_until_when(stand: ZerodhaStand) -> None:
    broker = stand.broker()
    await broker.connect(Ear())
    login = stand.config.login
    assert login is not None
    broker._health.login = replace(login, ends_at=WallClock().now() + timedelta(minutes=30))
    state = broker.report().state
    assert (state.life, state.until) == (SessionLife.EXPIRING, broker._health.login.ends_at)
    await broker.close()


@dataclass
class Clock:
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return WallClock().now() + self.ahead


async def test_nothing_is_sent_with_a_login_that_has_ended(
    stand: ZerodhaStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bidwell.brokers.zerodha.broker.account._LONGEST_SLEEP", 0.01)
    clock, ear = Clock(), Ear()
    broker = ZerodhaBroker(stand.config, stand.account, stand.masters, clock, SeededEntropy())
    await broker.connect(ear)
    await until(lambda: len(stand.masters.book) > 3, "the lists, before an order needs them")
    clock.ahead = timedelta(days=1)
    order = Maker(stand).order()
    with pytest.raises(Unavailable, match="login at Zerodha is over"):
        await broker.submit(approved(order))
    assert await stand.submissions(order.client_order_id) == 0
    await until(lambda: any(state.startswith("down") for state in ear.states), "the desk hears of it")
    assert broker.report().state.life is SessionLife.NEEDS_LOGIN
    await broker.close()


async def test_a_login_of_another_account_is_refused(stand: ZerodhaStand) -> None:
    stand.account = replace(stand.account, broker_account="ZZ9999")
    with pytest.raises(Refused, match="this login is of AB1234"):
        await stand.broker().connect(Ear())


def test_what_is_kept_of_a_login_is_read_again() -> None:
    kept = FIELDS | {"access_token": "t", "logged_in_at": "2026-11-21T03:45:00+00:00", "product": "intraday"}
    config = configure(kept, "live")
    assert (config.access_token, config.product) == ("t", Product.INTRADAY)
    assert config.login is not None
    assert config.login.ends_at.isoformat() == "2026-11-22T00:30:00+00:00"
    assert FIELDS["api_secret"] not in repr(config)
    assert configure(FIELDS | {"request_token": "abcd"}, "live").login is None
    with pytest.raises(InvalidInput, match="Request token"):
        configure(FIELDS, "live")


def test_a_postback_is_believed_to_be_zerodhas_by_its_checksum_alone() -> None:
    said = {"order_id": "220303000308932", "order_timestamp": "2022-03-03 09:24:25", "status": "COMPLETE"}
    good = hashlib.sha256(f"{said['order_id']}{said['order_timestamp']}secret1".encode()).hexdigest()
    body = json.dumps(said | {"checksum": good}).encode()
    assert genuine(body, "secret1")
    assert not genuine(body, "secret2")
    assert not genuine(body.replace(b"308932", b"308933"), "secret1")
    for forged in (b"", b"[]", b"[" * 100_000, b"\xff\xfe", body[:-5], json.dumps(said).encode(),
                   json.dumps(said | {"checksum": None}).encode(), json.dumps(said | {"checksum": "é" * 64}).encode()):  # fmt: skip
        assert not genuine(forged, "secret1")


# --- products and what is held --------------------------------------------------------------------------


def test_a_position_is_closed_under_its_own_product() -> None:
    assert (product_of(SHARE, Product.DELIVERY), product_of(FUTURE, Product.DELIVERY)) == ("CNC", "NRML")
    assert product_of(FUTURE, Product.INTRADAY) == "MIS"


async def test_an_order_closes_what_is_held_under_another_product(stand: ZerodhaStand) -> None:
    sell = Maker(stand).order(side=Side.SELL, quantity="10")
    for held, product in (({}, "CNC"), ({"MIS": Decimal(10)}, "MIS"), ({"MIS": Decimal(9)}, "CNC"),
                          ({"MIS": Decimal(-10)}, "CNC"), ({"CNC": Decimal(3), "MIS": Decimal(10)}, "CNC"),
                          ({"CNC": Decimal(10), "MIS": Decimal(10)}, "CNC")):  # fmt: skip
        assert product_for(sell, SHARE, Product.DELIVERY, held) == product, held


async def test_shares_for_delivery_are_carried_on_and_not_sold_short(stand: ZerodhaStand) -> None:
    config = replace(stand.config, product=Product.DELIVERY)
    broker, ear, make = stand.broker(config), Ear(), Maker(stand)
    await broker.connect(ear)
    short = make.order(side=Side.SELL, quantity="3")
    await broker.submit(approved(short))
    await ear.hears(short.client_order_id, OrderRejected)
    assert "Insufficient holdings" in str(ear.of(short.client_order_id)[0])
    bought = make.order(quantity="8")
    await broker.submit(approved(bought))
    await ear.hears(bought.client_order_id, OrderFilled)
    assert (await broker.snapshot()).positions == {ACME: Decimal(8)}
    await broker.close()

    stand.stage.put_forward(timedelta(days=1))
    broker = stand.broker(replace(stand.renewed(), product=Product.DELIVERY))
    await broker.connect(ear := Ear())
    book = await broker.snapshot()
    assert (book.positions, book.average_prices) == ({ACME: Decimal(8)}, {ACME: Decimal(100)})
    sold = make.order(side=Side.SELL, quantity="3")
    await broker.submit(approved(sold))
    await ear.hears(sold.client_order_id, OrderFilled)
    book = await broker.snapshot()
    assert (book.positions, book.complete) == ({ACME: Decimal(5)}, True)
    assert book.average_prices == {ACME: Decimal(100)}
    await broker.close()


@pytest.mark.parametrize(
    ("told", "carried"),
    [
        ({"quantity": 0, "t1_quantity": 10, "opening_quantity": 0}, 10),  # bought yesterday
        ({"quantity": 15, "realised_quantity": 5, "t1_quantity": 10, "opening_quantity": 5}, 15),
        (
            {"quantity": 6, "realised_quantity": 10, "t1_quantity": 0, "opening_quantity": 10},
            10,
        ),  # four were sold today
        ({"quantity": 7}, 7),
    ],
)
def test_what_was_carried_into_the_day_counts_shares_that_are_not_delivered_yet(
    told: dict[str, int], carried: int
) -> None:
    row = {"tradingsymbol": "ACME", "exchange": "NSE", "average_price": 9.5} | told
    assert parse.carried(decoder(wire.Holding).decode(json.dumps(row))) == carried


# --- orders beside the cards ----------------------------------------------------------------------------


async def test_a_stop_is_sent_as_one_and_triggers(stand: ZerodhaStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    order = make.order(Terms(OrderType.STOP, stop_price=Decimal("110.00")))
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderAccepted)
    (row,) = stand.twin.records.orders("AB1234")
    assert stand.twin.records.row(row)["status"] == "TRIGGER PENDING"
    await stand.quote("110.00", "110.10")
    await ear.hears(order.client_order_id, OrderFilled)
    assert ear.fills(order.client_order_id)[0].fill.price == Decimal("110.10")
    await broker.close()


async def test_a_change_and_a_cancel_by_hand_at_the_broker_are_told(stand: ZerodhaStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
    order = external(Maker(stand).order(limit_terms("90.00", TimeInForce.DAY), quantity="7"), theirs)
    await broker.replace(order, Decimal(9), limit_terms("91.00", TimeInForce.DAY))
    await until(lambda: any(isinstance(each, OrderReplaced) for each in ear.events), "the change")
    assert [each.quantity for each in ear.events if isinstance(each, OrderReplaced)] == [Decimal(9)]
    await broker.cancel(order)
    await until(lambda: any(isinstance(each, OrderCanceled) for each in ear.events), "the cancel")
    assert {each.client_order_id for each in ear.events} == {str(theirs)}
    await broker.close()


async def test_a_change_that_the_exchange_refuses_after_kite_took_it_in_is_told(stand: ZerodhaStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    order = make.order(limit_terms("90.00", TimeInForce.DAY))
    name = order.client_order_id
    await broker.submit(approved(order))
    await ear.hears(name, OrderAccepted)
    stand.fault(MishapType.TIMEOUT, on=On.REPLACE, processed=False)
    with pytest.raises(InDoubt):
        await broker.replace(order, Decimal(12), limit_terms("91.00", TimeInForce.DAY))
    (held,) = stand.twin.records.orders("AB1234")
    row = stand.twin.records.row(held)
    for changes in ({}, {"status_message": "16283: the price is out of range"}):
        stand.stage.lines.tell("", [json.dumps({"type": "order", "data": row | changes})], "orders")
    await ear.hears(name, ReplaceRejected)
    assert ear.kinds(name) == ["OrderAccepted", "ReplaceRejected"]
    assert "out of range" in str(ear.of(name)[-1])
    await broker.close()


async def test_an_order_that_was_placed_before_the_market_opened_is_canceled_under_its_variety(
    stand: ZerodhaStand,
) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    form = {"exchange": "NSE", "tradingsymbol": "ACME", "transaction_type": "BUY", "quantity": "7", "product": "CNC",
            "order_type": "LIMIT", "price": "90", "validity": "DAY"}  # fmt: skip
    asked = aiohttp.ClientSession(headers=stand.config.headers)
    async with asked as session, session.post(stand.server.url + "/orders/amo", data=form) as answer:
        theirs = BrokerOrderId((await answer.json())["data"]["order_id"])
    await until(lambda: any(isinstance(each, OrderAccepted) for each in ear.events), "the order")
    await broker.cancel(external(Maker(stand).order(limit_terms("90.00", TimeInForce.DAY), quantity="7"), theirs))
    await until(lambda: any(isinstance(each, OrderCanceled) for each in ear.events), "the cancel")
    await broker.close()


async def test_an_order_for_what_is_not_listed_or_an_index_is_rejected_and_not_sent(stand: ZerodhaStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    for ident in ("NIFTY.XNSE", "NOSUCH.XNSE", "AAPL.XNAS"):
        order = replace_instrument(make, InstrumentId(ident))
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderRejected)
        assert await stand.submissions(order.client_order_id) == 0
    await broker.close()


def replace_instrument(make: Maker, ident: InstrumentId) -> Any:  # noqa: ANN401 - an order
    made = make.order()
    return type(made)(made.client_order_id, made.account, ident, made.side, made.quantity, made.terms, made.created_at)


async def test_trades_that_the_list_has_not_yet_are_waited_for(stand: ZerodhaStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    order = Maker(stand).order()
    stand.fault(MishapType.PARTIAL, fraction=Decimal("0.4"), seconds=0.05)
    await broker.submit(approved(order))
    await until(lambda: sum(each.fill.quantity for each in ear.fills(order.client_order_id)) == 10, "all of it")
    names = [each.fill.execution_id for each in ear.fills(order.client_order_id)]
    assert len(set(names)) == len(names) == 2
    assert BrokerOrderId(names[0].partition(":")[0])
    await broker.close()


@pytest.mark.parametrize("frame", ['{"type":"error","data":"noise"}', '{"type":"message","data":{}}', b"\x00",
                                   '{"type":"app_code","timestamp":"x"}'])  # fmt: skip
async def test_what_the_ticker_says_beside_orders_ends_nothing(stand: ZerodhaStand, frame: str | bytes) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    stand.stage.lines.tell("", [frame], "orders")
    order = Maker(stand).order()
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderFilled)
    assert ear.states == ["up"]
    assert bool(broker.report().troubles) is ("error" in str(frame))
    await broker.close()


async def test_a_status_that_is_not_documented_is_told_and_everything_is_read_anew(stand: ZerodhaStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
    await until(lambda: any(isinstance(each, OrderAccepted) for each in ear.events), "the order")
    row = stand.twin.records.row(stand.stage.state.named["AB1234", "HAND"]) | {"status": "HALF DONE"}
    stand.stage.lines.tell("", [json.dumps({"type": "order", "data": row})], "orders")
    await ear.sees("up", "down", "up")
    assert any("HALF DONE" in each.sentence for each in broker.report().troubles)
    assert [each.broker_order_id for each in (await broker.snapshot()).orders] == [theirs]
    await broker.close()
