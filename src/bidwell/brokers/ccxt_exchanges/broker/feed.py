"""An exchange's prices as a feed: the library's streams of tickers, in which the newest is all that counts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import structlog

from bidwell.brokers.ccxt_exchanges import parse, wire
from bidwell.brokers.ccxt_exchanges.broker.market import ExchangeMarket
from bidwell.brokers.ccxt_exchanges.client.library import BROKEN, base_error, reckoning
from bidwell.brokers.ccxt_exchanges.client.seam import wired
from bidwell.brokers.ccxt_exchanges.config import ExchangeConfig
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.transport import Http, finite, positive
from bidwell.engine.ports import Clock, Entropy, FeedListener
from bidwell.model.errors import BrokerError, ConfigError, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Quote

log = structlog.get_logger("bidwell")

# Bybit's spot tickers have no bid and no offer; they come by a call of their own.
_CALLS = {"bybit": ("watch_tickers", "watch_bids_asks")}
_PLAIN_CALLS = ("watch_tickers",)


class ExchangeFeed:
    """The Feed port for the instruments that are followed; a quote is whole once bid, offer and a last price came."""

    def __init__(
        self, config: ExchangeConfig, market: ExchangeMarket, book: PairBook, clock: Clock, entropy: Entropy
    ) -> None:
        self._config = config
        self._market = market
        self._book = book
        self._clock = clock
        self._entropy = entropy
        self._http = Http(config.http, {})
        self._listener: FeedListener | None = None
        self._exchange: Any = None
        self._symbols: set[str] = set()
        self._quotes: dict[str, Quote] = {}
        self._watching: list[asyncio.Task[None]] = []
        self._connected = False

    @property
    def name(self) -> str:
        """What the screen calls it."""
        return self._config.profile.title

    async def connect(self, listener: FeedListener) -> None:
        """Be ready; the stream opens when the first instrument is followed."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError("this feed has another listener already")
        self._listener = listener
        await self._market.open()
        self._http.open()
        if self._symbols:
            await self._begin()

    async def close(self) -> None:
        """End the stream."""
        await self._stop()
        if self._exchange is not None:
            await self._exchange.close()
            self._exchange = None
        await self._http.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that the exchange does not trade are left out. Raises Unavailable or Refused."""
        await self._market.instruments()
        found = {symbol for symbol in map(self._book.symbol_of, instruments) if symbol is not None}
        if found <= self._symbols:
            return
        self._symbols |= found
        await self._begin()

    # --- inside -----------------------------------------------------------------------------------

    async def _begin(self) -> None:
        await self._stop()
        if self._exchange is None:
            self._exchange = wired(self._config, with_key=False)
            self._exchange.session, self._exchange.own_session = self._http.lent(), False
            if self._config.proxy:
                self._exchange.wss_proxy = self._config.proxy
        self._exchange.set_markets(dict(self._book.library))
        await self._seed()
        loop = asyncio.get_running_loop()
        calls = _CALLS.get(self._config.profile.id, _PLAIN_CALLS)
        self._watching = [loop.create_task(self._watch(call, sorted(self._symbols))) for call in calls]

    async def _stop(self) -> None:
        tasks, self._watching = self._watching, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _seed(self) -> None:
        """Read the newest prices, which no stream repeats after a login."""
        with contextlib.suppress(BrokerError):  # the stream brings them in time
            found = await self._market.quotes([self._book.id_of(each) for each in sorted(self._symbols)])
            self._quotes |= {self._book.symbol_of(each.instrument) or "": each for each in found}
            self._tell(list(found))

    async def _watch(self, call: str, symbols: list[str]) -> None:
        """Hear prices until cancelled; a broken line is told, waited out and dialled again."""
        kept = self._config.stream
        wait = kept.backoff_first
        while True:
            try:
                with reckoning():
                    async with asyncio.timeout(self._config.quiet):
                        found = await getattr(self._exchange, call)(symbols)
                self._heard(found.values() if isinstance(found, dict) and "symbol" not in found else [found])
                wait = kept.backoff_first
            except (base_error(), ProtocolError, ConnectionError, TimeoutError, *BROKEN) as problem:
                self._state(connected=False, detail=str(problem)[:200] or "nothing came")
                self._give_up(problem)
                await asyncio.sleep(wait * (0.5 + self._entropy.bits(16) / 65536))
                wait = min(wait * 2, kept.backoff_most)
                await self._seed()

    def _give_up(self, problem: Exception) -> None:
        """Begin with a new line where the library goes on with one that is open and says nothing, or nothing readable."""
        if not isinstance(problem, base_error()):
            for line in list((self._exchange.clients or {}).values()):
                line.on_error(base_error()("the line was given up"))

    def _heard(self, rows: Iterable[Any]) -> None:
        changed = []
        for row in rows:
            ticker = wire.shaped(row, wire.Ticker, "a price")
            quote = self._merged(ticker)
            if quote is not None:
                self._quotes[ticker.symbol] = quote
                changed.append(quote)
        self._state(connected=True, detail=f"{len(self._symbols)} pairs")
        self._tell(changed)

    def _merged(self, ticker: wire.Ticker) -> Quote | None:
        """A quote of what came and what was known before; some streams tell bid and offer, and last price, apart."""
        known = self._quotes.get(ticker.symbol)
        now = self._clock.now()
        if known is None:
            return parse.quote(ticker, self._book.id_of(ticker.symbol), now)
        at = known.occurred_at if ticker.timestamp is None else parse.moment(ticker.timestamp, "timestamp")
        return replace(
            known,
            bid=positive(ticker.bid or known.bid, "bid"),
            ask=positive(ticker.ask or known.ask, "ask"),
            last=positive(ticker.last or known.last, "last"),
            bid_quantity=finite(known.bid_quantity if ticker.bidVolume is None else ticker.bidVolume, "bidVolume"),
            ask_quantity=finite(known.ask_quantity if ticker.askVolume is None else ticker.askVolume, "askVolume"),
            volume=finite(known.volume if ticker.baseVolume is None else ticker.baseVolume, "baseVolume"),
            occurred_at=max(at, known.occurred_at),
            received_at=now,
        )

    def _tell(self, quotes: list[Quote]) -> None:
        if quotes and self._listener is not None:
            self._listener.on_quotes(quotes)

    def _state(self, *, connected: bool, detail: str) -> None:
        if connected is not self._connected and self._listener is not None:
            self._listener.on_feed_state(self.name, connected=connected, detail=detail)
        self._connected = connected
