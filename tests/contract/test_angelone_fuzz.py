"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.client import judge
from bidwell.brokers.angelone.parse import orders, prices
from bidwell.brokers.angelone.parse.figures import data, figure, margin
from bidwell.brokers.angelone.symbols import Master, Splitter, SymbolBook, guesses
from bidwell.brokers.transport import Answer, decoder, read
from bidwell.brokers.transport.indian import option, share_id
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Right
from bidwell.model.order import Order
from bidwell.model.terms import Side, Terms
from tests.contract.fuzzing import RUNS, Parsers, damaged, understood_or_refused

CONTEXT = orders.Context(AccountId("a"), SymbolBook(), datetime(2026, 1, 2, tzinfo=UTC))
ORDER: dict[str, Any] = {
    "variety": "NORMAL", "ordertype": "STOPLOSS_LIMIT", "producttype": "INTRADAY", "duration": "DAY", "price": 392.8,
    "triggerprice": "392.5", "quantity": "75", "tradingsymbol": "NIFTY25NOV2525400CE", "transactiontype": "BUY",
    "exchange": "NFO", "symboltoken": "52839", "averageprice": 0, "filledshares": "25", "orderid": "251111000000001",
    "text": None, "status": "open", "orderstatus": "open", "updatetime": "11-Nov-2025 11:56:57", "ordertag": None,
    "uniqueorderid": "x",
}  # fmt: skip
UPDATE = {"user-id": "A1", "status-code": "200", "order-status": "AB01", "error-message": "", "orderData": ORDER}
TRADE = {"orderid": "251111000000001", "fillid": "1000001", "fillsize": "25", "fillprice": "392.80",
         "filltime": "11:56:57", "transactiontype": "BUY"}  # fmt: skip
POSITION = {"exchange": "NSE", "symboltoken": "3045", "tradingsymbol": "SBIN-EQ", "producttype": "DELIVERY",
            "netqty": "-7", "netprice": "812.05"}  # fmt: skip
ASKED = Order(ClientOrderId("CARD00000000000001"), CONTEXT.account, InstrumentId("ACME.XNSE"), Side.BUY, Decimal(10), Terms(),
              CONTEXT.at)  # fmt: skip
MARGIN = {"totalMarginRequired": 29612.35, "marginComponents": {"netPremium": 5060.0, "marginBenefit": 79876.5}}
FUNDS = {"net": "1000.00", "availablecash": "900.50"}
QUOTED = {"exchange": "NSE", "symbolToken": "3045", "ltp": 812.05, "open": 800, "close": 805.1, "tradeVolume": 10,
          "exchFeedTime": "21-Nov-2025 10:46:10", "depth": {"buy": [{"price": 812, "quantity": 5}],
                                                           "sell": [{"price": 812.1, "quantity": 5}]}}  # fmt: skip
CANDLES = [["2023-09-06T11:15:00+05:30", 19571.2, 19573.35, 19534.4, 19552.05, 0]]
SCRIPS = [{"token": "40921", "symbol": "NIFTY11AUG2622350CE", "name": "NIFTY", "expiry": "11AUG2026",
           "strike": "2235000.000000", "lotsize": "65", "instrumenttype": "OPTIDX", "exch_seg": "NFO",
           "tick_size": "5.000000"}]  # fmt: skip
ENVELOPE = {"status": True, "message": "SUCCESS", "errorcode": "", "data": {"orderid": "1"}}
SNAP = bytes((3, 1)) + b"2885".ljust(25, b"\0") + struct.pack("<qqq", 1, 1746171226000, 157370) + bytes(379 - 51)


def _order(body: bytes) -> object:
    row = read(decoder(wire.Order), body, "it")
    return orders.order(row, (), CONTEXT), orders.changed_at(row), orders.closed_before(row, CONTEXT.at)


def _update(body: bytes) -> object:
    message = read(decoder(wire.Update), body, "it")
    row = data(decoder(wire.Order), message.order, "it")
    return None if row is None else (orders.status(row, message.code or ""), orders.terms(row), orders.filled(row))


def _trade(body: bytes) -> object:
    owner = decoder(wire.Order).decode(json.dumps(ORDER))
    return orders.fill(read(decoder(wire.Trade), body, "it"), owner, CONTEXT)


def _position(body: bytes) -> object:
    row = read(decoder(wire.Position), body, "it")
    return orders.position(row), CONTEXT.book.id_of(row.exchange, row.symboltoken, row.tradingsymbol)


def _funds(body: bytes) -> object:
    row = read(decoder(wire.Funds), body, "it")
    return orders.cash(row), orders.free(row)


def _quoted(body: bytes) -> object:
    return prices.quoted(read(decoder(wire.Quoted), body, "it"), InstrumentId("A.B"), CONTEXT.at, watched=False)


def _candles(body: bytes) -> object:
    return [prices.bar(row, InstrumentId("A.B"), 60) for row in read(decoder(list[wire.Candle]), body, "it")]


def _scrips(body: bytes) -> object:
    splitter = Splitter()
    rows = splitter.feed(body)
    splitter.finish()
    return SymbolBook().learn(rows)


def _envelope(body: bytes) -> object:
    assert judge(Answer(502, {}, body)) is not None
    judge(Answer(200, {}, body))
    return data(decoder(wire.Placed), read(decoder(wire.Envelope), body, "it").data, "it")


def _margin(body: bytes) -> object:
    return margin(read(decoder(wire.BatchMargin), body, "it"), wire.Funds(), [ASKED])


PARSERS: Parsers = {
    "order": (ORDER, _order), "update": (UPDATE, _update), "trade": (TRADE, _trade), "position": (POSITION, _position),
    "funds": (FUNDS, _funds), "quote": (QUOTED, _quoted), "bars": (CANDLES, _candles), "list": (SCRIPS, _scrips),
    "envelope": (ENVELOPE, _envelope), "margin": (MARGIN, _margin),
}  # fmt: skip


@settings(max_examples=RUNS * 4, deadline=None)
@given(drawn=st.data())
def test_a_damaged_frame_is_understood_or_refused(drawn: st.DataObject) -> None:
    with understood_or_refused():
        found = prices.tick(damaged(drawn, SNAP, 12))
        assert found.at.tzinfo is UTC
        assert all(price > 0 and quantity > 0 for price, quantity in (*found.bids, *found.asks))


@settings(max_examples=RUNS, deadline=None)
@given(value=st.decimals(min_value=Decimal(-1000000000), max_value=Decimal(10**9), places=9))
def test_a_figure_is_the_same_to_the_last_digit_as_text_and_as_number(value: Decimal) -> None:
    for raw in (f"{value:f}", f'"{value:f}"'):
        assert figure(msgspec.Raw(raw.encode()), "it") == value


@settings(max_examples=RUNS, deadline=None)
@given(
    strike=st.integers(1, 100_000), root=st.sampled_from(["NIFTY", "NIFTYNXT50", "M&M", "360ONE", "BAJAJ-AUTO"]),
    last=st.dates(date(2025, 1, 1), date(2035, 1, 1)), right=st.sampled_from(Right),
)  # fmt: skip
def test_a_contract_of_ours_is_guessed_and_read_back(strike: int, root: str, last: date, right: Right) -> None:
    level = Decimal(strike) / 2
    made = option(root, "NFO", last, level, right, Decimal("0.05"), Decimal(1))
    ((exchange, symbol),) = guesses(made.id)
    assert SymbolBook().id_of(exchange, "1", symbol) == made.id


@settings(max_examples=RUNS, deadline=None)
@given(symbols=st.lists(st.from_regex(r"[A-Z]{1,3}(-(EQ|BE|SM)|&[A-Z])?", fullmatch=True), max_size=12, unique=True))
def test_symbols_and_ids_are_one_to_one_or_refused_with_a_reason(symbols: list[str]) -> None:
    book, known = SymbolBook(), dict[InstrumentId, str]()
    book.learn(
        [wire.Scrip(str(number), each, each, "", "-1", "1", "", "NSE", "5") for number, each in enumerate(symbols)]
    )
    for number, symbol in enumerate(symbols):
        try:
            ident = book.id_of("NSE", str(number), symbol)
        except ProtocolError:
            assert book.refused["NSE", str(number)]
            continue
        handle = book.handle_of(ident)
        assert handle is not None
        assert (handle.symbol, handle.token) == (symbol, str(number))
        assert known.setdefault(ident, symbol) == symbol


@settings(max_examples=RUNS, deadline=None)
@given(cut=st.integers(1, 60), texts=st.lists(st.text('ab}{][,"\\ ', max_size=8), min_size=1, max_size=20))
def test_a_list_in_pieces_is_the_same_list_whatever_its_texts_hold(cut: int, texts: list[str]) -> None:
    body = json.dumps([{"token": str(place), "symbol": text} for place, text in enumerate(texts)]).encode()
    splitter, rows = Splitter(), []
    for first in range(0, len(body), cut):
        rows += splitter.feed(body[first : first + cut])
    splitter.finish()
    assert [(row.token, row.symbol) for row in rows] == [(str(place), text) for place, text in enumerate(texts)]


def test_a_list_that_breaks_off_or_never_ends_is_refused() -> None:
    for body in (b"", b"[", b'[{"token":"1","symbol":"A"}', b'[{"token":"1"', b"{}", b'[{"token":"1","symbol":"A"}] x'):
        with pytest.raises(ProtocolError):
            _scrips(body)
    with pytest.raises(ProtocolError, match="does not end"):
        _scrips(b'[{"symbol":"' + b"}" * 5_000_000)


def test_the_whole_list_stays_small_and_is_found_in_by_token_and_symbol() -> None:
    count, master, splitter, most = 20_000, Master(), Splitter(), 0
    body = json.dumps([
        {"token": str(each), "symbol": f"NIFTY24NOV26{20_000 + each}CE", "name": "NIFTY", "expiry": "24NOV2026",
         "strike": f"{(20_000 + each) * 100}.000000", "lotsize": "75", "instrumenttype": "OPTIDX", "exch_seg": "NFO",
         "tick_size": "5.000000", "freeze_qty": "1801", "is_cas_enabled": False} for each in range(count)]).encode()  # fmt: skip
    for first in range(0, len(body), 65_536):
        master.add(splitter.feed(body[first : first + 65_536]))
        most = max(most, splitter.waiting)
    splitter.finish()
    master.seal()
    assert master.count == count
    assert most < 1024
    assert master.size < len(body) / 2
    row = master.by_token("NFO", "12345")
    assert row is not None
    assert row == master.by_symbol("NFO", "NIFTY24NOV2632345CE")
    assert (row.strike, row.lotsize, row.tick_size) == ("3234500.000000", "75", "5.000000")
    assert master.by_token("NSE", "12345") is None
    assert master.by_symbol("NFO", "NIFTY24NOV2699999CE") is None
    assert sum(1 for _ in master.of("NFO", expiry="24NOV2026")) == count
    assert list(master.of("NFO", expiry="25NOV2026")) == []
    odd = Master()
    odd.add([wire.Scrip("1", "A\nB"), wire.Scrip("2", "A\x1fB"), wire.Scrip("3", "É\u2028", exch_seg="NSE")])
    odd.seal()
    assert odd.count == 1
    assert odd.by_token("NSE", "3") is not None


def test_names_that_would_stand_for_two_things_are_refused_for_both() -> None:
    book = SymbolBook()
    rows = [wire.Scrip("1", "AB C-EQ", "x", "", "-1", "1", "", "NSE", "5"),
            wire.Scrip("2", "AB-C-EQ", "x", "", "-1", "1", "", "NSE", "5"),
            wire.Scrip("3", "USDINR", "x", "", "-1", "1", "FUTCUR", "CDS", "5"),
            wire.Scrip("4", "OK-EQ", "OK", "", "-1", "1", "", "NSE", "0"),
            wire.Scrip("5", "OLD24FUT", "OLD", "99XYZ2024", "-1", "1", "FUTSTK", "NFO", "5")]  # fmt: skip
    assert [each.id for each in book.learn(rows)] == ["AB-C.XNSE"]
    assert set(book.refused) == {("NSE", "1"), ("NSE", "2"), ("CDS", "3"), ("NSE", "4"), ("NFO", "5")}
    with pytest.raises(ProtocolError, match="both stand for"):
        book.id_of("NSE", "1", "AB C-EQ")
    assert book.handle_of(InstrumentId("AB-C.XNSE")) is None
    assert book.id_of("MCX", "9", "GOLD26DECFUT") == share_id("GOLD26DECFUT", "MCX")
    assert issubclass(ConfigError, Exception)
