"""/alerts/test: what a message would do, without sending anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.model.account import Strategy
from bidwell.model.errors import InvalidInput
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.alerts import meaning, parse, schemas
from bidwell.server.alerts.symbols import resolve
from bidwell.server.fields import Problem
from bidwell.server.intents.preview import preview
from bidwell.server.objects import find_strategy
from bidwell.server.problems import body_of, of_error

router = APIRouter(prefix="/api/v1/w/{workspace}/alerts", tags=["strategies"])


@router.post("/test")
async def test_alert(
    access: Annotated[Access, Depends(InWorkspace(Action.ALERT_TEST))], body: schemas.AlertTest
) -> schemas.AlertTrial:
    """Read a message as if the strategy had sent it, and show what each account would do."""
    strategy = find_strategy(access.desk, body.strategy)
    parsed: schemas.ParsedAlert | None = None
    try:
        message = parse.parse(body.body.encode("utf-8", "replace"))
        parsed = _parsed(access, strategy, message)
        key = meaning.key_of(message, strategy)
        meaning.check_fresh(message, strategy, access.context.clock.now())
        found = meaning.requests(message, strategy, access.desk.state, key)
        would = [preview(access.desk, request) for request in found]
    except InvalidInput as error:
        problem = Problem(**body_of(of_error(error), ""))
        return schemas.AlertTrial(parsed=parsed, would=None, problem=problem)
    return schemas.AlertTrial(parsed=parsed, would=would, problem=None)


def _parsed(access: Access, strategy: Strategy, message: parse.Message) -> schemas.ParsedAlert:
    instrument = None
    if message.symbol:
        instrument = resolve(message.symbol, access.desk.state.instruments, strategy.instruments).id
    sizes = {name: getattr(message, name) for name in ("quantity", "notional", "percent", "risk", "position")}
    size = ", ".join(f"{name} {value:f}" for name, value in sizes.items() if value is not None)
    return schemas.ParsedAlert(
        action=str(message.verb), symbol=message.symbol or None, instrument=instrument, side=message.side or None,
        size=size, order_type=message.order_type, limit_price=message.limit_price, stop=message.stop,
        take_profit=message.take_profit, trail=message.trail, key=_key(message, strategy), sent_at=message.sent_at,
    )  # fmt: skip


def _key(message: parse.Message, strategy: Strategy) -> str:
    try:
        return meaning.key_of(message, strategy)
    except InvalidInput:
        return ""
