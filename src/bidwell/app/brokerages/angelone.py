"""Angel One's parts, made from a credential; everybody who calls with one shares its login, and all share the names."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bidwell.brokers.angelone import (
    GUIDE,
    AngelBroker,
    AngelConfig,
    AngelFeed,
    AngelMarket,
    Library,
    Login,
    configure,
)
from bidwell.brokers.angelone.client import AngelClient
from bidwell.brokers.angelone.parse import orders as parse
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.instrument import Instrument

_LIBRARIES: defaultdict[str, Library] = defaultdict(Library)
# A login lives as long as somebody uses it, and a while longer: from a look at the account to its session.
_LOGINS: WeakValueDictionary[str, Login] = WeakValueDictionary()
_KEPT = 120.0


class AngelOne:
    """`app.brokerage.Brokerage`."""

    guide = GUIDE

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        _config(access)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        config = _config(access)
        login = _login(config, means)
        login.forgive()
        return AngelBroker(config, account, _library(access), login, means.clock, means.entropy)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Log in and read the account behind a credential; a person asked, so that a refused login is tried again."""
        config = _config(access)
        login = _login(config, means)
        login.forgive()
        client = AngelClient(config, login, Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            profile, funds = await client.profile(), await client.funds()
        finally:
            await client.close()
        return ProbedAccount(profile.clientcode, CURRENCY, parse.cash(funds), None, parse.free(funds), "ACTIVE")

    async def held(self, access: Access, means: Means) -> list[str]:
        """Angel One's symbols of everything that is held or worked."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind Angel One's symbols or ours; nothing is asked where there are none."""
        if not symbols:
            return []
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    def prices(self, access: Access, means: Means) -> AngelFeed:
        """Angel One's stream of quotes."""
        config, library = _config(access), _library(access)
        login = _login(config, means)
        market = AngelMarket(config, library, login, means.clock)
        return AngelFeed(config, market, library, login, means.clock, means.entropy)

    def _reader(self, access: Access, means: Means) -> AngelBroker:
        nobody, config = Account(AccountId("reader"), "reader", "angelone", "reader", CURRENCY), _config(access)
        return AngelBroker(config, nobody, _library(access), _login(config, means), means.clock, means.entropy)


def make() -> AngelOne:
    """Angel One."""
    return AngelOne()


def _config(access: Access) -> AngelConfig:
    return configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)


def _library(access: Access) -> Library:
    return _LIBRARIES[access.twin or "angelone"]


def _login(config: AngelConfig, means: Means) -> Login:
    parts = (config.twin, config.proxy or "", config.client_code, config.pin, config.api_key, config.totp_secret)
    name = hashlib.sha256("|".join(parts).encode()).hexdigest()
    login = _LOGINS.get(name)
    if login is None:
        login = _LOGINS[name] = Login(config, means.clock)
    asyncio.get_running_loop().call_later(_KEPT, _let_go, login)
    return login


def _let_go(_login: Login) -> None:
    """It was kept until now."""
