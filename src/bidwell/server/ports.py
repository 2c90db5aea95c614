"""What the server asks of the world beside a desk, as protocols that `app` wires."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from bidwell.engine.ports import Entry, SessionReport, SessionState
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.risk_events import DrillStep
from bidwell.model.role import Role

# --- identity ---------------------------------------------------------------------------------------


class UserRow(Protocol):
    """A person; `login` is the e-mail address."""

    @property
    def id(self) -> str: ...
    @property
    def login(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


class WorkspaceRow(Protocol):
    """A workspace."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def currency(self) -> str: ...


class MemberRow(Protocol):
    """A person's part in a workspace."""

    @property
    def user(self) -> UserRow: ...
    @property
    def role(self) -> Role: ...


class SessionRow(Protocol):
    """A signed-in browser; `authenticated_at` is when the password was last given."""

    @property
    def id(self) -> str: ...
    @property
    def user(self) -> UserRow: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def seen_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def authenticated_at(self) -> datetime: ...
    @property
    def address(self) -> str: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def roles(self) -> Mapping[str, Role]: ...


class KeyRow(Protocol):
    """A machine's key in one workspace; `role` is its maker's there now."""

    @property
    def id(self) -> str: ...
    @property
    def workspace(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def addresses(self) -> tuple[str, ...]: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def last_used_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...
    @property
    def role(self) -> Role | None: ...


class Users(Protocol):
    """People, their passwords and their roles; a password is never evaluated before the throttle counted it."""

    async def any(self) -> bool: ...
    async def workspaces(self, user: str) -> Sequence[WorkspaceRow]: ...
    async def authenticate(self, login: str, password: str, address: str, now: datetime) -> UserRow: ...
    async def change_password(
        self, user: str, password: str, now: datetime, keep_session: str | None = None
    ) -> None: ...
    async def members(self, workspace: str) -> Sequence[MemberRow]: ...
    async def set_role(self, workspace: str, user: str, role: Role | None, now: datetime) -> None: ...


class SetupLinks(Protocol):
    """One-time links by which a person makes an account."""

    async def create(self, workspace: str, role: Role, now: datetime) -> str: ...
    async def redeem(self, secret: str, login: str, name: str, password: str, now: datetime) -> UserRow: ...


class Sessions(Protocol):
    """Server-side sessions behind opaque secrets."""

    async def create(
        self,
        user: Any,  # noqa: ANN401 - the row that `authenticate` gave
        now: datetime,
        address: str = "",
        user_agent: str = "",
    ) -> tuple[str, SessionRow]: ...
    async def find(self, secret: str, now: datetime) -> SessionRow | None: ...
    async def rotate(
        self, secret: str, now: datetime, *, authenticated: bool = False
    ) -> tuple[str, SessionRow] | None: ...
    async def of_user(self, user: str, now: datetime) -> Sequence[SessionRow]: ...
    async def revoke(self, user: str, session: str, now: datetime) -> bool: ...


class ApiKeys(Protocol):
    """Keys for machines."""

    async def create(
        self,
        workspace: str,
        user: str,
        name: str,
        scopes: Iterable[str],
        now: datetime,
        *,
        expires_at: datetime | None = None,
        addresses: Iterable[str] = (),
    ) -> tuple[str, KeyRow]: ...
    async def find(self, key: str, address: str, now: datetime) -> KeyRow | None: ...
    async def of_workspace(self, workspace: str) -> Sequence[KeyRow]: ...
    async def revoke(self, workspace: str, key: str, now: datetime) -> bool: ...


class AuditRow(Protocol):
    """One deed; `detail` is a JSON object."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def object(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Audit(Protocol):
    """A chain of deeds for each workspace, and one for what belongs to none."""

    async def record(
        self,
        workspace: str,
        now: datetime,
        *,
        actor: str,
        action: str,
        object: str = "",  # noqa: A002 - authorize(actor, action, object) is how security speaks
        outcome: str = "allowed",
        address: str = "",
        detail: dict[str, Any] | None = None,
    ) -> AuditRow: ...
    async def rows(self, workspace: str, before: int | None = None, limit: int = 100) -> Sequence[AuditRow]: ...


class Identity(Protocol):
    """One door to everything about who may come in."""

    @property
    def users(self) -> Users: ...
    @property
    def setup_links(self) -> SetupLinks: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def audit(self) -> Audit: ...


# --- journal, alerts, market ------------------------------------------------------------------------


class JournalReader(Protocol):
    """One workspace's journal for reading."""

    def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Entries with a sequence above `after`, in order, in batches."""
        ...

    async def head(self) -> int:
        """The last durable sequence."""
        ...


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One message that came for a strategy: what became of it; `body` has no token in it."""

    at: datetime
    outcome: str
    code: str
    detail: str
    intent: str | None
    body: str


class AlertLog(Protocol):
    """The history of messages by strategy."""

    async def add(self, workspace: str, strategy: str, record: AlertRecord) -> None:
        """Keep one message."""
        ...

    async def read(self, workspace: str, strategy: str) -> Sequence[AlertRecord]:
        """What is kept, newest first."""
        ...


class SpeedControl(Protocol):
    """A feed whose market clock can run faster than the wall clock."""

    async def set_speed(self, speed: Decimal) -> Decimal:
        """Market seconds per second from now on (zero pauses); gives the speed in force."""
        ...

    @property
    def speed(self) -> Decimal:
        """The speed in force."""
        ...


class PaperVenue(Protocol):
    """Where paper accounts are held."""

    async def open_account(self, account: Account, cash: Decimal) -> None:
        """Open an account there with cash in its currency; opening it again changes nothing."""
        ...


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
    """A broker in the connect wizard."""

    broker: str
    title: str
    fields: tuple[AskedField, ...]
    environments: tuple[AskedEnvironment, ...]
    steps: tuple[str, ...]
    page: str
    leverage: Decimal = Decimal(1)


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

    async def add_instruments(self, account: AccountId, symbols: Sequence[str]) -> Sequence[InstrumentId]:
        """List the broker's symbols in the workspace; raises InvalidInput for one that it does not trade."""
        ...

    async def search_instruments(self, account: AccountId, text: str, limit: int) -> InstrumentSearch:
        """What the list of the account's broker has of a text, the best first; the first search begins to read it."""
        ...


Probe = Callable[[], Awaitable[tuple[bool, str]]]
Probes = Mapping[str, Probe]
