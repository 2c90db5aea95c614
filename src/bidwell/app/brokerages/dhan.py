"""Dhan's parts, made from a credential; what uses one credential shares its access token, all share today's list."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Directory, made
from bidwell.brokers.dhan import GUIDE, DhanBroker, DhanConfig, DhanFeed, DhanMarket, Login, configure
from bidwell.brokers.dhan.client import DhanClient
from bidwell.brokers.dhan.symbols import SymbolBook
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.model.account import Account
from bidwell.model.errors import Refused
from bidwell.model.ids import AccountId
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.instrument import Instrument

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_LOGINS: dict[tuple[str, str], tuple[tuple[str, str, str], Login]] = {}


class Dhan:
    """`app.brokerage.Brokerage`."""

    guide = GUIDE

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        _config(access)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        return self._broker(access, account, means)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        config = _config(access)
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

    async def held(self, access: Access, means: Means) -> list[str]:
        """Everything that is held or worked, by the desk's ids."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind names at Dhan."""
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    async def directory(self, access: Access, means: Means) -> Directory:
        """Everything that the desk trades of Dhan's lists."""
        config, book = _config(access), _book(access)
        market = DhanMarket(config, _login(config, means), book, means.clock)
        market.open()
        try:
            await market.prepare()
        finally:
            await market.close()
        refused = dict(book.refused)
        idents = list(book.symbols())
        return Directory(made(book.listing, idents, refused), refused, by_id=True)

    def prices(self, access: Access, means: Means) -> DhanFeed:
        """Dhan's stream of quotes."""
        config = _config(access)
        login = _login(config, means)
        market = DhanMarket(config, login, _book(access), means.clock)
        market.open()
        return DhanFeed(config, login, market, _book(access), means.clock, means.entropy)

    def _reader(self, access: Access, means: Means) -> DhanBroker:
        return self._broker(access, Account(AccountId("reader"), "reader", "dhan", "reader", CURRENCY), means)

    def _broker(self, access: Access, account: Account, means: Means) -> DhanBroker:
        config = _config(access)
        return DhanBroker(config, _login(config, means), account, _book(access), means.clock, means.entropy)


def make() -> Dhan:
    """Dhan."""
    return Dhan()


def _config(access: Access) -> DhanConfig:
    return configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)


def _login(config: DhanConfig, means: Means) -> Login:
    """The login of a credential; one that Dhan refused is made anew, since only a person asks for it again."""
    key, entered = (config.twin, config.client_id), (config.access_token, config.pin, config.totp_secret)
    known = _LOGINS.get(key)
    if known is None or known[0] != entered or known[1].refusal:
        known = _LOGINS[key] = (entered, Login(config, means.clock))
    return known[1]


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "dhan"]
