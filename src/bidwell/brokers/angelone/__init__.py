"""Angel One (India): shares, futures and options of NSE and BSE over SmartAPI, its order stream and its binary prices.

Entry points: `AngelBroker(config, account, library, login, clock, entropy)` (BrokerSession), `AngelMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `AngelFeed(config, ...)` (Feed), `Login` (a credential's tokens,
renewed by themselves), `Library` (names and the instrument list), `AngelConfig`, `GUIDE`, `VENDOR` (its errors).

Invariants: an order carries the desk's id as its tag, which Angel One does not check for being unique: in doubt it is
looked up and never sent again; executions come from the list of fills alone, to which the order stream is the hint;
what is unconfirmed is a named constant here or in the modules, and listed in docs/brokers/angelone.md.
"""

from __future__ import annotations

from bidwell.brokers.angelone.broker.account import AngelBroker
from bidwell.brokers.angelone.broker.feed import AngelFeed
from bidwell.brokers.angelone.broker.library import Library
from bidwell.brokers.angelone.broker.market import AngelMarket
from bidwell.brokers.angelone.client import Login
from bidwell.brokers.angelone.config import GUIDE, AngelConfig, configure
from bidwell.brokers.angelone.errors import VENDOR

__all__ = ["GUIDE", "VENDOR", "AngelBroker", "AngelConfig", "AngelFeed", "AngelMarket", "Library", "Login", "configure"]
