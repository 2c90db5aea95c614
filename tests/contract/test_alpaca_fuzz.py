"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.symbols import SymbolBook, occ
from bidwell.brokers.transport import decoder, moment, read
from bidwell.model.errors import BrokerError, ConfigError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from tests.contract.fuzzing import RUNS, Parsers, understood_or_refused

BOOK = SymbolBook()
BOOK.learn([wire.Asset("x", "us_equity", "NASDAQ", "ACME", "active", tradable=True)])
CONTEXT = parse.Context(AccountId("a"), BOOK, datetime(2026, 1, 2, tzinfo=UTC))
ORDER: dict[str, Any] = {
    "id": "61e69015-8549-4bfd-b9c3-01e75843f47d", "client_order_id": "CARD00000000000001", "symbol": "ACME",
    "side": "buy", "type": "limit", "time_in_force": "day", "status": "new", "qty": "10", "filled_qty": "4",
    "filled_avg_price": "99.5", "limit_price": "100", "created_at": "2024-01-05T15:00:00.123456789Z", "stop_price": None,
    "trail_price": None, "trail_percent": None, "replaces": None, "replaced_by": None,
}  # fmt: skip
UPDATE = {"event": "partial_fill", "price": "99.5", "qty": "4", "timestamp": "2024-01-05T15:00:01Z", "order": ORDER}
ACTIVITY = {"id": "20240105::1", "order_id": ORDER["id"], "symbol": "ACME", "side": "buy", "qty": "4", "price": "99.5",
            "cum_qty": "4", "transaction_time": "2024-01-05T15:00:01Z"}  # fmt: skip
TICKS = [{"T": "q", "S": "ACME", "bp": 99.9, "ap": 100, "bs": 3, "as": 2, "t": "2024-01-05T15:00:01Z"}]
POSITION = {"symbol": "ACME", "qty": "10", "side": "long", "avg_entry_price": "99.5"}
BAR = {"t": "2024-01-05T15:00:00Z", "o": 1, "h": 2, "l": 1, "c": 2, "v": 5}
ASSET = {"id": "1", "class": "us_equity", "exchange": "NASDAQ", "symbol": "ACME", "status": "active", "tradable": True,
         "price_increment": "0.01"}  # fmt: skip


def _order(body: bytes) -> object:
    return parse.order(read(decoder(wire.Order), body, "it"), (), CONTEXT)


def _update(body: bytes) -> object:
    return parse.update(read(decoder(wire.Update), body, "it"), CONTEXT)


def _activity(body: bytes) -> object:
    return parse.activity(read(decoder(wire.Activity), body, "it"), ClientOrderId("N"), CONTEXT)


def _position(body: bytes) -> object:
    return parse.signed(read(decoder(wire.Position), body, "it"))


def _bar(body: bytes) -> object:
    return parse.bar(read(decoder(wire.Bar), body, "it"), InstrumentId("ACME.XNAS"), 60)


def _ticks(body: bytes) -> object:
    return read(decoder(list[wire.Tick]), body, "it")


def _snap(body: bytes) -> object:
    at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    found = read(decoder(dict[str, wire.Snap]), body, "it")
    return [parse.quote(one, InstrumentId("ACME.XNAS"), at) for one in found.values()]


def _asset(body: bytes) -> object:
    return SymbolBook().learn([read(decoder(wire.Asset), body, "it")])


SNAP = {"ACME": {
    "latestTrade": {"p": 229.98, "s": 5, "t": "2026-03-02T15:00:00.5Z"}, "dailyBar": BAR, "prevDailyBar": BAR,
    "latestQuote": {"bp": 229.97, "ap": 230.02, "bs": 2, "as": 3, "t": "2026-03-02T15:00:00.4Z"},
}}  # fmt: skip
PARSERS: Parsers = {
    "order": (ORDER, _order), "update": (UPDATE, _update), "activity": (ACTIVITY, _activity),
    "position": (POSITION, _position), "bar": (BAR, _bar), "ticks": (TICKS, _ticks), "asset": (ASSET, _asset),
    "snap": (SNAP, _snap),
}  # fmt: skip


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.000000001"), max_value=Decimal(10**9), places=9))
def test_a_figure_is_the_same_to_the_last_digit_as_text_and_as_number(figure: Decimal) -> None:
    text = f"{figure:f}"
    for raw in (f'"{text}"', text):
        order = json.dumps(ORDER | {"qty": 0, "filled_qty": "0"}).replace('"qty": 0', f'"qty": {raw}')
        assert parse.order(read(decoder(wire.Order), order, "it"), (), CONTEXT).quantity == figure


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=40))
def test_a_text_is_a_time_or_refused(text: str) -> None:
    with understood_or_refused():
        assert moment(text, "it").tzinfo is UTC


@settings(max_examples=RUNS, deadline=None)
@given(symbol=st.from_regex(r"[A-Z]{1,6}\d{6}[CP]\d{8}", fullmatch=True))
def test_an_options_name_goes_there_and_back(symbol: str) -> None:
    book = SymbolBook()
    ident = book.id_of(symbol)
    assert book.symbol_of(ident) == symbol
    assert occ(symbol)["root"] == symbol[:-15]


@settings(max_examples=RUNS, deadline=None)
@given(symbols=st.lists(st.from_regex(r"[A-Z]{1,3}([./-][A-Z]{1,2})?", fullmatch=True), max_size=12, unique=True))
def test_symbols_and_ids_are_one_to_one_or_refused_with_a_reason(symbols: list[str]) -> None:
    book = SymbolBook()
    book.learn([wire.Asset(each, "us_equity", "NYSE", each, "active", tradable=True) for each in symbols])
    known: dict[InstrumentId, str] = {}
    for symbol in symbols:
        try:
            ident = book.id_of(symbol)
        except BrokerError:
            assert book.refused[symbol]
            continue
        assert book.symbol_of(ident) == symbol
        assert known.setdefault(ident, symbol) == symbol


def test_an_instrument_that_makes_no_sense_is_refused_with_a_reason() -> None:
    book = SymbolBook()
    rows = [wire.Asset("1", "us_equity", "MOON", "AAA", "active", tradable=True),
            wire.Asset("2", "crypto", "CRYPTO", "NOPAIR", "active", tradable=True),
            wire.Asset("3", "us_equity", "NYSE", "héllo", "active", tradable=True),
            wire.Asset("4", "us_equity", "NYSE", "BBB", "active", tradable=True, price_increment=Decimal(-1))]  # fmt: skip
    assert book.learn(rows) == []
    assert set(book.refused) == {"AAA", "NOPAIR", "héllo", "BBB"}
    assert msgspec.json.encode(book.refused)
    assert all(isinstance(reason, str) and reason for reason in book.refused.values())
    assert issubclass(ConfigError, Exception)
