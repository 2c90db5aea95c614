"""What a desk that stands by answers: that it is alive, that it is not ready, and who leads."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bidwell.engine.ports import Entropy
from bidwell.server.addresses import Callers
from bidwell.server.door import Door, Rules
from bidwell.server.limiting import Buckets
from bidwell.server.metrics import Metrics
from bidwell.server.problems import ProblemError, answer

CODE = "standby"
_REQUESTS_PER_S = 200
_BURST = 600


class _Standby:
    def __init__(self, said: Callable[[], str]) -> None:
        self._said = said

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013, "reason": CODE})
            return
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["path"] == "/health/live":
            return Response(b'{"ok":true}', media_type="application/json")
        if scope["path"] == "/health/ready":
            body = {"ok": False, "components": {"lease": {"ok": False, "detail": self._said()}}}
            return Response(msgspec.json.encode(body), 503, media_type="application/json")
        problem = ProblemError(503, CODE, self._said(), hint="send it to the desk that leads, or try again",
                               headers={"Retry-After": "1"})  # fmt: skip
        return answer(HTTPConnection(scope), problem)


def create_standby_app(said: Callable[[], str], hosts: frozenset[str], proxies: tuple[str, ...],
                       entropy: Entropy) -> ASGIApp:  # fmt: skip
    """The application of a desk that stands by; `said` tells for whom, in words.

    Everything but health is refused with 503 `standby`, so that a sender or a proxy goes on to the desk that leads.
    """
    buckets = Buckets(_REQUESTS_PER_S, _BURST)
    rules = Rules(Callers(proxies), buckets, buckets, hosts)
    return Door(_Standby(said), rules, entropy, Metrics())
