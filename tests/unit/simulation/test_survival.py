"""Survival odds: the same verdict, path by path, as the desk's own evaluation, and known odds for known days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bidwell
from bidwell.model.errors import InvalidInput
from bidwell.model.funded import LossAction, Rulebook, Stage
from bidwell.risk.funded.evaluation import Rule, Seen, begin, day_floor, observe
from bidwell.risk.funded.library import Library, shipped
from bidwell.simulation.survival import Days, days_of, survival

LIBRARY = Library(shipped())
DAY = date(2026, 11, 21)
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
PLANS = (
    "topstep-combine-50k",
    "apex-evaluation-50k",
    "tradeday-intraday-50k",
    "practice-funded-50k",
    "topstep-funded-50k",
)


def book(name: str) -> Rulebook:
    return LIBRARY.at(name, DAY)


def played(rules: Rulebook, days: list[tuple[int, int, int]]) -> tuple[str, int]:
    """The fate of one path by the desk's own evaluation: each day its best, the daily limit on the way down, its worst."""
    progress, at, balance = begin(rules, MONDAY), MONDAY, rules.balance
    for number, (profit, low, high) in enumerate(days, 1):
        closing = balance + profit
        locked = False
        limit = day_floor(rules, progress)
        on_the_way = [limit] if limit is not None and limit >= balance + low else []
        for equity in (balance + high, *on_the_way, balance + low):
            judged = observe(rules, progress, Seen(at, balance, Decimal(equity), traded=True, flat=True))
            progress = judged.progress
            level = day_floor(rules, progress)
            if progress.stage is Stage.FAILED:
                by = judged.findings[-1].rule
                return ("daily_loss" if by is Rule.DAILY_LOSS else "maximum_loss"), number
            if progress.day_locked and not locked:
                locked, closing = True, level if level is not None else closing
                break
        at += timedelta(minutes=1)
        balance = closing
        at += timedelta(days=1)
        judged = observe(rules, progress, Seen(at, balance, balance))
        progress = judged.progress
        if progress.stage is Stage.PASSED:
            return "passed", number
        if progress.stage is Stage.FAILED:
            return "maximum_loss", number
    return "open", len(days)


@pytest.mark.parametrize("plan", [*PLANS, "strict"])
def test_every_path_ends_as_the_desks_own_evaluation_ends_it(plan: str) -> None:
    rules = book("topstep-combine-50k" if plan == "strict" else plan)
    if plan == "strict":
        assert rules.daily_loss is not None
        rules = replace(rules, daily_loss=replace(rules.daily_loss, action=LossAction.FAIL))
    random = np.random.default_rng(17)
    for _ in range(60):
        profit = random.integers(-900, 1100, 12)
        low = np.minimum(profit, 0) - random.integers(0, 700, 12)
        high = np.maximum(profit, 0) + random.integers(0, 700, 12)
        fate, number = played(rules, [(int(a), int(b), int(c)) for a, b, c in zip(profit, low, high, strict=True)])
        days = Days(profit.astype(float), low.astype(float), high.astype(float))
        found = survival(days, rules, paths=1, longest=12, block=1e9, seed=_in_order(12))
        shares = {"passed": found.passed.share, "open": found.open.share,
                  **{name: share * found.failed.share for name, share in found.reasons.items()}}  # fmt: skip
        assert shares[fate] == 1.0, (fate, number, shares)
        took = found.days_to_pass if fate == "passed" else found.days_to_fail
        assert took == (None if fate == "open" else number)


def _in_order(size: int) -> int:
    """A seed whose only path begins with the first day: one block then gives the days in their order."""
    for seed in range(10_000):
        random = np.random.default_rng(seed)
        random.random((1, size))
        if random.integers(0, size, (1, size))[0, 0] == 0:
            return seed
    raise AssertionError("no such seed")


def test_days_that_always_win_pass_and_days_that_always_lose_fail_on_a_known_day() -> None:
    rules = book("topstep-combine-50k")
    up = Days(np.full(5, 500.0), np.zeros(5), np.full(5, 500.0))
    won = survival(up, rules, paths=500)
    assert (won.passed.share, won.days_to_pass) == (1.0, 6.0)
    assert won.passed.low > 0.99
    down = Days(np.full(5, -600.0), np.full(5, -600.0), np.zeros(5))
    lost = survival(down, rules, paths=500)
    assert (lost.failed.share, lost.days_to_fail, lost.reasons["maximum_loss"]) == (1.0, 4.0, 1.0)
    assert lost.balances.shape == (251, 5)
    assert lost.balances[-1][2] == 48_000


def test_a_fair_coin_has_the_odds_of_the_gamblers_ruin() -> None:
    rules = replace(book("practice-funded-50k"), daily_loss=None)
    target = replace(book("practice-evaluation-50k"), daily_loss=None, consistency=None, minimum_days=0, hours=(),
                     maximum_loss=rules.maximum_loss)  # fmt: skip
    days = Days(np.array([1000.0, -1000.0]), np.array([0.0, -1000.0]), np.array([1000.0, 0.0]))
    found = survival(days, target, paths=40_000, longest=400, block=1.0, seed=3)
    # Three steps up before two steps down: 2 / (2 + 3).
    assert abs(found.passed.share - 0.4) < 0.01
    assert found.passed.low < 0.4 < found.passed.high
    assert found.open.share < 1e-3


def test_the_same_seed_gives_the_same_odds_and_scale_multiplies_the_money() -> None:
    days = Days(np.array([900.0, -700.0, 300.0]), np.array([-100.0, -800.0, 0.0]), np.array([1000.0, 0.0, 300.0]))
    first, again = (survival(days, "apex-evaluation-50k", paths=2000, seed=9) for _ in range(2))
    assert np.array_equal(first.balances, again.balances)
    assert survival(days, "apex-evaluation-50k", paths=2000, scale=0.1).failed.share < first.failed.share


def run_of(moments: list[datetime], equity: list[float], cash: float = 100_000.0) -> Any:  # noqa: ANN401 - what is asked of a result
    time = np.array([int(one.timestamp()) * 1_000_000_000 for one in moments])
    return SimpleNamespace(time=time, equity=np.array(equity), cash=cash)


def test_a_backtests_days_are_cut_where_the_firms_day_rolls() -> None:
    chicago = [
        datetime(2026, 3, 6, 22, 59, tzinfo=UTC), datetime(2026, 3, 6, 23, 0, tzinfo=UTC),  # 17:00 in winter
        datetime(2026, 3, 9, 21, 59, tzinfo=UTC), datetime(2026, 3, 9, 22, 0, tzinfo=UTC),  # and in summer
    ]  # fmt: skip
    days = days_of(run_of(chicago, [100_100, 100_400, 99_900, 100_000]), book("topstep-combine-50k"))
    assert days.profit.tolist() == [100.0, 300.0, -500.0, 100.0]
    assert days.low.tolist() == [0.0, 0.0, -500.0, 0.0]
    later = datetime(2026, 7, 1, 15, tzinfo=UTC)
    bars = [later + timedelta(minutes=number) for number in range(3)]
    (one,) = zip(*(getattr(days_of(run_of(bars, [100_500, 99_000, 100_200]), book("topstep-combine-50k")), name)
                   for name in ("profit", "low", "high")), strict=True)  # fmt: skip
    assert one == (200.0, -1000.0, 500.0)


def test_the_plans_size_over_the_runs_cash_is_the_scale() -> None:
    moments = [MONDAY + timedelta(days=number) for number in range(4)]
    run = run_of(moments, [102_000.0, 104_000.0, 106_000.0, 108_000.0])
    found = bidwell.survival(run, "topstep-combine-50k", paths=50)
    assert found.days_to_pass == 3.0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"paths": 0}, "survival.paths"), ({"longest": 9999}, "survival.paths"), ({"block": 0.5}, "survival.block"),
        ({"scale": -1.0}, "survival.scale"), ({"plan": "nothing"}, "rulebook.unknown"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(changes: dict[str, Any], code: str) -> None:
    days = Days(np.ones(2), np.zeros(2), np.ones(2))
    with pytest.raises(InvalidInput) as refused:
        survival(days, changes.pop("plan", "topstep-combine-50k"), **changes)
    assert refused.value.code == code


@pytest.mark.parametrize("rows", [([], [], []), ([1.0], [0.5], [1.0]), ([1.0], [0.0], [0.5]), ([np.nan], [0.0], [0.0])])
def test_days_must_be_possible(rows: tuple[list[float], list[float], list[float]]) -> None:
    with pytest.raises(InvalidInput):
        Days(*(np.array(one) for one in rows))
