"""Fyers' lists of instruments, and names at Fyers and ours, one to one.

Fyers names a thing by its symbol (`NSE:SBIN-EQ`), and in the price stream by its token; ours are those of
`transport.indian`. The lists have no header and change every morning.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

from bidwell.brokers.transport import indian
from bidwell.brokers.transport.master import Master, MasterBook, figure, plain
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Right

COLUMNS = 21
_PLACES = (0, 1, 2, 3, 4, 8, 9, 13, 15, 16)
_INDEX = "10"
_CASH = frozenset({"1010", "1210"})
_CONTRACTS = frozenset({"1011", "1211"})
_OURS = {"1010": "NSE", "1210": "BSE", "1011": "NFO", "1211": "BFO"}
_RIGHTS = {"CE": Right.CALL, "PE": Right.PUT}


class Row(NamedTuple):
    """A row of a list."""

    token: str
    title: str
    kind: str
    lot: str
    tick: str
    expiry: str
    symbol: str
    root: str
    strike: str
    right: str

    @property
    def segment(self) -> str:
        """Exchange and segment, which the token begins with."""
        return self.token[:4]

    @property
    def is_index(self) -> bool:
        """Whether it can be watched but not bought."""
        return self.kind == _INDEX and self.segment in _CASH


def read_master(texts: Iterable[str], read_at: datetime) -> Master[str, Row]:
    """Read the lists; raises ProtocolError where one is none. Takes a second or two for whole ones: use a thread."""
    found: Master[str, Row] = Master(read_at)
    try:
        for text in texts:
            for line in csv.reader(text.splitlines()):
                if len(line) != COLUMNS or not line[0].isdigit():
                    raise ProtocolError(f"Fyers' list of instruments has a row that is none: {line[:3]}")
                _take(found, line)
    except csv.Error as problem:
        raise ProtocolError(f"Fyers' list of instruments was not understood: {problem}") from problem
    if not found.keys:
        raise ProtocolError("Fyers' lists of instruments have nothing that can be named")
    return found


def _take(found: Master[str, Row], line: list[str]) -> None:
    token, title, kind, lot, tick, expiry, symbol, root, strike, right = (line[place] for place in _PLACES)
    if token[:4] not in _OURS or not symbol:
        return
    again = sys.intern
    row = Row(token, title, again(kind), again(lot), again(tick), again(expiry), symbol, again(root), again(strike),
              again(right))  # fmt: skip
    before = found.rows.setdefault(symbol, row)
    if before.token != token:
        found.refused[symbol] = f"{symbol} is listed twice, as {before.token} and as {token}"
        found.ids.pop(symbol, None)
        return
    found.name(symbol, _name, str)


class SymbolBook(MasterBook[str, Row]):
    """The newest lists with both directions of the mapping."""

    broker = "Fyers"
    title = "Fyers' lists of instruments"

    @property
    def refused(self) -> dict[str, str]:
        """Why something cannot be traded, by Fyers' name."""
        return {} if self._master is None else dict(self._master.refused)

    def id_of(self, symbol: str) -> InstrumentId:
        """Our id of what Fyers names; raises ProtocolError with the reason where there is none."""
        if self._master is None:
            raise ProtocolError("Fyers' lists of instruments have not been read yet")
        found = self._master.ids.get(symbol)
        if found is not None:
            return found
        if symbol.startswith(("MCX:", "CDS:")):
            return indian.share_id(symbol.partition(":")[2], symbol[:3])
        why = self._master.refused.get(symbol, "which is not in its lists of today")
        raise ProtocolError(f"Fyers named {symbol}: {why}")

    def search(self, symbol: str) -> InstrumentId | None:
        """What a person means: an id of ours, `SBIN`, `BSE:SBIN`, or Fyers' own symbol."""
        if self._master is None or not symbol.strip():
            return None
        wanted = symbol.strip().upper()
        exchange, colon, rest = wanted.partition(":")
        candidates = [InstrumentId(wanted), self._master.ids.get(wanted), self._master.ids.get(f"NSE:{wanted}")]
        name = rest if colon else wanted
        if name.strip("-_ :"):
            candidates += [indian.share_id(name, each) for each in ([exchange] if colon else ["NSE", "BSE"])]
        return next((each for each in candidates if each is not None and self.key_of(each) is not None), None)

    def _made(self, row: Row) -> Instrument:
        return made(row)


def _name(row: Row) -> InstrumentId:
    """The id alone, for every row of the lists."""
    segment = _OURS[row.segment]
    if row.is_index:
        return indian.share_id(_root(row), segment)
    if row.segment in _CONTRACTS:
        if row.right not in _RIGHTS:
            return indian.future_id(_root(row), segment, _expiry(row))
        return indian.option_id(_root(row), segment, _expiry(row), figure(row.strike, "strike"), _RIGHTS[row.right])
    return indian.share_id(_share(row), segment)


def made(row: Row) -> Instrument:
    """A row as an instrument; raises ConfigError or ProtocolError where it cannot be one."""
    segment = _OURS[row.segment]
    if row.is_index:
        return indian.index(_root(row), segment)
    tick, lot = plain(figure(row.tick, "tick")), plain(figure(row.lot, "lot"))
    if row.segment not in _CONTRACTS:
        return indian.share(_share(row), segment, row.title, tick, lot)
    if row.right not in _RIGHTS:
        return indian.future(_root(row), segment, _expiry(row), tick, lot)
    return indian.option(_root(row), segment, _expiry(row), figure(row.strike, "strike"), _RIGHTS[row.right], tick, lot)


def _share(row: Row) -> str:
    """A share of NSE carries its series behind a dash where that is not EQ; BSE lists each share once."""
    series = row.symbol.rpartition("-")[2]
    return _root(row) if row.segment != "1010" or series == "EQ" else f"{_root(row)}-{series}"


def _root(row: Row) -> str:
    if not row.root:
        raise ProtocolError(f"{row.symbol!r} does not say what it is on")
    return row.root.upper()


def _expiry(row: Row) -> date:
    try:
        return indian.ist_day(datetime.fromtimestamp(int(row.expiry), UTC))
    except (ValueError, OverflowError, OSError) as problem:
        raise ProtocolError(f"contract {row.symbol!r} ends on {row.expiry!r}") from problem
