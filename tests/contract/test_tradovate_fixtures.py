"""Tradovate's twin speaks as the recorded conversation does, and the adapter says and reads every line of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import msgspec
import pytest

from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.tradovate.broker.entities import Entities
from bidwell.brokers.tradovate.broker.ticket import ticket_of
from bidwell.brokers.tradovate.broker.updates import ENTITY_TYPES
from bidwell.brokers.tradovate.client import frames
from bidwell.brokers.tradovate.client.rest import judge
from bidwell.brokers.tradovate.config import HEARTBEAT
from bidwell.brokers.tradovate.errors import SHUTDOWNS
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.twins.mishaps import MishapType
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.dialect import login
from tests.contract.shapes import differences, recorded
from tests.contract.tradovate_stand import SYMBOL, TradovateStand, tradovate_stand

FIXTURES = {"place": "order/placeorder", "sync": "user/syncrequest"}
AT = datetime(2026, 1, 5, 14, 31, tzinfo=UTC)


@pytest.fixture
async def stand() -> AsyncIterator[TradovateStand]:
    async with tradovate_stand() as stand:
        yield stand


def transcript() -> list[dict[str, Any]]:
    return recorded("tradovate", "socket_transcript_derived.json")


def said(word: str) -> str:
    """What the recorded client said that begins so."""
    return next(str(row["raw"]) for row in transcript() if row["dir"] == "c->s" and row["raw"].startswith(word))


def heard() -> Iterator[dict[str, Any]]:
    """Every message that the recorded server sent."""
    for row in transcript():
        if row["dir"] == "s->c" and row["raw"].startswith("a"):
            yield from json.loads(row["raw"][1:])


def event(kind: str, entity: str = "") -> dict[str, Any]:
    return next(each for each in heard() if each.get("e") == kind and entity in {"", each["d"].get("entityType")})


async def messages(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        frame = await socket.receive_str(timeout=10.0)
        found += json.loads(frame[1:]) if frame.startswith("a") else []
    return found


async def opened(session: aiohttp.ClientSession, stand: TradovateStand, path: str) -> aiohttp.ClientWebSocketResponse:
    body = login("DEMO1") | {"deviceId": "recorder"}
    async with session.post(f"{stand.server.url}/v1/auth/accesstokenrequest", json=body) as answer:
        token = json.loads(await answer.text())["accessToken"]
    socket = await session.ws_connect(stand.server.url + path)
    assert await socket.receive_str() == transcript()[0]["raw"]
    await socket.send_str(said("authorize").replace("ACCESS_TOKEN", token))
    assert await socket.receive_str() == transcript()[2]["raw"]
    return socket


async def test_the_twins_user_socket_speaks_as_recorded(stand: TradovateStand) -> None:
    rows = {row.get("note", ""): row["raw"] for row in transcript()}
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(stand.server.url + "/v1/websocket") as stranger:
            assert await stranger.receive_str() == "o"
            await stranger.send_str(said("authorize"))
            assert await stranger.receive_str() == rows["bad or expired token (alternative)"]
        socket = await opened(session, stand, "/v1/websocket")
        await socket.send_str(said("[]"))
        await socket.send_str(said(FIXTURES["sync"]))
        (world,) = await messages(socket, 1)
        theirs = next(each for each in heard() if each.get("i") == 2)
        optional = frozenset(set(world["d"]) - set(theirs["d"]))
        assert list(differences(theirs, world, "sync", optional)) == []
        order = said(FIXTURES["place"]).replace("ESH6", SYMBOL).replace("6000.25", "100.00")
        await socket.send_str(order)
        told = await messages(socket, 13)
        kinds = {each["d"]["entityType"]: each for each in told if each.get("e") == "props"}
        placed = next(each for each in told if each.get("i") == 3)
        assert list(differences(next(each for each in heard() if each.get("i") == 3), placed, "placed")) == []
        for entity in ("command", "order", "executionReport"):
            mine = [each for each in told if each.get("e") == "props" and each["d"]["entityType"] == entity]
            assert any(not list(differences(event("props", entity), each, entity)) for each in mine), (entity, mine)
        assert {"fill", "fillFee", "position", "cashBalance", "orderVersion"} <= set(kinds)


async def test_the_twins_failures_and_penalties_are_as_recorded(stand: TradovateStand) -> None:
    by_note = {
        row.get("note", ""): json.loads(row["raw"][1:])[0] for row in transcript() if row["raw"].startswith("a[")
    }
    refusal = next(each for each in heard() if "failureReason" in str(each))
    async with aiohttp.ClientSession() as session:
        socket = await opened(session, stand, "/v1/websocket")
        operation, _, query, body = said(FIXTURES["place"]).replace("ESH6", SYMBOL).split("\n")
        stand.fault(MishapType.REJECT, code="MaxOrderQtyLimitReached", text="Order quantity exceeds limit")
        await socket.send_str(f"{operation}\n3\n{query}\n{body}")
        assert await messages(socket, 1) == [refusal]
        stand.fault(MishapType.THROTTLE, seconds=15)
        await socket.send_str(f"{operation}\n4\n{query}\n{body}")
        penalty = by_note["penalty ticket: not executed; wait 15 s, repeat with p-ticket"]
        (answer,) = await messages(socket, 1)
        assert list(differences(penalty, answer, "penalty")) == []
        stand.fault(MishapType.ERROR, status=429, processed=False)
        await socket.send_str(f"{operation}\n5\n{query}\n{body}")
        assert (await messages(socket, 1))[0] | {"d": None} == by_note["rate limit"] | {"d": None}


async def test_the_twins_prices_are_as_recorded(stand: TradovateStand) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await opened(session, stand, "/md/v1/websocket")
        await socket.send_str(frames.request("md/subscribequote", 2, json.dumps({"symbol": SYMBOL})))
        _, quote = await messages(socket, 2)
        theirs = event("md")
        optional = frozenset({"OpeningPrice", "SettlementPrice"})
        assert list(differences(theirs, quote, "quote", optional)) == []
        asked = recorded("tradovate", "tutorial_samples.json")[1]["sample"] | {"symbol": SYMBOL}
        asked["timeRange"]["closestTimestamp"] = "2026-11-02T15:00Z"
        await socket.send_str(frames.request("md/getchart", 3, json.dumps(asked)))
        _, bars, end = await messages(socket, 3)
        charts = event("chart")["d"]["charts"]
        assert list(differences(charts[0], bars["d"]["charts"][0], "bars")) == []
        assert list(differences(charts[1], end["d"]["charts"][0], "end")) == []


def test_the_adapter_says_what_the_recorded_client_said() -> None:
    assert frames.request(frames.AUTHORIZE, 1, "ACCESS_TOKEN") == said("authorize")
    assert said("[]") == HEARTBEAT
    operation, number, query, body = said(FIXTURES["sync"]).split("\n")
    wanted = json.loads(body)
    assert (operation, number, query) == ("user/syncrequest", "2", "")
    assert set(wanted["entityTypes"]) <= set(ENTITY_TYPES)
    *_, body = said(FIXTURES["place"]).split("\n")
    order = Order(ClientOrderId("desk-0001"), AccountId("a"), InstrumentId("ESH6.XCME"), Side.BUY, Decimal(1),
                  Terms(OrderType.LIMIT, Decimal("6000.25"), time_in_force=TimeInForce.DAY), AT)  # fmt: skip
    ours = msgspec.json.Encoder(decimal_format="number").encode(ticket_of(order, "ESH6", "DEMO11", 11))
    assert json.loads(ours) == json.loads(body)


def test_the_adapter_reads_every_recorded_frame() -> None:
    kinds: dict[str, Any] = {"command": wire.Command, "order": wire.Order, "executionReport": wire.ExecutionReport}
    read = 0
    for row in transcript():
        if row["dir"] != "s->c":
            continue
        for message in frames.messages(row["raw"]):
            read += 1
            if message.e == "props":
                props = wire.decoder(wire.Props).decode(bytes(message.d))
                assert wire.decoder(kinds[props.entity_type]).decode(bytes(props.entity))
            elif message.e in {"md", "chart"}:
                market = wire.decoder(wire.Market).decode(bytes(message.d))
                assert market.quotes or market.charts
            elif message.e == "shutdown":
                assert wire.decoder(wire.Shutdown).decode(bytes(message.d)).reason_code in SHUTDOWNS
            elif message.i == 2:
                assert wire.decoder(wire.Sync).decode(bytes(message.d)).orders == []
    assert read >= 14
    failed = next(each["d"] for each in heard() if "failureReason" in str(each))
    verdict = judge(Answer(200, {}, json.dumps(failed).encode()))
    assert verdict is not None
    assert (verdict.kind, verdict.code) == (Kind.REJECTED_RULE, "MaxOrderQtyLimitReached")


def test_the_recorded_order_is_put_together_from_its_parts() -> None:
    world = Entities(11)
    for message in heard():
        if message.get("e") != "props":
            continue
        entity = message["d"]["entity"]
        if message["d"]["entityType"] == "command":
            # The recorded id is no id of a desk's.
            world.put_command(msgspec.convert(entity | {"clOrdId": "CARD00000000000001"}, wire.Command))
        elif message["d"]["entityType"] == "order":
            world.put_order(msgspec.convert(entity, wire.Order))
        else:
            world.put_execution(msgspec.convert(entity, wire.ExecutionReport))
    assert world.name_of(900001) == "CARD00000000000001"
    assert world.filled_at_end(900001) is None, "it is told of an end alone"
    assert world.orders[900001].ord_status == "Working"


def test_the_recorded_quotes_and_bars_are_read_exactly() -> None:
    sample = recorded("tradovate", "tutorial_samples.json")[0]["sample"]["d"]
    market = wire.decoder(wire.Market).decode(json.dumps(sample))
    quote = parse.quote(market.quotes[0], None, InstrumentId("YMM7.XCBT"), AT)
    assert quote is not None
    assert (quote.bid, quote.ask, quote.last, quote.bid_quantity) == tuple(map(Decimal, (18405, 18410, 18405, 7)))
    charts = wire.decoder(wire.Market).decode(json.dumps(event("chart")["d"])).charts
    bar = parse.bar(charts[0].bars[0], InstrumentId("ESH6.XCME"), 60)
    assert (bar.open, bar.close, bar.volume) == (Decimal("5999.5"), Decimal("6000.25"), Decimal(672))
    assert charts[1].eoh


def test_every_documented_word_of_an_order_is_known_to_both_sides() -> None:
    assert set(words.STATUSES.values()) <= set(parse.STATUSES)
    assert set(words.TYPES) <= set(parse.ORDER_TYPES)
    assert set(words.FORCES) == set(parse.FORCES)
    documented = {"PendingNew", "Working", "PendingReplace", "PendingCancel", "Suspended", "Filled", "Completed", "Canceled",
                  "Expired", "Rejected", "Unknown"}  # fmt: skip
    assert documented == set(parse.STATUSES)
    types = {"Limit", "MIT", "Market", "QTS", "Stop", "StopLimit", "TrailingStop", "TrailingStopLimit"}
    assert types <= {*parse.ORDER_TYPES, *parse.NEAREST_TYPES}
    commands = {"Pending", "RiskPassed", "RiskRejected", "PendingExecution", "AtExecution", "ExecutionRejected",
                "ExecutionStopped", "ExecutionSuspended", "OnHold", "Replaced"}  # fmt: skip
    assert commands == parse.COMMANDS
