"""The list of instruments, prices and bars by REST, and the binary price stream."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.twins.dhan import words
from bidwell.twins.dhan.answers import data_problem, reply
from bidwell.twins.dhan.records import Records, body_of
from bidwell.twins.dhan.trading import TradingRoutes
from bidwell.twins.lines import Line
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Listed

_PRICES = "price:"
_CODES = {15: ("ticker", True), 16: ("ticker", False), 17: ("quote", True), 18: ("quote", False), 21: ("full", True),
          22: ("full", False)}  # fmt: skip
_INTERVALS = {"1": 60, "5": 300, "15": 900, "25": 1500, "60": 3600}
_COLUMNS = ("SEM_EXM_EXCH_ID", "SEM_SEGMENT", "SEM_SMST_SECURITY_ID", "SEM_INSTRUMENT_NAME", "SEM_EXPIRY_CODE",
            "SEM_TRADING_SYMBOL", "SEM_LOT_UNITS", "SEM_CUSTOM_SYMBOL", "SEM_EXPIRY_DATE", "SEM_STRIKE_PRICE",
            "SEM_OPTION_TYPE", "SEM_TICK_SIZE", "SEM_EXPIRY_FLAG", "SEM_EXCH_INSTRUMENT_TYPE", "SEM_SERIES",
            "SM_SYMBOL_NAME")  # fmt: skip
_HEAD = struct.Struct("<BHBi")
Shape = Callable[[Quote], dict[str, Any]]


class MarketRoutes:
    """The list's file, /v2/marketfeed, /v2/charts and the price stream."""

    def __init__(self, records: Records, trading: TradingRoutes) -> None:
        self._records = records
        self._stage = records.stage
        self._trading = trading

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs; both streams have a host of their own at Dhan, and share the root here."""
        shapes: dict[str, Shape] = {
            "ltp": lambda quote: {"last_price": quote.last}, "ohlc": self._day, "quote": self._depth,
        }  # fmt: skip
        return [
            web.get("/api-data/api-scrip-master.csv", self.master),
            *(web.post(f"/v2/marketfeed/{word}", self._asked(shape)) for word, shape in shapes.items()),
            web.post("/v2/charts/historical", self.days),
            web.post("/v2/charts/intraday", self.intraday),
            web.get("/", self.either),
        ]

    async def either(self, request: web.Request) -> web.StreamResponse:
        """Whichever stream is meant: that of prices has a version in its address."""
        return await (self.stream(request) if "version" in request.query else self._trading.stream(request))

    # --- instruments ------------------------------------------------------------------------------

    async def master(self, _request: web.Request) -> web.Response:
        """The compact list, which is public."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_row(row) for row in self._stage.market.rows.values())
        return web.Response(text=text.getvalue(), content_type="text/csv")

    # --- prices -----------------------------------------------------------------------------------

    def _asked(self, shape: Shape) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            account = self._records.caller(request).account
            if request.headers.get("client-id") != self._records.client(account):
                return data_problem(401, "810", "Client ID is invalid")
            asked = await body_of(request)
            found: dict[str, dict[str, Any]] = {}
            for segment, securities in asked.items():
                for security in securities:
                    row = self._records.by_security(segment, str(security))
                    if row is not None:
                        found.setdefault(segment, {})[str(security)] = shape(self._shown(row))
            answer = reply({"data": found, "status": "success"})
            return await self._stage.play(request, On.READ, account, lambda _refusal, _first: (answer, ()))

        return handle

    def _shown(self, row: Listed) -> Quote:
        """What is told of an instrument when it is asked for; nobody bids for an index."""
        quote = self._quote_of(row)
        if words.segment_of(row) != words.INDICES:
            return quote
        return replace(quote, bid=ZERO, ask=ZERO, bid_quantity=ZERO, ask_quantity=ZERO)

    def _quote_of(self, row: Listed) -> Quote:
        listed = self._stage.market.instrument(row.symbol)
        if listed is None:
            raise web.HTTPNotFound
        return self._stage.venue.quotes[listed.id]

    @staticmethod
    def _day(quote: Quote) -> dict[str, Any]:
        prices = {"open": quote.open or quote.last, "close": quote.previous_close or quote.last, "high": quote.last,
                  "low": quote.last}  # fmt: skip
        return {"last_price": quote.last, "ohlc": prices}

    def _depth(self, quote: Quote) -> dict[str, Any]:
        empty = {"quantity": 0, "orders": 0, "price": 0}
        return {
            "average_price": quote.last, "buy_quantity": quote.bid_quantity, **self._day(quote),
            "depth": {"buy": [{"quantity": quote.bid_quantity, "orders": 1, "price": quote.bid}, *([empty] * 4)],
                      "sell": [{"quantity": quote.ask_quantity, "orders": 1, "price": quote.ask}, *([empty] * 4)]},
            "last_quantity": 1, "last_trade_time": quote.occurred_at.astimezone(words.IST).strftime("%d/%m/%Y %H:%M:%S"),
            "lower_circuit_limit": quote.last / 2, "net_change": 0, "oi": 0, "oi_day_high": 0, "oi_day_low": 0,
            "sell_quantity": quote.ask_quantity, "upper_circuit_limit": quote.last * 2, "volume": quote.volume,
        }  # fmt: skip

    # --- bars -------------------------------------------------------------------------------------

    async def days(self, request: web.Request) -> web.Response:
        """POST /v2/charts/historical: days before `toDate`."""
        return await self._bars(request, 86_400)

    async def intraday(self, request: web.Request) -> web.Response:
        """POST /v2/charts/intraday."""
        return await self._bars(request, 0)

    async def _bars(self, request: web.Request, seconds: int) -> web.Response:
        account = self._records.caller(request).account
        body = await body_of(request)
        row = self._records.by_security(str(body.get("exchangeSegment")), str(body.get("securityId")))
        length = seconds or _INTERVALS.get(str(body.get("interval")), 0)
        try:
            start, end = (_time(str(body.get(name)), dated=bool(seconds)) for name in ("fromDate", "toDate"))
        except ValueError:
            return data_problem(400, "812", "Invalid Date")
        if row is None:
            return data_problem(400, "813", "Invalid Security ID")
        if not length or (not seconds and end - start > timedelta(days=90)):
            return data_problem(400, "814", "Invalid request")
        bars = self._stage.market.bars(row.symbol, length, start, min(end, self._stage.market.now()))
        answer = reply(_columns(bars))
        return await self._stage.play(request, On.READ, account, lambda _refusal, _first: (answer, ()))

    # --- the stream -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The price stream: the token is in the address; a wrong one is sent away with a reason."""
        person = self._records.person(request.query.get("token", ""))
        async with self._stage.lines.opened(request) as (line, socket):
            if person is None or self._records.client(person.account) != request.query.get("clientId"):
                await socket.send_bytes(_HEAD.pack(50, 10, 0, 0) + struct.pack("<H", 809))
                return socket
            line.account = person.account
            async for frame in line.frames():
                try:
                    self._said(line, msgspec.json.decode(frame))
                except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
                    break
            return socket

    def _said(self, line: Line, said: dict[str, Any]) -> None:
        kind, more = _CODES[said["RequestCode"]]
        for each in said["InstrumentList"]:
            row = self._records.by_security(each["ExchangeSegment"], each["SecurityId"])
            if row is None:
                continue
            topic = f"{_PRICES}{kind}:{row.symbol}"
            if not more:
                line.wants.discard(topic)
                continue
            line.wants.add(topic)
            quote = self._quote_of(row)
            line.put(previous(row, quote))
            line.put(PACKETS[kind](row, quote))

    def prices(self, instruments: Sequence[str]) -> None:
        """Say what moved to whoever subscribed to it."""
        for name in instruments:
            quote, symbol = self._stage.venue.quotes[name], self._stage.market.symbols[name]
            row = self._stage.market.rows[symbol]
            for kind, packet in PACKETS.items():
                self._stage.lines.tell("", [packet(row, quote)], f"{_PRICES}{kind}:{symbol}")


# --- packets --------------------------------------------------------------------------------------


def _head(code: int, length: int, row: Listed) -> bytes:
    return _HEAD.pack(code, length, words.NUMBERS[words.segment_of(row)], int(words.security_of(row)))


def previous(row: Listed, quote: Quote) -> bytes:
    """The close of the day before."""
    return _head(6, 16, row) + struct.pack("<fI", float(quote.previous_close or quote.last), 0)


def ticker(row: Listed, quote: Quote) -> bytes:
    """The last price."""
    return _head(2, 16, row) + struct.pack("<fI", float(quote.last), int(quote.occurred_at.timestamp()))


def _traded(quote: Quote) -> bytes:
    return struct.pack("<fHIfIII", float(quote.last), 1, int(quote.occurred_at.timestamp()), float(quote.last),
                       int(quote.volume), int(quote.ask_quantity), int(quote.bid_quantity))  # fmt: skip


def _prices(quote: Quote) -> bytes:
    return struct.pack("<ffff", float(quote.open or quote.last), 0.0, float(quote.last), float(quote.last))


def quoted(row: Listed, quote: Quote) -> bytes:
    """Last price, volume and the day's prices."""
    return _head(4, 50, row) + _traded(quote) + _prices(quote)


def full(row: Listed, quote: Quote) -> bytes:
    """All of it, with five levels of the book."""
    best = struct.pack("<IIHHff", int(quote.bid_quantity), int(quote.ask_quantity), 1, 1, float(quote.bid),
                       float(quote.ask))  # fmt: skip
    return _head(8, 162, row) + _traded(quote) + struct.pack("<III", 0, 0, 0) + _prices(quote) + best + bytes(80)


PACKETS: dict[str, Callable[[Listed, Quote], bytes]] = {"ticker": ticker, "quote": quoted, "full": full}


# --- rows -----------------------------------------------------------------------------------------


def _row(row: Listed) -> list[str]:
    segment = words.segment_of(row)
    if segment == words.INDICES:
        return [row.exchange, "I", words.security_of(row), "INDEX", "0", row.symbol, "1.0", row.name, "", "", "XX",
                "5.0000", "", "INDEX", "X", row.symbol]  # fmt: skip
    exchange, letter = segment.partition("_")[0], {"EQ": "E", "FNO": "D"}[segment.partition("_")[2]]
    option = row.type == "option"
    names = {"option": "OPTIDX" if row.extra.get("index") else "OPTSTK",
             "future": "FUTIDX" if row.extra.get("index") else "FUTSTK"}  # fmt: skip
    expiry = f"{row.expiry.isoformat()} 14:30:00" if row.expiry else ""
    strike = f"{row.strike:.5f}" if option else ""
    right = {"call": "CE", "put": "PE"}[row.right] if option else "XX" if row.type == "future" else "NA"
    cash = row.type == "equity"
    return [
        exchange, letter, words.security_of(row), names.get(row.type, "EQUITY"), "0", row.symbol, f"{row.lot:f}",
        row.name or row.symbol, expiry, strike, right, f"{row.tick * 100:.4f}", "M" if expiry else "",
        "ES" if cash else "OP" if option else "FUT", row.extra.get("series", "EQ") if cash else "NA",
        (row.name or row.symbol).upper() if cash else row.underlying,
    ]  # fmt: skip


def _time(text: str, *, dated: bool) -> datetime:
    """A day, or where minutes are asked for a day or a time of one."""
    form = "%Y-%m-%d" if dated or len(text) <= len("2026-01-02") else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(text, form).replace(tzinfo=words.IST)


def _columns(bars: Sequence[Bar]) -> dict[str, list[Decimal | int]]:
    return {
        "open": [bar.open for bar in bars], "high": [bar.high for bar in bars], "low": [bar.low for bar in bars],
        "close": [bar.close for bar in bars], "volume": [bar.volume for bar in bars],
        "timestamp": [int(bar.start.timestamp()) for bar in bars], "open_interest": [0 for _ in bars],
    }  # fmt: skip
