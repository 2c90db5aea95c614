"""Alpaca's twin answers by the recorded payloads to the letter, and the adapter reads every one of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.symbols import SymbolBook, UnknownSymbol
from bidwell.brokers.transport import decoder
from bidwell.model.ids import AccountId
from bidwell.model.order import OrderStatus
from bidwell.twins.alpaca import words
from tests.contract.alpaca_stand import FIELDS, AlpacaStand, alpaca_stand
from tests.contract.shapes import differences, kind, leaves, recorded

ORDERS = "trading__trading_client__test_order_routes.json"
POSITIONS = "trading__trading_client__test_position_routes.json"
ASSETS = "trading__trading_client__test_asset_routes.json"
OPTIONS = "trading__trading_client__test_option_routes.json"
ACCOUNT = "trading__trading_client__test_account_routes.json"
STOCKS = "data__test_historical_stock_data.json"
CRYPTO = "data__test_historical_crypto_data.json"
HEADERS = {"APCA-API-KEY-ID": FIELDS["key_id"], "APCA-API-SECRET-KEY": FIELDS["secret_key"]}


@pytest.fixture
async def stand() -> AsyncIterator[AlpacaStand]:
    async with alpaca_stand() as stand:
        yield stand


async def ask(stand: AlpacaStand, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    async with (
        aiohttp.ClientSession(headers=HEADERS) as session,
        session.request(method, stand.server.url + path, json=body) as answer,
    ):
        return json.loads(await answer.text())


def reply(file: str, test: str) -> Any:  # noqa: ANN401 - JSON
    return next(row["response"] for row in recorded("alpaca", file) if row["test"] == test)


def order(**changes: object) -> dict[str, object]:
    return {
        "symbol": "ACME",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "limit_price": "90",
        "time_in_force": "day",
    } | changes


def by_symbol(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Payloads keyed by symbol, compared by what lies under any of them."""
    if isinstance(value, dict) and value and all("/" in key or key.isupper() for key in value):
        return [next(iter(value.values()))]
    return {key: by_symbol(inner) for key, inner in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("file", "test", "method", "path", "body"),
    [
        (ORDERS, "test_limit_order", "POST", "/v2/orders", order()),
        (ACCOUNT, "test_get_account", "GET", "/v2/account", None),
        (ACCOUNT, "test_get_account_configurations", "GET", "/v2/account/configurations", None),
        (ASSETS, "test_get_all_assets", "GET", "/v2/assets?status=active&asset_class=us_equity", None),
        (ASSETS, "test_get_asset", "GET", "/v2/assets/ACME", None),
        (OPTIONS, "test_get_option_contracts", "GET", "/v2/options/contracts?underlying_symbols=ACME", None),
        (OPTIONS, "test_get_option_contract", "GET", "/v2/options/contracts/ACME310117C00100000", None),
        (STOCKS, "test_get_bars", "GET", "/v2/stocks/bars?symbols=ACME&timeframe=1Min", None),
        (STOCKS, "test_get_latest_quote", "GET", "/v2/stocks/quotes/latest?symbols=ACME", None),
        (STOCKS, "test_get_latest_trade", "GET", "/v2/stocks/trades/latest?symbols=ACME", None),
        (STOCKS, "test_stock_latest_bar", "GET", "/v2/stocks/bars/latest?symbols=ACME", None),
        (STOCKS, "test_get_snapshot", "GET", "/v2/stocks/snapshots?symbols=ACME", None),
        (CRYPTO, "test_get_crypto_bars", "GET", "/v1beta3/crypto/us/bars?symbols=BTC/USD&timeframe=1Min", None),
        (CRYPTO, "test_get_crypto_latest_quote", "GET", "/v1beta3/crypto/us/latest/quotes?symbols=BTC/USD", None),
        (CRYPTO, "test_get_crypto_latest_trade", "GET", "/v1beta3/crypto/us/latest/trades?symbols=BTC/USD", None),
        (CRYPTO, "test_crypto_get_snapshot", "GET", "/v1beta3/crypto/us/snapshots?symbols=BTC/USD", None),
    ],
)
async def test_the_twin_answers_as_recorded(
    stand: AlpacaStand, file: str, test: str, method: str, path: str, body: object
) -> None:
    theirs, ours = reply(file, test), await ask(stand, method, path, body)
    assert list(differences(by_symbol(theirs), by_symbol(ours), test)) == []


async def test_the_twins_lists_of_orders_and_positions_are_as_recorded(stand: AlpacaStand) -> None:
    await ask(stand, "POST", "/v2/orders", order())
    await ask(stand, "POST", "/v2/orders", order(type="market", limit_price=None))
    assert (
        list(differences(reply(ORDERS, "test_get_orders"), await ask(stand, "GET", "/v2/orders?status=all"), "orders"))
        == []
    )
    theirs, ours = reply(POSITIONS, "test_get_all_positions"), await ask(stand, "GET", "/v2/positions")
    assert list(differences(theirs, ours, "positions")) == []
    closed = await ask(stand, "DELETE", "/v2/positions?cancel_orders=true")
    # A closing order has the list's fields and two more.
    assert (
        list(differences(reply(POSITIONS, "test_close_all_positions"), closed, "closed", frozenset({"commission"})))
        == []
    )
    assert (
        list(differences(reply(ORDERS, "test_cancel_orders"), await ask(stand, "DELETE", "/v2/orders"), "canceled"))
        == []
    )


async def test_the_twins_errors_have_the_recorded_shape(stand: AlpacaStand) -> None:
    bodies = [row.get("body") for row in reply(POSITIONS, "test_close_all_positions") if row["status"] == 403]
    ours = await ask(stand, "POST", "/v2/orders", order(qty="100000"))
    assert set(ours) <= set.intersection(*(set(body) for body in bodies))
    assert ours["code"] == bodies[0]["code"]
    missing = await ask(stand, "DELETE", "/v2/orders/61e69015-8549-4bfd-b9c3-01e75843f47d")
    assert missing["code"] == reply(ORDERS, "test_cancel_orders")[1]["body"]["code"]


async def test_the_streams_conversation_is_the_recorded_one(stand: AlpacaStand) -> None:
    script = recorded("alpaca", "stream_transcript_derived.json")
    async with (
        aiohttp.ClientSession(headers=HEADERS) as session,
        session.ws_connect(stand.server.url + "/stream") as orders,
        session.ws_connect(stand.server.url + "/v2/iex") as prices,
    ):
        said: list[Any] = []
        await orders.send_str(json.dumps({"action": "authenticate", "data": FIELDS}))
        said.append(json.loads(await orders.receive_bytes()))
        await orders.send_str(json.dumps(script[3]["raw"]))
        said.append(json.loads(await orders.receive_bytes()))
        assert said == [script[1]["raw"], script[4]["raw"]]
        stand.stage.quote("ACME", Decimal("99.90"), Decimal(100), Decimal(40))
        await ask(stand, "POST", "/v2/orders", order(qty="100", limit_price="100"))
        frames = [json.loads(await orders.receive_bytes()) for _ in range(2)]
        assert [frame["data"]["event"] for frame in frames] == ["new", "partial_fill"]
        assert list(differences(script[5]["raw"], frames[1], "trade_updates")) == []

        greeting = json.loads(await prices.receive_str())
        await prices.send_str(json.dumps({"action": "auth", "key": FIELDS["key_id"], "secret": FIELDS["secret_key"]}))
        let_in = json.loads(await prices.receive_str())
        await prices.send_str(
            json.dumps({"action": "subscribe", "trades": ["ACME"], "quotes": ["ACME"], "bars": ["*"]})
        )
        listed = json.loads(await prices.receive_str())
        assert (greeting, let_in) == (script[6]["raw"], script[8]["raw"])
        assert list(differences(script[11]["raw"], listed, "subscription")) == []
        stand.stage.quote("ACME", Decimal(98), Decimal(99))
        ticks = {tick["T"]: tick for _ in range(2) for tick in json.loads(await prices.receive_str())}
        for tick in script[12]["raw"]:
            assert list(differences(tick, ticks[tick["T"]], tick["T"])) == []
    await asyncio.sleep(0)


def test_every_recorded_word_of_an_order_is_known_to_both_sides() -> None:
    lists: dict[str, Any] = {"status": parse.STATUSES, "type": parse.ORDER_TYPES, "order_type": parse.ORDER_TYPES,
             "side": parse.SIDES, "time_in_force": parse.FORCES}  # fmt: skip
    for name, word in leaves([row["response"] for row in recorded("alpaca", ORDERS)]):
        if name in lists and isinstance(word, str):
            assert word in lists[name], f"{name} {word!r}"
    assert set(words.STATUSES.values()) <= set(parse.STATUSES)
    assert set(words.TYPES) == set(parse.ORDER_TYPES)
    assert set(words.FORCES) <= set(parse.FORCES)


def test_the_adapter_reads_every_recorded_order_exactly() -> None:
    book = SymbolBook()
    context = parse.Context(AccountId("a"), book, datetime(2026, 1, 2, tzinfo=UTC))
    made = decoder(wire.Order)
    read = 0
    rows: list[Any] = [row["response"] for row in recorded("alpaca", ORDERS) if row["test"] != "test_cancel_orders"]
    for row in (each for rows_ in rows for each in (rows_ if isinstance(rows_, list) else [rows_])):
        # The recordings carry a stray backtick in their symbols.
        raw = row | {"symbol": row["symbol"].strip("`")}
        if raw["type"] == "stop":
            raw = raw | {"type": "market"}  # the sample's stop has no stop price, which no real one lacks
        found = made.decode(json.dumps(raw))
        with pytest.raises(UnknownSymbol):
            parse.order(found, (), context)
        book.learn([wire.Asset("x", "us_equity", "NASDAQ", raw["symbol"], "active", tradable=True)])
        theirs = parse.order(found, (), context)
        assert theirs.quantity == Decimal(str(raw["qty"]))
        assert theirs.status is OrderStatus.WORKING
        book = SymbolBook()
        context = parse.Context(AccountId("a"), book, context.at)
        read += 1
    assert read >= 8


def test_kinds_tell_figures_from_words_and_times() -> None:
    values: list[object] = ["1.5", 2, "AAPL", "2024-01-05T15:00:00Z", None, True, [], {}]
    assert [kind(each) for each in values] == [
        "figure", "figure", "text", "time", "nothing", "yes or no", "list", "object"]  # fmt: skip
