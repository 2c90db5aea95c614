"""Alpaca's parts, made from a credential; accounts of one environment share the names of its instruments."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.app.brokerages.common import Common
from bidwell.brokers.alpaca import GUIDE, AlpacaBroker, AlpacaConfig, AlpacaFeed, AlpacaMarket, configure
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.brokers.transport import Health
from bidwell.model.errors import Refused
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)


class Alpaca(Common[AlpacaConfig, AlpacaBroker]):
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

    def prices(self, access: Access, means: Means) -> AlpacaFeed:
        """Alpaca's streams of quotes."""
        config = self._config(access)
        market = AlpacaMarket(config, _book(access), means.clock)
        market.open()
        return AlpacaFeed(config, market, _book(access), means.clock, means.entropy)


make = Alpaca


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "alpaca"]
