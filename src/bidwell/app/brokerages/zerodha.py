"""Zerodha's parts, made from a credential; accounts of one environment share the lists of its instruments."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING

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
from bidwell.model.account import Account
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.instrument import Instrument

_MASTERS: defaultdict[str, Masters] = defaultdict(Masters)
_REDEEMED: OrderedDict[str, dict[str, str]] = OrderedDict()
_REMEMBERED = 64


class Zerodha:
    """`app.brokerage.Brokerage`, whose logins begin with a code that is good once (`app.brokerage.Redeeming`)."""

    guide = GUIDE

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        _config(access)

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:
        """The day's token in place of the request token; the same for the same one, which Zerodha takes only once."""
        config, brought = _config(access), access.fields.get("request_token", "")
        if not brought:
            return access.fields
        name = hashlib.sha256(f"{access.twin}|{config.api_key}|{config.api_secret}|{brought}".encode()).hexdigest()
        if name not in _REDEEMED:
            _REDEEMED[name] = await redeem(config, brought, means.clock)
            while len(_REDEEMED) > _REMEMBERED:
                _REDEEMED.popitem(last=False)
        kept = {each: value for each, value in access.fields.items() if each != "request_token"}
        return kept | _REDEEMED[name]

    def hint(self, access: Access, body: bytes) -> bool:
        """Whether a postback is Zerodha's."""
        return genuine(body, access.fields["api_secret"])

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        return ZerodhaBroker(_config(access), account, _masters(access), means.clock, means.entropy)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a login."""
        client = ZerodhaClient(_config(access), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            profile, funds = await client.profile(), (await client.margins()).equity
        finally:
            await client.close()
        if funds is None or not funds.enabled:
            raise InvalidInput("broker.segment", f"the equity segment of account {profile.user_id} is not open at Zerodha",
                               field="fields", hint="the desk trades shares and their derivatives there")  # fmt: skip
        return ProbedAccount(profile.user_id, CURRENCY, parse.cash(funds), None, funds.net, "ACTIVE")

    async def held(self, access: Access, means: Means) -> list[str]:
        """Zerodha's symbols of everything that is held or worked."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind Zerodha's symbols."""
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    def prices(self, access: Access, means: Means) -> ZerodhaFeed:
        """Zerodha's ticker."""
        config = _config(access)
        market = ZerodhaMarket(config, _masters(access), means.clock)
        return ZerodhaFeed(config, market, means.clock, means.entropy)

    def _reader(self, access: Access, means: Means) -> ZerodhaBroker:
        nobody = Account(AccountId("reader"), "reader", "zerodha", "reader", CURRENCY)
        return ZerodhaBroker(_config(access), nobody, _masters(access), means.clock, means.entropy)


def make() -> Zerodha:
    """Zerodha."""
    return Zerodha()


def _config(access: Access) -> ZerodhaConfig:
    return configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)


def _masters(access: Access) -> Masters:
    return _MASTERS[access.twin or "zerodha"]
