"""Angel One's prices as a feed: binary frames with the best five levels, seeded by a read after every login."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.library import Library
from bidwell.brokers.angelone.broker.market import AngelMarket
from bidwell.brokers.angelone.client import AngelClient, Login
from bidwell.brokers.angelone.client.login import Session
from bidwell.brokers.angelone.config import MOST_STREAMS, MOST_TOKENS, AngelConfig
from bidwell.brokers.angelone.errors import STREAM_ERRORS
from bidwell.brokers.angelone.parse import prices as parse
from bidwell.brokers.transport import Chores, Health, PriceFeed, Socket, Stream, decoder, read
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, Missing, Refused
from bidwell.model.ids import InstrumentId

_PROBLEM = decoder(wire.StreamProblem)
_SUBSCRIBE = 1


class AngelFeed(PriceFeed):
    """The Feed port for the instruments that are followed, over as many streams as they need."""

    def __init__(
        self, config: AngelConfig, market: AngelMarket, library: Library, login: Login, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Angel One")
        self._config = config
        self._market = market
        self._library = library
        self._login = login
        self._clock = clock
        self._entropy = entropy
        self._client = AngelClient(config, login, Health(clock), asyncio.get_running_loop().time)
        self._lines: list[_Line] = []

    async def _begin(self) -> None:
        self._client.open()
        self._market.open()
        for line in self._lines:
            await line.open()
        self._chores.begin(self._mind_the_day())

    async def close(self) -> None:
        """End the streams."""
        await self._chores.stop()
        for line in self._lines:
            await line.close()
        await self._client.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Angel One does not trade are left out. Raises Unavailable or Refused."""
        known = {each for line in self._lines for each in line.tokens.values()}
        fresh: list[tuple[tuple[str, str], InstrumentId]] = []
        wanted = [each for each in instruments if each not in known]
        await self._market.prepare(wanted)
        for each in wanted:
            with contextlib.suppress(Missing):
                handle = await self._market.handle(each)
                fresh.append(((handle.exchange, handle.token), each))
        while fresh:
            line = self._with_room()
            if line is None:
                most = MOST_STREAMS * MOST_TOKENS
                self.on_state(
                    connected=True, detail=f"{len(fresh)} instruments are beyond the {most} that Angel One quotes"
                )
                return
            room = MOST_TOKENS - len(line.tokens)
            await line.follow(dict(fresh[:room]))
            fresh = fresh[room:]

    def _with_room(self) -> _Line | None:
        for line in self._lines:
            if len(line.tokens) < MOST_TOKENS:
                return line
        if len(self._lines) >= MOST_STREAMS:
            return None
        self._lines.append(_Line(self, self._client, self._config, self._entropy))
        return self._lines[-1]

    # --- what the lines tell ----------------------------------------------------------------------

    async def seed(self, instruments: Sequence[InstrumentId]) -> None:
        """Read the newest prices, which no stream repeats after a login."""
        with contextlib.suppress(BrokerError):  # the stream brings them in time
            self._tell_newer(await self._market.quotes(instruments))

    def on_tick(self, tick: parse.Tick, instrument: InstrumentId) -> None:
        """A frame of something that is followed."""
        watched = self._library.book.is_watched(instrument)
        quote = parse.quote_of(tick, instrument, self._clock.now(), watched=watched)
        if quote is not None:
            self._tell_newer([quote])

    def lost(self) -> None:
        """The tokens open no stream any more: the next attempt renews them."""
        self._login.spoil(self._login.session)

    async def _mind_the_day(self) -> None:
        """A stream that was opened on yesterday's tokens begins anew on today's."""
        while True:
            await asyncio.sleep(self._config.minding)
            for line in self._lines:
                line.mind(self._clock.now())


class _Line:
    """`transport.Ear` for one price stream; `tokens` are what it quotes."""

    def __init__(self, feed: AngelFeed, client: AngelClient, config: AngelConfig, entropy: Entropy) -> None:
        self._feed = feed
        self._client = client
        self._config = config
        self.tokens: dict[tuple[str, str], InstrumentId] = {}
        self._stream = Stream(client.http, self._url, self, entropy, config.stream)
        self._chores = Chores()
        self._session: Session | None = None

    def mind(self, now: datetime) -> None:
        """Begin anew where the day of its tokens has ended."""
        if self._stream.is_up and self._session is not None and now >= self._session.ends_at:
            self._stream.drop("the day's login ended: logging in anew")

    async def open(self) -> None:
        await self._stream.open()

    async def close(self) -> None:
        await self._chores.stop()
        await self._stream.close()

    async def follow(self, tokens: dict[tuple[str, str], InstrumentId]) -> None:
        """Add tokens, on the open stream or by opening it."""
        self.tokens |= tokens
        if self._stream.is_up:
            await self._feed.seed(list(tokens.values()))
            await self._stream.say(_subscription(tokens))
        else:
            await self.open()

    async def _url(self) -> str:
        self._session = await self._client.session()
        return self._config.feed_url

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """The tokens are in the upgrade; Angel One answers a subscription with prices, or with what is wrong."""
        await socket.say(_subscription(self.tokens))

    def hear(self, frame: bytes | str) -> None:
        """A price, an answer to a ping, or what is wrong with a request."""
        if isinstance(frame, str):
            if frame != "pong":
                # Beginning anew would bring the same answer: what is quoted already goes on.
                said = _said(read(_PROBLEM, frame, "a message of the price stream"))
                self._feed.on_state(connected=True, detail=said)
            return
        tick = parse.tick(frame)
        instrument = self.tokens.get((tick.exchange, tick.token))
        if instrument is not None:
            self._feed.on_tick(tick, instrument)

    def up(self) -> None:
        # The stream is subscribed already: what the read brings is at worst as old as the first tick.
        self._chores.begin(self._feed.seed(list(self.tokens.values())))
        self._feed.on_state(connected=True, detail=f"{len(self.tokens)} instruments")

    def down(self, reason: str) -> None:
        self._feed.on_state(connected=False, detail=reason)

    def refused(self, problem: Refused) -> None:
        self._feed.lost()
        self._feed.on_state(connected=False, detail=str(problem))


def _subscription(tokens: Iterable[tuple[str, str]]) -> str:
    by_exchange = defaultdict[int, list[str]](list)
    for exchange, token in sorted(tokens):
        by_exchange[parse.EXCHANGE_TYPES[exchange]].append(token)
    lists = [{"exchangeType": kind, "tokens": names} for kind, names in sorted(by_exchange.items())]
    return msgspec.json.encode(
        {"correlationID": "bidwell", "action": _SUBSCRIBE, "params": {"mode": parse.SNAP, "tokenList": lists}}
    ).decode()


def _said(problem: wire.StreamProblem) -> str:
    verdict = STREAM_ERRORS.get(problem.error_code)
    sentence = verdict.sentence if verdict is not None else f"Angel One's price stream says {problem.error_code!r}:"
    return f"{sentence} ({problem.error_message})"
