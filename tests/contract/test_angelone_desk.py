"""Angel One as the desk uses it: what is held, what becomes of an order, and what cannot be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from bidwell.app.brokerage import Access, Means, brokerage
from bidwell.app.clock import WallClock
from bidwell.brokers.angelone import wire
from bidwell.engine.ports import BrokerEvent
from bidwell.model.account import Account
from bidwell.model.errors import InvalidInput, Refused, Unavailable
from bidwell.model.events import (
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
)
from bidwell.model.ids import AccountId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.simulation.facts import Amended, Traded
from bidwell.simulation.orders import Ticket
from bidwell.twins.angelone import words
from bidwell.twins.angelone.words import venue_id
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import inner_id
from bidwell.twins.stage import ORDERS
from tests.contract.angelone_stand import ACME, FIELDS, FUTURE, NIFTY, SYMBOL, AngelStand, angelone_stand
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.market_contract import Screen
from tests.contract.paper_stand import SeededEntropy

MEANS = Means(WallClock(), SeededEntropy())


@pytest.fixture
async def stand() -> AsyncIterator[AngelStand]:
    async with angelone_stand() as stand:
        yield stand


async def test_an_account_is_probed_listed_and_quoted_over_one_login(stand: AngelStand) -> None:
    broker, access = brokerage("angelone"), Access(FIELDS, "twin", stand.server.url)
    found = await broker.probe(access, MEANS)
    assert (found.number, found.currency, found.cash) == ("A1001", "INR", Decimal(100_000))
    await stand.place_by_hand(Side.BUY, "7", "100.00")
    await stand.place_by_hand(Side.BUY, "3", "90.00")
    assert await broker.held(access, MEANS) == ["NSE:ACME-EQ"]
    listed = await broker.listing(access, ["NSE:ACME-EQ", "Nifty 50", "ACME31DEC30FUT", "NOSUCH"], MEANS)
    assert [each.id for each in listed] == [ACME, NIFTY, FUTURE]
    assert (listed[0].tick_size, listed[2].lot_size, listed[1].tradable) == (Decimal("0.05"), Decimal(75), False)
    for names in (["NIFTY 50", "ACME", "ACME.XNSE", "BSE:ACME"], ["NSE:NIFTY", "nse:acme-eq", "ACME-EQ", "ACME.XBOM"]):
        found_again = await broker.listing(access, names, MEANS)
        assert [each.id for each in found_again] == [NIFTY, ACME, ACME, "ACME.XBOM"]
    assert await broker.listing(access, [], MEANS) == []
    account, ear, screen = Account(AccountId("a"), "A", "angelone", "A1001", "INR"), Ear(), Screen()
    session, prices = broker.session(access, account, MEANS), broker.prices(access, MEANS)
    assert prices is not None
    await session.connect(ear)
    await prices.connect(screen)
    await prices.follow([ACME])
    await until(lambda: ACME in screen.quotes, "a quote")
    await prices.close()
    await session.close()
    assert not any(secret in repr(stand.config) for name, secret in FIELDS.items() if name != "client_code")
    assert stand.twin.sessions.logins == 1
    with pytest.raises(Refused):
        await broker.probe(replace(access, fields=FIELDS | {"pin": "9999"}), MEANS)
    for secret in ("not base 32!", "ABCDEFGHABCDEFGHA"):
        with pytest.raises(InvalidInput):
            broker.check(replace(access, fields=FIELDS | {"totp_secret": secret}))


async def test_what_its_risk_system_refuses_is_taken_in_and_rejected_by_its_status(stand: AngelStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    order = make.order(quantity="5000")
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderRejected)
    rejected = ear.of(order.client_order_id)[-1]
    assert isinstance(rejected, OrderRejected)
    assert rejected.reason
    theirs = await broker.find(order.client_order_id)
    assert theirs is not None
    assert (theirs.status, theirs.reason) == (OrderStatus.REJECTED, rejected.reason)
    await broker.close()


async def test_fills_that_do_not_come_begin_the_stream_anew_once_and_are_told_when_they_come(
    stand: AngelStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    real = stand.twin.records.fills
    monkeypatch.setattr(stand.twin.records, "fills", lambda _account: [])
    order = make.order()
    await broker.submit(approved(order))
    await until(lambda: ear.states.count("up") == 2, "the stream begins anew")
    assert ear.fills(order.client_order_id) == []
    assert "which has 10" in broker.report().troubles[-2].sentence
    monkeypatch.setattr(stand.twin.records, "fills", real)
    book = await broker.snapshot()
    assert [each.filled_quantity for each in book.orders] == [Decimal(10)]
    later = make.order()
    await broker.submit(approved(later))
    await ear.hears(later.client_order_id, OrderFilled)
    assert ear.states.count("up") == 2
    await broker.close()


async def test_a_status_that_is_not_documented_is_a_trouble_and_begins_the_stream_anew_once(
    stand: AngelStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    monkeypatch.setitem(words.CODES, "pondering", "AB77")
    monkeypatch.setattr(words, "OPEN", "pondering")
    order = make.limit("90.00")
    await broker.submit(approved(order))
    await until(lambda: ear.states.count("up") == 2, "the stream begins anew")
    assert any("pondering" in each.sentence for each in broker.report().troubles)
    assert not (await broker.snapshot()).complete
    await stand.quote("89.00", "89.50")
    await ear.hears(order.client_order_id, OrderFilled)
    assert ear.states.count("up") == 2
    await broker.close()


async def test_a_stop_is_changed_and_canceled_under_its_variety_by_a_session_that_did_not_send_it(
    stand: AngelStand,
) -> None:
    first, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await first.connect(ear)
    order = make.order(Terms(OrderType.STOP_LIMIT, Decimal("111.00"), Decimal("110.00")))
    name = order.client_order_id
    await first.submit(approved(order))
    await ear.hears(name, OrderAccepted)
    await first.close()
    second, heard = stand.broker(), Ear()
    await second.connect(heard)
    wanted = Terms(OrderType.STOP_LIMIT, Decimal("113.00"), Decimal("112.00"))
    await second.replace(order, Decimal(12), wanted)
    await heard.hears(name, OrderReplaced)
    theirs = await second.find(name)
    assert theirs is not None
    assert (theirs.terms, theirs.quantity, theirs.status) == (wanted, Decimal(12), OrderStatus.WORKING)
    await second.cancel(order)
    await heard.hears(name, OrderCanceled)
    await second.close()


@pytest.mark.parametrize("said", [(0, 1, 2), (0, 1), (2,), (2, 0, 1)], ids=str)
async def test_a_change_is_told_once_by_whichever_of_its_messages_come(
    stand: AngelStand, monkeypatch: pytest.MonkeyPatch, said: tuple[int, ...]
) -> None:
    real = stand.twin._events[Amended]

    def some(fact: Amended) -> tuple[str, list[str | bytes]]:
        account, frames = real(fact)
        return account, [frames[place] for place in said]

    monkeypatch.setattr(stand.twin, "_events", stand.twin._events | {Amended: some})
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    order, later = make.limit("90.00"), make.order()
    await broker.submit(approved(order))
    await broker.replace(order, Decimal(12), make.terms("91.00"))
    await ear.hears(order.client_order_id, OrderReplaced)
    await broker.submit(approved(later))
    await ear.hears(later.client_order_id, OrderFilled)
    (told,) = (each for each in ear.of(order.client_order_id) if isinstance(each, OrderReplaced))
    assert (told.quantity, told.terms.limit_price) == (Decimal(12), Decimal("91.00"))
    await broker.close()


async def test_a_complete_order_is_filled_whatever_its_figure_says_yet(
    stand: AngelStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stand.twin._events[Traded]

    def blank(fact: Traded) -> tuple[str, list[str | bytes]]:
        account, (frame,) = real(fact)
        return account, [str(frame).replace('"filledshares":"10"', '"filledshares":""')]

    monkeypatch.setattr(stand.twin, "_events", stand.twin._events | {Traded: blank})
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    order = make.order()
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderFilled)
    assert [event.fill.quantity for event in ear.fills(order.client_order_id)] == [Decimal(10)]
    await broker.close()


@pytest.mark.parametrize(("word", "kind"), [("not modified", ReplaceRejected), ("not cancelled", CancelRejected)])
async def test_an_exchange_that_does_not_change_or_cancel_is_told(
    stand: AngelStand, word: str, kind: type[BrokerEvent]
) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    order = make.limit("90.00")
    await broker.submit(approved(order))
    theirs = await broker.find(order.client_order_id)
    assert theirs is not None
    broker._updates.expect(theirs.broker_order_id, Decimal(12), make.terms("91.00"))
    row = stand.twin.records.row(stand.stage.order(venue_id(theirs.broker_order_id)))
    refusal = stand.twin._message("plain", "AB01", row | {"status": word, "text": "16346: no"})
    stand.stage.lines.tell("plain", [refusal], ORDERS)
    await ear.hears(order.client_order_id, kind)
    assert getattr(ear.of(order.client_order_id)[-1], "reason", "") == "16346: no"
    await broker.close()


async def test_what_a_person_changes_at_the_brokers_own_screen_is_told(stand: AngelStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    order = make.limit("90.00")
    await broker.submit(approved(order))
    theirs = await broker.find(order.client_order_id)
    assert theirs is not None
    changes = Ticket(inner_id(SYMBOL), Side.BUY, Decimal(8), OrderType.LIMIT, TimeInForce.DAY, "", Decimal("91.00"))
    stand.stage.publish(stand.stage.venue.replace("plain", changes, venue_id(theirs.broker_order_id)))
    await ear.hears(order.client_order_id, OrderReplaced)
    (told,) = (each for each in ear.of(order.client_order_id) if isinstance(each, OrderReplaced))
    assert (told.quantity, told.terms.limit_price) == (Decimal(8), Decimal("91.00"))
    by_hand = await stand.place_by_hand(Side.SELL, "2", "130.00")
    await until(lambda: any(str(each.client_order_id) == str(by_hand) for each in ear.events), "an order of a person's")
    await broker.close()


async def test_a_sale_of_what_is_held_under_another_product_goes_under_that_one(stand: AngelStand) -> None:
    await stand.place_by_hand(Side.BUY, "7", "100.00")
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    assert (await broker.snapshot()).positions == {ACME: Decimal(7)}
    for quantity, product in (("5", "DELIVERY"), ("9", "INTRADAY")):
        order = make.order(side=Side.SELL, quantity=quantity)
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        held = next(reversed(stand.stage.state.orders.values()))
        assert stand.twin.records.kind(held) == ("NORMAL", product)
    await broker.close()


async def test_a_stream_that_says_nothing_of_a_cancel_begins_anew(stand: AngelStand) -> None:
    broker, ear, make = stand.broker(replace(stand.config, patience=0.1)), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    order = make.limit("90.00")
    await broker.submit(approved(order))
    accepted = await broker.find(order.client_order_id)
    assert accepted is not None
    await until(lambda: broker._updates.mentions(accepted.broker_order_id) == 2, "all that is said of it")
    stand.fault(MishapType.MUTE, on=On.CANCEL, seconds=0.2)
    await broker.cancel(order)
    await until(lambda: ear.states.count("up") == 2, "the stream begins anew")
    assert "says nothing of an order" in ear.states[1]
    assert [each.status for each in (await broker.snapshot()).orders] == [OrderStatus.CANCELED]
    await broker.close()


async def test_a_token_that_changed_is_looked_for_anew_after_one_rejection(stand: AngelStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    broker._library.book.learn([wire.Scrip("9999", SYMBOL, "ACME", "", "-1", "1", "", "NSE", "5")])
    first, second = make.order(), make.order()
    await broker.submit(approved(first))
    assert ear.kinds(first.client_order_id) == ["OrderRejected"]
    await broker.submit(approved(second))
    await ear.hears(second.client_order_id, OrderFilled)
    await broker.close()


async def test_of_two_orders_under_one_tag_the_one_that_works_is_found(stand: AngelStand) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand, TimeInForce.DAY)
    await broker.connect(ear)
    order = make.limit("90.00")
    await broker.submit(approved(order))
    await broker.submit(approved(order))
    await until(lambda: ear.kinds(order.client_order_id).count("OrderAccepted") == 2, "both of them")
    first, second = (each.broker_order_id for each in ear.of(order.client_order_id) if isinstance(each, OrderAccepted))
    assert second is not None
    await stand.expire_by_hand(second)
    theirs = await broker.find(order.client_order_id)
    assert theirs is not None
    assert theirs.broker_order_id == first
    await broker.close()


async def test_shares_of_earlier_days_are_holdings_and_count_with_what_is_traded_today(stand: AngelStand) -> None:
    await stand.place_by_hand(Side.BUY, "7", "100.00")
    stand.stage.put_forward(timedelta(days=1))
    await stand.place_by_hand(Side.SELL, "2", "99.00")
    broker = stand.broker()
    await broker.probe()
    book = await broker.snapshot()
    assert book.positions == {ACME: Decimal(5)}
    assert book.complete
    assert [each.status for each in book.orders] == [OrderStatus.FILLED]
    assert book.orders[0].fills[0].occurred_at.tzinfo is UTC
    await broker.close()


async def test_a_list_of_fills_that_stays_behind_leaves_its_order_out_of_the_report(
    stand: AngelStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = stand.broker()
    await broker.probe()
    await stand.place_by_hand(Side.BUY, "7", "100.00")
    stand.fault(MishapType.ERROR, on=On.READ, skip=2, count=None, status=503)
    with pytest.raises(Unavailable):
        await broker.snapshot()
    stand.fault(MishapType.ERROR, on=On.READ, skip=10_000)
    assert (await broker.snapshot()).complete
    monkeypatch.setattr(stand.twin.records, "fills", lambda _account: [])
    lagging = await broker.snapshot()
    assert (lagging.complete, lagging.orders) == (False, ())
    assert lagging.positions == {ACME: Decimal(7)}
    await broker.close()
