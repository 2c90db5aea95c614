"""Brokers and connections as the screen shows them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from bidwell.engine.ports import SessionLife
from bidwell.server.fields import Body, Flag, Instant, Name, Number, View, Whole
from bidwell.server.ports import AskedField, ListState

_Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]
_Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9&_./: -]{0,54}$")]
_Address = Annotated[str, StringConstraints(max_length=200)]


class BrokerField(View):
    """One thing to enter; `where` says where the broker shows it, and where there are `choices` it is one of them."""

    name: str
    label: str
    where: str
    secret: bool
    optional: bool
    choices: list[str]

    @classmethod
    def of(cls, asked: AskedField) -> BrokerField:
        """As a broker asks for it."""
        return cls(name=asked.name, label=asked.label, where=asked.where, secret=asked.secret, optional=asked.optional,
                   choices=list(asked.choices))  # fmt: skip


class BrokerEnvironment(View):
    """Where orders can go; `live` moves real money."""

    name: str
    title: str
    live: bool


class BrokerView(View):
    """A broker in the connect wizard; `page` is its page of the documentation, `leverage` its accounts' usual one.

    `chains` says whether it tells option chains.
    """

    broker: str
    title: str
    fields: list[BrokerField]
    environments: list[BrokerEnvironment]
    steps: list[str]
    page: str
    leverage: Number
    chains: Flag


class BrokerList(View):
    """Every broker that an account can be connected at."""

    items: list[BrokerView]


class CredentialBody(Body):
    """What a person entered; `twin` is the address of a stand-in on this machine, `proxy` this account's way out."""

    environment: _Word
    fields: Annotated[dict[_Word, SecretStr], Field(max_length=12)]
    twin: _Address = ""
    proxy: Annotated[SecretStr, Field(max_length=300)] | None = None


class ConnectBody(CredentialBody):
    """An account to connect under a name; `fractional` ones trade down to a millionth of a unit.

    Without a `leverage` it has its broker's usual one.
    """

    name: Name
    fractional: Flag = False
    leverage: Annotated[Number, Field(ge=1, le=100)] | None = None


class ProbeView(View):
    """The account that a credential opens, as the broker shows it; nothing was kept."""

    number: str
    currency: str
    cash: Number
    equity: Number | None
    buying_power: Number | None
    status: str
    live: bool


class TroubleView(View):
    """Something that went wrong lately."""

    at: Instant
    what: str
    code: str
    sentence: str


class ConnectionView(View):
    """An account's connection; `data_age` is in seconds, `clock_skew` the broker's clock less ours in seconds."""

    broker: str
    environment: str
    number: str
    hint: str
    life: SessionLife
    reason: str
    login_url: str
    until: Instant | None
    armed: bool
    data_age: Number | None
    requests_limit: Whole | None
    requests_left: Whole | None
    clock_skew: Number | None
    troubles: list[TroubleView]


class ArmBody(Body):
    """`number` is the broker's account number, typed as a deliberate act."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class KillSwitchBody(Body):
    """Whether the broker is to let no order of the account pass."""

    on: Flag


class KillSwitchView(View):
    """What the broker said to it."""

    on: bool
    said: str


class SymbolsBody(Body):
    """The broker's own symbols."""

    symbols: Annotated[list[_Symbol], Field(min_length=1, max_length=50)]


class ListedView(View):
    """Instruments that the workspace lists now."""

    instruments: list[str]


class FoundView(View):
    """A row of the broker's list; `kind` is a contract's type, of an option its right, and `pick` is what lists it."""

    id: str
    symbol: str
    name: str
    kind: str
    underlying: str
    expiry: date | None
    strike: str
    pick: str
    listed: Flag


class SearchView(View):
    """What was found, the best first, and how the list is that was searched; an account's broker may have none."""

    state: ListState
    items: list[FoundView]
    rows: Whole
    loaded_at: Instant | None
    reason: str
    note: str
    left_out: Whole
    colliding: list[str]
