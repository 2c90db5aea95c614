"""Tradovate's parts, made from a credential; accounts of one environment share contracts, those of one login its session."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bidwell.brokers.tradovate import (
    GUIDE,
    TradovateBroker,
    TradovateClient,
    TradovateConfig,
    TradovateFeed,
    configure,
)
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.model.money import ZERO
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession, Clock
    from bidwell.model.instrument import Instrument

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_CLIENTS: dict[tuple[object, ...], TradovateClient] = {}


class Tradovate:
    """`app.brokerage.Brokerage`."""

    guide = GUIDE

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        _config(access)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet; a login that was refused before is tried anew."""
        _client(_config(access), means.clock).login.forgive()
        return self._broker(access, account, means)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        _client(_config(access), means.clock).login.forgive()
        broker = self._reader(access, means)
        try:
            found, money = await broker.probe(), await broker.money()
        finally:
            await broker.close()
        equity, bound = money.net_liq, money.initial_margin
        free = None if equity is None or bound is None else max(equity - bound, ZERO)
        return ProbedAccount(found.name, "USD", money.total_cash_value or ZERO, equity, free, "active")

    async def held(self, access: Access, means: Means) -> list[str]:
        """Tradovate's symbols of everything that is held or worked."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind Tradovate's symbols; a product's root gives its front month."""
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    def prices(self, access: Access, means: Means) -> TradovateFeed:
        """Tradovate's quotes, for a login that is licensed for them."""
        config = _config(access)
        return TradovateFeed(config, _book(access), means.clock, means.entropy, _client(config, means.clock))

    def _reader(self, access: Access, means: Means) -> TradovateBroker:
        return self._broker(access, Account(AccountId("reader"), "reader", "tradovate", "reader", "USD"), means)

    def _broker(self, access: Access, account: Account, means: Means) -> TradovateBroker:
        config = _config(access)
        return TradovateBroker(config, account, _book(access), means.clock, means.entropy, _client(config, means.clock))


def make() -> Tradovate:
    """Tradovate."""
    return Tradovate()


def _config(access: Access) -> TradovateConfig:
    return configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or access.environment]


def _client(config: TradovateConfig, clock: Clock) -> TradovateClient:
    """The one client of a login: two sessions may be open, and each account with its own would close the others'."""
    known = _CLIENTS.get(config.login_key)
    if known is None:
        # Logins that nobody uses any more are forgotten, with their passwords.
        for key in [key for key, client in _CLIENTS.items() if not client.login.is_used]:
            del _CLIENTS[key]
        known = _CLIENTS[config.login_key] = TradovateClient(config, clock, asyncio.get_running_loop().time)
    return known
