"""Names at Interactive Brokers and ours, one to one, by the number of the contract (conId).

A share AAPL is AAPL.XNAS by its primary exchange, a future is its exchange's symbol (ESZ6.XCME), an option its OCC name
with .OPRA. No order tells a share's venue: the book learns each contract by its details before it maps it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from bidwell.brokers.ibkr import wire
from bidwell.brokers.transport import positive
from bidwell.model import futures
from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Instrument, Option, Right

STOCK, FUTURE, OPTION = "STK", "FUT", "OPT"
SMART = "SMART"
VENUES = {"NASDAQ": "XNAS", "NYSE": "XNYS", "ARCA": "ARCX", "AMEX": "XASE", "BATS": "BATS", "PINK": "OTCM"}
"""Unconfirmed: PINK; the others are IBKR's names of primary exchanges."""
EXCHANGES = {"XCME": "CME", "XCBT": "CBOT", "XNYM": "NYMEX", "XCEC": "COMEX"}
OPTION_VENUE = "OPRA"
UNDERLYINGS = {
    "6A": "AUD", "6B": "GBP", "6C": "CAD", "6E": "EUR", "6J": "JPY", "6M": "MXP", "6N": "NZD", "6S": "CHF", "BTC": "BRR",
    "ETH": "ETHUSDRR",
}  # fmt: skip
"""Unconfirmed: under which symbol a product is kept whose trading class is the exchange's root."""

_SHARE = re.compile(r"[A-Z][A-Z0-9]{0,9}(?:[ .-][A-Z]{1,3})?")
_OCC = re.compile(r"(?P<root>[A-Z0-9]{1,6}) *(?P<date>\d{6})(?P<right>[CP])(?P<strike>\d{8})")
_THOUSAND = Decimal(1000)


class UnknownContract(ProtocolError):
    """A contract that the book has not learned yet."""

    def __init__(self, contract: wire.Contract) -> None:
        super().__init__(f"{contract.local_symbol or contract.symbol} ({contract.con_id}) is not learned yet")
        self.contract = contract


class SymbolBook:
    """Both directions of the mapping; what would stand for two things is refused, with the reason."""

    def __init__(self) -> None:
        self._ids: dict[int, InstrumentId] = {}
        self._routes: dict[InstrumentId, wire.Contract] = {}
        self._multipliers: dict[InstrumentId, Decimal] = {}
        self._refused: dict[int, str] = {}
        self.instruments: dict[str, Instrument] = {}

    def learn(self, row: wire.Details, underlying: InstrumentId | None = None) -> Instrument | None:
        """Take a contract's details in; `underlying` is an option's. None for one that is refused."""
        number = row.contract.con_id
        try:
            made = instrument(row, underlying)
        except (ConfigError, InvalidInput, ProtocolError, OverflowError) as problem:
            self._refused[number] = str(problem)
            return None
        known = self._routes.get(made.id)
        if known is not None and known.con_id != number:
            self._refused[number] = f"contracts {known.con_id} and {number} both stand for {made.id}"
            return None
        self._ids[number] = made.id
        self._routes[made.id] = _route(row.contract)
        self.instruments[made.symbol] = made
        self._multipliers[made.id] = made.multiplier
        return made

    def id_of(self, contract: wire.Contract) -> InstrumentId:
        """Our id of a contract; raises UnknownContract, ProtocolError for one that is refused."""
        found = self._ids.get(contract.con_id)
        if found is not None:
            return found
        if contract.con_id in self._refused:
            raise ProtocolError(self._refused[contract.con_id])
        raise UnknownContract(contract)

    def route(self, instrument: InstrumentId) -> wire.Contract | None:
        """The contract by which an instrument is traded, None where the book has not learned it."""
        return self._routes.get(instrument)

    def multiplier(self, instrument: InstrumentId) -> Decimal:
        """What one point of an instrument that was learned is worth."""
        return self._multipliers[instrument]

    def refuse(self, contract: wire.Contract, reason: str) -> None:
        """Ask for a contract no more."""
        self._refused[contract.con_id] = reason

    def knows(self, contract: wire.Contract) -> bool:
        """Whether a contract can be mapped, or is refused for good."""
        return contract.con_id in self._ids or contract.con_id in self._refused


def is_foreign(contract: wire.Contract) -> bool:
    """Whether a contract is of a kind that the desk trades nowhere here, so that it can miss nothing of it."""
    return contract.sec_type not in {STOCK, FUTURE, OPTION} or contract.currency != "USD"


def question(symbol: str, today: date) -> wire.Contract | None:
    """What to ask Interactive Brokers for behind what a person calls an instrument; None for no such name."""
    text = symbol.strip().upper()
    option = _OCC.fullmatch(text)
    if option is not None:
        name = f"{option['root']:<6}{option['date']}{option['right']}{option['strike']}"
        return wire.Contract(sec_type=OPTION, exchange=SMART, currency="USD", local_symbol=name)
    try:
        root, year, month = futures.split_symbol(text, today)
    except InvalidInput:
        if not _SHARE.fullmatch(text):
            return None
        return wire.Contract(symbol=re.sub("[.-]", " ", text), sec_type=STOCK, exchange=SMART, currency="USD")
    return replace(product(root), expiry=f"{year}{month:02d}")


def product(root: str) -> wire.Contract:
    """What to ask for every month of a future; raises ConfigError for a root that the desk does not know."""
    return wire.Contract(symbol=UNDERLYINGS.get(root, root), sec_type=FUTURE, currency="USD", trading_class=root,
                         exchange=EXCHANGES[futures.product(root).venue])  # fmt: skip


def chain(share: wire.Contract, expiry: date) -> wire.Contract:
    """What to ask for every option of a share that ends on a day."""
    return wire.Contract(symbol=share.symbol, sec_type=OPTION, expiry=f"{expiry:%Y%m%d}", exchange=SMART,
                         currency=share.currency)  # fmt: skip


def guess(instrument: InstrumentId, today: date) -> wire.Contract | None:
    """What an instrument of ours most likely is there; its details have to confirm it."""
    symbol, _, venue = instrument.rpartition(".")
    if venue not in EXCHANGES and venue != OPTION_VENUE and venue not in VENUES.values():
        return None
    found = question(symbol, today)
    kinds = {OPTION_VENUE: OPTION, **dict.fromkeys(EXCHANGES, FUTURE)}
    if found is None or found.sec_type != kinds.get(venue, STOCK):
        return None
    listed = next((name for name, code in VENUES.items() if code == venue), "")
    return replace(found, primary_exchange=listed) if found.sec_type == STOCK else found


def underlying_of(row: wire.Details) -> wire.Contract | None:
    """The share below an option; None for what is no option on a share."""
    if row.contract.sec_type != OPTION:
        return None
    return wire.Contract(symbol=row.under_symbol or row.contract.symbol, sec_type=STOCK, exchange=SMART,
                         currency=row.contract.currency)  # fmt: skip


def instrument(row: wire.Details, underlying: InstrumentId | None = None) -> Instrument:
    """A contract's details as an instrument; raises ConfigError where it cannot be one."""
    makers = {STOCK: _stock, FUTURE: _future, OPTION: _option}
    make = makers.get(row.contract.sec_type)
    if make is None:
        raise ConfigError(
            f"{row.contract.local_symbol} is of type {row.contract.sec_type!r}, which the desk does not trade here"
        )
    if row.contract.currency != "USD":
        raise ConfigError(f"{row.contract.local_symbol} is in {row.contract.currency!r}: the desk trades dollars here")
    return make(row, underlying)


def _stock(row: wire.Details, _underlying: InstrumentId | None) -> Instrument:
    symbol = row.contract.symbol
    venue = VENUES.get(row.contract.primary_exchange)
    if venue is None:
        raise ConfigError(f"{symbol} trades at {row.contract.primary_exchange!r}, which is no venue known here")
    return Instrument(InstrumentId(f"{symbol.replace(' ', '-').replace('.', '-')}.{venue}"), symbol, row.name or symbol, venue,
                      "USD", _tick(row), Decimal(1), Equity())  # fmt: skip


def _future(row: wire.Details, _underlying: InstrumentId | None) -> Instrument:
    root = row.contract.trading_class
    if not re.fullmatch(r"20\d{2}(0[1-9]|1[0-2])", row.month):
        raise ConfigError(f"{row.contract.local_symbol} is said to be of month {row.month!r}")
    if row.magnifier <= 0:
        raise ConfigError(f"{row.contract.local_symbol} has prices in {row.magnifier}ths of its currency")
    venue = futures.product(root).venue
    if row.contract.exchange != EXCHANGES[venue]:
        raise ConfigError(f"{row.contract.local_symbol} trades at {row.contract.exchange!r}, not at {EXCHANGES[venue]}")
    points = _multiplier(row) / row.magnifier
    return futures.contract(root, int(row.month[:4]), int(row.month[4:]), _tick(row), points)


def _option(row: wire.Details, underlying: InstrumentId | None) -> Instrument:
    contract = row.contract
    parts = _OCC.fullmatch(contract.local_symbol)
    if parts is None or underlying is None:
        raise ConfigError(f"{contract.local_symbol!r} is no option on a share that the desk knows")
    strike = Decimal(parts["strike"]) / _THOUSAND
    try:
        expiry = datetime.strptime(parts["date"], "%y%m%d").date()  # noqa: DTZ007 - a day
    except ValueError as problem:
        raise ConfigError(f"{contract.local_symbol!r} ends on no day") from problem
    if (
        contract.expiry != f"{expiry:%Y%m%d}"
        or Decimal(contract.strike or "0") != strike
        or contract.right[:1] != parts["right"]
    ):
        raise ConfigError(
            f"{contract.local_symbol} is said to be {contract.right} {contract.strike} until {contract.expiry}"
        )
    symbol = re.sub(" +", "", contract.local_symbol)
    right = Right.CALL if parts["right"] == "C" else Right.PUT
    return Instrument(InstrumentId(f"{symbol}.{OPTION_VENUE}"), symbol, row.name or symbol, OPTION_VENUE, "USD", _tick(row),
                      Decimal(1), Option(underlying, expiry, strike, right), multiplier=_multiplier(row))  # fmt: skip


def _tick(row: wire.Details) -> Decimal:
    return positive(row.min_tick, "minTick")


def _multiplier(row: wire.Details) -> Decimal:
    text = row.contract.multiplier
    if not re.fullmatch(r"\d{1,10}(\.\d{1,6})?", text):
        raise ConfigError(f"{row.contract.local_symbol} has multiplier {text!r}")
    return Decimal(text)


def _route(contract: wire.Contract) -> wire.Contract:
    """What an order names: the number of the contract, and where it goes."""
    exchange = contract.exchange if contract.sec_type == FUTURE else SMART
    return replace(contract, exchange=exchange, primary_exchange="")
