"""Funded accounts on the desk: what their rulebooks find becomes events, locks and square-offs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from bidwell.engine import risk_views, views
from bidwell.engine.risk_levels import Level
from bidwell.model import risk_events as rev
from bidwell.model.errors import InvalidInput
from bidwell.model.funded import Progress, Stage
from bidwell.model.ids import AccountId
from bidwell.model.limits import Basis, BreachAction, LockUntil
from bidwell.model.money import ZERO
from bidwell.risk.funded import evaluation
from bidwell.risk.funded.evaluation import Rule

if TYPE_CHECKING:
    from datetime import date, datetime

    from bidwell.engine.decider import Core
    from bidwell.engine.risk_state import Funded
    from bidwell.model.account import Account
    from bidwell.model.funded import Rulebook
    from bidwell.portfolio.valuation import Valuation
    from bidwell.risk.funded.library import Library

FAULT: Final = "rulebook_fault"
STAGE: Final = "funded_stage"
OWN_LOCKS: Final = frozenset({FAULT, STAGE, str(Rule.MAXIMUM_LOSS), str(Rule.DAILY_LOSS)})
"""Locks whose end is a matter of the rulebook's own trading day, or of a person."""

_WARN_AT: Final = (Decimal("0.5"), Decimal("0.75"), Decimal("0.9"))
_HIGH_EVERY = 1.0


class Acts(Protocol):
    """What a finding leads to; the guard does it."""

    def breach(self, account: Account, ident: str, level: Level, action: BreachAction, said: str,
               until: LockUntil | None, session: date | None) -> bool:  # fmt: skip
        """Write a breach down and act on it, once."""
        ...

    def warn(self, account: Account, ident: str, level: Level, at: Decimal, session: date | None) -> None:
        """Raise a warning, once."""
        ...

    def square(self, account: AccountId, why: str, reason: str) -> None:
        """Close everything, unless that is under way."""
        ...

    def cancel_entries(self, account: AccountId, reason: str) -> None:
        """Take off what could add risk."""
        ...


class Funding:
    """Judges the funded accounts of one workspace."""

    def __init__(self, core: Core, guard: Acts) -> None:
        self._core = core
        self._guard = guard
        self._highs: dict[tuple[AccountId, datetime], tuple[Decimal, float]] = {}

    def judge(self, account: Account, worth: Valuation) -> None:
        """Hold an account against its rulebook at this moment of the market; raises CurrencyMismatch."""
        core = self._core
        funded = core.state.risk.funded.get(account.id)
        if funded is None:
            return
        self._fault(account, funded)
        at = core.market.market_time or core.now()
        seen = risk_views.seen(core.state, core.market, account, funded, worth, at)
        before = self._with_high(funded)
        judgement = evaluation.observe(funded.rulebook, before, seen)
        after = judgement.progress
        if judgement.closed is not None:
            day = judgement.closed
            core.emit(rev.FundedDayClosed(core.now(), account.id, day.progress.day, day.progress.balance, day.profit,
                                          day.floor, day.traded))  # fmt: skip
        self._keep(account.id, funded, after, traded=seen.traded)
        for finding in judgement.findings:
            self._act(account, funded.rulebook, after, finding)
        if risk_views.plan_flat_from(core.state, account.id, at) is not None:
            # What rests could fill once all is closed.
            self._guard.cancel_entries(account.id, f"flat by {funded.rulebook.flat_by:%H:%M} {funded.rulebook.zone}")
        self._near(account, funded, after, seen)
        self._unlock_day(account, after)
        self._stay_locked(account, after)

    def _with_high(self, funded: Funded) -> Progress:
        """The journal's progress with the newest high, which is written at most once a second."""
        known = self._highs.get((funded.attached.account, funded.attached.at))
        if known is None or known[0] <= funded.progress.high:
            return funded.progress
        return replace(funded.progress, high=known[0])

    def _keep(self, account: AccountId, funded: Funded, after: Progress, *, traded: bool) -> None:
        """Write progress down; a fill too, so that it counts to the day on which it was seen."""
        core, known = self._core, funded.progress
        if after == known and not traded:
            return
        key, moment = (account, funded.attached.at), core.monotonic()
        last = self._highs.get(key)
        only_high = replace(after, high=known.high) == known and not traded
        if only_high and last is not None and moment - last[1] < _HIGH_EVERY:
            self._highs[key] = (after.high, last[1])
            return
        core.emit(rev.FundedProgressed(core.now(), account, after))
        self._highs[key] = (after.high, moment)

    def _act(self, account: Account, book: Rulebook, progress: Progress, finding: evaluation.Finding) -> None:
        core, guard = self._core, self._guard
        level = Level(str(finding.rule), finding.rule.replace("_", " "), finding.current, finding.limit)
        ident = f"{account.id}.{finding.rule}.{book.id}.{progress.day}"
        if finding.rule is Rule.FLAT_BY:
            guard.square(account.id, str(Rule.FLAT_BY), finding.message)
        elif finding.rule is Rule.PASSED:
            self._reached(account, Stage.PASSED, finding.message)
        elif progress.stage is Stage.FAILED:
            if guard.breach(account, ident, level, BreachAction.FLATTEN_AND_LOCK, finding.message,
                            LockUntil.RELEASED, progress.day):  # fmt: skip
                core.emit(rev.FundedStageReached(core.now(), account.id, Stage.FAILED, finding.message))
        else:
            guard.breach(account, ident, level, BreachAction.FLATTEN_AND_LOCK, finding.message,
                         LockUntil.NEXT_SESSION, progress.day)  # fmt: skip

    def _reached(self, account: Account, stage: Stage, reason: str) -> None:
        """A stage that ends trading until a person goes on: flat, and locked."""
        core = self._core
        now = core.now()
        core.emit(rev.FundedStageReached(now, account.id, stage, reason))
        core.emit(rev.AccountLocked(now, account.id, STAGE, reason, LockUntil.RELEASED))
        self._guard.cancel_entries(account.id, reason)
        self._guard.square(account.id, STAGE, reason)

    def _near(self, account: Account, funded: Funded, progress: Progress, seen: evaluation.Seen) -> None:
        """Warn, once a day for each part, how much of the way to a floor is used up."""
        book = funded.rulebook
        if progress.stage in evaluation.ENDED:
            return
        rules = [("maximum_loss", "Maximum loss", book.maximum_loss.amount, evaluation.floor(book, progress))]
        daily = evaluation.day_floor(book, progress)
        if book.daily_loss is not None and daily is not None and not progress.day_locked:
            rules.append((str(Rule.DAILY_LOSS), "Daily loss", book.daily_loss.amount, daily))
        for rule, label, amount, floor in rules:
            used = amount - (seen.equity - floor)
            passed = [at for at in _WARN_AT if used >= at * amount]
            if passed and used < amount:
                level = Level(rule, label, used, amount)
                self._guard.warn(account, f"{account.id}.{rule}.{book.id}.{progress.day}", level, passed[-1],
                                 progress.day)  # fmt: skip

    def _unlock_day(self, account: Account, progress: Progress) -> None:
        """A daily loss locks until the firm's day rolls."""
        core = self._core
        lock = core.state.risk.locks.get(account.id, {}).get(str(Rule.DAILY_LOSS))
        if lock is None or lock.until is not LockUntil.NEXT_SESSION or lock.session is None:
            return
        if progress.day > lock.session:
            core.emit(rev.AccountUnlocked(core.now(), account.id, "session", str(Rule.DAILY_LOSS)))

    def _stay_locked(self, account: Account, progress: Progress) -> None:
        """A plan that has ended lets nothing in, even when somebody released its lock."""
        core = self._core
        if progress.stage not in evaluation.ENDED or OWN_LOCKS & core.state.risk.locks.get(account.id, {}).keys():
            return
        reason = f"{progress.reason}; attach the next plan, or detach this one"
        core.emit(rev.AccountLocked(core.now(), account.id, STAGE, reason, LockUntil.RELEASED))

    def _fault(self, account: Account, funded: Funded) -> None:
        """A rulebook that cannot be read locks its account; once it can be, the lock goes."""
        core = self._core
        locked = FAULT in core.state.risk.locks.get(account.id, {})
        if funded.fault:
            if not locked:
                core.emit(rev.AccountLocked(core.now(), account.id, FAULT, funded.fault, LockUntil.RELEASED))
            # A start locks before the account agrees with its broker, and what works there is taken off now.
            self._guard.cancel_entries(account.id, funded.fault)
        elif locked and not funded.fault:
            core.emit(rev.AccountUnlocked(core.now(), account.id, "risk", FAULT))


# --- what people ask ---------------------------------------------------------------------------------


def attach(core: Core, account: AccountId, book: Rulebook, actor: str) -> None:
    """Hold an account to a rulebook from now on, its equity of this moment standing for the plan's balance.

    Raises InvalidInput where the currency differs, the equity is unknown, or something is held or open.
    """
    state = core.state
    found = state.accounts[account]
    if found.currency != book.currency:
        raise InvalidInput("rulebook.currency", f"{found.name} is in {found.currency} and the plan in {book.currency}",
                           field="rulebook")  # fmt: skip
    worth = views.valuation_or_none(state, core.market, found)
    if worth is None or worth.missing or not core.reconciled(account):
        raise InvalidInput("rulebook.equity_unknown", f"the equity of {found.name} is not confirmed by its broker now",
                           field="account", hint="wait until it is reconciled and every position has a price")  # fmt: skip
    held = any(position.quantity for position in state.portfolios[account].positions.values())
    if held or state.open.get(account):
        raise InvalidInput("rulebook.not_flat", f"{found.name} must be flat and without open orders to begin a plan",
                           field="account")  # fmt: skip
    at = core.market.market_time or core.now()
    _clear_locks(core, account, actor)
    core.emit(rev.RulebookAttached(core.now(), account, book, evaluation.begin(book, at), worth.equity, actor))


def detach(core: Core, account: AccountId, actor: str) -> None:
    """Hold an account to no rulebook any more; its locks by the rulebook end with it."""
    _funded(core, account)
    _clear_locks(core, account, actor)
    core.emit(rev.RulebookDetached(core.now(), account, actor))


def _clear_locks(core: Core, account: AccountId, actor: str) -> None:
    for rule in OWN_LOCKS & core.state.risk.locks.get(account, {}).keys():
        core.emit(rev.AccountUnlocked(core.now(), account, actor, rule))


def pay_out(core: Core, account: AccountId, amount: Decimal, actor: str) -> None:
    """Record a payout; raises InvalidInput where the rulebook allows less."""
    funded = _funded(core, account)
    allowed, lacking = evaluation.payable(funded.rulebook, funded.progress)
    if lacking:
        raise InvalidInput("payout.not_yet", "; ".join(lacking), field="amount")
    if not amount.is_finite() or amount <= 0 or amount > allowed:
        raise InvalidInput("payout.amount", f"at most {allowed:,} {funded.rulebook.currency} can be paid out now",
                           field="amount")  # fmt: skip
    reason = f"payout of {amount:,} {funded.rulebook.currency}"
    core.emit(rev.FundedStageReached(core.now(), account, Stage.PAYOUT, reason, actor, amount))
    core.emit(rev.FundedProgressed(core.now(), account, evaluation.paid_out(funded.progress, amount)))


def _funded(core: Core, account: AccountId) -> Funded:
    funded = core.state.risk.funded.get(account)
    if funded is None:
        raise InvalidInput("rulebook.none", "this account is held to no rulebook", field="account")
    return funded


def look_again(core: Core, account: AccountId, library: Library) -> None:
    """Take the plan's version of today into force, or lock the account whose plan cannot be read."""
    funded = _funded(core, account)
    now: datetime = core.now()
    try:
        book, reason = library.at(funded.rulebook.id, now.date()), ""
    except InvalidInput as error:
        book, reason = None, f"{error}" + (f" ({error.hint})" if error.hint else "")
    if book is None:
        if funded.fault != reason:
            core.emit(rev.RulebookFaulted(now, account, reason))
            core.emit(rev.AccountLocked(now, account, FAULT, reason, LockUntil.RELEASED))
            said = f"The plan {funded.rulebook.id} cannot be read, so the account is locked: {reason}"
            core.emit(rev.ViolationOpened(now, f"{account}.{FAULT}.{core.state.sequence}", account, FAULT,
                                          rev.Severity.WARNING, BreachAction.DENY, "", "", "", said))  # fmt: skip
        return
    if funded.fault:
        core.emit(rev.RulebookFaulted(now, account, ""))
        for ident, known in core.state.risk.violations.items():
            if known.opened.account == account and known.opened.rule == FAULT and known.resolved is None:
                core.emit(rev.ViolationResolved(now, ident, "risk", "the plan can be read again"))
    if book != funded.rulebook:
        core.emit(rev.RulebookRevised(now, account, book))


def used_of(book: Rulebook, progress: Progress, equity: Decimal) -> Decimal:
    """How much of the maximum loss is used, from nothing at the basis to all at the floor."""
    high = progress.high if book.maximum_loss.basis is not Basis.STATIC else book.balance
    return max(min(high - equity, book.maximum_loss.amount), ZERO)
