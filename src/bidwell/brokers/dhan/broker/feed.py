"""Dhan's prices as a feed: one binary websocket, seeded by a read after every login."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import structlog

from bidwell.brokers.dhan import parse
from bidwell.brokers.dhan.broker.market import DhanMarket
from bidwell.brokers.dhan.config import DhanConfig
from bidwell.brokers.dhan.errors import VENDOR
from bidwell.brokers.dhan.login import Login
from bidwell.brokers.dhan.packets import Packet, packets
from bidwell.brokers.dhan.symbols import Key, SymbolBook
from bidwell.brokers.transport import Http, Kind, PriceFeed, Socket, Stream
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, ConfigError, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

log = structlog.get_logger("bidwell")
SUBSCRIBE_FULL = 21
AT_ONCE = 100
MOST = 5000
_AHEAD = timedelta(minutes=1)
_FAREWELLS: dict[Kind, type[BrokerError]] = {
    Kind.LOGIN: Refused, Kind.PERMISSION: Refused, Kind.UNKNOWN: ProtocolError,
}  # fmt: skip


class DhanFeed(PriceFeed):
    """The Feed port for the instruments that are followed; `transport.Ear` for the price stream."""

    def __init__(
        self, config: DhanConfig, login: Login, market: DhanMarket, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Dhan")
        self._config = config
        self._login = login
        self._market = market
        self._book = symbols
        self._clock = clock
        self._http = Http(config.http, {})
        self._stream = Stream(self._http, self._url, self, entropy, config.stream)
        self._wanted: dict[Key, Instrument] = {}
        self._quotes: dict[InstrumentId, Quote] = {}
        self._closes: dict[InstrumentId, Decimal] = {}
        self._first: bytes | str | None = None
        self._warned = False

    async def _begin(self) -> None:
        self._http.open()
        if self._wanted:
            await self._stream.open()

    async def close(self) -> None:
        """End the stream."""
        await self._chores.stop()
        await self._stream.close()
        await self._http.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Dhan does not trade are left out. Raises Unavailable or Refused."""
        await self._market.prepare()
        fresh = dict(self._fresh(instruments))
        if len(self._wanted) + len(fresh) > MOST:
            raise Refused(f"Dhan's price stream takes {MOST} instruments")
        self._wanted |= fresh
        if not fresh:
            return
        if self._stream.is_up:
            for text in _subscriptions(fresh):
                await self._stream.say(text)
            await self._seed(list(fresh.values()))
        else:
            await self._stream.open()

    def _fresh(self, instruments: Iterable[InstrumentId]) -> Iterator[tuple[Key, Instrument]]:
        for each in instruments:
            key = self._book.key_of(each)
            if key is None or key in self._wanted:
                continue
            with contextlib.suppress(ConfigError, ProtocolError):  # a row that cannot be traded has no quotes here
                listed = self._book.listing(each)
                if listed is not None and listed.tradable:
                    yield key, listed

    # --- transport.Ear ----------------------------------------------------------------------------

    async def _url(self) -> str:
        return self._config.feed_url(await self._login.token())

    async def greet(self, socket: Socket) -> None:
        """Subscribe, which Dhan does not answer, and see whether it says goodbye."""
        for text in _subscriptions(self._wanted):
            await socket.say(text)
        self._first = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._config.settle):
                self._first = await socket.hear()
        if isinstance(self._first, bytes):
            for packet in packets(self._first):
                self._raise_farewell(packet)

    def hear(self, frame: bytes | str) -> None:
        """A frame of one packet or of several."""
        if isinstance(frame, str):
            raise ProtocolError("Dhan's price stream sent text, which it does not document")
        changed = {}
        for packet in packets(frame):
            self._raise_farewell(packet)
            quote = self._apply(packet)
            if quote is not None:
                self._quotes[quote.instrument] = changed[quote.instrument] = quote
        self._tell(list(changed.values()))

    def up(self) -> None:
        """The stream is subscribed: what the read brings is at worst as old as the first packet."""
        self._chores.begin(self._seed(list(self._wanted.values())))
        self.on_state(connected=True, detail=f"{len(self._wanted)} instruments")
        first, self._first = self._first, None
        if first is not None:
            self.hear(first)

    # --- inside -----------------------------------------------------------------------------------

    def _raise_farewell(self, packet: Packet) -> None:
        if packet.farewell is None:
            return
        verdict = VENDOR.judge(0, str(packet.farewell), "")
        if verdict.kind is Kind.LOGIN:
            self._login.refused(self._login.known)
        raise _FAREWELLS.get(verdict.kind, Unavailable)(f"{verdict.message} ({packet.farewell})")

    async def _seed(self, instruments: Sequence[Instrument]) -> None:
        """Read the newest prices, which the stream brings only as they change."""
        with contextlib.suppress(BrokerError):  # the stream brings them in time
            found = await self._market.quotes([each.id for each in instruments])
            fresh = [quote for quote in found if quote.instrument not in self._quotes]
            self._quotes |= {quote.instrument: quote for quote in fresh}
            self._tell(fresh)

    def _apply(self, packet: Packet) -> Quote | None:
        listed = self._wanted.get((packet.segment, packet.security_id))
        if listed is None:
            return None
        known = self._quotes.get(listed.id)
        if packet.previous_close is not None:
            self._closes[listed.id] = listed.round_price(packet.previous_close)
            return None if known is None else replace(known, previous_close=self._closes[listed.id])
        if packet.last is None or packet.depth is None:
            return None
        return self._quote(packet, listed, known)

    def _quote(self, packet: Packet, listed: Instrument, known: Quote | None) -> Quote | None:
        depth, now = packet.depth, self._clock.now()
        if depth is None or packet.last is None:
            return None
        at = parse.moment_of(Decimal(packet.at or 0))
        if at > now + _AHEAD and not self._warned:
            self._warned = True
            log.warning("dhan_times_are_ahead", at=at.isoformat(), now=now.isoformat())
        bid, ask = listed.round_price(depth.bid), listed.round_price(depth.ask)
        made = Quote(
            listed.id, bid, ask, listed.round_price(packet.last), Decimal(depth.bid_quantity),
            Decimal(depth.ask_quantity), min(at, now), now, Decimal(packet.volume or 0) or ZERO,
            None if packet.open is None else listed.round_price(packet.open),
            self._closes.get(listed.id) or (known.previous_close if known else None),
        )  # fmt: skip
        if known is None:
            return made
        # The packet has the time of the last trade only: a book that moved since the last one is of now.
        moved = (made.bid, made.ask, made.bid_quantity, made.ask_quantity) != (
            known.bid, known.ask, known.bid_quantity, known.ask_quantity)  # fmt: skip
        return replace(made, occurred_at=now if moved else max(made.occurred_at, known.occurred_at))


def _subscriptions(keys: Iterable[Key]) -> Iterator[str]:
    rows = [{"ExchangeSegment": segment, "SecurityId": security} for segment, security in sorted(keys)]
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        yield msgspec.json.encode({"RequestCode": SUBSCRIBE_FULL, "InstrumentCount": len(some),
                                   "InstrumentList": some}).decode()  # fmt: skip
