"""The sockets: opening, heartbeats both ways, authorization, requests under numbers, the user's world and prices."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from bidwell.twins.lines import Line, WebLine
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Person
from bidwell.twins.stage import ORDERS
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.prices import Prices
from bidwell.twins.tradovate.reads import PLURALS, Reads
from bidwell.twins.tradovate.records import Records
from bidwell.twins.tradovate.words import Row

BEAT = 2.5
SILENCE = 10.0
Call = Callable[[web.Request, str, str, Sequence[Person], dict[str, str], Row], Awaitable[web.Response]]


class Sockets:
    """/v1/websocket and /md/v1/websocket; `call` answers what REST would."""

    def __init__(self, records: Records, reads: Reads, prices: Prices, call: Call) -> None:
        self._records = records
        self._stage = records.stage
        self._reads = reads
        self._prices = prices
        self._call = call
        self.deaf = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection."""
        async with self._stage.lines.opened(request) as (line, socket):
            line.put("o")
            beating = asyncio.get_running_loop().create_task(_beat(line))
            try:
                await self._listen(request, line)
            finally:
                beating.cancel()
            return socket

    async def _listen(self, request: web.Request, line: WebLine) -> None:
        token = ""
        frames = line.frames()
        while True:
            try:
                async with asyncio.timeout(SILENCE):
                    said = await anext(frames)
            except (StopAsyncIteration, TimeoutError):
                return
            text = said if isinstance(said, str) else said.decode()
            if text == "[]":
                continue
            parts = text.split("\n", 3)
            if len(parts) != 4 or not parts[1].isdecimal():
                line.put('c[4000,"Bad request"]')
                return
            if parts[0] == "authorize":
                token = self._authorize(line, int(parts[1]), parts[3])
                continue
            with contextlib.suppress(web.HTTPUnauthorized):
                await self._answer(request, line, self._records.people_of(token), parts)
                continue
            line.put(words.frame([{"s": 401, "i": int(parts[1]), "d": "Access is denied"}]))

    def _authorize(self, line: Line, number: int, token: str) -> str:
        try:
            people = self._records.people_of("" if self.deaf else token)
        except web.HTTPUnauthorized:
            line.put(words.frame([{"s": 401, "i": number, "d": "Access is denied"}]))
            return ""
        line.account = people[0].account
        line.put(words.frame([{"s": 200, "i": number}]))
        return token

    async def _answer(self, request: web.Request, line: Line, people: Sequence[Person], parts: list[str]) -> None:
        operation, number, query, raw = parts[0].lower(), int(parts[1]), parts[2], parts[3]
        body = msgspec.json.decode(raw) if raw else {}
        if operation.startswith("md/"):
            said, more = self._prices.answer(line, people, operation, body)
            line.put(words.frame([{"s": 200, "i": number, "d": said}]))
            for frame in more:
                line.put(frame)
            return
        if operation == "user/syncrequest":
            penalty = self._records.penalized(body)
            answer = penalty or await self._stage.play(
                request, On.READ, people[0].account, lambda _refusal, _first: (self._world(line, people, body), ())
            )
        else:
            entity, _, action = operation.partition("/")
            fields = dict(part.partition("=")[::2] for part in query.split("&") if part)
            answer = await self._call(request, entity, action, people, fields, body)
        payload = answer.body if isinstance(answer.body, bytes) else b"null"
        line.put(words.frame([{"s": answer.status, "i": number, "d": msgspec.Raw(payload or b"null")}]))

    def _world(self, line: Line, people: Sequence[Person], body: Row) -> web.Response:
        """user/syncrequest: everything of the kinds that were asked for, and changes from here on."""
        wanted = [each for each in people if self._records.accounts[each.account] in body.get("accounts", [])] or list(
            people
        )
        line.account, line.wants = wanted[0].account, {ORDERS}
        kinds = body.get("entityTypes", [])
        world: Row = {"users": [{"id": 1, "name": people[0].fields["name"]}], "contractGroups": []}
        world |= {PLURALS[kind]: self._reads.rows(kind, wanted) for kind in kinds if kind in PLURALS}
        return words.reply(world)


async def _beat(line: Line) -> None:
    while True:
        await asyncio.sleep(BEAT)
        line.put("h")
