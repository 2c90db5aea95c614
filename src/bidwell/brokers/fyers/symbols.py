"""Fyers' lists of instruments, and names at Fyers and ours, one to one.

Fyers names a thing by its symbol (`NSE:SBIN-EQ`), and in the price stream by its token; ours are those of
`transport.indian`. The lists have no header and change every morning.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from bidwell.brokers.transport import indian
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Right

COLUMNS = 21
_PLACES = (0, 1, 2, 3, 4, 8, 9, 13, 15, 16)
_INDEX = "10"
_CASH = frozenset({"1010", "1210"})
_CONTRACTS = frozenset({"1011", "1211"})
_OURS = {"1010": "NSE", "1210": "BSE", "1011": "NFO", "1211": "BFO"}
_RIGHTS = {"CE": Right.CALL, "PE": Right.PUT}
_FRESH_FROM = 7
_OLDEST = timedelta(days=3)


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


@dataclass(frozen=True, slots=True)
class Master:
    """The lists as they were read at one moment; what would stand for two things is refused, with the reason."""

    read_at: datetime
    rows: dict[str, Row]
    ids: dict[str, InstrumentId]
    symbols: dict[InstrumentId, str]
    refused: dict[str, str] = field(default_factory=dict)


def read_master(texts: Iterable[str], read_at: datetime) -> Master:
    """Read the lists; raises ProtocolError where one is none. Takes a second or two for whole ones: use a thread."""
    made_of = Master(read_at, {}, {}, {})
    try:
        for text in texts:
            for line in csv.reader(text.splitlines()):
                if len(line) != COLUMNS or not line[0].isdigit():
                    raise ProtocolError(f"Fyers' list of instruments has a row that is none: {line[:3]}")
                _take(made_of, line)
    except csv.Error as problem:
        raise ProtocolError(f"Fyers' list of instruments was not understood: {problem}") from problem
    if not made_of.symbols:
        raise ProtocolError("Fyers' lists of instruments have nothing that can be named")
    return made_of


def _take(made_of: Master, line: list[str]) -> None:
    token, title, kind, lot, tick, expiry, symbol, root, strike, right = (line[place] for place in _PLACES)
    if token[:4] not in _OURS or not symbol:
        return
    again = sys.intern
    row = Row(token, title, again(kind), again(lot), again(tick), again(expiry), symbol, again(root), again(strike),
              again(right))  # fmt: skip
    before = made_of.rows.setdefault(symbol, row)
    if before.token != token:
        made_of.refused[symbol] = f"{symbol} is listed twice, as {before.token} and as {token}"
        made_of.ids.pop(symbol, None)
        return
    try:
        ident = _name(row)
    except (ConfigError, ProtocolError) as problem:
        made_of.refused[symbol] = str(problem)
        return
    holder = made_of.symbols.get(ident)
    if holder is None:
        made_of.ids[symbol], made_of.symbols[ident] = ident, symbol
    elif holder != symbol:
        made_of.refused[symbol] = made_of.refused[holder] = f"{holder} and {symbol} both stand for {ident}"
        made_of.ids.pop(holder, None)


class SymbolBook:
    """The newest lists with both directions of the mapping; before the first are read it knows nothing."""

    def __init__(self) -> None:
        self._master: Master | None = None

    def take(self, master: Master) -> None:
        """Use these lists from now on."""
        self._master = master

    @property
    def refused(self) -> dict[str, str]:
        """Why something cannot be traded, by Fyers' name."""
        return {} if self._master is None else dict(self._master.refused)

    def is_fresh(self, now: datetime) -> bool:
        """Whether the lists in use are of today, as far as today's are out."""
        if self._master is None:
            return False
        since = indian.next_ist(now, _FRESH_FROM) - timedelta(days=1)
        return self._master.read_at >= since

    def is_usable(self, now: datetime) -> bool:
        """Whether the lists in use may still be traded by: they are not older than three days."""
        return self._master is not None and now - self._master.read_at <= _OLDEST

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

    def symbol_of(self, instrument: InstrumentId) -> str | None:
        """Fyers' symbol of an instrument, None for what its lists do not have or what is refused."""
        if self._master is None:
            return None
        found = self._master.symbols.get(instrument)
        return None if found is None or found in self._master.refused else found

    def row_of(self, instrument: InstrumentId) -> Row | None:
        """The lists' row of an instrument."""
        symbol = self.symbol_of(instrument)
        return None if symbol is None or self._master is None else self._master.rows[symbol]

    def listing(self, instrument: InstrumentId) -> Instrument | None:
        """An instrument with its terms, None where Fyers does not list it; raises ConfigError where they make no sense."""
        row = self.row_of(instrument)
        return None if row is None else made(row)

    def search(self, symbol: str) -> InstrumentId | None:
        """What a person means: an id of ours, `SBIN`, `BSE:SBIN`, or Fyers' own symbol."""
        if self._master is None or not symbol.strip():
            return None
        wanted = symbol.strip().upper()
        exchange, colon, rest = wanted.partition(":")
        candidates = [InstrumentId(wanted), self._master.ids.get(wanted), self._master.ids.get(f"NSE:{wanted}")]
        plain = rest if colon else wanted
        if plain.strip("-_ :"):
            candidates += [indian.share_id(plain, each) for each in ([exchange] if colon else ["NSE", "BSE"])]
        return next((each for each in candidates if each is not None and self.symbol_of(each) is not None), None)

    def instruments(self) -> Iterable[InstrumentId]:
        """Every id that can be named."""
        if self._master is not None:
            yield from self._master.ids.values()


def _name(row: Row) -> InstrumentId:
    """The id alone, for every row of the lists."""
    segment = _OURS[row.segment]
    if row.kind == _INDEX and row.segment in _CASH:
        return indian.share_id(_root(row), segment)
    if row.segment in _CONTRACTS:
        expiry = _expiry(row)
        if row.right not in _RIGHTS:
            return indian.share_id(f"{_root(row)}{expiry:%y%m%d}F", segment)
        letter = "C" if _RIGHTS[row.right] is Right.CALL else "P"
        level = f"{_figure(row.strike, 'strike').normalize():f}".replace(".", "_")
        return indian.share_id(f"{_root(row)}{expiry:%y%m%d}{letter}{level}", segment)
    return indian.share_id(_share(row), segment)


def made(row: Row) -> Instrument:
    """A row as an instrument; raises ConfigError or ProtocolError where it cannot be one."""
    segment = _OURS[row.segment]
    if row.kind == _INDEX and row.segment in _CASH:
        return indian.index(_root(row), segment)
    tick, lot = _plain(_figure(row.tick, "tick")), _plain(_figure(row.lot, "lot"))
    if row.segment not in _CONTRACTS:
        return indian.share(_share(row), segment, row.title, tick, lot)
    if row.right not in _RIGHTS:
        return indian.future(_root(row), segment, _expiry(row), tick, lot)
    return indian.option(
        _root(row), segment, _expiry(row), _figure(row.strike, "strike"), _RIGHTS[row.right], tick, lot
    )


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


def _plain(figure: Decimal) -> Decimal:
    """Without zeros behind the point: prices show as many decimals as their tick."""
    return Decimal(f"{figure.normalize():f}")


def _figure(text: str, name: str) -> Decimal:
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise ProtocolError(f"{name} is {text!r}") from None
    if not figure.is_finite():
        raise ProtocolError(f"{name} is {text!r}")
    return figure
