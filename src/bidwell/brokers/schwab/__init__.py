"""Charles Schwab (Trader API): US shares, exchange-traded funds and options over REST and one stream for each user.

Entry points: `SchwabBroker(config, account, user, symbols, clock, desk)` (BrokerSession), `SchwabMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `SchwabFeed(user, ...)` (Feed), `User`, `Login`, `redeem`,
`SchwabConfig`, `GUIDE`, `VENDOR` (its errors).

Invariants: Schwab keeps no id of ours, so an order is sent once and known by Schwab's number; one whose answer was lost
is found by what it is or stays in doubt, and is never guessed. The stream's words are hints: orders are read. What is
unconfirmed is a named constant here or in the modules, and listed in docs/brokers/schwab.md.
"""

from __future__ import annotations

from bidwell.brokers.schwab.broker.account import SchwabBroker
from bidwell.brokers.schwab.broker.feed import SchwabFeed
from bidwell.brokers.schwab.broker.market import SchwabMarket
from bidwell.brokers.schwab.broker.user import User
from bidwell.brokers.schwab.config import GUIDE, SchwabConfig, auth_code, configure
from bidwell.brokers.schwab.errors import VENDOR
from bidwell.brokers.schwab.login import Login, redeem

__all__ = [
    "GUIDE", "VENDOR", "Login", "SchwabBroker", "SchwabConfig", "SchwabFeed", "SchwabMarket", "User", "auth_code",
    "configure", "redeem",
]  # fmt: skip
