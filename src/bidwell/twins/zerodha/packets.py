"""The ticker's binary frames as the documentation lays them out: big-endian, prices in paise."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bidwell.model.market import Quote

HEARTBEAT = b"\x00"
LTP, QUOTE, FULL = "ltp", "quote", "full"


def frame(packets: Sequence[bytes]) -> bytes:
    """Packets behind their count, each behind its length."""
    return struct.pack(">H", len(packets)) + b"".join(struct.pack(">H", len(each)) + each for each in packets)


def packet(token: int, quote: Quote, mode: str, *, index: bool) -> bytes:
    """One instrument's newest prices in a mode."""
    last, opened = _paise(quote.last), _paise(quote.open or quote.last)
    close = _paise(quote.previous_close or quote.last)
    high, low = max(last, opened), min(last, opened)
    if mode == LTP:
        return struct.pack(">II", token, last)
    if index:
        shown = struct.pack(">IIIIIIi", token, last, high, low, opened, close, last - close)
        return shown + (struct.pack(">I", _seconds(quote.occurred_at)) if mode == FULL else b"")
    shown = struct.pack(">11I", token, last, 1, last, int(quote.volume), int(quote.bid_quantity), int(quote.ask_quantity),
                        opened, high, low, close)  # fmt: skip
    if mode == QUOTE:
        return shown
    at = _seconds(quote.occurred_at)
    shown += struct.pack(">5I", at, 0, 0, 0, at)
    for price, quantity in ((quote.bid, quote.bid_quantity), (quote.ask, quote.ask_quantity)):
        shown += struct.pack(">IIHxx", int(quantity), _paise(price), 1) + bytes(12 * 4)
    return shown


def _paise(price: Decimal) -> int:
    return int(price * 100)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
