"""POST /stream/ticket; the socket itself is in `endpoint`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from bidwell.server.access.authorize import Place, authorize
from bidwell.server.access.guards import Outside, Visit
from bidwell.server.access.permissions import Action
from bidwell.server.stream import schemas

router = APIRouter(prefix="/api/v1/stream", tags=["stream"])


@router.post("/ticket")
async def make_ticket(
    visit: Annotated[Visit, Depends(Outside(Action.STREAM_TICKET))], request: Request, body: schemas.TicketRequest
) -> schemas.Ticket:
    """A ticket for one connection to a workspace's stream, good for 30 seconds."""
    context, actor = visit.context, visit.person
    authorize(actor, Action.STREAM_TICKET, Place(body.workspace, context.desks), context.clock.now())
    return schemas.Ticket(ticket=request.app.state.tickets.issue(body.workspace, actor))
