"""Instruments and prices: lists, bars, newest quotes and prints by REST, and the market data streams."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.market import Bar, Quote
from bidwell.twins.alpaca import words
from bidwell.twins.alpaca.answers import reply
from bidwell.twins.alpaca.records import Records
from bidwell.twins.lines import Line
from bidwell.twins.stage import Handler

_UNITS = {"Min": 60, "T": 60, "Hour": 3600, "H": 3600, "Day": 86400, "D": 86400, "Week": 604800, "W": 604800}
_PRICES = "price:"
Work = Callable[[web.Request], web.Response]
Shape = Callable[[Quote], dict[str, Any]]


class MarketRoutes:
    """/v2/assets, /v2/options/contracts, /v2/stocks, /v1beta3/crypto/us, /v1beta1/options and the price streams."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        plain: list[tuple[str, Work]] = [
            ("/v2/assets", self.assets), ("/v2/assets/{symbol:.+}", self.asset),
            ("/v2/options/contracts", self.options), ("/v2/options/contracts/{symbol}", self.option),
        ]  # fmt: skip
        newest: list[tuple[str, Shape, str]] = [
            ("quotes", self._quote, "quotes"), ("trades", self._trade, "trades"), ("bars", self._minute, "bars"),
        ]  # fmt: skip
        for base, latest in (
            ("/v2/stocks", "{}/latest"),
            ("/v1beta1/options", "{}/latest"),
            ("/v1beta3/crypto/us", "latest/{}"),
        ):
            plain.append((f"{base}/bars", self.bars))
            plain.append((f"{base}/snapshots", self._snapshots(wrapped=base != "/v2/stocks")))
            plain += [(f"{base}/{latest.format(word)}", self._latest(shape, key)) for word, shape, key in newest]
        streams = ["/v2/iex", "/v2/sip", "/v2/delayed_sip", "/v2/test", "/v1beta3/crypto/us"]
        return [*(web.get(path, self._read(work)) for path, work in plain),
                *(web.get(path, self.stream) for path in streams)]  # fmt: skip

    def _read(self, work: Work) -> Handler:
        return self._stage.reading(self._records.caller, lambda request, _account: work(request))

    # --- instruments ------------------------------------------------------------------------------

    def assets(self, request: web.Request) -> web.Response:
        """GET /v2/assets."""
        wanted = request.query.get("asset_class")
        rows = [words.asset(row) for row in self._stage.market.rows.values() if row.type != "option"]
        return reply([row for row in rows if wanted in {None, row["class"]}])

    def asset(self, request: web.Request) -> web.Response:
        """GET /v2/assets/{symbol}."""
        wanted = request.match_info["symbol"]
        for row in self._stage.market.rows.values():
            if wanted in {row.symbol, row.symbol.replace("/", ""), words.named_uuid("asset", row.symbol)}:
                return reply(words.asset(row))
        return reply(words.error(404, f"asset not found for {wanted}"), 404)

    def options(self, request: web.Request) -> web.Response:
        """GET /v2/options/contracts, page by page; without a last day those of this week alone."""
        query, today = request.query, self._stage.market.now().date()
        wanted = set(query.get("underlying_symbols", "").split(","))
        weekend = today + timedelta(days=6 - today.weekday())
        exact, first = query.get("expiration_date"), query.get("expiration_date_gte", "")
        last = query.get("expiration_date_lte", "9999" if exact else weekend.isoformat())
        rows = [words.option(row) for row in self._stage.market.rows.values()
                if row.type == "option" and row.underlying in wanted]  # fmt: skip
        kept = [
            row for row in rows if exact in {None, row["expiration_date"]} and first <= row["expiration_date"] <= last
        ]
        try:
            start, count = int(query.get("page_token", "0")), int(query.get("limit", "100"))
        except ValueError:
            return reply(words.error(422, "page_token and limit have to be numbers"), 422)
        more = str(start + count) if start + count < len(kept) else None
        return reply({"option_contracts": kept[start : start + count], "next_page_token": more})

    def option(self, request: web.Request) -> web.Response:
        """GET /v2/options/contracts/{symbol}."""
        row = self._stage.market.rows.get(request.match_info["symbol"])
        if row is None or row.type != "option":
            return reply(words.error(404, "option contract not found"), 404)
        return reply(words.option(row))

    # --- prices -----------------------------------------------------------------------------------

    def _quotes(self, request: web.Request) -> dict[str, Quote]:
        found = {}
        for symbol in request.query.get("symbols", "").split(","):
            listed = self._stage.market.instrument(symbol)
            if listed is not None:
                found[symbol] = self._stage.venue.quotes[listed.id]
        return found

    def _latest(self, shape: Shape, key: str) -> Work:
        return lambda request: reply({key: {symbol: shape(quote) for symbol, quote in self._quotes(request).items()}})

    def _snapshots(self, *, wrapped: bool) -> Work:
        def work(request: web.Request) -> web.Response:
            found = {symbol: self._snapshot(quote) for symbol, quote in self._quotes(request).items()}
            return reply({"snapshots": found} if wrapped else found)

        return work

    def _snapshot(self, quote: Quote) -> dict[str, Any]:
        return {"latestTrade": self._trade(quote), "latestQuote": self._quote(quote), "minuteBar": self._minute(quote),
                "dailyBar": self._past(quote, 0), "prevDailyBar": self._past(quote, 1)}  # fmt: skip

    def _type(self, quote: Quote) -> str:
        return self._stage.market.rows[self._stage.market.symbols[quote.instrument]].type

    def _quote(self, quote: Quote) -> dict[str, Any]:
        return _quote(quote, self._type(quote))

    def _trade(self, quote: Quote) -> dict[str, Any]:
        return _trade(quote, self._type(quote))

    def _minute(self, quote: Quote) -> dict[str, Any]:
        end = self._stage.market.now()
        return _bar(
            self._stage.market.bars(self._stage.market.symbols[quote.instrument], 60, end - timedelta(minutes=2), end)[
                -1
            ]
        )

    def _past(self, quote: Quote, back: int) -> dict[str, Any]:
        end = self._stage.market.now() - timedelta(days=back)
        return _bar(
            self._stage.market.bars(self._stage.market.symbols[quote.instrument], 86400, end - timedelta(days=1), end)[
                -1
            ]
        )

    def bars(self, request: web.Request) -> web.Response:
        """Bars by symbol, a page at a time: the page token is the time to go on from."""
        query = request.query
        try:
            seconds = _seconds(query.get("timeframe", "1Day"))
            now = self._stage.market.now()
            end = _time(query["end"]) if "end" in query else now
            start = _time(query["start"]) if "start" in query else end - timedelta(days=1)
            limit = min(int(query.get("limit", "1000")), 10_000)
        except ValueError as problem:
            return reply({"message": f"invalid parameter: {problem}"}, 400)
        found: dict[str, list[dict[str, Any]]] = {}
        for symbol in query.get("symbols", "").split(","):
            if symbol in self._stage.market.rows:
                rows = self._stage.market.bars(symbol, seconds, start, min(end, now))
                if query.get("sort") == "desc":
                    rows.reverse()
                found[symbol] = [_bar(bar) for bar in rows[:limit]]
        return reply({"bars": {symbol: rows for symbol, rows in found.items() if rows}, "next_page_token": None})

    # --- the streams ------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """A price stream: always lists of messages."""
        async with self._stage.lines.opened(request) as (line, socket):
            line.put(_list({"T": "success", "msg": "connected"}))
            async for frame in line.frames():
                try:
                    said: dict[str, Any] = msgspec.json.decode(frame)
                    self._said(line, said)
                except (msgspec.MsgspecError, AttributeError, TypeError):
                    line.put(_list({"T": "error", "code": 400, "msg": "invalid syntax"}))
            return socket

    def _said(self, line: Line, said: dict[str, Any]) -> None:
        action = said.get("action")
        if action == "auth":
            person = self._stage.who(key_id=str(said.get("key")), secret_key=str(said.get("secret")))
            line.account = person.account if person else ""
            line.put(_list({"T": "success", "msg": "authenticated"} if person else
                           {"T": "error", "code": 402, "msg": "auth failed"}))  # fmt: skip
        elif not line.account:
            line.put(_list({"T": "error", "code": 401, "msg": "not authenticated"}))
        elif action in {"subscribe", "unsubscribe"}:
            wanted = {
                f"{_PRICES}{kind}:{symbol}" for kind in ("trades", "quotes", "bars") for symbol in said.get(kind, ())
            }
            line.wants = line.wants | wanted if action == "subscribe" else line.wants - wanted
            line.put(_list(_subscription(line.wants)))
        else:
            line.put(_list({"T": "error", "code": 400, "msg": "invalid syntax"}))

    def prices(self, instruments: Sequence[str]) -> None:
        """Say what moved to whoever subscribed to it."""
        for name in instruments:
            quote, symbol = self._stage.venue.quotes[name], self._stage.market.symbols[name]
            self._stage.lines.tell(
                "", [_list({"T": "q", "S": symbol, **self._quote(quote)})], f"{_PRICES}quotes:{symbol}"
            )
            self._stage.lines.tell(
                "", [_list({"T": "t", "S": symbol, **self._trade(quote)})], f"{_PRICES}trades:{symbol}"
            )


def _subscription(wants: set[str]) -> dict[str, Any]:
    kinds = {kind: sorted(each.split(":", 2)[2] for each in wants if each.startswith(f"{_PRICES}{kind}:"))
             for kind in ("trades", "quotes", "bars")}  # fmt: skip
    return {"T": "subscription", **kinds, "updatedBars": [], "dailyBars": [], "statuses": [], "lulds": [],
            "corrections": kinds["trades"], "cancelErrors": kinds["trades"]}  # fmt: skip


def _list(value: object) -> str:
    return msgspec.json.encode([value]).decode()


def _number(value: object) -> float | int:
    """Prices and sizes are numbers in market data."""
    number = float(str(value))
    return int(number) if number.is_integer() else number


def _quote(quote: Quote, kind: str) -> dict[str, Any]:
    """A quote in the words of its class: coins have no venues."""
    sizes = {"ap": _number(quote.ask), "as": _number(quote.ask_quantity), "bp": _number(quote.bid),
             "bs": _number(quote.bid_quantity)}  # fmt: skip
    at = {"t": words.stamp(quote.occurred_at)}
    venues = {"ax": "V", "bx": "V", "c": ["R"] if kind == "equity" else "R"}
    return at | sizes | ({} if kind == "crypto" else venues) | ({"z": "C"} if kind == "equity" else {})


def _trade(quote: Quote, kind: str) -> dict[str, Any]:
    """A print in the words of its class."""
    number = int(quote.occurred_at.timestamp())
    plain = {"t": words.stamp(quote.occurred_at), "p": _number(quote.last)}
    if kind == "crypto":
        return plain | {"s": 0.1, "tks": "B", "i": number}
    if kind == "option":
        return plain | {"s": 1, "x": "V", "c": "I"}
    return plain | {"s": 100, "x": "V", "c": ["@"], "i": number, "z": "C"}


def _bar(bar: Bar) -> dict[str, Any]:
    return {"t": bar.start.strftime("%Y-%m-%dT%H:%M:%SZ"), "o": _number(bar.open), "h": _number(bar.high),
            "l": _number(bar.low), "c": _number(bar.close), "v": _number(bar.volume), "n": 10,
            "vw": _number(bar.close)}  # fmt: skip


def _seconds(timeframe: str) -> int:
    parts = re.fullmatch(r"(\d{1,2})([A-Za-z]+)", timeframe)
    if parts is None or parts[2] not in _UNITS:
        raise ValueError(f"timeframe {timeframe!r}")
    return int(parts[1]) * _UNITS[parts[2]]


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return at
