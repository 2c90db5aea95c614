"""The market data socket: quotes of the contracts that are wanted, and charts on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.broker.line import Ask, Line
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.config import TradovateConfig
from bidwell.brokers.tradovate.errors import NO_MARKET_DATA
from bidwell.brokers.transport import read
from bidwell.engine.ports import Entropy
from bidwell.model.errors import Refused, Unavailable

_MARKET = wire.decoder(wire.Market)
_SUBSCRIBED = wire.decoder(wire.Subscribed)


class Ticker:
    """`line.Speaker` for the market data socket; `on_quote` and `on_state` hear what comes."""

    def __init__(
        self, config: TradovateConfig, client: TradovateClient, entropy: Entropy, on_quote: Callable[[wire.Quote], None],
        on_state: Callable[[bool, str], None],
    ) -> None:  # fmt: skip
        self._config = config
        self._on_quote = on_quote
        self._on_state = on_state
        self._line = Line(config.market_url, self, client, config, entropy, market=True)
        self._charts: dict[int, tuple[list[wire.Bar], asyncio.Event]] = {}
        self._unclaimed: dict[int, tuple[list[wire.Bar], bool]] = {}
        self.wanted: set[int] = set()
        self._refusals: dict[int, str] = {}

    @property
    def is_up(self) -> bool:
        """Whether the socket is open."""
        return self._line.stream.is_up

    async def open(self) -> None:
        """Open the socket and keep it open; raises Unavailable or Refused."""
        await self._line.stream.open()

    async def close(self) -> None:
        """End it."""
        await self._line.stream.close()

    async def follow(self, contracts: Iterable[int]) -> None:
        """Quote these too; raises Refused where Tradovate sends prices of none of what is wanted."""
        fresh = set(contracts) - self.wanted
        self.wanted |= fresh
        if not fresh:
            return
        if self.is_up:
            await self._subscribe(self._line.ask, fresh)
            self.up()
            return
        try:
            await self.open()
        except BaseException:
            self.wanted -= fresh
            raise

    async def chart(self, contract: int, kind: str, size: int, until: datetime, count: int) -> list[wire.Bar]:
        """The newest `count` bars before a moment, as they came; raises Unavailable, Refused."""
        if not self.is_up:
            await self.open()
        said = _taken(await self._line.ask("md/getchart", {
            "symbol": contract,
            "chartDescription": {"underlyingType": kind, "elementSize": size, "elementSizeUnit": "UnderlyingUnits",
                                 "withHistogram": False},
            "timeRange": {"closestTimestamp": until.strftime("%Y-%m-%dT%H:%M:%SZ"), "asMuchAsElements": count},
        }))  # fmt: skip
        numbers = [each for each in (said.historical_id, said.subscription_id, said.realtime_id) if each is not None]
        bars, done = list[wire.Bar](), asyncio.Event()
        for number in numbers:
            early, ended = self._unclaimed.pop(number, ([], False))
            bars += early
            self._charts[number] = (bars, done)
            if ended:
                done.set()
        try:
            async with asyncio.timeout(self._config.answer_timeout):
                await done.wait()
        except TimeoutError as late:
            raise Unavailable("Tradovate's chart did not end in time") from late
        finally:
            for number in numbers:
                self._charts.pop(number, None)
        if said.realtime_id is not None:
            await self._line.ask("md/cancelchart", {"subscriptionId": said.realtime_id})
        for number in numbers:
            self._unclaimed.pop(number, None)
        return bars

    # --- line.Speaker ---------------------------------------------------------------------------------

    async def begin(self, ask: Ask) -> None:
        """Subscribe to what is wanted."""
        self._unclaimed.clear()
        await self._subscribe(ask, self.wanted)

    def on_event(self, kind: str, payload: bytes) -> None:
        """Quotes, or packets of charts; a chart's may come before the answer that names it."""
        if kind not in {"md", "chart"}:
            return
        market = read(_MARKET, payload, "market data")
        for quote in market.quotes:
            self._on_quote(quote)
        for chart in market.charts:
            self._take(chart)

    def _take(self, chart: wire.Chart) -> None:
        known = self._charts.get(chart.id)
        if known is None:
            bars, ended = self._unclaimed.get(chart.id, ([], False))
            self._unclaimed[chart.id] = ([*bars, *chart.bars], ended or chart.eoh)
            return
        known[0].extend(chart.bars)
        if chart.eoh:
            known[1].set()

    def heard(self) -> None:
        """Nothing is kept of it: quotes carry their own times."""

    def up(self) -> None:
        """The socket is up; of what is wanted some may be refused."""
        quoted = [each for each in self.wanted if each not in self._refusals]
        self._on_state(True, "; ".join([f"{len(quoted)} contracts", *sorted(set(self._refusals.values()))]))

    def down(self, reason: str) -> None:
        """It is being mended."""
        self._on_state(False, reason)

    def refused(self, problem: Refused) -> None:
        """The login does not open it any more."""
        self._on_state(False, str(problem))

    # --- inside ---------------------------------------------------------------------------------------

    async def _subscribe(self, ask: Ask, contracts: Iterable[int]) -> None:
        wanted = sorted(contracts)
        for contract in wanted:
            try:
                _taken(await ask("md/subscribequote", {"symbol": contract}))
            except Refused as no:
                self._refusals[contract] = str(no)
            else:
                self._refusals.pop(contract, None)
        refused = [each for each in wanted if each in self._refusals]
        if wanted and len(refused) == len(wanted):
            self.wanted -= set(refused)
            raise Refused(self._refusals[refused[0]])


def _taken(body: bytes) -> wire.Subscribed:
    """The answer to a subscription; raises Refused where it is none."""
    if body in {b"", b"null"}:
        return wire.Subscribed()
    found = read(_SUBSCRIBED, body, "the answer to a subscription")
    if found.error_text or found.error_code:
        raise Refused(f"{NO_MARKET_DATA.sentence} ({found.error_text or found.error_code})")
    return found
