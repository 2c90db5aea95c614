"""One account's requests to a broker: rate, circuit, retries of reads, and what every answer tells of the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bidwell.brokers.transport.circuit import Circuit
from bidwell.brokers.transport.health import Health
from bidwell.brokers.transport.http import Answer, Http
from bidwell.brokers.transport.vendor import Kind, Throttled, Verdict
from bidwell.engine.lane import TokenBucket
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

_TRIES = 3
_PAUSE = 0.1
_LONGEST_WAIT = 5.0
_LONGEST_THROTTLE = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """A broker's rate over all requests of an account: `reserved` tokens are kept for what changes orders.

    `pause` is for how many seconds nothing is sent once a request was turned away without a word for how long.
    """

    per_second: Decimal
    burst: int
    reserved: int
    pause: float = 1.0

    def bucket(self, monotonic: Callable[[], float]) -> TokenBucket:
        """A full bucket of this rate; `monotonic` gives seconds."""
        return TokenBucket(self.per_second, self.burst, self.reserved, monotonic)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. `writes` may change something: it is sent once. `urgent` (a cancel) goes whatever the circuit says.

    `signed` are headers with a signature over the URL and the body as they are written.
    """

    method: str
    url: str
    params: Mapping[str, str] | None = None
    body: bytes | None = None
    writes: bool = False
    urgent: bool = False
    content_type: str = "application/json"
    signed: Mapping[str, str] | None = None


class Judge(Protocol):
    """What a broker's client knows of its answers."""

    def __call__(self, answer: Answer) -> Verdict | None:
        """None for an answer that is good, else what it means."""
        ...


class Denied(Refused):
    """The broker answered no: an answer, not a failure of the connection. `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


class Caller:
    """Sends requests one account may send.

    Callers of one broker's several rates may share a `circuit`, those of one user's several accounts a `bucket`.

    `ask` raises Unavailable (nothing happened), InDoubt (a write that may have), Denied (the broker said no; for a
    write only where nothing was done), ProtocolError.
    """

    def __init__(
        self, http: Http, judge: Judge, limits: Limits, health: Health, monotonic: Callable[[], float],
        circuit: Circuit | None = None, bucket: TokenBucket | None = None,
    ) -> None:  # fmt: skip
        self._http = http
        self._judge = judge
        self._health = health
        self._monotonic = monotonic
        self._bucket = bucket or limits.bucket(monotonic)
        self._pause = limits.pause
        self._circuit = circuit or Circuit(monotonic)
        self._not_before = 0.0

    async def ask(self, request: Request) -> Answer:
        """Send a request, a read at most three times."""
        if request.writes:
            return await self._once(request)
        for again in range(_TRIES - 1):
            try:
                return await self._once(request)
            except Throttled as throttled:
                if throttled.retry_after > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(throttled.retry_after)
            except Unavailable:
                await asyncio.sleep(_PAUSE * (again + 1))
        return await self._once(request)

    @property
    def bucket(self) -> TokenBucket:
        """The rate, for a caller that is to share it."""
        return self._bucket

    def paused(self) -> float:
        """Seconds for which nothing should be sent, because the broker asked for a pause or does not answer."""
        return max(self._not_before - self._monotonic(), self._circuit.left(), 0.0)

    async def _once(self, request: Request) -> Answer:
        await self._admit(request)
        try:
            answer = await self._http.send(request.method, request.url, params=request.params, body=request.body,
                                           content_type=request.content_type, signed=request.signed)  # fmt: skip
        except InDoubt as problem:
            self._circuit.failed()
            self._health.trouble(_what(request), problem)
            if request.writes:
                raise
            raise Unavailable(str(problem)) from problem
        except Unavailable as problem:
            self._circuit.failed()
            self._health.trouble(_what(request), problem)
            raise
        except BaseException:
            self._circuit.given_up()
            raise
        return self._weigh(request, answer)

    def _weigh(self, request: Request, answer: Answer) -> Answer:
        self._health.heard()
        self._health.date(answer.headers.get("Date"))
        verdict = self._judge(answer)
        (self._circuit.failed if verdict is not None and verdict.kind is Kind.DOWN else self._circuit.worked)()
        if verdict is None:
            return answer
        if not verdict.kind.rejects and verdict.kind not in {Kind.NOT_FOUND, Kind.DUPLICATE}:
            self._health.trouble(_what(request), verdict.message, verdict.code)
        if verdict.kind is Kind.THROTTLED:
            raise self._throttle(verdict, answer)
        if verdict.kind is Kind.DOWN:
            raise (InDoubt if request.writes else Unavailable)(verdict.message)
        if verdict.kind is Kind.LOGIN and request.writes:
            raise InDoubt(verdict.message)
        if verdict.kind is Kind.UNKNOWN:
            raise ProtocolError(verdict.message)
        raise Denied(verdict)

    async def _admit(self, request: Request) -> None:
        """Wait for a token, briefly; raises Unavailable where it would take too long or the circuit is open."""
        if request.urgent:
            self._bucket.take(urgent=True)
            return
        closed = max(self._not_before - self._monotonic(), 0.0) or self._circuit.wait()
        if closed:
            raise Throttled(
                f"nothing is sent for {closed:.1f} s: the broker asked for a pause or does not answer", closed
            )
        wait = self._bucket.wait(urgent=request.writes)
        if wait > _LONGEST_WAIT:
            self._circuit.given_up()
            raise Throttled(f"our own rate limit has room in {wait:.1f} s: nothing was sent", wait)
        while not self._bucket.take(urgent=request.writes):  # noqa: ASYNC110 - time refills it, nobody sets an event
            await asyncio.sleep(self._bucket.wait(urgent=request.writes))

    def _throttle(self, verdict: Verdict, answer: Answer) -> Throttled:
        text = answer.headers.get("Retry-After", "")
        try:
            seconds = min(max(float(text), 0.05), _LONGEST_THROTTLE)
        except ValueError:
            seconds = verdict.pause or self._pause
        self._not_before = self._monotonic() + seconds
        return Throttled(verdict.message, seconds)


def _what(request: Request) -> str:
    return f"{request.method} {request.url.partition('://')[2].partition('/')[2].partition('?')[0]}"
