"""/groups."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.model.account import Group
from bidwell.model.events import GroupDefined, GroupRemoved
from bidwell.model.ids import GroupId, time_ordered_id
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.groups import reads, schemas, standing
from bidwell.server.intents.schemas import Preview
from bidwell.server.objects import find_group
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, cut

router = APIRouter(prefix="/api/v1/w/{workspace}/groups", tags=["groups"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.GROUP_WRITE))]
_Preview = Annotated[Access, Depends(InWorkspace(Action.INTENT_PREVIEW))]


@router.get("")
async def list_groups(access: _Read, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> schemas.GroupPage:
    """The workspace's groups."""
    part, following = cut(access.desk.state.groups.values(), lambda group: group.id, cursor, limit)
    return schemas.GroupPage(items=[reads.view(access.desk, group) for group in part], next_cursor=following)


@router.post("", status_code=201)
async def create_group(access: _Write, body: schemas.GroupBody) -> schemas.Group:
    """Define a group."""
    now = access.context.clock.now()
    ident = GroupId(time_ordered_id("grp", int(now.timestamp() * 1000), access.context.entropy.bits(35)).lower())
    return await _define(access, ident, body, "group.created")


@router.post("/preview")
async def preview_group(access: _Preview, body: schemas.GroupPreview) -> Preview:
    """What a wish would become under a group that need not exist yet; nothing is kept."""
    context = access.context
    return reads.preview_draft(access.desk, body, access.actor.label, context.clock.now(), context.entropy)


@router.get("/standing")
async def group_standings(access: _Read) -> schemas.GroupStandings:
    """Every group at a glance: its last wish's convergence, what is unfinished, and followers' drift."""
    desk, now = access.desk, access.context.clock.now()
    return schemas.GroupStandings(
        items=[await standing.of(desk, group, now) for group in list(desk.state.groups.values())]
    )


@router.get("/{id}/standing")
async def group_standing(access: _Read, group: ObjectId) -> schemas.GroupStanding:
    """One group at a glance."""
    return await standing.of(access.desk, find_group(access.desk, group), access.context.clock.now())


@router.get("/{id}")
async def read_group(access: _Read, group: ObjectId) -> schemas.Group:
    """One group."""
    return reads.view(access.desk, find_group(access.desk, group))


@router.put("/{id}")
async def change_group(access: _Write, group: ObjectId, body: schemas.GroupBody) -> schemas.Group:
    """Replace a group as a whole; intents already taken in keep their allocation."""
    return await _define(access, find_group(access.desk, group).id, body, "group.changed")


@router.delete("/{id}", status_code=204)
async def remove_group(access: _Write, group: ObjectId) -> None:
    """Remove a group that no strategy sends to."""
    found = find_group(access.desk, group)
    await access.desk.define(GroupRemoved(access.context.clock.now(), found.id, access.actor.label))
    await access.note("group.removed", found.id, {"name": found.name})


async def _define(access: Access, ident: GroupId, body: schemas.GroupBody, act: str) -> schemas.Group:
    group: Group = reads.group_of(ident, body)
    await access.desk.define(GroupDefined(access.context.clock.now(), group, access.actor.label))
    await access.note(act, ident, {"name": group.name})
    return reads.view(access.desk, group)
