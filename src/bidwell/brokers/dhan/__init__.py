"""Dhan (India): shares and derivatives of NSE and BSE over REST, an order stream and a binary price stream.

Entry points: `DhanBroker(config, login, account, symbols, clock, entropy)` (BrokerSession), `DhanMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `DhanFeed(config, ...)` (Feed), `Login`, `DhanConfig`, `GUIDE`,
`VENDOR` (its errors).

Invariants: an order carries the desk's id as its correlationId, which Dhan does not hold to be unique: it is sent
once. An execution is named by its order and the exchange's number, read from the list of executions whenever the
stream tells of more; an order is absent when neither its tag nor the day's list shows it. What is unconfirmed is a
named constant here or in the modules, and listed in docs/brokers/dhan.md.
"""

from __future__ import annotations

from bidwell.brokers.dhan.broker.account import DhanBroker
from bidwell.brokers.dhan.broker.feed import DhanFeed
from bidwell.brokers.dhan.broker.market import DhanMarket
from bidwell.brokers.dhan.config import GUIDE, DhanConfig, configure
from bidwell.brokers.dhan.errors import VENDOR
from bidwell.brokers.dhan.login import Login

__all__ = ["GUIDE", "VENDOR", "DhanBroker", "DhanConfig", "DhanFeed", "DhanMarket", "Login", "configure"]
