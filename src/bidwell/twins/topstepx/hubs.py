"""The two hubs: SignalR's JSON protocol, without negotiation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.market import Quote
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Person
from bidwell.twins.stage import ORDERS
from bidwell.twins.topstepx import words
from bidwell.twins.topstepx.answers import END, event, record
from bidwell.twins.topstepx.records import Records

PING_EVERY = 15.0
_USER = ("Accounts", "Orders", "Positions", "Trades")
_MARKET = {"Quotes": "quotes", "Trades": "trades", "MarketDepth": "depth"}

Call = Callable[[Line, list[Person], str, list[Any]], str | None]


class HubRoutes:
    """/hubs/user and /hubs/market."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [web.get("/hubs/user", self._hub(_user)), web.get("/hubs/market", self._hub(self._market))]

    def _hub(self, call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            people = self._records.callers(request)
            async with self._stage.lines.opened(request) as (line, socket):
                pinging = asyncio.get_running_loop().create_task(_ping(line))
                shaken = False
                try:
                    async for frame in line.frames():
                        for said in _read(frame):
                            if not shaken and said.get("protocol") == "json":
                                shaken = True
                                line.put(record({}))
                            elif not shaken:
                                line.put(record({"error": "Handshake was canceled."}))
                            else:
                                _answer(line, people, said, call)
                except msgspec.MsgspecError:
                    line.put(record({"type": 7, "error": "Connection closed with an error."}))
                finally:
                    pinging.cancel()
                return socket

        return handle

    def _market(self, line: Line, people: list[Person], target: str, arguments: list[Any]) -> str | None:
        line.account = people[0].account
        for name, topic in _MARKET.items():
            for verb in ("Subscribe", "Unsubscribe"):
                if target == f"{verb}Contract{name}":
                    wanted = f"{topic}:{arguments[0]}"
                    line.wants = line.wants | {wanted} if verb == "Subscribe" else line.wants - {wanted}
                    return None
        return f"Unknown hub method '{target}'"

    def prices(self, instruments: Sequence[str]) -> None:
        """Say what moved to whoever subscribed to it."""
        for name in instruments:
            quote, symbol = self._stage.venue.quotes[name], self._stage.market.symbols[name]
            frames = {
                "quotes": event("GatewayQuote", symbol, self._quote(symbol, quote)),
                "trades": event("GatewayTrade", symbol, [self._trade(symbol, quote), None]),
                "depth": event("GatewayDepth", symbol, _depth(quote)),
            }
            for topic, frame in frames.items():
                self._stage.lines.tell("", [frame], f"{topic}:{symbol}")

    def _quote(self, symbol: str, quote: Quote) -> dict[str, Any]:
        at = words.stamp(quote.occurred_at)
        change = quote.last - (quote.previous_close or quote.last)
        return {
            "symbol": words.symbol_id(self._stage.market.rows[symbol]), "lastPrice": quote.last, "bestBid": quote.bid,
            "bestAsk": quote.ask, "change": change, "changePercent": round(float(change / quote.last) * 100, 2),
            "volume": 120345, "lastUpdated": at, "timestamp": at,
        }  # fmt: skip

    def _trade(self, symbol: str, quote: Quote) -> dict[str, Any]:
        return {"symbolId": words.symbol_id(self._stage.market.rows[symbol]), "price": quote.last,
                "timestamp": words.stamp(quote.occurred_at), "type": 0, "volume": 2}  # fmt: skip


def _user(line: Line, people: list[Person], target: str, arguments: list[Any]) -> str | None:
    """A call of the user hub; what it answers where it cannot."""
    if target not in {f"{verb}{name}" for verb in ("Subscribe", "Unsubscribe") for name in _USER}:
        return f"Unknown hub method '{target}'"
    if not target.endswith("Accounts"):
        account = str(arguments[0])
        if account not in {each.account for each in people}:
            return "Account not found"
        if target == "SubscribeOrders":
            line.also.add(account)
            line.wants = line.wants | {ORDERS}
        elif target == "UnsubscribeOrders":
            line.also.discard(account)
    return None


def _answer(line: Line, people: list[Person], said: dict[str, Any], call: Call) -> None:
    if said.get("type") != 1:
        return
    arguments = said.get("arguments") or []
    target = str(said.get("target"))
    try:
        wrong = call(line, people, target, arguments)
    except IndexError:
        wrong = f"Failed to invoke '{target}' due to an error on the server."
    answer = {"type": 3, "invocationId": said.get("invocationId")}
    line.put(record(answer | ({"result": None} if wrong is None else {"error": wrong})))


def _depth(quote: Quote) -> dict[str, Any]:
    return {"timestamp": words.stamp(quote.occurred_at), "type": 1, "price": quote.ask, "volume": quote.ask_quantity,
            "currentVolume": quote.ask_quantity}  # fmt: skip


def _read(frame: str | bytes) -> list[dict[str, Any]]:
    text = frame.decode() if isinstance(frame, bytes) else frame
    return [msgspec.json.decode(each, type=dict[str, Any]) for each in text.split(END) if each]


async def _ping(line: Line) -> None:
    while True:
        await asyncio.sleep(PING_EVERY)
        line.put(record({"type": 6}))
