# ruff: noqa: ANN401 - what is changed is checked by the classes that take it
"""Funded accounts on a desk: the gate denies by the rulebook, breaches flatten and lock once, over restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bidwell.app.rulebooks import revise_all
from bidwell.engine import funding
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.errors import InvalidInput
from bidwell.model.funded import Rulebook, ScalingStep, Stage
from bidwell.model.ids import AccountId
from bidwell.model.intent import SizingBy
from bidwell.model.limits import Limits
from bidwell.risk.funded.library import Library, shipped
from bidwell.simulation.proof.nouns import MarketClock
from tests.unit.engine.workbench import BBB, Bench, limit, opened, virtually

ACCOUNT = AccountId("acc_0")
PRACTICE = Library(shipped()).at("practice-evaluation-50k", date(2026, 3, 2))
# The bench's clock stands at 15:00 UTC, which is 10:00 in New York.
ANY_TIME = replace(PRACTICE, hours=(), flat_by=None)


async def funded(book: Rulebook = ANY_TIME, **more: Any) -> Bench:
    bench = await opened(limits=Limits(max_open_orders=100), **more)
    await bench.until(lambda: ACCOUNT in bench.desk.state.sessions)
    await bench.desk.act_on_risk(lambda guard: funding.attach(guard.core, ACCOUNT, book, "ada"))
    return bench


async def bought(bench: Bench, quantity: str = "100") -> None:
    receipt = await bench.send(f"buy-{quantity}", quantity=quantity)
    await bench.until(lambda: bench.order(receipt).filled_quantity == Decimal(quantity))


class Later(MarketClock):
    """The feed's clock, so much later."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def now(self) -> datetime:
        return super().now() + self.by


def later(bench: Bench, **by: int) -> None:
    """The market goes on after a while in which nothing was heard of it."""
    bench.listing._clock = Later(timedelta(**by))
    bench.quote()


def progress(bench: Bench) -> Any:
    return bench.desk.state.risk.funded[ACCOUNT].progress


async def denied(bench: Bench, key: str, **more: Any) -> ev.Check:
    receipt = await bench.send(key, **more)
    await bench.settle()
    return bench.denial(bench.order(receipt))


@virtually
async def test_the_gate_denies_by_the_rulebook_and_names_it() -> None:
    scaled = replace(ANY_TIME, scaling=(ScalingStep(Decimal(0), Decimal(40)),), stop_required=True)
    bench = await funded(scaled)
    check = await denied(bench, "bare", quantity="41")
    assert check.rule == "protective_stop"
    view = bench.desk.state.risk.funded[ACCOUNT].limits
    assert view.contract_limits is not None
    assert view.contract_limits[0].limit == 40
    bench = await funded(replace(scaled, stop_required=False))
    check = await denied(bench, "large", quantity="41")
    assert (check.rule, check.would_pass) == ("max_contracts", "40")
    await bought(bench, "30")
    check = await denied(bench, "other", quantity="11", instrument=BBB.id)
    assert (check.rule, check.would_pass) == ("max_contracts", "10")


@virtually
async def test_outside_the_plans_hours_nothing_is_entered() -> None:
    bench = await funded(
        replace(PRACTICE, flat_by=None, hours=tuple(replace(one, days=(5,)) for one in PRACTICE.hours))
    )
    check = await denied(bench, "weekday")
    assert check.rule == "trading_hours"


@virtually
async def test_the_plans_money_starts_at_its_balance_whatever_the_account_holds() -> None:
    bench = await funded()
    await bought(bench)
    bench.quote("99")
    await bench.settle(0.5)
    found = bench.desk.state.risk.funded[ACCOUNT]
    assert (found.base, progress(bench).balance) == (Decimal(100_000), Decimal(50_000))
    worth = bench.desk.valuation(ACCOUNT)
    assert worth is not None
    for amount in ("7000", "-7000"):
        bench.venue.state.accounts[ACCOUNT].cash["USD"] += Decimal(amount)
        await bench.desk.define(ev.CashAdjusted(bench.clock.now(), ACCOUNT, "USD", Decimal(amount), "transfer"))
        bench.quote()
        await bench.settle(0.5)
        assert progress(bench).stage is Stage.EVALUATION
    assert not [one for one in bench.desk.state.risk.violations.values() if one.opened.rule == "maximum_loss"]


@virtually
async def test_a_daily_loss_flattens_and_locks_once_until_the_firms_next_day() -> None:
    bench = await funded()
    await bought(bench)
    bench.quote("89.5")
    await bench.until(lambda: bench.truth() == 0)
    await bench.until(lambda: not bench.desk.state.risk.squares)
    assert progress(bench).day_locked
    assert progress(bench).stage is Stage.EVALUATION
    lock = bench.desk.trading_state(ACCOUNT)
    assert lock is not None
    assert "daily loss level of 49,000" in lock.reason
    assert (await denied(bench, "locked", quantity="1")).rule == "halt"
    await bench.restart()
    assert (await denied(bench, "still", quantity="1")).rule == "halt"
    guardians = [one for one in bench.desk.state.intents.values() if one.intent.source == "guardian"]
    assert len(guardians) == 1
    later(bench, days=1)
    await bench.until(lambda: bench.desk.trading_state(ACCOUNT) is None)
    assert not progress(bench).day_locked
    (closed,) = bench.desk.state.risk.funded[ACCOUNT].days
    assert closed.profit < -1000
    assert closed.fills


@virtually
async def test_the_maximum_loss_fails_the_account_for_good_even_when_somebody_unlocks_it() -> None:
    bench = await funded(replace(ANY_TIME, daily_loss=None))
    await bought(bench)
    bench.quote("79")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(0.5)
    assert progress(bench).stage is Stage.FAILED
    (stage,) = bench.desk.state.risk.funded[ACCOUNT].stages
    assert stage.stage is Stage.FAILED
    await bench.desk.act_on_risk(lambda guard: guard.unlock(ACCOUNT, "ada"))
    await bench.settle(1)
    assert (await denied(bench, "again", quantity="1")).rule == "halt"
    await bench.restart()
    assert (await denied(bench, "after", quantity="1")).rule == "halt"
    await bench.desk.act_on_risk(lambda guard: funding.detach(guard.core, ACCOUNT, "ada"))
    receipt = await bench.send("free", quantity="1")
    await bench.until(lambda: bench.order(receipt).filled_quantity == 1)


@virtually
async def test_an_intraday_high_is_kept_over_a_restart_in_mid_drawdown() -> None:
    book = replace(Library(shipped()).at("practice-intraday-50k", date(2026, 3, 2)), hours=(), flat_by=None,
                   stop_required=False)  # fmt: skip
    bench = await funded(book)
    await bought(bench)
    bench.quote("110")
    await bench.settle(2)
    high = progress(bench).high
    assert high > 50_900
    bench.quote("99")
    await bench.settle(0.5)
    await bench.restart()
    assert progress(bench).high == high
    bench.quote("85.5")  # about 49,550, which is above the first floor of 47,500 and above high - 2,500
    await bench.settle(0.5)
    assert progress(bench).stage is Stage.EVALUATION
    bench.quote("84.0")
    await bench.until(lambda: progress(bench).stage is Stage.FAILED)


@virtually
async def test_a_rulebook_that_cannot_be_read_leaves_the_account_locked_not_unguarded() -> None:
    bench = await funded()
    entry = await bench.send("resting", quantity="1", terms=limit("90"))
    await bench.until(lambda: len(bench.live()) == 1)
    broken = Library({"practice.toml": "firm = "})
    await bench.desk.act_on_risk(lambda guard: revise_all(guard, broken))
    await bench.until(lambda: not bench.order(entry).is_open)
    check = await denied(bench, "blind", quantity="1")
    assert check.rule == "halt"
    assert "practice.toml:1" in check.message
    (told,) = bench.desk.state.risk.violations.values()
    assert (told.opened.rule, told.resolved) == ("rulebook_fault", None)
    assert "practice.toml:1" in told.opened.message
    assert bench.desk.state.risk.funded[ACCOUNT].limits.contract_limits is not None
    await bench.restart()
    assert (await denied(bench, "restarted", quantity="1")).rule == "halt"
    await bench.desk.act_on_risk(lambda guard: revise_all(guard, Library(shipped())))
    await bench.settle(0.5)
    (told,) = bench.desk.state.risk.violations.values()
    assert told.resolved is not None
    # The shipped plan, with its hours, is in force again.
    assert bench.desk.state.risk.funded[ACCOUNT].rulebook == PRACTICE
    receipt = await bench.send("again", quantity="1")
    await bench.until(lambda: bench.order(receipt).filled_quantity == 1)


@virtually
async def test_a_plan_begins_flat_in_its_own_currency_and_with_a_confirmed_equity() -> None:
    bench = await opened(limits=Limits(max_open_orders=100))
    attach = funding.attach
    with pytest.raises(InvalidInput, match="in USD and the plan in EUR"):
        attach(bench.desk.core, ACCOUNT, replace(PRACTICE, currency="EUR"), "ada")
    await bought(bench, "5")
    with pytest.raises(InvalidInput, match="must be flat"):
        attach(bench.desk.core, ACCOUNT, PRACTICE, "ada")
    await bench.lose()
    with pytest.raises(InvalidInput, match="not confirmed by its broker"):
        attach(bench.desk.core, ACCOUNT, PRACTICE, "ada")
    with pytest.raises(InvalidInput, match="held to no rulebook"):
        funding.detach(bench.desk.core, ACCOUNT, "ada")


@virtually
async def test_a_payout_is_recorded_only_as_far_as_the_plan_allows() -> None:
    book = replace(Library(shipped()).at("practice-funded-50k", date(2026, 3, 2)), hours=(), flat_by=None)
    bench = await funded(book)
    with pytest.raises(InvalidInput, match="5 more days"):
        funding.pay_out(bench.desk.core, ACCOUNT, Decimal(100), "ada")
    core = bench.desk.core
    rich = replace(progress(bench), balance=Decimal(54_000), wins=5, won=Decimal(4000), best=Decimal(900))
    core.emit(rev.FundedProgressed(core.now(), ACCOUNT, rich))
    with pytest.raises(InvalidInput, match="at most 2,000"):
        funding.pay_out(core, ACCOUNT, Decimal(2001), "ada")
    await bench.desk.act_on_risk(lambda guard: funding.pay_out(guard.core, ACCOUNT, Decimal(1500), "ada"))
    assert progress(bench).balance == 52_500
    assert bench.desk.state.risk.funded[ACCOUNT].paid_out == 1500


@virtually
async def test_positions_are_closed_by_the_plans_hour() -> None:
    late = replace(PRACTICE, hours=(), flat_by=PRACTICE.flat_by)
    bench = await funded(late)
    await bought(bench, "10")
    resting = await bench.send("resting", quantity="1", terms=limit("90"))
    await bench.until(lambda: len(bench.live()) == 1)
    later(bench, hours=5, minutes=55)
    await bench.until(lambda: bench.truth() == 0 and not bench.order(resting).is_open)
    assert (await denied(bench, "after", quantity="1")).rule == "trading_hours"
    assert bench.desk.trading_state(ACCOUNT) is None
    assert SizingBy.CLOSE in {record.intent.sizing.by for record in bench.desk.state.intents.values()}
