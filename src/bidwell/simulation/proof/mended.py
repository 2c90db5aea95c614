"""What must hold of repairs and copies at every byte that leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Protocol

from bidwell.engine import copies
from bidwell.engine.mending import AGREEING
from bidwell.model.ids import AccountId, IntentId
from bidwell.model.intent import Source
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.simulation.proof.journal import ProofJournal

CONVERGENCE, COPY = 26, 27
_TRAVEL = 0.1


@dataclass(slots=True)
class Copied:
    """The leader and his followers' ratios; `held` is what he traded to, `peak` the most of it, `traded` when last."""

    leader: str
    lag: float
    ratios: dict[AccountId, Decimal]
    held: dict[str, Decimal] = field(default_factory=dict)
    peak: dict[str, Decimal] = field(default_factory=dict)
    traded: dict[str, float] = field(default_factory=dict)

    def on_trade(self, account: str, instrument: str, quantity: Decimal) -> None:
        """Somebody traded a signed quantity."""
        if account != self.leader:
            return
        self.held[instrument] = self.held.get(instrument, ZERO) + quantity
        self.peak[instrument] = max(self.peak.get(instrument, ZERO), abs(self.held[instrument]))
        self.traded[instrument] = asyncio.get_running_loop().time()


class Seen(Protocol):
    """What the judge has seen that matters here: the journal, the reports' times, and whether the clock was stepped."""

    journal: ProofJournal
    reports: dict[str, list[float]]
    copied: Copied | None
    steps: bool


def wrong(seen: Seen, order: Order) -> Iterator[tuple[int, str]]:
    """What an order that leaves for the first time breaks."""
    received = seen.journal.intents.get(order.intent) if order.intent is not None else None
    if received is None:
        return
    if received.intent.source is Source.REPAIR:
        yield from _too_soon(seen, order, received.intent.key.split(":")[1])
    elif received.intent.source is Source.COPY:
        yield from _miscopied(seen, order, IntentId(received.intent.id))


def _too_soon(seen: Seen, order: Order, mended: str) -> Iterator[tuple[int, str]]:
    """A repair leaves only after two full reports since what it repairs was closed."""
    since = seen.journal.closed.get(mended)
    told = [at for at in seen.reports.get(order.account, ()) if since is not None and at >= since]
    if since is not None and len(told) < AGREEING:
        yield CONVERGENCE, f"{order.client_order_id} repairs {mended} after {len(told)} reports"


def _miscopied(seen: Seen, order: Order, intent: IntentId) -> Iterator[tuple[int, str]]:
    copy, leading = seen.journal.copies.get(intent), seen.copied
    if copy is None or leading is None:
        yield COPY, f"{order.client_order_id} copies nothing that the journal knows of"
        return
    if not copies.enlarges(copy):
        if not order.reduces:
            yield COPY, f"{order.client_order_id} leaves a leader's position and is no reduction"
        return
    age = asyncio.get_running_loop().time() - leading.traded.get(copy.instrument, 0.0)
    if age > leading.lag + _TRAVEL and not seen.steps:
        yield COPY, f"{order.client_order_id} copies a fill that is {age:.2f} s old, the budget is {leading.lag}"
    most = max(leading.peak.get(copy.instrument, ZERO), _believed(seen, copy.instrument))
    bound = most * leading.ratios[order.account]
    if order.quantity > 2 * bound:
        yield COPY, f"{order.client_order_id} copies {order.quantity}, the leader's peak allows {2 * bound}"


def _believed(seen: Seen, instrument: str) -> Decimal:
    """The leader's highest position in the order in which the desk heard his fills, which may not be the venue's."""
    held = [event.quantity for event in seen.journal.led if event.instrument == instrument]
    return max((abs(one) for one in accumulate(held)), default=ZERO)
