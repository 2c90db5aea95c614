"""Execution groups."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bidwell.engine.following import LONGEST
from bidwell.model.account import OnFailure, Policy
from bidwell.server.fields import Body, Identifier, Instant, Name, Number, Page, View, Whole
from bidwell.server.intents.schemas import Convergence, IntentRequest

Seconds = Annotated[Whole, Field(ge=1, le=LONGEST)]


class MemberBody(Body):
    """An account's part; `weight` is its share, factor, quantity, percent or amount, as the policy says."""

    account: Identifier
    weight: Annotated[Number, Field(gt=0)]
    cap: Annotated[Number, Field(gt=0)] | None = None
    instruments: dict[Identifier, Identifier] = Field(default_factory=dict)


class GroupBody(Body):
    """An execution group as a whole."""

    name: Name
    policy: Policy
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=500)]
    on_failure: OnFailure = OnFailure.CONTINUE
    leader: Identifier | None = None
    lag_seconds: Seconds = 5
    repair_seconds: Seconds = 30


class MemberView(View):
    """An account's part."""

    account: str
    account_name: str
    currency: str
    weight: Number
    cap: Number | None
    instruments: dict[str, str]


class Group(View):
    """One intent, many accounts."""

    id: str
    name: str
    policy: Policy
    members: list[MemberView]
    on_failure: OnFailure
    leader: str | None
    leader_name: str
    lag_seconds: Whole
    repair_seconds: Whole


class GroupPage(Page[Group]):
    """The workspace's groups."""


class GroupDraft(Body):
    """A group that need not exist yet."""

    policy: Policy
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=500)]
    on_failure: OnFailure = OnFailure.CONTINUE
    leader: Identifier | None = None
    lag_seconds: Seconds = 5
    repair_seconds: Seconds = 30
    name: Name = "preview"


class GroupPreview(Body):
    """What a wish would become under a group that need not exist yet; the wish names no receiver."""

    group: GroupDraft
    intent: IntentRequest


class Following(StrEnum):
    """How a follower stands to its part of the leader's position."""

    IN_LINE = "in_line"
    COPYING = "copying"
    BEHIND = "behind"
    AHEAD = "ahead"
    UNLISTED = "unlisted"


class Follower(View):
    """One follower in one of the leader's instruments; quantities are signed and in its own instrument."""

    account: str
    account_name: str
    instrument: str
    symbol: str
    leader_instrument: str
    leader_symbol: str
    leader_position: Number
    target: Number
    actual: Number
    drift: Number
    following: Following
    reason: str


class GroupStanding(View):
    """A group at a glance: its last wish with each account's standing, what is unfinished, and who drifts."""

    group: str
    last_intent: str | None
    last_at: Instant | None
    convergence: Convergence | None
    unfinished: Whole
    drifted: Whole
    followers: list[Follower]


class GroupStandings(View):
    """Every group at a glance."""

    items: list[GroupStanding]
