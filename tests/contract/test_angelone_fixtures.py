"""Angel One's twin answers by the recorded payloads to the letter, and the adapter reads every one of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.parse import orders, prices
from bidwell.brokers.angelone.symbols import Splitter, SymbolBook
from bidwell.brokers.angelone.symbols.book import ended
from bidwell.brokers.transport import decoder
from bidwell.brokers.transport.totp import totp
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Index, Option
from bidwell.model.market import Quote
from bidwell.model.order import OrderStatus
from bidwell.twins.angelone import words
from bidwell.twins.angelone.packets import packet
from bidwell.twins.angelone.session import one_time_password
from bidwell.twins.scenario import Listed
from tests.contract.angelone_stand import FIELDS, SCENARIO, AngelStand, angelone_stand
from tests.contract.shapes import differences, recorded

ORDERS = "order_book_sample.json"
PACKETS = "ws_v2_packets.json"
MASTER = "OpenAPIScripMaster_cut.json"
API = "/rest/secure/angelbroking"


@pytest.fixture
async def stand() -> AsyncIterator[AngelStand]:
    async with angelone_stand() as stand:
        yield stand


class Caller:
    """Somebody who speaks to the twin by hand."""

    def __init__(self, stand: AngelStand, session: aiohttp.ClientSession) -> None:
        self._stand = stand
        self._session = session

    async def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        async with self._session.request(method, self._stand.server.url + path, json=body) as answer:
            return json.loads(await answer.text())

    async def log_in(self) -> dict[str, str]:
        self._session.headers["X-PrivateKey"] = FIELDS["api_key"]
        found = await self.ask("POST", "/rest/auth/angelbroking/user/v1/loginByPassword", {
            "clientcode": FIELDS["client_code"], "password": FIELDS["pin"],
            "totp": totp(FIELDS["totp_secret"], self._stand.stage.clock.now())})  # fmt: skip
        tokens: dict[str, str] = found["data"]
        self._session.headers["Authorization"] = f"Bearer {tokens['jwtToken']}"
        return tokens


@pytest.fixture
async def caller(stand: AngelStand) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(stand, session)


def ticket(**changes: str) -> dict[str, str]:
    return {"variety": "NORMAL", "tradingsymbol": "ACME-EQ", "symboltoken": "3045", "transactiontype": "BUY",
            "exchange": "NSE", "ordertype": "LIMIT", "producttype": "INTRADAY", "duration": "DAY", "price": "90",
            "quantity": "5"} | changes  # fmt: skip


async def test_the_twins_order_book_and_answers_are_as_recorded(stand: AngelStand, caller: Caller) -> None:
    await caller.log_in()
    placed = await caller.ask("POST", f"{API}/order/v1/placeOrder", ticket(ordertag="T1"))
    samples: Any = recorded("angelone", "response_samples.json")
    assert list(differences(samples["place_order_ok"], placed, "placed")) == []
    book = await caller.ask("GET", f"{API}/order/v1/getOrderBook")
    assert list(differences(recorded("angelone", ORDERS), book, "order book")) == []
    one = await caller.ask("GET", f"{API}/order/v1/details/{placed['data']['uniqueorderid']}")
    assert one["data"] == book["data"][0]
    assert {type(one["data"][name]) for name in ("price", "triggerprice", "averageprice")} <= {int, float}
    assert {type(one["data"][name]) for name in ("quantity", "filledshares", "unfilledshares", "lotsize")} == {str}
    long = await caller.ask("POST", f"{API}/order/v1/placeOrder", ticket(ordertag="T" * 21))
    assert long == samples["ordertag_too_long"]
    await stand.quote("89.00", "90.00")
    trades = (await caller.ask("GET", f"{API}/order/v1/getTradeBook"))["data"]
    assert {each["orderid"] for each in trades} == {placed["data"]["orderid"]}


async def test_nothing_is_told_to_strangers_and_every_token_has_its_door(stand: AngelStand, caller: Caller) -> None:
    for path in ("/user/v1/getRMS", "/order/v1/getOrderBook", "/portfolio/v1/getHolding"):
        assert (await caller.ask("GET", API + path))["errorCode"] == "AG8003"
    tokens = await caller.log_in()
    assert (await caller.ask("GET", f"{API}/user/v1/getProfile"))["data"]["clientcode"] == "A1001"
    renewed = await caller.ask("POST", "/rest/auth/angelbroking/jwt/v1/generateTokens",
                               {"refreshToken": tokens["refreshToken"]})  # fmt: skip
    assert set(renewed["data"]) == set(tokens)
    again = await caller.ask("POST", "/rest/auth/angelbroking/jwt/v1/generateTokens",
                             {"refreshToken": tokens["refreshToken"]})  # fmt: skip
    assert again["errorCode"] == "AG8001"
    await caller.ask("POST", f"{API}/user/v1/logout", {"clientcode": "A1001"})
    assert (await caller.ask("GET", f"{API}/user/v1/getProfile"))["errorCode"] == "AG8001"


def test_two_makers_of_one_time_passwords_agree() -> None:
    for minute in range(0, 600, 7):
        at = datetime(2026, 11, 21, 9, minute // 60, minute % 60, tzinfo=UTC)
        assert totp(FIELDS["totp_secret"], at) == one_time_password(FIELDS["totp_secret"], int(at.timestamp()) // 30)


def test_the_adapter_reads_the_recorded_order_exactly() -> None:
    raw: Any = recorded("angelone", ORDERS)
    row = decoder(wire.Order).decode(json.dumps(raw["data"][0]))
    context = orders.Context(AccountId("a"), SymbolBook(), datetime(2026, 1, 2, tzinfo=UTC))
    theirs = orders.order(row, (), context)
    assert (theirs.instrument, theirs.quantity, theirs.status) == (
        "NIFTY251125C25400.XNSE", Decimal(75), OrderStatus.CANCELED)  # fmt: skip
    assert theirs.client_order_id is None
    assert orders.changed_at(row) == datetime(2025, 11, 11, 6, 26, 57, tzinfo=UTC)


def test_every_word_of_the_twin_is_known_to_the_adapter() -> None:
    assert set(words.TYPES) == set(orders.ORDER_TYPES)
    assert set(words.DURATIONS) == set(orders.FORCES)
    assert {*words.ENDS.values(), *words.CODES} <= set(orders.STATUSES)
    assert {code: state for state, code in words.CODES.items()}.items() <= orders.STREAM_STATUSES.items()
    assert words.EXCHANGE_TYPES == prices.EXCHANGE_TYPES


def test_recorded_packets_are_read_to_the_last_figure() -> None:
    rows: Any = recorded("angelone", PACKETS)
    for row in rows:
        known, tick = row["decoded_by_reference_parser"], prices.tick(bytes.fromhex(row["hex"]))
        assert (tick.mode, prices.EXCHANGE_TYPES[tick.exchange], tick.token) == (
            known["subscription_mode"], known["exchange_type"], known["token"])  # fmt: skip
        # In a frame of depth the reference takes the packet's time for the exchange's, which lies 5 ms before.
        apart = known["exchange_timestamp"] - int(tick.at.timestamp() * 1000 + 0.5)
        assert apart == (5 if tick.mode == prices.DEPTH else 0)
        for name, figure in (("last_traded_price", tick.last), ("open_price_of_the_day", tick.open),
                             ("closed_price", tick.close)):  # fmt: skip
            assert figure == (Decimal(known[name]) / 100 if name in known else None)
        if "volume_trade_for_the_day" in known:
            assert tick.volume == known["volume_trade_for_the_day"]
        for side, prefix in ((tick.bids, "buy"), (tick.asks, "sell")):
            levels = known.get(f"best_5_{prefix}_data") or known.get(f"depth_20_{prefix}_data") or []
            assert [(Decimal(each["price"]) / 100, Decimal(each["quantity"])) for each in levels] == list(side)


def test_the_twins_packets_have_the_recorded_length_and_places() -> None:
    rows: Any = recorded("angelone", PACKETS)
    now = datetime(2025, 5, 2, 7, 33, 46, tzinfo=UTC)
    listed = Listed("RELIANCE-EQ", Decimal("1573.40"), Decimal("1573.70"), exchange="NSE", extra={"token": "2885"})
    quote = Quote(InstrumentId("A.TWIN"), Decimal("1573.40"), Decimal("1573.70"), Decimal("1573.70"), Decimal(5),
                  Decimal(172), now, now, Decimal(1192471), Decimal("1569.15"), Decimal("1567.80"))  # fmt: skip
    for row in rows:
        mode = row["decoded_by_reference_parser"]["subscription_mode"]
        ours, theirs = packet(mode, listed, quote, 10100759, now), bytes.fromhex(row["hex"])
        assert len(ours) == len(theirs) == row["bytes"]
        assert ours[:27] == theirs[:27]
        ticks = prices.tick(ours), prices.tick(theirs)
        for name in ("mode", "exchange", "token", "last", "open", "close"):
            assert getattr(ticks[0], name) == getattr(ticks[1], name), name
        assert (ticks[0].bids[:1], ticks[0].asks[:1]) == (
            (((Decimal("1573.4"), Decimal(5)),), ((Decimal("1573.7"), Decimal(172)),)) if mode >= 3 else ((), ()))  # fmt: skip


def test_the_recorded_list_is_read_and_the_twins_rows_have_its_fields() -> None:
    raw = recorded("angelone", MASTER)
    splitter, body, rows = Splitter(), json.dumps(raw).encode(), []
    for first in range(0, len(body), 37):
        rows += splitter.feed(body[first : first + 37])
    splitter.finish()
    assert [row.token for row in rows] == [row["token"] for row in raw]
    book = SymbolBook()
    found = {each.id: each for each in book.learn(rows)}
    assert book.refused == {}
    assert isinstance(found[InstrumentId("NIFTY.XNSE")].contract, Index)
    assert found[InstrumentId("FACT.XNSE")].tick_size == Decimal("0.05")
    assert found[InstrumentId("VEEKAYEM-SM.XNSE")].lot_size == 500
    call = found[InstrumentId("NIFTY260811C22350.XNSE")]
    assert isinstance(call.contract, Option)
    assert (call.contract.strike, call.lot_size, call.contract.underlying) == (
        Decimal(22350),
        Decimal(65),
        "NIFTY.XNSE",
    )
    assert sum(ended(each, date(2026, 8, 1)) for each in found.values()) == 2
    ours = words.scrip(SCENARIO.instruments[4])
    assert set(ours) == set(raw[0])
    assert {name: type(value) for name, value in ours.items()} == {name: type(value) for name, value in raw[0].items()}
