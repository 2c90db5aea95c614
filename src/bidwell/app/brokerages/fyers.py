"""Fyers' parts, made from a credential; what uses one credential shares its access token, all share today's lists."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Chains, Directory, made
from bidwell.app.brokerages.through_session import ThroughSession
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
_LOGINS: dict[tuple[str, str], tuple[tuple[str, str, str], Login]] = {}
_REDEEMED: OrderedDict[str, dict[str, str]] = OrderedDict()
_REMEMBERED = 64


class Fyers(ThroughSession[FyersConfig, FyersBroker]):
    """`app.brokerage.Brokerage`, whose logins begin with a code that is good once (`app.brokerage.Redeeming`)."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure, CURRENCY)

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:  # noqa: ARG002 - the port's
        """The day's tokens in place of the auth code; the same for the same one, which Fyers takes only once."""
        config, brought = self._config(access), access.fields.get("auth_code", "")
        if not brought:
            return access.fields
        code = auth_code(brought)
        name = hashlib.sha256(f"{access.twin}|{config.app_hash}|{code}".encode()).hexdigest()
        if name not in _REDEEMED:
            found = await redeem(config, code)
            _REDEEMED[name] = {"access_token": found.access_token, "refresh_token": found.refresh_token}
            while len(_REDEEMED) > _REMEMBERED:
                _REDEEMED.popitem(last=False)
        kept = {each: value for each, value in access.fields.items() if each != "auth_code"}
        return kept | _REDEEMED[name]

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

    async def directory(self, access: Access, means: Means) -> Directory:
        """Everything that the desk trades of Fyers's lists."""
        config, book = self._config(access), _book(access)
        market = FyersMarket(config, _login(config, means), book, means.clock)
        market.open()
        try:
            await market.prepare()
        finally:
            await market.close()
        refused = dict(book.refused)
        idents = list(book.ids())
        return Directory(made(book.listing, idents, refused), refused, by_id=True)

    def chains(self, access: Access, means: Means) -> Chains:
        """The option chains of NSE and BSE."""
        config = self._config(access)
        return Chains(FyersMarket(config, _login(config, means), _book(access), means.clock), by_id=True)

    def prices(self, access: Access, means: Means) -> FyersFeed:
        """Fyers' stream of quotes."""
        config = self._config(access)
        login = _login(config, means)
        market = FyersMarket(config, login, _book(access), means.clock)
        market.open()
        return FyersFeed(config, login, market, _book(access), means.clock, means.entropy)

    def _session(self, access: Access, account: Account, means: Means) -> FyersBroker:
        config = self._config(access)
        return FyersBroker(config, _login(config, means), account, _book(access), means.clock, means.entropy)


make = Fyers


def _login(config: FyersConfig, means: Means) -> Login:
    """The login of a credential; one that Fyers refused is made anew, since only a person asks for it again."""
    key, entered = (config.twin, config.app_id), (config.access_token, config.refresh_token, config.pin)
    known = _LOGINS.get(key)
    if known is None or known[0] != entered or known[1].refusal:
        known = _LOGINS[key] = (entered, Login(config, means.clock))
    return known[1]


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or "fyers"]
