"""Kite's instrument lists: a CSV row by row into a compact book, and both directions of the names.

A list holds a hundred thousand rows and more. A row is kept as Kite wrote it, and becomes an `Instrument` when it is
asked for. What cannot be one, or would stand for two things, is refused with the reason and never silently absent.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec

from bidwell.brokers.transport import indian
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Right
from bidwell.model.money import bearable

COLUMNS = ("instrument_token", "exchange_token", "tradingsymbol", "name", "last_price", "expiry", "strike", "tick_size",
           "lot_size", "instrument_type", "segment", "exchange")  # fmt: skip
EXCHANGES = ("NSE", "BSE", "NFO", "BFO")
"""The lists that are read."""

_RIGHTS = {"CE": Right.CALL, "PE": Right.PUT}
_LARGEST_LIST = 2_000_000


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of a list, as Kite wrote it."""

    token: int
    symbol: str
    name: str
    expiry: str
    strike: str
    tick: str
    lot: str
    type: str
    segment: str
    exchange: str

    @property
    def key(self) -> str:
        """How Kite names it in requests."""
        return f"{self.exchange}:{self.symbol}"

    @property
    def is_index(self) -> bool:
        """Whether it can be watched only."""
        return self.segment == "INDICES"


def rows(text: Iterable[str]) -> Iterator[Row]:
    """The rows of a list, one at a time; raises ProtocolError for what is no such list or is cut short."""
    lines = csv.reader(text, strict=True)
    try:
        if tuple(next(lines, ())) != COLUMNS:
            raise ProtocolError("Zerodha's instrument list begins with other columns than documented")
        for number, cells in enumerate(lines, start=2):
            if len(cells) != len(COLUMNS) or not cells[0].isdecimal() or len(cells[0]) > 12 or number > _LARGEST_LIST:
                raise ProtocolError(f"row {number} of Zerodha's instrument list is none: {cells[:3]}")
            name = sys.intern(cells[3])
            yield Row(int(cells[0]), cells[2], name, sys.intern(cells[5]), sys.intern(cells[6]), sys.intern(cells[7]),
                      sys.intern(cells[8]), sys.intern(cells[9]), sys.intern(cells[10]), sys.intern(cells[11]))  # fmt: skip
    except (csv.Error, UnicodeDecodeError) as problem:
        raise ProtocolError(f"Zerodha's instrument list cannot be read: {problem}") from problem


def instrument(row: Row) -> Instrument:
    """A row as an instrument; raises ConfigError where it cannot be one, with the reason."""
    if row.is_index:
        return indian.index(row.symbol, row.exchange)
    if row.exchange not in indian.VENUES:
        raise ConfigError(f"{row.key} is of a segment for which the desk keeps no sessions")
    tick, lot = _figure(row.tick, row.key, "tick_size"), _figure(row.lot, row.key, "lot_size")
    if row.type == "EQ":
        return indian.share(row.symbol, row.exchange, row.name, tick, lot)
    root = row.name or _root(row)
    if row.type == "FUT":
        return indian.future(root, row.exchange, _day(row), tick, lot)
    right = _RIGHTS.get(row.type)
    if right is None:
        raise ConfigError(f"{row.key} is of type {row.type!r}, which Zerodha does not document")
    strike = _figure(row.strike, row.key, "strike")
    return indian.option(root, row.exchange, _day(row), strike, right, tick, lot)


class Listed:
    """One exchange's list as of `day`: names one to one; `refused` says by symbol why something cannot be traded."""

    def __init__(self, exchange: str, found: Iterable[Row], day: date) -> None:
        self.exchange = exchange
        self.day = day
        self.rows: dict[InstrumentId, Row] = {}
        self.ids: dict[str, InstrumentId] = {}
        self.tokens: dict[int, InstrumentId] = {}
        self.refused: dict[str, str] = {}
        self._doubled: dict[InstrumentId, Row] = {}
        for row in found:
            if row.exchange == exchange:
                self._take(row)

    def refuse(self, symbol: str, reason: str) -> None:
        """Take a name out, with the reason."""
        ident = self.ids.pop(symbol, None)
        if ident is not None:
            self.tokens.pop(self.rows.pop(ident).token, None)
        self.refused[symbol] = reason

    def _take(self, row: Row) -> None:
        try:
            made, over = instrument(row), bool(row.expiry) and _day(row) < self.day
        except (ConfigError, ProtocolError) as problem:
            self.refuse(row.symbol, str(problem))
            return
        if over:
            self.refuse(row.symbol, f"{row.key} expired on {row.expiry}")
            return
        other = self._doubled.get(made.id) or self.rows.get(made.id)
        known = self.ids.get(row.symbol)
        if other is None and known is None and row.symbol not in self.refused and row.token not in self.tokens:
            self.rows[made.id], self.ids[row.symbol], self.tokens[row.token] = row, made.id, made.id
            return
        other = other or self.rows.get(known or self.tokens.get(row.token, made.id), row)
        for symbol in {row.symbol, other.symbol}:
            self.refuse(symbol, f"{other.key} and {row.key} both stand for {made.id} or token {row.token}")
        self._doubled[made.id] = other


class SymbolBook:
    """Names at Kite and ours, one to one, of every list that was read."""

    def __init__(self) -> None:
        self._lists: dict[str, Listed] = {}

    def __len__(self) -> int:
        return sum(len(each.rows) for each in self._lists.values())

    @property
    def refused(self) -> dict[str, str]:
        """Why something cannot be traded, by Kite's name."""
        return {
            f"{each.exchange}:{symbol}": why for each in self._lists.values() for symbol, why in each.refused.items()
        }

    def adopt(self, listed: Listed) -> None:
        """Take a list in, in place of the one before of its exchange; a name that two lists claim is refused in both."""
        for other in self._lists.values():
            if other.exchange != listed.exchange:
                for ident in listed.rows.keys() & other.rows.keys():
                    reason = f"{other.rows[ident].key} and {listed.rows[ident].key} both stand for {ident}"
                    other.refuse(other.rows[ident].symbol, reason)
                    listed.refuse(listed.rows[ident].symbol, reason)
        self._lists[listed.exchange] = listed

    def day(self, exchange: str) -> date | None:
        """As of which day the list of an exchange is, None where it was never read."""
        found = self._lists.get(exchange)
        return found.day if found is not None else None

    def id_of(self, exchange: str, symbol: str) -> InstrumentId:
        """Our id of what Kite names; what is in no list keeps a name of its own, so that it is shown.

        Raises ProtocolError for one that is refused because it would stand for two things.
        """
        listed = self._lists.get(exchange)
        found = listed.ids.get(symbol) if listed is not None else None
        if found is not None:
            return found
        ident = indian.share_id(symbol, exchange)
        holder = self.row(ident)
        if holder is not None:
            raise ProtocolError(f"{exchange}:{symbol} would stand for {ident}, which is {holder.key}")
        return ident

    def row(self, ident: InstrumentId) -> Row | None:
        """Kite's row of an instrument of ours."""
        return next((each.rows[ident] for each in self._lists.values() if ident in each.rows), None)

    def named(self, name: str) -> Row | None:
        """The row under one of Kite's names: NSE:SBIN, or SBIN alone where one list has it, NSE before the others."""
        exchange, _, symbol = name.rpartition(":")
        for each in (exchange,) if exchange else EXCHANGES:
            listed = self._lists.get(each)
            ident = listed.ids.get(symbol) if listed is not None else None
            if listed is not None and ident is not None:
                return listed.rows[ident]
        return None

    def by_token(self, token: int) -> InstrumentId | None:
        """The instrument of a token."""
        return next((each.tokens[token] for each in self._lists.values() if token in each.tokens), None)

    def instruments(self) -> Iterator[Instrument]:
        """Everything that can be traded or watched, made one at a time."""
        for listed in self._lists.values():
            for row in listed.rows.values():
                yield instrument(row)

    def options(self, underlying: InstrumentId, expiry: date | None = None) -> list[Instrument]:
        """The options on an underlying, of one expiry or of all."""
        root, _, venue = underlying.rpartition(".")
        wanted = expiry.isoformat() if expiry else None
        rows = (row for name in ("NFO", "BFO") if name in self._lists for row in self._lists[name].rows.values())
        return [instrument(row) for row in rows
                if row.type in _RIGHTS and (row.name or _root(row)).upper() == root and wanted in {None, row.expiry}
                and indian.VENUES[row.exchange] == venue]  # fmt: skip


def read_list(exchange: str, body: bytes, day: date) -> Listed:
    """A list as it came; raises ProtocolError.

    `day` is India's: contracts that expired before it are left out, since their tokens are given away again.
    """
    return Listed(exchange, rows(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")), day)


def _root(row: Row) -> str:
    """The underlying of a contract whose row names none: what stands before the year in its symbol."""
    head = row.symbol[: -len(row.type)]
    for place, letter in enumerate(head):
        if place and letter.isdigit() and head[place : place + 2] == row.expiry[2:4]:
            return head[:place]
    raise ConfigError(f"{row.key} names no underlying")


@lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal:
    return Decimal(text)


def _figure(text: str, key: str, what: str) -> Decimal:
    try:
        figure = _decimal(text)
    except InvalidOperation:
        raise ConfigError(f"{what} of {key} is {text!r}") from None
    if not bearable(figure):
        raise ConfigError(f"{what} of {key} is {text[:40]!r}")
    return figure


@lru_cache(maxsize=4096)
def _date(text: str) -> date:
    return date.fromisoformat(text)


def _day(row: Row) -> date:
    try:
        return _date(row.expiry)
    except ValueError:
        raise ConfigError(f"{row.key} has no expiry: {row.expiry!r}") from None
