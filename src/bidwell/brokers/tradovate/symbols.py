"""Contracts at Tradovate and ours, one to one: its contract 3001 named ESZ6 is ESZ6.XCME, as at every broker.

A contract's terms are told in five places: the contract, its month, its product, the product's exchange and currency. What
does not agree with the exchange's own specification is refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bidwell.brokers.tradovate import wire
from bidwell.brokers.transport import moment, positive
from bidwell.model import futures
from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument

# Unconfirmed: how Tradovate writes the names of the four exchanges of CME Group.
VENUES = {"CME": "XCME", "CBOT": "XCBT", "NYMEX": "XNYM", "COMEX": "XCEC"}
CONTINUOUS = "@"
CLOSED_PRODUCTS = frozenset({"Inactive", "Locked"})
ROLL_AHEAD = timedelta(days=5)
"""So long before a contract's end its holder is told to roll."""


class UnknownContract(ProtocolError):
    """A contract that the book has not learned yet; `contract` is Tradovate's number."""

    def __init__(self, contract: int) -> None:
        super().__init__(f"Tradovate named contract {contract}, which has not been looked up so far")
        self.contract = contract


@dataclass(frozen=True, slots=True)
class Month:
    """What Tradovate says of a contract's end; `first_notice` is the first day on which delivery may be called for."""

    symbol: str
    is_front: bool
    expiry: date | None
    first_notice: date | None

    def warning(self, today: date) -> str:
        """Why its holder should roll, empty while there is no reason."""
        ends = [(day, what) for day, what in ((self.expiry, "expires"), (self.first_notice, "may be called for delivery"))
                if day is not None and day - today <= ROLL_AHEAD]  # fmt: skip
        if not ends:
            return ""
        day, what = min(ends)
        return f"{self.symbol} {what} on {day.isoformat()}: close it or roll it to the next month"


class SymbolBook:
    """Both directions of the mapping; a contract that cannot be one of ours is refused, with the reason."""

    def __init__(self) -> None:
        self._ids: dict[int, InstrumentId] = {}
        self._contracts: dict[InstrumentId, wire.Contract] = {}
        self._instruments: dict[int, Instrument] = {}
        self._refused: dict[int, str] = {}
        self.months: dict[int, Month] = {}
        self.products: dict[int, wire.Product] = {}
        self.exchanges: dict[int, str] = {}
        self.currencies: dict[int, str] = {}
        self.refused: dict[str, str] = {}

    def remember(self, exchanges: Iterable[wire.Named] = (), currencies: Iterable[wire.Named] = (),
                 products: Iterable[wire.Product] = ()) -> None:  # fmt: skip
        """Keep what contracts refer to."""
        self.exchanges |= {each.id: each.name for each in exchanges}
        self.currencies |= {each.id: each.name for each in currencies}
        self.products |= {each.id: each for each in products}

    def has_terms(self, product: int) -> bool:
        """Whether a product and all that it refers to is known, so that its contracts can be learned."""
        known = self.products.get(product)
        return known is not None and known.exchange_id in self.exchanges and known.currency_id in self.currencies

    def learn(self, contract: wire.Contract, maturity: wire.Maturity) -> Instrument | None:
        """Take a contract in, its product, exchange and currency being known; None for one that is refused."""
        try:
            made = self._instrument(contract, maturity)
        except (ConfigError, InvalidInput, ProtocolError, OverflowError) as problem:
            self._refused[contract.id] = self.refused[contract.name] = str(problem)
            return None
        self._refused.pop(contract.id, None)
        self._ids[contract.id], self._contracts[made.id] = made.id, contract
        self._instruments[contract.id] = made
        self.months[contract.id] = Month(contract.name, maturity.is_front, _day(maturity.expiration_date),
                                         _day(maturity.first_intent_date))  # fmt: skip
        return made

    def id_of(self, contract: int) -> InstrumentId:
        """Our id of a contract; raises UnknownContract, ProtocolError for one that is refused."""
        found = self._ids.get(contract)
        if found is not None:
            return found
        if contract in self._refused:
            raise ProtocolError(self._refused[contract])
        raise UnknownContract(contract)

    def contract_of(self, instrument: InstrumentId) -> wire.Contract | None:
        """Tradovate's contract of an instrument, None where the book has not learned it."""
        return self._contracts.get(instrument)

    def instrument(self, contract: int) -> Instrument | None:
        """The instrument of a contract that was learned."""
        return self._instruments.get(contract)

    def knows(self, contract: int) -> bool:
        """Whether a contract can be mapped, or is refused for good."""
        return contract in self._ids or contract in self._refused

    def is_open(self, contract: wire.Contract, maturity: wire.Maturity) -> bool:
        """Whether the contract's product takes orders."""
        product = self.products.get(maturity.product_id)
        return contract.id in self._ids and product is not None and product.status not in CLOSED_PRODUCTS

    def _instrument(self, contract: wire.Contract, maturity: wire.Maturity) -> Instrument:
        product = self.products.get(maturity.product_id)
        if product is None:
            raise ConfigError(f"{contract.name} is of product {maturity.product_id}, which Tradovate does not show")
        year, month = divmod(maturity.expiration_month, 100)
        if not (1 <= month <= 12 and 1990 <= year <= 2100):
            raise ConfigError(f"{contract.name} is said to end in {maturity.expiration_month}")
        if futures.contract_symbol(product.name, year, month) != contract.name:
            raise ConfigError(f"{contract.name} is said to be of {product.name} in {maturity.expiration_month}")
        known = futures.product(product.name)
        exchange = self.exchanges.get(product.exchange_id, "")
        if VENUES.get(exchange) != known.venue:
            raise ConfigError(
                f"{contract.name} trades at {exchange!r} there, and at {known.venue} by its specification"
            )
        currency = self.currencies.get(product.currency_id, "")
        if currency != "USD":
            raise ConfigError(f"{contract.name} is said to be in {currency!r} rather than in USD")
        return futures.contract(product.name, year, month, positive(product.tick_size, "tickSize"),
                                positive(product.value_per_point, "valuePerPoint"))  # fmt: skip


def guess(instrument: InstrumentId) -> str:
    """What Tradovate calls an instrument of ours; its list has to confirm it."""
    return instrument.rpartition(".")[0]


def _day(text: str | None) -> date | None:
    """The day of a time that Tradovate gives a month's end by; it may come without a zone."""
    if not text:
        return None
    if len(text) == len("2026-12-18"):
        try:
            return date.fromisoformat(text)
        except ValueError as problem:
            raise ProtocolError(f"{text!r} is no day") from problem
    return moment(text, "a month's end").date()
