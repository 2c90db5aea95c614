"""/strategies."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from bidwell.model.account import Strategy
from bidwell.model.events import StrategyDefined, StrategyRemoved
from bidwell.model.ids import AccountId, GroupId, InstrumentId, StrategyId, time_ordered_id
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.alerts import tokens
from bidwell.server.fields import ObjectId
from bidwell.server.objects import find_strategy
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, cut
from bidwell.server.problems import ProblemError
from bidwell.server.strategies import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}/strategies", tags=["strategies"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.STRATEGY_WRITE))]
_Token = Annotated[Access, Depends(InWorkspace(Action.STRATEGY_TOKEN))]


@router.get("")
async def list_strategies(access: _Read, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> schemas.StrategyPage:
    """The workspace's senders of signals."""
    desk = access.desk
    part, following = cut(desk.state.strategies.values(), lambda one: one.id, cursor, limit)
    items = [schemas.Strategy(**reads.fields(access.context, desk, one)) for one in part]
    return schemas.StrategyPage(items=items, next_cursor=following)


@router.post("", status_code=201)
async def create_strategy(access: _Token, body: schemas.NewStrategy) -> schemas.IssuedStrategy:
    """Define a sender; its token is shown this once."""
    context = access.context
    now = context.clock.now()
    token = tokens.new_token(context.entropy)
    strategy = Strategy(
        id=StrategyId(time_ordered_id("str", int(now.timestamp() * 1000), context.entropy.bits(35)).lower()),
        name=body.name, token_hash=tokens.hash_of(token), token_hint=tokens.hint_of(token),
        group=GroupId(body.group) if body.group else None, account=AccountId(body.account) if body.account else None,
        instruments=tuple(InstrumentId(one) for one in body.instruments), valid_seconds=body.valid_seconds,
    )  # fmt: skip
    await _define(access, strategy, "strategy.created")
    return schemas.IssuedStrategy(
        **reads.fields(context, access.desk, strategy, token),
        **reads.issued(context, access.desk, access.workspace, strategy, token),
    )


@router.get("/{id}")
async def read_strategy(access: _Read, strategy: ObjectId) -> schemas.Strategy:
    """One sender."""
    return _view(access, find_strategy(access.desk, strategy))


@router.patch("/{id}")
async def change_strategy(access: _Write, strategy: ObjectId, body: schemas.StrategyChange) -> schemas.Strategy:
    """Change a sender; its token stays."""
    found = find_strategy(access.desk, strategy)
    if body.group is not None and body.account is not None:
        raise ProblemError(422, "strategy.receiver", "name a group or an account, not both", field="group")
    changed = replace(
        found,
        name=body.name if body.name is not None else found.name,
        instruments=tuple(InstrumentId(one) for one in body.instruments)
        if body.instruments is not None else found.instruments,
        valid_seconds=body.valid_seconds if body.valid_seconds is not None else found.valid_seconds,
        enabled=body.enabled if body.enabled is not None else found.enabled,
    )  # fmt: skip
    if body.group is not None:
        changed = replace(changed, group=GroupId(body.group), account=None)
    if body.account is not None:
        changed = replace(changed, group=None, account=AccountId(body.account))
    await _define(access, changed, "strategy.changed")
    return _view(access, changed)


@router.delete("/{id}", status_code=204)
async def remove_strategy(access: _Write, strategy: ObjectId) -> None:
    """Remove a sender; its token is worth nothing from here on."""
    found = find_strategy(access.desk, strategy)
    await access.desk.define(StrategyRemoved(access.context.clock.now(), found.id, access.actor.label))
    await access.note("strategy.removed", found.id, {"name": found.name})


@router.post("/{id}/rotate")
async def rotate_token(access: _Token, strategy: ObjectId) -> schemas.IssuedToken:
    """Make a new token; the old one stops working at once."""
    found = find_strategy(access.desk, strategy)
    context = access.context
    token = tokens.new_token(context.entropy)
    changed = replace(found, token_hash=tokens.hash_of(token), token_hint=tokens.hint_of(token))
    await _define(access, changed, "strategy.token_rotated")
    return schemas.IssuedToken(
        url=context.settings.alert_url, signal_url=reads.signal_url(context, changed),
        **reads.issued(context, access.desk, access.workspace, changed, token),
    )  # fmt: skip


@router.get("/{id}/alerts")
async def list_alerts(
    access: _Read, request: Request, strategy: ObjectId, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> schemas.AlertPage:
    """The messages that came with the strategy's token, newest first, refused ones too."""
    found = find_strategy(access.desk, strategy)
    records = await request.app.state.history.read(access.workspace, found.id)
    part, following = cut(
        records, lambda record: f"{record.at.timestamp()}|{record.intent}|{record.code}", cursor, limit
    )
    return schemas.AlertPage(items=[reads.alert_entry(record) for record in part], next_cursor=following)


def _view(access: Access, strategy: Strategy) -> schemas.Strategy:
    return schemas.Strategy(**reads.fields(access.context, access.desk, strategy))


async def _define(access: Access, strategy: Strategy, act: str) -> None:
    await access.desk.define(StrategyDefined(access.context.clock.now(), strategy, access.actor.label))
    await access.note(act, strategy.id, {"name": strategy.name})
