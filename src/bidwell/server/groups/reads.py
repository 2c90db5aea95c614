"""Groups put together from state, and drafts of groups."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bidwell.engine import decisions
from bidwell.engine.definitions import check_definition
from bidwell.engine.desk import Desk
from bidwell.engine.ports import Entropy
from bidwell.model.account import Group, Member
from bidwell.model.events import GroupDefined
from bidwell.model.ids import AccountId, GroupId, InstrumentId
from bidwell.model.intent import Source
from bidwell.server.groups import schemas
from bidwell.server.intents import preview
from bidwell.server.intents.schemas import Preview
from bidwell.server.problems import ProblemError

DRAFT = GroupId("draft")


def members_of(bodies: Sequence[schemas.MemberBody]) -> tuple[Member, ...]:
    """The model's members."""
    return tuple(
        Member(AccountId(one.account), one.weight, one.cap,
               {InstrumentId(name): InstrumentId(other) for name, other in one.instruments.items()})
        for one in bodies
    )  # fmt: skip


def group_of(ident: GroupId, body: schemas.GroupBody | schemas.GroupDraft) -> Group:
    """The model's group."""
    return Group(ident, body.name, body.policy, members_of(body.members), body.on_failure,
                 leader=AccountId(body.leader) if body.leader is not None else None,
                 lag_seconds=body.lag_seconds, repair_seconds=body.repair_seconds)  # fmt: skip


def view(desk: Desk, group: Group) -> schemas.Group:
    """One group."""
    members = []
    for member in group.members:
        account = desk.state.accounts.get(member.account)
        members.append(schemas.MemberView(
            account=member.account, account_name=account.name if account else member.account,
            currency=account.currency if account else "", weight=member.weight, cap=member.cap,
            instruments={str(name): str(other) for name, other in member.instruments.items()},
        ))  # fmt: skip
    leader = desk.state.accounts.get(group.leader) if group.leader is not None else None
    return schemas.Group(
        id=group.id, name=group.name, policy=group.policy, members=members, on_failure=group.on_failure,
        leader=group.leader, leader_name=leader.name if leader is not None else group.leader or "",
        lag_seconds=group.lag_seconds, repair_seconds=group.repair_seconds,
    )  # fmt: skip


def preview_draft(desk: Desk, body: schemas.GroupPreview, actor: str, now: datetime, entropy: Entropy) -> Preview:
    """What a wish would become under a group that is in nobody's journal: same code, a shadow of the state."""
    if body.intent.group is not None or body.intent.account is not None:
        raise ProblemError(422, "preview.receiver", "the wish is for the drafted group: name no receiver",
                           field="intent.group")  # fmt: skip
    draft = group_of(DRAFT, body.group)
    check_definition(desk.state, GroupDefined(now, draft))
    # What a leader's fill of that size would become is reckoned as an order of the same size to the followers.
    draft = replace(draft, leader=None)
    shadow = copy.copy(desk.state)
    shadow.groups = {**desk.state.groups, DRAFT: draft}
    wish = body.intent.model_copy(update={"group": DRAFT})
    request = wish.request("preview", Source.TICKET, actor)
    made, policy, reference = decisions.preview(shadow, desk.market, desk.core.gate, request, now, entropy,
                                                desk.reconciled)  # fmt: skip
    return preview.view(desk, request, made, policy, reference)
