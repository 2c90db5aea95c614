"""An access token that ends before the session does."""

from __future__ import annotations

import asyncio
from typing import Protocol

from bidwell.brokers.transport.health import Health
from bidwell.brokers.transport.stream import Stream
from bidwell.model.errors import BrokerError


class Renewing(Protocol):
    """A login that can make another token."""

    def is_due(self) -> bool: ...

    async def renew(self) -> object: ...


async def keep_token(login: Renewing, every: float, health: Health, stream: Stream) -> None:
    """Make another token before the present one ends, where the desk can, and begin the stream with it.

    `every` is in seconds between looks.
    """
    while True:
        await asyncio.sleep(every)
        if not login.is_due():
            continue
        try:
            await login.renew()
        except BrokerError as problem:
            health.trouble("a new access token", problem)
        else:
            stream.drop("a new access token")
