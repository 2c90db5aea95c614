"""Garbage, truncated and oversized payloads and frames: a parser says ProtocolError or gives something sound, and nothing else."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.transport import decoder, read
from bidwell.brokers.transport.indian import ist
from bidwell.brokers.zerodha import parse, ticks, wire
from bidwell.brokers.zerodha.symbols import COLUMNS, SymbolBook, read_list
from bidwell.model.errors import BrokerError, ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import Side, Terms
from tests.contract.fuzzing import RUNS, Parsers, damaged, understood_or_refused

CONTEXT = parse.Context(AccountId("a"), SymbolBook(), datetime(2026, 1, 2, tzinfo=UTC))
ACME = InstrumentId("ACME.XNSE")
ASKED = Order(ClientOrderId("CARD00000000000001"), CONTEXT.account, ACME, Side.BUY, Decimal(10), Terms(), CONTEXT.at)
ORDER: dict[str, Any] = {
    "order_id": "261121000000001", "status": "OPEN", "exchange": "NSE", "tradingsymbol": "ACME", "variety": "regular",
    "transaction_type": "BUY", "order_type": "SL", "validity": "DAY", "product": "CNC", "quantity": 10, "price": 100.5,
    "trigger_price": 100, "average_price": 99.5, "filled_quantity": 4, "status_message": None, "tag": "CARD00000000000001",
    "tags": ["CARD00000000000001"], "order_timestamp": "2026-11-21 10:00:00", "exchange_update_timestamp": None,
}  # fmt: skip
TRADE = {"trade_id": "1", "order_id": "261121000000001", "exchange": "NSE", "tradingsymbol": "ACME", "quantity": 4,
         "transaction_type": "BUY", "average_price": 99.5, "fill_timestamp": "2026-11-21 10:00:00"}  # fmt: skip
HELD = {"net": [{"tradingsymbol": "ACME", "exchange": "NSE", "product": "CNC", "quantity": -4, "average_price": 9.5}]}
SHARES = [{"tradingsymbol": "ACME", "exchange": "NSE", "quantity": 4, "opening_quantity": 6, "t1_quantity": 0,
           "average_price": 9.5, "mtf": {"quantity": 2, "average_price": 3}}]  # fmt: skip
FUNDS = {
    "enabled": True,
    "net": 5.5,
    "available": {"live_balance": 99725.05000000002},
    "utilised": {"span": 1, "exposure": 2},
}
QUOTE = {"instrument_token": 1, "last_price": 99.5, "timestamp": "2026-11-21 10:00:00", "volume": 5,
         "ohlc": {"open": 1, "close": 2}, "depth": {"buy": [{"price": 1, "quantity": 2}], "sell": []}}  # fmt: skip
CANDLES = {"candles": [["2017-12-15T09:15:00+0530", 1704.5, 1705, 1699.25, 1702.8, 2499]]}
MARGIN = [{"tradingsymbol": "ACME", "exchange": "NSE", "total": 1498.25, "span": 0, "var": 1498.25}]
BASKET = {"initial": {"total": 96504.975}, "final": {"total": 34786.725000000006}, "orders": MARGIN}
MESSAGE = {"type": "order", "data": {"order_id": "1"}}
LIST = (
    ",".join(COLUMNS) + "\n408065,1594,ACME,ACME INDUSTRIES,0.0,,0.0,0.05,1,EQ,NSE,NSE\n"
    "12073986,47164,NIFTY26NOV25000CE,NIFTY,2.4,2026-11-26,25000.0,0.05,75,CE,NFO-OPT,NFO\n"
).encode()
FULL = struct.pack(">16I", 408065, 157370, *range(14)) + b"\x00\x00\x00\x05\x00\x02\x66\x9c\x00\x01\x00\x00" * 10
FRAME = struct.pack(">HH", 2, len(FULL)) + FULL + struct.pack(">HII", 8, 256265, 2500000)


def _margin(body: bytes) -> object:
    rows = read(decoder(list[wire.OrderMargin]), body, "it")
    return parse.margin(None, rows, [(ASKED, "NSE:ACME")], Decimal(1))


def _basket(body: bytes) -> object:
    found = read(decoder(wire.BasketMargin), body, "it")
    return parse.margin(found.final.total, found.orders, [(ASKED, "NSE:ACME")], None)


def _order(body: bytes) -> object:
    row = read(decoder(wire.Order), body, "it")
    parse.ended_at(row)
    return parse.order(row, (), CONTEXT)


def _held(body: bytes) -> object:
    return parse.held(read(decoder(wire.Positions), body, "it").net, (), CONTEXT.book)


def _shares(body: bytes) -> object:
    return [
        each.average for each in parse.held((), read(decoder(list[wire.Holding]), body, "it"), CONTEXT.book).values()
    ]


def _candles(body: bytes) -> object:
    return [parse.bar(row, ACME, 60) for row in read(decoder(wire.Candles), body, "it").candles]


PARSERS: Parsers = {
    "order": (ORDER, _order),
    "trade": (TRADE, lambda body: parse.trade(read(decoder(wire.Trade), body, "it"), ClientOrderId("N"), CONTEXT)),
    "positions": (HELD, _held), "holdings": (SHARES, _shares),
    "funds": (FUNDS, lambda body: parse.cash(read(decoder(wire.Segment), body, "it"))),
    "margin": (MARGIN, _margin), "basket": (BASKET, _basket),
    "quote": (QUOTE, lambda body: parse.quote(read(decoder(wire.Quote), body, "it"), ACME, CONTEXT.at)),
    "candles": (CANDLES, _candles), "message": (MESSAGE, lambda body: read(decoder(wire.Message), body, "it")),
}  # fmt: skip


def frames(body: bytes) -> object:
    return [(ticks.quote(each, ACME, CONTEXT.at), each.tradable) for each in ticks.frame(body)]


def lists(body: bytes) -> object:
    book = SymbolBook()
    for exchange in ("NSE", "NFO"):
        book.adopt(read_list(exchange, body, date(2026, 11, 21)))
    return list(book.instruments())


@settings(max_examples=RUNS * 4, deadline=None)
@given(data=st.data())
def test_a_damaged_frame_of_the_ticker_is_understood_or_refused(data: st.DataObject) -> None:
    with understood_or_refused():
        frames(damaged(data, FRAME))


@settings(max_examples=RUNS * 4, deadline=None)
@given(body=st.binary(max_size=400))
def test_noise_on_the_ticker_is_refused(body: bytes) -> None:
    with understood_or_refused():
        frames(body)


def test_a_frame_that_is_cut_anywhere_is_refused_and_a_sign_of_life_is_none() -> None:
    assert len(list(ticks.frame(FRAME))) == 2
    assert list(ticks.frame(b"\x00")) == []
    for length in (0, *range(2, len(FRAME))):
        with pytest.raises(ProtocolError):
            list(ticks.frame(FRAME[:length]))
    for odd in (FRAME + b"\x00", struct.pack(">HH", 1, 12) + bytes(12), struct.pack(">H", 65535)):
        with pytest.raises(ProtocolError):
            list(ticks.frame(odd))


@pytest.mark.parametrize(("segment", "decimals"), [(1, 2), (2, 2), (3, 7), (4, 2), (6, 4), (9, 2), (12, 4)])
def test_a_price_has_the_decimals_of_its_segment(segment: int, decimals: int) -> None:
    (found,) = ticks.frame(struct.pack(">HHII", 1, 8, 1000 * 256 + segment, 834_512_345))
    assert found.last == Decimal(834_512_345) / Decimal(10**decimals)
    assert found.tradable is (segment != 9)


@settings(max_examples=RUNS * 2, deadline=None)
@given(data=st.data())
def test_a_damaged_instrument_list_is_understood_or_refused(data: st.DataObject) -> None:
    with understood_or_refused():
        lists(damaged(data, LIST))


@settings(max_examples=RUNS * 2, deadline=None)
@given(cells=st.lists(st.text(max_size=12), min_size=12, max_size=12), token=st.integers(0, 10**12))
def test_a_row_of_any_text_is_an_instrument_or_refused_with_a_reason(cells: list[str], token: int) -> None:
    row = [str(token), *("".join(each for each in cell if each not in '",\r\n') for cell in cells[1:11]), "NSE"]
    with understood_or_refused():
        listed = read_list(
            "NSE", (",".join(COLUMNS) + "\n" + ",".join(row) + "\n").encode("utf-8", "ignore"), date(2026, 11, 21)
        )
        assert len(listed.rows) + len(listed.refused) == 1
        assert all(listed.refused.values())


@pytest.mark.parametrize(
    "odd", ["NaN", "sNaN", "Infinity", "-5", "0", "1e400", "1e-400", "9" * 60, "", "x", "25000.00000000000001"]
)
@pytest.mark.parametrize("place", ["25000.0", "0.05", ",75,", "2026-11-26"])
def test_a_contract_with_an_odd_figure_is_refused_with_a_reason(place: str, odd: str) -> None:
    row = LIST.decode().splitlines()[2].replace(place, f",{odd}," if place == ",75," else odd)
    listed = read_list("NFO", "\n".join([",".join(COLUMNS), row]).encode(), date(2026, 11, 21))
    if place != "25000.0" or odd != "25000.00000000000001":
        assert list(listed.refused) == ["NIFTY26NOV25000CE"]
        assert listed.refused["NIFTY26NOV25000CE"]
    assert len(listed.rows) + len(listed.refused) == 1


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.05"), max_value=Decimal(10**7), places=4))
def test_a_figure_is_the_same_to_the_last_digit(figure: Decimal) -> None:
    body = json.dumps(TRADE).replace("99.5", f"{figure:f}")
    assert parse.trade(read(decoder(wire.Trade), body, "it"), ClientOrderId("N"), CONTEXT).price == figure


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=40))
def test_a_text_is_a_time_or_refused(text: str) -> None:
    with understood_or_refused():
        assert ist(text, "it").tzinfo is UTC


@settings(max_examples=RUNS, deadline=None)
@given(symbols=st.lists(st.from_regex(r"[A-Z]{1,3}([&.-][A-Z]{1,2})?", fullmatch=True), max_size=12))
def test_names_and_ids_are_one_to_one_or_refused_with_a_reason(symbols: list[str]) -> None:
    rows = [f"{number},{number},{symbol},N,0,,0,0.05,1,EQ,NSE,NSE" for number, symbol in enumerate(symbols, start=1)]
    book = SymbolBook()
    book.adopt(read_list("NSE", "\n".join([",".join(COLUMNS), *rows]).encode(), date(2026, 11, 21)))
    known: dict[InstrumentId, str] = {}
    for symbol in symbols:
        row = book.named(f"NSE:{symbol}")
        if row is None:
            assert book.refused[f"NSE:{symbol}"]
            with suppress(BrokerError):
                assert book.row(book.id_of("NSE", symbol)) is None
            continue
        ident = book.id_of("NSE", symbol)
        assert book.row(ident) is row
        assert known.setdefault(ident, symbol) == symbol
