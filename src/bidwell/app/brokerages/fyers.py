"""Fyers' parts, made from a credential; what uses one credential shares its access token, all share today's lists."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bidwell.app.brokerages.logins import Codes, Logins
from bidwell.app.brokerages.through_list import ThroughList
from bidwell.brokers.fyers import (
    GUIDE,
    FyersBroker,
    FyersConfig,
    FyersFeed,
    FyersMarket,
    Login,
    auth_code,
    configure,
    parse,
    redeem,
)
from bidwell.brokers.fyers.client import FyersClient
from bidwell.brokers.fyers.symbols import SymbolBook
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.model.account import Account
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidwell.app.brokerage import Access, Means
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_LOGINS: Logins[Login] = Logins()
_CODES = Codes("auth_code")


class Fyers(ThroughList[FyersConfig, FyersBroker]):
    """`app.brokerage.Brokerage`, whose logins begin with a code that is good once (`app.brokerage.Redeeming`)."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure, CURRENCY)

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:  # noqa: ARG002 - the port's
        """The day's tokens in place of the auth code; the same for the same one, which Fyers takes only once."""
        config, brought = self._config(access), access.fields.get("auth_code", "")
        if not brought:
            return access.fields
        code = auth_code(brought)

        async def tokens() -> dict[str, str]:
            found = await redeem(config, code)
            return {"access_token": found.access_token, "refresh_token": found.refresh_token}

        return await _CODES.redeem(access, config.app_hash, code, tokens)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        config = self._config(access)
        client = FyersClient(config, _login(config, means), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            found, funds = await client.profile(), await client.funds()
        finally:
            await client.close()
        spendable = parse.fund(funds, parse.AVAILABLE)
        return ProbedAccount(found.fy_id, CURRENCY, parse.fund(funds, parse.AT_START), None, spendable, "ACTIVE")

    def prices(self, access: Access, means: Means) -> FyersFeed:
        """Fyers' stream of quotes."""
        config, market = self._config(access), self._market(access, means)
        market.open()
        return FyersFeed(config, _login(config, means), market, _book(access), means.clock, means.entropy)

    def _market(self, access: Access, means: Means) -> FyersMarket:
        config = self._config(access)
        return FyersMarket(config, _login(config, means), _book(access), means.clock)

    def _session(self, access: Access, account: Account, means: Means) -> FyersBroker:
        config = self._config(access)
        return FyersBroker(config, _login(config, means), account, _book(access), means.clock, means.entropy)


make = Fyers


def _login(config: FyersConfig, means: Means) -> Login:
    key, entered = (config.twin, config.app_id), (config.access_token, config.refresh_token, config.pin)
    return _LOGINS.of(key, entered, lambda: Login(config, means.clock))


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "fyers"]
