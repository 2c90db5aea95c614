"""The parts of the five crypto exchanges, made from a credential; accounts of one environment share its pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.app.brokerage import Directory
from bidwell.brokers.ccxt_exchanges import (
    PROFILES,
    ExchangeBroker,
    ExchangeConfig,
    ExchangeFeed,
    ExchangeMarket,
    PairBook,
    configure,
)
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.model.money import ZERO
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import BrokerSession
    from bidwell.model.instrument import Instrument

_BOOKS: dict[tuple[str, str], PairBook] = {}


class Exchange:
    """`app.brokerage.Brokerage` for one exchange."""

    def __init__(self, exchange: str) -> None:
        self._exchange = exchange
        self.guide = PROFILES[exchange].guide

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        self._config(access)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        return ExchangeBroker(self._config(access), account, self._book(access), means.clock, means.entropy,
                              lambda: means.traded(account.id))  # fmt: skip

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a credential."""
        config, broker = self._config(access), self._reader(access, means)
        try:
            number, balances = await broker.probe()
        finally:
            await broker.close()
        money = config.currency
        cash, free = balances.total.get(money) or ZERO, balances.free.get(money) or ZERO
        coins = sum(1 for amount in balances.total.values() if amount)
        return ProbedAccount(number, money, cash, None, free, f"{coins} coin{'' if coins == 1 else 's'} held")

    async def held(self, access: Access, means: Means) -> list[str]:
        """The exchange's pairs of everything that is held or worked."""
        broker = self._reader(access, means)
        try:
            return await broker.held()
        finally:
            await broker.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind the exchange's pairs."""
        broker = self._reader(access, means)
        try:
            return await broker.listing(symbols)
        finally:
            await broker.close()

    async def directory(self, access: Access, means: Means) -> Directory:
        """The exchange's spot pairs."""
        market = ExchangeMarket(self._config(access), self._book(access), means.clock)
        await market.open()
        try:
            return Directory(await market.instruments(), self._book(access).refused)
        finally:
            await market.close()

    def prices(self, access: Access, means: Means) -> ExchangeFeed:
        """The exchange's streams of prices."""
        config, book = self._config(access), self._book(access)
        return ExchangeFeed(config, ExchangeMarket(config, book, means.clock), book, means.clock, means.entropy)

    def _config(self, access: Access) -> ExchangeConfig:
        return configure(self._exchange, access.fields, access.environment, twin=access.twin, proxy=access.proxy)

    def _book(self, access: Access) -> PairBook:
        key = (self._exchange, access.twin or access.environment)
        return _BOOKS.setdefault(key, PairBook(PROFILES[self._exchange].venue))

    def _reader(self, access: Access, means: Means) -> ExchangeBroker:
        config = self._config(access)
        nobody = Account(AccountId("reader"), "reader", self._exchange, "reader", config.currency)
        return ExchangeBroker(config, nobody, self._book(access), means.clock, means.entropy)


def _maker(exchange: str) -> Callable[[], Exchange]:
    return lambda: Exchange(exchange)


binance, bybit, okx, kraken, coinbase = map(_maker, ("binance", "bybit", "okx", "kraken", "coinbase"))
