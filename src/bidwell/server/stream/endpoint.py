"""The WebSocket itself: a ticket opens it, a few words steer it, a revoked session closes it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from bidwell.model.ids import WorkspaceId
from bidwell.server.context import ServerContext
from bidwell.server.limiting import Buckets
from bidwell.server.metrics import Metrics
from bidwell.server.stream.client import MALFORMED, REVOKED, STALLED, Client
from bidwell.server.stream.hub import Hub
from bidwell.server.stream.tickets import Tickets
from bidwell.server.stream.topics import Name

_LONGEST_WORD = 4096
_RECHECK_S = 15.0
_MOST_CLIENTS = 2000


class _Word(msgspec.Struct, forbid_unknown_fields=True):
    """What a reader may say."""

    op: str
    topics: list[str] = []
    last: dict[str, int] = {}


_decoder = msgspec.json.Decoder(_Word)


class Endpoint:
    """Lets readers with a ticket into their workspace's hub."""

    def __init__(self, context: ServerContext, hubs: Mapping[WorkspaceId, Hub], tickets: Tickets,
                 metrics: Metrics) -> None:  # fmt: skip
        self._context = context
        self._hubs = hubs
        self._tickets = tickets
        self._metrics = metrics
        self._open = 0

    async def serve(self, socket: WebSocket) -> None:
        """One reader from handshake to goodbye; without a good ticket the handshake is refused (403)."""
        admission = self._tickets.redeem(socket.query_params.get("ticket", ""))
        hub = self._hubs.get(WorkspaceId(admission.workspace)) if admission is not None else None
        if admission is None or hub is None or self._open >= _MOST_CLIENTS:
            await socket.close(REVOKED)
            return
        await socket.accept()
        client = Client(socket, admission.actor)
        hub.join(client)
        self._count(1)
        tasks = [asyncio.create_task(work) for work in (client.write(), client.watch(), self._listen(socket, hub, client),
                                                        self._recheck(client))]  # fmt: skip
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hub.leave(client)
            self._count(-1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if client.code == STALLED:
            self._metrics.evicted()
        if client.code is not None:
            await client.goodbye()

    def _count(self, change: int) -> None:
        self._open += change
        self._metrics.clients(self._open)

    async def _listen(self, socket: WebSocket, hub: Hub, client: Client) -> None:
        """Follow the reader's words until it goes; one that talks nonsense, or too much, is closed."""
        words = Buckets(rate=10, burst=60)
        loop = asyncio.get_running_loop()
        while True:
            try:
                text = await socket.receive_text()
            except (WebSocketDisconnect, KeyError, RuntimeError):
                return
            if len(text) > _LONGEST_WORD or words.take("", loop.time()) or not self._follow(hub, client, text):
                client.close(MALFORMED)
                await client.write()
                return

    def _follow(self, hub: Hub, client: Client, text: str) -> bool:
        try:
            word = _decoder.decode(text)
            names = [Name(one) for one in word.topics]
        except (msgspec.DecodeError, ValueError):
            return False
        if word.op == "subscribe":
            last = {Name(name): seq for name, seq in word.last.items() if name in set(Name)}
            hub.subscribe(client, list(dict.fromkeys(names)), last)
        elif word.op == "unsubscribe":
            client.topics -= set(names) or set(Name)
        else:
            return word.op == "pong"
        return True

    async def _recheck(self, client: Client) -> None:
        """A session revoked by another process, or past its end, closes the stream as well."""
        actor = client.actor
        while True:
            await asyncio.sleep(_RECHECK_S)
            now = self._context.clock.now()
            if actor.session is None:
                continue
            rows = await self._context.identity.sessions.of_user(actor.user, now)
            ends = {row.id: row.expires_at for row in rows}
            if ends.get(actor.session, now) <= now:
                client.close(REVOKED)
                await client.write()
                return
