"""Instruments and prices: the list, a search, quotes, bars, and the binary price stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.market import Bar, Quote
from bidwell.twins.angelone import words
from bidwell.twins.angelone.answers import packed, refuse, reply
from bidwell.twins.angelone.packets import MODES, packet
from bidwell.twins.angelone.records import Records
from bidwell.twins.angelone.session import StrangerError
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Listed

_SECURE = "/rest/secure/angelbroking"
_INTERVALS = {"ONE_MINUTE": 60, "THREE_MINUTE": 180, "FIVE_MINUTE": 300, "TEN_MINUTE": 600, "FIFTEEN_MINUTE": 900,
              "THIRTY_MINUTE": 1800, "ONE_HOUR": 3600, "ONE_DAY": 86400}  # fmt: skip
_MOST_DAYS = {60: 30, 180: 60, 300: 100, 600: 100, 900: 200, 1800: 200, 3600: 400, 86400: 2000}
_MOST_QUOTES = 50
_SUBSCRIBE, _UNSUBSCRIBE = 1, 0
_EXCHANGES = {number: name for name, number in words.EXCHANGE_TYPES.items()}
Said = Mapping[str, Any]


class MarketRoutes:
    """The instrument list, /market, /historical, /order/v1/searchScrip and /smart-stream."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self._number = 0

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs; the list is everybody's."""
        reading = self._records.reading
        return [
            web.get("/OpenAPI_File/files/OpenAPIScripMaster.json", self.master),
            web.post(f"{_SECURE}/order/v1/searchScrip", reading(self.search)),
            web.post(f"{_SECURE}/market/v1/quote", reading(self.quotes)),
            web.post(f"{_SECURE}/historical/v1/getCandleData", reading(self.bars)),
            web.get("/smart-stream", self.stream),
        ]

    # --- instruments ------------------------------------------------------------------------------

    async def master(self, _request: web.Request) -> web.Response:
        """GET OpenAPIScripMaster.json."""
        rows = [words.scrip(row) for row in self._stage.market.rows.values()]
        return web.Response(body=packed(rows), content_type="application/json")

    def search(self, said: Said, _account: str) -> web.Response:
        """POST searchScrip: names that begin so."""
        exchange, text = str(said.get("exchange", "")), str(said.get("searchscrip", "")).upper()
        found = [row for row in self._stage.market.rows.values()
                 if row.exchange == exchange and row.symbol.upper().startswith(text)]  # fmt: skip
        return reply([{"exchange": row.exchange, "tradingsymbol": row.symbol, "symboltoken": words.token(row)}
                      for row in found])  # fmt: skip

    # --- prices -----------------------------------------------------------------------------------

    def quotes(self, said: Said, _account: str) -> web.Response:
        """POST quote, in the mode FULL."""
        fetched, unfetched = [], []
        asked = [
            (exchange, token) for exchange, tokens in dict(said.get("exchangeTokens") or {}).items() for token in tokens
        ]
        if len(asked) > _MOST_QUOTES:
            return refuse("Request limit exceeded: 50 tokens")
        for exchange, token in asked:
            row = self._records.by_token(exchange, str(token))
            if row is None:
                unfetched.append({"exchange": exchange, "symbolToken": token, "message": "Symbol token is missing",
                                  "errorCode": "AB4018"})  # fmt: skip
            else:
                fetched.append(self._full(row, self._quote(row)))
        return reply({"fetched": fetched, "unfetched": unfetched})

    def _full(self, row: Listed, quote: Quote) -> dict[str, Any]:
        now = words.stamp(self._stage.market.now())
        none = {"price": 0, "quantity": 0, "orders": 0}
        sides = {"buy": (quote.bid, quote.bid_quantity), "sell": (quote.ask, quote.ask_quantity)}
        index = words.kind(row) == "AMXIDX"
        return {
            "exchange": row.exchange, "tradingSymbol": row.symbol, "symbolToken": words.token(row), "ltp": quote.last,
            "open": quote.open or quote.last, "high": quote.last, "low": quote.last,
            "close": quote.previous_close or quote.last, "lastTradeQty": 1, "exchFeedTime": now, "exchTradeTime": now,
            "netChange": Decimal(0), "percentChange": Decimal(0), "avgPrice": quote.last, "tradeVolume": quote.volume,
            "opnInterest": 0, "lowerCircuit": quote.last * Decimal("0.9"), "upperCircuit": quote.last * Decimal("1.1"),
            "totBuyQuan": quote.bid_quantity, "totSellQuan": quote.ask_quantity, "52WeekLow": quote.last,
            "52WeekHigh": quote.last,
            "depth": {side: [none if index else {"price": price, "quantity": quantity, "orders": 1}, none, none, none, none]
                      for side, (price, quantity) in sides.items()},
        }  # fmt: skip

    def bars(self, said: Said, _account: str) -> web.Response:
        """POST getCandleData."""
        row = self._records.by_token(str(said.get("exchange", "")), str(said.get("symboltoken", "")))
        seconds = _INTERVALS.get(str(said.get("interval", "")))
        try:
            start, end = (_minute(str(said.get(name, ""))) for name in ("fromdate", "todate"))
        except ValueError:
            start = end = self._stage.market.now()
        if row is None or seconds is None or end <= start or end - start > timedelta(days=_MOST_DAYS[seconds]):
            return refuse("Something Went Wrong, Please Try After Sometime", "AB1004")
        found = self._stage.market.bars(row.symbol, seconds, start, min(end, self._stage.market.now()))
        return reply([_candle(bar) for bar in found])

    def _quote(self, row: Listed) -> Quote:
        instrument = self._stage.market.instrument(row.symbol)
        if instrument is None:
            raise LookupError(row.symbol)
        return self._stage.venue.quotes[instrument.id]

    # --- the stream -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /smart-stream: the tokens are in the upgrade; a text `ping` is answered."""
        try:
            person = self._records.sessions.listener(request)
        except StrangerError:
            raise web.HTTPUnauthorized from None
        async with self._stage.lines.opened(request) as (line, socket):
            line.account = person.account
            async for frame in line.frames():
                if frame == "ping":
                    line.put("pong")
                else:
                    self._subscribed(line, frame)
            return socket

    def _subscribed(self, line: Line, frame: str | bytes) -> None:
        try:
            said = msgspec.json.decode(frame)
            mode, lists = int(said["params"]["mode"]), list(said["params"]["tokenList"])
            asked = [(_EXCHANGES[int(each["exchangeType"])], str(token)) for each in lists for token in each["tokens"]]
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            line.put('{"correlationID":"","errorCode":"E1001","errorMessage":"Invalid Request Payload."}')
            return
        if mode not in MODES or said.get("action") not in {_SUBSCRIBE, _UNSUBSCRIBE}:
            line.put(
                '{"correlationID":"","errorCode":"E1002","errorMessage":"Invalid Request. Subscription Limit Exceeded"}'
            )
            return
        for exchange, token in asked:
            row = self._records.by_token(exchange, token)
            name = f"{mode}:{exchange}:{token}"
            if said["action"] == _UNSUBSCRIBE:
                line.wants.discard(name)
            elif row is not None:
                line.wants.add(name)
                line.put(self._packet(mode, row))

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved: tell whoever subscribed."""
        for instrument in instruments:
            row = self._records.listed(instrument)
            for mode in MODES:
                name = f"{mode}:{row.exchange}:{words.token(row)}"
                for line in self._stage.lines.of(""):
                    if name in line.wants:
                        line.put(self._packet(mode, row))

    def _packet(self, mode: int, row: Listed) -> bytes:
        self._number += 1
        return packet(mode, row, self._quote(row), self._number, self._stage.market.now())


def _minute(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=words.INDIA)


def _candle(bar: Bar) -> list[Any]:
    at = words.india(bar.start).isoformat(timespec="seconds")
    return [at, bar.open, bar.high, bar.low, bar.close, int(bar.volume)]
