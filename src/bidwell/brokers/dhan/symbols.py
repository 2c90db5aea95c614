"""Dhan's list of instruments, and names at Dhan and ours, one to one.

Dhan names a thing by its segment and a number in it; ours are those of `transport.indian`. The list has some 200,000
rows and changes every morning: numbers of derivatives are given anew after expiry.
"""

from __future__ import annotations

import csv
import re
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from bidwell.brokers.transport import indian
from bidwell.brokers.transport.master import Master, MasterBook, figure, plain
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Right

INDICES = "IDX_I"
SEGMENTS = {
    ("NSE", "E"): "NSE_EQ", ("BSE", "E"): "BSE_EQ", ("NSE", "D"): "NSE_FNO", ("BSE", "D"): "BSE_FNO",
    ("NSE", "C"): "NSE_CURRENCY", ("BSE", "C"): "BSE_CURRENCY", ("MCX", "M"): "MCX_COMM", ("NSE", "I"): INDICES,
    ("BSE", "I"): INDICES,
}  # fmt: skip
NUMBERS = {
    0: INDICES, 1: "NSE_EQ", 2: "NSE_FNO", 3: "NSE_CURRENCY", 4: "BSE_EQ", 5: "MCX_COMM", 7: "BSE_CURRENCY",
    8: "BSE_FNO",
}  # fmt: skip
"""Segments as the price stream numbers them."""

_OURS = {"NSE_EQ": "NSE", "BSE_EQ": "BSE", "NSE_FNO": "NFO", "BSE_FNO": "BFO", "NSE_CURRENCY": "CDS",
         "BSE_CURRENCY": "BCD", "MCX_COMM": "MCX"}  # fmt: skip
_COLUMNS = ("SEM_EXM_EXCH_ID", "SEM_SEGMENT", "SEM_SMST_SECURITY_ID", "SEM_INSTRUMENT_NAME", "SEM_TRADING_SYMBOL",
            "SEM_LOT_UNITS", "SEM_CUSTOM_SYMBOL", "SEM_EXPIRY_DATE", "SEM_STRIKE_PRICE", "SEM_OPTION_TYPE",
            "SEM_TICK_SIZE", "SEM_SERIES", "SM_SYMBOL_NAME")  # fmt: skip
_PAISE = Decimal(100)
_ROOT = re.compile(r"(?P<root>.+?)-[A-Z][a-z]{2}\d{4}-(?:FUT|[0-9.]+-(?:CE|PE))")
"""Unconfirmed: a contract's trading symbol is NIFTY-Nov2026-FUT or NIFTY-Nov2026-26000-CE."""


class Row(NamedTuple):
    """A row of the list."""

    segment: str
    security_id: str
    kind: str
    symbol: str
    lot: str
    title: str
    expiry: str
    strike: str
    right: str
    tick: str
    series: str
    name: str
    exchange: str


Key = tuple[str, str]


def read_master(text: str, read_at: datetime) -> Master[Key, Row]:
    """Read the list; raises ProtocolError where it is none. Takes a second or two for a whole one: use a thread."""
    lines = csv.reader(text.splitlines())
    try:
        head = next(lines)
        places = [head.index(name) for name in _COLUMNS]
        found: Master[Key, Row] = Master(read_at)
        for line in lines:
            _take(found, line, places)
    except (StopIteration, ValueError, IndexError, csv.Error) as problem:
        raise ProtocolError(f"Dhan's list of instruments was not understood: {problem}") from problem
    if not found.keys:
        raise ProtocolError("Dhan's list of instruments has nothing that can be named")
    return found


def _take(found: Master[Key, Row], line: list[str], places: list[int]) -> None:
    exchange, segment, security, *rest = (line[place] for place in places)
    named = SEGMENTS.get((exchange, segment))
    if named is None:
        return
    kind, symbol, lot, title, expiry, strike, right, tick, series, name = rest
    again = sys.intern
    row = Row(named, security, again(kind), symbol, again(lot), title, again(expiry), again(strike), again(right),
              again(tick), again(series), again(name), again(exchange))  # fmt: skip
    key = (named, security)
    found.rows[key] = row
    found.name(key, _name, lambda each: f"{found.rows[each].symbol} ({each[1]})")


class SymbolBook(MasterBook[Key, Row]):
    """The newest list with both directions of the mapping."""

    broker = "Dhan"
    title = "Dhan's list of instruments"

    @property
    def refused(self) -> dict[str, str]:
        """Why something cannot be traded, by Dhan's segment and number."""
        return {} if self._master is None else {":".join(key): why for key, why in self._master.refused.items()}

    def id_of(self, segment: str, security_id: str) -> InstrumentId:
        """Our id of what Dhan names; raises ProtocolError with the reason where there is none."""
        if self._master is None:
            raise ProtocolError("Dhan's list of instruments has not been read yet")
        key = (segment, security_id)
        found = self._master.ids.get(key)
        if found is None:
            why = self._master.refused.get(key, "which is not in its list of today")
            raise ProtocolError(f"Dhan named {security_id} of {segment}: {why}")
        return found

    def is_future(self, segment: str, security_id: str) -> bool:
        """Whether Dhan names a future, commodities and currencies among them: its fills move variation only."""
        row = None if self._master is None else self._master.rows.get((segment, security_id))
        if row is None:
            raise ProtocolError(f"Dhan named {security_id} of {segment}, which is not in its list of today")
        return row.kind.startswith("FUT")

    def search(self, symbol: str) -> InstrumentId | None:
        """What a person means: an id of ours, `RELIANCE`, `BSE:RELIANCE`, or the name of a contract in the list."""
        if self._master is None:
            return None
        wanted = symbol.strip()
        if InstrumentId(wanted.upper()) in self._master.keys:
            return InstrumentId(wanted.upper())
        exchange, colon, rest = wanted.partition(":")
        for segment in [exchange.upper()] if colon else ["NSE", "BSE"]:
            ident = indian.share_id(rest if colon else wanted, segment) if (rest if colon else wanted) else None
            if ident is not None and self.key_of(ident) is not None:
                return ident
        lowered = wanted.lower()
        return next((ident for ident, key in self._master.keys.items()
                     if lowered in {self._master.rows[key].symbol.lower(), self._master.rows[key].title.lower()}
                     and key not in self._master.refused), None)  # fmt: skip

    def _made(self, row: Row) -> Instrument:
        return made(row)


def _name(row: Row) -> InstrumentId:
    """The id alone, for every row of the list."""
    if row.segment == INDICES:
        return indian.index(row.symbol, row.exchange).id
    segment = _OURS[row.segment]
    if row.segment in {"NSE_FNO", "BSE_FNO"}:
        if row.kind.startswith("FUT"):
            return indian.future_id(_root(row), segment, _expiry(row))
        return indian.option_id(_root(row), segment, _expiry(row), figure(row.strike, "strike"), _right(row))
    return indian.share_id(_share(row), segment)


def made(row: Row) -> Instrument:
    """A row as an instrument; raises ConfigError or ProtocolError where it cannot be one."""
    if row.segment == INDICES:
        return indian.index(row.symbol, row.exchange)
    segment = _OURS[row.segment]
    tick, lot = plain(figure(row.tick, "tick") / _PAISE), plain(figure(row.lot, "lot"))
    if row.segment in {"NSE_FNO", "BSE_FNO"}:
        if row.kind.startswith("FUT"):
            return indian.future(_root(row), segment, _expiry(row), tick, lot)
        return indian.option(_root(row), segment, _expiry(row), figure(row.strike, "strike"), _right(row), tick, lot)
    if segment in indian.UNTRADED:
        raise ConfigError(f"{row.symbol} is of {row.segment}, which the desk does not trade")
    return indian.share(_share(row), segment, row.title or row.name, tick, lot)


def _share(row: Row) -> str:
    """A share of NSE carries its series behind a dash where that is not EQ; BSE lists each share once."""
    plain = row.series in {"", "EQ", "NA"} or row.segment != "NSE_EQ" or row.symbol.endswith(f"-{row.series}")
    return row.symbol if plain else f"{row.symbol}-{row.series}"


def _root(row: Row) -> str:
    found = _ROOT.fullmatch(row.symbol)
    root = found["root"] if found else row.name
    if not root:
        raise ProtocolError(f"contract {row.symbol!r} does not say what it is on")
    return root.upper()


def _expiry(row: Row) -> date:
    try:
        return date.fromisoformat(row.expiry[:10])
    except ValueError as problem:
        raise ProtocolError(f"contract {row.symbol!r} ends on {row.expiry!r}") from problem


def _right(row: Row) -> Right:
    rights = {"CE": Right.CALL, "PE": Right.PUT}
    if row.right not in rights:
        raise ProtocolError(f"option {row.symbol!r} has the right {row.right!r}")
    return rights[row.right]
