"""Tradovate: US futures over REST and text websockets.

Entry points: `TradovateBroker(config, account, symbols, clock, entropy)` (BrokerSession), `TradovateMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `TradovateFeed(config, ...)` (Feed), `TradovateClient` (one login's
session and calls, which its accounts share), `TradovateConfig`, `GUIDE`, `VENDOR` (its errors).

Invariants: a session is renewed and never opened while one lives; an order carries the desk's id, which Tradovate does not
hold against a second one, so nothing is sent twice; an execution is named by its number; what is unconfirmed is a named
constant here or in the modules, and listed in docs/brokers/tradovate.md.
"""

from __future__ import annotations

from bidwell.brokers.tradovate.broker.account import TradovateBroker
from bidwell.brokers.tradovate.broker.feed import TradovateFeed
from bidwell.brokers.tradovate.broker.market import TradovateMarket
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.config import GUIDE, TradovateConfig, configure
from bidwell.brokers.tradovate.errors import VENDOR

__all__ = ["GUIDE", "VENDOR", "TradovateBroker", "TradovateClient", "TradovateConfig", "TradovateFeed", "TradovateMarket",
           "configure"]  # fmt: skip
