"""The price stream's binary packets: little-endian, told apart by their first byte, several of them in a frame."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bidwell.brokers.dhan.symbols import NUMBERS
from bidwell.model.errors import ProtocolError

TIMES_ARE_EPOCH = True
"""Unconfirmed: the time of the last trade is in seconds since 1970; some code takes it for shifted by India's zone."""

_INDIA = 19_800
"""Seconds by which India is ahead of UTC."""

_HEAD = struct.Struct("<BHBi")
_TICKER, _PREVIOUS, _QUOTE, _INTEREST, _STATUS, _FULL, _BYE = 2, 6, 4, 5, 7, 8, 50
_LENGTHS = {_TICKER: 16, _PREVIOUS: 16, _QUOTE: 50, _INTEREST: 12, _STATUS: 8, _FULL: 162, _BYE: 10}
_LAST = struct.Struct("<fI")
_BODY = struct.Struct("<fHIfIII")
_DAY = struct.Struct("<ffff")
_LEVEL = struct.Struct("<IIHHff")
_DECIMALS = 4
"""No tick is finer; a 32-bit float is off by less than half a tick, so that rounding to the tick restores the price."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Best bid and offer with their quantities."""

    bid: Decimal
    ask: Decimal
    bid_quantity: int
    ask_quantity: int


@dataclass(frozen=True, slots=True)
class Packet:
    """What one packet says of one security; `at` is in seconds since 1970, None where it says no time."""

    segment: str
    security_id: str
    last: Decimal | None = None
    at: int | None = None
    volume: int | None = None
    open: Decimal | None = None
    previous_close: Decimal | None = None
    depth: Depth | None = None
    farewell: int | None = None


def packets(frame: bytes) -> Iterator[Packet]:
    """The packets of a frame; raises ProtocolError for one that is cut, of another length or not documented."""
    at = 0
    while at < len(frame):
        if len(frame) - at < _HEAD.size:
            raise ProtocolError(f"a packet of the price stream is cut after {len(frame) - at} bytes")
        code, length, number, security = _HEAD.unpack_from(frame, at)
        wanted = _LENGTHS.get(code)
        if wanted is None or length != wanted:
            raise ProtocolError(
                f"the price stream sent a packet {code} of {length} bytes, which Dhan does not document"
            )
        if len(frame) - at < length:
            raise ProtocolError(f"a packet {code} of the price stream is cut after {len(frame) - at} bytes")
        segment = NUMBERS.get(number)
        if segment is None and code != _BYE:
            raise ProtocolError(f"the price stream names a segment {number}, which Dhan does not document")
        yield _READERS[code](frame[at : at + length], segment or "", str(security))
        at += length


def price(value: float) -> Decimal | None:
    """A single-precision price as a decimal to be rounded to the tick, None for none or for what is no figure."""
    if not 0.0001 <= value < 1e12:
        return None
    return Decimal(f"{value:.{_DECIMALS}f}")


def _epoch(at: int) -> int:
    return at if TIMES_ARE_EPOCH else max(at - _INDIA, 0)


def _ticker(body: bytes, segment: str, security: str) -> Packet:
    last, at = _LAST.unpack_from(body, 8)
    return Packet(segment, security, price(last), _epoch(at))


def _previous(body: bytes, segment: str, security: str) -> Packet:
    (close,) = struct.unpack_from("<f", body, 8)
    return Packet(segment, security, previous_close=price(close))


def _quote(body: bytes, segment: str, security: str) -> Packet:
    last, _quantity, at, _average, volume, _sell, _buy = _BODY.unpack_from(body, 8)
    opens, *_ = _DAY.unpack_from(body, 34)
    return Packet(segment, security, price(last), _epoch(at), volume, price(opens))


def _full(body: bytes, segment: str, security: str) -> Packet:
    last, _quantity, at, _average, volume, _sell, _buy = _BODY.unpack_from(body, 8)
    opens, *_ = _DAY.unpack_from(body, 46)
    bids, asks, _bid_orders, _ask_orders, bid, ask = _LEVEL.unpack_from(body, 62)
    best_bid, best_ask = price(bid), price(ask)
    depth = None if best_bid is None or best_ask is None else Depth(best_bid, best_ask, bids, asks)
    return Packet(segment, security, price(last), _epoch(at), volume, price(opens), depth=depth)


def _nothing(_body: bytes, segment: str, security: str) -> Packet:
    return Packet(segment, security)


def _bye(body: bytes, segment: str, security: str) -> Packet:
    (reason,) = struct.unpack_from("<H", body, 8)
    return Packet(segment, security, farewell=reason)


_READERS: dict[int, Callable[[bytes, str, str], Packet]] = {
    _TICKER: _ticker, _PREVIOUS: _previous, _QUOTE: _quote, _INTEREST: _nothing, _STATUS: _nothing, _FULL: _full,
    _BYE: _bye,
}  # fmt: skip
