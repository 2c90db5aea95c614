"""Names at Schwab and ours, one to one: AAPL is AAPL.XNAS, BRK/B is BRK-B.XNYS, an option is its OCC name.OPRA.

A share's venue is in Schwab's list and in no order or position, so the book learns each symbol from the list before it
maps it. What the desk does not trade there (funds, bonds) is named, so that what is held is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from bidwell.brokers.schwab import wire
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Contract, Equity, Instrument, Option, Right

VENUES = {
    "NASDAQ": "XNAS", "NYSE": "XNYS", "NYSE ARCA": "ARCX", "PACIFIC": "ARCX", "AMEX": "XASE", "NYSE AMERICAN": "XASE",
    "BATS": "BATS", "CBOE": "BATS", "OTC MARKETS": "OTCM", "PINK SHEET": "OTCM", "OTCBB": "OTCM",
}  # fmt: skip
"""Unconfirmed but for the first three: what Schwab's list calls an exchange. One that is not here is refused."""
CLASS_MARK = "/"
"""Unconfirmed: a class of shares stands behind a slash, as in BRK/B."""
OPTION_VENUE = "OPRA"
OTHER_VENUE = "SCHWAB"
EQUITY, OPTION = "EQUITY", "OPTION"
SHARES = frozenset({"EQUITY", "ETF", "COLLECTIVE_INVESTMENT"})
"""Asset types that are traded as EQUITY; what a position calls COLLECTIVE_INVESTMENT may be an exchange-traded fund."""

_CENT = Decimal("0.01")
_CONTRACT = Decimal(100)
_NAME = re.compile(r"[A-Z][A-Z0-9./$-]{0,19}")
_OCC = re.compile(r"(?P<root>[A-Z0-9]{1,6}) *(?P<date>\d{6})(?P<right>[CP])(?P<strike>\d{8})")


class UnknownSymbol(ProtocolError):
    """A symbol that the book has not learned yet; `symbol` is Schwab's."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"Schwab named {symbol!r}, which is not in its list as read so far")
        self.symbol = symbol


class SymbolBook:
    """Both directions of the mapping; a symbol or id that would stand for two things is refused, with the reason."""

    def __init__(self) -> None:
        self._ids: dict[str, InstrumentId] = {}
        self._symbols: dict[InstrumentId, str] = {}
        self._missing: set[str] = set()
        self.refused: dict[str, str] = {}

    def learn(self, rows: Iterable[wire.Listed]) -> list[Instrument]:
        """Take rows of the list in; gives the instruments that can be traded."""
        return [made for made in map(self._learn, rows) if made is not None]

    def miss(self, symbol: str) -> None:
        """Schwab's list does not have a symbol."""
        self._missing.add(symbol)

    def id_of(self, symbol: str) -> InstrumentId:
        """Our id of what Schwab names; raises UnknownSymbol, ProtocolError for one that is refused."""
        if _OCC.fullmatch(symbol):
            return InstrumentId(f"{symbol.replace(' ', '')}.{OPTION_VENUE}")
        found = self._ids.get(symbol)
        if found is not None:
            return found
        if symbol in self.refused or symbol in self._missing:
            raise ProtocolError(self.refused.get(symbol) or f"Schwab's list has no {symbol}")
        raise UnknownSymbol(symbol)

    def symbol_of(self, instrument: InstrumentId) -> str | None:
        """Schwab's name of an instrument, None where the book has not learned it."""
        plain, _, venue = instrument.rpartition(".")
        if venue == OPTION_VENUE:
            parts = _OCC.fullmatch(plain)
            return None if parts is None else padded(parts)
        return self._symbols.get(instrument)

    def knows(self, symbol: str) -> bool:
        """Whether a symbol can be mapped, or is refused."""
        known = symbol in self._ids or symbol in self.refused or symbol in self._missing
        return known or bool(_OCC.fullmatch(symbol))

    def lists(self, symbol: str) -> bool:
        """Whether a share is traded here under a symbol."""
        return symbol in self._ids

    def _learn(self, row: wire.Listed) -> Instrument | None:
        self._missing.discard(row.symbol)
        if row.symbol in self.refused:
            return None
        try:
            made = instrument(row)
        except ConfigError as problem:
            self.refused[row.symbol] = str(problem)
            return None
        holder = self._symbols.get(made.id)
        if holder is not None and holder != row.symbol:
            reason = f"{holder} and {row.symbol} both stand for {made.id}"
            self._ids.pop(holder, None)
            self.refused |= {holder: reason, row.symbol: reason}
            return None
        self._symbols[made.id], self._ids[row.symbol] = row.symbol, made.id
        return made


def guess(instrument_id: InstrumentId) -> str:
    """What Schwab most likely calls a share of ours; the list has to confirm it."""
    return instrument_id.rpartition(".")[0].replace("-", CLASS_MARK)


def other_id(symbol: str) -> InstrumentId:
    """The id of what is held and not traded here."""
    return InstrumentId(f"{re.sub(r'[^A-Z0-9-]', '-', symbol.upper())[:40].strip('-') or 'UNNAMED'}.{OTHER_VENUE}")


def is_option(symbol: str) -> bool:
    """Whether a symbol is an option's."""
    return _OCC.fullmatch(symbol) is not None


def instrument(row: wire.Listed) -> Instrument:
    """A row of the list as an instrument; raises ConfigError where it cannot be one."""
    if row.asset_type not in SHARES:
        raise ConfigError(f"{row.symbol} is of type {row.asset_type!r}, which the desk does not trade here")
    venue = VENUES.get(row.exchange.upper())
    if venue is None:
        raise ConfigError(f"{row.symbol} trades at {row.exchange!r}, which is no venue known here")
    if not _NAME.fullmatch(row.symbol):
        raise ConfigError(f"{row.symbol[:40]!r} is no symbol of a share")
    ident = InstrumentId(f"{re.sub('[./$]', '-', row.symbol)}.{venue}")
    return _made(ident, row.symbol, row.description or row.symbol, venue, Equity())


def option(symbol: str, underlying: InstrumentId) -> Instrument:
    """An option by its name, which tells its terms; raises ConfigError for one that names no day or strike.

    A contract is of 100 shares: adjusted ones have a digit in their root and are refused.
    """
    parts = _OCC.fullmatch(symbol)
    if parts is None or parts["root"][-1:].isdigit():
        raise ConfigError(f"{symbol!r} is no standard option")
    text = parts["date"]
    try:
        expiry = date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as problem:
        raise ConfigError(f"{symbol!r} names no day") from problem
    strike = Decimal(parts["strike"]) / 1000
    if strike <= 0:
        raise ConfigError(f"{symbol!r} names no strike")
    right = Right.CALL if parts["right"] == "C" else Right.PUT
    plain = symbol.replace(" ", "")
    return _made(InstrumentId(f"{plain}.{OPTION_VENUE}"), plain,
                 f"{parts['root']} {expiry:%d %b %Y} {strike.normalize():f} {right.value}", OPTION_VENUE,
                 Option(underlying, expiry, strike, right), _CONTRACT)  # fmt: skip


def chained(row: wire.Optioned, underlying: InstrumentId, symbol: str) -> Instrument:
    """An option of the chain of a share; raises ConfigError for one that is no standard option on it."""
    if root_of(row.symbol) != symbol:
        raise ConfigError(f"{row.symbol[:40]!r} is no option on {symbol} by its name")
    odd = row.non_standard or row.is_non_standard or row.mini or row.is_mini
    if odd or row.multiplier not in {None, _CONTRACT}:
        raise ConfigError(f"{row.symbol} is no contract of {_CONTRACT} shares")
    return option(row.symbol, underlying)


def root_of(symbol: str) -> str:
    """An option's root, which is its underlying's symbol for standard ones; empty where it is no option."""
    parts = _OCC.fullmatch(symbol)
    return "" if parts is None else parts["root"]


def padded(parts: re.Match[str]) -> str:
    """An option's name with its root filled to six places."""
    return f"{parts['root']:<6}{parts['date']}{parts['right']}{parts['strike']}"


def _made(
    ident: InstrumentId, symbol: str, name: str, venue: str, contract: Contract, multiplier: Decimal = Decimal(1)
) -> Instrument:
    return Instrument(id=ident, symbol=symbol, name=name[:80], venue=venue, currency="USD", tick_size=_CENT,
                      lot_size=Decimal(1), contract=contract, multiplier=multiplier, calendar="XNYS")  # fmt: skip
