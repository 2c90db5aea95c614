"""/accounts/{id}/options."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bidwell.model.ids import InstrumentId
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts import reads
from bidwell.server.brokers.routes import connections_of
from bidwell.server.chains import schemas
from bidwell.server.fields import ObjectId
from bidwell.server.ports import ChainOption

router = APIRouter(prefix="/api/v1/w/{workspace}/accounts/{id}/options", tags=["brokers"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Underlying = Annotated[str, Query(min_length=1, max_length=55, pattern=r"^[A-Za-z0-9][A-Za-z0-9&_./: -]*$",
                                   examples=["NIFTY", "AAPL.XNAS"])]  # fmt: skip
_Expiry = Annotated[date | None, Query(examples=["2026-12-29"])]
_Strikes = Annotated[int, Query(ge=1, le=200)]


@router.get("/expiries")
async def list_expiries(access: _Read, account: ObjectId, underlying: _Underlying) -> schemas.ExpiriesView:
    """When the options expire that the account's broker lists on an underlying, named by id or symbol."""
    found = reads.find(access.desk, account)
    told = await connections_of(access).option_expiries(found.id, underlying)
    return schemas.ExpiriesView(underlying=told.underlying, items=list(told.expiries))


@router.get("/chain")
async def read_chain(
    access: _Read, account: ObjectId, underlying: _Underlying, expiry: _Expiry = None, strikes: _Strikes = 20
) -> schemas.ChainView:
    """The calls and puts of one expiry (the nearest when left out), for the strikes nearest to the money.

    While the broker's list is being read for the first time it answers 503 `options_reading`: ask again after a second.
    """
    found = reads.find(access.desk, account)
    told = await connections_of(access).option_chain(found.id, underlying, expiry, strikes)
    known = access.desk.state.instruments
    rows = [schemas.ChainRowView(strike=row.strike, call=_view(row.call, known), put=_view(row.put, known))
            for row in told.rows]  # fmt: skip
    return schemas.ChainView(
        underlying=told.underlying, expiry=told.expiry, currency=told.currency, tick_size=told.tick_size,
        lot_size=told.lot_size, multiplier=told.multiplier, last=told.last, at_the_money=told.at_the_money, rows=rows,
        strikes=told.strikes, read_at=told.read_at, reason=told.reason,
    )  # fmt: skip


# --- inside -----------------------------------------------------------------------------------------


def _view(option: ChainOption | None, listed: Container[InstrumentId]) -> schemas.ChainOptionView | None:
    if option is None:
        return None
    return schemas.ChainOptionView(id=option.id, symbol=option.symbol, pick=option.pick, bid=option.bid, ask=option.ask,
                                   last=option.last, listed=option.id in listed)  # fmt: skip
