from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.paper import PaperFeed, PaperVenue
from bidwell.model.errors import Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Crypto, Equity
from bidwell.model.market import Quote
from bidwell.model.terms import Side
from tests.contract.broker_stand import Ear, now, until
from tests.contract.paper_stand import ACME, OPENS, PaperStand, SeededEntropy, paper_stand


class Eye:
    """A feed listener that remembers."""

    def __init__(self) -> None:
        self.quotes: list[Quote] = []
        self.states: list[bool] = []

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        self.quotes.extend(quotes)

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        assert name
        assert detail
        self.states.append(connected)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[PaperStand]:
    async with paper_stand(tmp_path) as stand:
        await stand.quote("99.90", "100.00")
        yield stand


@pytest.fixture
async def facts(stand: PaperStand) -> AsyncIterator[PaperVenue]:
    venue = PaperVenue(stand.config, SeededEntropy())
    await venue.connect()
    yield venue
    await venue.close()


def feed_of(stand: PaperStand) -> PaperFeed:
    return PaperFeed(stand.config, WallClock(), SeededEntropy())


async def test_a_feed_begins_with_what_is_known_and_goes_on_with_what_moves(stand: PaperStand) -> None:
    eye, feed = Eye(), feed_of(stand)
    await feed.connect(eye)
    await until(lambda: len(eye.quotes) == 1, "the first quote")
    await stand.quote("98.90", "99.00")
    await until(lambda: len(eye.quotes) == 2, "the second quote")
    quote = eye.quotes[-1]
    assert (quote.instrument, quote.bid, quote.ask) == (ACME, Decimal("98.90"), Decimal("99.00"))
    assert quote.occurred_at == stand.market.now()
    assert abs(now() - quote.received_at) < timedelta(seconds=5)
    assert feed.market_time == stand.market.now()
    await feed.close()
    assert eye.states == [True, False]


async def test_quotes_are_conflated_to_the_newest(stand: PaperStand) -> None:
    eye, feed = Eye(), feed_of(stand)
    await feed.connect(eye)
    await until(lambda: bool(eye.quotes), "the first quote")
    for cents in range(50):
        stand.market.push([stand.market.quote(ACME, "90.00", f"91.{cents:02d}")])
    await until(lambda: eye.quotes[-1].ask == Decimal("91.49"), "the newest")
    assert len(eye.quotes) < 10
    await feed.close()


async def test_the_market_clock_is_told_while_nothing_moves(stand: PaperStand) -> None:
    eye, feed = Eye(), feed_of(stand)
    await feed.connect(eye)
    await until(lambda: bool(eye.quotes), "the first quote")
    stand.market.move_to(OPENS + timedelta(hours=1))
    await until(lambda: feed.market_time == OPENS + timedelta(hours=1), "the clock")
    await feed.close()


async def test_a_feed_that_falls_silent_is_found_and_mended(stand: PaperStand) -> None:
    eye, feed = Eye(), feed_of(stand)
    await feed.connect(eye)
    await stand.admin.mute_feed(30.0)
    await until(lambda: False in eye.states, "the silence")
    await until(lambda: eye.states[-1], "a new connection")
    await feed.close()


async def test_a_process_that_was_held_up_does_not_take_that_for_the_venues_silence(stand: PaperStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    for _ in range(3):
        time.sleep(2 * stand.config.silence)  # noqa: ASYNC251 - the loop itself stands still: that is the case
        await asyncio.sleep(2 * stand.config.heartbeat)
    assert ear.states == ["up"]
    await broker.close()


async def test_instruments_come_with_their_terms(facts: PaperVenue, stand: PaperStand) -> None:
    listed = {each.id: each for each in await facts.instruments()}
    assert listed == {each.id: each for each in stand.market.instruments()}
    assert isinstance(listed[ACME].contract, Equity)
    assert isinstance(listed[InstrumentId("BTC.TEST")].contract, Crypto)


async def test_bars_come_oldest_first_and_end_before_the_moment(facts: PaperVenue) -> None:
    newest = await facts.bars(ACME, 60, None, 5)
    assert [bar.volume for bar in newest] == [Decimal(1055 + number) for number in range(5)]
    until_then = await facts.bars(ACME, 60, OPENS - timedelta(minutes=30), 3)
    assert [bar.start for bar in until_then] == [OPENS - timedelta(minutes=minute) for minute in (33, 32, 31)]
    assert await facts.bars(InstrumentId("NONE.TEST"), 60, None, 5) == []


async def test_an_impossible_question_is_refused(facts: PaperVenue) -> None:
    with pytest.raises(Refused, match="count"):
        await facts.bars(ACME, 60, None, 0)
    with pytest.raises(Refused, match="speed"):
        await facts.set_speed(-1)


async def test_rates_clock_and_speed(facts: PaperVenue, stand: PaperStand) -> None:
    assert (await facts.rates()).rate("USD", "INR") == Decimal("54.25")
    assert await facts.set_speed(60) == 60
    assert await facts.clock() == (stand.market.now(), 60)


async def test_reads_without_a_session_are_unavailable(stand: PaperStand) -> None:
    venue = PaperVenue(replace(stand.config, port=1), SeededEntropy())
    with pytest.raises(Unavailable):
        await venue.instruments()
    with pytest.raises(Unavailable):
        await venue.connect()


async def test_questions_asked_at_once_get_their_own_answers(facts: PaperVenue) -> None:
    answers = await asyncio.gather(*(facts.bars(ACME, 60, None, count) for count in range(1, 20)))
    assert [len(each) for each in answers] == list(range(1, 20))


# the admin


async def test_an_account_is_opened_once(stand: PaperStand) -> None:
    models = {"fees": {"model": "percent", "percent": "0.1"}, "slippage": {"model": "ticks", "ticks": 1}}
    assert await stand.admin.open_account("rupees", "INR", Decimal(10**6), leverage=Decimal(2), models=dict(models))
    assert not await stand.admin.open_account("rupees", "INR", Decimal(5))
    books = (await stand.admin.dump("rupees"))["accounts"]["rupees"]
    assert books["cash"] == {"INR": "1000000"}


@pytest.mark.parametrize(
    ("what", "arguments", "said"),
    [
        ("open_account", {"account": "", "currency": "USD", "cash": "1"}, "account.name"),
        ("open_account", {"account": "x", "currency": "USD", "cash": "-1"}, "account.cash"),
        ("open_account", {"account": "x", "currency": "USD", "cash": "1", "leverage": "0"}, "account.leverage"),
        (
            "open_account",
            {"account": "x", "currency": "USD", "cash": "1", "quantity_step": "0"},
            "account.quantity_step",
        ),
        ("open_account", {"account": "x"}, "arguments"),
        ("move_cash", {"account": "nobody", "currency": "USD", "amount": "1"}, "account.unknown"),
        ("move_cash", {"account": "plain", "currency": "USD", "amount": "NaN"}, "amount"),
        ("faults", {"script": {"faults": [{"fault": "x"}]}}, "arguments"),
        ("dump", {"account": "nobody"}, "account.unknown"),
        ("names", {"account": "nobody"}, "account.unknown"),
        ("take_off", {"account": "plain", "broker_order_id": "P0"}, "order.unknown"),
        ("dance", {}, "admin.unknown"),
    ],
)
async def test_admin_requests_that_cannot_be_are_refused_with_a_code(
    stand: PaperStand, what: str, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        await stand.admin.request(what, arguments)


async def test_cash_can_be_paid_in_and_out(stand: PaperStand) -> None:
    await stand.admin.move_cash("plain", "USD", Decimal("-250.50"))
    assert (await stand.admin.dump("plain"))["accounts"]["plain"]["cash"] == {"USD": "99749.50"}


async def test_an_order_by_hand_can_be_refused_and_taken_off(stand: PaperStand) -> None:
    with pytest.raises(Refused, match=r"price\.tick"):
        await stand.place_by_hand(Side.BUY, "1", "90.001")
    placed = await stand.place_by_hand(Side.BUY, "1", "90.00")
    await stand.admin.take_off("plain", placed)
    with pytest.raises(Refused, match=r"order\.unknown"):
        await stand.admin.take_off("plain", placed)
