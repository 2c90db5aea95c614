"""Questions that no order waits for: asked with what is left over, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bidwell.brokers.transport.caller import Caller, Judge, Limits, Request
from bidwell.brokers.transport.health import Health
from bidwell.brokers.transport.http import Answer, Http
from bidwell.brokers.transport.vendor import Throttled
from bidwell.engine.lane import TokenBucket
from bidwell.model.errors import ConfigError

LONGEST_WAIT = 1.0
"""Seconds that a question waits for a spare token."""


async def spare_token(bucket: TokenBucket, monotonic: Callable[[], float]) -> None:
    """Take a token that nobody else may soon want; raises Throttled where there is none within a second."""
    last = monotonic() + LONGEST_WAIT
    while not bucket.take_spare():
        wait = bucket.spare()
        if monotonic() + wait > last:
            raise Throttled("the rate at the broker is kept for orders just now: ask again in a moment", max(wait, 1.0))
        await asyncio.sleep(wait)


class SpareCaller(Caller):
    """A `Caller` over the bucket of another, with the lowest priority: one request at a time, each sent once.

    Half of the bucket's burst stays for the others. A pause that the broker asks for here and failures met here hold
    nobody else up, while what holds one of `behind` up holds here too.
    """

    def __init__(
        self, http: Http, judge: Judge, limits: Limits, health: Health, monotonic: Callable[[], float],
        bucket: TokenBucket, behind: Sequence[Caller],
    ) -> None:  # fmt: skip
        super().__init__(http, judge, limits, health, monotonic, bucket=bucket)
        self._behind = tuple(behind)
        self._turn = asyncio.Lock()

    async def ask(self, request: Request) -> Answer:
        """Send a read once."""
        if request.writes or request.urgent:
            raise ConfigError("what changes something is not asked with what is left over")
        async with self._turn:
            return await self._once(request)

    async def _admit(self, request: Request) -> None:  # noqa: ARG002 - every request is alike here
        closed = max(self._not_before - self._monotonic(), 0.0, *(each.paused() for each in self._behind))
        closed = closed or self._circuit.wait()
        if closed:
            raise Throttled(
                f"nothing is sent for {closed:.1f} s: the broker asked for a pause or does not answer", closed
            )
        try:
            await spare_token(self._bucket, self._monotonic)
        except BaseException:
            self._circuit.given_up()
            raise
