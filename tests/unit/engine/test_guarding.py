# ruff: noqa: ANN401 - what is changed is checked by the classes that take it
"""The continuous watch on a desk: warnings, breaches, locks and square-offs, each exactly once, over restarts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.ids import AccountId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.limits import Basis, BreachAction, Drawdown, Limits, LockUntil, Scope, ScopeType, TradingState
from bidwell.model.session import Session, SessionTable
from bidwell.model.terms import Side
from tests.unit.engine.workbench import AAA, BBB, TREND, Bench, limit, opened, virtually

ACCOUNT = AccountId("acc_0")
OWN = Scope(ScopeType.ACCOUNT, ACCOUNT)


def kinds(bench: Bench, kind: type[Any]) -> list[Any]:
    return [event for event in bench.heard if isinstance(event, kind)]


async def guarded(bench: Bench, **limits: Any) -> Bench:
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), OWN, Limits(**limits)))
    return bench


async def day_opened(**more: Any) -> Bench:
    """A desk whose session has opened, in which 100 AAA were bought at 100."""
    bench = await opened(limits=Limits(max_open_orders=100), **more)
    await bench.until(lambda: ACCOUNT in bench.desk.state.risk.marks)
    return bench


async def bought(bench: Bench, quantity: str = "100") -> None:
    receipt = await bench.send(f"buy-{quantity}", quantity=quantity)
    await bench.until(lambda: bench.order(receipt).filled_quantity == Decimal(quantity))


@virtually
async def test_a_daily_loss_warns_at_each_part_and_breaches_once() -> None:
    bench = await guarded(await day_opened(), max_daily_loss=Decimal(1000), warn_at=(Decimal("0.5"), Decimal("0.8")))
    await bought(bench)
    for price in ("94", "93.9", "91", "89", "88", "80"):
        bench.quote(price)
        await bench.settle(0.3)
    found = [(one.severity, one.action) for one in kinds(bench, rev.ViolationOpened)]
    warning = (rev.Severity.WARNING, BreachAction.DENY)
    assert found == [warning, warning, (rev.Severity.BREACH, BreachAction.DENY)]
    denied = await bench.send("more", quantity="1")
    await bench.settle()
    assert bench.denial(bench.order(denied)).rule == "daily_loss"
    assert bench.position() == 100
    assert "risk_breach" in bench.alarms


@virtually
async def test_a_breach_locks_cancels_entries_and_flattens_exactly_once() -> None:
    bench = await guarded(await day_opened(), max_daily_loss=Decimal(1000), on_breach=BreachAction.FLATTEN_AND_LOCK)
    await bought(bench)
    waiting = await bench.send("waiting", quantity="5", terms=limit("70"), instrument=AAA.id)
    await bench.until(lambda: bool(bench.live()))
    bench.quote("89")
    await bench.until(lambda: bench.truth() == 0)
    await bench.until(lambda: not bench.desk.state.risk.squares)
    assert not bench.order(waiting).is_open
    assert len(kinds(bench, rev.AccountLocked)) == len(kinds(bench, rev.SquareOffOrdered)) == 1
    assert len([one for one in kinds(bench, ev.IntentReceived) if one.intent.source == "guardian"]) == 1
    locked = bench.desk.trading_state(ACCOUNT)
    assert locked is not None
    assert locked.state is TradingState.HALTED
    for price in ("88", "95", "80"):
        bench.quote(price)
        await bench.settle(0.3)
    denied = await bench.send("again", quantity="1")
    await bench.settle()
    assert bench.denial(bench.order(denied)).rule == "halt"
    assert bench.truth() == 0
    assert len(kinds(bench, rev.AccountLocked)) == 1


@virtually
async def test_a_gap_far_through_the_limit_is_one_breach_with_its_true_figure() -> None:
    bench = await guarded(await day_opened(), max_daily_loss=Decimal(1000), on_breach=BreachAction.REDUCE_ONLY)
    await bought(bench)
    bench.quote("60")
    await bench.settle(0.5)
    (breach,) = [one for one in kinds(bench, rev.ViolationOpened) if one.severity is rev.Severity.BREACH]
    lost = bench.desk.day_pnl(ACCOUNT)
    assert lost is not None
    assert Decimal(breach.current) == -lost
    (lock,) = kinds(bench, rev.AccountLocked)
    assert lock.reduce_only
    assert bench.truth() == 100
    await bench.send("out", None, "100", by=SizingBy.CLOSE)
    await bench.until(lambda: bench.truth() == 0)


@virtually
async def test_a_restart_in_the_middle_of_a_breach_goes_on_and_repeats_nothing() -> None:
    bench = await guarded(await day_opened(), max_daily_loss=Decimal(1000), on_breach=BreachAction.FLATTEN_AND_LOCK,
                          lock_until=LockUntil.RELEASED)  # fmt: skip
    await bought(bench)
    bench.quote("89", size=0)  # nothing can fill: the close waits at the venue
    await bench.until(lambda: bool(bench.desk.state.risk.squares))
    await bench.restart()
    assert bench.desk.state.risk.locks[ACCOUNT]
    bench.quote("88")
    await bench.until(lambda: bench.truth() == 0)
    await bench.until(lambda: not bench.desk.state.risk.squares)
    state = bench.desk.state
    assert [one.opened.severity for one in state.risk.violations.values()].count(rev.Severity.BREACH) == 1
    assert len([one for one in state.intents.values() if one.intent.source == "guardian"]) == 1
    await bench.restart()
    bench.quote("120")
    await bench.settle(1)
    assert bench.truth() == 0
    assert bench.desk.trading_state(ACCOUNT) is not None


@virtually
async def test_a_trailing_drawdown_rises_with_equity_stops_at_its_lock_and_is_kept_over_a_restart() -> None:
    rules = (Drawdown(Decimal(1000), Basis.TRAILING_INTRADAY, Decimal(99_900)),)
    bench = await guarded(await day_opened(), drawdowns=rules, on_breach=BreachAction.REDUCE_ONLY)
    await bought(bench)
    bench.quote("105")
    await bench.settle(2)
    await bench.restart()
    bench.quote("96.5")  # 850 below the high of 500: the floor is at 99,500
    await bench.settle(0.5)
    assert not bench.desk.state.risk.locks
    bench.quote("109.5")
    await bench.settle(2)
    bench.quote("99.2")  # the lock holds the floor at 99,900, equity is about 99,920
    await bench.settle(0.5)
    assert not bench.desk.state.risk.locks
    bench.quote("98.9")
    await bench.until(lambda: bool(bench.desk.state.risk.locks))
    (breach,) = [one.opened for one in bench.desk.state.risk.violations.values()
                 if one.opened.severity is rev.Severity.BREACH]  # fmt: skip
    assert breach.rule == "drawdown_trailing_intraday"


@virtually
async def test_deposits_and_withdrawals_move_no_drawdown() -> None:
    rules = (Drawdown(Decimal(1000), Basis.TRAILING_INTRADAY), Drawdown(Decimal(1000), Basis.STATIC))
    bench = await guarded(await day_opened(), drawdowns=rules)
    await bought(bench, "10")
    for amount in ("50000", "-80000"):
        event = ev.CashAdjusted(bench.clock.now(), ACCOUNT, "USD", Decimal(amount), "transfer")
        bench.venue.state.accounts[ACCOUNT].cash["USD"] += Decimal(amount)
        await bench.desk.define(event)
        bench.quote()
        await bench.settle(0.5)
    assert not kinds(bench, rev.ViolationOpened)
    more = await bench.send("more", quantity="1")
    await bench.until(lambda: bench.order(more).filled_quantity == 1)


@virtually
async def test_a_planned_limit_holds_at_its_moment_even_before_it_is_carried_out() -> None:
    bench = await day_opened()
    now = bench.clock.now()
    plan = rev.LimitsPlanned(
        now, OWN, Limits(max_order_quantity=Decimal(3)), now + timedelta(seconds=5), "ada", "tighter"
    )
    await bench.desk.define(plan)
    await bought(bench, "10")
    await bench.until(lambda: not bench.desk.state.risk.planned)
    denied = await bench.send("large", quantity="10")
    await bench.settle()
    assert bench.denial(bench.order(denied)).rule == "max_order_quantity"
    assert [one.limits for one in bench.desk.state.risk.history[OWN]] == [plan.limits]


@virtually
async def test_limits_in_another_currency_are_turned_and_without_a_rate_nothing_passes() -> None:
    bench = await day_opened()
    scope = Scope(ScopeType.WORKSPACE)
    limits = Limits(max_order_notional=Decimal(100), max_open_orders=100, currency="EUR")
    bench.desk.core.emit(ev.LimitsSet(bench.clock.now(), scope, limits))
    first = await bench.send("no rate", quantity="1")
    await bench.settle()
    assert bench.denial(bench.order(first)).rule == "max_order_notional"
    bench.desk.market.rates.set("EUR", "USD", Decimal("1.25"))
    fits = await bench.send("fits", quantity="1")
    over = await bench.send("over", quantity="2")
    await bench.settle()
    assert bench.order(fits).filled_quantity == 1
    assert bench.denial(bench.order(over)).limit == "125"


@virtually
async def test_entries_realized_loss_and_net_exposure_are_reckoned_from_the_books() -> None:
    bench = await guarded(await day_opened(), max_trades_per_day=3, max_daily_realized_loss=Decimal(150),
                          max_net_exposure=Decimal(30_000))  # fmt: skip
    await bought(bench, "20")
    resting = await bench.send("rest", quantity="5", terms=limit("80"))
    await bench.until(lambda: bool(bench.live()))
    await bench.desk.cancel(bench.order(resting).client_order_id, "ada")
    await bench.until(lambda: not bench.order(resting).is_open)
    wide = await bench.send("wide", quantity="300", instrument=AAA.id)
    await bench.settle()
    assert bench.denial(bench.order(wide)).rule == "max_net_exposure"
    hedge = await bench.send("hedge", Side.SELL, "10", instrument=BBB.id)
    await bench.until(lambda: bench.order(hedge).filled_quantity == 10)
    bench.quote("90")
    out = await bench.send("out", Side.SELL, "20")
    await bench.until(lambda: bench.order(out).filled_quantity == 20)
    third = await bench.send("third", quantity="1")
    await bench.settle()
    assert bench.denial(bench.order(third)).rule == "realized_loss"


@virtually
async def test_a_lock_until_the_next_session_ends_with_it() -> None:
    bench = await guarded(await day_opened(), max_daily_loss=Decimal(1000), on_breach=BreachAction.REDUCE_ONLY)
    await bought(bench)
    bench.quote("89")
    await bench.until(lambda: bool(bench.desk.state.risk.locks))
    opened_at = bench.desk.state.sessions[ACCOUNT]
    next_day = ev.SessionOpened(bench.clock.now(), ACCOUNT, opened_at.session + timedelta(days=1), Decimal(98_900))
    bench.desk.core.emit(next_day)
    bench.quote("90")
    await bench.until(lambda: not bench.desk.state.risk.locks)
    warnings = [one for one in bench.desk.state.risk.violations.values() if one.opened.severity is rev.Severity.WARNING]
    assert all(one.resolved is not None for one in warnings)


@virtually
async def test_many_accounts_are_judged_in_turns_and_none_is_left_out() -> None:
    bench = await opened(60, limits=Limits(max_open_orders=100, max_daily_loss=Decimal(50), warn_at=(Decimal("0.5"),)))
    accounts = [AccountId(f"acc_{number}") for number in range(60)]
    await bench.until(lambda: all(name in bench.desk.state.risk.marks for name in accounts))
    for name in accounts[::20]:
        await bench.send(f"buy-{name}", quantity="10", account=name)
    await bench.settle()
    bench.quote("96")
    await bench.until(lambda: len(kinds(bench, rev.ViolationOpened)) == 3)
    assert {one.account for one in kinds(bench, rev.ViolationOpened)} == set(accounts[::20])


@virtually
async def test_what_is_held_is_closed_before_the_session_ends_and_nothing_is_entered_then() -> None:
    bench = await guarded(await day_opened(), flat_before_close=Decimal(300))
    await bought(bench)
    market, moment = bench.desk.market, bench.listing.now()
    closes = moment + timedelta(seconds=302)
    table = SessionTable("TEST", (Session(moment.date(), moment - timedelta(hours=1), closes),))
    market._calendars = type("One", (), {"table": lambda _self, _name: table})()
    await bench.settle(0.5)
    assert bench.position() == 100
    await bench.settle(2.0)
    bench.quote()
    await bench.until(lambda: bench.position() == 0)
    (order,) = kinds(bench, rev.SquareOffOrdered)
    assert order.reason.startswith("flat before the session's end")
    late = await bench.send("late", quantity="1")
    await bench.settle()
    assert bench.denial(bench.order(late)).rule == "trading_hours"


@virtually
async def test_a_square_off_of_a_strategy_leaves_what_others_hold() -> None:
    bench = await day_opened()
    await bought(bench, "30")
    signal = await bench.send("signal", quantity="20", strategy=TREND, source=Source.ALERT)
    await bench.until(lambda: bench.order(signal).filled_quantity == 20)
    resting = await bench.send("rest", quantity="5", strategy=TREND, source=Source.ALERT, terms=limit("90"))
    await bench.until(lambda: len(bench.live()) == 1)
    square = rev.SquareOffOrdered(bench.clock.now(), "sqr_1", ACCOUNT, "enough", "ada", None, TREND)
    await bench.desk.act_on_risk(lambda guard: guard.squaring.order(square))
    await bench.until(lambda: bench.position() == 30 and not bench.order(resting).is_open)
    await bench.until(lambda: not bench.desk.state.risk.squares)
    assert bench.desk.state.portfolios[ACCOUNT].share(AAA.id, TREND).quantity == 0
