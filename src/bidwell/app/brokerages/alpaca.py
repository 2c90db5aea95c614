"""Alpaca's parts, made from a credential; accounts of one environment share the names of its instruments."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Chains, Directory
from bidwell.app.brokerages.through_session import ThroughSession
from bidwell.brokers.alpaca import GUIDE, AlpacaBroker, AlpacaConfig, AlpacaFeed, AlpacaMarket, configure
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.brokers.transport import Health
from bidwell.model.errors import Refused
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.brokers.alpaca import wire
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)


class Alpaca(ThroughSession[AlpacaConfig, AlpacaBroker]):
    """`app.brokerage.Brokerage`."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure)

    def _session(self, access: Access, account: Account, means: Means) -> AlpacaBroker:
        config = self._config(access)
        if means.polled:
            config = replace(config, stream=replace(config.stream, off=True))
        return AlpacaBroker(config, account, _book(access), means.clock, means.entropy)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        client = AlpacaClient(self._config(access), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            found = await client.account()
        finally:
            await client.close()
        notes = [word for word, told in (("blocked", found.account_blocked), ("trading blocked", found.trading_blocked),
                                         ("trading suspended", found.trade_suspended_by_user)) if told]  # fmt: skip
        if notes:
            raise Refused(f"account {found.account_number} may not trade: {', '.join(notes)} at Alpaca")
        return ProbedAccount(found.account_number, found.currency, found.cash, found.equity, found.buying_power,
                             found.status)  # fmt: skip

    async def directory(self, access: Access, means: Means) -> Directory:
        """Alpaca's shares and coins; its options are too many to list."""
        client = AlpacaClient(self._config(access), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            assets = await client.assets()
        finally:
            await client.close()
        return _directory(assets)

    def chains(self, access: Access, means: Means) -> Chains:
        """Alpaca's option chains, with the data plan's quotes."""
        return Chains(AlpacaMarket(self._config(access), _book(access), means.clock))

    def prices(self, access: Access, means: Means) -> AlpacaFeed:
        """Alpaca's streams of quotes."""
        config = self._config(access)
        market = AlpacaMarket(config, _book(access), means.clock)
        market.open()
        return AlpacaFeed(config, market, _book(access), means.clock, means.entropy)


make = Alpaca


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "alpaca"]


def _directory(assets: Sequence[wire.Asset]) -> Directory:
    """Rows learned into a book of their own, in the thread that asks for them."""
    book = SymbolBook()
    rows = (each for listed in (assets,) for each in book.learn(listed) if each.symbol not in book.refused)
    return Directory(rows, book.refused, note="an option by its OCC symbol, as AAPL261218C00250000")
