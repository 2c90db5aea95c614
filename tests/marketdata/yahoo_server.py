"""A local stand-in for Yahoo's chart interface, with documents of the shape that it answers with.

Its share closed at 700 raw on each day before a split of 7 for 1, and at 100 from then on; prices are told adjusted, as
Yahoo does. It paid 3.50 a share before the split, which is told as 0.50.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

ZONE = ZoneInfo("America/New_York")
SPLIT = date(2014, 6, 9)
DIVIDEND = date(2014, 5, 8)
LISTED = date(2014, 3, 3)
NOT_FOUND = {
    "chart": {"result": None, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}
}


@dataclass
class YahooServer:
    """What the stand-in was asked, and the faults that it was told to show."""

    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    body: bytes | None = None
    coarse: bool = False
    today: date = date(2014, 7, 2)
    holes: set[date] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bars_asked(self) -> list[tuple[str, str]]:
        """The stretches that bars were asked for."""
        return [(each["period1"], each["period2"]) for each in self.asked if each["interval"] != "3mo"]

    async def chart(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if self.failing:
            status = self.failing.pop(0)
            return web.Response(status=status, headers={"Retry-After": "0"})
        if self.body is not None:
            return web.Response(body=self.body)
        if request.match_info["symbol"] != "AAPL":
            return web.json_response(NOT_FOUND, status=404)
        interval = request.query["interval"]
        first, last = (datetime.fromtimestamp(int(request.query[name]), UTC) for name in ("period1", "period2"))
        return web.json_response(self.document(interval, first, last))

    def document(self, interval: str, first: datetime, last: datetime) -> dict[str, Any]:
        stamps: list[int] = []
        rows: list[list[float | None]] = []
        day = LISTED
        while day <= self.today:
            opens = datetime.combine(day, time(9, 30), ZONE)
            moments = [opens] if interval == "1d" else [opens + timedelta(hours=each) for each in range(7)]
            for moment in moments:
                if day.weekday() < 5 and day not in self.holes and first <= moment < last and interval != "3mo":
                    stamps.append(int(moment.timestamp()))
                    rows.append([99.0, 101.0, 98.0, 100.0, 7_000])
            day += timedelta(days=1)
        if rows:
            rows[len(rows) // 2] = [None] * 5 if interval == "1d" else rows[0]
        columns = dict(
            zip(("open", "high", "low", "close", "volume"), map(list, zip(*rows, strict=True)), strict=False)
        )
        events: dict[str, Any] = {}
        for name, day, told in (
            ("splits", SPLIT, {"numerator": 7.0, "denominator": 1.0, "splitRatio": "7:1"}),
            ("dividends", DIVIDEND, {"amount": 0.5}),
        ):
            stamp = int(datetime.combine(day, time(9, 30), ZONE).timestamp())
            if first.timestamp() <= stamp < last.timestamp():
                events[name] = {str(stamp): {"date": stamp, **told}}
        return {"chart": {"error": None, "result": [{
            "meta": {"currency": "USD", "symbol": "AAPL", "exchangeName": "NMS", "instrumentType": "EQUITY",
                     "exchangeTimezoneName": "America/New_York", "gmtoffset": -14400,
                     "dataGranularity": "1d" if self.coarse else interval},
            **({"timestamp": stamps} if stamps else {}), **({"events": events} if events else {}),
            "indicators": {"quote": [columns], "adjclose": [{"adjclose": [100.0] * len(stamps)}]},
        }]}}  # fmt: skip


@asynccontextmanager
async def serving() -> AsyncIterator[YahooServer]:
    """Serve on a free port of the loopback address."""
    server = YahooServer()
    application = web.Application()
    application.router.add_get("/v8/finance/chart/{symbol}", server.chart)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = int(runner.addresses[0][1])
    try:
        yield server
    finally:
        await runner.cleanup()
