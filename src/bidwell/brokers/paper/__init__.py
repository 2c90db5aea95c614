"""The paper venue as a broker: simulated accounts in a process of their own, reached over loopback sockets.

Entry points: `PaperBroker(config, account, clock, entropy)` (Broker), `PaperFeed(config, clock, entropy)`
(Feed), `PaperVenue(config)` (InstrumentSource, HistorySource, rates, speed), `PaperAdmin(config)` (accounts,
faults and the venue's own books), `PaperConfig`, `read_config(folder)`.

Invariants: nothing here imports the venue's code, so the protocol is written down twice and in
docs/paper-venue.md; a request is written once and never repeated; a session that is down says so.
"""

from __future__ import annotations

from bidwell.brokers.paper.broker.account import PaperBroker
from bidwell.brokers.paper.broker.admin import PaperAdmin
from bidwell.brokers.paper.broker.feed import PaperFeed
from bidwell.brokers.paper.broker.venue import PaperVenue
from bidwell.brokers.paper.config import PaperConfig, read_config

__all__ = ["PaperAdmin", "PaperBroker", "PaperConfig", "PaperFeed", "PaperVenue", "read_config"]
