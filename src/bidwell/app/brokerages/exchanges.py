"""The parts of the five crypto exchanges, made from a credential; accounts of one environment share its pairs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bidwell.app.brokerage import Directory
from bidwell.app.brokerages.through_session import ThroughSession
from bidwell.brokers.ccxt_exchanges import (
    PROFILES,
    ExchangeBroker,
    ExchangeConfig,
    ExchangeFeed,
    ExchangeMarket,
    PairBook,
    configure,
)
from bidwell.model.money import ZERO
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidwell.app.brokerage import Access, Means
    from bidwell.model.account import Account

_BOOKS: dict[tuple[str, str], PairBook] = {}


class Exchange(ThroughSession[ExchangeConfig, ExchangeBroker]):
    """`app.brokerage.Brokerage` for one exchange."""

    def __init__(self, exchange: str) -> None:
        super().__init__(PROFILES[exchange].guide, partial(configure, exchange))
        self._exchange = exchange

    def _session(self, access: Access, account: Account, means: Means) -> ExchangeBroker:
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

    def _book(self, access: Access) -> PairBook:
        key = (self._exchange, access.twin or access.environment)
        return _BOOKS.setdefault(key, PairBook(PROFILES[self._exchange].venue))


def _maker(exchange: str) -> Callable[[], Exchange]:
    return lambda: Exchange(exchange)


binance, bybit, okx, kraken, coinbase = map(_maker, ("binance", "bybit", "okx", "kraken", "coinbase"))
