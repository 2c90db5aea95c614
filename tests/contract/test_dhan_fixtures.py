"""Dhan's twin answers by the recorded payloads to the letter, and the adapter reads every one of them."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bidwell.brokers.dhan import parse, wire
from bidwell.brokers.dhan.broker.ticket import TYPES
from bidwell.brokers.dhan.packets import packets
from bidwell.brokers.dhan.symbols import NUMBERS, made, read_master
from bidwell.brokers.transport import decoder
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Index
from bidwell.twins.dhan import data, words
from tests.contract.dhan_stand import FIELDS, SECURITY, DhanStand, dhan_stand
from tests.contract.shapes import FIXTURES, differences, leaves, recorded

HEADERS = {"access-token": FIELDS["access_token"], "client-id": FIELDS["client_id"]}
TICK = Decimal("0.05")
SHAPES: dict[str, type[Any]] = {
    "get-current-orders-list.json": wire.Order, "get-order-by-id.json": wire.Order,
    "get-order-by-correlation-id.json": wire.Order, "get_all_trades.json": wire.MarketTrade,
    "get_trade_book_by_orderid.json": wire.MarketTrade, "get_positions.json": wire.Position,
    "get-current-holdings.json": wire.Holding, "get_fund_limits.json": wire.Funds, "place_order.json": wire.Placed,
    "modify_pending_order.json": wire.Placed, "cancel_given_order.json": wire.Placed,
}  # fmt: skip


@pytest.fixture
async def stand() -> AsyncIterator[DhanStand]:
    async with dhan_stand() as stand:
        yield stand


async def ask(stand: DhanStand, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    async with (
        aiohttp.ClientSession(headers=HEADERS) as session,
        session.request(method, stand.server.url + path, json=body) as answer,
    ):
        return json.loads(await answer.text())


def inside(name: str) -> Any:  # noqa: ANN401 - JSON
    """A recorded payload without the wrapper that the vendor's client puts around it, which the wire has not."""
    whole: Any = recorded("dhan", name)
    return whole["data"]


def order(**changes: object) -> dict[str, object]:
    return {
        "dhanClientId": FIELDS["client_id"], "correlationId": "TAG-1", "transactionType": "BUY",
        "exchangeSegment": "NSE_EQ", "productType": "INTRADAY", "orderType": "LIMIT", "validity": "DAY",
        "securityId": SECURITY, "quantity": 1, "price": 90, "triggerPrice": 0, "disclosedQuantity": 0,
        "afterMarketOrder": False,
    } | changes  # fmt: skip


async def test_the_twin_answers_as_recorded(stand: DhanStand) -> None:
    resting = await ask(stand, "POST", "/v2/orders", order())
    await ask(stand, "POST", "/v2/orders", order(orderType="MARKET", price=0, correlationId="TAG-2"))
    stand.twin.records.deposit("plain", "ACME", Decimal(5), Decimal(88))
    number = resting["orderId"]
    conversation = [
        ("place_order.json", resting),
        ("place_slice_order.json", await ask(stand, "POST", "/v2/orders/slicing", order(correlationId="TAG-3"))),
        ("modify_pending_order.json", await ask(stand, "PUT", f"/v2/orders/{number}", order(price=91))),
        ("get-current-orders-list.json", await ask(stand, "GET", "/v2/orders")),
        ("get-order-by-id.json", await ask(stand, "GET", f"/v2/orders/{number}")),
        ("get-order-by-correlation-id.json", await ask(stand, "GET", "/v2/orders/external/TAG-1")),
        ("get_all_trades.json", await ask(stand, "GET", "/v2/trades")),
        ("get_trade_book_by_orderid.json", await ask(stand, "GET", "/v2/trades/1120000000002")),
        ("get_positions.json", await ask(stand, "GET", "/v2/positions")),
        ("get-current-holdings.json", await ask(stand, "GET", "/v2/holdings")),
        ("get_fund_limits.json", await ask(stand, "GET", "/v2/fundlimit")),
        ("margin_calculator.json", await ask(stand, "POST", "/v2/margincalculator", order())),
        ("cancel_given_order.json", await ask(stand, "DELETE", f"/v2/orders/{number}")),
    ]
    found = [each for name, ours in conversation for each in differences(inside(name), ours, name)]
    assert found == []
    assert all(ours for _, ours in conversation)


def test_every_recorded_word_is_known_to_both_sides() -> None:
    known: dict[str, tuple[Collection[str], Collection[str]]] = {
        "orderStatus": (parse.STATUSES, words.STATUSES.values()), "orderType": (parse.ORDER_TYPES, words.TYPES),
        "transactionType": (parse.SIDES, ["BUY", "SELL"]), "validity": (parse.FORCES, words.FORCES),
        "exchangeSegment": (NUMBERS.values(), words.NUMBERS), "productType": (words.PRODUCTS, words.PRODUCTS),
    }  # fmt: skip
    for file in SHAPES:
        for name, word in leaves(inside(file)):
            if name in known and isinstance(word, str):
                assert word in known[name][0], f"{file} {name} {word!r}"
    for theirs, ours in known.values():
        assert set(ours) <= set(theirs)
    assert set(TYPES.values()) == set(words.TYPES)


@pytest.mark.parametrize(("file", "shape"), SHAPES.items())
def test_the_adapter_reads_every_recorded_payload(file: str, shape: type[Any]) -> None:
    rows = inside(file)
    for row in rows if isinstance(rows, list) else [rows]:
        assert decoder(shape).decode(json.dumps(row)) is not None


def test_the_adapter_reads_the_golden_packets_as_the_vendors_parser_does() -> None:
    read = 0
    for sample in recorded("dhan", "feed_v2_packets.json"):
        frame, theirs = bytes.fromhex(sample["hex"]), sample.get("decoded_by_reference_parser")
        if theirs is None:  # the depth of twenty levels is a stream of its own
            continue
        (found,) = packets(frame)
        assert len(frame) == sample["bytes"]
        read += 1
        if not isinstance(theirs, dict):
            continue
        assert found.farewell == theirs.get("reason_code")
        assert found.security_id == str(theirs.get("security_id", found.security_id))
        if "LTP" in theirs:
            assert found.last is not None
            assert found.last.quantize(Decimal("0.01")) == Decimal(theirs["LTP"])
            assert datetime.fromtimestamp(found.at or 0, UTC).strftime("%H:%M:%S") == theirs["LTT"]
        if "prev_close" in theirs:
            assert found.previous_close is not None
            assert found.previous_close.quantize(Decimal("0.01")) == Decimal(theirs["prev_close"])
        if "volume" in theirs:
            assert found.volume == theirs["volume"]
        if "depth" in theirs:
            best = theirs["depth"][0]
            assert found.depth is not None
            assert (found.depth.bid_quantity, found.depth.ask_quantity) == (best["bid_quantity"], best["ask_quantity"])
            assert found.depth.ask.quantize(Decimal("0.01")) == Decimal(best["ask_price"])
    assert read == 7


async def test_the_twins_packets_have_the_golden_lengths_and_are_read_as_they_were_meant(stand: DhanStand) -> None:
    row = stand.stage.market.rows["ACME"]
    quote = stand.stage.market.quote("ACME", Decimal("98.35"), Decimal("98.40"), Decimal(700))
    lengths = {sample["name"]: sample["bytes"] for sample in recorded("dhan", "feed_v2_packets.json")}
    made_here = {"ticker": data.ticker(row, quote), "quote": data.quoted(row, quote), "prev_close": data.previous(row, quote),
                 "full": data.full(row, quote)}  # fmt: skip
    assert {name: len(frame) for name, frame in made_here.items()} == {name: lengths[name] for name in made_here}
    *_, full = packets(b"".join(made_here.values()))
    assert full.depth is not None
    assert (full.security_id, full.segment) == (SECURITY, "NSE_EQ")
    assert (full.depth.bid, full.depth.bid_quantity) == (Decimal("98.3500"), 700)


def test_the_recorded_list_of_instruments_is_read_with_ticks_lots_and_one_name_each() -> None:
    file = FIXTURES / "dhan" / "scrip_master_compact_cut.csv"
    if not file.exists():
        pytest.skip("the recorded list of Dhan's instruments is not on this machine")
    text = file.read_text()
    master = read_master(text, datetime(2026, 7, 1, tzinfo=UTC))
    assert len(master.rows) == sum(1 for _ in csv.reader(text.splitlines())) - 1
    assert len(master.ids) + len(master.refused) == len(master.rows)
    assert len(master.refused) < 10
    assert len(set(master.ids.values())) == len(master.ids)
    assert {master.ids[key] for key in master.ids} <= set(master.keys)
    bank = made(master.rows["NSE_EQ", "1333"])
    assert (bank.id, bank.tick_size, bank.lot_size, bank.currency) == (
        InstrumentId("HDFCBANK.XNSE"), TICK, Decimal(1), "INR")  # fmt: skip
    assert made(master.rows["NSE_EQ", "2885"]).tick_size == Decimal("0.10")
    small = made(master.rows["BSE_EQ", "210687"])
    assert (small.id, small.lot_size) == (InstrumentId("ARABIAN.XBOM"), Decimal(2000))
    nifty = made(master.rows["IDX_I", "13"])
    assert nifty.id == "NIFTY.XNSE"
    assert isinstance(nifty.contract, Index)


async def test_the_twins_list_has_the_recorded_columns(stand: DhanStand) -> None:
    file = FIXTURES / "dhan" / "scrip_master_compact_cut.csv"
    if not file.exists():
        pytest.skip("the recorded list of Dhan's instruments is not on this machine")
    async with (
        aiohttp.ClientSession() as session,
        session.get(stand.server.url + "/api-data/api-scrip-master.csv") as answer,
    ):
        ours = next(csv.reader((await answer.text()).splitlines()))
    theirs = next(csv.reader(file.read_text().splitlines()))
    assert ours[: len(theirs) - 1] == theirs[:-1]
    assert set(inside("security_list.json")[0]) <= set(theirs)
