"""/accounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.model.account import Account
from bidwell.model.events import AccountDefined, CashAdjusted
from bidwell.model.ids import AccountId, time_ordered_id
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts import reads, schemas
from bidwell.server.fields import ObjectId
from bidwell.server.problems import ProblemError

router = APIRouter(prefix="/api/v1/w/{workspace}/accounts", tags=["accounts"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.ACCOUNT_WRITE))]

_FRACTION = Decimal("0.000001")


@router.get("")
async def list_accounts(access: _Read) -> schemas.AccountList:
    """Every account at a glance."""
    return schemas.AccountList(items=reads.summaries(access.desk))


@router.get("/{id}")
async def read_account(access: _Read, account: ObjectId) -> schemas.AccountDetail:
    """One account in full."""
    return reads.detail(access.desk, reads.find(access.desk, account))


@router.patch("/{id}")
async def change_account(access: _Write, account: ObjectId, body: schemas.AccountChange) -> schemas.AccountDetail:
    """Rename an account, or switch it on or off; switched off it takes no new orders."""
    found = reads.find(access.desk, account)
    changed = replace(
        found,
        name=body.name if body.name is not None else found.name,
        enabled=body.enabled if body.enabled is not None else found.enabled,
    )
    await access.desk.define(AccountDefined(access.context.clock.now(), changed, access.actor.label))
    await access.note("account.changed", found.id, {"name": changed.name, "enabled": str(changed.enabled).lower()})
    return reads.detail(access.desk, changed)


@router.post("", status_code=201)
async def open_account(access: _Write, body: schemas.NewAccount) -> schemas.AccountDetail:
    """Open a paper account with cash in it."""
    if body.cash <= 0:
        raise ProblemError(422, "account.cash", "a paper account opens with cash above zero", field="cash")
    now = access.context.clock.now()
    ident = AccountId(time_ordered_id("acc", int(now.timestamp() * 1000), access.context.entropy.bits(35)).lower())
    account = Account(
        id=ident, name=body.name, broker="paper", broker_account=ident, currency=body.currency,
        quantity_step=_FRACTION if body.fractional else None, leverage=body.leverage,
    )  # fmt: skip
    venue = access.context.paper
    if venue is None:
        raise ProblemError(409, "account.no_paper_venue", "this desk runs without a paper venue")
    await venue.open_account(account, body.cash)
    await access.desk.define(AccountDefined(now, account, access.actor.label))
    await access.desk.define(CashAdjusted(now, ident, body.currency, body.cash, "opening balance"))
    await access.note("account.opened", ident, {"name": body.name, "currency": body.currency})
    return reads.detail(access.desk, account)
