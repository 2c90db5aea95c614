"""Instruments, option chains, newest prices and bars by REST."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web

from bidwell.twins.scenario import Listed
from bidwell.twins.schwab import words
from bidwell.twins.schwab.answers import fault, reply
from bidwell.twins.schwab.records import Records
from bidwell.twins.stage import Handler

_UNITS = {"minute": 60, "daily": 86_400, "weekly": 604_800}
_MINUTES = frozenset({"1", "5", "10", "15", "30"})
Work = Callable[[web.Request], web.Response]


class MarketRoutes:
    """/marketdata/v1."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        plain = {"/instruments": self.instruments, "/quotes": self.quotes, "/pricehistory": self.history,
                 "/chains": self.chain, "/expirationchain": self.expirations}  # fmt: skip
        return [web.get(f"/marketdata/v1{path}", self._read(work)) for path, work in plain.items()]

    def _read(self, work: Work) -> Handler:
        return self._stage.reading(self._records.caller, lambda request, _account: work(request))

    def instruments(self, request: web.Request) -> web.Response:
        """GET /marketdata/v1/instruments, by exact symbols or by a pattern; options are in no list."""
        wanted, projection = request.query.get("symbol", ""), request.query.get("projection")
        if projection not in {"symbol-search", "symbol-regex"}:
            return fault(400, "Bad Request", "projection is not valid")
        try:
            pattern = re.compile(
                wanted if projection == "symbol-regex" else "|".join(map(re.escape, wanted.split(",")))
            )
        except re.error:
            return fault(400, "Bad Request", "symbol is no pattern")
        rows = [
            row for row in self._stage.market.rows.values() if row.type != "option" and pattern.fullmatch(row.symbol)
        ]
        return reply({"instruments": [words.listed(row) for row in rows]} if rows else {})

    def quotes(self, request: web.Request) -> web.Response:
        """GET /marketdata/v1/quotes: symbols that there are not are named apart."""
        found: dict[str, Any] = {}
        missing = []
        for symbol in request.query.get("symbols", "").split(","):
            listed = self._stage.market.instrument(symbol)
            if listed is None:
                missing.append(symbol)
            else:
                found[symbol] = words.quoted(self._stage.market.rows[symbol], self._stage.venue.quotes[listed.id])
        return reply(found | ({"errors": {"invalidSymbols": missing}} if missing else {}))

    def expirations(self, request: web.Request) -> web.Response:
        """GET /marketdata/v1/expirationchain."""
        symbol = request.query.get("symbol", "")
        if symbol not in self._stage.market.rows:
            return fault(404, "Not Found", "Symbol not found")
        days = sorted({row.expiry for row in self._options(symbol) if row.expiry})
        return reply(
            {"status": "SUCCESS", "expirationList": [words.expiration(day, symbol, self._today()) for day in days]}
        )

    def chain(self, request: web.Request) -> web.Response:
        """GET /marketdata/v1/chains, of all strikes; a symbol without options fails with empty maps."""
        query = request.query
        symbol, wanted = query.get("symbol", ""), query.get("contractType", "ALL")
        if symbol not in self._stage.market.rows:
            return fault(404, "Not Found", "Symbol not found")
        if wanted not in {"ALL", "CALL", "PUT"} or query.get("strategy", "SINGLE") != "SINGLE":
            return fault(400, "Bad Request", "contractType or strategy is not valid")
        try:
            first = date.fromisoformat(query.get("fromDate", "0001-01-01"))
            last = date.fromisoformat(query.get("toDate", "9999-12-31"))
        except ValueError:
            return fault(400, "Bad Request", "fromDate and toDate are days")
        maps: dict[str, dict[str, dict[str, list[dict[str, Any]]]]] = {"call": {}, "put": {}}
        for row in self._options(symbol):
            listed = self._stage.market.instrument(row.symbol)
            if listed is None or row.expiry is None or not first <= row.expiry <= last:
                continue
            if wanted not in {"ALL", row.right.upper()}:
                continue
            days = (row.expiry - self._today()).days
            strikes = maps[row.right].setdefault(f"{row.expiry}:{days}", {})
            made = words.optioned(row, self._stage.venue.quotes[listed.id], days)
            strikes.setdefault(f"{row.strike:.1f}", []).append(made)
        return reply({
            "symbol": symbol, "status": "SUCCESS" if any(maps.values()) else "FAILED", "strategy": "SINGLE", "interval": 0,
            "isDelayed": False, "isIndex": False, "callExpDateMap": maps["call"], "putExpDateMap": maps["put"],
        })  # fmt: skip

    def _options(self, symbol: str) -> list[Listed]:
        return [row for row in self._stage.market.rows.values() if row.type == "option" and row.underlying == symbol]

    def _today(self) -> date:
        return self._stage.market.now().date()

    def history(self, request: web.Request) -> web.Response:
        """GET /marketdata/v1/pricehistory."""
        query = request.query
        symbol, unit, count = query.get("symbol", ""), query.get("frequencyType", ""), query.get("frequency", "1")
        if symbol not in self._stage.market.rows:
            return fault(404, "Not Found", "Symbol not found")
        if unit not in _UNITS or count not in (_MINUTES if unit == "minute" else {"1"}):
            return fault(400, "Bad Request", "frequency is not valid")
        try:
            start, end = (datetime.fromtimestamp(int(query[name]) / 1000, UTC) for name in ("startDate", "endDate"))
        except (KeyError, ValueError, OverflowError):
            return fault(400, "Bad Request", "startDate and endDate are milliseconds since the epoch")
        rows = self._stage.market.bars(symbol, _UNITS[unit] * int(count), start, min(end, self._stage.market.now()))
        candles = [{"open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close, "volume": bar.volume,
                    "datetime": words.milliseconds(bar.start)} for bar in rows]  # fmt: skip
        return reply({"candles": candles, "symbol": symbol, "empty": not candles})
