"""Angel One's parts, made from a credential; everybody who calls with one shares its login, and all share the names."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bidwell.app.brokerage import Chains, Directory, made
from bidwell.app.brokerages.through_session import ThroughSession
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
from bidwell.brokers.angelone.symbols import instrument
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.account import Account
    from bidwell.model.instrument import Instrument

_LIBRARIES: defaultdict[str, Library] = defaultdict(Library)
# A login lives as long as somebody uses it, and a while longer: from a look at the account to its session.
_LOGINS: WeakValueDictionary[str, Login] = WeakValueDictionary()
_KEPT = 120.0


class AngelOne(ThroughSession[AngelConfig, AngelBroker]):
    """`app.brokerage.Brokerage`."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure, CURRENCY)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        _login(self._config(access), means).forgive()
        return self._session(access, account, means)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Log in and read the account behind a credential; a person asked, so that a refused login is tried again."""
        config = self._config(access)
        login = _login(config, means)
        login.forgive()
        client = AngelClient(config, login, Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            profile, funds = await client.profile(), await client.funds()
        finally:
            await client.close()
        return ProbedAccount(profile.clientcode, CURRENCY, parse.cash(funds), None, parse.free(funds), "ACTIVE")

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind Angel One's symbols or ours; nothing is asked where there are none."""
        return await super().listing(access, symbols, means) if symbols else []

    async def directory(self, access: Access, means: Means) -> Directory:
        """Everything of NSE and BSE, their contracts among them."""
        config, library = self._config(access), _library(access)
        client = AngelClient(config, _login(config, means), Health(means.clock), asyncio.get_running_loop().time)
        client.open()
        try:
            master = await library.master(client, means.clock.now())
        finally:
            await client.close()
        refused: dict[str, str] = {}
        listed = (row for exchange in ("NSE", "NFO", "BSE", "BFO") for row in master.of(exchange))
        return Directory(made(instrument, listed, refused), refused, by_id=True)

    def chains(self, access: Access, means: Means) -> Chains:
        """The option chains of NSE and BSE."""
        config = self._config(access)
        return Chains(AngelMarket(config, _library(access), _login(config, means), means.clock), by_id=True)

    def prices(self, access: Access, means: Means) -> AngelFeed:
        """Angel One's stream of quotes."""
        config, library = self._config(access), _library(access)
        login = _login(config, means)
        market = AngelMarket(config, library, login, means.clock)
        return AngelFeed(config, market, library, login, means.clock, means.entropy)

    def _session(self, access: Access, account: Account, means: Means) -> AngelBroker:
        config = self._config(access)
        return AngelBroker(config, account, _library(access), _login(config, means), means.clock, means.entropy)


make = AngelOne


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
