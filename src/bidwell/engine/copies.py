"""What a copied fill of a leader means for each follower: how much to enter, how much to take off, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.engine import allocation, unwinding
from bidwell.model.events import Allocation, Check, FillsCopied
from bidwell.model.money import ZERO
from bidwell.model.terms import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.engine.allocation import Holding
    from bidwell.engine.state import IntentRecord, State
    from bidwell.model.account import Group
    from bidwell.model.ids import AccountId, InstrumentId
    from bidwell.model.intent import Intent
    from bidwell.model.order import Order


@dataclass(frozen=True, slots=True)
class Part:
    """What a follower should hold of the leader's position, and what it holds of it; signed, in its own instrument."""

    account: AccountId
    instrument: InstrumentId
    target: Decimal
    actual: Decimal
    listed: bool = True

    @property
    def excess(self) -> Decimal:
        """How much more it holds than it should, or on the wrong side: what only an exit may change."""
        if not self.actual:
            return ZERO
        bound = self.target if self.target * self.actual > 0 else ZERO
        return max(abs(self.actual) - abs(bound), ZERO)

    @property
    def exit_side(self) -> Side:
        """The side that takes it toward flat."""
        return Side.SELL if self.actual > 0 else Side.BUY


def enlarges(copy: FillsCopied) -> bool:
    """Whether the leader's position grew; a flip is copied in two parts, of which the second one does."""
    return abs(copy.after) > abs(copy.before)


def is_exit(state: State, intent: Intent) -> bool:
    """Whether a copy only ever reduces."""
    copy = state.copies.get(intent.id)
    return copy is not None and not enlarges(copy)


def takes_off(state: State, intent: Intent, order: Order) -> bool:
    """Whether a copy asks an earlier copy's open order off before it goes on: an exit does so with entries."""
    return is_exit(state, intent) and not order.reduces


def leading(state: State, group: Group, instrument: InstrumentId) -> Decimal:
    """The leader's signed position."""
    portfolio = state.portfolios.get(group.leader) if group.leader is not None else None
    return portfolio.position(instrument).quantity if portfolio is not None else ZERO


def targets(state: State, intent: Intent, group: Group, holdings: Sequence[Holding],
            position: Decimal) -> list[Decimal]:  # fmt: skip
    """What each follower should hold of a signed `position` of the leader."""
    return allocation.toward(intent, group, holdings, state.instruments[intent.instrument], position)


def parts(state: State, intent: Intent, group: Group, holdings: Sequence[Holding]) -> tuple[Allocation, ...]:
    """What each follower is to do for a copy: the step that the leader took, or what it holds too much.

    A step is bounded by what the leader's position asks for by now, so that nothing is entered that he left.
    """
    copy = state.copies.get(intent.id)
    if copy is None:
        return tuple(Allocation(one.account.id, one.wanted, ZERO) for one in holdings)
    now = targets(state, intent, group, holdings, leading(state, group, intent.instrument))
    if not enlarges(copy):
        return tuple(_exit(state, intent, one, target) for one, target in zip(holdings, now, strict=True))
    before = targets(state, intent, group, holdings, copy.before)
    after = targets(state, intent, group, holdings, copy.after)
    return tuple(_entry(held(state, intent, one.account.id, one.wanted), one, *each)
                 for one, *each in zip(holdings, before, after, now, strict=True))  # fmt: skip


def held(state: State, intent: Intent, account: AccountId, instrument: InstrumentId) -> Decimal:
    """What a follower holds of what was copied, signed: its share, less what was closed of it by hand."""
    portfolio = state.portfolios[account]
    share = portfolio.share(instrument, intent.strategy).quantity
    by_hand = portfolio.share(instrument, None).quantity
    if share * by_hand >= 0:
        return share
    return share + by_hand if abs(by_hand) < abs(share) else ZERO


def _entry(holds: Decimal, holding: Holding, before: Decimal, after: Decimal, now: Decimal) -> Allocation:
    sign = 1 if after > 0 else -1
    step = abs(after) - (abs(before) if before * after > 0 else ZERO)
    bound = min(after * sign, max(now * sign, ZERO)) - max(holds * sign, ZERO)
    quantity = max(min(step, bound), ZERO)
    side = Side.BUY if sign > 0 else Side.SELL
    if holding.instrument is None:
        note = "its instrument is not listed here"
    else:
        note = "" if quantity else "its part of the move is less than one lot"
    return Allocation(holding.account.id, holding.wanted, quantity, str(side), note)


def _exit(state: State, intent: Intent, holding: Holding, target: Decimal) -> Allocation:
    actual = held(state, intent, holding.account.id, holding.wanted)
    part = Part(holding.account.id, holding.wanted, target, actual, holding.instrument is not None)
    quantity = min(part.excess, room(state, intent, part)) if part.listed else ZERO
    note = (
        "" if quantity else "holds no more than its part" if not part.excess else "the account holds nothing to close"
    )
    return Allocation(part.account, part.instrument, quantity, str(part.exit_side), note)


def room(state: State, intent: Intent, part: Part) -> Decimal:
    """How much of a follower's excess an exit may take: what the account holds and no open order takes already."""
    claimed = sum((state.claim(order) for order in state.book(part.account, part.instrument)
                   if order.strategy == intent.strategy and order.side is part.exit_side), ZERO)  # fmt: skip
    free = unwinding.free_to_close(state, part.account, part.instrument, part.exit_side)
    return max(min(part.excess - claimed, free), ZERO)


def late(state: State, record: IntentRecord) -> Check | None:
    """The leader's fill was too old for its entry to be copied, or nobody knows how old it was."""
    copy, group = state.copies.get(record.intent.id), record.group
    if copy is None or group is None or not enlarges(copy):
        return None
    if copy.lag is not None and copy.lag <= group.lag_seconds:
        return None
    age = "an unknown time" if copy.lag is None else f"{copy.lag:.1f} s"
    return Check("copy_lag", passed=False, limit=str(group.lag_seconds), unit="s",
                 current="" if copy.lag is None else f"{copy.lag:.3f}",
                 message=f"The leader's fill was {age} old, and entries are copied for {group.lag_seconds} s; "
                         "the difference is shown as drift.")  # fmt: skip
