"""A user's token: made from the API key, exchanged before it ends, and made anew when TopstepX no longer knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from bidwell.brokers.topstepx.config import BARS_RATE
from bidwell.brokers.transport import Limits


class Asker(Protocol):
    """Who carries the login's own requests: one of the sessions that share it."""

    async def log_in(self) -> str:
        """A new token; raises Refused, Unavailable or ProtocolError."""
        ...

    async def validate(self, token: str) -> str | None:
        """The token that takes over, None where TopstepX does not know this one; raises Unavailable."""
        ...


class Login:
    """The token and the rate of one user, shared by all accounts of that user on this desk.

    `monotonic` is in seconds.
    """

    def __init__(self, rate: Limits, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._token = ""
        self._made_at = 0.0
        self.bucket = rate.bucket(monotonic)
        self.bars_bucket = BARS_RATE.bucket(monotonic)

    async def token(self, asker: Asker) -> str:
        """The token in force, made by a login where there is none."""
        if self._token:
            return self._token
        async with self._lock:
            if not self._token:
                self._keep(await asker.log_in())
            return self._token

    def drop(self, token: str) -> None:
        """TopstepX does not take this token any more: the next one who needs a token logs in."""
        if token == self._token:
            self._token = ""

    async def renew(self, asker: Asker, after: float) -> None:
        """Exchange a token that is older than `after` seconds; one that TopstepX does not know is dropped."""
        async with self._lock:
            if not self._token or self._monotonic() - self._made_at < after:
                return
            found = await asker.validate(self._token)
            if found is None:
                self._token = ""
            else:
                self._keep(found)
        await self.token(asker)

    def _keep(self, token: str) -> None:
        self._token, self._made_at = token, self._monotonic()
