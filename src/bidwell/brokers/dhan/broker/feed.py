"""Dhan's prices as a feed: one binary websocket, seeded by a read after every login."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
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
from bidwell.brokers.dhan.symbols import Key, Row, SymbolBook
from bidwell.brokers.transport import Http, Kind, Socket, Stream
from bidwell.brokers.transport.listed import ListedFeed
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

log = structlog.get_logger("bidwell")
SUBSCRIBE_FULL = 21
AT_ONCE = 100
_AHEAD = timedelta(minutes=1)
_FAREWELLS: dict[Kind, type[BrokerError]] = {
    Kind.LOGIN: Refused, Kind.PERMISSION: Refused, Kind.UNKNOWN: ProtocolError,
}  # fmt: skip


class DhanFeed(ListedFeed[Key, Row, Key]):
    """The Feed port for the instruments that are followed; `transport.Ear` for the price stream."""

    def __init__(
        self, config: DhanConfig, login: Login, market: DhanMarket, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Dhan", Http(config.http, {}), market, symbols)
        self._config = config
        self._login = login
        self._clock = clock
        self._stream = Stream(self._http, self._url, self, entropy, config.stream)
        self._closes: dict[InstrumentId, Decimal] = {}
        self._first: bytes | str | None = None
        self._warned = False

    def _topic(self, instrument: InstrumentId) -> Key | None:
        return self._book.key_of(instrument)

    def _subscriptions(self, keys: Iterable[Key]) -> Iterator[str]:
        rows = [{"ExchangeSegment": segment, "SecurityId": security} for segment, security in sorted(keys)]
        for at in range(0, len(rows), AT_ONCE):
            some = rows[at : at + AT_ONCE]
            yield msgspec.json.encode({"RequestCode": SUBSCRIBE_FULL, "InstrumentCount": len(some),
                                       "InstrumentList": some}).decode()  # fmt: skip

    # --- transport.Ear ----------------------------------------------------------------------------

    async def _url(self) -> str:
        return self._config.feed_url(await self._login.token())

    async def greet(self, socket: Socket) -> None:
        """Subscribe, which Dhan does not answer, and see whether it says goodbye."""
        for text in self._subscriptions(self._wanted):
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
