"""Alpaca's parts, made from a credential; accounts of one environment share the names of its instruments."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.brokers.alpaca import GUIDE, AlpacaBroker, AlpacaConfig, AlpacaFeed, AlpacaMarket, configure
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.brokers.transport import Health
from bidwell.model.account import Account
from bidwell.model.errors import Refused
from bidwell.model.ids import AccountId
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.instrument import Instrument

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)


class Alpaca:
    """`app.brokerage.Brokerage`."""

    guide = GUIDE

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        _config(access)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        config = _config(access)
        if means.polled:
            config = replace(config, stream=replace(config.stream, off=True))
        return AlpacaBroker(config, account, _book(access), means.clock, means.entropy)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        client = AlpacaClient(_config(access), Health(means.clock), asyncio.get_running_loop().time)
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

    async def held(self, access: Access, means: Means) -> list[str]:
        """Alpaca's symbols of everything that is held or worked."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind Alpaca's symbols."""
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    def prices(self, access: Access, means: Means) -> AlpacaFeed:
        """Alpaca's streams of quotes."""
        config = _config(access)
        market = AlpacaMarket(config, _book(access), means.clock)
        market.open()
        return AlpacaFeed(config, market, _book(access), means.clock, means.entropy)

    def _reader(self, access: Access, means: Means) -> AlpacaBroker:
        nobody = Account(AccountId("reader"), "reader", "alpaca", "reader", "USD")
        return AlpacaBroker(_config(access), nobody, _book(access), means.clock, means.entropy)


def make() -> Alpaca:
    """Alpaca."""
    return Alpaca()


def _config(access: Access) -> AlpacaConfig:
    return configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "alpaca"]
