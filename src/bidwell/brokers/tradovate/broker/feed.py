"""Tradovate's prices as a feed, for logins that are licensed for them; orders never wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.tradovate.broker.reading import Reading
from bidwell.brokers.tradovate.broker.ticker import Ticker
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.config import TradovateConfig
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.brokers.transport import PriceFeed
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import ProtocolError
from bidwell.model.futures import PRODUCTS
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.market import Quote

_VENUES = frozenset(each.venue for each in PRODUCTS.values())


class TradovateFeed(PriceFeed):
    """The Feed port for the contracts that are followed; a quote is whole once bid, offer and a last price came."""

    def __init__(
        self, config: TradovateConfig, symbols: SymbolBook, clock: Clock, entropy: Entropy,
        client: TradovateClient | None = None,
    ) -> None:  # fmt: skip
        super().__init__("Tradovate")
        self._book = symbols
        self._clock = clock
        self._client = client or TradovateClient(config, clock, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, symbols, AccountId("prices"), config.account, clock)
        self._ticker = Ticker(config, self._client, entropy, self._on_quote, self._on_state)
        self._partial: dict[int, wire.Quote] = {}
        self._quotes: dict[int, Quote] = {}
        self._opened = False

    async def _begin(self) -> None:
        if not self._opened:
            self._opened = True
            self._client.open()

    async def close(self) -> None:
        """End the socket."""
        await self._ticker.close()
        if self._opened:
            self._opened = False
            await self._client.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Tradovate does not trade are left out. Raises Unavailable or Refused."""
        wanted = []
        for each in instruments:
            if each.rpartition(".")[2] in _VENUES:
                contract = await self._reading.contract(each)
                if contract is not None:
                    wanted.append(contract.id)
        await self._ticker.follow(wanted)

    # --- what the socket tells ------------------------------------------------------------------------

    def _on_state(self, connected: bool, detail: str) -> None:  # noqa: FBT001 - the socket's one flag
        self.on_state(connected=connected, detail=detail)

    def _on_quote(self, row: wire.Quote) -> None:
        try:
            instrument = self._book.id_of(row.contract_id)
        except ProtocolError:
            return  # a contract that nobody asked for
        known = self._quotes.get(row.contract_id)
        if known is None:
            row = self._partial[row.contract_id] = parse.merged(self._partial.get(row.contract_id), row)
        made = parse.quote(row, known, instrument, self._clock.now())
        if made is None:
            return
        self._partial.pop(row.contract_id, None)
        self._quotes[row.contract_id] = made
        self._tell([made])
