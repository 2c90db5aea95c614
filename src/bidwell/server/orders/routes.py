"""/orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.engine import resolving
from bidwell.model.ids import AccountId, BrokerOrderId, GroupId
from bidwell.model.order import Order
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts import reads as accounts
from bidwell.server.fields import ObjectId
from bidwell.server.objects import find_group
from bidwell.server.orders import reads, schemas
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit
from bidwell.server.problems import ProblemError
from bidwell.server.retired import with_order

router = APIRouter(prefix="/api/v1/w/{workspace}/orders", tags=["orders"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Cancel = Annotated[Access, Depends(InWorkspace(Action.ORDER_CANCEL))]
_Replace = Annotated[Access, Depends(InWorkspace(Action.ORDER_REPLACE))]
_Identify = Annotated[Access, Depends(InWorkspace(Action.ORDER_IDENTIFY))]
_Confirm = Annotated[Access, Depends(InWorkspace(Action.ORDER_CONFIRM_DEAD))]


@router.get("")
async def list_orders(
    access: _Read,
    state: reads.Openness = reads.Openness.ALL,
    account: str | None = None,
    instrument: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.OrderPage:
    """Orders, newest first."""
    desk, part, following = await reads.page(access.desk, state, account, instrument, cursor, limit)
    return schemas.OrderPage(items=[reads.view(desk, order) for order in part], next_cursor=following)


@router.get("/{id}")
async def read_order(access: _Read, order: ObjectId) -> schemas.OrderDetail:
    """One order with every rule's answer."""
    desk = await with_order(access.desk, order)
    return reads.detail(desk, reads.find(desk, order))


@router.post("/cancel-all", status_code=202)
async def cancel_all(access: _Cancel, body: schemas.CancelAll) -> schemas.Requested:
    """Ask for every open order of an account, a group or the workspace to be canceled."""
    if body.account is not None and body.group is not None:
        raise ProblemError(422, "cancel_all.scope", "name an account or a group, not both", field="account")
    if body.account is not None:
        accounts.find(access.desk, body.account)
    if body.group is not None:
        find_group(access.desk, body.group)
    count = await access.desk.cancel_all(
        AccountId(body.account) if body.account else None, GroupId(body.group) if body.group else None,
        access.actor.label,
    )  # fmt: skip
    await access.note("orders.cancel_all", body.account or body.group or "workspace", {"requested": str(count)})
    return schemas.Requested(requested=count)


@router.post("/{id}/cancel", status_code=202)
async def cancel_order(access: _Cancel, order: ObjectId) -> schemas.Accepted:
    """Ask for an order to be canceled; asking twice changes nothing."""
    found = reads.find(await with_order(access.desk, order), order)
    if not found.is_open:
        raise ProblemError(409, "order.closed", f"the order is already {found.status}")
    await access.desk.cancel(found.client_order_id, access.actor.label, "asked by hand")
    return schemas.Accepted(id=found.client_order_id)


async def _in_memory(access: Access, name: str) -> Order:
    """An order that may still be changed: one that was retired is closed for good."""
    found = reads.find(await with_order(access.desk, name), name)
    if found.client_order_id not in access.desk.state.orders:
        raise ProblemError(409, "order.closed", f"the order is already {found.status}")
    return found


@router.post("/{id}/replace", status_code=202)
async def replace_order(access: _Replace, order: ObjectId, body: schemas.Replace) -> schemas.Accepted:
    """Ask for a working order to be worked on other terms; the change passes the gate first."""
    found = await _in_memory(access, order)
    changes = {name: value for name, value in dict(body).items() if name != "quantity" and value is not None}
    if body.quantity is None and not changes:
        raise ProblemError(422, "replace.empty", "name a quantity or a price to change")
    terms = replace(found.terms, **changes) if changes else None
    await access.desk.replace(found.client_order_id, body.quantity, terms, access.actor.label)
    return schemas.Accepted(id=found.client_order_id)


@router.get("/{id}/candidates")
async def order_candidates(access: _Identify, order: ObjectId) -> schemas.CandidateList:
    """Ask the broker which of its orders one in doubt may be, those that were adopted as EXTERNAL too; oldest first."""
    found = await _in_memory(access, order)
    seen = await resolving.look(access.desk, found.client_order_id)
    return schemas.CandidateList(order=reads.view(access.desk, found), items=[reads.candidate(one) for one in seen])


@router.post("/{id}/identify", status_code=202)
async def identify_order(access: _Identify, order: ObjectId, body: schemas.Identify) -> schemas.Accepted:
    """Say which of the broker's orders one in doubt is: it works and fills as ours from then on."""
    found = await _in_memory(access, order)
    await resolving.identify(access.desk, found.client_order_id, BrokerOrderId(body.broker_order_id),
                             actor=access.actor.label, reason=body.reason)  # fmt: skip
    await access.note(
        "order.identified", found.client_order_id, {"broker_order_id": body.broker_order_id, "reason": body.reason}
    )
    return schemas.Accepted(id=found.client_order_id)


@router.post("/{id}/confirm-dead", status_code=202)
async def confirm_dead(access: _Confirm, order: ObjectId, body: schemas.ConfirmDead) -> schemas.Accepted:
    """Vouch that the broker never got an order in doubt; frees what it reserved."""
    found = await _in_memory(access, order)
    await resolving.confirm_dead(access.desk, found.client_order_id, actor=access.actor.label, reason=body.reason)
    await access.note("order.confirmed_dead", found.client_order_id, {"reason": body.reason})
    return schemas.Accepted(id=found.client_order_id)
