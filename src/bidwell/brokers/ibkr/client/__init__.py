"""A connection to a Gateway: frames, ib_async as writer and reader of messages, and the link that accounts share."""

from __future__ import annotations

from bidwell.brokers.ibkr.client.link import Link, User
from bidwell.brokers.ibkr.client.seat import Seat

__all__ = ["Link", "Seat", "User"]
