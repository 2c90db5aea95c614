"""TopstepX's parts, made from a credential; accounts of one environment share contracts, those of one user a session."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Directory
from bidwell.app.brokerages.through_session import ThroughSession
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
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_USERS: dict[tuple[str, ...], User] = {}


class Topstepx(ThroughSession[TopstepxConfig, TopstepxBroker]):
    """`app.brokerage.Brokerage`."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        config = self._config(access)
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

    async def directory(self, access: Access, means: Means) -> Directory:
        """TopstepX's contracts of today."""
        config = self._config(access)
        login, book = _user(config, means).login, _book(access)
        market = TopstepxMarket(config, login, book, means.clock, asyncio.get_running_loop().time)
        market.open()
        try:
            return Directory(await market.instruments(), book.refused)
        finally:
            await market.close()

    def prices(self, access: Access, means: Means) -> TopstepxFeed:
        """The market hub."""
        config = self._config(access)
        login = _user(config, means).login
        market = TopstepxMarket(config, login, _book(access), means.clock, asyncio.get_running_loop().time)
        return TopstepxFeed(config, market, _book(access), means.clock, means.entropy)

    def _session(self, access: Access, account: Account, means: Means) -> TopstepxBroker:
        config = self._config(access)
        return TopstepxBroker(config, account, _user(config, means), _book(access), means.clock)


make = Topstepx


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "topstepx"]


def _user(config: TopstepxConfig, means: Means) -> User:
    """A user at one host by one way out, whose accounts share token, rate and hub."""
    key = (config.rest, config.user_name, config.api_key, config.proxy or "", str(config.stream.off))
    if key not in _USERS:
        _USERS[key] = User(config, means.clock, means.entropy)
    return _USERS[key]
