"""Fyers (India): shares and derivatives of NSE and BSE over REST, an order stream and a binary price stream.

Entry points: `FyersBroker(config, login, account, symbols, clock, entropy)` (BrokerSession), `FyersMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `FyersFeed(config, ...)` (Feed), `Login`, `redeem`,
`FyersConfig`, `GUIDE`, `VENDOR` (its errors).

Invariants: an order carries the desk's id as its tag, which Fyers does not hold to be unique: it is sent once. An
execution has the number that stream and list tell alike; an order is absent when neither its tag nor the day's list
shows it. What is unconfirmed is a named constant here or in the modules, and listed in docs/brokers/fyers.md.
"""

from __future__ import annotations

from bidwell.brokers.fyers.broker.account import FyersBroker
from bidwell.brokers.fyers.broker.feed import FyersFeed
from bidwell.brokers.fyers.broker.market import FyersMarket
from bidwell.brokers.fyers.config import GUIDE, FyersConfig, auth_code, configure
from bidwell.brokers.fyers.errors import VENDOR
from bidwell.brokers.fyers.login import Login, redeem

__all__ = [
    "GUIDE", "VENDOR", "FyersBroker", "FyersConfig", "FyersFeed", "FyersMarket", "Login", "auth_code", "configure",
    "redeem",
]  # fmt: skip
