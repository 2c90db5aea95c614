"""Zerodha's twin answers by the published mock answers to the letter, and the adapter reads every one of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bidwell.brokers.transport import decoder, read
from bidwell.brokers.zerodha import parse, ticks, wire
from bidwell.brokers.zerodha.symbols import SymbolBook, read_list
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType
from bidwell.twins.zerodha import packets, words
from tests.contract.shapes import FIXTURES, differences, leaves
from tests.contract.zerodha_stand import FIELDS, ZerodhaStand, zerodha_stand

CONTEXT = parse.Context(AccountId("a"), SymbolBook(), datetime(2026, 1, 2, tzinfo=UTC))


def file(name: str) -> Path:
    """A published mock; the test is skipped where this machine has none."""
    found = FIXTURES / "zerodha" / name
    if not found.exists():
        pytest.skip("the recorded payloads of zerodha are not on this machine")
    return found


def mock(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(file(f"{name}.json").read_text())


@pytest.fixture
async def stand() -> AsyncIterator[ZerodhaStand]:
    async with zerodha_stand() as stand:
        yield stand


async def ask(stand: ZerodhaStand, method: str, path: str, form: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
    async with (
        aiohttp.ClientSession(headers=stand.config.headers) as session,
        session.request(method, stand.server.url + path, data=form) as answer,
    ):
        return json.loads(await answer.text())


def order(**changes: str) -> dict[str, str]:
    return {"exchange": "NSE", "tradingsymbol": "ACME", "transaction_type": "BUY", "quantity": "4", "product": "CNC",
            "order_type": "LIMIT", "price": "90", "validity": "DAY", "tag": "fixture1"} | changes  # fmt: skip


def first(value: Any) -> Any:  # noqa: ANN401 - JSON
    """An answer keyed by instrument, compared by what lies under any of them."""
    return value | {"data": [next(iter(value["data"].values()))]}


async def carried(stand: ZerodhaStand) -> None:
    """Shares that were bought yesterday, and a login of today."""
    await ask(stand, "POST", "/orders/regular", order(order_type="MARKET"))
    stand.stage.put_forward(timedelta(days=1))
    stand.config = stand.renewed()


@pytest.mark.parametrize(
    ("name", "path", "optional"),
    [
        ("profile", "/user/profile", ()),
        ("margins", "/user/margins", ()),
        ("margins_equity", "/user/margins/equity", ()),
        (
            "historical_minute",
            "/instruments/historical/408065/minute?from=2026-11-02 09:15:00&to=2026-11-02 09:30:00",
            (),
        ),
        (
            "historical_oi",
            "/instruments/historical/408065/minute?from=2026-11-02 09:15:00&to=2026-11-02 09:30:00&oi=1",
            (),
        ),
    ],
)
async def test_the_twin_answers_as_published(
    stand: ZerodhaStand, name: str, path: str, optional: tuple[str, ...]
) -> None:
    assert list(differences(mock(name), await ask(stand, "GET", path), name, frozenset(optional))) == []


@pytest.mark.parametrize(("name", "path"), [("quote", "/quote"), ("ohlc", "/quote/ohlc"), ("ltp", "/quote/ltp")])
async def test_the_twins_quotes_are_as_published(stand: ZerodhaStand, name: str, path: str) -> None:
    ours = await ask(stand, "GET", f"{path}?i=NSE:ACME&i=NSE:NOSUCH")
    assert list(ours["data"]) == ["NSE:ACME"]
    assert list(differences(first(mock(name)), first(ours), name)) == []


async def test_the_twins_orders_trades_and_positions_are_as_published(stand: ZerodhaStand) -> None:
    stand.stage.quote("ACME", Decimal("99.90"), Decimal(100), Decimal(2))
    placed = await ask(stand, "POST", "/orders/regular", order(price="100"))
    ident = placed["data"]["order_id"]
    assert list(differences(mock("order_response"), placed, "placed")) == []
    newest = next(row for row in mock("orders")["data"] if row["order_id"] == "1953341975595868160")
    (ours,) = (await ask(stand, "GET", "/orders"))["data"]
    assert list(differences(newest, ours, "order")) == []
    history = await ask(stand, "GET", f"/orders/{ident}")
    states = [row["status"] for row in mock("order_info")["data"]]
    assert [row["status"] for row in history["data"]] == states[:4]
    assert set(mock("order_info")["data"][0]) <= set(history["data"][0])
    for name, path in (("trades", "/trades"), ("order_trades", f"/orders/{ident}/trades")):
        assert list(differences(mock(name), await ask(stand, "GET", path), name)) == []
    positions = await ask(stand, "GET", "/portfolio/positions")
    assert list(differences(mock("positions"), positions, "positions")) == []
    for name, method, form in (("order_modify", "PUT", order(price="99")), ("order_cancel", "DELETE", None)):
        assert list(differences(mock(name), await ask(stand, method, f"/orders/regular/{ident}", form), name)) == []


async def test_the_twins_margins_are_as_published(stand: ZerodhaStand) -> None:
    asked = order() | {"variety": "regular", "quantity": 4, "price": 90, "trigger_price": 0}
    async with aiohttp.ClientSession(headers=stand.config.headers) as session:
        for name, path, count in (("order_margins", "/margins/orders", 1), ("basket_margins", "/margins/basket", 2)):
            async with session.post(stand.server.url + path, json=[asked] * count) as answer:
                ours = json.loads(await answer.text())
            assert list(differences(mock(name), ours, name)) == []


def test_every_published_margin_is_read() -> None:
    rows = read(decoder(wire.Reply[list[wire.OrderMargin]]), file("order_margins.json").read_bytes(), "it").data
    assert [(row.exchange, row.tradingsymbol, row.total) for row in rows] == [("NSE", "INFY", Decimal(1498))]
    basket = read(decoder(wire.Reply[wire.BasketMargin]), file("basket_margins.json").read_bytes(), "it").data
    assert (basket.initial.total, basket.final.total) == (Decimal("96504.975"), Decimal("34786.725000000006"))
    assert [row.total for row in basket.orders] == [Decimal("95983.725"), Decimal("521.25")]


async def test_the_twins_holdings_are_as_published(stand: ZerodhaStand) -> None:
    await carried(stand)
    assert list(differences(mock("holdings"), await ask(stand, "GET", "/portfolio/holdings"), "holdings")) == []


async def test_the_twins_login_is_as_published(stand: ZerodhaStand) -> None:
    token = stand.twin.records.request("AB1234")
    checksum = hashlib.sha256(f"{FIELDS['api_key']}{token}{FIELDS['api_secret']}".encode()).hexdigest()
    form = {"api_key": FIELDS["api_key"], "request_token": token, "checksum": checksum}
    ours = await ask(stand, "POST", "/session/token", form)
    assert list(differences(mock("generate_session"), ours, "session")) == []
    asked = f"/session/token?api_key={FIELDS['api_key']}&access_token={ours['data']['access_token']}"
    assert await ask(stand, "DELETE", asked) == mock("session_logout")
    assert (await ask(stand, "DELETE", asked))["error_type"] == "TokenException"


async def test_an_order_update_has_the_fields_of_a_postback(stand: ZerodhaStand) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(stand.config.ticker) as ticker:
        await ask(stand, "POST", "/orders/regular", order(order_type="MARKET"))
        frames = [json.loads(await ticker.receive_str()) for _ in range(2)]
    assert [frame["data"]["status"] for frame in frames] == ["OPEN", "COMPLETE"]
    assert set(mock("postback")) <= set(frames[1]["data"])
    more = {"account_id", "modified", "tags", "validity_ttl"}
    assert list(differences(mock("postback"), frames[1]["data"], "update", frozenset(more))) == []


async def test_the_twins_lists_are_as_published(stand: ZerodhaStand) -> None:
    theirs = file("instruments_all.csv").read_text().splitlines()[0]
    async with aiohttp.ClientSession(headers=stand.config.headers) as session:
        for path in ("/instruments", "/instruments/NFO"):
            async with session.get(stand.server.url + path) as answer:
                text = (await answer.text()).splitlines()
                assert text[0] == theirs
                assert {len(line.split(",")) for line in text} == {12}


# --- the adapter reads what was published ---------------------------------------------------------------


@pytest.mark.parametrize(("name", "length"), [("quote", 44), ("full", 184)])
def test_a_recorded_packet_is_read_to_the_last_digit(name: str, length: int) -> None:
    packet, wanted = file(f"ticker_{name}.bin").read_bytes(), mock(f"ticker_{name}")
    assert len(packet) == length
    (found,) = ticks.frame(packets.frame([packet]))
    ohlc = (found.open, found.high, found.low, found.close)
    assert (found.token, found.tradable, found.volume) == (
        wanted["instrument_token"],
        wanted["tradable"],
        wanted["volume"],
    )
    assert (found.last, found.last_quantity, found.average) == (
        Decimal(str(wanted["last_price"])), wanted["last_quantity"], Decimal(str(wanted["average_price"])))  # fmt: skip
    assert (found.buy_quantity, found.sell_quantity) == (wanted["buy_quantity"], wanted["sell_quantity"])
    assert ohlc == tuple(Decimal(str(wanted["ohlc"][each])) for each in ("open", "high", "low", "close"))
    if name == "full":
        for side, levels in (("buy", found.bids), ("sell", found.asks)):
            shown = [(Decimal(str(row["price"])), row["quantity"], row["orders"]) for row in wanted["depth"][side]]
            assert [(each.price, each.quantity, each.orders) for each in levels] == shown
        assert found.at == datetime.fromisoformat(wanted["timestamp"])
        assert found.traded_at == datetime.fromisoformat(wanted["last_trade_time"])
        assert found.interest == wanted["oi"]


def test_every_recorded_order_and_trade_is_read_exactly() -> None:
    rows = mock("orders")["data"] + mock("order_info")["data"]
    made = decoder(wire.Order)
    for raw in rows:
        found = parse.order(made.decode(json.dumps(raw)), (), CONTEXT)
        assert found.quantity == raw["quantity"]
        assert found.filled_quantity == raw["filled_quantity"]
        assert found.client_order_id is None
        assert found.created_at is not None
        assert found.created_at.astimezone(words.INDIA).strftime("%Y-%m-%d %H:%M:%S") == raw["order_timestamp"]
    protected = next(row for row in rows if "mktp" in (row.get("tags") or ()))
    assert parse.terms(made.decode(json.dumps(protected))).order_type is OrderType.MARKET
    rejected = next(row for row in rows if row["status"] == "REJECTED")
    assert parse.order(made.decode(json.dumps(rejected)), (), CONTEXT).reason.startswith("Insufficient funds")
    trades = decoder(list[wire.Trade]).decode(json.dumps(mock("trades")["data"]))
    fills = [parse.trade(row, ClientOrderId("N"), CONTEXT) for row in trades]
    assert [fill.price for fill in fills] == [Decimal(str(row["average_price"])) for row in mock("trades")["data"]]
    assert len({fill.execution_id for fill in fills}) == len(fills)
    assert fills[0].occurred_at == datetime(2021, 5, 31, 3, 46, 39, tzinfo=UTC)


def test_what_is_held_and_the_money_are_read_from_what_was_published() -> None:
    positions = decoder(wire.Reply[wire.Positions]).decode(file("positions.json").read_bytes()).data
    holdings = decoder(wire.Reply[list[wire.Holding]]).decode(file("holdings.json").read_bytes()).data
    found = parse.held(positions.net, holdings, SymbolBook())
    by_name = {str(name): each.quantity for name, each in found.items()}
    assert by_name["LEADMINI17DECFUT.MCX"] == 1
    assert by_name["AARON.XNSE"] == 1 + 1000  # paid in full, and funded by the broker
    assert found[InstrumentId("SBIN.XBOM")].average == Decimal("801.78125")
    funds = decoder(wire.Reply[wire.Margins]).decode(file("margins.json").read_bytes()).data.equity
    assert parse.cash(funds) == Decimal("99725.05") + Decimal(101989) + Decimal("38981.25")


def test_every_recorded_word_of_an_order_is_known_to_both_sides() -> None:
    lists: dict[str, Any] = {"status": parse.STATUSES, "order_type": parse.ORDER_TYPES, "transaction_type": parse.SIDES,
                             "validity": parse.FORCES}  # fmt: skip
    for name, word in leaves([mock("orders")["data"], mock("order_info")["data"], mock("postback")]):
        if name in lists and isinstance(word, str):
            assert word in lists[name], f"{name} {word!r}"
    assert set(words.TYPES) == set(parse.ORDER_TYPES)
    assert set(words.VALIDITIES) <= set(parse.FORCES)
    assert set(words.ENDINGS.values()) <= set(parse.STATUSES)
    assert parse.STATUSES["OPEN"] is OrderStatus.WORKING


def test_every_row_of_the_published_lists_is_an_instrument_or_refused_with_a_reason() -> None:
    body = file("instruments_all.csv").read_bytes()
    book = SymbolBook()
    for exchange in ("NSE", "BSE", "NFO"):
        book.adopt(read_list(exchange, body, date(2017, 12, 20)))
    assert len(book) + len(book.refused) == body.count(b"\n") - 1
    option = book.named("NFO:BANKNIFTY18JAN23500CE")
    assert option is not None
    ident = book.id_of("NFO", "BANKNIFTY18JAN23500CE")
    assert ident == "BANKNIFTY180125C23500.XNSE"
    assert book.by_token(12073986) == ident
    assert all(book.named(row.key) is row for each in book.instruments() if (row := book.row(each.id)) is not None)
    later = SymbolBook()
    later.adopt(read_list("NFO", body, date(2026, 11, 21)))
    assert len(later) == 0
    assert all("expired" in reason for reason in later.refused.values())
