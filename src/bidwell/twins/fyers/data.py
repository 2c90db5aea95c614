"""The lists of instruments, prices and bars by REST, and the binary price stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bidwell.model.market import Quote
from bidwell.model.money import ZERO
from bidwell.twins.fyers import hsm, words
from bidwell.twins.fyers.answers import bad, good
from bidwell.twins.fyers.records import Records, body_of
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Listed
from bidwell.twins.stage import Handler

_PRICES = "price:"
_RESOLUTIONS = {
    **{str(each): each * 60 for each in (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 240)},
    "D": 86_400,
    "1D": 86_400,
}
_LISTS = {"NSE_CM": ("NSE", 10), "BSE_CM": ("BSE", 10), "NSE_FO": ("NSE", 11), "BSE_FO": ("BSE", 11)}
_MOST = 50
ACKNOWLEDGE_EVERY = 3
Work = Callable[[web.Request], web.Response]


class MarketRoutes:
    """The lists' files, /data/quotes, /data/history, /data/symbol-token and the price stream."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self._told: dict[Line, dict[str, int]] = {}
        self._number = 0
        self.acknowledged: list[int] = []

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.get("/sym_details/{name}.csv", self.list),
            web.get("/data/quotes", self._read(self.quotes)),
            web.get("/data/history", self._read(self.history)),
            web.post("/data/symbol-token", self.tokens),
            web.get("/hsm/v1-5/prod", self.stream),
        ]

    def _read(self, work: Work) -> Handler:
        return self._stage.reading(
            lambda request: self._records.caller(request, -15), lambda request, _account: work(request)
        )

    # --- instruments ------------------------------------------------------------------------------

    async def list(self, request: web.Request) -> web.Response:
        """A list of instruments, which is public."""
        wanted = _LISTS.get(request.match_info["name"])
        if wanted is None:
            raise web.HTTPNotFound
        text = io.StringIO()
        rows = [row for row in self._stage.market.rows.values()
                if (row.exchange or "NSE", words.SEGMENTS[row.type]) == wanted]  # fmt: skip
        csv.writer(text, lineterminator="\n").writerows(words.listed(row) for row in rows)
        return web.Response(text=text.getvalue(), content_type="text/csv")

    # --- prices -----------------------------------------------------------------------------------

    def _quote_of(self, symbol: str) -> Quote | None:
        listed = self._stage.market.instrument(symbol)
        return None if listed is None else self._stage.venue.quotes[listed.id]

    def quotes(self, request: web.Request) -> web.Response:
        """GET /data/quotes."""
        symbols = request.query.get("symbols", "").split(",")
        if len(symbols) > _MOST:
            return bad(-50, "Please provide a maximum of 50 symbols", 400)
        return good(d=[self._named(symbol) for symbol in symbols])

    def _named(self, symbol: str) -> dict[str, Any]:
        quote = self._quote_of(symbol)
        if quote is None:
            return {"n": symbol, "s": "error", "v": {"code": -300, "errmsg": "Invalid symbol", "s": "error"}}
        if words.is_index(self._stage.market.rows[symbol]):
            quote = replace(quote, bid=ZERO, ask=ZERO)
        return {"n": symbol, "s": "ok", "v": {
            "ask": quote.ask, "bid": quote.bid, "chp": 0, "ch": 0, "description": symbol,
            "exchange": symbol.partition(":")[0], "fyToken": words.token_of(self._stage.market.rows[symbol]),
            "high_price": quote.last, "low_price": quote.last, "lp": quote.last,
            "open_price": quote.open or quote.last, "original_name": symbol,
            "prev_close_price": quote.previous_close or quote.last, "short_name": symbol.partition(":")[2],
            "spread": quote.ask - quote.bid, "symbol": symbol, "tt": str(int(quote.occurred_at.timestamp())),
            "volume": quote.volume, "atp": quote.last}}  # fmt: skip

    def history(self, request: web.Request) -> web.Response:
        """GET /data/history: rows of seconds since 1970, prices and volume."""
        query = request.query
        symbol, seconds = query.get("symbol", ""), _RESOLUTIONS.get(query.get("resolution", ""))
        if symbol not in self._stage.market.rows:
            return bad(-300, "Invalid symbol provided", 400)
        try:
            start, end = (_time(query[name], query.get("date_format", "0")) for name in ("range_from", "range_to"))
        except (KeyError, ValueError):
            return bad(-50, "Invalid input", 400)
        longest = timedelta(days=366 if seconds == 86_400 else 100)
        if seconds is None or end - start > longest:
            return bad(-50, "Invalid input", 400)
        bars = self._stage.market.bars(symbol, seconds, start, min(end, self._stage.market.now()))
        return good(candles=[[int(bar.start.timestamp()), bar.open, bar.high, bar.low, bar.close, bar.volume]
                             for bar in bars])  # fmt: skip

    async def tokens(self, request: web.Request) -> web.Response:
        """POST /data/symbol-token: the header holds the token alone."""
        if self._records.by_token(request.headers.get("Authorization", "")) is None:
            return bad(-15, "Please provide valid token", 401)
        asked = (await body_of(request)).get("symbols")
        symbols = [str(each) for each in asked] if isinstance(asked, list) else []
        rows = self._stage.market.rows
        return good(validSymbol={each: words.token_of(rows[each]) for each in symbols if each in rows},
                    invalidSymbol=[each for each in symbols if each not in rows])  # fmt: skip

    # --- the stream -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The price stream: a login by the key in the access token, then topics."""
        async with self._stage.lines.opened(request) as (line, socket):
            self._told[line] = {}
            try:
                async for frame in line.frames():
                    if not isinstance(frame, bytes):
                        break
                    if frame != hsm.HEARTBEAT and not self._said(line, hsm.read(frame)):
                        break
            finally:
                del self._told[line]
            return socket

    def _said(self, line: Line, said: tuple[int, dict[int, bytes]]) -> bool:
        kind, fields = said
        if kind == hsm.AUTH:
            person = self._records.by_key(fields.get(1, b"").decode("utf-8", "replace"))
            line.account = person.account if person is not None else ""
            line.put(hsm.reply(kind, good=person is not None, acknowledge_every=ACKNOWLEDGE_EVERY))
            return True
        if not line.account:
            return False
        if kind == hsm.ACK:
            self.acknowledged.append(int.from_bytes(fields[1], "big"))
            return True
        if kind in {hsm.SUBSCRIBE, hsm.UNSUBSCRIBE}:
            line.put(hsm.reply(kind))
            for topic in hsm.topics(fields[1]):
                self._subscribe(line, topic, more=kind == hsm.SUBSCRIBE)
            return True
        if kind in {hsm.MODE, hsm.PAUSE, hsm.RESUME}:
            line.put(hsm.reply(kind))
        return kind in {hsm.MODE, hsm.PAUSE, hsm.RESUME}

    def _subscribe(self, line: Line, topic: str, *, more: bool) -> None:
        row = next(
            (each for each in self._stage.market.rows.values() if hsm.topic(words.token_of(each)) == topic), None
        )
        if row is None:
            return
        name = f"{_PRICES}{row.symbol}"
        if not more:
            line.wants.discard(name)
            return
        line.wants.add(name)
        told = self._told[line]
        told[row.symbol] = len(told) + 1
        quote = self._quote_of(row.symbol)
        if quote is not None:
            line.put(self._feed(hsm.snapshot(told[row.symbol], topic, row, figures(quote, row))))

    def prices(self, instruments: Sequence[str]) -> None:
        """Say what moved to whoever subscribed to it; what did not change is said to be so."""
        for name in instruments:
            quote, symbol = self._stage.venue.quotes[name], self._stage.market.symbols[name]
            row = self._stage.market.rows[symbol]
            for line, told in self._told.items():
                if f"{_PRICES}{symbol}" in line.wants:
                    changed = figures(quote, row)
                    # Volume and the day's prices stay as they were told.
                    changed[8:] = [hsm.ABSENT] * len(changed[8:])
                    line.put(self._feed(hsm.update(told[symbol], changed)))

    def _feed(self, record: bytes) -> bytes:
        self._number += 1
        return hsm.feed(self._number, [record])


def figures(quote: Quote, row: Listed) -> list[int]:
    """A quote as the figures of a topic, in the stream's order."""
    at = int(quote.occurred_at.timestamp())
    last, bid, ask = (hsm.scaled(each, row) for each in (quote.last, quote.bid, quote.ask))
    opens, before = (hsm.scaled(each or quote.last, row) for each in (quote.open, quote.previous_close))
    return [last, int(quote.volume), at, at, int(quote.bid_quantity), int(quote.ask_quantity), bid, ask, 1,
            int(quote.bid_quantity), int(quote.ask_quantity), last, hsm.ABSENT, last, last, hsm.ABSENT, hsm.ABSENT, 0, 0,
            opens, before]  # fmt: skip


def _time(text: str, form: str) -> datetime:
    if form == "0":
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=words.IST)
