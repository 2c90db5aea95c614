"""Charles Schwab's parts, made from a credential; accounts of one app share its login, its budget and its stream."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Chains, Directory, made
from bidwell.app.brokerages.logins import Codes
from bidwell.app.brokerages.through_session import ThroughSession
from bidwell.brokers.schwab import (
    GUIDE,
    Login,
    SchwabBroker,
    SchwabConfig,
    SchwabFeed,
    SchwabMarket,
    User,
    auth_code,
    configure,
    parse,
    redeem,
    symbols,
)
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.model.account import Account
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidwell.app.brokerage import Access, Means

_BOOK = SymbolBook()
"""One for all: a symbol is the same at Schwab for everybody, and at its twins."""
_LOGINS: dict[tuple[str, ...], Login] = {}
_USERS: dict[tuple[str, ...], User] = {}
_CODES = Codes("auth_code")


class Schwab(ThroughSession[SchwabConfig, SchwabBroker]):
    """`app.brokerage.Brokerage`, whose logins begin with a code that is good once (`app.brokerage.Redeeming`)."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure)

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:
        """The week's tokens in place of the code; the same for the same one, which Schwab takes only once."""
        config, brought = self._config(access), access.fields.get("auth_code", "")
        if not brought:
            return access.fields
        code = auth_code(brought)

        async def tokens() -> dict[str, str]:
            found = await redeem(config, code, means.clock)
            times = {"logged_in_at": found.logged_in_at, "access_until": found.access_until}
            return {"refresh_token": found.refresh_token, "access_token": found.access_token,
                    **{each: at.isoformat() for each, at in times.items() if at is not None}}  # fmt: skip

        return await _CODES.redeem(access, f"{config.app_key}|{config.app_secret}", code, tokens)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        reader = self._reader(access, means)
        try:
            found = await reader.probe()
        finally:
            await reader.close()
        money = found.current_balances
        free = money.buying_power if money.buying_power is not None else money.cash_available_for_trading
        status = "closing only" if found.is_closing_only_restricted else found.type.lower() or "active"
        return ProbedAccount(found.account_number, "USD", parse.cash(money), money.liquidation_value, free, status)

    async def directory(self, access: Access, means: Means) -> Directory:
        """Schwab's shares and exchange-traded funds; its options are too many to list."""
        market = SchwabMarket(self._config(access), _user(self._config(access), means), _BOOK, means.clock)
        market.open()
        try:
            rows = await market.list()
        finally:
            await market.close()
        refused: dict[str, str] = {}
        traded = [row for row in rows if row.asset_type in symbols.SHARES]
        return Directory(made(symbols.instrument, traded, refused), refused,
                         note="an option by its OCC symbol, as AAPL261218C00250000")  # fmt: skip

    def chains(self, access: Access, means: Means) -> Chains:
        """The option chains of shares and funds."""
        config = self._config(access)
        return Chains(SchwabMarket(config, _user(config, means), _BOOK, means.clock))

    def prices(self, access: Access, means: Means) -> SchwabFeed:
        """Schwab's stream of quotes."""
        config = self._config(access)
        user = _user(config, means)
        return SchwabFeed(user, SchwabMarket(config, user, _BOOK, means.clock), means.clock)

    def _session(self, access: Access, account: Account, means: Means) -> SchwabBroker:
        config = self._config(access)
        if means.polled:
            config = replace(config, stream=replace(config.stream, off=True))
        return SchwabBroker(config, account, _user(config, means), _BOOK, means.clock, means.orders(account.id))


make = Schwab


def _user(config: SchwabConfig, means: Means) -> User:
    """A login by one way out, with the newest tokens that any of its accounts brought."""
    name = (config.twin, config.app_key, config.app_secret)
    login = _LOGINS.get(name)
    if login is None:
        login = _LOGINS[name] = Login(config, means.clock)
    login.adopt(config)
    key = (*name, config.proxy or "", str(config.stream.off))
    if key not in _USERS:
        _USERS[key] = User(config, login, means.clock, means.entropy)
    return _USERS[key]
