"""Tradovate's parts, made from a credential; accounts of one environment share contracts, those of one login its session."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Directory
from bidwell.app.brokerages.through_session import ThroughSession
from bidwell.brokers.tradovate import (
    GUIDE,
    TradovateBroker,
    TradovateClient,
    TradovateConfig,
    TradovateFeed,
    TradovateMarket,
    configure,
)
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.model.money import ZERO
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession, Clock
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_CLIENTS: dict[tuple[object, ...], TradovateClient] = {}


class Tradovate(ThroughSession[TradovateConfig, TradovateBroker]):
    """`app.brokerage.Brokerage`."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet; a login that was refused before is tried anew."""
        _client(self._config(access), means.clock).login.forgive()
        return self._session(access, account, means)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        _client(self._config(access), means.clock).login.forgive()
        broker = self._reader(access, means)
        try:
            found, money = await broker.probe(), await broker.money()
        finally:
            await broker.close()
        equity, bound = money.net_liq, money.initial_margin
        free = None if equity is None or bound is None else max(equity - bound, ZERO)
        return ProbedAccount(found.name, "USD", money.total_cash_value or ZERO, equity, free, "active")

    async def directory(self, access: Access, means: Means) -> Directory:
        """The front month of every product that the desk knows; Tradovate has no list of all."""
        config, book = self._config(access), _book(access)
        market = TradovateMarket(config, book, means.clock, means.entropy, _client(config, means.clock))
        market.open()
        try:
            found = await market.instruments()
        finally:
            await market.close()
        return Directory(found, book.refused, note="front months only; a further month by its exact symbol")

    def prices(self, access: Access, means: Means) -> TradovateFeed:
        """Tradovate's quotes, for a login that is licensed for them."""
        config = self._config(access)
        return TradovateFeed(config, _book(access), means.clock, means.entropy, _client(config, means.clock))

    def _session(self, access: Access, account: Account, means: Means) -> TradovateBroker:
        config = self._config(access)
        return TradovateBroker(config, account, _book(access), means.clock, means.entropy, _client(config, means.clock))


make = Tradovate


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
