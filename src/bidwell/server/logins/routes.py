"""/logins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.engine.ports import SessionLife
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts import reads
from bidwell.server.brokers.schemas import BrokerField
from bidwell.server.fields import ObjectId
from bidwell.server.logins import schemas
from bidwell.server.ports import DailyLogin
from bidwell.server.problems import not_found

router = APIRouter(prefix="/api/v1/w/{workspace}/logins", tags=["brokers"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Connect = Annotated[Access, Depends(InWorkspace(Action.ACCOUNT_CONNECT))]

_FIRST = (SessionLife.NEEDS_LOGIN, SessionLife.DEAD, SessionLife.EXPIRING, SessionLife.ACTIVE)


@router.get("")
async def list_logins(access: _Read) -> schemas.LoginList:
    """The accounts whose brokers want a login each day, those that need one now first."""
    rows = [_view(access, each) for each in _asked(access)]
    return schemas.LoginList(items=sorted(rows, key=lambda row: (_FIRST.index(row.life), row.name)))


@router.post("/{id}")
async def log_in(access: _Connect, account: ObjectId, body: schemas.LoginBody) -> schemas.LoginView:
    """Bring back what a person's login at the broker gave: it is exchanged, tried by a read, kept, and the session opens."""
    found = reads.find(access.desk, account)
    if not any(each.account == found.id for each in _asked(access)):
        raise not_found("login", found.id)
    fields = {name: value.get_secret_value() for name, value in body.fields.items()}
    await access.context.connections[access.workspace].log_in(found.id, fields)
    await access.note("account.logged_in", found.id)
    return next(_view(access, each) for each in _asked(access) if each.account == found.id)


# --- inside -----------------------------------------------------------------------------------------


def _asked(access: Access) -> list[DailyLogin]:
    connections = access.context.connections.get(access.workspace)
    return [] if connections is None else list(connections.logins())


def _view(access: Access, asked: DailyLogin) -> schemas.LoginView:
    account, state = reads.find(access.desk, asked.account), asked.session
    return schemas.LoginView(
        account=account.id, name=account.name, broker=account.broker, number=account.broker_account, life=state.life,
        reason=state.reason, login_url=state.login_url, until=state.until,
        fields=[BrokerField.of(each) for each in asked.fields],
    )  # fmt: skip
