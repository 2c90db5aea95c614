"""Bars and corporate actions from Yahoo Finance's chart interface, without a key.

Yahoo publishes no terms for programs and may refuse them at any time; a person has to judge whether its use is
allowed. Intraday bars reach back 30 days (1m), 60 days (to 30m) and two years (1h).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import quote

import aiohttp
import polars as pl

from bidwell.engine.ports import Clock
from bidwell.marketdata.actions import SCHEMA
from bidwell.marketdata.bars import DAY
from bidwell.marketdata.downloading import Page
from bidwell.marketdata.vendors.yahoo_parse import INTERVALS, VENUES, Chart, chart_of, granular, raw, raw_actions
from bidwell.model.errors import InvalidInput, Missing, ProtocolError, Refused, Unavailable

ADDRESS = "https://query1.finance.yahoo.com"
ATTEMPTS = 4
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
TIMEOUT = 30.0
# How much one request may span, by the length of a bar.
SPANS = {60: timedelta(days=7), 3600: timedelta(days=360), DAY: timedelta(days=3_650)}
SPAN = timedelta(days=55)
EARLIEST = datetime(1962, 1, 2, tzinfo=UTC)
"""The first day that Yahoo has bars of."""


class Yahoo:
    """A Vendor; an asynchronous context manager that holds one connection. `address` is the server's."""

    name = "yahoo"

    def __init__(self, clock: Clock, *, address: str = ADDRESS, first_pause: float = FIRST_PAUSE) -> None:
        self._clock = clock
        self._address = address.rstrip("/")
        self._first_pause = first_pause
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[str, pl.DataFrame] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT), headers={"User-Agent": "Mozilla/5.0 (compatible; bidwell)"}
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def instrument(self, symbol: str) -> str:
        """The symbol at its venue; raises InvalidInput for a venue that has no code here."""
        now = self._clock.now()
        chart = await self._chart(symbol, DAY, now - timedelta(days=10), now)
        venue = VENUES.get(chart.exchange)
        if venue is None:
            raise InvalidInput("download.venue", f"Yahoo's exchange {chart.exchange!r} has no code here", field="as",
                               hint=f"name the instrument, such as --as {symbol}.XXXX")  # fmt: skip
        plain = symbol.partition(".")[0].replace("=X", "").replace("=F", "").replace("^", "")
        return f"{plain.upper()}.{venue}"

    async def actions(self, symbol: str) -> pl.DataFrame:
        """All splits and dividends of a symbol, as they were."""
        return raw_actions(await self._adjustments(symbol))

    async def pages(self, symbol: str, seconds: int, since: datetime, until: datetime) -> AsyncIterator[Page]:
        """Complete bars as they were traded, without trading before and after the session."""
        if seconds not in INTERVALS:
            raise InvalidInput("download.timeframe", f"Yahoo has no bars of {seconds} s", field="timeframe",
                               hint=f"one of {', '.join(INTERVALS.values())}")  # fmt: skip
        adjustments = await self._adjustments(symbol)
        span = SPANS.get(seconds, SPAN)
        at = max(since, EARLIEST)
        while at < until:
            end = min(at + span, until)
            chart = await self._chart(symbol, seconds, at, end)
            if not chart.bars.is_empty() and not granular(chart, seconds):
                raise ProtocolError(f"Yahoo answered with bars of {chart.granularity} for {INTERVALS[seconds]}: "
                                    "shorter ones reach back only so far")  # fmt: skip
            bars = self._complete(chart, seconds).filter(pl.col("start") >= at, pl.col("start") < end)
            told = end
            if end > self._clock.now() - timedelta(seconds=2 * seconds):
                last = bars["start"].max()
                told = last + timedelta(seconds=seconds) if isinstance(last, datetime) else at
            yield Page(raw(bars, adjustments, chart.zone, seconds), told)
            at = end

    def _complete(self, chart: Chart, seconds: int) -> pl.DataFrame:
        """The bars that are over: Yahoo tells the current one too, as far as it has come."""
        now = self._clock.now()
        if seconds == DAY:
            today = now.astimezone(chart.zone).date()
            return chart.bars.filter(pl.col("start").dt.date() < today)
        return chart.bars.filter(pl.col("start") <= now - timedelta(seconds=seconds))

    async def _adjustments(self, symbol: str) -> pl.DataFrame:
        """Splits and dividends as Yahoo tells them; those of its whole history, which its coarsest bars come with."""
        if symbol not in self._known:
            document = await self._get(symbol, "3mo", EARLIEST, self._clock.now())
            try:
                self._known[symbol] = chart_of(document, symbol, DAY).actions
            except Missing:
                self._known[symbol] = pl.DataFrame(schema=SCHEMA)
                raise
        return self._known[symbol]

    async def _chart(self, symbol: str, seconds: int, since: datetime, until: datetime) -> Chart:
        return chart_of(await self._get(symbol, INTERVALS[seconds], since, until), symbol, seconds)

    async def _get(self, symbol: str, interval: str, since: datetime, until: datetime) -> bytes:
        if self._session is None:
            msg = "Yahoo is used inside of `async with`"
            raise RuntimeError(msg)
        where = f"{self._address}/v8/finance/chart/{quote(symbol, safe='^=.-')}"
        asked = {"period1": str(int(since.timestamp())), "period2": str(int(until.timestamp())), "interval": interval,
                 "events": "div,splits", "includePrePost": "false"}  # fmt: skip
        pause = self._first_pause
        for attempt in range(1, ATTEMPTS + 1):
            reason: Refused | Unavailable
            try:
                async with self._session.get(where, params=asked) as answer:
                    body = await answer.read()
                    if answer.status == 429:
                        reason = Refused("Yahoo asks for fewer requests (429): try again later")
                        pause = max(pause, _seconds(answer.headers.get("Retry-After")))
                    elif answer.status >= 500:
                        reason = Unavailable(f"Yahoo answered {answer.status}")
                    else:
                        return body
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = Unavailable(f"Yahoo cannot be reached: {str(error) or type(error).__name__}")
            if attempt == ATTEMPTS:
                raise reason
            await asyncio.sleep(min(pause, LONGEST_PAUSE))
            pause *= 2
        raise AssertionError


def _seconds(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
