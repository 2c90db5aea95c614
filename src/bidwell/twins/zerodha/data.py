"""Instruments and prices: the CSV lists, candles, quotes by REST, and the ticker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.market import Quote
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Listed
from bidwell.twins.stage import ORDERS, Handler
from bidwell.twins.zerodha import packets, words
from bidwell.twins.zerodha.answers import refuse, reply
from bidwell.twins.zerodha.records import Records

_INTERVALS = {"minute": 60, "3minute": 180, "5minute": 300, "10minute": 600, "15minute": 900, "30minute": 1800,
              "60minute": 3600, "day": 86400}  # fmt: skip
_MOST_QUOTES = {"": 500, "ohlc": 1000, "ltp": 1000}
_LIFE_SIGN = 1.0
_NOBODY: dict[str, Any] = {"price": 0, "quantity": 0, "orders": 0}
Work = Callable[[web.Request], web.Response]


class MarketRoutes:
    """/instruments, /quote and the ticker."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs; the ticker has a host of its own at Kite, and is at the root."""
        reads: list[tuple[str, Work]] = [
            ("/instruments", self.instruments), ("/instruments/historical/{token}/{interval}", self.candles),
            ("/instruments/{exchange}", self.instruments), ("/quote", self.quotes), ("/quote/{what}", self.quotes),
        ]  # fmt: skip
        return [*(web.get(path, self._read(work)) for path, work in reads), web.get("/", self.stream)]

    def _read(self, work: Work) -> Handler:
        return self._stage.reading(self._records.caller, lambda request, _account: work(request))

    # --- by REST ----------------------------------------------------------------------------------

    def instruments(self, request: web.Request) -> web.Response:
        """GET /instruments, GET /instruments/{exchange}."""
        wanted = request.match_info.get("exchange")
        rows = [row for row in self._stage.market.rows.values() if wanted in {None, row.exchange}]
        lines = [words.COLUMNS, *(words.line(row, self._records.token_of(row.symbol)) for row in rows)]
        answer = web.Response(text="\n".join(lines) + "\n", content_type="text/csv")
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    def candles(self, request: web.Request) -> web.Response:
        """GET /instruments/historical/{instrument_token}/{interval}."""
        token, seconds = request.match_info["token"], _INTERVALS.get(request.match_info["interval"])
        row = self._records.by_token(int(token)) if token.isdecimal() else None
        try:
            start, end = (_time(request.query[name]) for name in ("from", "to"))
        except (KeyError, ValueError):
            return refuse(400, "Invalid `from` or `to` date.", "InputException")
        if row is None or seconds is None:
            return refuse(400, "Invalid `instrument_token` or `interval`.", "InputException")
        bars = self._stage.market.bars(row.symbol, seconds, start, min(end, self._stage.market.now()))
        interest = [0] if request.query.get("oi") == "1" else []
        return reply({"candles": [
            [bar.start.astimezone(words.INDIA).strftime("%Y-%m-%dT%H:%M:%S%z"), *map(words.number, (
                bar.open, bar.high, bar.low, bar.close, bar.volume)), *interest] for bar in bars
        ]})  # fmt: skip

    def quotes(self, request: web.Request) -> web.Response:
        """GET /quote, /quote/ohlc, /quote/ltp."""
        what, keys = request.match_info.get("what", ""), request.query.getall("i", [])
        if what not in _MOST_QUOTES or len(keys) > _MOST_QUOTES[what]:
            return refuse(400, "Too many instruments, or none of these quotes.", "InputException")
        rows = {key: row for key in keys if (row := self._records.by_key(key)) is not None}
        return reply({key: self._quote(row, what) for key, row in rows.items()})

    def _quote(self, row: Listed, what: str) -> dict[str, Any]:
        quote = self._newest(row)
        number = words.number
        ohlc = {"open": number(quote.open), "high": number(max(quote.last, quote.open or quote.last)),
                "low": number(min(quote.last, quote.open or quote.last)), "close": number(quote.previous_close)}  # fmt: skip
        found: dict[str, Any] = {
            "instrument_token": self._records.token_of(row.symbol),
            "last_price": number(quote.last),
        }
        if what:
            return found | ({"ohlc": ohlc} if what == "ohlc" else {})
        at = words.stamp(quote.occurred_at)
        return found | {
            "timestamp": at, "last_trade_time": at, "last_quantity": 1, "buy_quantity": int(quote.bid_quantity),
            "sell_quantity": int(quote.ask_quantity), "volume": int(quote.volume), "average_price": number(quote.last),
            "oi": 0, "oi_day_high": 0, "oi_day_low": 0, "net_change": 0,
            "lower_circuit_limit": number(quote.bid * Decimal("0.9")),
            "upper_circuit_limit": number(quote.ask * Decimal("1.1")), "ohlc": ohlc,
            "depth": {"buy": _side(quote.bid, quote.bid_quantity), "sell": _side(quote.ask, quote.ask_quantity)},
        }  # fmt: skip

    def _newest(self, row: Listed) -> Quote:
        listed = self._stage.market.instrument(row.symbol)
        if listed is None:
            raise web.HTTPNotFound
        return self._stage.venue.quotes[listed.id]

    # --- the ticker -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The ticker: the login is in the address, order updates come by themselves, prices as they are asked for."""
        person = self._records.person(request.query.get("api_key", ""), request.query.get("access_token", ""))
        if person is None:
            raise web.HTTPForbidden(text="Incorrect `api_key` or `access_token`.")
        async with self._stage.lines.opened(request) as (line, socket):
            line.account, line.wants = person.account, {ORDERS}
            living = asyncio.get_running_loop().create_task(_live(line))
            try:
                async for text in line.frames():
                    self._said(line, text)
            finally:
                living.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await living
            return socket

    def _said(self, line: Line, text: str | bytes) -> None:
        try:
            said: dict[str, Any] = msgspec.json.decode(text)
            action, value = said["a"], said["v"]
            mode, tokens = value if action == "mode" else (packets.QUOTE, value)
            wanted = [int(token) for token in tokens]
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            line.put(_message("error", "Invalid message."))
            return
        if action not in {"subscribe", "unsubscribe", "mode"} or mode not in {packets.LTP, packets.QUOTE, packets.FULL}:
            line.put(_message("error", "Invalid message."))
            return
        for token in wanted:
            line.wants = {each for each in line.wants if not each.endswith(f":{token}")}
        if action != "unsubscribe":
            line.wants |= {f"{mode}:{token}" for token in wanted}
            shown = [found for token in wanted if (found := self._packet(token, mode)) is not None]
            if shown:
                line.put(packets.frame(shown))

    def _packet(self, token: int, mode: str) -> bytes | None:
        row = self._records.by_token(token)
        if row is None:
            return None
        return packets.packet(token, self._newest(row), mode, index=bool(row.extra.get("index")))

    def prices(self, instruments: Sequence[str]) -> None:
        """Say what moved to whoever subscribed to it, each in the mode that was asked for."""
        for name in instruments:
            token = self._records.token_of(self._stage.market.symbols[name])
            for mode in (packets.LTP, packets.QUOTE, packets.FULL):
                shown = self._packet(token, mode)
                if shown is not None:
                    self._stage.lines.tell("", [packets.frame([shown])], f"{mode}:{token}")


async def _live(line: Line) -> None:
    while True:
        await asyncio.sleep(_LIFE_SIGN)
        line.put(packets.HEARTBEAT)


def _side(price: Decimal, quantity: Decimal) -> list[dict[str, Any]]:
    return [{"price": words.number(price), "quantity": int(quantity), "orders": 1}, *([_NOBODY] * 4)]


def _message(kind: str, said: object) -> str:
    return msgspec.json.encode({"type": kind, "data": said}).decode()


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=words.INDIA)
