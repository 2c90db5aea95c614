"""TopstepX's contracts, bars and price hub, over the twin's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.topstepx import TopstepxFeed, TopstepxMarket, wire
from bidwell.brokers.topstepx.parse import Touch
from bidwell.brokers.topstepx.symbols import CODES, SymbolBook, UnknownSymbol, contract_id
from bidwell.model.errors import BrokerError, ProtocolError, Refused
from bidwell.model.futures import PRODUCTS
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future
from bidwell.twins.topstepx.answers import event
from tests.contract.broker_stand import until
from tests.contract.market_contract import RestMarketContract, Screen
from tests.contract.paper_stand import SeededEntropy
from tests.contract.topstepx_stand import OIL, SYMBOL, TopstepxStand, topstepx_stand

EMINI, YEN = InstrumentId("ESZ7.XCME"), InstrumentId("6JZ7.XCME")
TODAY = date(2026, 11, 21)


@pytest.fixture
async def stand() -> AsyncIterator[TopstepxStand]:
    async with topstepx_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: TopstepxStand) -> AsyncIterator[TopstepxMarket]:
    made = stand.market()
    made.open()
    yield made
    await made.close()


class TestTopstepxMarket(RestMarketContract):
    """Bars over the cards that every broker plays."""

    series = ((OIL, 60), (OIL, 3600), (OIL, 86_400))
    lengths = "60, 300"
    absent = ("NQZ7.XCME", "AAPL.XNAS", "ESZ7.XCBT")
    throttles = True


async def test_contracts_have_the_exchanges_names_days_and_points(market: TopstepxMarket) -> None:
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {OIL, EMINI, YEN}
    assert (found[EMINI].tick_size, found[EMINI].multiplier, found[EMINI].currency) == (
        Decimal("0.25"),
        Decimal(50),
        "USD",
    )
    assert found[EMINI].contract == Future("ES", date(2027, 12, 17))
    assert found[OIL].contract == Future("MCL", date(2027, 12, 17))
    assert (found[YEN].tick_size, found[YEN].multiplier) == (Decimal("0.0000005"), Decimal(12_500_000))
    assert {each.calendar for each in found.values()} == {"CMES"}


async def test_the_feed_follows_the_hub_and_mends_itself(stand: TopstepxStand) -> None:
    screen = Screen()
    feed = TopstepxFeed(stand.config, stand.market(), stand.book, WallClock(), SeededEntropy())
    try:
        await feed.connect(screen)
        await feed.follow([OIL, InstrumentId("AAPL.XNAS"), InstrumentId("NQZ7.XCME")])
        await stand.quote("98.00", "98.10")
        await until(lambda: OIL in screen.quotes, "a quote")
        assert (screen.quotes[OIL].bid, screen.quotes[OIL].ask, screen.quotes[OIL].last) == (
            Decimal("98.00"), Decimal("98.10"), Decimal("98.05"))  # fmt: skip
        # A quote's missing fields are as they were.
        partial = {"bestAsk": 98.20, "timestamp": "2020-01-01T00:00:00Z"}
        stand.stage.lines.tell(
            "", [event("GatewayQuote", SYMBOL, partial) + event("GatewayTea", SYMBOL)], f"quotes:{SYMBOL}"
        )
        await until(lambda: screen.quotes[OIL].ask == Decimal("98.2"), "the new offer")
        assert screen.quotes[OIL].bid == Decimal("98.00")
        assert screen.quotes[OIL].occurred_at.year > 2020
        await feed.follow([OIL, YEN])
        yen = "CON.F.US.JY6.Z27"
        await until(lambda: any(f"quotes:{yen}" in line.wants for line in stand.stage.lines.of("")), "its subscription")
        stand.stage.quote(yen, Decimal("0.0066"), Decimal("0.0066005"))
        await until(lambda: YEN in screen.quotes, "a contract followed later")
        stand.stage.disconnect()
        await until(lambda: screen.states == [True, False, True], "the hub is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[OIL].ask == Decimal("97.10"), "quotes after the gap")
        stand.stage.lines.tell("", [event("GatewayQuote", SYMBOL)], f"quotes:{SYMBOL}")
        await until(lambda: len(screen.states) == 5, "an event without a payload ends the connection")
    finally:
        await feed.close()


async def test_a_feed_with_a_key_that_opens_nothing_says_so(stand: TopstepxStand) -> None:
    config = replace(stand.config, api_key="wrong")
    market = replace(stand, config=config).market()
    feed = TopstepxFeed(config, market, stand.book, WallClock(), SeededEntropy())
    try:
        await feed.connect(Screen())
        for _ in range(2):
            with pytest.raises(Refused, match="does not know this API key"):
                await feed.follow([OIL])
    finally:
        await feed.close()


def test_a_price_is_whole_once_bid_offer_and_a_last_one_have_come() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    touch = Touch().quoted(wire.Quote(bestBid=Decimal(1), bestAsk=Decimal(2)))
    assert touch.quote(OIL, now) is None
    whole = touch.traded(wire.MarketTrade(Decimal("1.5"))).quote(OIL, now)
    assert whole is not None
    assert (whole.last, whole.occurred_at, whole.previous_close) == (Decimal("1.5"), now, None)


def test_every_product_can_be_asked_for_and_its_answer_leads_back() -> None:
    assert set(CODES) < set(PRODUCTS)
    assert len(set(CODES.values()) | (set(PRODUCTS) - set(CODES))) == len(PRODUCTS)
    book = SymbolBook()
    for root, known in PRODUCTS.items():
        asked = contract_id(f"{root}Z7", TODAY)
        assert asked is not None
        (made,) = book.learn([wire.Contract(asked, f"{root}Z7", Decimal("0.5"), known.multiplier / 2)])
        assert book.symbol_of(made.id) == asked
        assert book.id_of(asked) == made.id == f"{root}Z7.{known.venue}"
    assert not book.refused
    assert contract_id("AAPL", TODAY) is None


@pytest.mark.parametrize(
    ("contract", "why"),
    [
        (wire.Contract("CON.F.US.EP.Z27", "ESH7", Decimal("0.25"), Decimal("12.5")), "does not name a product"),
        (wire.Contract("CON.F.US.EP.Z27", "XYZ7", Decimal("0.25"), Decimal("12.5")), "does not name a product"),
        (wire.Contract("CON.O.US.EP.Z27", "ESZ7", Decimal("0.25"), Decimal("12.5")), "no id of a futures contract"),
        (wire.Contract("CON.F.US.EP.Z27", "ESZ7", Decimal("0.25"), Decimal(5)), "worth 50 USD, not 20"),
        (wire.Contract("CON.F.US.EP.Z27", "ESZ7", Decimal(0), Decimal(5)), "tickSize is 0"),
        (wire.Contract("CON.F.US.EP.Z27", "ESZ7", Decimal("0.25"), Decimal("NaN")), "tickValue is NaN"),
    ],
    ids=range(6),
)
def test_a_contract_that_makes_no_sense_is_refused_with_a_reason(contract: wire.Contract, why: str) -> None:
    book = SymbolBook()
    assert book.learn([contract]) == []
    assert why in book.refused[contract.id]
    assert book.knows(contract.id)
    with pytest.raises(ProtocolError, match=why):
        book.id_of(contract.id)
    assert book.learn([contract]) == []


def test_two_contracts_of_one_name_are_both_refused() -> None:
    book = SymbolBook()
    rows = [
        wire.Contract(each, "ESZ7", Decimal("0.25"), Decimal("12.5")) for each in ("CON.F.US.EP.Z27", "CON.F.US.ES.Z27")
    ]
    book.learn(rows)
    assert set(book.refused) == {each.id for each in rows}
    assert book.symbol_of(EMINI) is None
    for row in rows:
        with pytest.raises(BrokerError, match="both stand for ESZ7"):
            book.id_of(row.id)
    with pytest.raises(UnknownSymbol):
        book.id_of("CON.F.US.EP.H28")
