"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.brokers.schwab import Login, SchwabConfig, parse, symbols, wire
from bidwell.brokers.schwab.broker.matching import Ledger, NothingKnown
from bidwell.brokers.schwab.broker.reading import chain_of
from bidwell.brokers.schwab.broker.streamer import ACTIVITY, EQUITIES, OPTIONS
from bidwell.brokers.schwab.broker.user import User
from bidwell.brokers.schwab.config import auth_code
from bidwell.brokers.schwab.login import judge
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.brokers.transport import Answer, day, decoder, read
from bidwell.model.errors import BrokerError, ConfigError, InvalidInput, ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms
from tests.contract.fuzzing import RUNS, Parsers, damaged, understood_or_refused, with_odd_value

AT = datetime(2026, 1, 2, 15, 0, tzinfo=UTC)
ACME = InstrumentId("ACME.XNAS")
NAME = ClientOrderId("CARD00000000000001")
BOOK = SymbolBook()
BOOK.learn([wire.Listed("ACME", "NASDAQ", "EQUITY", "ACME CORP")])
CONTEXT = parse.Context(AccountId("a"), BOOK, AT)
LEG = {"instruction": "BUY", "quantity": 10, "instrument": {"symbol": "ACME", "assetType": "EQUITY"}}
ORDER: dict[str, Any] = {
    "orderId": 1000000001, "status": "WORKING", "orderType": "STOP_LIMIT", "duration": "DAY", "quantity": 10,
    "filledQuantity": 4, "price": 90.5, "stopPrice": "89.25", "enteredTime": "2026-01-02T15:00:00+0000",
    "orderLegCollection": [LEG],
    "orderActivityCollection": [{"activityType": "EXECUTION", "orderRemainingQuantity": 6, "executionLegs": [
        {"quantity": 4, "price": 90.25, "time": "2026-01-02T15:00:01+0000"}]}],
    "childOrderStrategies": [{"orderStrategyType": "OCO", "orderId": 2, "childOrderStrategies": [
        {"orderId": 3, "status": "AWAITING_PARENT_ORDER", "orderType": "TRAILING_STOP", "duration": "GOOD_TILL_CANCEL",
         "stopPriceLinkType": "VALUE", "stopPriceOffset": 2, "quantity": 10, "enteredTime": "2026-01-02T15:00:00+0000",
         "orderLegCollection": [LEG | {"instruction": "SELL"}]}]}],
}  # fmt: skip
ACCOUNT = {"securitiesAccount": {
    "accountNumber": "12345678", "type": "MARGIN",
    "currentBalances": {"cashBalance": 10.05, "marginBalance": -3, "shortBalance": 0},
    "positions": [{"instrument": {"symbol": "ACME", "assetType": "EQUITY"}, "longQuantity": 3, "shortQuantity": 0,
                   "averagePrice": 90.1}]}}  # fmt: skip
CANDLES = {"candles": [{"open": 1.05, "high": 2, "low": 1, "close": 2, "volume": 5, "datetime": 1767348900000}]}
TOUCH = {"quote": {"bidPrice": 99.9, "askPrice": 100, "lastPrice": 99.95, "bidSize": 3, "askSize": 4, "totalVolume": 7,
                   "openPrice": 99, "closePrice": 98, "quoteTime": 1767348900000, "tradeTime": 1767348901000}}  # fmt: skip
TICK = {"key": "ACME", "1": 99.9, "2": 100, "3": 99.95, "4": 3, "5": 4, "8": 7, "12": 98, "17": 99, "34": 1767348900000}
CHAIN = {"symbol": "ACME", "status": "SUCCESS", "callExpDateMap": {"2031-01-17:420": {"100.0": [{
    "putCall": "CALL", "symbol": "ACME  310117C00100000", "multiplier": 100.0, "nonStandard": False, "mini": False,
    "strikePrice": 100.0}]}}, "putExpDateMap": {"2031-01-17:420": {"97.5": [{
        "putCall": "PUT", "symbol": "ACME  310117P00097500", "multiplier": 100.0}]}}}  # fmt: skip
EXPIRATIONS = {"expirationList": [{"expirationDate": "2031-01-17", "daysToExpiration": 420, "standard": True}]}
LISTED = {"symbol": "ACME", "exchange": "NASDAQ", "assetType": "EQUITY", "description": "ACME CORP"}


def _order(body: bytes) -> object:
    rows = list(parse.flat([read(decoder(wire.Order), body, "it")]))
    ledger = Ledger(BOOK, WallClock(), NothingKnown(), 10.0)
    terms = Terms(OrderType.STOP_LIMIT, Decimal("90.5"), Decimal("89.25"))
    ledger.sending(Order(NAME, AccountId("a"), ACME, Side.BUY, Decimal(10), terms, AT))
    ledger.lost(NAME)
    ledger.settle(rows)
    return [(parse.order([row], None, CONTEXT), parse.closed_at(row)) for row in rows]


def _account(body: bytes) -> object:
    found = read(decoder(wire.Account), body, "it").securities_account
    return parse.cash(found.current_balances), [parse.signed(each) for each in found.positions or ()]


def _bars(body: bytes) -> object:
    return [parse.bar(each, ACME, 60) for each in read(decoder(wire.Candles), body, "it").candles or ()]


def _touch(body: bytes) -> object:
    found = read(decoder(wire.Quoted), body, "it").quote
    return found and parse.touched(found, ACME, AT)


def _tick(body: bytes) -> object:
    return parse.quote(parse.Book().merged(read(decoder(wire.EquityTick), body, "it")), ACME, AT, parse.STREAM_LOT)


def _listed(body: bytes) -> object:
    book = SymbolBook()
    return book.learn([read(decoder(wire.Listed), body, "it")])


def _chain(body: bytes) -> object:
    return chain_of(read(decoder(wire.Chain), body, "it"), ACME, "ACME", [date(2031, 1, 17)])


def _expirations(body: bytes) -> object:
    found = read(decoder(wire.Expirations), body, "it").expiration_list or ()
    return [day(each.expiration_date, "it") for each in found]


PARSERS: Parsers = {
    "order": (ORDER, _order), "account": (ACCOUNT, _account), "bars": (CANDLES, _bars), "touch": (TOUCH, _touch),
    "tick": (TICK, _tick), "listed": (LISTED, _listed), "chain": (CHAIN, _chain),
    "expirations": (EXPIRATIONS, _expirations),
}  # fmt: skip


def test_the_samples_are_understood() -> None:
    for sample, parser in PARSERS.values():
        assert parser(json.dumps(sample).encode())


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_an_odd_value_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    sample, parser = PARSERS[name]
    with understood_or_refused():
        parser(json.dumps(with_odd_value(data, sample)).encode())


@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_damaged_payload_is_understood_or_refused(data: st.DataObject) -> None:
    sample, parser = PARSERS[data.draw(st.sampled_from(sorted(PARSERS)))]
    with understood_or_refused():
        parser(damaged(data, json.dumps(sample).encode()))


class Nosy:
    """A member of the stream that wants everything."""

    wants = {ACTIVITY: (), EQUITIES: ("ACME",), OPTIONS: ("ACME  270115C00100000",)}  # noqa: RUF012 - it is read only

    def told(self, service: str, rows: list[msgspec.Raw]) -> None:
        shapes: dict[str, Any] = {ACTIVITY: wire.Activity, EQUITIES: wire.EquityTick, OPTIONS: wire.OptionTick}
        for row in rows:
            read(decoder(shapes[service]), bytes(row), "it")

    def alive(self) -> None: ...

    def up(self) -> None: ...

    def down(self, reason: str) -> None: ...

    def refused(self, problem: BrokerError) -> None: ...


async def test_a_damaged_frame_of_the_stream_ends_the_connection_or_is_understood() -> None:
    config = SchwabConfig("key", "secret", refresh_token="x", access_token="y")
    streamer = User(config, Login(config, WallClock()), WallClock(), SystemEntropy()).streamer
    streamer._members.append(Nosy())
    frames = [
        {"data": [{"service": EQUITIES, "timestamp": 1, "command": "SUBS", "content": [TICK]},
                  {"service": ACTIVITY, "content": [{"seq": 1, "key": "k", "1": "123", "2": "OrderCreated", "3": "{}"}]}]},
        {"response": [{"service": "ADMIN", "command": "LOGIN", "requestid": "1", "content": {"code": 0, "msg": "ok"}}]},
        {"notify": [{"heartbeat": "1767348900000"}]},
        {"notify": [{"service": "ADMIN", "content": {"code": 30, "msg": "Stop streaming due to empty subscription"}}]},
    ]  # fmt: skip

    @settings(max_examples=RUNS * 2, deadline=None)
    @given(data=st.data())
    def hear(data: st.DataObject) -> None:
        sample = json.dumps(data.draw(st.sampled_from(frames))).encode()
        frame = (
            damaged(data, sample) if data.draw(st.booleans()) else json.dumps(with_odd_value(data, json.loads(sample)))
        )
        try:
            streamer.hear(frame)
        except BrokerError:
            return

    hear()
    for frame in (b"", b"{}", b"[]", b'{"data":', b"[" * 100_000, b'"' + b"x" * 5_000_000):
        with pytest.raises(ProtocolError):
            streamer.hear(frame)


@settings(max_examples=RUNS, deadline=None)
@given(status=st.integers(200, 599), body=st.binary(max_size=60) | st.recursive(
    st.none() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["message", "errors", "error", "title", "detail"]), inner, max_size=3)).map(
            lambda made: json.dumps(made).encode()))  # fmt: skip
def test_any_answer_is_judged(status: int, body: bytes) -> None:
    found = judge(Answer(status, {}, body))
    assert (found is None) is (status < 300)


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=30) | st.from_regex(r"[A-Z0-9]{1,6} {0,4}\d{6}[CP]\d{8}", fullmatch=True))
def test_any_text_is_a_symbol_or_none(text: str) -> None:
    book = SymbolBook()
    with understood_or_refused():
        ident = book.id_of(text)
        assert book.symbol_of(ident) is not None
    try:
        made = symbols.option(text, ACME)
    except ConfigError:
        pass
    else:
        assert book.id_of(text) == made.id
        assert symbols.is_option(book.symbol_of(made.id) or "")
    assert symbols.other_id(text)


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=40))
def test_what_a_person_pastes_is_a_code_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert auth_code(text)
