"""Zerodha's Kite Connect v3: shares and derivatives of NSE and BSE over REST and the binary ticker.

Entry points: `ZerodhaBroker(config, account, masters, clock, entropy)` (BrokerSession), `ZerodhaMarket(config, ...)`
(InstrumentSource, HistorySource, quotes on request), `ZerodhaFeed(config, ...)` (Feed), `ZerodhaConfig`, `GUIDE`,
`redeem` (a login's request token for the day's access token), `genuine` (whether a postback is theirs), `VENDOR` (its errors).

Invariants: an order carries the desk's id as its tag, which Zerodha does not hold against a second one: what is in doubt
is looked up and never sent again; a fill is a row of the list of trades, never a guess from a stream's totals; what is
unconfirmed is a named constant here or in the modules, and listed in docs/brokers/zerodha.md.
"""

from __future__ import annotations

from bidwell.brokers.zerodha.broker.account import ZerodhaBroker
from bidwell.brokers.zerodha.broker.feed import ZerodhaFeed
from bidwell.brokers.zerodha.broker.market import ZerodhaMarket
from bidwell.brokers.zerodha.client import redeem
from bidwell.brokers.zerodha.config import GUIDE, ZerodhaConfig, configure
from bidwell.brokers.zerodha.errors import VENDOR
from bidwell.brokers.zerodha.postback import genuine

__all__ = [
    "GUIDE",
    "VENDOR",
    "ZerodhaBroker",
    "ZerodhaConfig",
    "ZerodhaFeed",
    "ZerodhaMarket",
    "configure",
    "genuine",
    "redeem",
]
