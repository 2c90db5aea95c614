"""Brokers as the application offers them: a guide, a read-only test, a session, instruments and prices for each.

A broker is one entry of `BROKERS`: a module, imported when it is first used, and where it is not `make` its maker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar, cast, runtime_checkable

from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError

if TYPE_CHECKING:
    from datetime import date

    from bidwell.app.desk_orders import DeskOrders
    from bidwell.brokers.transport import Guide
    from bidwell.engine.ports import BrokerSession, Clock, Entropy, FeedListener
    from bidwell.model.account import Account
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.model.market import Quote
    from bidwell.server.ports import ProbedAccount


@dataclass(frozen=True, slots=True)
class Access:
    """As whom and where a broker is called: a credential's `fields` and what goes with them."""

    fields: Mapping[str, str]
    environment: str
    twin: str = ""
    proxy: str | None = None


def _nothing(_account: AccountId) -> Mapping[ClientOrderId, InstrumentId]:
    return {}


def _nobody(_account: AccountId) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Means:
    """What every session is given.

    `traded` are the desk's own open orders of an account, with their instruments, `orders` what else it remembers of them,
    None for who has no desk. Where `polled`, somebody else may have the broker's stream: a broker that allows one is only
    asked.
    """

    clock: Clock
    entropy: Entropy
    traded: Callable[[AccountId], Mapping[ClientOrderId, InstrumentId]] = _nothing
    polled: bool = False
    orders: Callable[[AccountId], DeskOrders | None] = _nobody


class Prices(Protocol):
    """A broker's prices for instruments that are followed."""

    async def connect(self, listener: FeedListener) -> None: ...
    async def follow(self, instruments: Sequence[InstrumentId]) -> None: ...
    async def close(self) -> None: ...


class Brokerage(Protocol):
    """One broker, as `app.brokerages.<name>` fulfils it."""

    guide: Guide

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        ...

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        ...

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential; raises BrokerError."""
        ...

    async def held(self, access: Access, means: Means) -> list[str]:
        """The broker's symbols of everything that is held or worked."""
        ...

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind the broker's symbols; what it does not list is left out."""
        ...

    def prices(self, access: Access, means: Means) -> Prices | None:
        """Its prices, None where it has none for us."""
        ...


@dataclass(frozen=True, slots=True)
class Directory:
    """A broker's whole list.

    `rows` are made one at a time, in a thread, and `refused` (why a name stands for nothing here) may fill as they are.
    What is found is listed by its id, or by its symbol; `note` says what the list lacks.
    """

    rows: Iterable[Instrument]
    refused: Mapping[str, str]
    by_id: bool = False
    note: str = ""


@runtime_checkable
class Enumerating(Protocol):
    """A brokerage whose broker tells what it lists."""

    async def directory(self, access: Access, means: Means) -> Directory:
        """The broker's list; raises BrokerError."""
        ...


class ChainMarket(Protocol):
    """A broker's option chains, between `open` and `close`."""

    def open(self) -> None: ...

    async def close(self) -> None: ...

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options of an underlying expire, the nearest first; raises BrokerError, Missing."""
        ...

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of an underlying, of one expiry or of all; raises BrokerError, Missing."""
        ...


@runtime_checkable
class Quoting(Protocol):
    """A market that tells the newest prices of instruments when it is asked."""

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one; raises BrokerError, Missing."""
        ...


@dataclass(frozen=True, slots=True)
class Chains:
    """Where a broker's option chains are read; an option is listed by its id, or by its symbol."""

    market: ChainMarket
    by_id: bool = False


@runtime_checkable
class Chaining(Protocol):
    """A brokerage whose broker tells option chains."""

    def chains(self, access: Access, means: Means) -> Chains:
        """Its chains, not opened yet."""
        ...


@runtime_checkable
class Switched(Protocol):
    """A session of a broker that can be told to let no order of the account pass."""

    async def turn_kill_switch(self, *, on: bool) -> str:
        """Turn it, and give what the broker says; raises BrokerError."""
        ...


@runtime_checkable
class Redeeming(Protocol):
    """A brokerage whose login begins with a code that a person brings and that is good once."""

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:
        """The fields to keep in place of those given, the code exchanged; the same for the same code.

        Raises InvalidInput, Refused, Unavailable.
        """
        ...


@runtime_checkable
class Hinting(Protocol):
    """A brokerage whose broker posts to an address of ours when something changed."""

    def hint(self, access: Access, body: bytes) -> bool:
        """Whether a message proves to be the broker's; nothing else of it is believed."""
        ...


R = TypeVar("R")


def made(make: Callable[[R], Instrument | None], rows: Iterable[R], refused: dict[str, str]) -> Iterator[Instrument]:
    """The instruments that rows are; why another is none goes to `refused`."""
    for row in rows:
        try:
            found = make(row)
        except (ConfigError, ProtocolError) as problem:
            refused[str(row)] = str(problem)
            continue
        if found is not None:
            yield found


async def redeemed(broker: Brokerage, access: Access, means: Means) -> Access:
    """The access with which a broker is called from now on, and which is kept."""
    if not isinstance(broker, Redeeming):
        return access
    return replace(access, fields=dict(await broker.redeem(access, means)))


BROKERS: dict[str, str] = {
    "alpaca": "bidwell.app.brokerages.alpaca",
    "angelone": "bidwell.app.brokerages.angelone",
    "binance": "bidwell.app.brokerages.exchanges:binance",
    "bybit": "bidwell.app.brokerages.exchanges:bybit",
    "coinbase": "bidwell.app.brokerages.exchanges:coinbase",
    "dhan": "bidwell.app.brokerages.dhan",
    "fyers": "bidwell.app.brokerages.fyers",
    "ibkr": "bidwell.app.brokerages.ibkr",
    "kraken": "bidwell.app.brokerages.exchanges:kraken",
    "okx": "bidwell.app.brokerages.exchanges:okx",
    "schwab": "bidwell.app.brokerages.schwab",
    "topstepx": "bidwell.app.brokerages.topstepx",
    "tradovate": "bidwell.app.brokerages.tradovate",
    "zerodha": "bidwell.app.brokerages.zerodha",
}


def brokerage(name: str) -> Brokerage:
    """A broker by name; raises InvalidInput for one that there is not."""
    place = BROKERS.get(name)
    if place is None:
        raise InvalidInput("broker.unknown", f"there is no broker {name!r}", field="broker", hint=", ".join(BROKERS))
    module, _, maker = place.partition(":")
    made = cast("Callable[[], Brokerage]", getattr(import_module(module), maker or "make"))
    return made()
