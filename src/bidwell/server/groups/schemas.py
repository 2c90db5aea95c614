"""Execution groups."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidwell.model.account import OnFailure, Policy
from bidwell.server.fields import Body, Identifier, Name, Number, Page, View
from bidwell.server.intents.schemas import IntentRequest


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


class GroupPage(Page[Group]):
    """The workspace's groups."""


class GroupDraft(Body):
    """A group that need not exist yet."""

    policy: Policy
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=500)]
    on_failure: OnFailure = OnFailure.CONTINUE
    name: Name = "preview"


class GroupPreview(Body):
    """What a wish would become under a group that need not exist yet; the wish names no receiver."""

    group: GroupDraft
    intent: IntentRequest
