"""/halt and /release."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, BackgroundTasks, Depends

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId
from bidwell.model.limits import ScopeType, TradingState
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts.schemas import ScopeView
from bidwell.server.halt import schemas
from bidwell.server.identity.sessions import wrong_password
from bidwell.server.limits.reads import scope_of
from bidwell.server.readiness.reads import must_be_ready

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["halt"])
_log = structlog.get_logger("bidwell.server")
_Halt = Annotated[Access, Depends(InWorkspace(Action.HALT))]
_Release = Annotated[Access, Depends(InWorkspace(Action.RELEASE))]


@router.post("/halt", status_code=202)
async def halt(access: _Halt, body: schemas.Halt, background: BackgroundTasks) -> schemas.HaltReceipt:
    """Stop what adds risk in a scope; when this answers nothing that adds risk leaves any more."""
    scope = scope_of(access.desk, body.scope.type, body.scope.id)
    reason = body.reason or "halted by hand"
    canceled = await access.desk.set_trading_state(
        scope, body.state, reason, access.actor.label, cancel_working=body.cancel_working
    )
    # The brake first: the journal has the halt with its actor, and the trail is written behind the answer.
    background.add_task(_note, access, str(scope), {"state": str(body.state), "reason": reason})
    view = ScopeView(type=scope.type, id=scope.id)
    return schemas.HaltReceipt(scope=view, state=body.state, reason=reason, canceled=canceled)


async def _note(access: Access, subject: str, detail: dict[str, str]) -> None:
    try:
        await access.note("halt", subject, detail)
    except Exception as error:  # noqa: BLE001 - the answer is out, so this is the only place that can tell
        _log.error("halt_not_in_audit_trail", scope=subject, actor=access.actor.label, error=repr(error))


@router.post("/release", status_code=202)
async def release(access: _Release, body: schemas.Release) -> schemas.HaltReceipt:
    """Let orders leave a scope again; asks for the password."""
    scope = scope_of(access.desk, body.scope.type, body.scope.id)
    context, actor = access.context, access.actor
    try:
        await context.identity.users.authenticate(
            actor.email, body.password.get_secret_value(), access.address, context.clock.now()
        )
    except InvalidInput as error:
        await context.identity.audit.record(
            access.workspace, context.clock.now(), actor=actor.label, action="release", object=str(scope),
            outcome=error.code, address=access.address,
        )  # fmt: skip
        if error.code == "login_failed":
            raise wrong_password() from error
        raise
    if scope.type is ScopeType.ACCOUNT:
        # To release a live account is to arm it.
        await must_be_ready(context, access.workspace, access.desk, AccountId(scope.id))
    await access.desk.set_trading_state(scope, TradingState.ACTIVE, "released by hand", actor.label,
                                        cancel_working=False)  # fmt: skip
    if scope.type is ScopeType.ACCOUNT:
        await access.desk.act_on_risk(lambda guard: guard.unlock(AccountId(scope.id), actor.label))
    await access.note("release", str(scope))
    view = ScopeView(type=scope.type, id=scope.id)
    return schemas.HaltReceipt(scope=view, state=TradingState.ACTIVE, reason="released by hand", canceled=0)
