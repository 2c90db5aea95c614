"""Fyers' prices as a feed: one binary websocket whose topics are told whole once and by their changes then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bidwell.brokers.fyers import hsm, parse
from bidwell.brokers.fyers.broker.market import FyersMarket
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.errors import STREAM_ERRORS
from bidwell.brokers.fyers.login import Login, claims
from bidwell.brokers.fyers.symbols import Row, SymbolBook
from bidwell.brokers.transport import Http, Kind, Socket, Stream
from bidwell.brokers.transport.listed import ListedFeed
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

AT_ONCE = 100


@dataclass
class _Acknowledging:
    """How many messages lie between two words that we have them (0: none are wanted), and how many came since."""

    every: int = 0
    since: int = 0


class FyersFeed(ListedFeed[str, Row, str]):
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
        super().__init__("Fyers", Http(config.http, {}), market, symbols)
        self._config = config
        self._login = login
        self._clock = clock
        self._stream = Stream(self._http, config.prices_url, self, entropy, config.prices)
        self._topics: dict[int, hsm.Topic] = {}
        self._acknowledging = _Acknowledging()

    def _topic(self, instrument: InstrumentId) -> str | None:
        row = self._book.row_of(instrument)
        return None if row is None else hsm.topic(row.token)

    def _subscriptions(self, topics: Iterable[str]) -> Iterator[bytes]:
        names = sorted(topics)
        for at in range(0, len(names), AT_ONCE):
            yield hsm.subscribe(names[at : at + AT_ONCE])

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
        for frame in self._subscriptions(self._wanted):
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
