"""Opening the stream."""

from __future__ import annotations

from pydantic import Field

from bidwell.server.fields import Body, Identifier, View


class TicketRequest(Body):
    """The workspace to listen to."""

    workspace: Identifier


class Ticket(View):
    """Good for one connection within 30 seconds."""

    ticket: str = Field(examples=["bws_…"])
    expires_in: int = 30
