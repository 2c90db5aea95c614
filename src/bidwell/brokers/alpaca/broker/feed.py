"""Alpaca's prices as a feed: one websocket for shares and one for coins, seeded by a read after every login."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec

from bidwell.brokers.alpaca import wire
from bidwell.brokers.alpaca.broker.market import AlpacaMarket
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.errors import STREAM_ERRORS
from bidwell.brokers.alpaca.parse import QUOTE_LOT
from bidwell.brokers.alpaca.symbols import CRYPTO, EQUITY, SymbolBook
from bidwell.brokers.transport import Chores, Http, Kind, PriceFeed, Socket, Stream, decoder, finite, moment, read
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, Missing, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

_TICKS = decoder(list[wire.Tick])
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


class AlpacaFeed(PriceFeed):
    """The Feed port for the instruments that are followed; a quote is whole once bid, offer and a last price came."""

    def __init__(
        self, config: AlpacaConfig, market: AlpacaMarket, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__(f"Alpaca {config.data_feed}")
        self._config = config
        self._market = market
        self._book = symbols
        self._clock = clock
        self._http = Http(config.http, config.headers)
        self._lines = {
            EQUITY: _Line(self, config.data_url(f"/v2/{config.data_feed}"), entropy),
            CRYPTO: _Line(self, config.data_url("/v1beta3/crypto/us"), entropy),
        }
        self._quotes: dict[str, Quote] = {}
        self._foreign: set[InstrumentId] = set()

    @property
    def config(self) -> AlpacaConfig:
        """Whose key it uses."""
        return self._config

    @property
    def http(self) -> Http:
        """Its connections."""
        return self._http

    async def _begin(self) -> None:
        self._http.open()
        for line in self._lines.values():
            if line.symbols:
                await line.open()

    async def close(self) -> None:
        """End the streams."""
        await self._chores.stop()
        for line in self._lines.values():
            await line.close()
        await self._http.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Alpaca does not trade are left out. Raises Unavailable or Refused."""
        wanted: dict[str, set[str]] = {}
        for each in instruments:
            if each in self._foreign:
                continue
            try:
                symbol = await self._market.symbol(each)
            except Missing:
                self._foreign.add(each)
                continue
            wanted.setdefault(self._book.class_of(symbol), set()).add(symbol)
        for kind, symbols in wanted.items():
            line = self._lines.get(kind)
            if line is not None:
                await line.follow(symbols)

    # --- what the lines tell ----------------------------------------------------------------------

    async def seed(self, symbols: Iterable[str]) -> None:
        """Read the newest prices, which no stream repeats after a login; a read that fails is tried again beside."""
        if not await self._read(symbols):
            self._chores.begin(self._read_until_it_works(symbols))

    async def _read_until_it_works(self, symbols: Iterable[str]) -> None:
        """Ticks of what was never read are no quote: without this they would stay so until the next login."""
        pause = _FIRST_PAUSE
        while True:
            await asyncio.sleep(pause)
            if await self._read(symbols):
                return
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _read(self, symbols: Iterable[str]) -> bool:
        try:
            found = await self._market.quotes([self._book.id_of(each) for each in sorted(symbols)])
        except BrokerError:
            return False
        newer = [quote for quote in found if self._is_newer(quote)]
        for quote in newer:
            self._quotes[self._book.symbol_of(quote.instrument) or ""] = quote
        self._tell(newer)
        return True

    def _is_newer(self, quote: Quote) -> bool:
        known = self._quotes.get(self._book.symbol_of(quote.instrument) or "")
        return known is None or quote.occurred_at >= known.occurred_at

    def on_ticks(self, ticks: Sequence[wire.Tick]) -> None:
        """Quotes and prints."""
        changed = {tick.S: None for tick in ticks if tick.T in {"q", "t"} and self._apply(tick)}
        self._tell([self._quotes[symbol] for symbol in changed])

    def _apply(self, tick: wire.Tick) -> bool:
        known = self._quotes.get(tick.S)
        if known is None:
            return False
        at = max(moment(tick.t, "t"), known.occurred_at)
        now = self._clock.now()
        if tick.T == "t":
            last = finite(tick.p, "p")
            size = Decimal(str(tick.s)) if isinstance(tick.s, int | str) else ZERO
            self._quotes[tick.S] = replace(
                known, last=last, volume=known.volume + size, occurred_at=at, received_at=now
            )
            return True
        bid, ask = finite(tick.bp, "bp"), finite(tick.ap, "ap")
        if bid <= 0 or ask <= 0:
            return False
        self._quotes[tick.S] = replace(
            known, bid=bid, ask=ask, bid_quantity=finite(tick.bs or ZERO, "bs") * QUOTE_LOT,
            ask_quantity=finite(tick.as_ or ZERO, "as") * QUOTE_LOT, occurred_at=at, received_at=now,
        )  # fmt: skip
        return True


class _Line:
    """`transport.Ear` for one market data stream."""

    def __init__(self, feed: AlpacaFeed, url: str, entropy: Entropy) -> None:
        self._feed = feed
        self.symbols: set[str] = set()
        self._stream = Stream(feed.http, url, self, entropy, feed.config.stream)
        self._chores = Chores()

    async def open(self) -> None:
        await self._stream.open()

    async def close(self) -> None:
        await self._chores.stop()
        await self._stream.close()

    async def follow(self, symbols: set[str]) -> None:
        """Add symbols, on the open stream or by opening it."""
        fresh = symbols - self.symbols
        self.symbols |= fresh
        if not fresh:
            return
        if self._stream.is_up:
            await self._feed.seed(fresh)
            await self._stream.say(_subscription(fresh))
        else:
            await self.open()

    async def greet(self, socket: Socket) -> None:
        """Wait for the greeting, log in and subscribe."""
        config = self._feed.config
        _expect(read(_TICKS, await socket.hear(), "the greeting"), "connected")
        login = {"action": "auth", "key": config.key_id, "secret": config.secret_key}
        await socket.say(msgspec.json.encode(login).decode())
        _expect(read(_TICKS, await socket.hear(), "the answer to the login"), "authenticated")
        await socket.say(_subscription(self.symbols))
        _raise_errors(read(_TICKS, await socket.hear(), "the answer to the subscription"))

    def hear(self, frame: bytes | str) -> None:
        """A frame is always a list of messages."""
        ticks = read(_TICKS, frame, "a frame of the price stream")
        _raise_errors(ticks)
        self._feed.on_ticks(ticks)

    def up(self) -> None:
        # The stream is subscribed already: what the read brings is at worst as old as the first tick.
        self._chores.begin(self._feed.seed(self.symbols))
        self._feed.on_state(connected=True, detail=f"{len(self.symbols)} symbols")

    def down(self, reason: str) -> None:
        self._feed.on_state(connected=False, detail=reason)

    def refused(self, problem: Refused) -> None:
        self._feed.on_state(connected=False, detail=str(problem))


def _subscription(symbols: Iterable[str]) -> str:
    names = sorted(symbols)
    return msgspec.json.encode({"action": "subscribe", "quotes": names, "trades": names}).decode()


def _expect(ticks: list[wire.Tick], word: str) -> None:
    _raise_errors(ticks)
    if not any(tick.T == "success" and tick.msg == word for tick in ticks):
        raise ProtocolError(f"Alpaca's price stream did not say {word!r}")


def _raise_errors(ticks: list[wire.Tick]) -> None:
    for tick in ticks:
        if tick.T != "error":
            continue
        verdict = STREAM_ERRORS.get(tick.code)
        if verdict is None:
            raise ProtocolError(f"Alpaca's price stream answered {tick.code} {tick.msg!r}")
        refused = verdict.kind in {Kind.LOGIN, Kind.PERMISSION}
        raise (Refused if refused else Unavailable)(f"{verdict.sentence} ({tick.msg})")
