# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""Groups that follow a leader: each of his fills once, entries in time, exits always."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bidwell.engine import copying
from bidwell.model import events as ev
from bidwell.model.account import Group, Member, OnFailure, Policy, Strategy
from bidwell.model.errors import InvalidInput
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ExecutionId, GroupId, StrategyId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, ALL, Bench, limit, opened, virtually

COPY = GroupId("grp_copy")
LEADER, ONE, TWO = AccountId("acc_0"), AccountId("acc_1"), AccountId("acc_2")


def group(*members: Member, **more: object) -> Group:
    plain = Group(COPY, "Copy", Policy.RATIO, members or (Member(ONE, Decimal("0.5")), Member(TWO, Decimal(2))),
                  leader=LEADER)  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


async def following(*members: Member, **more: object) -> Bench:
    bench = await opened(3)
    await define(bench, group(*members, **more))
    return bench


async def define(bench: Bench, one: Group) -> None:
    await bench.desk.define(ev.GroupDefined(bench.clock.now(), one))


def held(bench: Bench) -> list[Decimal]:
    return [bench.truth(f"acc_{number}") for number in range(3)]


def copies(bench: Bench) -> list[ev.FillsCopied]:
    return [event for event in bench.heard if isinstance(event, ev.FillsCopied)]


def drift(bench: Bench) -> list[tuple[Decimal, Decimal]]:
    desk = bench.desk
    parts = copying.followers(desk.state, desk.market, desk.state.groups[COPY], AAA.id, bench.clock.now())
    return [(part.target, part.actual) for part in parts]


def denials(bench: Bench) -> list[str]:
    return [trace.denial.rule for trace in bench.desk.state.traces.values() if trace.denial is not None]


async def by_hand(bench: Bench, side: Side, quantity: int) -> None:
    """The leader trades at his broker's own screen."""
    order = Ticket(AAA.id, side, Decimal(quantity), OrderType.MARKET, TimeInForce.GTC)
    bench.exchange.publish(bench.venue.submit("acc_0", [order]))
    await bench.settle()


# --- entries and exits ---------------------------------------------------------------------------


@virtually
async def test_a_leaders_fill_is_copied_by_each_followers_ratio() -> None:
    bench = await following()
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    assert held(bench) == [10, 5, 20]
    (copy,) = copies(bench)
    assert (copy.before, copy.after, copy.lag is not None and copy.lag < 1) == (0, 10, True)
    assert drift(bench) == [(5, 5), (20, 20)]


@virtually
async def test_exits_and_turns_are_copied() -> None:
    bench = await following()
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await bench.send("k2", Side.SELL, "4")
    await bench.settle(1.0)
    assert held(bench) == [6, 3, 12]
    await bench.send("k3", Side.SELL, "10")
    await bench.settle(1.5)
    assert held(bench) == [-4, -2, -8]
    assert [(one.before, one.after) for one in copies(bench)] == [(0, 10), (10, 6), (6, 0), (0, -4)]


@virtually
async def test_what_the_leader_held_before_is_not_copied_and_leaving_it_opens_nothing() -> None:
    bench = await opened(3)
    await bench.send("k1", quantity="10")
    await bench.settle()
    await define(bench, group())
    await bench.send("k2", Side.SELL, "10")
    await bench.settle(1.0)
    assert held(bench) == [0, 0, 0]
    assert not bench.desk.core.mending.under_way


@virtually
async def test_fills_of_one_moment_make_one_copy_and_round_together() -> None:
    bench = await following(Member(ONE, Decimal("0.5")))
    bench.quote("100", size=3)
    await bench.send("k1", quantity="9", terms=limit("101"))
    for _ in range(4):
        bench.quote("100", size=3)
        await bench.settle(0.4)
    assert held(bench)[:2] == [9, 4]


@virtually
async def test_orders_by_hand_at_the_leaders_broker_are_copied_too() -> None:
    bench = await following()
    await by_hand(bench, Side.BUY, 6)
    await bench.settle(3.0)
    assert held(bench) == [6, 3, 12]


@virtually
async def test_what_a_follower_holds_by_hand_is_left_alone() -> None:
    bench = await following(Member(ONE))
    await bench.send("own", quantity="7", account=ONE)
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await bench.send("k2", Side.SELL, "10")
    await bench.settle(1.0)
    assert held(bench)[:2] == [0, 7]


# --- late ----------------------------------------------------------------------------------------


@virtually
async def test_an_entry_past_the_budget_is_denied_with_its_reason_and_shown_as_drift() -> None:
    bench = await following(lag_seconds=2)
    await bench.lose("acc_0")
    await by_hand(bench, Side.BUY, 6)
    await bench.settle(4.0)
    await bench.restart()
    await bench.settle(2.0)
    assert held(bench) == [6, 0, 0]
    assert set(denials(bench)) == {"copy_lag"}
    assert bench.alarms.count("copy_denied") == 2
    assert drift(bench) == [(3, 0), (12, 0)]


@virtually
async def test_a_message_that_comes_late_is_as_old_as_the_fill_it_tells() -> None:
    bench = await following(lag_seconds=2)
    receipt = await bench.send("k1", quantity="6", terms=limit("90"))
    await bench.settle(5.0)
    order = bench.order(receipt)
    assert order.status is OrderStatus.WORKING
    at = bench.listing.now() - timedelta(seconds=4)
    fill = Fill(ExecutionId("late"), order.client_order_id, order.account, AAA.id, Side.BUY, Decimal(6), Decimal(90),
                Decimal(0), "USD", at, bench.clock.now())  # fmt: skip
    bench.desk.on_broker_event(order.account, ev.OrderFilled(bench.clock.now(), order.client_order_id, fill))
    await bench.settle(0.5)
    (copy,) = copies(bench)
    assert copy.lag is not None
    assert 3.9 < copy.lag < 4.1
    assert set(denials(bench)) == {"copy_lag"}


@virtually
async def test_a_follower_that_missed_an_entry_buys_nothing_when_the_leader_leaves() -> None:
    bench = await following(Member(ONE))
    scope = Scope(ScopeType.ACCOUNT, ONE)
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), scope, Limits(max_order_quantity=Decimal(5))))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    assert held(bench)[:2] == [10, 0]
    await bench.send("k2", Side.SELL, "4")
    await bench.settle(1.0)
    assert held(bench)[:2] == [6, 0]
    await bench.send("k3", quantity="3")
    await bench.settle(1.0)
    assert held(bench)[:2] == [9, 3]


@virtually
async def test_an_exit_is_copied_however_late_and_only_ever_reduces() -> None:
    bench = await following(lag_seconds=2)
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await bench.lose("acc_0")
    await by_hand(bench, Side.SELL, 12)
    await bench.settle(5.0)
    await bench.restart()
    await bench.settle(3.0)
    assert held(bench) == [-2, 0, 0]
    assert set(denials(bench)) == {"copy_lag"}


@virtually
async def test_an_entry_that_waited_for_its_follower_too_long_never_leaves() -> None:
    bench = await following(Member(ONE), lag_seconds=2)
    await bench.lose("acc_1")
    await bench.send("k1", quantity="10")
    await bench.settle(4.0)
    assert denials(bench) == ["valid_until"]
    assert held(bench)[:2] == [10, 0]


@virtually
async def test_a_follower_that_was_away_when_the_leader_left_is_brought_down_when_it_is_back() -> None:
    bench = await following(Member(ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await bench.lose("acc_1")
    await bench.send("k2", Side.SELL, "10")
    await bench.settle(20.0)
    assert held(bench)[:2] == [0, 10]
    await bench.restart()
    await bench.settle(2.0)
    assert held(bench)[:2] == [0, 0]


@virtually
async def test_an_exit_that_the_broker_refuses_is_repeated_until_it_is_done() -> None:
    bench = await following(Member(ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    bench.weather.plan("submit", None, *[Fault.THROTTLED] * 6)
    await bench.send("k2", Side.SELL, "10")
    await bench.until(lambda: "copy_exit_incomplete" in bench.alarms, longest=120)
    assert held(bench)[:2] == [0, 10]
    bench.weather.at.clear()
    await bench.until(lambda: held(bench)[:2] == [0, 0], longest=120)
    await bench.until(lambda: not bench.desk.core.mending.under_way)


@virtually
async def test_exits_are_repeated_for_followers_whose_brokers_report_out_of_step() -> None:
    bench = await following()
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    bench.weather.plan("submit", None, Fault.THROTTLED, Fault.THROTTLED)
    await bench.send("k2", Side.SELL, "10")
    await bench.until(lambda: not bench.weather.at["submit"])
    await bench.settle(0.2)
    assert held(bench) == [0, 5, 20]
    mending = bench.desk.core.mending
    mending.on_report(ONE, agreed=True, matches=True, asked=bench.desk.state.sequence)
    await bench.until(lambda: held(bench) == [0, 0, 0], longest=30)
    await bench.until(lambda: not mending.under_way)


@virtually
async def test_an_exit_in_doubt_is_never_sent_twice() -> None:
    bench = await following(Member(ONE))
    await bench.send("own", quantity="50", account=ONE)
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    bench.weather.plan("submit", None, Fault.LATE_BEYOND_QUARANTINE)
    await bench.send("k2", Side.SELL, "10")
    await bench.settle(15.0)
    assert held(bench)[:2] == [0, 50]


@virtually
async def test_a_position_that_was_closed_by_hand_is_not_sold_again() -> None:
    bench = await following(Member(ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await bench.send("hand", None, "100", by=SizingBy.CLOSE, account=ONE, close_all=True)
    await bench.settle(1.0)
    await bench.send("k2", Side.SELL, "10")
    await bench.settle(3.0)
    assert held(bench)[:2] == [0, 0]
    assert not bench.desk.core.mending.under_way


# --- once ----------------------------------------------------------------------------------------


@virtually
@pytest.mark.parametrize("moment", [0.0, 0.002, 0.01, 0.02, 0.05, 0.3])
async def test_a_crash_at_any_moment_copies_each_fill_once(moment: float) -> None:
    bench = await following(Member(ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(moment)
    await bench.restart()
    await bench.settle(3.0)
    assert held(bench)[0] == 10
    assert held(bench)[1] in {0, 10}
    moved = sum((one.after - one.before for one in bench.desk.state.copies.values()), Decimal(0))
    assert moved == 10


@virtually
async def test_a_duplicated_fill_is_copied_once() -> None:
    bench = await following(Member(ONE))
    bench.weather.plan("OrderFilled", Fault.DUPLICATE)
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    assert held(bench)[:2] == [10, 10]


@virtually
async def test_followers_may_lead_others_in_turn() -> None:
    bench = await following(Member(ONE))
    await define(bench, replace(group(Member(TWO)), id=GroupId("grp_chain"), name="Chain", leader=ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(1.5)
    assert held(bench) == [10, 10, 10]
    await bench.send("k2", Side.SELL, "10")
    await bench.settle(2.0)
    assert held(bench) == [0, 0, 0]


# --- definitions ---------------------------------------------------------------------------------


@virtually
async def test_nobody_can_follow_himself_by_whatever_detour() -> None:
    bench = await following(Member(ONE))
    await define(bench, replace(group(Member(TWO)), id=GroupId("grp_chain"), leader=ONE))
    for wrong in (group(Member(LEADER)), replace(group(Member(LEADER)), id=GroupId("grp_back"), leader=TWO)):
        with pytest.raises(InvalidInput, match="would copy itself") as refused:
            await define(bench, wrong)
        assert refused.value.code == "group.circle"


@virtually
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"policy": Policy.RISK_AMOUNT}, "group.policy"),
        ({"on_failure": OnFailure.UNWIND}, "group.on_failure"),
        ({"leader": AccountId("nobody")}, "account.unknown"),
        ({"lag_seconds": 0}, "group.lag_seconds"),
        ({"repair_seconds": 100_000}, "group.repair_seconds"),
    ],
)
async def test_what_cannot_be_copied_is_refused(change: dict[str, object], code: str) -> None:
    bench = await opened(3)
    with pytest.raises(InvalidInput) as refused:
        await define(bench, group(**change))
    assert refused.value.code == code


@virtually
async def test_a_group_that_follows_takes_no_orders_of_its_own_but_may_be_closed() -> None:
    bench = await following()
    with pytest.raises(InvalidInput) as refused:
        await bench.send("k1", group=COPY)
    assert refused.value.code == "group.follows"
    with pytest.raises(InvalidInput):
        await bench.desk.define(
            ev.StrategyDefined(bench.clock.now(), Strategy(StrategyId("str_new"), "New", group=COPY))
        )
    await bench.send("k2", quantity="10")
    await bench.settle(1.0)
    await bench.send("k3", None, "100", by=SizingBy.CLOSE, group=COPY, close_all=True)
    await bench.settle(1.0)
    assert held(bench) == [10, 0, 0]


@virtually
async def test_a_group_that_a_strategy_sends_to_cannot_come_to_follow() -> None:
    bench = await opened(3)
    with pytest.raises(InvalidInput, match="Trend") as refused:
        await define(bench, replace(group(), id=ALL))
    assert refused.value.code == "group.in_use"


@virtually
async def test_another_leader_closes_nothing_of_what_the_first_one_opened() -> None:
    bench = await following(Member(TWO))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await define(bench, group(Member(TWO), leader=ONE))
    await bench.send("k2", quantity="3", account=ONE)
    await bench.settle(1.0)
    await bench.send("k3", Side.SELL, "3", account=ONE)
    await bench.settle(2.0)
    assert held(bench) == [10, 0, 10]


@virtually
async def test_a_halt_of_the_group_stops_entries_and_lets_exits_through() -> None:
    bench = await following(Member(ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    await bench.desk.set_trading_state(Scope(ScopeType.GROUP, COPY), TradingState.HALTED, "test", "me")
    await bench.send("k2", quantity="5")
    await bench.settle(1.0)
    assert held(bench)[:2] == [15, 10]
    await bench.send("k3", Side.SELL, "15")
    await bench.settle(1.0)
    assert held(bench)[:2] == [0, 0]


@virtually
async def test_copies_say_where_they_come_from() -> None:
    bench = await following(Member(ONE))
    await bench.send("k1", quantity="10")
    await bench.settle(1.0)
    (copy,) = [record.intent for record in bench.desk.state.intents.values() if record.intent.source is Source.COPY]
    assert copy.note == "acc_0 went from 0 to 10"
    (order,) = [order for order in bench.desk.state.orders.values() if order.intent == copy.id]
    assert order.status is OrderStatus.FILLED
