"""Survival odds: how a backtest's days would fare under a funded account's rulebook, by drawing them again and again.

Days are drawn in blocks with the stationary bootstrap (Politis and Romano, 1994), so that runs of bad days stay
together. Within a day its best equity is taken to come before its worst, which is the harder case for a trailing
floor; what reaches a floor is closed there, without a gap. Daily bars know no path within the day: their best and
worst are the ends of it, and the odds then flatter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from bidwell.analytics.resampling import stationary
from bidwell.model.errors import InvalidInput
from bidwell.model.funded import LossAction, Phase, Rulebook
from bidwell.model.limits import Basis
from bidwell.risk.funded.library import Library, shipped

if TYPE_CHECKING:
    from bidwell.simulation.backtest.result import Result

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Which quantiles of the balance are kept for the chart."""

_HOUR_NS = 3_600_000_000_000
_Z = 1.959963984540054  # the normal's 97.5th percentile


@dataclass(frozen=True, slots=True)
class Days:
    """Trading days: `profit` at the close, `low` and `high` of equity within the day, all from the day's start."""

    profit: Floats
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        """Refuse days that could not have been; raises InvalidInput."""
        columns = (self.profit, self.low, self.high)
        if not self.profit.size or any(one.shape != self.profit.shape for one in columns):
            raise InvalidInput("survival.days", "at least one day is needed, and three figures of each", field="days")
        if not all(bool(np.isfinite(one).all()) for one in columns):
            raise InvalidInput("survival.days", "a day's figures must be finite", field="days")
        if bool((self.low > np.minimum(self.profit, 0)).any() or (self.high < np.maximum(self.profit, 0)).any()):
            raise InvalidInput("survival.days", "a day lies between its low and its high, with its start", field="days")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of all paths with its 95 % interval (Wilson, 1927)."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Survival:
    """What became of the paths: shares that passed, failed or were still open, and how long it took.

    `reasons` splits the failed by what ended them. Days are means over the paths concerned, None without one.
    `balances` are quantiles (`LEVELS`) of the balance after each of `steps` days, ended paths standing still.
    """

    rulebook: str
    paths: int
    longest: int
    seed: int
    passed: Part
    failed: Part
    open: Part
    days_to_pass: float | None
    days_to_fail: float | None
    reasons: dict[str, float]
    steps: npt.NDArray[np.int64]
    balances: Floats


def survival(
    run: Result | Days,
    plan: str | Rulebook,
    *,
    paths: int = 10_000,
    longest: int = 250,
    block: float = 5.0,
    seed: int = 0,
    scale: float | None = None,
) -> Survival:
    """Judge a backtest, or days of any kind, against a rulebook of an id that is shipped, or one of your own.

    `scale` multiplies the days' money; for a backtest it is the plan's size over the run's cash unless given. Raises
    InvalidInput for an unknown plan and for figures out of their domain.
    """
    book = plan if isinstance(plan, Rulebook) else _shipped(plan)
    days = run if isinstance(run, Days) else days_of(run, book)
    if scale is None:
        scale = 1.0 if isinstance(run, Days) else float(book.size) / run.cash
    if not (math.isfinite(scale) and scale > 0):
        raise InvalidInput("survival.scale", f"scale must be above zero, not {scale}", field="scale")
    if not 1 <= paths <= 200_000 or not 1 <= longest <= 5_000:
        raise InvalidInput("survival.paths", "1 to 200,000 paths of 1 to 5,000 days can be drawn", field="paths")
    if not (math.isfinite(block) and block >= 1):
        raise InvalidInput("survival.block", f"block must be 1 day or more, not {block}", field="block")
    drawn = stationary(np.random.default_rng(seed), paths, days.profit.size, block, longest)
    return _play(book, Days(days.profit * scale, days.low * scale, days.high * scale), drawn, seed)


def _shipped(name: str) -> Rulebook:
    library = Library(shipped())
    return library.at(name, max(book.read_on for book in library.all(date.max)))


def days_of(result: Result, book: Rulebook) -> Days:
    """The trading days of a backtest, cut where the firm's day rolls."""
    numbers = _day_numbers(result.time, book)
    firsts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
    lasts = np.append(firsts[1:], numbers.size) - 1
    ends = result.equity[lasts]
    starts = np.concatenate(([result.cash], ends[:-1]))
    low, high = np.minimum.reduceat(result.equity, firsts), np.maximum.reduceat(result.equity, firsts)
    return Days(ends - starts, np.minimum(low - starts, 0.0), np.maximum(high - starts, 0.0))


def _day_numbers(time: npt.NDArray[np.int64], book: Rulebook) -> npt.NDArray[np.int64]:
    """The firm's trading day of each bar as a number; the zone is asked once for each hour."""
    hours, places = np.unique(time // _HOUR_NS, return_inverse=True)
    zone = ZoneInfo(book.zone)
    offsets = np.array([_offset(int(hour), zone) for hour in hours], dtype=np.int64)
    roll = book.rolls_at.hour * 3600 + book.rolls_at.minute * 60 + book.rolls_at.second
    ahead = (86_400 - roll) % 86_400
    local = time // 1_000_000_000 + offsets[places] + ahead
    return np.asarray(local // 86_400)


def _offset(hour: int, zone: ZoneInfo) -> int:
    moment = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone)
    return int((moment.utcoffset() or timedelta(0)).total_seconds())


@dataclass(slots=True)
class _Accounts:
    """All paths at once: one figure of each."""

    balance: Floats
    high: Floats
    best: Floats
    days: Floats
    ended: npt.NDArray[np.int8]
    took: npt.NDArray[np.int64]

    @classmethod
    def begin(cls, book: Rulebook, paths: int) -> _Accounts:
        start = np.full(paths, float(book.balance))
        return cls(
            start, start.copy(), np.zeros(paths), np.zeros(paths), np.zeros(paths, np.int8), np.zeros(paths, np.int64)
        )


_PASSED, _MAXIMUM, _DAILY = 1, 2, 3


def _play(book: Rulebook, days: Days, drawn: npt.NDArray[np.int64], seed: int) -> Survival:
    paths, longest = drawn.shape
    accounts = _Accounts.begin(book, paths)
    kept = [np.quantile(accounts.balance, LEVELS)]
    for step in range(longest):
        places = drawn[:, step]
        _day(book, accounts, days.profit[places], days.low[places], days.high[places], step + 1)
        kept.append(np.quantile(accounts.balance, LEVELS))
    ended = accounts.ended
    passed, failed = ended == _PASSED, ended > _PASSED
    names = {"maximum_loss": _MAXIMUM, "daily_loss": _DAILY}
    lost = max(int(failed.sum()), 1)
    return Survival(
        book.id, paths, longest, seed, _part(passed), _part(failed), _part(ended == 0),
        _mean(accounts.took[passed]), _mean(accounts.took[failed]),
        {name: float((ended == code).sum()) / lost for name, code in names.items()},
        np.arange(longest + 1), np.array(kept),
    )  # fmt: skip


def _day(book: Rulebook, accounts: _Accounts, profit: Floats, low: Floats, high: Floats, number: int) -> None:
    """Play one day for every path that has not ended."""
    running = accounts.ended == 0
    start = accounts.balance.copy()
    if book.maximum_loss.basis is Basis.TRAILING_INTRADAY:
        accounts.high = np.where(running, np.maximum(accounts.high, start + high), accounts.high)
    floor = _floor(book, accounts)
    worst, close = start + low, start + profit
    failed = running & (worst <= floor)
    if book.daily_loss is not None:
        level = start - float(book.daily_loss.amount)
        hit = running & (worst <= level)
        first = hit & (level > floor)
        failed &= ~first
        close = np.where(first, level, close)
        if book.daily_loss.action is LossAction.FAIL:
            _end(accounts, first, _DAILY, number)
    _end(accounts, failed, _MAXIMUM, number)
    close = np.where(failed, floor, close)
    accounts.balance = np.where(running, close, accounts.balance)
    if book.maximum_loss.basis is Basis.TRAILING_END_OF_DAY:
        accounts.high = np.where(running, np.maximum(accounts.high, close), accounts.high)
    traded = running & ((profit != 0) | (low != 0) | (high != 0))
    accounts.days = accounts.days + traded
    accounts.best = np.where(running, np.maximum(accounts.best, close - start), accounts.best)
    if book.phase is Phase.EVALUATION and book.profit_target is not None:
        _end(accounts, _met(book, accounts), _PASSED, number)


def _floor(book: Rulebook, accounts: _Accounts) -> Floats:
    rule = book.maximum_loss
    level = (float(book.balance) if rule.basis is Basis.STATIC else accounts.high) - float(rule.amount)
    level = np.broadcast_to(level, accounts.balance.shape)
    return np.asarray(level if rule.lock is None else np.minimum(level, float(rule.lock)))


def _met(book: Rulebook, accounts: _Accounts) -> Flags:
    profit = accounts.balance - float(book.balance)
    met = (profit >= float(book.profit_target or 0)) & (accounts.days >= book.minimum_days)
    if book.consistency is not None:
        met &= accounts.best <= float(book.consistency) * profit
    return np.asarray(met)


def _end(accounts: _Accounts, chosen: Flags, code: int, number: int) -> None:
    fresh = chosen & (accounts.ended == 0)
    accounts.ended[fresh] = code
    accounts.took[fresh] = number


def _part(chosen: Flags) -> Part:
    count, share = chosen.size, float(chosen.mean())
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)) / (1 + _Z**2 / count)
    return Part(share, max(middle - reach, 0.0), min(middle + reach, 1.0))


def _mean(took: npt.NDArray[np.int64]) -> float | None:
    return float(took.mean()) if took.size else None
