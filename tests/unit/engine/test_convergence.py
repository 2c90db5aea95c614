# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""Target against actual for every account of an intent, and how a group that repairs brings them together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.engine import convergence
from bidwell.engine.convergence import Standing
from bidwell.engine.intake import Receipt
from bidwell.model import events as ev
from bidwell.model.account import Group, Member, OnFailure, Policy
from bidwell.model.ids import AccountId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Protection, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, ALL, TREND, Bench, limit, opened, virtually


def standings(bench: Bench, receipt: Receipt) -> list[tuple[Standing, Decimal, Decimal]]:
    state = bench.desk.state
    return [(one.standing, one.target, one.actual) for one in convergence.parts(state, state.intents[receipt.intent])]


def repairs(bench: Bench) -> list[tuple[str | None, Side | None, Decimal]]:
    found = (record.intent for record in bench.desk.state.intents.values() if record.intent.source is Source.REPAIR)
    return [(one.account, one.side, one.sizing.value) for one in found]


async def repairing(accounts: int = 2, seconds: int = 30, **more: object) -> Bench:
    bench = await opened(accounts, **more)
    members = tuple(Member(AccountId(f"acc_{number}")) for number in range(accounts))
    group = Group(ALL, "All", Policy.EQUAL, members, OnFailure.REPAIR, repair_seconds=seconds)
    await bench.desk.define(ev.GroupDefined(bench.clock.now(), group))
    return bench


# --- what is shown -------------------------------------------------------------------------------


@virtually
async def test_every_account_is_shown_with_its_target_and_what_it_has() -> None:
    bench = await opened(3)
    scope = Scope(ScopeType.ACCOUNT, "acc_2")
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), scope, Limits(max_order_quantity=Decimal(2))))
    receipt = await bench.send("k1", quantity="30", group=ALL)
    await bench.settle(0.5)
    assert standings(bench, receipt) == [
        (Standing.CONVERGED, 10, 10), (Standing.CONVERGED, 10, 10), (Standing.DENIED, 10, 0),
    ]  # fmt: skip


@virtually
async def test_an_order_in_doubt_is_told_from_one_that_works() -> None:
    bench = await opened(2, timeout=5.0)
    bench.weather.plan("submit", Fault.LOST)
    receipt = await bench.send("k1", quantity="10", group=ALL, terms=limit("90"))
    await bench.settle(0.3)
    assert standings(bench, receipt) == [(Standing.IN_DOUBT, 5, 0), (Standing.WORKING, 5, 0)]


@virtually
async def test_what_a_person_took_off_has_ended_and_is_no_drift() -> None:
    bench = await opened(1)
    receipt = await bench.send("k1", terms=limit("90"))
    await bench.settle()
    await bench.desk.cancel(bench.order(receipt).client_order_id, "me")
    await bench.settle(0.5)
    assert standings(bench, receipt) == [(Standing.ENDED, 10, 0)]


@virtually
async def test_what_the_broker_took_off_by_itself_has_drifted() -> None:
    bench = await opened(1)
    receipt = await bench.send("k1", terms=limit("90"))
    await bench.settle()
    bench.exchange.publish(bench.venue.cancel("acc_0", bench.order(receipt).client_order_id))
    await bench.settle(0.5)
    assert standings(bench, receipt) == [(Standing.DRIFTED, 10, 0)]


@virtually
async def test_what_is_undone_converges_at_nothing() -> None:
    bench = await opened(2, on_failure=OnFailure.UNWIND)
    bench.weather.plan("submit", None, Fault.THROTTLED)
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.settle(2.0)
    assert standings(bench, receipt) == [(Standing.CONVERGED, 0, 0), (Standing.CONVERGED, 0, 0)]


@virtually
async def test_an_account_with_nothing_to_close_is_where_it_should_be() -> None:
    bench = await opened(2)
    receipt = await bench.send("k1", None, "100", by=SizingBy.CLOSE, group=ALL)
    await bench.settle()
    assert standings(bench, receipt) == [(Standing.CONVERGED, 0, 0), (Standing.CONVERGED, 0, 0)]


# --- repair --------------------------------------------------------------------------------------


@virtually
async def test_what_the_broker_refused_is_sent_again_by_an_intent_of_its_own() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, Fault.THROTTLED)
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.settle(2.0)
    assert repairs(bench) == [("acc_1", Side.BUY, 5)]
    assert [bench.truth("acc_0"), bench.truth("acc_1")] == [5, 5]
    assert standings(bench, receipt) == [(Standing.CONVERGED, 5, 5), (Standing.CONVERGED, 5, 5)]
    (ended,) = [event for event in bench.heard if isinstance(event, ev.RepairEnded)]
    assert (ended.intent, ended.missing) == (receipt.intent, 0)
    assert not bench.desk.core.mending.under_way


@virtually
async def test_a_group_that_goes_on_repairs_nothing() -> None:
    bench = await opened(2)
    bench.weather.plan("submit", None, Fault.THROTTLED)
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.settle(3.0)
    assert repairs(bench) == []
    assert standings(bench, receipt)[1] == (Standing.DRIFTED, 5, 0)


@virtually
async def test_a_repair_waits_for_two_reports_in_a_row_that_agree() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, Fault.THROTTLED)
    await bench.send("k1", quantity="10", group=ALL)
    bench.weather.plan("snapshot", *[Fault.INCOMPLETE] * 6)
    await bench.until(lambda: not bench.weather.at["snapshot"])
    assert repairs(bench) == []
    await bench.settle(2.0)
    assert repairs(bench) == [("acc_1", Side.BUY, 5)]


@virtually
async def test_reports_from_before_a_reconnect_do_not_count() -> None:
    bench = await opened(1)
    mending, account = bench.desk.core.mending, AccountId("acc_0")
    assert not mending.steady(account, "one")
    mending.on_report(account, agreed=True, matches=True, asked=bench.desk.state.sequence)
    mending.lost(account)
    mending.on_report(account, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert not mending.steady(account, "one")
    mending.on_report(account, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert not mending.steady(account, "one")
    mending.on_report(account, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert mending.steady(account, "one")


@virtually
async def test_a_report_that_was_asked_for_before_something_came_up_says_nothing_of_it() -> None:
    bench = await opened(1)
    mending, account = bench.desk.core.mending, AccountId("acc_0")
    asked = bench.desk.state.sequence
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), Scope(ScopeType.ACCOUNT, account), Limits()))
    assert not mending.steady(account, "one")
    mending.on_report(account, agreed=True, matches=True, asked=asked)
    mending.on_report(account, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert not mending.steady(account, "one")
    mending.on_report(account, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert mending.steady(account, "one")


@virtually
async def test_accounts_that_report_out_of_step_come_to_agree_together() -> None:
    bench = await opened(3)
    mending = bench.desk.core.mending
    one, other = accounts = [AccountId("acc_0"), AccountId("acc_1")]
    assert not mending.all_steady([], "all")
    assert not mending.all_steady(accounts, "all")
    mending.on_report(one, agreed=True, matches=True, asked=bench.desk.state.sequence)
    mending.on_report(one, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert not mending.all_steady(accounts, "all")
    mending.on_report(other, agreed=True, matches=True, asked=bench.desk.state.sequence)
    mending.on_report(one, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert not mending.all_steady(accounts, "all")
    mending.on_report(other, agreed=True, matches=True, asked=bench.desk.state.sequence)
    assert mending.all_steady(accounts, "all")
    assert not mending.all_steady(accounts, "all")


@virtually
async def test_what_an_account_showed_is_kept_only_while_it_is_asked_about_and_nothing_disagreed() -> None:
    bench = await opened(2)
    mending = bench.desk.core.mending
    one, other = accounts = [AccountId("acc_0"), AccountId("acc_1")]

    def report(*names: AccountId, agreed: bool = True) -> None:
        for name in names:
            mending.on_report(name, agreed=agreed, matches=True, asked=bench.desk.state.sequence)

    assert not mending.all_steady(accounts, "all")
    report(one, one)
    report(one, agreed=False)
    report(other, other)
    assert not mending.all_steady(accounts, "all")
    report(one, one)
    assert mending.all_steady(accounts, "all")

    assert not mending.all_steady(accounts, "all")
    report(one, one)
    assert not mending.all_steady([other], "all")
    report(other, other)
    assert not mending.all_steady(accounts, "all")
    report(one)
    assert not mending.all_steady(accounts, "all")
    report(one)
    assert mending.all_steady(accounts, "all")


@virtually
async def test_a_repair_obeys_the_gate() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, Fault.THROTTLED)
    await bench.send("k1", quantity="10", group=ALL)
    scope = Scope(ScopeType.ACCOUNT, "acc_1")
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), scope, Limits(max_order_quantity=Decimal(2))))
    await bench.settle(3.0)
    assert bench.truth("acc_1") == 0
    assert {order.status for order in bench.desk.state.orders.values() if order.account == "acc_1"} == {
        OrderStatus.REJECTED, OrderStatus.DENIED,
    }  # fmt: skip


@virtually
async def test_after_so_many_tries_a_person_is_told() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, *[Fault.THROTTLED] * 30)
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.until(lambda: "not_converged" in bench.alarms)
    assert len(repairs(bench)) == convergence.TRIES.most
    await bench.settle(3.0)
    assert bench.alarms.count("not_converged") == 1
    assert standings(bench, receipt)[1] == (Standing.DRIFTED, 5, 0)


@pytest.mark.parametrize("step", [0.0, -3600.0])
@virtually
async def test_nothing_is_repaired_after_the_groups_time(step: float) -> None:
    bench = await repairing(seconds=1)
    bench.weather.plan("submit", None, Fault.THROTTLED)
    await bench.send("k1", quantity="10", group=ALL)
    bench.clock.step(step)
    bench.weather.plan("snapshot", *[Fault.INCOMPLETE] * 12)
    await bench.settle(4.0)
    assert repairs(bench) == []
    assert "not_converged" in bench.alarms


@virtually
async def test_what_a_person_or_its_own_terms_ended_is_not_repaired() -> None:
    bench = await repairing()
    receipt = await bench.send("k1", quantity="10", group=ALL, terms=limit("90"))
    await bench.settle()
    await bench.desk.cancel_all(actor="me")
    await bench.send("k2", quantity="12", group=ALL, terms=limit("90", TimeInForce.IOC))
    await bench.settle(3.0)
    assert repairs(bench) == []
    assert {one for one, *_ in standings(bench, receipt)} == {Standing.ENDED}


@virtually
async def test_a_refused_order_that_filled_after_all_is_taken_back_once_it_is_known() -> None:
    bench = await repairing()
    receipt = await bench.send("k1", quantity="10", group=ALL, terms=limit("99"))
    await bench.settle()
    first = bench.orders(receipt)[1].client_order_id
    bench.exchange.lines["acc_1"].hear([ev.OrderRejected(bench.clock.now(), first, "no", "no")])
    bench.quote("98")
    await bench.settle(6.0)
    assert bench.truth("acc_1") == 5
    assert standings(bench, receipt)[1] == (Standing.CONVERGED, 5, 5)


@virtually
async def test_a_repair_carries_the_protection_and_is_found_again_after_a_restart() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, Fault.THROTTLED)
    receipt = await bench.send("k1", quantity="10", group=ALL, protection=Protection(stop_price=Decimal(90)))
    await bench.settle(0.1)
    await bench.restart()
    await bench.settle(2.0)
    assert repairs(bench) == [("acc_1", Side.BUY, 5)]
    assert [len(bench.live(f"acc_{number}")) for number in range(2)] == [1, 1]
    assert standings(bench, receipt)[1] == (Standing.CONVERGED, 5, 5)


@virtually
async def test_an_exit_of_a_group_that_was_refused_is_repaired_without_turning_the_position() -> None:
    bench = await repairing()
    await bench.send("k1", quantity="10", group=ALL)
    await bench.settle()
    bench.weather.plan("submit", None, Fault.THROTTLED)
    await bench.send("k2", None, "100", by=SizingBy.CLOSE, group=ALL)
    await bench.settle(3.0)
    assert [bench.truth("acc_0"), bench.truth("acc_1")] == [0, 0]


@virtually
async def test_what_its_sender_no_longer_wants_is_not_repaired() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, Fault.THROTTLED)
    bench.weather.plan("snapshot", *[Fault.INCOMPLETE] * 4)
    await bench.send("k1", quantity="10", group=ALL, strategy=TREND)
    await bench.settle(0.1)
    await bench.send("k2", None, "100", by=SizingBy.CLOSE, group=ALL, strategy=TREND)
    await bench.settle(4.0)
    assert [bench.truth("acc_0"), bench.truth("acc_1")] == [0, 0]
    assert repairs(bench) == []
    assert "not_converged" not in bench.alarms


@virtually
async def test_what_comes_to_too_much_after_its_repair_is_taken_back_while_there_is_time() -> None:
    bench = await repairing()
    bench.weather.plan("submit", None, Fault.LATE_BEYOND_QUARANTINE)
    receipt = await bench.send("k1", quantity="10", group=ALL)
    await bench.settle(0.1)
    first = bench.orders(receipt)[1].client_order_id
    bench.exchange.lines["acc_1"].hear([ev.OrderRejected(bench.clock.now(), first, "no", "no")])
    await bench.until(lambda: bench.truth("acc_1") == 5)
    await bench.until(lambda: any(isinstance(event, ev.RepairEnded) for event in bench.heard))
    await bench.until(lambda: bench.truth("acc_1") == 10)
    await bench.until(lambda: bench.truth("acc_1") == 5)
    await bench.settle(2.0)
    assert standings(bench, receipt)[1] == (Standing.CONVERGED, 5, 5)
    assert sum(isinstance(event, ev.RepairEnded) for event in bench.heard) == 1


# --- orphans -------------------------------------------------------------------------------------


@virtually
async def test_an_exit_that_has_nothing_left_to_close_is_an_orphan_and_is_taken_off() -> None:
    bench = await opened(1)
    receipt = await bench.send("k1", protection=Protection(stop_price=Decimal(90)))
    await bench.settle()
    state = bench.desk.state
    record = state.intents[receipt.intent]
    assert convergence.orphans(state, record) == []
    bench.exchange.publish(
        bench.venue.submit("acc_0", [Ticket(AAA.id, Side.SELL, Decimal(10), OrderType.MARKET, TimeInForce.GTC)])
    )
    await bench.settle(0.05)
    await bench.until(lambda: bench.position() == 0)
    (orphan,) = convergence.orphans(state, record)
    assert orphan.leg == 2
    await bench.settle(4.0)
    assert bench.live() == []
    assert convergence.orphans(state, record) == []
