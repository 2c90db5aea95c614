"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.topstepx import hub, parse, wire
from bidwell.brokers.topstepx.broker.feed import trades
from bidwell.brokers.topstepx.client import weigh
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import decoder, read
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from tests.contract.fuzzing import RUNS, Parsers

CONTRACT = {"id": "CON.F.US.EP.Z27", "name": "ESZ7", "tickSize": 0.25, "tickValue": 12.5, "activeContract": True}
BOOK = SymbolBook()
BOOK.learn([wire.Contract("CON.F.US.EP.Z27", "ESZ7", Decimal("0.25"), Decimal("12.5"))])
CONTEXT = parse.Context(AccountId("a"), BOOK, datetime(2026, 1, 2, tzinfo=UTC))
ORDER: dict[str, Any] = {
    "id": 26970, "accountId": 212, "contractId": "CON.F.US.EP.Z27", "creationTimestamp": "2025-04-21T19:45:52.105808+00:00",
    "updateTimestamp": "2025-04-21T19:45:52.105808+00:00", "status": 1, "type": 1, "side": 0, "size": 2, "limitPrice": 5138.0,
    "stopPrice": None, "fillVolume": 1, "filledPrice": 5138.0, "customTag": "CARD00000000000001", "trailPrice": None,
}  # fmt: skip
TRADE = {"id": 8604, "accountId": 212, "contractId": "CON.F.US.EP.Z27", "creationTimestamp": "2025-04-21T19:45:53+00:00",
         "price": 5138.0, "profitAndLoss": None, "fees": 1.4, "side": 0, "size": 1, "voided": False, "orderId": 26970}  # fmt: skip
POSITION = {"id": 6124, "accountId": 212, "contractId": "CON.F.US.EP.Z27", "type": 1, "size": 1, "averagePrice": 5138.0}
BAR = {"t": "2024-12-20T14:00:00+00:00", "o": 2208.1, "h": 2217.0, "l": 2206.7, "c": 2210.1, "v": 87}
QUOTE = {"symbol": "F.US.EP", "lastPrice": 5138.25, "bestBid": 5138.0, "bestAsk": 5138.25, "change": 10.5, "volume": 120345,
         "timestamp": "2025-04-21T19:45:53+00:00"}  # fmt: skip
PRINTS = [
    {"symbolId": "F.US.EP", "price": 5138.25, "timestamp": "2025-04-21T19:45:53+00:00", "type": 0, "volume": 2},
    None,
]
MESSAGE = {"type": 1, "target": "GatewayUserOrder", "arguments": [{"action": 1, "data": ORDER}]}
REPLY = {"success": False, "errorCode": 2, "errorMessage": "no", "orderId": 5}


def _order(body: bytes) -> object:
    row = read(decoder(wire.Order), body, "it")
    return parse.order(row, (), CONTEXT), parse.end(row, CONTEXT.at), parse.ended_at(row)


def _trade(body: bytes) -> object:
    return parse.fill(read(decoder(wire.HalfTurn), body, "it"), ClientOrderId("N"), CONTEXT)


def _position(body: bytes) -> object:
    return parse.signed(read(decoder(wire.Position), body, "it"))


def _bar(body: bytes) -> object:
    return parse.bar(read(decoder(wire.Bar), body, "it"), InstrumentId("ESZ7.XCME"), 60)


def _quote(body: bytes) -> object:
    return parse.Touch().quoted(read(decoder(wire.Quote), body, "it")).quote(InstrumentId("ESZ7.XCME"), CONTEXT.at)


def _trades(body: bytes) -> object:
    touch = parse.Touch()
    for each in trades(body):
        touch = touch.traded(each)
    return touch


def _contract(body: bytes) -> object:
    return SymbolBook().learn([read(decoder(wire.Contract), body, "it")])


def _message(body: bytes) -> object:
    return hub.messages(body + hub.END.encode(), "it")


def _reply(body: bytes) -> object:
    return weigh("Order/place", body)


PARSERS: Parsers = {
    "order": (ORDER, _order), "trade": (TRADE, _trade), "position": (POSITION, _position), "bar": (BAR, _bar),
    "quote": (QUOTE, _quote), "prints": (PRINTS, _trades), "contract": (CONTRACT, _contract), "message": (MESSAGE, _message),
    "reply": (REPLY, _reply),
}  # fmt: skip


@pytest.mark.parametrize(
    "frame", ["", "{}", '{"type":6}', hub.PING + "{", b"\xff\x1e", '{"type":6}\x1e{"type":', "\x1e\x1e"]
)
def test_a_frame_that_is_cut_short_is_refused(frame: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        hub.messages(frame, "it")


@settings(max_examples=RUNS, deadline=None)
@given(kinds=st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7]), min_size=1, max_size=20))
def test_as_many_messages_come_out_of_a_frame_as_went_in(kinds: list[int]) -> None:
    frame = "".join(json.dumps({"type": each}) + hub.END for each in kinds)
    assert [each.type for each in hub.messages(frame, "it")] == kinds


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.0000001"), max_value=Decimal(10**9), places=7))
def test_a_price_is_the_same_to_the_last_digit(figure: Decimal) -> None:
    body = json.dumps(ORDER | {"limitPrice": 0}).replace('"limitPrice": 0', f'"limitPrice": {figure:f}')
    assert parse.terms(read(decoder(wire.Order), body, "it")).limit_price == figure
