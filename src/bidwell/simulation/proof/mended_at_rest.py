"""At rest: repairs were tried, each of the leader's fills was copied once, and no follower was left with too much."""

from __future__ import annotations

from bidwell.engine import convergence, copies, copying
from bidwell.engine.state import IntentRecord, State
from bidwell.model.account import OnFailure
from bidwell.model.money import ZERO
from bidwell.simulation.proof.mended import CONVERGENCE, COPY
from bidwell.simulation.proof.stage import Stage


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
        if convergence.superseded(state, record, order):
            continue
        lacks = convergence.missing(state, order)
        if lacks > 0 and not record.repaired and not convergence.repairs(state, order) and not _late(stage, record):
            stage.judge.break_(CONVERGENCE, f"{name} lacks {lacks}, which nobody tried to repair")


def _late(stage: Stage, record: IntentRecord) -> bool:
    return stage.judge.steps or stage.clock.now() > convergence.deadline(record)


def _changed_by_hand(stage: Stage, state: State, part: copies.Part) -> bool:
    """Whether somebody sold what was copied, or sold short beside it, or made a copy larger: then it is his."""
    mine = [order for order in state.orders.values()
            if (order.account, order.instrument) == (part.account, part.instrument)]  # fmt: skip
    sold = any(order.fills and order.strategy is None and order.side is part.exit_side for order in mine)
    return sold or any(order.client_order_id in stage.journal.raised for order in mine)


def _followers(stage: Stage, state: State) -> None:
    for group in state.groups.values():
        for one in stage.instruments if group.leader is not None else ():
            now = stage.clock.now()
            intent = copying.wish(state, group, one.id, now)
            for part in copying.followers(state, stage.desk.market, group, one.id, now):
                if _changed_by_hand(stage, state, part):
                    continue
                # What works, waits for a market that has closed for the schedule; what is absent, for a person.
                going = any(order.strategy == intent.strategy for order in state.book(part.account, one.id))
                left = copies.room(state, intent, part)
                if part.excess and left and not going and part.account not in stage.judge.tainted:
                    stage.judge.break_(
                        COPY, f"{part.account} holds {part.actual} of {one.id}, its part is {part.target}"
                    )
