"""What a rulebook says of an account at one moment: pure, exact, and the same on a desk and in a resampled year.

Money here is the rulebook's own: the plan's starting balance and what was won or lost since, without deposits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bidwell.model.funded import LossAction, Phase, Progress, Rulebook, Stage
from bidwell.model.limits import Basis
from bidwell.model.money import ZERO
from bidwell.risk.figures import percent
from bidwell.risk.funded.days import day_of, flat_at

ENDED: Final = frozenset({Stage.FAILED, Stage.PASSED})
"""Stages in which nothing more is judged: the account waits for a person."""


class Rule(StrEnum):
    """What a rulebook can find."""

    MAXIMUM_LOSS = "maximum_loss"
    DAILY_LOSS = "funded_daily_loss"
    FLAT_BY = "flat_by"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Seen:
    """An account at a moment of the market clock: `balance` is realized after fees, `equity` has unrealized in it.

    `traded` is whether a fill came since the last look; `flat` whether nothing is held.
    """

    at: datetime
    balance: Decimal
    equity: Decimal
    traded: bool = False
    flat: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a rulebook demands an act for: `current` against `limit`, in the rulebook's currency."""

    rule: Rule
    limit: Decimal
    current: Decimal
    message: str


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A trading day that ended, as it goes into the history."""

    progress: Progress
    profit: Decimal
    floor: Decimal
    traded: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of the progress, what was found, and the day that closed, if one did."""

    progress: Progress
    findings: tuple[Finding, ...] = ()
    closed: ClosedDay | None = None


def begin(book: Rulebook, at: datetime) -> Progress:
    """The progress of an account that starts under a rulebook now."""
    stage = Stage.EVALUATION if book.phase is Phase.EVALUATION else Stage.FUNDED
    return Progress(stage, day_of(book, at), book.balance, book.balance, since=at)


def floor(book: Rulebook, progress: Progress) -> Decimal:
    """The equity at which the account is lost: it rises with the high and stops at the lock."""
    rule = book.maximum_loss
    level = (book.balance if rule.basis is Basis.STATIC else progress.high) - rule.amount
    return level if rule.lock is None else min(level, rule.lock)


def day_floor(book: Rulebook, progress: Progress) -> Decimal | None:
    """The equity at which the day is over, or None without a daily loss limit."""
    return None if book.daily_loss is None else progress.balance - book.daily_loss.amount


def contracts(book: Rulebook, progress: Progress) -> Decimal | None:
    """How many contracts may be held today: the plan's most, or what the scaling plan allows for the profit so far."""
    most = None if book.contracts is None else book.contracts.limit
    profit = progress.balance - book.balance
    reached = [step.contracts for step in book.scaling if profit >= step.profit]
    if not reached:
        return most
    return reached[-1] if most is None else min(most, reached[-1])


def observe(book: Rulebook, progress: Progress, seen: Seen) -> Judgement:
    """Judge one moment after another; a moment of an earlier day than the progress changes nothing."""
    if progress.stage in ENDED or seen.at < (progress.since or seen.at):
        return Judgement(progress)
    closed, findings = None, []
    day = day_of(book, seen.at)
    if day > progress.day:
        progress, closed = _close(book, progress, seen)
        if progress.stage is Stage.PASSED:
            found = Finding(Rule.PASSED, book.profit_target or ZERO, seen.balance - book.balance, progress.reason)
            return Judgement(progress, (found,), closed)
    if seen.traded and not progress.traded:
        progress = replace(progress, traded=True)
    if book.maximum_loss.basis is Basis.TRAILING_INTRADAY and seen.equity > progress.high:
        progress = replace(progress, high=seen.equity)
    lost = _lost(book, progress, seen)
    if lost is not None:
        return Judgement(replace(progress, stage=Stage.FAILED, reason=lost.message), (lost,), closed)
    progress, over = _daily(book, progress, seen)
    findings += over
    late = _late(book, progress, seen)
    if late is not None:
        findings.append(late)
    return Judgement(progress, tuple(findings), closed)


def _close(book: Rulebook, progress: Progress, seen: Seen) -> tuple[Progress, ClosedDay]:
    """End the running day at the realized balance; days between that had no fill count for nothing."""
    profit = seen.balance - progress.balance
    payout = book.payout
    won = progress.traded and payout is not None and profit >= payout.day_profit
    high = progress.high
    if book.maximum_loss.basis is Basis.TRAILING_END_OF_DAY:
        high = max(high, seen.balance)
    after = replace(
        progress, day=day_of(book, seen.at), balance=seen.balance, high=high,
        best=max(progress.best, profit), won=progress.won + profit, days=progress.days + progress.traded,
        wins=progress.wins + won, traded=False, day_locked=False,
    )  # fmt: skip
    if after.stage is Stage.EVALUATION and not missing(book, after):
        reason = f"profit target of {book.profit_target:,} {book.currency} reached on {progress.day}"
        after = replace(after, stage=Stage.PASSED, reason=reason)
    return after, ClosedDay(replace(progress, balance=seen.balance), profit, floor(book, after), progress.traded)


def missing(book: Rulebook, progress: Progress) -> tuple[str, ...]:
    """What an evaluation still lacks to be passed, in words; empty when it is."""
    found = []
    profit = progress.balance - book.balance
    if book.profit_target is None:
        return ("this plan has no profit target",)
    if profit < book.profit_target:
        found.append(f"{book.profit_target - profit:,} {book.currency} to the profit target")
    if progress.days < book.minimum_days:
        found.append(f"{book.minimum_days - progress.days} more trading days")
    if book.consistency is not None and profit > 0 and progress.best > book.consistency * profit:
        found.append(f"the best day, {progress.best:,} {book.currency}, is more than "
                     f"{percent(book.consistency)} of the profit")  # fmt: skip
    return tuple(found)


def payable(book: Rulebook, progress: Progress) -> tuple[Decimal, tuple[str, ...]]:
    """What may be taken out now, and what is still lacking where that is nothing."""
    rule = book.payout
    if rule is None or progress.stage not in {Stage.FUNDED, Stage.PAYOUT}:
        return ZERO, ("payouts are for funded accounts",)
    lacking = []
    if progress.wins < rule.days:
        lacking.append(f"{rule.days - progress.wins} more days of at least {rule.day_profit:,} {book.currency}")
    over = progress.balance - book.balance - rule.balance_above
    if over <= 0:
        lacking.append(f"a balance above {book.balance + rule.balance_above:,} {book.currency}")
    if book.consistency is not None and progress.won > 0 and progress.best > book.consistency * progress.won:
        lacking.append(f"the best day is more than {percent(book.consistency)} of the profit")
    if lacking:
        return ZERO, tuple(lacking)
    amount = (progress.balance - book.balance) * rule.share
    amount = min(amount, over)
    return (amount if rule.cap is None else min(amount, rule.cap)), ()


def paid_out(progress: Progress, amount: Decimal) -> Progress:
    """The progress after a payout: the balance is lower, the days that led to it are spent."""
    return replace(progress, stage=Stage.FUNDED, balance=progress.balance - amount, wins=0, best=ZERO, won=ZERO)


def _lost(book: Rulebook, progress: Progress, seen: Seen) -> Finding | None:
    level = floor(book, progress)
    if seen.equity > level:
        return None
    message = f"Equity {seen.equity:,} is at or below the maximum loss level of {level:,} {book.currency}"
    return Finding(Rule.MAXIMUM_LOSS, level, seen.equity, message)


def _daily(book: Rulebook, progress: Progress, seen: Seen) -> tuple[Progress, list[Finding]]:
    level = day_floor(book, progress)
    if level is None or book.daily_loss is None or progress.day_locked or seen.equity > level:
        return progress, []
    message = f"Equity {seen.equity:,} is at or below the daily loss level of {level:,} {book.currency}"
    found = Finding(Rule.DAILY_LOSS, level, seen.equity, message)
    if book.daily_loss.action is LossAction.FAIL:
        return replace(progress, stage=Stage.FAILED, reason=message, day_locked=True), [found]
    return replace(progress, day_locked=True), [found]


def _late(book: Rulebook, progress: Progress, seen: Seen) -> Finding | None:
    if seen.flat:
        return None
    deadline = flat_at(book, progress.day)
    if deadline is None or seen.at < deadline:
        return None
    message = f"Positions must be closed by {book.flat_by:%H:%M} {book.zone}"
    return Finding(Rule.FLAT_BY, ZERO, ZERO, message)
