"""Schwab's instruments, bars, quotes and the prices of its stream, over the twin's socket, and payloads as they are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from bidwell.brokers.schwab import SchwabBroker, SchwabFeed, SchwabMarket, parse, wire
from bidwell.brokers.schwab.broker.ticket import ticket_of
from bidwell.brokers.schwab.symbols import SymbolBook, guess
from bidwell.brokers.transport import Unworkable
from bidwell.model.errors import ProtocolError, Refused
from bidwell.model.events import OrderFilled
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.market_contract import RestMarketContract, Screen
from tests.contract.schwab_stand import ACME, OPTION, SchwabStand, schwab_stand

CALL = InstrumentId("ACME270115C00100000.OPRA")
SPY = InstrumentId("SPY.ARCX")
BRK = InstrumentId("BRK-B.XNYS")


@pytest.fixture
async def stand() -> AsyncIterator[SchwabStand]:
    async with schwab_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: SchwabStand) -> AsyncIterator[SchwabMarket]:
    made = SchwabMarket(stand.config, stand.user(), SymbolBook(), stand.clock)
    made.open()
    yield made
    await made.close()


class TestSchwabMarket(RestMarketContract):
    """Bars over the cards that every broker plays."""

    series = ((ACME, 60), (ACME, 86_400), (BRK, 1800))
    lengths = "60, 300"
    absent = ("NOSUCH.XNAS", "ACME.XNYS")
    throttles = True


async def test_instruments_have_ids_that_lead_back_to_the_brokers_symbols(market: SchwabMarket) -> None:
    found = {each.id: each.symbol for each in await market.instruments()}
    assert found == {ACME: "ACME", BRK: "BRK/B", SPY: "SPY"}
    assert [guess(each) for each in found] == list(found.values())


async def test_quotes_come_with_exact_prices(market: SchwabMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([ACME, CALL])}
    assert (found[ACME].bid, found[ACME].ask) == (Decimal("99.9"), Decimal(100))
    assert (found[CALL].ask, found[CALL].ask_quantity) == (Decimal("5.2"), Decimal(100_000))
    assert found[ACME].previous_close == Decimal("99.9")


async def test_the_feed_follows_shares_and_options_on_one_stream_and_mends_itself(stand: SchwabStand) -> None:
    user, screen = stand.user(), Screen()
    feed = SchwabFeed(user, SchwabMarket(stand.config, user, SymbolBook(), stand.clock), stand.clock)
    try:
        await feed.connect(screen)
        await feed.follow([ACME, InstrumentId("NOSUCH.XNAS")])
        await until(lambda: ACME in screen.quotes, "the first quote")
        await stand.quote("98.00", "98.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("98.10"), "the new quote")
        assert screen.quotes[ACME].last == Decimal("98.05")
        await feed.follow([CALL, ACME])
        await until(lambda: CALL in screen.quotes, "an option on the open stream")
        stand.stage.quote(OPTION, Decimal("6.10"), Decimal("6.20"), Decimal(700))
        await until(lambda: screen.quotes[CALL].bid == Decimal("6.10"), "its new price")
        assert screen.quotes[CALL].bid_quantity == Decimal(700)
        stand.stage.quote("ACME", Decimal("98.00"), Decimal("98.10"), Decimal(700))
        await until(lambda: screen.quotes[ACME].bid_quantity == Decimal(700), "sizes in lots of a hundred")
        stand.stage.disconnect()
        await until(lambda: screen.states == [True, False, True], "the stream is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
    finally:
        await feed.close()


async def test_prices_and_orders_are_heard_on_the_same_stream(stand: SchwabStand) -> None:
    user, screen, ear, make = stand.user(), Screen(), Ear(), Maker(stand)
    broker = SchwabBroker(stand.config, stand.account, user, SymbolBook(), stand.clock)
    feed = SchwabFeed(user, SchwabMarket(stand.config, user, SymbolBook(), stand.clock), stand.clock)
    try:
        await feed.connect(screen)
        await feed.follow([ACME])
        await broker.connect(ear)
        await until(lambda: ACME in screen.quotes, "a price")
        order = make.order()
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        assert len(stand.stage.lines.of("plain")) == 1
        await feed.close()
        later = make.order()
        await broker.submit(approved(later))
        await ear.hears(later.client_order_id, OrderFilled)
        assert ear.states == ["up"]
    finally:
        await feed.close()
        await broker.close()


async def test_a_feed_with_a_login_that_opens_nothing_says_so(stand: SchwabStand) -> None:
    wrong = stand.changed(refresh_token="wrong", access_token="")
    user = stand.user(wrong)
    feed = SchwabFeed(user, SchwabMarket(wrong, user, SymbolBook(), stand.clock), stand.clock)
    try:
        await feed.connect(Screen())
        with pytest.raises(Refused):
            await feed.follow([ACME])
    finally:
        await feed.close()


# --- payloads as public material shows them -------------------------------------------------------------

CONTEXT = parse.Context(AccountId("a"), SymbolBook(), datetime(2026, 1, 2, tzinfo=UTC))
CONTEXT.book.learn([wire.Listed("ACME", "NASDAQ", "EQUITY"), wire.Listed("SPY", "NYSE Arca", "ETF")])
NAME = ClientOrderId("CARD00000000000001")
LEGS: list[object] = [{
    "orderLegType": "EQUITY", "legId": 1, "instruction": "BUY", "positionEffect": "OPENING", "quantity": 10.0,
    "instrument": {"assetType": "EQUITY", "cusip": "037833100", "symbol": "ACME", "instrumentId": 12345}}]  # fmt: skip
BASE: dict[str, object] = {
    "session": "NORMAL", "duration": "DAY", "orderType": "LIMIT", "complexOrderStrategyType": "NONE", "quantity": 10.0,
    "filledQuantity": 10.0, "remainingQuantity": 0.0, "requestedDestination": "AUTO", "destinationLinkName": "NITE",
    "price": 145.32, "orderStrategyType": "SINGLE", "orderId": 1001234567890, "cancelable": False, "editable": False,
    "status": "FILLED", "enteredTime": "2025-03-15T15:30:00+0000", "closeTime": "2025-03-15T15:30:02.500Z",
    "tag": "TA_app", "accountNumber": 12345678,
    "orderLegCollection": LEGS,
}  # fmt: skip


def row(**changes: object) -> wire.Order:
    return msgspec.json.decode(msgspec.json.encode(BASE | changes), type=wire.Order)


def executions(*parts: tuple[float, float, float]) -> list[dict[str, object]]:
    """Activities out of what is left, quantity and price."""
    return [{"activityType": "EXECUTION", "executionType": "FILL", "quantity": quantity, "orderRemainingQuantity": left,
             "executionLegs": [{"legId": 1, "quantity": quantity, "mismarkedQuantity": 0, "price": price,
                                "time": "2025-03-15T15:30:01+0000"}]} for left, quantity, price in parts]  # fmt: skip


def test_executions_have_the_same_names_however_they_are_listed() -> None:
    parts = [(6, 4, 145.3), (1, 5, 145.31), (0, 1, 145.32)]
    one, other = (
        parse.order([row(orderActivityCollection=executions(*each))], NAME, CONTEXT) for each in (parts, parts[::-1])
    )
    assert one == other
    assert [fill.execution_id for fill in one.fills] == [f"1001234567890:{total}" for total in (4, 9, 10)]
    assert [fill.price for fill in one.fills] == [Decimal("145.3"), Decimal("145.31"), Decimal("145.32")]
    assert (one.status, one.created_at) == (OrderStatus.FILLED, datetime(2025, 3, 15, 15, 30, tzinfo=UTC))
    with pytest.raises(parse.Lagging):
        parse.order([row(orderActivityCollection=executions(*parts[:2]))], NAME, CONTEXT)


def test_a_cancel_in_the_shape_of_an_execution_is_no_fill() -> None:
    canceled = executions((0, 6, 0))[0] | {"executionType": "CANCELED"}
    made = parse.order([row(status="CANCELED", filledQuantity=4,
                            orderActivityCollection=[*executions((6, 4, 145.3)), canceled])], NAME, CONTEXT)  # fmt: skip
    assert (made.status, made.filled_quantity, len(made.fills)) == (OrderStatus.CANCELED, Decimal(4), 1)


def test_a_chain_of_replaces_adds_up_and_keeps_every_fill() -> None:
    old = row(status="REPLACED", filledQuantity=4, orderActivityCollection=executions((6, 4, 145.3)))
    new = row(orderId=1001234567891, status="WORKING", quantity=8, filledQuantity=1, price="146.10", duration="GOOD_TILL_CANCEL",
              orderActivityCollection=executions((7, 1, 146)))  # fmt: skip
    made = parse.order([old, new], NAME, CONTEXT)
    assert (made.broker_order_id, made.quantity, made.filled_quantity) == ("1001234567891", Decimal(12), Decimal(5))
    assert made.terms == Terms(OrderType.LIMIT, Decimal("146.10"), time_in_force=TimeInForce.GTC)
    assert len(made.fills) == 2


@pytest.mark.parametrize(("changes", "problem"), [
    ({"orderLegCollection": 2 * LEGS}, parse.Foreign),
    ({"orderType": "NET_DEBIT"}, parse.Foreign), ({"orderType": "TRAILING_STOP_LIMIT"}, parse.Foreign),
    ({"orderType": "TRAILING_STOP", "stopPriceLinkType": "TICK"}, parse.Foreign), ({"status": "UNKNOWN"}, ProtocolError),
    ({"orderId": "x"}, ProtocolError), ({"price": None}, ProtocolError),
])  # fmt: skip
def test_what_the_desk_has_no_shape_for_is_named(changes: dict[str, object], problem: type[ProtocolError]) -> None:
    with pytest.raises(problem):
        parse.order([row(filledQuantity=0, **changes)], NAME, CONTEXT)


def test_orders_inside_of_others_are_orders() -> None:
    child = BASE | {"orderId": 7, "status": "AWAITING_PARENT_ORDER", "filledQuantity": 0}
    parent = row(childOrderStrategies=[{"orderId": 6, "orderStrategyType": "OCO", "childOrderStrategies": [child]}])
    assert [parse.order_id(each) for each in parse.flat([parent])] == ["1001234567890", "7"]


def test_positions_and_cash_are_signed_and_whole() -> None:
    short = msgspec.convert({"instrument": {"symbol": "ACME"}, "shortQuantity": 3.0, "longQuantity": 0.0}, wire.Position,
                            strict=False)  # fmt: skip
    assert parse.signed(short) == Decimal(-3)
    assert parse.cash(wire.Balances(Decimal(0), Decimal("-12.50"), Decimal(0))) == Decimal("-12.50")
    with pytest.raises(ProtocolError):
        parse.cash(wire.Balances())


def test_a_ticket_has_prices_as_text_and_says_what_it_does_to_the_position() -> None:
    terms = Terms(OrderType.STOP_LIMIT, Decimal("91.5"), Decimal("0.1234"))
    assert ticket_of(Side.SELL, Decimal(3), terms, "ACME", Decimal(5)) == {
        "session": "NORMAL", "duration": "DAY", "orderType": "STOP_LIMIT", "orderStrategyType": "SINGLE",
        "price": "91.50", "stopPrice": "0.1234",
        "orderLegCollection": [{"instruction": "SELL", "quantity": 3,
                                "instrument": {"symbol": "ACME", "assetType": "EQUITY"}}],
    }  # fmt: skip
    trailing = ticket_of(
        Side.SELL, Decimal(1), Terms(OrderType.TRAILING_STOP, trail_percent=Decimal(2)), OPTION, Decimal(0)
    )
    assert (trailing["stopPriceLinkType"], trailing["stopPriceOffset"]) == ("PERCENT", "2")
    with pytest.raises(Unworkable, match="5 are held the other way"):
        ticket_of(Side.SELL, Decimal(6), terms, "ACME", Decimal(5))


def test_a_symbol_that_would_stand_for_two_things_is_refused() -> None:
    book = SymbolBook()
    rows = [wire.Listed("BRK/B", "NYSE", "EQUITY"), wire.Listed("BRK.B", "NYSE", "EQUITY"), wire.Listed("X", "LSE", "EQUITY"),
            wire.Listed("FUND", "NYSE", "MUTUAL_FUND")]  # fmt: skip
    assert [each.symbol for each in book.learn(rows)] == ["BRK/B"]
    assert set(book.refused) == {"BRK/B", "BRK.B", "X", "FUND"}
    for symbol in book.refused:
        with pytest.raises(ProtocolError):
            book.id_of(symbol)
