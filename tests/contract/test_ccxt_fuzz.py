"""Broken and odd payloads: frames through the library and our parsers end as something sound or as ProtocolError."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import PROFILES, ExchangeConfig, PairBook, parse, wire
from bidwell.brokers.ccxt_exchanges.broker.words import words_in
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.client.library import made
from bidwell.brokers.transport import Health
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from tests.contract.fuzzing import damaged, understood_or_refused, with_odd_value
from tests.contract.test_ccxt_requests import IDS, market

RUNS = int(os.environ.get("BIDWELL_FUZZ", "40"))
NAME = "CARD00000000000001"
AT = 1_700_000_000_000
FRAMES: dict[str, dict[str, Any]] = {
    "binance": {"subscriptionId": 0, "event": {
        "e": "executionReport", "E": AT, "s": "BTCUSDT", "c": NAME, "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "1.00000000",
        "p": "99.50000000", "P": "0.00000000", "C": "", "x": "TRADE", "X": "PARTIALLY_FILLED", "r": "NONE", "i": 4293153,
        "l": "0.40000000", "z": "0.40000000", "L": "99.50000000", "n": "0", "N": None, "T": AT, "t": 7, "O": AT,
        "Z": "39.80000000", "Y": "39.80000000"}},
    "bybit": {"id": "1", "topic": "order", "creationTime": AT, "data": [{
        "category": "spot", "symbol": "BTCUSDT", "orderId": "1321", "orderLinkId": NAME, "side": "Buy", "orderType": "Limit",
        "orderStatus": "PartiallyFilled", "price": "99.5", "qty": "1", "cumExecQty": "0.4", "avgPrice": "99.5",
        "timeInForce": "GTC", "createdTime": str(AT), "updatedTime": str(AT), "triggerPrice": "0"}]},
    "okx": {"arg": {"channel": "orders", "instType": "SPOT"}, "data": [{
        "instType": "SPOT", "instId": "BTC-USDT", "ordId": "317", "clOrdId": NAME, "px": "99.5", "sz": "1",
        "ordType": "limit", "side": "buy", "accFillSz": "0.4", "fillPx": "99.5", "fillSz": "0.4", "fillTime": str(AT),
        "tradeId": "12", "fillFee": "-0.01", "fillFeeCcy": "USDT", "avgPx": "99.5", "state": "partially_filled",
        "cTime": str(AT), "uTime": str(AT)}]},
    "kraken": {"channel": "executions", "type": "update", "sequence": 3, "data": [{
        "order_id": "OK4GJX-KSTLS-7DZZO5", "cl_ord_id": NAME, "exec_type": "trade", "order_status": "partially_filled",
        "symbol": "BTC/USD", "side": "buy", "order_type": "limit", "order_qty": 1.0, "limit_price": 99.5, "cum_qty": 0.4,
        "exec_id": "T5DIUI", "last_price": 99.5, "last_qty": 0.4, "cost": 39.8, "timestamp": "2023-09-22T10:33:05.709950Z",
        "fees": [{"asset": "USD", "qty": 0.1}], "time_in_force": "GTC"}]},
    "coinbase": {"channel": "user", "sequence_num": 0, "events": [{"type": "update", "orders": [{
        "order_id": "9bc1eb3b", "client_order_id": NAME, "cumulative_quantity": "0.4", "leaves_quantity": "0.6",
        "avg_price": "99.5", "total_fees": "0", "status": "OPEN", "product_id": "BTC-USD", "order_side": "BUY",
        "creation_time": "2022-12-07T19:42:18.719312Z", "order_type": "Limit"}]}]},
}  # fmt: skip
ORDER = {"id": "1", "clientOrderId": NAME, "symbol": "BTC/USDT", "type": "limit", "side": "buy", "timeInForce": "GTC",
         "status": "open", "amount": "1", "filled": "0.4", "average": "99.5", "price": "99.5", "triggerPrice": None,
         "timestamp": AT, "lastUpdateTimestamp": AT}  # fmt: skip
EXECUTION = {"id": "7", "order": "1", "symbol": "BTC/USDT", "side": "buy", "amount": "0.4", "price": "99.5", "timestamp": AT,
             "fee": {"cost": "0.01", "currency": "USDT"}}  # fmt: skip
TICKER = {"symbol": "BTC/USDT", "bid": "99.5", "ask": "99.6", "last": "99.5", "timestamp": AT, "baseVolume": "5"}
BAR = [AT, "1", "2", "1", "2", "5"]


def book() -> PairBook:
    found = PairBook("BINANCE")
    found.learn([wire.shaped(market("binance"), wire.Market, "it")])
    return found


CONTEXT = parse.Context(AccountId("a"), book(), datetime(2026, 1, 2, tzinfo=UTC))


@cache
def client(exchange: str) -> ExchangeClient:
    config = ExchangeConfig(PROFILES[exchange], "key", "secret", "USDT", environment="live")
    found = ExchangeClient(config, Health(WallClock()), lambda: 0.0)
    inner: Any = found
    inner._seam._exchange = made(exchange, {})
    inner._seam._exchange.set_markets([market(exchange)])
    return found


def hear(exchange: str, frame: bytes | str) -> None:
    """Read a frame as the order stream does, down to the desk's own types."""
    asked = client(exchange)
    own = parse.Context(AccountId("a"), _own_book(exchange), datetime(2026, 1, 2, tzinfo=UTC))
    for word in words_in(asked, frame):
        assert isinstance(word.order_id, str)
        if word.execution is not None:
            fill = parse.fill(word.execution, ClientOrderId(NAME), own)
            assert fill.quantity > 0
        if word.order is not None:
            assert parse.update(word.order, ClientOrderId(NAME), own)


@cache
def _own_book(exchange: str) -> PairBook:
    found = PairBook(PROFILES[exchange].venue)
    found.learn([wire.shaped(market(exchange), wire.Market, "it")])
    return found


@pytest.mark.parametrize("exchange", sorted(FRAMES))
def test_the_frames_themselves_are_understood(exchange: str) -> None:
    assert exchange in IDS
    words = words_in(client(exchange), json.dumps(FRAMES[exchange]))
    assert {word.name for word in words} == {NAME}
    hear(exchange, json.dumps(FRAMES[exchange]))
    (order,) = (word.order for word in words if word.order is not None)
    assert order.filled == Decimal("0.4")
    for execution in (word.execution for word in words if word.execution is not None):
        assert (execution.amount, execution.price) == (Decimal("0.4"), Decimal("99.5"))


@pytest.mark.parametrize("exchange", sorted(FRAMES))
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_frame_with_an_odd_value_is_understood_or_refused(exchange: str, data: st.DataObject) -> None:
    with understood_or_refused():
        hear(exchange, json.dumps(with_odd_value(data, FRAMES[exchange])))


@pytest.mark.parametrize("exchange", sorted(FRAMES))
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_damaged_frame_is_understood_or_refused(exchange: str, data: st.DataObject) -> None:
    with understood_or_refused():
        hear(exchange, damaged(data, json.dumps(FRAMES[exchange]).encode()))


@pytest.mark.parametrize("exchange", sorted(FRAMES))
def test_depth_length_and_noise_are_refused(exchange: str) -> None:
    for body in (
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"' + b"x" * 100_000,
        b'{"e":' + b"9" * 100_000,
        b"\xff\xfe",
        b"",
        b"7",
    ):
        with pytest.raises(ProtocolError):
            hear(exchange, body)


def _order(value: object) -> object:
    return parse.order(wire.shaped(value, wire.Order, "it"), (), CONTEXT)


def _execution(value: object) -> object:
    return parse.fill(wire.shaped(value, wire.Execution, "it"), ClientOrderId(NAME), CONTEXT)


def _ticker(value: object) -> object:
    return parse.quote(wire.shaped(value, wire.Ticker, "it"), InstrumentId("BTCUSDT.BINANCE"), CONTEXT.at)


def _bar(value: Any) -> object:  # noqa: ANN401 - any JSON
    return parse.bar(value if isinstance(value, list) else [value], InstrumentId("BTCUSDT.BINANCE"), 60)


UNIFIED: dict[str, Any] = {"order": (ORDER, _order), "execution": (EXECUTION, _execution), "ticker": (TICKER, _ticker),
                           "bar": (BAR, _bar)}  # fmt: skip


@pytest.mark.parametrize("name", sorted(UNIFIED))
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_unified_payload_with_an_odd_value_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    sample, parser = UNIFIED[name]
    assert parser(sample)
    with understood_or_refused():
        parser(with_odd_value(data, sample))


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.00000001"), max_value=Decimal(10**9), places=8))
def test_a_figure_is_the_same_to_the_last_digit_through_the_library(figure: Decimal) -> None:
    text = f"{figure:f}"
    frame = json.dumps(FRAMES["binance"] | {"event": FRAMES["binance"]["event"] | {"l": text, "z": text, "q": text}})
    first, second = words_in(client("binance"), frame)
    assert first.execution is not None
    assert second.order is not None
    assert (first.execution.amount, second.order.filled) == (figure, figure)
    # As a JSON number too: Kraken writes such.
    raw = json.dumps(FRAMES["kraken"]).replace('"last_qty": 0.4', f'"last_qty": {text}')
    first, _ = words_in(client("kraken"), raw)
    assert first.execution is not None
    assert first.execution.amount == figure
