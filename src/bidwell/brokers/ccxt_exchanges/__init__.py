"""Crypto exchanges over ccxt: Binance, Bybit, OKX, Kraken and Coinbase, spot.

Entry points: `ExchangeBroker(config, account, book, clock, entropy)` (BrokerSession), `ExchangeMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `ExchangeFeed(config, ...)` (Feed), `PROFILES`, `configure`,
`VENDORS` (their errors).

Invariants: the library signs requests and reads answers, our transport carries them, so that one change is one request;
its figures are text and never floats; what it would round is refused; our order id goes out under the name that each
exchange really reads. ccxt is imported when the first exchange is used.
"""

from __future__ import annotations

from bidwell.brokers.ccxt_exchanges.broker.account import ExchangeBroker
from bidwell.brokers.ccxt_exchanges.broker.feed import ExchangeFeed
from bidwell.brokers.ccxt_exchanges.broker.market import ExchangeMarket
from bidwell.brokers.ccxt_exchanges.config import PROFILES, ExchangeConfig, configure
from bidwell.brokers.ccxt_exchanges.errors import VENDORS
from bidwell.brokers.ccxt_exchanges.symbols import PairBook

__all__ = [
    "PROFILES", "VENDORS", "ExchangeBroker", "ExchangeConfig", "ExchangeFeed", "ExchangeMarket", "PairBook", "configure",
]  # fmt: skip
