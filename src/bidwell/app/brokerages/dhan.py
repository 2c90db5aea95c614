"""Dhan's parts, made from a credential; what uses one credential shares its access token, all share today's list."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bidwell.app.brokerages.logins import Logins
from bidwell.app.brokerages.through_list import ThroughList
from bidwell.brokers.dhan import GUIDE, DhanBroker, DhanConfig, DhanFeed, DhanMarket, Login, configure
from bidwell.brokers.dhan.client import DhanClient
from bidwell.brokers.dhan.symbols import SymbolBook
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.model.errors import Refused
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_LOGINS: Logins[Login] = Logins()


class Dhan(ThroughList[DhanConfig, DhanBroker]):
    """`app.brokerage.Brokerage`."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure, CURRENCY)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        config = self._config(access)
        client = DhanClient(config, _login(config, means), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            found, funds = await client.profile(), await client.funds()
        finally:
            await client.close()
        if found.dhan_client_id != config.client_id:
            raise Refused(f"this token is client {found.dhan_client_id}'s, not {config.client_id}'s")
        status = f"segments: {found.active_segment or 'none'}; market data plan: {found.data_plan or 'not told'}"
        return ProbedAccount(found.dhan_client_id, CURRENCY, funds.sod_limit, None, funds.availabel_balance, status)

    def prices(self, access: Access, means: Means) -> DhanFeed:
        """Dhan's stream of quotes."""
        config, market = self._config(access), self._market(access, means)
        market.open()
        return DhanFeed(config, _login(config, means), market, _book(access), means.clock, means.entropy)

    def _market(self, access: Access, means: Means) -> DhanMarket:
        config = self._config(access)
        return DhanMarket(config, _login(config, means), _book(access), means.clock)

    def _session(self, access: Access, account: Account, means: Means) -> DhanBroker:
        config = self._config(access)
        return DhanBroker(config, _login(config, means), account, _book(access), means.clock, means.entropy)


make = Dhan


def _login(config: DhanConfig, means: Means) -> Login:
    key, entered = (config.twin, config.client_id), (config.access_token, config.pin, config.totp_secret)
    return _LOGINS.of(key, entered, lambda: Login(config, means.clock))


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "dhan"]
