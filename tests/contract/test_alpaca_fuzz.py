"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.symbols import SymbolBook, occ
from bidwell.brokers.transport import decoder, moment, read
from bidwell.model.errors import BrokerError, ConfigError, ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId

RUNS = int(os.environ.get("BIDWELL_FUZZ", "60"))
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
PARSERS: dict[str, tuple[Any, Callable[[bytes], object]]] = {
    "order": (ORDER, _order), "update": (UPDATE, _update), "activity": (ACTIVITY, _activity),
    "position": (POSITION, _position), "bar": (BAR, _bar), "ticks": (TICKS, _ticks), "asset": (ASSET, _asset),
    "snap": (SNAP, _snap),
}  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30),
    st.sampled_from(["NaN", "Infinity", "-1", "1e400", "1e-400", "0", "9" * 60, "é" * 5000, "2024-13-45T99:99:99Z",
                     "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
)  # fmt: skip


@contextmanager
def understood_or_refused() -> Iterator[None]:
    with suppress(ProtocolError):
        yield


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))
    if path:
        yield path


def changed(value: Any, path: tuple[Any, ...], odd: object) -> Any:  # noqa: ANN401 - JSON
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return copy


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_payload_with_an_odd_value_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    sample, parser = PARSERS[name]
    path = data.draw(st.sampled_from(sorted(places(sample), key=str)))
    with understood_or_refused():
        parser(json.dumps(changed(sample, path, data.draw(ODD))).encode())


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_damaged_payload_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    sample, parser = PARSERS[name]
    body = bytearray(json.dumps(sample).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with understood_or_refused():
        parser(bytes(body[: data.draw(st.integers(0, len(body)))]))


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=RUNS, deadline=None)
@given(body=st.binary(max_size=400))
def test_noise_is_refused(name: str, body: bytes) -> None:
    with understood_or_refused():
        PARSERS[name][1](body)


@pytest.mark.parametrize("name", PARSERS)
def test_depth_and_length_do_not_bring_a_parser_down(name: str) -> None:
    for body in (b"[" * 100_000, b'{"a":' * 50_000, b'"' + b"x" * 5_000_000, b'{"qty":' + b"9" * 100_000 + b"}"):
        with pytest.raises(ProtocolError):
            PARSERS[name][1](body)


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
