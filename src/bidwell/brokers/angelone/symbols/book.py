"""Names at Angel One and ours, one to one: SBIN-EQ of NSE is SBIN.XNSE, NIFTY26NOV2625000CE is NIFTY261126C25000.XNSE.

A name says what it stands for, except for contracts of BSE, which only the instrument list tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from bidwell.brokers.angelone import wire
from bidwell.brokers.transport.indian import IST, UNTRADED, VENUES, future, index, option, share, share_id
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future, Index, Instrument, Option, Right
from bidwell.model.money import bearable

SCALE = Decimal(100)
"""The list writes strikes and price steps a hundredfold."""

_SERIES = "-EQ"
_CASH, _INDEX = "", "AMXIDX"
_FUTURES, _OPTIONS = frozenset({"FUTIDX", "FUTSTK"}), frozenset({"OPTIDX", "OPTSTK"})
_CONTRACT = re.compile(
    r"(?P<root>[A-Z0-9&-]+?)(?P<day>\d{2}[A-Z]{3}\d{2})(?:FUT|(?P<strike>\d+(?:\.\d+)?)(?P<right>CE|PE))"
)
_OURS = re.compile(r"(?P<root>[A-Z0-9&-]+?)(?P<day>\d{6})(?:F|(?P<right>[CP])(?P<strike>\d+(?:_\d+)?))")
_RIGHTS = {"CE": Right.CALL, "PE": Right.PUT}
_WORDS = {"C": "CE", "P": "PE"}
_SOME = Decimal("0.05")
_CASH_EXCHANGES = {"XNSE": "NSE", "XBOM": "BSE"}
_NAMED = "NFO"
"""Whose contracts' names say their terms; those of BFO are written in several ways."""
_DERIVATIVE_EXCHANGES = {"XNSE": "NFO", "XBOM": "BFO"}


class UnknownSymbol(ProtocolError):
    """A name that says nothing by itself: the instrument list has to be asked."""

    def __init__(self, exchange: str, token: str, symbol: str) -> None:
        super().__init__(f"Angel One named {symbol!r} ({exchange} {token}), which is not in its list as read so far")
        self.exchange, self.token, self.symbol = exchange, token, symbol


@dataclass(frozen=True, slots=True)
class Handle:
    """By what Angel One knows an instrument."""

    exchange: str
    symbol: str
    token: str


class SymbolBook:
    """Both directions of the mapping; a name that would stand for two things is refused, with the reason."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], InstrumentId] = {}
        self._handles: dict[InstrumentId, Handle] = {}
        self._watched: set[InstrumentId] = set()
        self.refused: dict[tuple[str, str], str] = {}

    def learn(self, rows: Iterable[wire.Scrip]) -> list[Instrument]:
        """Take rows of the list in; gives the instruments that can be listed."""
        found = []
        for row in rows:
            try:
                made = instrument(row)
                self._note(made.id, Handle(row.exch_seg, row.symbol, row.token))
            except (ConfigError, ProtocolError) as problem:
                self.refused.setdefault((row.exch_seg, row.token), str(problem))
                continue
            if isinstance(made.contract, Index):
                self._watched.add(made.id)
            found.append(made)
        return found

    def id_of(self, exchange: str, token: str, symbol: str) -> InstrumentId:
        """Our id of what Angel One names; raises UnknownSymbol, ProtocolError for one that is refused."""
        if exchange in UNTRADED:
            return share_id(symbol, exchange)
        known = self._ids.get((exchange, token))
        if known is not None and self._handles[known].symbol == symbol:
            return known
        if (exchange, token) in self.refused:
            raise ProtocolError(self.refused[exchange, token])
        if exchange not in VENUES or not token:
            raise ProtocolError(f"Angel One named {symbol!r} at {exchange!r}, which is no exchange that it documents")
        ident = _by_name(exchange, symbol)
        if ident is None:
            if known is None:
                raise UnknownSymbol(exchange, token, symbol)
            return known
        self._note(ident, Handle(exchange, symbol, token))
        return ident

    def priced(self, exchange: str, token: str) -> InstrumentId | None:
        """What a price is of, None where nobody asked for it."""
        return self._ids.get((exchange, token))

    def handle_of(self, instrument_id: InstrumentId) -> Handle | None:
        """By what Angel One knows an instrument, None where the book has not learned it."""
        return self._handles.get(instrument_id)

    def forget(self, instrument_id: InstrumentId) -> None:
        """Angel One does not know it by this name and token any more: it is looked for anew."""
        known = self._handles.pop(instrument_id, None)
        if known is not None:
            self._ids.pop((known.exchange, known.token), None)

    def is_watched(self, instrument_id: InstrumentId) -> bool:
        """Whether it is an index, which has a price and no sides."""
        return instrument_id in self._watched

    def _note(self, ident: InstrumentId, handle: Handle) -> None:
        known = self._handles.get(ident)
        if known is not None and (known.exchange, known.symbol) != (handle.exchange, handle.symbol):
            reason = f"{known.symbol} and {handle.symbol} both stand for {ident}"
            del self._handles[ident]
            for each in (known, handle):
                self._ids.pop((each.exchange, each.token), None)
                self.refused[each.exchange, each.token] = reason
            raise ProtocolError(reason)
        if known is not None:
            self._ids.pop((known.exchange, known.token), None)
        before = self._ids.get((handle.exchange, handle.token))
        if before is not None and before != ident:
            # Tokens are used again after a contract's end.
            self._handles.pop(before, None)
        self._ids[handle.exchange, handle.token], self._handles[ident] = ident, handle


def instrument(row: wire.Scrip) -> Instrument:
    """A row of the list as an instrument; raises ConfigError or ProtocolError where it cannot be one."""
    segment, kind = row.exch_seg, row.instrumenttype
    if segment not in VENUES:
        raise ConfigError(f"{row.symbol} is of {segment!r}, which the desk does not trade here")
    if kind == _INDEX:
        return index(row.symbol, segment)
    tick, lot = _figure(row.tick_size, "tick_size") / SCALE, _figure(row.lotsize, "lotsize")
    if kind == _CASH:
        return share(row.symbol.removesuffix(_SERIES), segment, row.name, tick, lot)
    if kind in _FUTURES:
        return future(row.name, segment, _day(row.expiry), tick, lot)
    if kind not in _OPTIONS or row.symbol[-2:] not in _RIGHTS:
        raise ConfigError(f"{row.symbol} is of type {kind!r}, which the desk does not trade here")
    strike = _figure(row.strike, "strike") / SCALE
    return option(row.name, segment, _day(row.expiry), strike, _RIGHTS[row.symbol[-2:]], tick, lot)


def ended(found: Instrument, today: date) -> bool:
    """Whether a contract's last day has passed."""
    contract = found.contract
    return isinstance(contract, Option | Future) and contract.expiry < today


def guesses(instrument_id: InstrumentId) -> list[tuple[str, str]]:
    """What Angel One most likely calls an instrument of ours, exchange first; the list or a search confirms it."""
    symbol, _, venue = instrument_id.rpartition(".")
    parts = _OURS.fullmatch(symbol)
    if venue not in _CASH_EXCHANGES:
        return []
    if parts is None:
        cash = _CASH_EXCHANGES[venue]
        return [(cash, f"{symbol}{_SERIES}"), (cash, symbol)] if cash == "NSE" else [(cash, symbol)]
    expiry = expiry_of(instrument_id)
    if expiry is None or expiry[0] != _NAMED:
        return []
    last = datetime.strptime(parts["day"], "%y%m%d").replace(tzinfo=IST)
    tail = f"{parts['strike'].replace('_', '.')}{_WORDS[parts['right']]}" if parts["right"] else "FUT"
    return [(_NAMED, f"{parts['root']}{last:%d%b%y}{tail}".upper())]


def expiry_of(instrument_id: InstrumentId) -> tuple[str, str] | None:
    """The exchange and the list's word for the last day of a contract of ours; None of what is none."""
    symbol, _, venue = instrument_id.rpartition(".")
    parts = _OURS.fullmatch(symbol)
    if parts is None or venue not in _DERIVATIVE_EXCHANGES:
        return None
    try:
        last = datetime.strptime(parts["day"], "%y%m%d").replace(tzinfo=IST)
    except ValueError:
        return None
    return _DERIVATIVE_EXCHANGES[venue], f"{last:%d%b%Y}".upper()


def _by_name(exchange: str, symbol: str) -> InstrumentId | None:
    if exchange in {"NSE", "BSE"}:
        return share_id(symbol.removesuffix(_SERIES), exchange)
    parts = _CONTRACT.fullmatch(symbol)
    if parts is None or exchange != _NAMED:
        return None
    try:
        last = datetime.strptime(parts["day"].title(), "%d%b%y").replace(tzinfo=IST).date()
        if parts["right"]:
            made = option(
                parts["root"], exchange, last, Decimal(parts["strike"]), _RIGHTS[parts["right"]], _SOME, Decimal(1)
            )
        else:
            made = future(parts["root"], exchange, last, _SOME, Decimal(1))
    except (ValueError, ConfigError):
        return None
    return made.id


def _figure(text: str, name: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as problem:
        raise ConfigError(f"{name} is no figure: {text!r}") from problem
    if not bearable(value):
        raise ConfigError(f"{name} is {text!r}")
    return value


def _day(text: str) -> date:
    """A day such as 28MAR2024."""
    try:
        return datetime.strptime(text, "%d%b%Y").replace(tzinfo=IST).date()
    except ValueError as problem:
        raise ConfigError(f"the expiry is no day: {text!r}") from problem
