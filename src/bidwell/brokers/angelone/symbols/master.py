"""The whole instrument list, some 200,000 rows: read in pieces and kept packed, so that memory stays small.

Rows lie as text one behind the other; two sorted arrays of checksum and place find one by token or by symbol.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from zlib import crc32

import msgspec

from bidwell.brokers.angelone import wire
from bidwell.brokers.transport import decoder, read
from bidwell.model.errors import ProtocolError

_ROWS = decoder(list[wire.Scrip])
_MOST_WAITING = 4 * 1024 * 1024
_SEPARATOR = "\x1f"
_SEPARATORS = 8
_PLACE_BITS = 32


class Splitter:
    """Cuts a JSON list of flat objects into rows as its bytes come; holds no more than what is not whole yet."""

    def __init__(self) -> None:
        self._waiting = b""
        self._begun = False
        self._ended = False

    def feed(self, piece: bytes) -> list[wire.Scrip]:
        """The rows that are whole now; raises ProtocolError for what is no such list."""
        self._waiting += piece
        if not self._begun:
            stripped = self._waiting.lstrip(b"\xef\xbb\xbf \t\r\n")
            if not stripped:
                return []
            if not stripped.startswith(b"["):
                raise ProtocolError("Angel One's instrument list is no list")
            self._begun, self._waiting = True, stripped[1:]
        end = self._waiting.rfind(b"}")
        if end < 0:
            return self._unfinished()
        try:
            rows = _ROWS.decode(b"[" + self._waiting[: end + 1].lstrip(b", \t\r\n") + b"]")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            # A bracket within a text is no end: the next piece brings the real one.
            return self._unfinished()
        self._waiting = self._waiting[end + 1 :]
        return rows

    def finish(self) -> None:
        """The bytes have ended; raises ProtocolError where the list has not, or not understandably."""
        rest = self._waiting.strip()
        if not self._begun or rest != b"]":
            read(_ROWS, b"[" + rest, "Angel One's instrument list")
            raise ProtocolError("Angel One's instrument list breaks off")

    @property
    def waiting(self) -> int:
        """Bytes that are held."""
        return len(self._waiting)

    def _unfinished(self) -> list[wire.Scrip]:
        if len(self._waiting) > _MOST_WAITING:
            raise ProtocolError("Angel One's instrument list has a row that does not end")
        return []


class Master:
    """The list, filled by `add` and found in after `seal`."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._filling: tuple[array[int], array[int]] = (array("Q"), array("Q"))
        self._by_token: array[int] = array("Q")
        self._by_symbol: array[int] = array("Q")
        self.count = 0

    def add(self, rows: Iterable[wire.Scrip]) -> None:
        """Take rows in."""
        tokens, symbols = self._filling
        for row in rows:
            line = _SEPARATOR.join((row.exch_seg, row.token, row.symbol, row.name, row.expiry, row.strike, row.lotsize,
                                    row.instrumenttype, row.tick_size))  # fmt: skip
            if line.count(_SEPARATOR) != _SEPARATORS or "\n" in line:
                # No instrument's name has such letters; it could not be told from two rows.
                continue
            place = len(self._text)
            tokens.append(_mark(row.exch_seg, row.token) << _PLACE_BITS | place)
            symbols.append(_mark(row.exch_seg, row.symbol) << _PLACE_BITS | place)
            self._text += line.encode()
            self._text += b"\n"
            self.count += 1

    def seal(self) -> None:
        """All rows are in."""
        self._by_token, self._by_symbol = (array("Q", sorted(each)) for each in self._filling)
        self._filling = (array("Q"), array("Q"))

    def by_token(self, exchange: str, token: str) -> wire.Scrip | None:
        """The row of a token, None where there is none."""
        return next((row for row in self._at(self._by_token, exchange, token) if row.token == token), None)

    def by_symbol(self, exchange: str, symbol: str) -> wire.Scrip | None:
        """The row of a symbol, None where there is none."""
        return next((row for row in self._at(self._by_symbol, exchange, symbol) if row.symbol == symbol), None)

    def of(self, exchange: str, *, expiry: str = "") -> Iterator[wire.Scrip]:
        """Every row of an exchange, or of one of its days of expiry."""
        start, wanted = 0, f"{exchange}{_SEPARATOR}".encode()
        day = f"{_SEPARATOR}{expiry}{_SEPARATOR}".encode() if expiry else b""
        while start < len(self._text):
            end = self._text.index(b"\n", start)
            if self._text.startswith(wanted, start) and (not day or self._text.find(day, start, end) >= 0):
                row = _row(self._text[start:end])
                if not expiry or row.expiry == expiry:
                    yield row
            start = end + 1

    @property
    def size(self) -> int:
        """Bytes that the list takes."""
        return len(self._text) + sum(each.itemsize * len(each) for each in (self._by_token, self._by_symbol))

    def _at(self, index: array[int], exchange: str, name: str) -> Iterator[wire.Scrip]:
        mark = _mark(exchange, name)
        place = bisect_left(index, mark << _PLACE_BITS)
        while place < len(index) and index[place] >> _PLACE_BITS == mark:
            start = index[place] & (1 << _PLACE_BITS) - 1
            row = _row(self._text[start : self._text.index(b"\n", start)])
            if row.exch_seg == exchange:
                yield row
            place += 1


def _mark(exchange: str, name: str) -> int:
    return crc32(f"{exchange}{_SEPARATOR}{name}".encode())


def _row(line: bytes | bytearray) -> wire.Scrip:
    exchange, token, symbol, name, expiry, strike, lot, kind, tick = line.decode().split(_SEPARATOR)
    return wire.Scrip(token, symbol, name, expiry, strike, lot, kind, exchange, tick)
