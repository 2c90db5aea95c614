"""What may stand in the way of an order between its wish and the wire, each told as a check that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.engine import emulation
from bidwell.engine.follow import is_share
from bidwell.model.events import Check
from bidwell.model.intent import Source
from bidwell.model.limits import TradingState
from bidwell.model.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bidwell.engine.ports import Capabilities
    from bidwell.engine.state import State
    from bidwell.model.intent import Intent
    from bidwell.model.order import Order


def stale(intent: Intent, now: datetime) -> Check:
    """The order's intent is no longer valid."""
    return Check("valid_until", passed=False, limit=intent.valid_until.isoformat(), current=now.isoformat(),
                 message="The signal was older than its validity before it could leave; nothing was sent.")  # fmt: skip


def halted(state: State, order: Order) -> Check | None:
    """The order adds risk, and a scope that reaches it is halted or reduce-only."""
    if order.reduces:
        return None
    group = state.intents[order.intent].intent.group if order.intent is not None else None
    halt = state.trading_state(state.scopes_of(order.account, order.strategy, group))
    if halt is None:
        return None
    return Check("halt", passed=False, limit=str(TradingState.ACTIVE), current=str(halt.state),
                 message=f"{halt.scope} is {halt.state}: {halt.reason}")  # fmt: skip


def outgrown(state: State, order: Order) -> Check | None:
    """The order was approved as a reduction, and the position has become smaller than it since."""
    if not order.reduces or order.attached:
        return None
    held = -order.side.sign * state.portfolios[order.account].position(order.instrument).quantity
    if order.leaves_quantity <= max(held, ZERO):
        return None
    return Check("exit_size", passed=False, limit=f"{max(held, ZERO):f}", current=f"{order.leaves_quantity:f}",
                 unit="units", message="The position became smaller than this exit before it could leave.")  # fmt: skip


def withdrawn(state: State, order: Order) -> Check | None:
    """The strategy that asked for it was removed or switched off while it waited; what only undoes a group's part leaves."""
    if order.strategy is None or (order.reduces and _repairs(state, order)):
        return None
    if is_share(order.strategy):
        return _unfollowed(state, order)
    strategy = state.strategies.get(order.strategy)
    if strategy is not None and strategy.enabled:
        return None
    return Check("strategy", passed=False, limit="enabled", current="removed" if strategy is None else "disabled",
                 message="The strategy was removed or switched off before its signal was decided.")  # fmt: skip


def _repairs(state: State, order: Order) -> bool:
    return order.intent is not None and state.intents[order.intent].intent.source is Source.REPAIR


def _unfollowed(state: State, order: Order) -> Check | None:
    """The group that copies into the account was removed, or follows another by now; what reduces still leaves."""
    record = state.intents.get(order.intent) if order.intent is not None else None
    then = record.group if record is not None else None
    now = state.groups.get(then.id) if then is not None else None
    if order.reduces or then is None or (now is not None and now.leader == then.leader):
        return None
    return Check("strategy", passed=False, limit=str(then.leader), current="removed" if now is None else str(now.leader),
                 message="The group no longer follows the account whose fill this copies.")  # fmt: skip


def unable(able: Capabilities | None, order: Order, attached: Sequence[Order]) -> Check | None:
    """The account's broker does not take such an order, and the desk cannot do it in the broker's stead."""
    what = "" if able is None else emulation.lacking(able, order, attached)
    if not what:
        return None
    return Check("broker_capability", passed=False, current=what, message=f"This account's broker takes no {what}.")
