"""Zerodha's parts, made from a credential; accounts of one environment share the lists of its instruments."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Chains, Directory
from bidwell.app.brokerages.logins import Codes
from bidwell.app.brokerages.through_session import ThroughSession
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.brokers.zerodha import (
    GUIDE,
    ZerodhaBroker,
    ZerodhaConfig,
    ZerodhaFeed,
    ZerodhaMarket,
    configure,
    genuine,
    parse,
    redeem,
)
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.model.errors import InvalidInput
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidwell.app.brokerage import Access, Means
    from bidwell.model.account import Account

_MASTERS: defaultdict[str, Masters] = defaultdict(Masters)
_CODES = Codes("request_token")


class Zerodha(ThroughSession[ZerodhaConfig, ZerodhaBroker]):
    """`app.brokerage.Brokerage`, whose logins begin with a code that is good once (`app.brokerage.Redeeming`)."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure, CURRENCY)

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:
        """The day's token in place of the request token; the same for the same one, which Zerodha takes only once."""
        config, brought = self._config(access), access.fields.get("request_token", "")
        if not brought:
            return access.fields
        whose = f"{config.api_key}|{config.api_secret}"
        return await _CODES.redeem(access, whose, brought, lambda: redeem(config, brought, means.clock))

    def hint(self, access: Access, body: bytes) -> bool:
        """Whether a postback is Zerodha's."""
        return genuine(body, access.fields["api_secret"])

    def _session(self, access: Access, account: Account, means: Means) -> ZerodhaBroker:
        return ZerodhaBroker(self._config(access), account, _masters(access), means.clock, means.entropy)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a login."""
        client = ZerodhaClient(self._config(access), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            profile, funds = await client.profile(), (await client.margins()).equity
        finally:
            await client.close()
        if funds is None or not funds.enabled:
            raise InvalidInput("broker.segment", f"the equity segment of account {profile.user_id} is not open at Zerodha",
                               field="fields", hint="the desk trades shares and their derivatives there")  # fmt: skip
        return ProbedAccount(profile.user_id, CURRENCY, parse.cash(funds), None, funds.net, "ACTIVE")

    async def directory(self, access: Access, means: Means) -> Directory:
        """Everything of NSE and BSE, their contracts among them."""
        market = ZerodhaMarket(self._config(access), _masters(access), means.clock)
        market.open()
        try:
            await market.learn()
        finally:
            await market.close()
        return Directory(market.book.instruments(), market.book.refused, by_id=True)

    def chains(self, access: Access, means: Means) -> Chains:
        """The option chains of NSE and BSE."""
        return Chains(ZerodhaMarket(self._config(access), _masters(access), means.clock), by_id=True)

    def prices(self, access: Access, means: Means) -> ZerodhaFeed:
        """Zerodha's ticker."""
        config = self._config(access)
        market = ZerodhaMarket(config, _masters(access), means.clock)
        return ZerodhaFeed(config, market, means.clock, means.entropy)


make = Zerodha


def _masters(access: Access) -> Masters:
    return _MASTERS[access.twin or "zerodha"]
