"""Dhan's list of instruments, and names at Dhan and ours, one to one.

Dhan names a thing by its segment and a number in it; ours are those of `transport.indian`. The list has some 200,000
rows and changes every morning: numbers of derivatives are given anew after expiry.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from bidwell.brokers.transport import indian
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Right

SEGMENTS = {
    ("NSE", "E"): "NSE_EQ", ("BSE", "E"): "BSE_EQ", ("NSE", "D"): "NSE_FNO", ("BSE", "D"): "BSE_FNO",
    ("NSE", "C"): "NSE_CURRENCY", ("BSE", "C"): "BSE_CURRENCY", ("MCX", "M"): "MCX_COMM", ("NSE", "I"): "IDX_I",
    ("BSE", "I"): "IDX_I",
}  # fmt: skip
NUMBERS = {
    0: "IDX_I", 1: "NSE_EQ", 2: "NSE_FNO", 3: "NSE_CURRENCY", 4: "BSE_EQ", 5: "MCX_COMM", 7: "BSE_CURRENCY",
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
_FRESH_FROM = 7
_OLDEST = timedelta(days=3)


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


@dataclass(frozen=True, slots=True)
class Master:
    """The list as it was read at one moment; what would stand for two things is refused, with the reason."""

    read_at: datetime
    rows: dict[Key, Row]
    ids: dict[Key, InstrumentId]
    keys: dict[InstrumentId, Key]
    refused: dict[Key, str] = field(default_factory=dict)


def read_master(text: str, read_at: datetime) -> Master:
    """Read the list; raises ProtocolError where it is none. Takes a second or two for a whole one: use a thread."""
    lines = csv.reader(text.splitlines())
    try:
        head = next(lines)
        places = [head.index(name) for name in _COLUMNS]
        made = Master(read_at, {}, {}, {})
        for line in lines:
            _take(made, line, places)
    except (StopIteration, ValueError, IndexError, csv.Error) as problem:
        raise ProtocolError(f"Dhan's list of instruments was not understood: {problem}") from problem
    if not made.keys:
        raise ProtocolError("Dhan's list of instruments has nothing that can be named")
    return made


def _take(made: Master, line: list[str], places: list[int]) -> None:
    exchange, segment, security, *rest = (line[place] for place in places)
    named = SEGMENTS.get((exchange, segment))
    if named is None:
        return
    kind, symbol, lot, title, expiry, strike, right, tick, series, name = rest
    again = sys.intern
    row = Row(named, security, again(kind), symbol, again(lot), title, again(expiry), again(strike), again(right),
              again(tick), again(series), again(name), again(exchange))  # fmt: skip
    key = (named, security)
    made.rows[key] = row
    try:
        ident = _name(row)
    except (ConfigError, ProtocolError) as problem:
        made.refused[key] = str(problem)
        return
    holder = made.keys.get(ident)
    if holder is None:
        made.ids[key], made.keys[ident] = ident, key
    elif holder != key:
        reason = f"{made.rows[holder].symbol} ({holder[1]}) and {symbol} ({security}) both stand for {ident}"
        made.refused[key] = made.refused[holder] = reason
        made.ids.pop(holder, None)


class SymbolBook:
    """The newest list with both directions of the mapping; before the first is read it knows nothing."""

    def __init__(self) -> None:
        self._master: Master | None = None

    def take(self, master: Master) -> None:
        """Use this list from now on."""
        self._master = master

    @property
    def refused(self) -> dict[str, str]:
        """Why something cannot be traded, by Dhan's segment and number."""
        return {} if self._master is None else {":".join(key): why for key, why in self._master.refused.items()}

    def is_fresh(self, now: datetime) -> bool:
        """Whether the list in use is of today, as far as today's is out."""
        if self._master is None:
            return False
        local = now.astimezone(indian.IST)
        since = local.replace(hour=_FRESH_FROM, minute=0, second=0, microsecond=0)
        return self._master.read_at >= (since if since <= local else since - timedelta(days=1))

    def is_usable(self, now: datetime) -> bool:
        """Whether the list in use may still be traded by: it is not older than three days."""
        return self._master is not None and now - self._master.read_at <= _OLDEST

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

    def key_of(self, instrument: InstrumentId) -> Key | None:
        """Dhan's segment and number of an instrument, None for what its list does not have or what is refused."""
        if self._master is None:
            return None
        key = self._master.keys.get(instrument)
        return None if key is None or key in self._master.refused else key

    def row_of(self, instrument: InstrumentId) -> Row | None:
        """The list's row of an instrument."""
        key = self.key_of(instrument)
        return None if key is None or self._master is None else self._master.rows[key]

    def listing(self, instrument: InstrumentId) -> Instrument | None:
        """An instrument with its terms, None where Dhan does not list it; raises ConfigError where they make no sense."""
        row = self.row_of(instrument)
        return None if row is None else made(row)

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

    def symbols(self) -> Iterable[InstrumentId]:
        """Every id that can be named."""
        if self._master is not None:
            yield from (ident for ident, key in self._master.keys.items() if key not in self._master.refused)


def _name(row: Row) -> InstrumentId:
    """The id alone, for every row of the list."""
    if row.segment == "IDX_I":
        return indian.index(row.symbol, row.exchange).id
    if row.segment in {"NSE_FNO", "BSE_FNO"}:
        root, expiry = _root(row), _expiry(row)
        if row.kind.startswith("FUT"):
            return indian.share_id(f"{root}{expiry:%y%m%d}F", _OURS[row.segment])
        letter = "C" if _right(row) is Right.CALL else "P"
        level = f"{_figure(row.strike, 'strike').normalize():f}".replace(".", "_")
        return indian.share_id(f"{root}{expiry:%y%m%d}{letter}{level}", _OURS[row.segment])
    return indian.share_id(_share(row), _OURS[row.segment])


def made(row: Row) -> Instrument:
    """A row as an instrument; raises ConfigError or ProtocolError where it cannot be one."""
    if row.segment == "IDX_I":
        return indian.index(row.symbol, row.exchange)
    segment = _OURS[row.segment]
    tick, lot = _plain(_figure(row.tick, "tick") / _PAISE), _plain(_figure(row.lot, "lot"))
    if row.segment in {"NSE_FNO", "BSE_FNO"}:
        if row.kind.startswith("FUT"):
            return indian.future(_root(row), segment, _expiry(row), tick, lot)
        return indian.option(_root(row), segment, _expiry(row), _figure(row.strike, "strike"), _right(row), tick, lot)
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


def _plain(figure: Decimal) -> Decimal:
    """Without the zeros that the list writes behind the point: prices show as many decimals as their tick."""
    return Decimal(f"{figure.normalize():f}")


def _figure(text: str, name: str) -> Decimal:
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise ProtocolError(f"{name} is {text!r}") from None
    if not figure.is_finite():
        raise ProtocolError(f"{name} is {text!r}")
    return figure
