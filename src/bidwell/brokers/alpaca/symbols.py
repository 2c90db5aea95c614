"""Names at Alpaca and ours, one to one: AAPL is AAPL.XNAS, BTC/USD is BTCUSD.ALPACA, an option is its OCC name.OPRA.

A share's venue is in Alpaca's list and in no order, so the book learns each symbol from the list before it maps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import structlog

from bidwell.brokers.alpaca import wire
from bidwell.brokers.transport import finite, positive
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Contract, Crypto, Equity, Instrument, Option, Right

VENUES = {"NASDAQ": "XNAS", "NYSE": "XNYS", "ARCA": "ARCX", "AMEX": "XASE", "BATS": "BATS", "OTC": "OTCM",
          "NYSEARCA": "ARCX"}  # fmt: skip
CRYPTO_VENUE = "ALPACA"
OPTION_VENUE = "OPRA"
EQUITY, OPTION, CRYPTO = "us_equity", "us_option", "crypto"

ACTIVE = "active"

log = structlog.get_logger("bidwell")
_OCC = re.compile(r"(?P<root>[A-Z0-9]{1,6})(?P<date>\d{6})(?P<right>[CP])(?P<strike>\d{8})")
_CENT = Decimal("0.01")
# Options quote in cents and nickels by class; the list does not say which, and every nickel is on the cent grid.
_OPTION_TICK = _CENT
_CRYPTO_STEP = Decimal("0.000000001")
_OPTION_SIZE = Decimal(100)


class UnknownSymbol(ProtocolError):
    """A symbol that the book has not learned yet; `symbol` is Alpaca's."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"Alpaca named {symbol!r}, which is not in its list as read so far")
        self.symbol = symbol


class SymbolBook:
    """Both directions of the mapping; a symbol or id that would stand for two things is refused, with the reason."""

    def __init__(self) -> None:
        self._ids: dict[str, InstrumentId] = {}
        self._symbols: dict[InstrumentId, str] = {}
        self._assets: dict[str, wire.Asset] = {}
        self.refused: dict[str, str] = {}

    def learn(self, assets: Iterable[wire.Asset]) -> list[Instrument]:
        """Take rows of the list in; gives the instruments that can be traded."""
        found = []
        for asset in assets:
            made = self._learn(asset)
            if made is not None and asset.tradable and asset.status == ACTIVE:
                found.append(made)
        return found

    def learn_options(self, rows: Iterable[wire.OptionContract]) -> list[Instrument]:
        """Take options in; gives those that can be traded, without those whose name and terms disagree."""
        found, odd = [], []
        for row in rows:
            if not row.tradable or row.status != ACTIVE:
                continue
            try:
                found.append(self.learn_option(row))
            except ProtocolError as problem:
                odd.append(str(problem))
        if odd:
            log.info("alpaca_options_left_out", count=len(odd), reason=odd[0])
        return found

    def learn_option(self, row: wire.OptionContract) -> Instrument:
        """Take an option in; raises ProtocolError where its name and its terms disagree."""
        parts = occ(row.symbol)
        underlying = self.id_of(row.underlying_symbol)
        terms = _option(parts, underlying)
        strike, size = finite(row.strike_price, "strike_price"), positive(row.size or _OPTION_SIZE, "size")
        if terms.expiry.isoformat() != row.expiration_date or terms.strike != strike:
            raise ProtocolError(f"option {row.symbol} is said to be {row.strike_price} until {row.expiration_date}")
        ident = InstrumentId(f"{row.symbol}.{OPTION_VENUE}")
        self._ids[row.symbol], self._symbols[ident] = ident, row.symbol
        return _made(ident, row.symbol, row.name or row.symbol, OPTION_VENUE, _OPTION_TICK, Decimal(1), terms,
                     multiplier=size)  # fmt: skip

    def id_of(self, symbol: str) -> InstrumentId:
        """Our id of what Alpaca names; raises UnknownSymbol, ProtocolError for one that is refused."""
        if _OCC.fullmatch(symbol):
            return InstrumentId(f"{symbol}.{OPTION_VENUE}")
        found = self._ids.get(symbol)
        if found is not None:
            return found
        if symbol in self.refused:
            raise ProtocolError(self.refused[symbol])
        raise UnknownSymbol(symbol)

    def symbol_of(self, instrument: InstrumentId) -> str | None:
        """Alpaca's name of an instrument, None where the book has not learned it."""
        if instrument.endswith(f".{OPTION_VENUE}") and _OCC.fullmatch(instrument.rpartition(".")[0]):
            return instrument.rpartition(".")[0]
        return self._symbols.get(instrument)

    def knows(self, symbol: str) -> bool:
        """Whether a symbol can be mapped, or is refused for good."""
        return bool(_OCC.fullmatch(symbol)) or symbol in self._ids or symbol in self.refused

    def class_of(self, symbol: str) -> str:
        """The asset class of a symbol as its shape or the list says."""
        if _OCC.fullmatch(symbol):
            return OPTION
        asset = self._assets.get(symbol)
        return asset.asset_class if asset is not None else CRYPTO if "/" in symbol else EQUITY

    def _learn(self, asset: wire.Asset) -> Instrument | None:
        if asset.symbol in self.refused:
            return None
        try:
            made = instrument(asset)
        except ConfigError as problem:
            self.refused[asset.symbol] = str(problem)
            return None
        holder = self._symbols.get(made.id)
        if holder not in {None, asset.symbol}:
            self._refuse(made.id, f"{holder} and {asset.symbol} both stand for {made.id}", holder or "", asset.symbol)
            return None
        self._symbols[made.id] = asset.symbol
        self._assets[asset.symbol] = asset
        for name in {asset.symbol, asset.symbol.replace("/", "")}:
            self._ids[name] = made.id
        return made

    def _refuse(self, ident: InstrumentId, reason: str, *symbols: str) -> None:
        del self._symbols[ident]
        for symbol in symbols:
            self._ids.pop(symbol, None)
            self.refused[symbol] = reason


def guess(instrument_id: InstrumentId) -> str:
    """What Alpaca most likely calls an instrument of ours; the list has to confirm it."""
    symbol, _, venue = instrument_id.rpartition(".")
    if venue == CRYPTO_VENUE:
        return next((f"{symbol.removesuffix(quote)}/{quote}" for quote in ("USDT", "USDC", "USD", "BTC")
                     if symbol.endswith(quote) and symbol != quote), symbol)  # fmt: skip
    return symbol.replace("-", ".")


def instrument(asset: wire.Asset) -> Instrument:
    """A row of the list as an instrument; raises ConfigError where it cannot be one."""
    if asset.asset_class == CRYPTO:
        base, _, quote = asset.symbol.partition("/")
        if not quote:
            raise ConfigError(f"crypto {asset.symbol!r} names no pair")
        return _made(InstrumentId(f"{base}{quote}.{CRYPTO_VENUE}"), asset.symbol, asset.name or asset.symbol,
                     CRYPTO_VENUE, asset.price_increment or _CRYPTO_STEP, asset.min_trade_increment or _CRYPTO_STEP,
                     Crypto(base), currency=quote, calendar="24/7")  # fmt: skip
    if asset.asset_class != EQUITY:
        raise ConfigError(f"{asset.symbol} is of class {asset.asset_class!r}, which the desk does not trade here")
    venue = VENUES.get(asset.exchange)
    if venue is None:
        raise ConfigError(f"{asset.symbol} trades at {asset.exchange!r}, which is no venue known here")
    ident = InstrumentId(f"{asset.symbol.replace('.', '-').replace('/', '-')}.{venue}")
    return _made(ident, asset.symbol, asset.name or asset.symbol, venue, asset.price_increment or _CENT, Decimal(1),
                 Equity())  # fmt: skip


def is_option(symbol: str) -> bool:
    """Whether a symbol is an option's."""
    return _OCC.fullmatch(symbol) is not None


def occ(symbol: str) -> re.Match[str]:
    """The parts of an option's name; raises ProtocolError."""
    parts = _OCC.fullmatch(symbol)
    if parts is None:
        raise ProtocolError(f"{symbol!r} is no option's name")
    return parts


def _option(parts: re.Match[str], underlying: InstrumentId) -> Option:
    text = parts["date"]
    try:
        expiry = date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as problem:
        raise ProtocolError(f"{parts[0]!r} names no day") from problem
    right = Right.CALL if parts["right"] == "C" else Right.PUT
    return Option(underlying, expiry, Decimal(parts["strike"]) / 1000, right)


def _made(
    ident: InstrumentId, symbol: str, name: str, venue: str, tick: Decimal, lot: Decimal, contract: Contract, *,
    currency: str = "USD", calendar: str = "XNYS", multiplier: Decimal = Decimal(1),
) -> Instrument:  # fmt: skip
    return Instrument(id=ident, symbol=symbol, name=name[:80], venue=venue, currency=currency, tick_size=tick,
                      lot_size=lot, contract=contract, multiplier=multiplier, calendar=calendar)  # fmt: skip
