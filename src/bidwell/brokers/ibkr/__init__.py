"""Interactive Brokers: US shares, options and CME futures, over the user's own IB Gateway or TWS.

Entry points: `IbkrBroker(config, account, symbols, clock, entropy, link)` (BrokerSession), `IbkrMarket(symbols, clock, link)`
(HistorySource, instruments by name), `IbkrFeed(symbols, clock, link)` (Feed), `Link` (one connection, which the accounts of a
login share), `IbkrConfig`, `GUIDE`, `VENDOR` (its errors).

Invariants: an order leaves once, under a number and with the desk's id as its reference, and is never sent again; figures are
never floats; an account of one environment is not reached through the other; ib_async writes and reads messages and is imported
when the first Gateway is called; what is unconfirmed is a named constant here, and listed in docs/brokers/ibkr.md.
"""

from __future__ import annotations

from bidwell.brokers.ibkr.broker.account import IbkrBroker
from bidwell.brokers.ibkr.broker.feed import IbkrFeed
from bidwell.brokers.ibkr.broker.market import IbkrMarket
from bidwell.brokers.ibkr.client import Link
from bidwell.brokers.ibkr.config import GUIDE, IbkrConfig, configure
from bidwell.brokers.ibkr.errors import VENDOR

__all__ = ["GUIDE", "VENDOR", "IbkrBroker", "IbkrConfig", "IbkrFeed", "IbkrMarket", "Link", "configure"]
