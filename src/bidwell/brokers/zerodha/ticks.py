"""The ticker's binary frames: a count, then packets with their lengths; all numbers big-endian, prices as integers.

Lengths tell the kind: 8 the last price, 28 and 32 an index, 44 a quote, 184 a quote with its depth.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bidwell.model.errors import ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

DECIMALS = {3: 7, 6: 4, 12: 4}
"""How many decimals a price has, by the low byte of the token; two elsewhere."""

INDICES = 9
_LTP, _INDEX, _INDEX_FULL, _QUOTE, _FULL = 8, 28, 32, 44, 184
_WORDS = {length: struct.Struct(f">{min(length, 64) // 4}I") for length in (_LTP, _INDEX, _INDEX_FULL, _QUOTE, _FULL)}
_LEVEL = struct.Struct(">IIH2x")
_COUNT = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class Level:
    """One price of the depth."""

    price: Decimal
    quantity: int
    orders: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A packet; what its kind does not carry is None. Times are whole seconds."""

    token: int
    last: Decimal
    last_quantity: int | None = None
    average: Decimal | None = None
    volume: int | None = None
    buy_quantity: int | None = None
    sell_quantity: int | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    close: Decimal | None = None
    traded_at: datetime | None = None
    interest: int | None = None
    at: datetime | None = None
    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()

    @property
    def tradable(self) -> bool:
        """Whether it is of something that can be traded, and no index."""
        return self.token & 0xFF != INDICES


def frame(body: bytes) -> Iterator[Tick]:
    """The ticks of a frame; a frame of one byte is a sign of life. Raises ProtocolError for one that is cut or odd."""
    if len(body) == 1:
        return
    if len(body) < 2:
        raise ProtocolError("the ticker sent an empty frame")
    (count,) = _COUNT.unpack_from(body)
    place = 2
    for _ in range(count):
        if place + 2 > len(body):
            raise ProtocolError(f"a frame of the ticker ends after {place} bytes, before its {count} packets")
        (length,) = _COUNT.unpack_from(body, place)
        packet = body[place + 2 : place + 2 + length]
        if len(packet) < length:
            raise ProtocolError(f"a packet of the ticker has {len(packet)} bytes, not {length}")
        yield tick(packet)
        place += 2 + length
    if place != len(body):
        raise ProtocolError(f"a frame of the ticker goes on behind its {count} packets")


def tick(packet: bytes) -> Tick:
    """One packet; raises ProtocolError for a length that is not documented."""
    words = _WORDS.get(len(packet))
    if words is None:
        raise ProtocolError(f"the ticker sent a packet of {len(packet)} bytes, which is not documented")
    found = words.unpack_from(packet)
    decimals = DECIMALS.get(found[0] & 0xFF, 2)

    def price(place: int) -> Decimal:
        return Decimal(found[place]).scaleb(-decimals)

    if len(packet) == _LTP:
        return Tick(found[0], price(1))
    if len(packet) in {_INDEX, _INDEX_FULL}:
        at = _moment(found[7]) if len(packet) == _INDEX_FULL else None
        return Tick(found[0], price(1), high=price(2), low=price(3), open=price(4), close=price(5), at=at)
    full = len(packet) == _FULL
    sides = _depth(packet, decimals) if full else ((), ())
    return Tick(
        found[0], price(1), found[2], price(3), found[4], found[5], found[6], price(7), price(8), price(9), price(10),
        _moment(found[11]) if full else None, found[12] if full else None, _moment(found[15]) if full else None,
        sides[0], sides[1],
    )  # fmt: skip


def quote(tick: Tick, instrument: InstrumentId, received_at: datetime) -> Quote | None:
    """A tick as a quote; a side on which nobody stands is at the last price, for none.

    None before anything was dealt, and for the kinds that carry neither time nor depth.
    """
    at = tick.at or tick.traded_at
    if tick.last <= 0 or at is None:
        return None
    bid = next((each for each in tick.bids if each.price > 0), None)
    ask = next((each for each in tick.asks if each.price > 0), None)
    return Quote(
        instrument, bid.price if bid else tick.last, ask.price if ask else tick.last, tick.last,
        Decimal(bid.quantity) if bid else ZERO, Decimal(ask.quantity) if ask else ZERO,
        at, received_at, Decimal(tick.volume or 0), tick.open or None,
        tick.close or None,
    )  # fmt: skip


def _depth(packet: bytes, decimals: int) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    found = tuple(Level(Decimal(cost).scaleb(-decimals), quantity, orders)
                  for quantity, cost, orders in _LEVEL.iter_unpack(packet[64:184]))  # fmt: skip
    return found[:5], found[5:]


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
