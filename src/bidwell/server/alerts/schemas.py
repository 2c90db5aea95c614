"""Trying a message without sending anything."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidwell.server.fields import Body, Identifier, Instant, Number, Problem, View
from bidwell.server.intents.schemas import Preview


class AlertTest(Body):
    """A message as the sender would post it; its token may be anything here."""

    strategy: Identifier
    body: Annotated[str, Field(min_length=1, max_length=8192)]


class ParsedAlert(View):
    """What the desk read out of the message."""

    action: str
    symbol: str | None
    instrument: str | None
    side: str | None
    size: str
    order_type: str
    limit_price: Number | None
    stop: Number | None
    take_profit: Number | None
    trail: Number | None
    key: str
    sent_at: Instant | None


class AlertTrial(View):
    """What would happen; one of `would` and `problem` is null."""

    parsed: ParsedAlert | None
    would: list[Preview] | None
    problem: Problem | None


class AlertReceipt(View):
    """Every intent that the message became is durable; `duplicate` when it was here before."""

    intent: str
    intents: list[str]
    duplicate: bool


class CallerView(View):
    """What a caller looks like from here: the answer of the reachability check."""

    address: str
    allowed: bool
    sender: str = Field(examples=["TradingView"])
    forwarded_by: str | None
    secure: bool
    host: str
