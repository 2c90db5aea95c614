"""Fyers' twin and adapter against what was recorded: frames of the price stream, fields, requests, the list."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import msgspec
import pytest

from bidwell.brokers.fyers import hsm, parse, wire
from bidwell.brokers.fyers.symbols import made, read_master
from bidwell.brokers.transport import decoder
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Index
from bidwell.model.order import OrderStatus
from bidwell.twins.fyers import hsm as theirs_hsm
from bidwell.twins.fyers import words
from bidwell.twins.fyers.data import figures
from tests.contract.fyers_stand import FIELDS, SYMBOL, FyersStand, fyers_stand
from tests.contract.shapes import FIXTURES, recorded

FRAMES = "hsm_frames.json"


@pytest.fixture
async def stand() -> AsyncIterator[FyersStand]:
    async with fyers_stand() as stand:
        yield stand


async def ask(stand: FyersStand, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"{FIELDS['app_id']}:{stand.config.access_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, stand.server.url + path, json=body) as answer,
    ):
        return json.loads(await answer.text())


def frame(name: str) -> bytes:
    return bytes.fromhex(next(row["hex"] for row in recorded("fyers", FRAMES) if row["name"].startswith(name)))


def order(**changes: object) -> dict[str, object]:
    """The recorded request of an order, for the twin's instrument."""
    cases: Any = recorded("fyers", "request_cases.json")
    sample = next(row["input"] for row in cases["cases"] if row["name"] == "SingleOrderAction")
    return {**sample, "symbol": SYMBOL, "orderTag": "TAG1", **changes}


# --- the price stream -----------------------------------------------------------------------------


def test_what_the_adapter_says_to_the_price_stream_is_what_the_vendors_client_says() -> None:
    golden = frame("auth (type 1)")
    # The source that a client calls itself by is its own.
    ours = hsm.auth("dummyhsmkey0123456789")
    assert ours[2:-10] == golden[2:-18]
    assert len(ours) == int.from_bytes(ours[:2], "big") + 2
    assert hsm.full_mode() == frame("full mode (type 12")
    assert hsm.acknowledge(41) == frame("ack (type 3)")
    # The vendor's client writes a length that is not the message's.
    assert hsm.subscribe(["sf|nse_cm|2885"])[2:] == frame("subscribe (type 4)")[2:]
    assert hsm.topic("10100000002885") == "sf|nse_cm|2885"


def test_the_adapter_reads_the_golden_frames_as_the_vendors_parser_does() -> None:
    (let_in,) = hsm.messages(frame("auth response K"))
    assert let_in == hsm.Reply(hsm.AUTH, good=True, acknowledge_every=50)
    assert list(hsm.messages(frame("subscribe response K"))) == [hsm.Reply(hsm.SUBSCRIBE, good=True)]
    assert list(hsm.messages(frame("full mode response K"))) == [hsm.Reply(hsm.MODE, good=True)]
    (said,) = hsm.messages(frame("custom message (51)"))
    assert said == hsm.Complaint(51001, "symbol limit exceeded")
    (snapshot,), (update,) = (list(hsm.messages(frame(f"data feed: {name}"))) for name in ("snapshot", "update"))
    assert isinstance(snapshot, hsm.Feed)
    assert isinstance(update, hsm.Feed)
    topic = hsm.Topic(snapshot.records[0])
    decoded: dict[str, Any] = {row["name"]: row.get("decoded_by_reference_parser") for row in recorded("fyers", FRAMES)}
    for name, change in (("data feed: snapshot (83) scrip", None), ("data feed: update (85) scrip", update.records[0])):
        if change is not None:
            topic.change(change)
        wanted = decoded[name][0]
        assert topic.name == "sf|nse_cm|2885"
        for price in ("ltp", "bid_price", "ask_price", "open_price", "prev_close_price"):
            assert topic.price(price) == Decimal(str(wanted[price]))
        for count in ("vol_traded_today", "exch_feed_time", "bid_size", "ask_size"):
            assert topic.figure(count) == wanted[count]


def test_the_figures_of_a_topic_are_in_the_recorded_order() -> None:
    fields: Any = recorded("fyers", "ws_field_map.json")
    assert list(hsm.SCRIP) == fields["data_val"][:-2]
    assert fields["exch_seg_dict"] == hsm.SEGMENTS


async def test_the_twins_frames_are_read_as_they_were_meant_and_have_the_golden_form(stand: FyersStand) -> None:
    row = stand.stage.market.rows[SYMBOL]
    quote = stand.stage.market.quote(SYMBOL, Decimal("98.35"), Decimal("98.40"), Decimal(700))
    told = theirs_hsm.feed(7, [theirs_hsm.snapshot(3, "sf|nse_cm|1333", row, figures(quote, row))])
    golden = frame("data feed: snapshot")
    assert told[2:3] == golden[2:3]
    assert len(told) - len("sf|nse_cm|1333ACME-EQ1333") == len(golden) - len("sf|nse_cm|2885RELIANCE-EQ2885")
    (said,) = hsm.messages(told)
    assert isinstance(said, hsm.Feed)
    topic = hsm.Topic(said.records[0])
    assert (topic.price("bid_price"), topic.figure("bid_size")) == (Decimal("98.35"), 700)
    assert theirs_hsm.reply(hsm.AUTH, acknowledge_every=50) == frame("auth response K")
    assert theirs_hsm.reply(hsm.SUBSCRIBE) == frame("subscribe response K")
    assert theirs_hsm.read(frame("subscribe (type 4)"))[1][2] == bytes([11])
    assert theirs_hsm.topics(theirs_hsm.read(frame("subscribe (type 4)"))[1][1]) == ["sf|nse_cm|2885"]


# --- orders ---------------------------------------------------------------------------------------


async def test_what_the_stream_says_of_orders_fills_and_positions_has_the_recorded_fields(stand: FyersStand) -> None:
    fields: Any = recorded("fyers", "ws_field_map.json")
    sent = await ask(stand, "POST", "/api/v3/orders/sync", order(type=2, limitPrice=0))
    assert (sent["s"], sent["code"]) == ("ok", 1101)
    (row,) = (await ask(stand, "GET", "/api/v3/orders"))["orderBook"]
    (trade,) = (await ask(stand, "GET", "/api/v3/tradebook"))["tradeBook"]
    (position,) = (await ask(stand, "GET", "/api/v3/positions"))["netPositions"]
    held = stand.stage.state.orders[words.venue_id_of(row["id"])]
    streamed = words.streamed(stand.twin.records.order(held), held.fills, 2)
    optional = {"id_fyers"}
    assert set(streamed) - optional == set(fields["order_mapper"])
    assert set(words.streamed_trade(trade)) == set(fields["trade_mapper"])
    absent = {"takeProfit", "stopLoss", "legType"}
    assert set(fields["order_mapper"].values()) - set(row) <= absent
    assert set(fields["trade_mapper"].values()) <= set(trade)
    assert set(fields["position_mapper"].values()) - set(position) <= absent
    for name, listed in fields["order_mapper"].items():
        if listed in row and name not in {"price_traded", "qty_remaining"}:
            assert streamed[name] == row[listed] or streamed[name] == Decimal(str(row[listed])), name


def test_the_adapter_reads_what_it_needs_under_the_recorded_names_of_both() -> None:
    fields: Any = recorded("fyers", "ws_field_map.json")
    names = {field.encode_name for field in _fields(wire.StreamOrder)}
    assert names <= set(fields["order_mapper"])
    assert {field.encode_name for field in _fields(wire.StreamTrade)} <= set(fields["trade_mapper"])
    assert {field.encode_name for field in _fields(wire.MarketTrade)} <= set(fields["trade_mapper"].values())
    assert {field.encode_name for field in _fields(wire.Position)} <= set(fields["position_mapper"].values())
    assert {field.encode_name for field in _fields(wire.Order)} <= set(fields["order_mapper"].values())


async def test_recorded_requests_are_understood_by_the_twin(stand: FyersStand) -> None:
    sent = await ask(stand, "POST", "/api/v3/orders/sync", order(limitPrice=90))
    cases: Any = recorded("fyers", "request_cases.json")
    inputs = {row["name"]: row["input"] for row in cases["cases"]}
    changed = await ask(
        stand, "PATCH", "/api/v3/orders/sync", {**inputs["ModifyOrder"], "id": sent["id"], "limitPrice": 91}
    )
    assert (changed["s"], changed["code"]) == ("ok", 1102)
    assert (await ask(stand, "GET", "/api/v3/orders?order_tag=1:TAG1"))["orderBook"][0]["limitPrice"] == 91
    missing = await ask(stand, "DELETE", "/api/v3/orders/sync", inputs["CancelOrder"])
    assert (missing["s"], missing["code"]) == ("error", -51)
    gone = await ask(stand, "DELETE", "/api/v3/positions", inputs["CancelPendingOrders"])
    assert gone["s"] == "ok"
    (row,) = (await ask(stand, "GET", f"/api/v3/orders?id={sent['id']}"))["orderBook"]
    found = decoder(wire.Order).decode(json.dumps(row))
    assert parse.status(found) is OrderStatus.CANCELED
    assert set(words.TYPES) == set(parse.ORDER_TYPES)
    assert set(words.STATUSES.values()) <= set(parse.STATUSES)


# --- the list -------------------------------------------------------------------------------------


def test_the_recorded_list_of_instruments_is_read_with_ticks_lots_and_one_name_each() -> None:
    file = FIXTURES / "fyers" / "NSE_CM_cut.csv"
    if not file.exists():
        pytest.skip("the recorded list of Fyers' instruments is not on this machine")
    text = file.read_text()
    master = read_master([text], datetime(2025, 5, 15, tzinfo=UTC))
    assert len(master.rows) == len({row[9] for row in csv.reader(text.splitlines())})
    assert len(master.ids) + len(master.refused) == len(master.rows)
    assert len(master.refused) < 10
    assert len(set(master.ids.values())) == len(master.ids)
    bank = made(master.rows["NSE:SBIN-EQ"])
    assert (bank.id, str(bank.tick_size), str(bank.lot_size), bank.currency) == (
        InstrumentId("SBIN.XNSE"), "0.05", "1", "INR")  # fmt: skip
    assert made(master.rows["NSE:RELIANCE-EQ"]).tick_size == Decimal("0.1")
    assert master.ids["NSE:656MH32-SG"] == "656MH32-SG.XNSE"
    nifty = made(master.rows["NSE:NIFTY50-INDEX"])
    assert nifty.id == "NIFTY.XNSE"
    assert isinstance(nifty.contract, Index)
    assert {hsm.topic(row.token) for row in master.rows.values()} >= {"sf|nse_cm|2885", "sf|nse_cm|3045"}


async def test_the_twins_lists_have_the_recorded_columns(stand: FyersStand) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(stand.server.url + "/sym_details/NSE_FO.csv") as answer,
    ):
        rows = list(csv.reader((await answer.text()).splitlines()))
    assert {len(row) for row in rows} == {21}
    assert [row[9] for row in rows] == ["NSE:NIFTY27JANFUT", "NSE:NIFTY27JAN26000CE"]


def _fields(shape: type[Any]) -> Any:  # noqa: ANN401 - msgspec's own type
    return msgspec.structs.fields(shape)
