"""Pairs of an exchange and our instruments, one to one: BTC/USDT at Binance is BTCUSDT.BINANCE."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bidwell.brokers.ccxt_exchanges.wire import Market
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Crypto, Instrument


class PairBook:
    """Both directions of the mapping; a pair or an id that would stand for two things is refused, with the reason.

    `library` are the pairs as the library learned them, for the other sessions of the same exchange; `version` counts how
    often they were read, `read_at` (monotonic seconds) is when.
    """

    def __init__(self, venue: str) -> None:
        self._venue = venue
        self._instruments: dict[str, Instrument] = {}
        self._symbols: dict[InstrumentId, str] = {}
        self._markets: dict[str, Market] = {}
        self._names: dict[str, str] = {}
        self.library: dict[str, Any] = {}
        self.version = 0
        self.read_at: float | None = None
        self.refused: dict[str, str] = {}

    def learn(self, markets: Iterable[Market]) -> None:
        """Take the list in."""
        for market in markets:
            if market.symbol not in self.refused:
                self._learn(market)

    def instruments(self) -> list[Instrument]:
        """Everything that can be traded now."""
        return [made for symbol, made in self._instruments.items() if self._markets[symbol].active is not False]

    def instrument(self, name: str) -> Instrument | None:
        """What the exchange or the library calls `name` (BTCUSDT, BTC/USDT); None where it does not trade it."""
        symbol = self._names.get(name.upper())
        made = self._instruments.get(symbol) if symbol is not None else None
        return made if made is None or self._markets[made.symbol].active is not False else None

    def pair(self, base: str, quote: str) -> InstrumentId | None:
        """The instrument that is a coin against another."""
        made = self._instruments.get(f"{base}/{quote}")
        return None if made is None else made.id

    def id_of(self, symbol: str) -> InstrumentId:
        """Our id of a pair; raises ProtocolError for one that is unknown or refused, with the reason."""
        made = self._instruments.get(symbol)
        if made is None:
            raise ProtocolError(self.refused.get(symbol) or f"the exchange named {symbol!r}, which is not in its list")
        return made.id

    def symbol_of(self, instrument: InstrumentId) -> str | None:
        """The pair's name of an instrument, None where there is none."""
        return self._symbols.get(instrument)

    def of(self, symbol: str) -> Instrument:
        """A pair that `id_of` knows."""
        return self._instruments[symbol]

    def _learn(self, market: Market) -> None:
        try:
            made = instrument(market, self._venue)
        except ConfigError as problem:
            self.refused[market.symbol] = str(problem)
            return
        holder = self._symbols.get(made.id)
        if holder not in {None, market.symbol}:
            reason = f"{holder} and {market.symbol} both stand for {made.id}"
            for each in (holder or "", market.symbol):
                self.refused[each] = reason
                self._instruments.pop(each, None)
            del self._symbols[made.id]
            return
        self._symbols[made.id] = market.symbol
        self._instruments[market.symbol] = made
        self._markets[market.symbol] = market
        for name in (market.symbol, market.id, made.id.rpartition(".")[0]):
            self._names[name.upper()] = market.symbol


def instrument(market: Market, venue: str) -> Instrument:
    """A pair as an instrument; raises ConfigError where it cannot be one."""
    steps = market.precision
    if steps.price is None or steps.amount is None:
        raise ConfigError(f"{market.symbol} has no steps of price and quantity")
    return Instrument(
        id=InstrumentId(f"{market.base}{market.quote}.{venue}"), symbol=market.symbol, name=market.symbol, venue=venue,
        currency=market.quote, tick_size=steps.price, lot_size=steps.amount, contract=Crypto(market.base),
        min_notional=market.limits.cost.min or Decimal(0), calendar="24/7",
    )  # fmt: skip
