"""What goes on after the decision: undoing, repairing and copying, each by intents of its own, tick by tick.

A repair that buys or sells waits until two reports of the account's broker in a row have agreed with our book
since the need for it was seen: a fill that is still on its way must not be bought twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bidwell.engine import convergence, copying, unwinding
from bidwell.engine.commands import Reconcile
from bidwell.engine.lateness import Lateness
from bidwell.model.events import OrderFilled
from bidwell.model.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bidwell.engine.commands import Command, Lanes
    from bidwell.engine.ports import BrokerEvent
    from bidwell.model.ids import AccountId, IntentId
    from bidwell.model.order import Order

AGREEING = 2
"""So many reports in a row must agree."""

_A_FEW = 2000
_IN_TIME = timedelta(0)


class Deciding(copying.Deciding, Protocol):
    """What mending asks of the deciding core."""

    commands: list[Command]

    @property
    def lanes(self) -> Lanes:
        """The accounts' lanes and sessions."""
        ...


@dataclass(slots=True)
class _Passes:
    """An account's reports: `streak` changes when one disagrees, `count` rises with each that agrees.

    `waiting` holds for each thing that waits for them: the streak and the count from which it waits, and how long the
    journal was then.
    """

    streak: int = 0
    count: int = 0
    asked_at: int = -1
    agreed_at: datetime | None = None
    waiting: dict[str, tuple[int, int, int]] = field(default_factory=dict)


class Mending:
    """One workspace's unfinished business; nothing of it is journalled but what it decides."""

    def __init__(self, core: Deciding) -> None:
        self._core = core
        self._passes: dict[AccountId, _Passes] = {}
        self._copying = copying.Copier(core)
        self._lateness = Lateness(core.monotonic)
        intents = core.state.intents
        self.unwinding = {name: None for name, record in intents.items() if unwinding.asks_for_it(record)}
        # Since when by a clock that cannot be set back: the time that a group allows ends by that one too.
        self.repairing = {name: core.monotonic() for name, record in intents.items() if convergence.asks_for_it(record)}

    def watch(self, name: IntentId) -> None:
        """An intent came in: bring it to its target where its group asks for that."""
        record = self._core.state.intents[name]
        if unwinding.asks_for_it(record):
            self.unwinding[name] = None
        if convergence.asks_for_it(record):
            self.repairing[name] = self._core.monotonic()

    @property
    def under_way(self) -> bool:
        """Whether there is work to do for any intent, or for any follower."""
        state = self._core.state
        undoing = any(unwinding.under_way(state, state.intents[name]) for name in self.unwinding)
        mending = any(convergence.under_way(state, state.intents[name], self._left(name)) for name in self.repairing)
        return undoing or mending or self._copying.under_way

    def run(self) -> None:
        """Take the next steps for everything that is unfinished."""
        intents = self._core.state.intents
        for name in list(self.unwinding):
            if unwinding.unwind(self._core, intents[name]):
                del self.unwinding[name]
        for name in list(self.repairing):
            if convergence.repair(self._core, intents[name], self._left(name)):
                del self.repairing[name]
        convergence.take_orphans_off(self._core)
        self._copying.run()

    def _left(self, name: IntentId) -> timedelta:
        """How long an intent may still be brought to its target; below zero when that is over."""
        core, record = self._core, self._core.state.intents[name]
        passed = timedelta(seconds=core.monotonic() - self.repairing[name])
        return min(convergence.deadline(record) - core.now(), convergence.allowed(record) - passed)

    # --- the broker's reports ---------------------------------------------------------------------

    def on_report(self, account: AccountId, *, agreed: bool, matches: bool, asked: int) -> None:
        """A full report was compared with our book: whether it agreed at once, and whether our book matches it now.

        `asked` is how long the journal was when it was asked for: it says nothing of what came up after that.
        """
        passes = self._passes.setdefault(account, _Passes())
        if matches:
            passes.agreed_at = self._core.now()
        if agreed:
            passes.count += 1
            for what, (streak, count, since) in passes.waiting.items():
                if since > asked:
                    passes.waiting[what] = (streak, count + 1, since)
        else:
            passes.streak += 1

    def lost(self, account: AccountId) -> None:
        """The connection changed: reports from before it and after it are not in a row."""
        self._passes.setdefault(account, _Passes()).streak += 1

    def steady(self, account: AccountId, what: str) -> bool:
        """Whether enough reports in a row have agreed since this was first asked for `what`; asks for the next one."""
        agrees = self._agrees(account, what)
        if agrees:
            self._passes[account].waiting.pop(what, None)
        return agrees

    def all_steady(self, accounts: Collection[AccountId], what: str) -> bool:
        """Whether that holds for all of some accounts at once, False for none.

        Their brokers report out of step, so what one of them has shown is kept until the last has shown it too. An
        account that is no longer asked about begins anew when it is.
        """
        for account, passes in self._passes.items():
            if account not in accounts:
                passes.waiting.pop(what, None)
        # Each is asked for its next report in every turn: one that waits must not hold up the others.
        agree = [self._agrees(account, what) for account in accounts]
        if not agree or not all(agree):
            return False
        for account in accounts:
            self._passes[account].waiting.pop(what, None)
        return True

    def _agrees(self, account: AccountId, what: str) -> bool:
        passes = self._passes.setdefault(account, _Passes())
        begun = passes.waiting.get(what)
        if begun is None or begun[0] != passes.streak:
            begun = passes.waiting[what] = (passes.streak, passes.count, self._core.state.sequence)
            if len(passes.waiting) > _A_FEW:
                del passes.waiting[next(iter(passes.waiting))]
        if passes.count - begun[1] >= AGREEING:
            return True
        if passes.asked_at != passes.count:
            passes.asked_at = passes.count
            self._core.commands.append(Reconcile(account, what))
        return False

    # --- leaders ----------------------------------------------------------------------------------

    def hear(self, account: AccountId, event: BrokerEvent) -> timedelta:
        """How late a message comes by its own time; zero where it has none that says so."""
        at = event.fill.occurred_at if isinstance(event, OrderFilled) else getattr(event, "occurred_at", None)
        able = self._core.lanes.capabilities(account)
        return (
            self._lateness.heard(account, at) if at is not None and able is not None and able.wall_times else _IN_TIME
        )

    def on_fill(self, before: Order, after: Order, late: timedelta | None) -> None:
        """Something was filled: where a group follows the account, its part waits to be copied.

        `late` is how late its message came; what a report told, where it is None, may have happened at any time since
        the report before it that agreed.
        """
        heard = late is not None and self._core.lanes.reconciled(after.account)
        since = self._core.now() - (late or _IN_TIME) if heard else self._last_seen(after)
        self._copying.note(before, after, since)
        if not after.is_open and after.status is not OrderStatus.DENIED:
            self._copying.run()

    def _last_seen(self, order: Order) -> datetime | None:
        passes, trace = self._passes.get(order.account), self._core.state.traces.get(order.client_order_id)
        agreed = passes.agreed_at if passes is not None else None
        sent = trace.sent_at if trace is not None else None
        return max((at for at in (agreed, sent) if at is not None), default=None)
