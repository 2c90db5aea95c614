"""Senders of signals."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidwell.server.fields import Body, Flag, Identifier, Instant, Name, Page, View, Whole

_Instruments = Annotated[list[Identifier], Field(max_length=1000)]
_Validity = Annotated[Whole, Field(ge=1, le=3600)]


class NewStrategy(Body):
    """A sender; its alerts go to one group or one account. Without `instruments` it may trade anything listed."""

    name: Name
    group: Identifier | None = None
    account: Identifier | None = None
    instruments: _Instruments = Field(default_factory=list)
    valid_seconds: _Validity = 30


class StrategyChange(Body):
    """What to change of a sender; naming a group takes its account away, and the other way round."""

    name: Name | None = None
    group: Identifier | None = None
    account: Identifier | None = None
    instruments: _Instruments | None = None
    valid_seconds: _Validity | None = None
    enabled: Flag | None = None


class Template(View):
    """A message body to paste into the sender's alert dialog."""

    name: str
    format: str = Field(examples=["json"])
    body: str
    description: str


class Strategy(View):
    """A sender of signals."""

    id: str
    name: str
    group: str | None
    account: str | None
    receiver_name: str
    instruments: list[str]
    valid_seconds: Whole
    enabled: bool
    token_hint: str = Field(description="the token's last characters; the token itself is not kept")
    url: str
    signal_url: str
    templates: list[Template]


class StrategyPage(Page[Strategy]):
    """The workspace's senders."""


class IssuedToken(View):
    """A new token, shown this once, with a line that tries it."""

    token: str = Field(examples=["bwt_7W2K…"])
    url: str
    signal_url: str
    curl: str
    secret: str = Field(description="the key with which a generic sender signs its signals")


class IssuedStrategy(Strategy):
    """A new sender with its token, shown this once."""

    token: str = Field(examples=["bwt_7W2K…"])
    curl: str
    secret: str = Field(description="the key with which a generic sender signs its signals")


class AlertEntry(View):
    """One message that came for the strategy; its token is redacted."""

    at: Instant
    outcome: str = Field(examples=["accepted"], description="accepted, duplicate or refused")
    code: str
    detail: str
    intent: str | None
    body: str


class AlertPage(Page[AlertEntry]):
    """Messages, newest first."""
