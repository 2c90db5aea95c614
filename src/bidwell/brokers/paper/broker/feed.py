"""The paper venue's quotes as a feed; their `occurred_at` is the market clock."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bidwell.brokers.paper import parse, wire
from bidwell.brokers.paper.client import Line
from bidwell.brokers.paper.config import PaperConfig
from bidwell.engine.ports import Clock, Entropy, FeedListener
from bidwell.model.errors import ConfigError, ProtocolError

_DECODER: msgspec.json.Decoder[wire.FeedReport] = msgspec.json.Decoder(wire.FeedReport)


class PaperFeed:
    """The Feed port over one connection; the venue conflates, so the newest quote of each instrument comes.

    `market_time` is the market clock as last heard (also while nothing moves) and `speed` how many market
    seconds pass in one of the wall's; both are None before the first welcome.
    """

    def __init__(self, config: PaperConfig, clock: Clock, entropy: Entropy, name: str = "paper venue") -> None:
        self._name = name
        self._clock = clock
        self._listener: FeedListener | None = None
        self.market_time: datetime | None = None
        self.speed: float | None = None
        self._line: Line[wire.FeedReport] = Line(config, wire.Login(config.token, "feed"), _DECODER, self, entropy)

    @property
    def name(self) -> str:
        """What the screen calls it."""
        return self._name

    async def connect(self, listener: FeedListener) -> None:
        """Open the stream and keep it open until `close`; raises Unavailable or Refused when it cannot begin."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError("this feed has another listener already")
        self._listener = listener
        await self._line.open()

    async def close(self) -> None:
        """End the stream."""
        await self._line.close()

    # what the line tells

    def on_up(self, welcome: wire.Welcome) -> None:
        """The stream is up."""
        self.market_time, self.speed = welcome.at, welcome.speed
        if self._listener is not None:
            self._listener.on_feed_state(self._name, connected=True, detail="connected")

    def on_down(self, reason: str) -> None:
        """The stream is down."""
        if self._listener is not None:
            self._listener.on_feed_state(self._name, connected=False, detail=reason)

    def on_report(self, report: wire.FeedReport) -> None:
        """Quotes."""
        if not isinstance(report, wire.Quotes):
            raise ProtocolError(f"the feed said {type(report).__name__}")
        self.market_time, self.speed = report.at, report.speed
        if self._listener is not None and report.quotes:
            received_at = self._clock.now()
            self._listener.on_quotes([parse.quote(row, received_at) for row in report.quotes])
