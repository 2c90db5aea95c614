"""What every broker reached over the network needs, and nothing that knows one of them.

Entry points: `Caller` (one account's requests: rate, circuit, retries of reads, trouble log), `Stream` (a websocket
kept open: login, silence, backoff, resubscription), `Vendor` and `Verdict` (a vendor's error codes with a person's
sentence), `decoder` and the figure checks of `exact`, `Guide` (what the connect wizard asks for), `Health`. On top of
them stand what adapters derive from: `RemoteBroker` (an account in session; `TellsMargin` where its broker says
beforehand what it would block, asked through a `SpareCaller`), `OrderUpdates` (the order stream's ear), `PriceFeed`; and for a broker that answers with lists of the day `master`, `listed`, `report` and `history`.

Invariants: a request that may change anything is written once and never repeated; what is not known to have failed is
in doubt; money comes out of JSON as `Decimal` without having been a float; a host that is no broker's is not called.
"""

from __future__ import annotations

from bidwell.brokers.transport.broker import RemoteBroker, Unworkable, story
from bidwell.brokers.transport.caller import Caller, Limits, Request
from bidwell.brokers.transport.exact import day, decoder, finite, moment, positive, read
from bidwell.brokers.transport.guide import Environment, Field, Guide
from bidwell.brokers.transport.health import Health
from bidwell.brokers.transport.http import Answer, Http, HttpSettings
from bidwell.brokers.transport.margin import TellsMargin
from bidwell.brokers.transport.memory import Recent, Seen
from bidwell.brokers.transport.prices import Chores, PriceFeed
from bidwell.brokers.transport.spare import SpareCaller
from bidwell.brokers.transport.stream import Ear, KeptOpen, Socket, Stream, StreamSettings
from bidwell.brokers.transport.updates import OrderUpdates, Owner
from bidwell.brokers.transport.vendor import Kind, Throttled, Vendor, Verdict

__all__ = [
    "Answer", "Caller", "Chores", "Ear", "Environment", "Field", "Guide", "Health", "Http", "HttpSettings", "KeptOpen",
    "Kind", "Limits", "OrderUpdates", "Owner", "PriceFeed", "Recent", "RemoteBroker", "Request", "Seen", "Socket", "SpareCaller",
    "Stream", "StreamSettings", "TellsMargin", "Throttled", "Unworkable", "Vendor", "Verdict", "day", "decoder", "finite", "moment", "positive", "read",
    "story",
]  # fmt: skip
