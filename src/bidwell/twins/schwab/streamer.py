"""The stream: one for a user at a time, commands with numbered answers, heartbeats, activity and prices that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from bidwell.twins.lines import Line
from bidwell.twins.schwab import words
from bidwell.twins.schwab.account import CORRELATION
from bidwell.twins.schwab.answers import encoded
from bidwell.twins.schwab.records import Records, number_of
from bidwell.twins.stage import ORDERS

ACTIVITY, EQUITIES, OPTIONS = "ACCT_ACTIVITY", "LEVELONE_EQUITIES", "LEVELONE_OPTIONS"
_SERVICES = {"equity": EQUITIES, "option": OPTIONS}
_PRICES = "price:"
HEARTBEAT = 5.0
_GOODBYE = 0.05


class StreamRoutes:
    """/ws."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self._told: dict[str, dict[str, Any]] = {}
        self._count = 0

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URL."""
        return [web.get("/ws", self.stream)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """One connection."""
        async with self._stage.lines.opened(request) as (line, socket):
            beating = asyncio.get_running_loop().create_task(self._beat(line))
            try:
                async for frame in line.frames():
                    try:
                        requests = msgspec.json.decode(frame)["requests"]
                        for each in requests:
                            self._said(line, each)
                    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
                        line.put(self._answer({}, 21, "Bad command formatting"))
            finally:
                beating.cancel()
            return socket

    async def _beat(self, line: Line) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            line.put(_text({"notify": [{"heartbeat": str(self._now())}]}))

    # --- commands ---------------------------------------------------------------------------------

    def _said(self, line: Line, said: dict[str, Any]) -> None:
        service, command, given = said["service"], said["command"], said.get("parameters") or {}
        if service == "ADMIN" and command == "LOGIN":
            self._log_in(line, said, str(given.get("Authorization")))
        elif not line.account or said.get("SchwabClientCorrelId") != CORRELATION:
            line.put(self._answer(said, 20, "STREAM CONNECTION NOT FOUND - Please login again."))
        elif service == ACTIVITY:
            line.wants = line.wants - {ORDERS} if command == "UNSUBS" else line.wants | {ORDERS}
            line.put(self._answer(said, 0, f"{command} command succeeded"))
            line.put(self.activity([("", "SUBSCRIBED", "")]))
        elif service in {EQUITIES, OPTIONS}:
            self._follow(line, said, service, command, [each for each in str(given["keys"]).split(",") if each])
        else:
            line.put(self._answer(said, 11, "Service not available or temporary down."))

    def _log_in(self, line: Line, said: dict[str, Any], token: str) -> None:
        people = self._records.accounts(f"Bearer {token}")
        if not people:
            line.put(self._answer(said, 3, "Login Denied.: token is invalid or has expired."))
            return
        for other in {each for person in people for each in self._stage.lines.of(person.account)} - {line}:
            other.put(self._answer(said, 12, "Each user may only have one Streamer open at a time."))
            asyncio.get_running_loop().call_later(_GOODBYE, other.cut)
        line.account, line.also = people[0].account, {each.account for each in people[1:]}
        line.put(self._answer(said, 0, "server=twin;status=NP"))

    def _follow(self, line: Line, said: dict[str, Any], service: str, command: str, keys: list[str]) -> None:
        topics = {f"{_PRICES}{key}" for key in keys}
        known = [key for key in keys if key in self._stage.market.rows
                 and _SERVICES[self._stage.market.rows[key].type] == service]  # fmt: skip
        if command == "UNSUBS":
            line.wants = line.wants - topics
        else:
            line.wants = line.wants | topics
        line.put(self._answer(said, 0, f"{command} command succeeded"))
        if command != "UNSUBS" and known:
            rows = []
            for key in known:
                row = self._stage.market.rows[key]
                quote = self._stage.venue.quotes[self._stage.market.instrument(key).id]  # type: ignore[union-attr]  # it is listed
                self._told[key] = words.ticked(row, quote)
                rows.append({"key": key, "delayed": False, "assetMainType": words.ASSETS[row.type],
                             **self._told[key]})  # fmt: skip
            line.put(self._data(service, rows))

    # --- what is told -----------------------------------------------------------------------------

    def prices(self, instruments: Sequence[str]) -> None:
        """Say what changed of what moved."""
        for name in instruments:
            symbol = self._stage.market.symbols[name]
            row = self._stage.market.rows[symbol]
            now, before = words.ticked(row, self._stage.venue.quotes[name]), self._told.get(symbol, {})
            self._told[symbol] = now
            changed = {number: value for number, value in now.items() if before.get(number) != value}
            self._stage.lines.tell("", [self._data(_SERVICES[row.type], [{"key": symbol, **changed}])],
                                   f"{_PRICES}{symbol}")  # fmt: skip

    def activity(self, messages: Sequence[tuple[str, str, str]]) -> str:
        """A frame of the activity service: account, kind and data of each message."""
        rows = []
        for account, kind, said in messages:
            self._count += 1
            number = number_of(self._stage.people[account]) if account else ""
            rows.append({"seq": self._count, "key": CORRELATION, "1": number, "2": kind, "3": said})
        return self._data(ACTIVITY, rows)

    def _data(self, service: str, rows: list[dict[str, Any]]) -> str:
        return _text({"data": [{"service": service, "timestamp": self._now(), "command": "SUBS", "content": rows}]})

    def _answer(self, said: dict[str, Any], code: int, message: str) -> str:
        return _text({"response": [{
            "service": said.get("service", ""), "command": said.get("command", ""),
            "requestid": str(said.get("requestid", "")), "SchwabClientCorrelId": CORRELATION,
            "timestamp": self._now(), "content": {"code": code, "msg": message}}]})  # fmt: skip

    def _now(self) -> int:
        return words.milliseconds(self._stage.market.now())


def _text(value: object) -> str:
    return encoded(value).decode()
