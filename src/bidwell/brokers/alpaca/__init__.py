"""Alpaca: US shares, options and crypto over REST and two websockets.

Entry points: `AlpacaBroker(config, account, symbols, clock, entropy)` (BrokerSession), `AlpacaMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `AlpacaFeed(config, ...)` (Feed), `AlpacaConfig`, `GUIDE`,
`VENDOR` (its errors).

Invariants: an order carries the desk's id, which Alpaca takes once and for ever; an execution is named by its order
and what that had filled with it, which stream and activities tell alike; what is unconfirmed is a named constant here
or in the modules, and listed in docs/brokers/alpaca.md.
"""

from __future__ import annotations

from bidwell.brokers.alpaca.broker.account import AlpacaBroker
from bidwell.brokers.alpaca.broker.feed import AlpacaFeed
from bidwell.brokers.alpaca.broker.market import AlpacaMarket
from bidwell.brokers.alpaca.config import GUIDE, AlpacaConfig, configure
from bidwell.brokers.alpaca.errors import VENDOR

__all__ = ["GUIDE", "VENDOR", "AlpacaBroker", "AlpacaConfig", "AlpacaFeed", "AlpacaMarket", "configure"]
