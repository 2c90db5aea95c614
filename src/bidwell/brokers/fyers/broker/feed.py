"""Fyers' prices as a feed: one binary websocket whose topics are told whole once and by their changes then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bidwell.brokers.fyers import hsm, parse
from bidwell.brokers.fyers.broker.market import FyersMarket
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.errors import STREAM_ERRORS
from bidwell.brokers.fyers.login import Login, claims
from bidwell.brokers.fyers.symbols import SymbolBook
from bidwell.brokers.transport import Http, Kind, PriceFeed, Socket, Stream
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, ConfigError, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

AT_ONCE = 100
MOST = 5000


@dataclass
class _Acknowledging:
    """How many messages lie between two words that we have them (0: none are wanted), and how many came since."""

    every: int = 0
    since: int = 0


class FyersFeed(PriceFeed):
    """The Feed port for the instruments that are followed; `transport.Ear` for the price stream."""

    def __init__(
        self,
        config: FyersConfig,
        login: Login,
        market: FyersMarket,
        symbols: SymbolBook,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        super().__init__("Fyers")
        self._config = config
        self._login = login
        self._market = market
        self._book = symbols
        self._clock = clock
        self._http = Http(config.http, {})
        self._stream = Stream(self._http, config.prices_url, self, entropy, config.prices)
        self._wanted: dict[str, Instrument] = {}
        self._topics: dict[int, hsm.Topic] = {}
        self._quotes: dict[InstrumentId, Quote] = {}
        self._acknowledging = _Acknowledging()

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
        """Quote these too; those that Fyers does not trade are left out. Raises Unavailable or Refused."""
        await self._market.prepare()
        fresh = dict(self._fresh(instruments))
        if len(self._wanted) + len(fresh) > MOST:
            raise Refused(f"Fyers' price stream takes {MOST} instruments")
        self._wanted |= fresh
        if not fresh:
            return
        if self._stream.is_up:
            for frame in _subscriptions(fresh):
                await self._stream.say(frame)
            await self._seed(list(fresh.values()))
        else:
            await self._stream.open()

    def _fresh(self, instruments: Iterable[InstrumentId]) -> Iterator[tuple[str, Instrument]]:
        for each in instruments:
            row = self._book.row_of(each)
            if row is None:
                continue
            with contextlib.suppress(ConfigError, ProtocolError):  # a row that cannot be traded has no quotes here
                listed, topic = self._book.listing(each), hsm.topic(row.token)
                if listed is not None and listed.tradable and topic not in self._wanted:
                    yield topic, listed

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Log in with the key that the access token carries, ask for everything, and subscribe."""
        token = await self._login.token()
        key = claims(token).hsm_key
        if not key:
            raise Refused("the access token has no key for Fyers' price stream: log in again")
        await socket.say(hsm.auth(key))
        reply = next(hsm.messages(_binary(await socket.hear())), None)
        if not isinstance(reply, hsm.Reply) or reply.kind != hsm.AUTH or not reply.good:
            self._login.refused(token)
            raise Refused("Fyers' price stream does not take this login")
        self._acknowledging = _Acknowledging(reply.acknowledge_every)
        self._topics.clear()
        await socket.say(hsm.full_mode())
        for frame in _subscriptions(self._wanted):
            await socket.say(frame)

    def hear(self, frame: bytes | str) -> None:
        """A frame of one message or of several."""
        changed: dict[InstrumentId, Quote] = {}
        for said in hsm.messages(_binary(frame)):
            if isinstance(said, hsm.Feed):
                self._count(said.number)
                for record in said.records:
                    quote = self._apply(record)
                    if quote is not None:
                        changed[quote.instrument] = quote
            elif isinstance(said, hsm.Complaint):
                self._complain(said)
            elif not said.good:
                raise Refused(f"Fyers' price stream answered no to a request {said.kind}")
        self._quotes |= changed
        self._tell(list(changed.values()))

    def up(self) -> None:
        """The stream is subscribed: what the read brings is at worst as old as the first message."""
        self._chores.begin(self._seed(list(self._wanted.values())))
        self.on_state(connected=True, detail=f"{len(self._wanted)} instruments")

    # --- inside -----------------------------------------------------------------------------------

    def _complain(self, said: hsm.Complaint) -> None:
        verdict = STREAM_ERRORS.get(said.code)
        if verdict is None:
            raise ProtocolError(f"Fyers' price stream said {said.code} {said.text!r}")
        refused = verdict.kind in {Kind.LOGIN, Kind.PERMISSION}
        raise (Refused if refused else Unavailable)(f"{verdict.sentence} ({said.text})")

    def _count(self, number: int) -> None:
        """Say that we have the messages up to this one, as often as the stream wants it."""
        kept = self._acknowledging
        kept.since += 1
        if kept.every and kept.since >= kept.every:
            kept.since = 0
            self._chores.begin(self._acknowledge(number))

    async def _acknowledge(self, number: int) -> None:
        with contextlib.suppress(Unavailable):  # a stream that is gone begins anew by itself
            await self._stream.say(hsm.acknowledge(number))

    async def _seed(self, instruments: Sequence[Instrument]) -> None:
        """Read the newest prices, which the stream brings only once a topic was told whole."""
        with contextlib.suppress(BrokerError):  # the stream brings them in time
            found = await self._market.quotes([each.id for each in instruments])
            fresh = [quote for quote in found if quote.instrument not in self._quotes]
            self._quotes |= {quote.instrument: quote for quote in fresh}
            self._tell(fresh)

    def _apply(self, record: hsm.Record) -> Quote | None:
        if record.topic:
            self._topics[record.topic_id] = hsm.Topic(record)
        topic = self._topics.get(record.topic_id)
        if topic is None:
            raise ProtocolError("Fyers' price stream changes a topic that it has not told")
        if not record.topic:
            topic.change(record)
        listed = self._wanted.get(topic.name)
        return None if listed is None else self._quote(topic, listed)

    def _quote(self, topic: hsm.Topic, listed: Instrument) -> Quote | None:
        last, bid, ask = (topic.price(name) for name in ("ltp", "bid_price", "ask_price"))
        if last is None or bid is None or ask is None:
            return None
        now = self._clock.now()
        told = topic.figure("exch_feed_time")
        at = now if told is None else min(parse.moment_of(Decimal(told)), now)
        counts = (topic.figure(name) or 0 for name in ("bid_size", "ask_size", "vol_traded_today"))
        bid_quantity, ask_quantity, volume = (max(Decimal(each), ZERO) for each in counts)
        known = self._quotes.get(listed.id)
        return Quote(
            listed.id, listed.round_price(bid), listed.round_price(ask), listed.round_price(last), bid_quantity,
            ask_quantity, max(at, known.occurred_at) if known is not None else at, now, volume,
            _rounded(topic.price("open_price"), listed), _rounded(topic.price("prev_close_price"), listed),
        )  # fmt: skip


def _rounded(price: Decimal | None, listed: Instrument) -> Decimal | None:
    return None if price is None else listed.round_price(price)


def _binary(frame: bytes | str) -> bytes:
    if isinstance(frame, str):
        raise ProtocolError("Fyers' price stream sent text, which it does not document")
    return frame


def _subscriptions(topics: Iterable[str]) -> Iterator[bytes]:
    names = sorted(topics)
    for at in range(0, len(names), AT_ONCE):
        yield hsm.subscribe(names[at : at + AT_ONCE])
