"""One-time tickets: a socket cannot carry a CSRF token, so a request that does fetches one of these first."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from bidwell.engine.ports import Clock, Entropy
from bidwell.server.access.actor import Actor

VALID = timedelta(seconds=30)
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Admission:
    """What a ticket stands for."""

    workspace: str
    actor: Actor
    until: datetime


class Tickets:
    """Tickets that were given and not used; only their hashes are kept."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._open: dict[bytes, Admission] = {}

    def issue(self, workspace: str, actor: Actor) -> str:
        """A new ticket."""
        now = self._clock.now()
        if len(self._open) >= _MOST:
            self._open = {name: one for name, one in self._open.items() if one.until > now}
        ticket = "bws_" + urlsafe_b64encode(self._entropy.bits(256).to_bytes(32, "big")).rstrip(b"=").decode()
        self._open[_digest(ticket)] = Admission(workspace, actor, now + VALID)
        return ticket

    def redeem(self, ticket: str) -> Admission | None:
        """What the ticket stands for, once."""
        admission = self._open.pop(_digest(ticket), None)
        return admission if admission is not None and admission.until > self._clock.now() else None


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).digest()
