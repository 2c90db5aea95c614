"""What must hold of repairs and copies: checked at every byte that leaves, and at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.engine import convergence, copies, copying
from bidwell.engine.mending import AGREEING
from bidwell.model.account import OnFailure
from bidwell.model.ids import AccountId, IntentId
from bidwell.model.intent import Source
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus

if TYPE_CHECKING:
    from bidwell.engine.state import IntentRecord, State
    from bidwell.simulation.proof.judge import Judge
    from bidwell.simulation.proof.stage import Stage

CONVERGENCE, COPY = 26, 27
_STEP = 0.5
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


def wrong(judge: Judge, order: Order) -> Iterator[tuple[int, str]]:
    """What an order that leaves breaks."""
    received = judge.journal.intents.get(order.intent) if order.intent is not None else None
    if received is None or judge.sent[order.client_order_id].times > 1:
        return
    if received.intent.source is Source.REPAIR:
        yield from _too_soon(judge, order, received.intent.key.split(":")[1])
    elif received.intent.source is Source.COPY:
        yield from _miscopied(judge, order, IntentId(received.intent.id))


def _too_soon(judge: Judge, order: Order, mended: str) -> Iterator[tuple[int, str]]:
    """A repair leaves only after two full reports since what it repairs was closed."""
    since = judge.journal.closed.get(mended)
    seen = [at for at in judge.reports.get(order.account, ()) if since is not None and at >= since]
    if since is not None and len(seen) < AGREEING:
        yield CONVERGENCE, f"{order.client_order_id} repairs {mended} after {len(seen)} reports"


def _miscopied(judge: Judge, order: Order, intent: IntentId) -> Iterator[tuple[int, str]]:
    copy, leading = judge.journal.copies.get(intent), judge.copied
    if copy is None or leading is None:
        yield COPY, f"{order.client_order_id} copies nothing that the journal knows of"
        return
    if not copies.enlarges(copy):
        if not order.reduces:
            yield COPY, f"{order.client_order_id} leaves a leader's position and is no reduction"
        return
    age = asyncio.get_running_loop().time() - leading.traded.get(copy.instrument, 0.0)
    if age > leading.lag + _TRAVEL and not judge.steps:
        yield COPY, f"{order.client_order_id} copies a fill that is {age:.2f} s old, the budget is {leading.lag}"
    bound = leading.peak.get(copy.instrument, ZERO) * leading.ratios[order.account]
    if order.quantity > 2 * bound:
        yield COPY, f"{order.client_order_id} copies {order.quantity}, the leader's peak allows {2 * bound}"


# --- at rest -------------------------------------------------------------------------------------


def compare(stage: Stage, state: State) -> None:
    """Repairs were tried, each of the leader's fills was copied once, and no follower was left with too much."""
    for record in state.intents.values():
        if record.group is not None and record.group.on_failure is OnFailure.REPAIR:
            _repaired(stage, state, record)
    stage.counts["repaired"] += sum(one.intent.key.startswith("repair:") for one in state.intents.values())
    stage.counts["copied"] += len(state.copies)
    leading = stage.judge.copied
    if leading is None or not leading.ratios:
        return
    for one in stage.instruments:
        filled = sum((order.filled_quantity * order.side.sign for order in state.orders.values()
                      if (order.account, order.instrument) == (leading.leader, one.id)), ZERO)  # fmt: skip
        led = sum((event.quantity for event in stage.journal.led if event.instrument == one.id), ZERO)
        copied = sum((event.after - event.before for event in stage.journal.copied if event.instrument == one.id), ZERO)
        if not filled == led == copied:
            stage.judge.break_(COPY, f"the leader filled {filled} {one.id}, {led} was told and {copied} was copied")
    _followers(stage, state)


def _repaired(stage: Stage, state: State, record: IntentRecord) -> None:
    for name in record.orders:
        order = state.orders[name]
        if order.leg or order.is_open or not convergence.lost(state, order) or order.account in stage.judge.tainted:
            continue
        lacks = convergence.missing(state, order)
        if lacks > 0 and not record.repaired and not convergence.repairs(state, order) and not _late(stage, record):
            stage.judge.break_(CONVERGENCE, f"{name} lacks {lacks}, which nobody tried to repair")


def _late(stage: Stage, record: IntentRecord) -> bool:
    return stage.judge.steps or stage.clock.now() > convergence.deadline(record)


def _closed_by_hand(state: State, part: copies.Part) -> bool:
    """Whether somebody sold what was copied, or sold short beside it: then the shares of both are one another's."""
    return any(order.fills and order.strategy is None and order.side is part.exit_side for order in state.orders.values()
               if (order.account, order.instrument) == (part.account, part.instrument))  # fmt: skip


def _followers(stage: Stage, state: State) -> None:
    for group in state.groups.values():
        for one in stage.instruments if group.leader is not None else ():
            now = stage.clock.now()
            intent = copying.wish(state, group, one.id, now)
            for part in copying.followers(state, stage.desk.market, group, one.id, now):
                if _closed_by_hand(state, part):
                    continue
                absent = any(order.status is OrderStatus.ABSENT for order in state.book(part.account, one.id))
                left = copies.room(state, intent, part)
                if part.excess and left and not absent and part.account not in stage.judge.tainted:
                    stage.judge.break_(
                        COPY, f"{part.account} holds {part.actual} of {one.id}, its part is {part.target}"
                    )
