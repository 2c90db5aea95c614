"""/funded."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.engine import funding
from bidwell.engine.guarding import Guard
from bidwell.model.ids import AccountId
from bidwell.risk.funded.library import Library
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts import reads as accounts
from bidwell.server.fields import ObjectId
from bidwell.server.funded import reads, schemas
from bidwell.server.problems import ProblemError, not_found
from bidwell.server.rulebooks import Rulebooks

router = APIRouter(prefix="/api/v1/w/{workspace}/funded", tags=["funded accounts"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.LIMITS_WRITE))]


def _store(access: Access) -> Rulebooks:
    store = access.context.rulebooks
    if store is None:
        raise ProblemError(409, "rulebook.no_store", "this desk runs without a rulebook folder")
    return store


@router.get("")
async def list_funded(access: _Read) -> schemas.FundedList:
    """Every account that is held to a rulebook, with its distance to each floor."""
    return schemas.FundedList(items=reads.listed(access.desk))


@router.get("/rulebooks")
async def list_rulebooks(access: _Read) -> schemas.RulebookList:
    """Every rulebook that can be attached, each with its source and date, and the files that could not be read."""
    store = _store(access)
    library, own = await asyncio.to_thread(lambda: (store.library(), store.own()))
    day = access.context.clock.now().date()
    return schemas.RulebookList(
        items=[reads.rulebook_view(book, own=library.names[book.id] in own) for book in library.all(day)],
        files=sorted(own), faults=[schemas.RulebookFault(file=name, problem=told) for name, told in library.faults.items()],
    )  # fmt: skip


@router.get("/rulebooks/{id}")
async def read_rulebook_file(access: _Read, name: ObjectId) -> schemas.RulebookFile:
    """The text of a rulebook file of one's own."""
    own = await asyncio.to_thread(_store(access).own)
    if name not in own:
        raise not_found("rulebook file", name)
    return schemas.RulebookFile(name=name, text=own[name])


@router.put("/rulebooks")
async def write_rulebook_file(access: _Write, body: schemas.RulebookText) -> schemas.RulebookList:
    """Keep a rulebook file of one's own; an error is refused with its line. Asks for the password again."""
    store = _store(access)
    await asyncio.to_thread(store.write, body.name, body.text)
    await access.note("rulebook.written", body.name)
    faulted = [name for name, one in access.desk.state.risk.funded.items() if one.fault]
    if faulted:
        library = await asyncio.to_thread(store.library)
        for name in faulted:
            # A plan that was unreadable may be readable now; plans in force change at a start alone.
            await access.desk.act_on_risk(partial(_look_again, account=name, library=library))
    return await list_rulebooks(access)


def _look_again(guard: Guard, account: AccountId, library: Library) -> None:
    funding.look_again(guard.core, account, library)


@router.get("/{id}")
async def read_funded(access: _Read, account: ObjectId) -> schemas.FundedDetail:
    """One account under its rulebook: rules with their state, days, stages, and equity against the floor."""
    found, funded = reads.find(access.desk, account)
    return reads.detail(access.desk, found, funded)


@router.post("/{id}/attach")
async def attach(access: _Write, account: ObjectId, body: schemas.Attach) -> schemas.FundedDetail:
    """Hold an account to a rulebook from now on; asks for the password again."""
    found = accounts.find(access.desk, account)
    library = await asyncio.to_thread(_store(access).library)
    book = library.at(body.rulebook, access.context.clock.now().date())
    await access.desk.act_on_risk(lambda guard: funding.attach(guard.core, found.id, book, access.actor.label))
    await access.note("rulebook.attached", found.id, {"rulebook": book.id})
    return reads.detail(access.desk, *reads.find(access.desk, account))


@router.post("/{id}/detach", status_code=204)
async def detach(access: _Write, account: ObjectId) -> None:
    """Hold an account to no rulebook any more; asks for the password again."""
    found, funded = reads.find(access.desk, account)
    await access.desk.act_on_risk(lambda guard: funding.detach(guard.core, found.id, access.actor.label))
    await access.note("rulebook.detached", found.id, {"rulebook": funded.rulebook.id})


@router.post("/{id}/payout")
async def pay_out(access: _Write, account: ObjectId, body: schemas.PayoutRequest) -> schemas.FundedDetail:
    """Record a payout that the firm made; the desk itself moves no money. Asks for the password again."""
    found, _ = reads.find(access.desk, account)
    name = AccountId(found.id)
    await access.desk.act_on_risk(lambda guard: funding.pay_out(guard.core, name, body.amount, access.actor.label))
    await access.note("funded.paid_out", found.id, {"amount": str(body.amount)})
    return reads.detail(access.desk, *reads.find(access.desk, account))
