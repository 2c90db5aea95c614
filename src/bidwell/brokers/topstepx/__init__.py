"""TopstepX: US futures in Topstep's accounts over the ProjectX gateway's REST and its two SignalR hubs.

Entry points: `TopstepxBroker(config, account, user, symbols, clock)` (BrokerSession), `TopstepxMarket(config, ...)`
(InstrumentSource, HistorySource), `TopstepxFeed(config, ...)` (Feed), `User` (what the accounts of one user share),
`TopstepxConfig`, `GUIDE`, `VENDOR` (its errors).

Invariants: an order carries the desk's id as its tag, and nothing in doubt is sent again; a list that is absent from an
answer proves nothing; what is unconfirmed is a named constant here or in the modules, and listed in
docs/brokers/topstepx.md.
"""

from __future__ import annotations

from bidwell.brokers.topstepx.broker.account import TopstepxBroker
from bidwell.brokers.topstepx.broker.feed import TopstepxFeed
from bidwell.brokers.topstepx.broker.market import TopstepxMarket
from bidwell.brokers.topstepx.broker.user import User
from bidwell.brokers.topstepx.config import GUIDE, TopstepxConfig, configure
from bidwell.brokers.topstepx.errors import VENDOR

__all__ = [
    "GUIDE",
    "VENDOR",
    "TopstepxBroker",
    "TopstepxConfig",
    "TopstepxFeed",
    "TopstepxMarket",
    "User",
    "configure",
]
