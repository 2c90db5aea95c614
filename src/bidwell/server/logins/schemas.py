"""Daily logins as the screen shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from bidwell.engine.ports import SessionLife
from bidwell.server.brokers.schemas import BrokerField
from bidwell.server.fields import Body, Instant, View

_Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]


class LoginView(View):
    """An account whose broker wants a login each day; `fields` are what comes back of it, and is entered here."""

    account: str
    name: str
    broker: str
    number: str
    life: SessionLife
    reason: str
    login_url: str
    until: Instant | None
    fields: list[BrokerField]


class LoginList(View):
    """Those that a person has to log in for first."""

    items: list[LoginView]


class LoginBody(Body):
    """What came back of a login, such as the address that the browser was sent to."""

    fields: Annotated[dict[_Word, SecretStr], Field(min_length=1, max_length=4)]
