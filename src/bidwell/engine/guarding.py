"""The continuous watch: equity, losses and rulebooks against their limits, and what follows a breach, exactly once.

What is found is an event, and the same finding of the same session has the same id: after a restart it is known
already and nothing is done twice. Only accounts that agree with their broker are judged.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bidwell.engine import funding, risk_meters, risk_views, views
from bidwell.engine.risk_levels import Level, levels
from bidwell.engine.squaring import Squaring
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.errors import BidwellError
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.limits import BreachAction, Limits, LockUntil
from bidwell.model.money import ZERO
from bidwell.risk.figures import money, percent, text
from bidwell.risk.funded.evaluation import floor

if TYPE_CHECKING:
    from bidwell.engine.decider import Core
    from bidwell.model.account import Account
    from bidwell.portfolio.valuation import Valuation

WARN_AT: Final = (Decimal("0.7"), Decimal("0.9"))
"""The parts of a loss limit at which a warning is raised where none are set."""

NOT_READY: Final = "readiness"
"""The rule of a violation that tells of a NO-GO."""

_MARK_EVERY = 1.0
_AT_ONCE: Final = 25
"""How many accounts one look judges, so that a desk with many does not keep an order waiting; the others are next."""


class Guard:
    """Watches one workspace; what it keeps beside the state is only when it last wrote a high."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.squaring = Squaring(core)
        self.funding = funding.Funding(core, self)
        self.trends = risk_meters.Trends()
        self._marked: dict[AccountId, float] = {}
        self._settled: dict[AccountId, date] = {}
        self._next = 0

    @property
    def core(self) -> Core:
        """What it watches and acts through."""
        return self._core

    def watch(self, *, all_accounts: bool = True) -> None:
        """Judge the accounts whose turn it is (or of them those that prices can hurt), and go on closing what is to be."""
        core = self._core
        self._carry_out_plans()
        accounts = list(core.state.accounts.values())
        chosen = accounts if all_accounts else [one for one in accounts if self._moves(one)]
        for account in self._turn(chosen):
            if not core.reconciled(account.id):
                continue
            worth = views.valuation_or_none(core.state, core.market, account)
            if worth is None or worth.missing:
                continue
            try:
                self._judge(account, worth)
            except BidwellError as error:
                core.alarm("risk_unknown", {"account": account.id, "error": str(error)})
        self.squaring.drive_all()

    def _turn(self, accounts: list[Account]) -> list[Account]:
        """A few accounts at a time, one after the other, where there are many."""
        if len(accounts) <= _AT_ONCE:
            return accounts
        start = self._next % len(accounts)
        self._next = start + _AT_ONCE
        return (accounts + accounts)[start : start + _AT_ONCE]

    def _moves(self, account: Account) -> bool:
        """Whether a price can bring an account nearer to a limit: it holds something, and something bounds its loss."""
        state = self._core.state
        if not any(position.quantity for position in state.portfolios[account.id].positions.values()):
            return False
        if account.id in state.risk.funded:
            return True
        limits, _ = views.limits_of(state, state.scopes_of(account.id, None), self._core.market, self._core.now())
        bounds = (limits.max_daily_loss, limits.max_daily_realized_loss, limits.drawdowns, limits.flat_before_close)
        return any(bound is not None for bound in bounds)

    # --- what people say --------------------------------------------------------------------------

    def acknowledge(self, ident: str, actor: str, note: str) -> None:
        """Somebody has seen a violation; the first one's word stands."""
        known = self._core.state.risk.violations[ident]
        if known.acknowledged is None and known.resolved is None:
            self._core.emit(rev.ViolationAcknowledged(self._core.now(), ident, actor, note))

    def resolve(self, ident: str, actor: str, note: str) -> None:
        """Somebody has dealt with a violation; its lock, if it set one, stays until it is released."""
        if self._core.state.risk.violations[ident].resolved is None:
            self._core.emit(rev.ViolationResolved(self._core.now(), ident, actor, note))

    def unlock(self, account: AccountId, actor: str) -> None:
        """Somebody ends all locks of an account."""
        if self._core.state.risk.locks.get(account):
            self._core.emit(rev.AccountUnlocked(self._core.now(), account, actor))

    # --- plans and marks --------------------------------------------------------------------------

    def _carry_out_plans(self) -> None:
        core = self._core
        now = core.now()
        for plan in [one for one in core.state.risk.planned if one.effective_from <= now]:
            core.emit(ev.LimitsSet(now, plan.scope, plan.limits, plan.actor))
            if plan.note:
                core.emit(rev.LimitsNoted(now, plan.scope, plan.note))

    def _mark(self, account: Account, worth: Valuation) -> None:
        """Keep the bases of drawdowns: each session's opening equity at once, a new high at most once a second."""
        core = self._core
        state, now = core.state, core.now()
        opened, marks = state.sessions.get(account.id), state.risk.marks.get(account.id)
        if opened is None:
            return
        paid = risk_views.paid_in(state, core.market, account)
        if marks is None or marks.session < opened.session:
            opening = views.opening_equity(state, core.market, account)
            core.emit(rev.EquityMarked(now, account.id, (opening or opened.equity) - paid, opened.session))
            marks = state.risk.marks[account.id]
        high = worth.equity - paid
        moment = core.monotonic()
        if high > marks.intraday and moment - self._marked.get(account.id, moment - _MARK_EVERY) >= _MARK_EVERY:
            self._marked[account.id] = moment
            core.emit(rev.EquityMarked(now, account.id, high))

    # --- judging ----------------------------------------------------------------------------------

    def _judge(self, account: Account, worth: Valuation) -> None:
        core = self._core
        self._mark(account, worth)
        limits, _ = views.limits_of(core.state, core.state.scopes_of(account.id, None), core.market, core.now())
        opened = core.state.sessions.get(account.id)
        session = opened.session if opened is not None else None
        for level in levels(core.state, core.market, account, limits, worth):
            self._weigh(account, level, limits, session)
        self._free_margin(account, worth, limits, session)
        self._end_locks(account, session)
        self._flat_before_close(account, limits)
        self.funding.judge(account, worth)
        self._sample(account, worth)

    def _sample(self, account: Account, worth: Valuation) -> None:
        core = self._core
        if not self.trends.due(account.id, core.monotonic()):
            return
        now = core.market.market_time or core.now()
        funded = core.state.risk.funded.get(account.id)
        equity, level = worth.equity, None
        if funded is not None:
            equity -= risk_views.shift(core.market, account, funded)
            level = floor(funded.rulebook, funded.progress)
        found = risk_meters.meters(core.state, core.market, account, core.now())
        self.trends.sample(account.id, found, risk_meters.Point(now, equity, level))

    def _weigh(self, account: Account, level: Level, limits: Limits, session: date | None) -> None:
        """Raise a warning for each fraction that is passed, and act once where the limit is reached."""
        ident = f"{account.id}.{level.rule}.{session or 'none'}"
        if level.used >= level.limit:
            action = limits.on_breach or BreachAction.DENY
            said = (f"{level.label} limit of {money(level.limit, account.currency)} reached: "
                    f"{money(level.used, account.currency)}")  # fmt: skip
            self.breach(account, f"{ident}.breach", level, action, said, limits.lock_until, session)
            return
        passed = [at for at in limits.warn_at or WARN_AT if level.fraction >= at]
        if passed:
            self.warn(account, ident, level, passed[-1], session)

    def warn(self, account: Account, ident: str, level: Level, at: Decimal, session: date | None) -> None:
        """Raise the warning of one part of a limit, once for its session."""
        name = f"{ident}.{text(at)}"
        if name in self._core.state.risk.violations:
            return
        used, limit = money(level.used, account.currency), money(level.limit, account.currency)
        said = f"{level.label} is at {percent(level.fraction)} of its limit: {used} of {limit}"
        self._open(account, name, level, rev.Severity.WARNING, BreachAction.DENY, said, session)

    def not_ready(self, account: AccountId, session: date, said: str) -> None:
        """Tell that an account is a NO-GO before its session, as a warning, once for that session."""
        core, ident = self._core, f"{account}.{NOT_READY}.{session}"
        if ident not in core.state.risk.violations:
            core.emit(rev.ViolationOpened(core.now(), ident, account, NOT_READY, rev.Severity.WARNING, BreachAction.DENY,
                                          "GO", "NO-GO", "", said, session))  # fmt: skip

    def _free_margin(self, account: Account, worth: Valuation, limits: Limits, session: date | None) -> None:
        """Warn when positions leave less buying power than the margin buffer wants; the gate denies by itself."""
        free = worth.equity - worth.gross_exposure / account.leverage
        needed = (limits.margin_buffer or ZERO) * worth.equity
        if free >= needed or not worth.gross_exposure:
            return
        level = Level("margin", "Free margin", needed - free, needed)
        said = (f"Positions leave {money(free, account.currency)} of buying power; "
                f"{money(needed, account.currency)} should stay free")  # fmt: skip
        ident = f"{account.id}.margin.{session or 'none'}"
        self._open(account, ident, level, rev.Severity.WARNING, BreachAction.DENY, said, session)

    def _open(self, account: Account, ident: str, level: Level, severity: rev.Severity, action: BreachAction, said: str,
              session: date | None) -> bool:  # fmt: skip
        """Write a violation down, unless this one is known already; whether it is new."""
        core = self._core
        if ident in core.state.risk.violations:
            return False
        core.emit(rev.ViolationOpened(core.now(), ident, account.id, level.rule, severity, action, text(level.limit),
                                      text(level.used), account.currency, said, session))  # fmt: skip
        core.alarm(f"risk_{severity}", {"account": account.id, "rule": level.rule, "message": said})
        return True

    def breach(self, account: Account, ident: str, level: Level, action: BreachAction, said: str,
               until: LockUntil | None, session: date | None) -> bool:  # fmt: skip
        """A limit was reached: the violation, the lock and the order to close are one commit, and come once."""
        if not self._open(account, ident, level, rev.Severity.BREACH, action, said, session):
            return False
        if action is BreachAction.DENY:
            return True
        core = self._core
        now = core.now()
        reduce_only = action is BreachAction.REDUCE_ONLY
        core.emit(rev.AccountLocked(now, account.id, level.rule, said, until or LockUntil.NEXT_SESSION, session, ident,
                                    reduce_only))  # fmt: skip
        self.cancel_entries(account.id, said)
        if not reduce_only:
            self.squaring.order(
                rev.SquareOffOrdered(now, f"{ident}.flatten", account.id, said, "risk", violation=ident)
            )
        return True

    def cancel_entries(self, account: AccountId, reason: str) -> None:
        """Take off every open order of an account that could add risk."""
        core = self._core
        for order in list(core.state.open_orders(account)):
            if not order.reduces and not order.external:
                core.take_off(order.client_order_id, actor="risk", reason=reason)

    # --- what time brings -------------------------------------------------------------------------

    def _end_locks(self, account: Account, session: date | None) -> None:
        """End what lasted until the next session, and resolve the warnings of sessions that are over."""
        core = self._core
        now = core.now()
        if session is None:
            return
        for rule, lock in list(core.state.risk.locks.get(account.id, {}).items()):
            own = rule in funding.OWN_LOCKS
            if not own and lock.until is LockUntil.NEXT_SESSION and (lock.session is None or lock.session < session):
                core.emit(rev.AccountUnlocked(now, account.id, "session", rule))
        if self._settled.get(account.id) == session:
            return
        self._settled[account.id] = session
        for ident, violation in core.state.risk.violations.items():
            opened = violation.opened
            if (
                opened.account == account.id and violation.resolved is None
                and opened.severity is rev.Severity.WARNING and opened.session is not None and opened.session < session
            ):  # fmt: skip
                core.emit(rev.ViolationResolved(now, ident, "risk", "the session is over"))

    def _flat_before_close(self, account: Account, limits: Limits) -> None:
        """Close what is held so many seconds before its venue's session ends."""
        seconds = limits.flat_before_close
        if seconds is None:
            return
        core = self._core
        for name, position in core.state.portfolios[account.id].positions.items():
            if not position.quantity:
                continue
            since = risk_views.flat_from(core.market, core.state.instruments[name], seconds, core.now())
            if since is not None:
                self.square(account.id, "close", f"flat before the session's end, since {since:%H:%M} UTC", name)

    def square(self, account: AccountId, why: str, reason: str, instrument: InstrumentId | None = None) -> None:
        """Order a square-off unless one that covers it is under way."""
        core = self._core
        for known in core.state.risk.squares.values():
            if known.account == account and known.strategy is None and known.instrument in {None, instrument}:
                return
        ident = f"{account}.{why}.{instrument or 'all'}.{core.state.sequence}"
        self.squaring.order(rev.SquareOffOrdered(core.now(), ident, account, reason, "risk", instrument))
