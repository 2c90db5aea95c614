"""What the server asks of accounts at brokers: how they are connected, logged in, searched and drilled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from bidwell.engine.ports import MarginSource, SessionReport, SessionState
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.risk_events import DrillStep
from bidwell.server.ports.chains import OptionChain, OptionExpiries


@dataclass(frozen=True, slots=True)
class ProbedAccount:
    """What a read-only look at a broker shows of the account behind a credential, in the account's currency."""

    number: str
    currency: str
    cash: Decimal
    equity: Decimal | None
    buying_power: Decimal | None
    status: str


@dataclass(frozen=True, slots=True)
class AskedField:
    """One thing that a person enters to connect an account; `where` says where the broker shows it."""

    name: str
    label: str
    where: str
    secret: bool
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedEnvironment:
    """Where orders can go: `live` moves real money."""

    name: str
    title: str
    live: bool


@dataclass(frozen=True, slots=True)
class BrokerOffer:
    """A broker in the connect wizard; `chains` says whether it tells option chains."""

    broker: str
    title: str
    fields: tuple[AskedField, ...]
    environments: tuple[AskedEnvironment, ...]
    steps: tuple[str, ...]
    page: str
    leverage: Decimal = Decimal(1)
    chains: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person entered. `twin` is the address of a stand-in on this machine, `proxy` the account's own way out."""

    broker: str
    environment: str
    fields: Mapping[str, str] = field(repr=False)
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Linked:
    """How an account is connected; `hint` is the part of the credential that may be shown."""

    environment: str
    number: str
    hint: str
    report: SessionReport
    proxied: bool = False


@dataclass(frozen=True, slots=True)
class DailyLogin:
    """An account whose broker wants a login each day: how its session is, and what a person brings back of a login."""

    account: AccountId
    session: SessionState
    fields: tuple[AskedField, ...]


class ListState(StrEnum):
    """How a broker's list of instruments is; a broker without a list takes exact symbols only."""

    READY = "ready"
    LOADING = "loading"
    FAILED = "failed"
    EXACT_ONLY = "exact_only"


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """A row of a broker's list; `kind` is equity, index, crypto, forex, future, call or put, `pick` what lists it."""

    id: InstrumentId
    symbol: str
    name: str
    kind: str
    underlying: str
    expiry: date | None
    strike: str
    pick: str


@dataclass(frozen=True, slots=True)
class InstrumentSearch:
    """What was found in a broker's list, and how the list is.

    `reason` says why there is none or why it is old, `note` what it lacks; `left_out` counts names that stand for
    nothing here, and `colliding` says of some why: two of them would stand for one thing.
    """

    state: ListState
    items: tuple[FoundInstrument, ...] = ()
    rows: int = 0
    loaded_at: datetime | None = None
    reason: str = ""
    note: str = ""
    left_out: int = 0
    colliding: tuple[str, ...] = ()


class Drills(Protocol):
    """Fire drills at brokers' twins."""

    def offered(self, broker: str) -> bool:
        """Whether there is a twin to drill at, and a login to it that needs no person."""
        ...

    async def run(self, broker: str) -> tuple[DrillStep, ...]:
        """Drill; raises InvalidInput for a broker that has no twin, Unavailable where the drill ends early."""
        ...


class Connections(Protocol):
    """Accounts at brokers over the network: credentials are kept sealed and opened only here."""

    def offers(self) -> Sequence[BrokerOffer]:
        """The brokers that there are."""
        ...

    async def probe(self, given: Credentials) -> ProbedAccount:
        """Look at the account behind a credential and keep nothing; raises InvalidInput, ConfigError, BrokerError."""
        ...

    async def connect(
        self, given: Credentials, name: str, *, fractional: bool, leverage: Decimal | None, actor: str
    ) -> Account:
        """Test, seal and keep the credential, define the account and open its session; a live one begins halted.

        Without a `leverage` the account has its broker's usual one.
        """
        ...

    async def renew(self, account: AccountId, given: Credentials | None) -> None:
        """Open the session anew, with another credential where one is given; raises BrokerError when it fails."""
        ...

    def logins(self) -> Sequence[DailyLogin]:
        """The accounts whose brokers want a login of a person each day."""
        ...

    async def log_in(self, account: AccountId, fields: Mapping[str, str]) -> None:
        """Go on with what a login of a person gave; raises InvalidInput, BrokerError."""
        ...

    def hinted(self, account: AccountId, body: bytes) -> bool:
        """Look at the broker where a message proves to be its own; whether it did. Nothing else of it is believed."""
        ...

    async def forget(self, account: AccountId, actor: str) -> None:
        """End the session, switch the account off and remove its credential."""
        ...

    def linked(self, account: AccountId) -> Linked | None:
        """How an account is connected; None for one that is not so."""
        ...

    async def turn_kill_switch(self, account: AccountId, *, on: bool) -> str:
        """Let no order of an account pass at its broker, or let them pass again; what the broker says to it.

        Raises InvalidInput for a broker without such a switch, BrokerError.
        """
        ...

    def margin_source(self, account: AccountId) -> MarginSource | None:
        """Who says what orders of an account would take at its broker; None where nobody does."""
        ...

    async def add_instruments(self, account: AccountId, symbols: Sequence[str]) -> Sequence[InstrumentId]:
        """List the broker's symbols in the workspace; raises InvalidInput for one that it does not trade."""
        ...

    async def search_instruments(self, account: AccountId, text: str, limit: int) -> InstrumentSearch:
        """What the list of the account's broker has of a text, the best first; the first search begins to read it."""
        ...

    async def option_expiries(self, account: AccountId, underlying: str) -> OptionExpiries:
        """The expiries of the options that the account's broker lists on an underlying, named by id or symbol.

        Raises InvalidInput where the broker tells no chains, wants a login first or does not know the underlying, BrokerError.
        """
        ...

    async def option_chain(self, account: AccountId, underlying: str, expiry: date | None, strikes: int) -> OptionChain:
        """The `strikes` nearest to the money of one expiry, the nearest when None, with what prices are told.

        Raises InvalidInput as `option_expiries` does and for an expiry that is none, BrokerError.
        """
        ...
