"""Zerodha's prices as a feed: the ticker in its full mode, seeded by a read after every login."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import msgspec

from bidwell.brokers.transport import Http, PriceFeed, Socket, Stream, decoder, read
from bidwell.brokers.zerodha import ticks, wire
from bidwell.brokers.zerodha.broker.account import NO_LOGIN
from bidwell.brokers.zerodha.broker.market import ZerodhaMarket
from bidwell.brokers.zerodha.config import ZerodhaConfig
from bidwell.engine.ports import Clock, Entropy, FeedListener
from bidwell.model.errors import BrokerError, Missing, ProtocolError, Refused
from bidwell.model.ids import InstrumentId

MOST_INSTRUMENTS = 3000
"""How many one connection of the ticker carries."""

_MESSAGE = decoder(wire.Message)


class ZerodhaFeed(PriceFeed):
    """The Feed port for the instruments that are followed; `transport.Ear` for the ticker."""

    def __init__(self, config: ZerodhaConfig, market: ZerodhaMarket, clock: Clock, entropy: Entropy) -> None:
        super().__init__("Zerodha")
        self._config = config
        self._market = market
        self._clock = clock
        self._http = Http(config.http, config.headers)
        self._stream = Stream(self._http, config.ticker, self, entropy, config.stream)
        self._tokens: dict[int, InstrumentId] = {}

    async def connect(self, listener: FeedListener) -> None:
        """Be ready; raises Refused where the day's login is over."""
        login = self._config.login
        if login is None or login.over(self._clock.now()):
            raise Refused(NO_LOGIN if login is None else login.ended().reason)
        await super().connect(listener)

    async def _begin(self) -> None:
        self._market.open()
        self._http.open()
        if self._tokens:
            await self._stream.open()

    async def close(self) -> None:
        """End the stream."""
        await self._chores.stop()
        await self._stream.close()
        await self._http.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Zerodha does not list are left out. Raises Unavailable or Refused."""
        fresh: dict[int, InstrumentId] = {}
        for each in instruments:
            with contextlib.suppress(Missing):
                row = await self._market.row(each)
                if row.token not in self._tokens and len(self._tokens) + len(fresh) < MOST_INSTRUMENTS:
                    fresh[row.token] = each
        self._tokens |= fresh
        if not fresh:
            return
        if self._stream.is_up:
            await self._seed(list(fresh.values()))
            for text in _subscription(fresh):
                await self._stream.say(text)
        else:
            await self._stream.open()

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """The login is in the address; subscribe to everything that is followed, with its depth."""
        for text in _subscription(self._tokens):
            await socket.say(text)

    def hear(self, frame: bytes | str) -> None:
        """A frame of prices; messages of errors end the connection, others are the order stream's."""
        if isinstance(frame, str):
            message = read(_MESSAGE, frame, "a frame of the ticker")
            if message.type == "error":
                raise ProtocolError(f"the ticker says {bytes(message.data)[:200]!r}")
            return
        now, found = self._clock.now(), {}
        for tick in ticks.frame(frame):
            instrument = self._tokens.get(tick.token)
            quote = ticks.quote(tick, instrument, now) if instrument is not None else None
            if quote is not None:
                found[quote.instrument] = quote
        self._tell_newer(found.values())

    def up(self) -> None:
        """What the read brings is at worst as old as the first tick."""
        self._chores.begin(self._seed(list(self._tokens.values())))
        self.on_state(connected=True, detail=f"{len(self._tokens)} instruments")

    # --- inside -----------------------------------------------------------------------------------

    async def _seed(self, instruments: list[InstrumentId]) -> None:
        with contextlib.suppress(BrokerError):  # the stream brings them in time
            self._tell_newer(await self._market.quotes(instruments))


def _subscription(tokens: Iterable[int]) -> list[str]:
    wanted = sorted(tokens)
    return [msgspec.json.encode({"a": "subscribe", "v": wanted}).decode(),
            msgspec.json.encode({"a": "mode", "v": ["full", wanted]}).decode()] if wanted else []  # fmt: skip
