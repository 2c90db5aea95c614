"""Worked days of each kind of rulebook, to the cent: floors, locks, days over clock changes, passing and payouts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.model.funded import LossAction, Progress, Rulebook, Stage
from bidwell.model.limits import BreachAction
from bidwell.risk.funded import evaluation
from bidwell.risk.funded.book_limits import limits_of
from bidwell.risk.funded.days import closes, day_of, flat_at, opens
from bidwell.risk.funded.evaluation import Finding, Judgement, Rule, Seen, begin, day_floor, floor, observe
from bidwell.risk.funded.library import Library, shipped

LIBRARY = Library(shipped())
DAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 09:00 in Chicago, Monday


def book(name: str) -> Rulebook:
    return LIBRARY.at(name, DAY)


TOPSTEP, APEX, TRADEDAY = book("topstep-combine-50k"), book("apex-evaluation-50k"), book("tradeday-eod-50k")


class Days:
    """An account's days under a rulebook, told by equities and closing balances."""

    def __init__(self, rules: Rulebook, at: datetime = MORNING) -> None:
        self.book, self.at = rules, at
        self.progress: Progress = begin(rules, at)
        self.balance = rules.balance
        self.last = Judgement(self.progress)

    def see(
        self, equity: str, *, balance: str | None = None, flat: bool = True, minutes: int = 1
    ) -> tuple[Finding, ...]:
        self.at += timedelta(minutes=minutes)
        if balance is not None:
            self.balance = Decimal(balance)
        self.last = observe(
            self.book, self.progress, Seen(self.at, self.balance, Decimal(equity), traded=True, flat=flat)
        )
        self.progress = self.last.progress
        return self.last.findings

    def close(self, balance: str, days: int = 1) -> tuple[Finding, ...]:
        """End the day flat at a balance: the next look is on the next trading day's morning."""
        self.see(balance, balance=balance)
        self.at += timedelta(days=days)
        return self.see(balance)

    @property
    def locked(self) -> bool:
        return self.progress.day_locked

    @property
    def floor(self) -> Decimal:
        return floor(self.book, self.progress)


def rules_of(findings: tuple[Finding, ...]) -> list[Rule]:
    return [one.rule for one in findings]


# --- Topstep: the end-of-day trail -------------------------------------------------------------------


def test_the_maximum_loss_trails_the_best_days_end_and_stops_at_the_starting_balance() -> None:
    days = Days(TOPSTEP)
    assert days.floor == 48_000
    days.see("51800.00", balance="50900.00")  # unrealized highs move nothing
    assert days.floor == 48_000
    days.close("50812.37")
    assert days.floor == Decimal("48812.37")
    days.close("50100.00")  # a losing day does not lower it
    assert days.floor == Decimal("48812.37")
    days.close("52400.55")
    assert days.floor == 50_000
    days.close("53000.00")
    assert days.floor == 50_000


def test_the_maximum_loss_is_enforced_in_real_time_and_at_the_very_cent() -> None:
    rules = replace(TOPSTEP, daily_loss=None)
    days = Days(rules)
    days.close("50812.37")
    assert not days.see("48812.38", flat=False)
    (found,) = days.see("48812.37", flat=False)
    assert (found.rule, found.limit, found.current) == (Rule.MAXIMUM_LOSS, Decimal("48812.37"), Decimal("48812.37"))
    assert days.progress.stage is Stage.FAILED
    assert not days.see("60000")
    assert days.progress.stage is Stage.FAILED


def test_a_gap_through_the_floor_fails_with_the_true_equity() -> None:
    days = Days(TOPSTEP)
    found = days.see("46111.25", flat=False)
    assert rules_of(found) == [Rule.MAXIMUM_LOSS]
    assert found[0].current == Decimal("46111.25")


def test_the_daily_loss_counts_unrealized_ends_the_day_once_and_opens_with_the_next() -> None:
    days = Days(TOPSTEP)
    days.close("50500.00")
    assert day_floor(TOPSTEP, days.progress) == Decimal(49_500)
    assert not days.see("49500.01", flat=False)
    assert rules_of(days.see("49500.00", flat=False)) == [Rule.DAILY_LOSS]
    assert days.locked is True
    assert not days.see("49400.00", flat=False)
    days.see("49450", balance="49450")
    assert days.progress.stage is Stage.EVALUATION
    days.close("49450")
    assert not days.progress.day_locked
    assert day_floor(TOPSTEP, days.progress) == Decimal(48_450)


def test_a_daily_loss_that_ends_the_account_fails_it() -> None:
    assert TOPSTEP.daily_loss is not None
    strict = replace(TOPSTEP, daily_loss=replace(TOPSTEP.daily_loss, action=LossAction.FAIL))
    days = Days(strict)
    assert rules_of(days.see("49000", flat=False)) == [Rule.DAILY_LOSS]
    assert days.progress.stage is Stage.FAILED


def test_positions_must_be_closed_by_ten_past_three_in_chicago_in_winter_and_summer() -> None:
    for morning, deadline in ((MORNING, datetime(2026, 3, 2, 21, 10, tzinfo=UTC)),
                              (datetime(2026, 7, 6, 14, tzinfo=UTC), datetime(2026, 7, 6, 20, 10, tzinfo=UTC))):  # fmt: skip
        days = Days(TOPSTEP, morning)
        assert flat_at(TOPSTEP, day_of(TOPSTEP, morning)) == deadline
        days.at = deadline - timedelta(minutes=2)
        assert not days.see("50000", flat=False)
        assert rules_of(days.see("50000", flat=False)) == [Rule.FLAT_BY]
        assert not days.see("50000")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 2, 22, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 23, 0, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 8, 21, 59, 59, tzinfo=UTC), date(2026, 3, 8)),  # the Sunday on which clocks go forward
        (datetime(2026, 3, 8, 22, 0, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 11, 1, 22, 59, 59, tzinfo=UTC), date(2026, 11, 1)),  # and back
        (datetime(2026, 11, 1, 23, 0, tzinfo=UTC), date(2026, 11, 2)),
    ],
)
def test_the_trading_day_rolls_at_five_in_chicago_whatever_the_clocks_do(moment: datetime, day: date) -> None:
    assert day_of(TOPSTEP, moment) == day
    assert opens(TOPSTEP, day) <= moment < closes(TOPSTEP, day)


def test_days_over_a_change_of_clocks_have_their_own_length() -> None:
    def length(day: date) -> timedelta:
        return closes(TOPSTEP, day) - opens(TOPSTEP, day)

    assert length(date(2026, 3, 8)) == timedelta(hours=23)
    assert length(date(2026, 11, 1)) == timedelta(hours=25)
    assert length(date(2026, 6, 2)) == timedelta(hours=24)


# --- passing -----------------------------------------------------------------------------------------


def test_an_evaluation_is_passed_at_the_end_of_a_day_when_every_objective_is_met() -> None:
    days = Days(TOPSTEP)
    days.close("51500.00")
    assert evaluation.missing(TOPSTEP, days.progress) == (
        "1,500.00 USD to the profit target", "1 more trading days",
        "the best day, 1,500.00 USD, is more than 50 % of the profit",
    )  # fmt: skip
    assert rules_of(days.close("53000.00")) == [Rule.PASSED]
    assert days.progress.stage is Stage.PASSED
    assert "profit target of 3,000 USD" in days.progress.reason


def test_a_best_day_that_is_too_large_delays_the_pass_until_the_rest_has_caught_up() -> None:
    days = Days(TRADEDAY)
    for balance in ("51500.00", "52000.00", "52500.00", "53000.00", "53400.00"):
        assert not days.close(balance)
    assert evaluation.missing(TRADEDAY, days.progress) == (
        "the best day, 1,500.00 USD, is more than 30 % of the profit",
    )
    days.close("54200.00")
    assert rules_of(days.close("55000.00")) == [Rule.PASSED]


def test_a_day_without_a_fill_is_no_trading_day() -> None:
    days = Days(TOPSTEP)
    days.close("51500")
    days.progress = replace(days.progress, traded=False)
    days.at += timedelta(days=3)
    days.last = observe(TOPSTEP, days.progress, Seen(days.at, Decimal(51_500), Decimal(51_500)))
    assert days.last.progress.days == 1
    assert days.last.closed is not None
    assert not days.last.closed.traded


# --- Apex: the intraday trail -----------------------------------------------------------------------


def test_the_intraday_threshold_trails_unrealized_highs_and_stops_100_above_the_start() -> None:
    days = Days(APEX)
    assert days.floor == 47_500
    days.see("50875.00", flat=False)
    assert days.floor == Decimal("48375.00")
    days.see("50100.00", flat=False)
    assert days.floor == Decimal("48375.00")
    days.see("52600.00", flat=False)
    assert days.floor == 50_100
    days.see("58000.00", flat=False)
    assert days.floor == 50_100
    assert rules_of(days.see("50100.00", flat=False)) == [Rule.MAXIMUM_LOSS]


def test_a_stop_is_mandatory_at_apex_and_contracts_scale_with_the_balance() -> None:
    assert limits_of(APEX, begin(APEX, MORNING)).require_stop
    funded = book("apex-funded-50k")
    start = begin(funded, MORNING)
    assert evaluation.contracts(funded, start) == 5
    assert evaluation.contracts(funded, replace(start, balance=Decimal(52_599))) == 5
    assert evaluation.contracts(funded, replace(start, balance=Decimal(52_600))) == 10


def test_the_scaling_plan_follows_the_balance_at_the_days_start() -> None:
    funded = book("topstep-funded-50k")
    days = Days(funded)
    assert (days.floor, evaluation.contracts(funded, days.progress)) == (Decimal(-2000), Decimal(2))
    days.see("1600", balance="1600")
    assert evaluation.contracts(funded, days.progress) == Decimal(2)  # not within the day
    days.close("1600")
    assert (days.floor, evaluation.contracts(funded, days.progress)) == (Decimal(-400), Decimal(3))
    days.close("2000")
    assert (days.floor, evaluation.contracts(funded, days.progress)) == (Decimal(0), Decimal(5))
    limits = limits_of(funded, days.progress)
    assert limits.contract_limits is not None
    assert (limits.contract_limits[0].limit, limits.on_breach) == (Decimal(5), BreachAction.FLATTEN_AND_LOCK)


def test_a_payout_needs_winning_days_and_lowers_the_balance() -> None:
    funded = book("topstep-funded-50k")
    days = Days(funded)
    for number in range(1, 5):
        days.close(f"{number * 400}.50")
    assert evaluation.payable(funded, days.progress) == (Decimal(0), ("1 more days of at least 150 USD",))
    days.close("2000.50")
    amount, lacking = evaluation.payable(funded, days.progress)
    assert (amount, lacking) == (Decimal("1000.250"), ())
    after = evaluation.paid_out(days.progress, amount)
    assert (after.balance, after.wins) == (Decimal("1000.250"), 0)
    assert floor(funded, after) == 0


# --- a static floor ----------------------------------------------------------------------------------


def test_a_static_floor_never_moves() -> None:
    practice = book("practice-funded-50k")
    days = Days(practice, datetime(2026, 3, 2, 15, tzinfo=UTC))
    for balance in ("52000", "55000", "51000"):
        days.close(balance)
        assert days.floor == 48_000
    assert not days.see("50000.01", flat=False)
    assert rules_of(days.see("50000.00", flat=False)) == [Rule.DAILY_LOSS]
    assert rules_of(days.see("48000.00", flat=False)) == [Rule.MAXIMUM_LOSS]


def test_what_lies_before_the_start_is_not_judged() -> None:
    days = Days(TOPSTEP)
    early = Seen(MORNING - timedelta(days=1), Decimal(0), Decimal(0))
    assert observe(TOPSTEP, days.progress, early) == Judgement(days.progress)
