"""Live crypto quotes, history and instruments through CCXT's public data: no account, no key.

A stream that breaks or stays silent is closed and opened again, with growing pauses; quotes are conflated to
ten a second for each instrument.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar, cast

from bidwell.engine.ports import Clock, FeedListener
from bidwell.marketdata.definitions import Definition, build
from bidwell.marketdata.vendors.ccxt_parse import Record, bars_of, definition_of, desk_error, quote_of
from bidwell.model.errors import BidwellError, ConfigError, InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar

SILENCE = 15.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
FLUSH = 0.1
PAGE = 500
DEFAULT_SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT")

Tickers = Mapping[str, Record]
_Answer = TypeVar("_Answer")


class Exchange(Protocol):
    """What is used of a CCXT Pro exchange."""

    has: Mapping[str, object]
    timeframes: Mapping[str, object]
    precisionMode: int  # noqa: N815 - the library's own name

    async def load_markets(self) -> Mapping[str, Record]: ...
    async def watch_tickers(self, symbols: list[str]) -> Tickers: ...
    async def watch_bids_asks(self, symbols: list[str]) -> Tickers: ...
    async def fetch_ohlcv(self, symbol: str, timeframe: str, since: int | None, limit: int) -> list[list[float]]: ...
    async def close(self) -> None: ...


def public_exchange(name: str) -> Exchange:
    """A CCXT Pro exchange without credentials, spot markets only; raises ConfigError for an unknown name."""
    library = importlib.import_module("ccxt.pro")
    if name not in library.exchanges:
        known = "binance, bybit, coinbase, kraken, okx"
        raise ConfigError(
            f"there is no live feed {name!r}: use replay, or an exchange that CCXT knows, such as {known}"
        )
    options = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}}
    # With newUpdates a watch tells one message, and those that came before the next watch would be lost; without it
    # a watch tells the newest record of every symbol.
    return cast("Exchange", getattr(library, name)({"newUpdates": False, "options": options}))


class CcxtFeed:
    """One exchange's public data as a Feed, an InstrumentSource and a HistorySource.

    `symbols` are CCXT's unified spot symbols. `open_exchange` makes a fresh connection each time one is needed.
    """

    def __init__(
        self,
        exchange: str,
        clock: Clock,
        symbols: Sequence[str] = DEFAULT_SYMBOLS,
        *,
        open_exchange: Callable[[], Exchange] | None = None,
        silence: float = SILENCE,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._symbols = list(symbols)
        self._open = open_exchange or (lambda: public_exchange(exchange))
        self._silence = silence
        self._first_pause = first_pause
        self._task: asyncio.Task[None] | None = None
        self._instruments: dict[str, Instrument] = {}
        self._seen: dict[str, dict[str, object]] = {}
        self._arrived: dict[str, datetime] = {}

    @property
    def name(self) -> str:
        """The exchange's name."""
        return self._exchange

    async def connect(self, listener: FeedListener) -> None:
        """Start the stream in the background; the listener hears when it is up, and why it is not."""
        if self._task is not None:
            raise ConfigError(f"feed {self._exchange} is connected already")
        self._task = asyncio.create_task(self._keep(listener), name=f"feed {self._exchange}")

    async def close(self) -> None:
        """End the stream."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def definitions(self) -> list[Definition]:
        """Every active spot market as the instrument master takes it, the exchange being the broker."""

        async def read(exchange: Exchange) -> list[Definition]:
            markets = (await exchange.load_markets()).values()
            found = (definition_of(self._exchange, market, exchange.precisionMode) for market in markets)
            return [definition for definition in found if definition is not None]

        return await self._reading(read)

    async def instruments(self) -> Sequence[Instrument]:
        """The instruments of this feed's symbols; raises Missing for a symbol that the exchange does not have."""
        await self._reading(self._learn)
        return tuple(self._instruments.values())

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars that start before `until`, oldest first, read in pages.

        Raises Missing for an instrument that is not in this feed, InvalidInput for a timeframe that the exchange
        does not have; Unavailable, Refused or ProtocolError as the exchange answers.
        """

        async def read(exchange: Exchange) -> list[Bar]:
            if not self._instruments:
                await self._learn(exchange)
            symbol = next((symbol for symbol, each in self._instruments.items() if each.id == instrument), None)
            if symbol is None:
                raise Missing(f"feed {self._exchange} has no {instrument}")
            return await self._history(exchange, symbol, seconds, until or self._clock.now(), count)

        return await self._reading(read)

    async def _history(self, exchange: Exchange, symbol: str, seconds: int, until: datetime, count: int) -> list[Bar]:
        unit, divisor = next(
            pair for pair in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)) if not seconds % pair[1]
        )
        timeframe = f"{seconds // divisor}{unit}"
        if timeframe not in exchange.timeframes:
            raise InvalidInput("bars.timeframe", f"{self._exchange} has no bars of {timeframe}", field="seconds",
                               hint=f"one of {', '.join(exchange.timeframes)}")  # fmt: skip
        found: dict[datetime, Bar] = {}
        since = until - timedelta(seconds=seconds * count)
        while since < until:
            limit = min(PAGE, count)
            rows = await exchange.fetch_ohlcv(symbol, timeframe, int(since.timestamp() * 1000), limit)
            page = [bar for bar in bars_of(self._instruments[symbol], seconds, rows) if bar.start < until]
            fresh = [bar for bar in page if bar.start not in found]
            if not fresh:
                break
            found.update((bar.start, bar) for bar in fresh)
            since = fresh[-1].start + timedelta(seconds=seconds)
        return [found[start] for start in sorted(found)][-count:]

    async def _reading(self, read: Callable[[Exchange], Awaitable[_Answer]]) -> _Answer:
        """Ask a connection of its own, with the exchange's errors turned into the desk's."""
        exchange = self._open()
        try:
            return await read(exchange)
        except BidwellError:
            raise
        except Exception as error:
            raise desk_error(error) from error
        finally:
            await exchange.close()

    # --- the stream ---

    async def _keep(self, listener: FeedListener) -> None:
        pause = self._first_pause
        while True:
            exchange = self._open()
            reason, began = "", self._clock.now()
            try:
                await self._learn(exchange)
                await self._stream(exchange, listener)
            except TimeoutError:
                reason = f"silent for {self._silence:g} s"
            except BidwellError as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - whatever a foreign library throws ends this connection only
                reason = str(desk_error(error))
            finally:
                await exchange.close()
            # A connection that held a while starts the pauses anew.
            pause = self._first_pause if self._clock.now() - began > timedelta(minutes=1) else pause
            listener.on_feed_state(self._exchange, connected=False, detail=f"{reason}; next try in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _learn(self, exchange: Exchange) -> None:
        """Find this feed's instruments among the exchange's markets."""
        markets = await exchange.load_markets()
        found: dict[str, Instrument] = {}
        for symbol in self._symbols:
            definition = definition_of(self._exchange, markets.get(symbol, {}), exchange.precisionMode)
            if definition is None:
                raise Missing(f"{self._exchange} has no spot market {symbol}")
            found[symbol] = build(definition)
        self._instruments = found

    async def _stream(self, exchange: Exchange, listener: FeedListener) -> None:
        """Run both streams and the flush until one of them ends, which only an error or silence does."""
        self._seen.clear()
        self._arrived.clear()
        # Some exchanges send best bid and ask apart from the last price, others in one ticker.
        watched = [exchange.watch_tickers]
        if exchange.has.get("watchBidsAsks"):
            watched.append(exchange.watch_bids_asks)
        running = [asyncio.create_task(self._watch(each)) for each in watched]
        running.append(asyncio.create_task(self._flush(listener)))
        try:
            await asyncio.gather(*running)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _watch(self, watch: Callable[[list[str]], Awaitable[Tickers]]) -> None:
        told: dict[str, Record] = {}
        while True:
            async with asyncio.timeout(self._silence):
                tickers = await watch(self._symbols)
            for symbol, ticker in tickers.items():
                if symbol in self._instruments and told.get(symbol) != ticker:
                    told[symbol] = dict(ticker)
                    known = {name: value for name, value in ticker.items() if value is not None}
                    self._seen.setdefault(symbol, {}).update(known, timestamp=ticker.get("timestamp"))
                    self._arrived[symbol] = self._clock.now()

    async def _flush(self, listener: FeedListener) -> None:
        announced = False
        while True:
            await asyncio.sleep(FLUSH)
            arrived, self._arrived = self._arrived, {}
            made = (quote_of(self._instruments[symbol], self._seen[symbol], at) for symbol, at in arrived.items())
            quotes = [quote for quote in made if quote is not None]
            if quotes and not announced:
                listener.on_feed_state(self._exchange, connected=True, detail=f"{len(self._instruments)} instruments")
                announced = True
            if quotes:
                listener.on_quotes(quotes)
