"""TopstepX's parts, made from a credential; accounts of one environment share contracts, those of one user a session."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.brokers.topstepx import (
    GUIDE,
    TopstepxBroker,
    TopstepxConfig,
    TopstepxFeed,
    TopstepxMarket,
    User,
    configure,
)
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.instrument import Instrument

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_USERS: dict[tuple[str, ...], User] = {}


class Topstepx:
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
        return TopstepxBroker(config, account, _user(config, means), _book(access), means.clock)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Look at the account behind a credential."""
        broker = self._reader(access, means)
        try:
            found = await broker.probe()
        finally:
            await broker.close()
        kind = {True: "simulated", False: "live", None: ""}[found.simulated]
        status = ", ".join(each for each in (found.name, kind, "" if found.canTrade else "may not trade now") if each)
        return ProbedAccount(str(found.id), "USD", found.balance, None, None, status)

    async def held(self, access: Access, means: Means) -> list[str]:
        """TopstepX's ids of everything that is held or worked."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind contract ids, exchange symbols or roots."""
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    def prices(self, access: Access, means: Means) -> TopstepxFeed:
        """The market hub."""
        config = _config(access)
        login = _user(config, means).login
        market = TopstepxMarket(config, login, _book(access), means.clock, asyncio.get_running_loop().time)
        return TopstepxFeed(config, market, _book(access), means.clock, means.entropy)

    def _reader(self, access: Access, means: Means) -> TopstepxBroker:
        config = _config(access)
        nobody = Account(AccountId("reader"), "reader", "topstepx", "reader", "USD")
        return TopstepxBroker(config, nobody, _user(config, means), _book(access), means.clock)


def make() -> Topstepx:
    """TopstepX."""
    return Topstepx()


def _config(access: Access) -> TopstepxConfig:
    return configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "topstepx"]


def _user(config: TopstepxConfig, means: Means) -> User:
    """A user at one host by one way out, whose accounts share token, rate and hub."""
    key = (config.rest, config.user_name, config.api_key, config.proxy or "", str(config.stream.off))
    if key not in _USERS:
        _USERS[key] = User(config, means.clock, means.entropy)
    return _USERS[key]
