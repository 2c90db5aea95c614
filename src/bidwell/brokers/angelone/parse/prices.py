"""Quotes, bars and the price stream's frames, translated; raises ProtocolError for what cannot be.

A frame is little-endian: mode, kind of exchange, token, then figures whose prices are whole hundredths of a rupee.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.parse.figures import amount, moment, price
from bidwell.brokers.transport import moment as zoned
from bidwell.brokers.transport import positive
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO

LTP, QUOTE, SNAP, DEPTH = 1, 2, 3, 4
EXCHANGE_TYPES = {"NSE": 1, "NFO": 2, "BSE": 3, "BFO": 4, "MCX": 5, "NCDEX": 7, "CDS": 13}
EXCHANGES = {number: name for name, number in EXCHANGE_TYPES.items()}
LENGTHS = {LTP: 51, QUOTE: 123, SNAP: 379, DEPTH: 443}

CURRENCY_SCALE = Decimal(10_000_000)
"""Unconfirmed: prices of currency contracts are whole ten-millionths."""

_SCALE = Decimal(100)
_CURRENCY = EXCHANGE_TYPES["CDS"]
_HEAD = struct.Struct("<BB25s")
_LAST = struct.Struct("<qqq")
_DAY = struct.Struct("<qqqddqqqq")
_LEVEL = struct.Struct("<HqqH")
_LEVELS, _FIRST_LEVEL = 10, 147
_BUY = 1
_DEPTH_LEVEL = struct.Struct("<iih")
_DEPTH_TIME = struct.Struct("<q")
_LATEST = 4_102_444_800_000
"""2100: a time of an exchange lies before."""

INTERVALS = {60: "ONE_MINUTE", 180: "THREE_MINUTE", 300: "FIVE_MINUTE", 600: "TEN_MINUTE", 900: "FIFTEEN_MINUTE",
             1800: "THIRTY_MINUTE", 3600: "ONE_HOUR", 86400: "ONE_DAY"}  # fmt: skip
MOST_DAYS = {60: 30, 180: 60, 300: 100, 600: 100, 900: 200, 1800: 200, 3600: 400, 86400: 2000}
"""Unconfirmed: how many days one request for bars may reach over."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One frame; prices in rupees, None where the mode has none or there is no such side."""

    mode: int
    exchange: str
    token: str
    at: datetime
    last: Decimal | None = None
    volume: Decimal | None = None
    open: Decimal | None = None
    close: Decimal | None = None
    bids: tuple[tuple[Decimal, Decimal], ...] = ()
    asks: tuple[tuple[Decimal, Decimal], ...] = ()


def tick(frame: bytes) -> Tick:
    """A frame of the price stream; raises ProtocolError for a mode, length or figure that cannot be."""
    if len(frame) < _HEAD.size:
        raise ProtocolError(f"a frame of {len(frame)} bytes is no price")
    mode, kind, padded = _HEAD.unpack_from(frame)
    exchange = EXCHANGES.get(kind)
    if exchange is None or LENGTHS.get(mode) is None or len(frame) < LENGTHS[mode]:
        raise ProtocolError(f"a frame of mode {mode}, exchange type {kind} and {len(frame)} bytes is no price")
    name = padded.partition(b"\0")[0]
    if not name.isdigit():
        raise ProtocolError(f"a price's token is {name!r}")
    scale = CURRENCY_SCALE if kind == _CURRENCY else _SCALE
    return (_deep if mode == DEPTH else _plain)(frame, mode, exchange, name.decode("ascii"), scale)


def _plain(frame: bytes, mode: int, exchange: str, token: str, scale: Decimal) -> Tick:
    _, at, last = _LAST.unpack_from(frame, _HEAD.size)
    if mode == LTP:
        return Tick(mode, exchange, token, _time(at), _price(last, scale))
    _, _, volume, _, _, opens, _, _, close = _DAY.unpack_from(frame, 51)
    bids: list[tuple[Decimal, Decimal]] = []
    asks: list[tuple[Decimal, Decimal]] = []
    if mode == SNAP:
        for place in range(_LEVELS):
            flag, quantity, level, _ = _LEVEL.unpack_from(frame, _FIRST_LEVEL + place * _LEVEL.size)
            _put(bids if flag == _BUY else asks, level, quantity, scale)
    return Tick(mode, exchange, token, _time(at), _price(last, scale), _count(volume), _price(opens, scale),
                _price(close, scale), tuple(bids), tuple(asks))  # fmt: skip


def _deep(frame: bytes, mode: int, exchange: str, token: str, scale: Decimal) -> Tick:
    (at,) = _DEPTH_TIME.unpack_from(frame, _HEAD.size)
    sides: list[list[tuple[Decimal, Decimal]]] = [[], []]
    for side, first in zip(sides, (43, 243), strict=True):
        for place in range(20):
            quantity, level, _ = _DEPTH_LEVEL.unpack_from(frame, first + place * _DEPTH_LEVEL.size)
            _put(side, level, quantity, scale)
    return Tick(mode, exchange, token, _time(at), bids=tuple(sides[0]), asks=tuple(sides[1]))


def _put(side: list[tuple[Decimal, Decimal]], level: int, quantity: int, scale: Decimal) -> None:
    if level > 0 and quantity > 0:
        side.append((Decimal(level) / scale, Decimal(quantity)))


def _price(value: int, scale: Decimal) -> Decimal | None:
    return Decimal(value) / scale if value > 0 else None


def _count(value: int) -> Decimal:
    return Decimal(max(value, 0))


def _time(milliseconds: int) -> datetime:
    if not 0 < milliseconds < _LATEST:
        raise ProtocolError(f"a price's time is {milliseconds}")
    return datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)


def quote_of(found: Tick, instrument: InstrumentId, received_at: datetime, *, watched: bool) -> Quote | None:
    """A frame as a quote, None where a side or the last price is missing; what is `watched` only has its last price."""
    if found.last is None:
        return None
    bid, ask = (found.bids[:1] or None), (found.asks[:1] or None)
    if watched:
        bid = ask = ((found.last, ZERO),)
    if bid is None or ask is None:
        return None
    return Quote(instrument, bid[0][0], ask[0][0], found.last, bid[0][1], ask[0][1], found.at, received_at,
                 found.volume or ZERO, found.open, found.close)  # fmt: skip


def quoted(row: wire.Quoted, instrument: InstrumentId, received_at: datetime, *, watched: bool) -> Quote | None:
    """A quote on request, None where a side or the last price is missing."""
    last, sides = price(row.ltp, "ltp"), row.depth or wire.Depth()
    at = moment(row.exchFeedTime, "exchFeedTime")
    bid, ask = _best(sides.buy), _best(sides.sell)
    if watched and last is not None:
        bid = ask = (last, ZERO)
    if last is None or bid is None or ask is None:
        return None
    return Quote(instrument, bid[0], ask[0], last, bid[1], ask[1], at.astimezone(UTC) if at else received_at,
                 received_at, amount(row.tradeVolume, "tradeVolume"), price(row.open, "open"),
                 price(row.close, "close"))  # fmt: skip


def _best(levels: list[wire.Level]) -> tuple[Decimal, Decimal] | None:
    for level in levels[:1]:
        found = price(level.price, "price")
        if found is not None:
            return found, amount(level.quantity, "quantity")
    return None


def bar(row: wire.Candle, instrument: InstrumentId, seconds: int) -> Bar:
    """A past bar."""
    at, opens, high, low, close, volume = row
    if not volume.is_finite() or volume < 0:
        raise ProtocolError(f"a bar's volume is {volume}")
    return Bar(instrument, zoned(at, "a bar's time"), seconds, positive(opens, "open"), positive(high, "high"),
               positive(low, "low"), positive(close, "close"), volume)  # fmt: skip
