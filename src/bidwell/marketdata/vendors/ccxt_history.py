"""Bars from an exchange's public data through CCXT, without an account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import polars as pl

from bidwell.engine.ports import Clock
from bidwell.marketdata.actions import SCHEMA
from bidwell.marketdata.bars import BAR_SCHEMA, TIMEFRAMES
from bidwell.marketdata.downloading import Page
from bidwell.marketdata.vendors.ccxt_parse import Record, definition_of, desk_error
from bidwell.marketdata.vendors.ccxt_public import Exchange, public_exchange
from bidwell.model.errors import BidwellError, InvalidInput, Missing, Unavailable

PAGE = 1_000
ATTEMPTS = 4
FIRST_PAUSE = 1.0
_Answer = TypeVar("_Answer")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CcxtHistory:
    """A Vendor; an asynchronous context manager that holds one connection to an exchange."""

    def __init__(
        self, exchange: str, clock: Clock, *, open_exchange: Callable[[], Exchange] | None = None,
        first_pause: float = FIRST_PAUSE,
    ) -> None:  # fmt: skip
        self.name = exchange
        self._clock = clock
        self._open = open_exchange or (lambda: public_exchange(exchange))
        self._first_pause = first_pause
        self._exchange: Exchange | None = None
        self._markets: Mapping[str, Record] = {}

    async def __aenter__(self) -> Self:
        self._exchange = self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._exchange is not None:
            await self._exchange.close()

    async def instrument(self, symbol: str) -> str:
        """Our id of a spot market; raises Missing for one that the exchange does not have."""
        exchange = self._at()
        if not self._markets:
            self._markets = await self._asked(exchange.load_markets)
        found = definition_of(self.name, self._markets.get(symbol, {}), exchange.precisionMode)
        if found is None:
            near = ", ".join(sorted(name for name in self._markets if name.startswith(symbol[:3]))[:5])
            raise Missing(f"{self.name} has no spot market {symbol!r}" + (f"; there are {near}" if near else ""))
        return found.id

    async def actions(self, symbol: str) -> pl.DataFrame:  # noqa: ARG002 - coins neither split nor pay
        """None."""
        return pl.DataFrame(schema=SCHEMA)

    async def pages(self, symbol: str, seconds: int, since: datetime, until: datetime) -> AsyncIterator[Page]:
        """Complete bars, a page per request."""
        exchange = self._at()
        await self.instrument(symbol)
        timeframe = next((name for name, length in TIMEFRAMES.items() if length == seconds), "").lower()
        if timeframe not in exchange.timeframes:
            raise InvalidInput("download.timeframe", f"{self.name} has no bars of {seconds} s", field="timeframe",
                               hint=f"it has {', '.join(map(str, exchange.timeframes))}")  # fmt: skip
        step = timedelta(seconds=seconds)
        at = since
        while at < until:
            end = min(until, self._clock.now() - step)
            ask = partial(exchange.fetch_ohlcv, symbol, timeframe, _milliseconds(at), PAGE)
            rows = await self._asked(ask)
            bars = _frame(rows).filter(pl.col("start") >= at, pl.col("start") <= end, pl.col("start") < until)
            last = bars["start"].max()
            # An exchange that has nothing here may have something later.
            told = last + step if isinstance(last, datetime) else min(at + PAGE * step, max(end, at))
            yield Page(bars, told)
            if told <= at or told > end:
                return
            at = told

    def _at(self) -> Exchange:
        if self._exchange is None:
            msg = "an exchange is used inside of `async with`"
            raise RuntimeError(msg)
        return self._exchange

    async def _asked(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """An answer of the exchange; what is never reached is asked again, other errors are the desk's."""
        pause = self._first_pause
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await ask()
            except BidwellError:
                raise
            except Exception as error:
                known = desk_error(error)
                if attempt == ATTEMPTS or not isinstance(known, Unavailable):
                    raise known from error
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError


def _frame(rows: Sequence[Sequence[float]]) -> pl.DataFrame:
    whole = [row[:6] for row in rows if len(row) >= 6 and None not in row[:6]]
    named = pl.DataFrame(whole, schema=["at", *list(BAR_SCHEMA)[1:]], orient="row")
    if named.is_empty():
        return pl.DataFrame(schema=BAR_SCHEMA)
    start = (pl.col("at").cast(pl.Int64) * 1000).cast(pl.Datetime("us", "UTC")).alias("start")
    return named.select(start, *[pl.col(name).cast(pl.Float64) for name in list(BAR_SCHEMA)[1:]])


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
