"""Frames of the price stream: little-endian, prices in hundredths of a rupee, 51, 123, 379 or 443 bytes by mode."""

from __future__ import annotations

import struct
from datetime import datetime
from decimal import Decimal

from bidwell.model.market import Quote
from bidwell.twins.angelone import words
from bidwell.twins.scenario import Listed

MODES = (1, 2, 3, 4)
_QUOTED, _SNAP, _DEPTH = 2, 3, 4


def packet(mode: int, row: Listed, quote: Quote, number: int, now: datetime) -> bytes:
    """One instrument's price in a mode; there is one level on each side, and none of an index."""
    head = bytes((mode, words.EXCHANGE_TYPES[row.exchange])) + words.token(row).encode().ljust(25, b"\0")
    at = int(now.timestamp() * 1000)
    bid, ask = (0, 0) if words.kind(row) == "AMXIDX" else (int(quote.bid_quantity), int(quote.ask_quantity))
    if mode == _DEPTH:
        return head + struct.pack("<qq", at, at) + _deep(quote.bid, bid) + _deep(quote.ask, ask)
    frame = head + struct.pack("<qqq", number, at, _paise(quote.last))
    if mode >= _QUOTED:
        opens, close = quote.open or quote.last, quote.previous_close or quote.last
        frame += struct.pack("<qqqdd", 1, _paise(quote.last), int(quote.volume), float(bid), float(ask))
        frame += struct.pack("<qqqq", _paise(opens), _paise(max(opens, quote.last)), _paise(min(opens, quote.last)),
                             _paise(close))  # fmt: skip
    if mode == _SNAP:
        frame += struct.pack("<qqq", at // 1000, 0, 0)
        frame += _levels(1, quote.bid, bid) + _levels(0, quote.ask, ask)
        frame += struct.pack("<qqqq", *(_paise(quote.last * share) for share in
                                        (Decimal("1.1"), Decimal("0.9"), Decimal("1.2"), Decimal("0.8"))))  # fmt: skip
    return frame


def _levels(flag: int, price: Decimal, quantity: int) -> bytes:
    first = struct.pack("<HqqH", flag, quantity, _paise(price) if quantity else 0, 1 if quantity else 0)
    return first + struct.pack("<HqqH", flag, 0, 0, 0) * 4


def _deep(price: Decimal, quantity: int) -> bytes:
    first = struct.pack("<iih", min(quantity, 2**31 - 1), _paise(price) if quantity else 0, 1 if quantity else 0)
    return first + struct.pack("<iih", 0, 0, 0) * 19


def _paise(price: Decimal) -> int:
    return int((price * 100).to_integral_value())
