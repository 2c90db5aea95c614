# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""The one way an order happens, from a request to its fills."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bidwell.model import events as ev
from bidwell.model.account import Group, Member, Policy
from bidwell.model.errors import Conflict, InvalidInput, JournalUnavailable
from bidwell.model.ids import AccountId, GroupId, InstrumentId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import ALL, BBB, TREND, gather, limit, opened, virtually


@virtually
async def test_a_market_order_fills_and_the_book_equals_the_venues() -> None:
    bench = await opened()
    receipt = await bench.send("k1")
    await bench.settle()
    order = bench.order(receipt)
    assert (order.status, order.filled_quantity, bench.position(), bench.truth()) == (OrderStatus.FILLED, 10, 10, 10)
    assert bench.desk.state.portfolios[order.account].cash == bench.venue.state.accounts["acc_0"].cash
    assert bench.desk.state.reserved(order.account) == 0
    assert bench.alarms == []


@virtually
async def test_a_group_splits_one_intent_and_each_account_gets_its_child() -> None:
    bench = await opened(3)
    receipt = await bench.send("k1", quantity="31", group=ALL)
    await bench.settle()
    assert [order.quantity for order in bench.orders(receipt)] == [11, 10, 10]
    record = bench.desk.state.intents[receipt.intent]
    assert record.policy == "equal"
    assert {stage.name for stage in record.stages} >= {"received", "durable", "allocated", "rules", "outbox", "sent"}
    assert bench.desk.recorder.path.count == 1


@virtually
async def test_a_child_is_denied_by_its_own_accounts_limit_and_the_others_go_on() -> None:
    bench = await opened(2)
    tight = Limits(max_order_quantity=Decimal(4))
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), Scope(ScopeType.ACCOUNT, "acc_1"), tight))
    receipt = await bench.send("k1", quantity="20", group=ALL)
    await bench.settle()
    good, bad = bench.orders(receipt)
    assert (good.status, bad.status) == (OrderStatus.FILLED, OrderStatus.DENIED)
    denial = bench.denial(bad)
    assert (denial.rule, denial.limit, denial.current, denial.would_pass) == ("max_order_quantity", "4", "10", "4")


@virtually
async def test_the_same_request_again_gets_the_first_answer_and_another_body_a_conflict() -> None:
    bench = await opened()
    first = await bench.send("k1")
    again = await bench.send("k1", actor="somebody else")
    assert (again.intent, again.duplicate, first.duplicate) == (first.intent, True, False)
    with pytest.raises(Conflict):
        await bench.send("k1", quantity="11")
    await bench.settle()
    assert bench.position() == 10


@virtually
async def test_a_repeat_that_comes_before_the_first_is_durable_waits_for_it() -> None:
    bench = await opened()
    results = await gather(bench.send("k1"), bench.send("k1"), bench.send("k1"))
    assert len({receipt.intent for receipt in results}) == 1
    assert [receipt.duplicate for receipt in results] == [False, True, True]
    await bench.settle()
    assert bench.position() == 10


@virtually
async def test_a_repeat_is_not_acknowledged_where_the_first_is_lost() -> None:
    bench = await opened()
    bench.weather.plan("journal", Fault.JOURNAL_FAILED_BEFORE)
    results = await gather(bench.send("k1"), bench.send("k1"))
    assert [type(result) for result in results] == [JournalUnavailable, JournalUnavailable]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"key": ""}, "key.invalid"),
        ({"key": "k" * 201}, "key.invalid"),
        ({"instrument": InstrumentId("NONE.SIM")}, "instrument.unknown"),
        ({"group": GroupId("none")}, "group.unknown"),
        ({"account": AccountId("none")}, "account.unknown"),
        ({"strategy": "none"}, "strategy.unknown"),
        ({"side": None}, "intent.side_missing"),
        ({"by": SizingBy.RISK_AMOUNT}, "sizing.stop_missing"),
    ],
)
@virtually
async def test_what_cannot_become_an_order_is_refused_before_anything_is_written(
    more: dict[str, object], code: str
) -> None:
    bench = await opened()
    before = bench.desk.state.sequence
    given = {"key": "k1", **more}
    with pytest.raises(InvalidInput) as refused:
        await bench.send(**given)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert bench.desk.state.sequence == before


@virtually
async def test_a_disabled_account_or_strategy_takes_nothing_in() -> None:
    bench = await opened()
    state = bench.desk.state
    account, strategy = state.accounts[AccountId("acc_0")], state.strategies[TREND]
    await bench.desk.define(ev.StrategyDefined(bench.clock.now(), replace(strategy, enabled=False, instruments=())))
    with pytest.raises(InvalidInput, match="switched off"):
        await bench.send("k1", strategy=TREND)
    await bench.desk.define(ev.StrategyDefined(bench.clock.now(), replace(strategy, instruments=(BBB.id,))))
    with pytest.raises(InvalidInput, match="may not trade"):
        await bench.send("k1", strategy=TREND)
    await bench.desk.define(ev.AccountDefined(bench.clock.now(), replace(account, enabled=False)))
    with pytest.raises(InvalidInput, match="switched off"):
        await bench.send("k1")


@virtually
async def test_an_account_that_is_switched_off_is_left_out_of_its_group_with_a_note() -> None:
    bench = await opened(2)
    account = bench.desk.state.accounts[AccountId("acc_1")]
    await bench.desk.define(ev.AccountDefined(bench.clock.now(), replace(account, enabled=False)))
    receipt = await bench.send("k1", group=ALL)
    await bench.settle()
    record = bench.desk.state.intents[receipt.intent]
    assert record.allocations[AccountId("acc_1")].note == "the account is switched off"
    assert receipt.intent not in bench.desk.state.undecided


# --- protection ----------------------------------------------------------------------------------


@virtually
async def test_exits_attached_to_an_entry_work_and_one_fill_takes_the_other_off() -> None:
    bench = await opened()
    protection = Protection(stop_price=Decimal(95), take_profit_price=Decimal(110))
    receipt = await bench.send("k1", protection=protection)
    await bench.settle()
    entry, target, stop = bench.orders(receipt)
    assert (entry.status, target.status, stop.status) == (OrderStatus.FILLED, OrderStatus.WORKING, OrderStatus.WORKING)
    assert (target.leg, stop.leg, stop.entry, stop.side) == (1, 2, entry.client_order_id, Side.SELL)
    bench.quote("94")
    await bench.settle()
    _, target, stop = bench.orders(receipt)
    assert (target.status, stop.status) == (OrderStatus.CANCELED, OrderStatus.FILLED)
    assert (bench.position(), bench.truth()) == (0, 0)


@virtually
async def test_exits_close_with_an_entry_that_never_filled() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("96"), protection=Protection(trail_amount=Decimal(2)))
    await bench.settle()
    entry, stop = bench.orders(receipt)
    assert (entry.status, stop.status) == (OrderStatus.WORKING, OrderStatus.WORKING)
    await bench.desk.cancel(entry.client_order_id, "me")
    await bench.settle()
    assert [order.status for order in bench.orders(receipt)] == [OrderStatus.CANCELED, OrderStatus.CANCELED]


@virtually
async def test_exits_of_a_rejected_entry_are_rejected_with_it() -> None:
    bench = await opened(cash=1_000_000)
    bench.weather.plan("submit", Fault.THROTTLED)
    receipt = await bench.send("k1", protection=Protection(stop_price=Decimal(95)))
    await bench.settle()
    assert [order.status for order in bench.orders(receipt)] == [OrderStatus.REJECTED, OrderStatus.REJECTED]
    assert bench.live() == []


@virtually
async def test_exits_that_are_in_doubt_close_when_their_entry_closed_without_a_fill() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("96"), protection=Protection(stop_price=Decimal(90)))
    await bench.settle()
    entry, stop = bench.orders(receipt)
    # The venue forgets the exit and says nothing; the entry is then taken off by hand there.
    bench.weather.plan("OrderCanceled", None, Fault.MUTE)
    bench.exchange.publish(bench.venue.cancel("acc_0", entry.client_order_id))
    await bench.settle(4.0)
    assert [order.status for order in bench.orders(receipt)] == [OrderStatus.CANCELED, OrderStatus.CANCELED]
    assert stop.client_order_id not in bench.live()


@virtually
async def test_an_order_type_that_the_broker_lacks_is_denied_before_it_leaves() -> None:
    bench = await opened(changes={"order_types": frozenset({OrderType.MARKET}),
                                  "times_in_force": frozenset({TimeInForce.DAY})})  # fmt: skip
    one = await bench.send("k1", terms=limit("99"))
    two = await bench.send("k2", terms=Terms(time_in_force=TimeInForce.IOC))
    await bench.settle()
    for receipt in (one, two):
        assert bench.denial(bench.order(receipt)).rule == "broker_capability"


# --- exits ---------------------------------------------------------------------------------------


@virtually
async def test_closing_by_hand_takes_off_the_protective_exits_first() -> None:
    bench = await opened()
    entry = await bench.send("k1", protection=Protection(stop_price=Decimal(95), take_profit_price=Decimal(110)))
    await bench.settle()
    close = await bench.send("k2", None, "100", by=SizingBy.CLOSE, close_all=True)
    await bench.settle(1.0)
    assert [order.status for order in bench.orders(entry)][1:] == [OrderStatus.CANCELED, OrderStatus.CANCELED]
    assert (bench.order(close).status, bench.position(), bench.truth()) == (OrderStatus.FILLED, 0, 0)


@virtually
async def test_a_strategys_exit_closes_its_own_share_and_leaves_what_is_held_by_hand() -> None:
    bench = await opened()
    await bench.send("k1", quantity="7")
    await bench.send("k2", quantity="5", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    await bench.send("k3", None, "100", by=SizingBy.CLOSE, group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(1.0)
    assert (bench.position(), bench.truth()) == (7, 7)


@virtually
async def test_an_exit_first_cancels_the_working_entry_of_its_strategy() -> None:
    bench = await opened()
    entry = await bench.send("k1", terms=limit("98"), group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    exit_ = await bench.send("k2", None, "100", by=SizingBy.CLOSE, group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(1.0)
    assert bench.order(entry).status is OrderStatus.CANCELED
    assert bench.orders(exit_) == []
    assert bench.desk.state.intents[exit_.intent].allocations[AccountId("acc_0")].note == "nothing to close"


@virtually
async def test_an_exit_does_not_wait_for_ever_on_an_order_in_doubt() -> None:
    bench = await opened()
    await bench.send("k1", quantity="8", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    bench.weather.plan("submit", Fault.LOST)
    bench.weather.plan("find", *[Fault.QUERY_FAILED] * 20)
    doubt = await bench.send("k2", quantity="3", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    exit_ = await bench.send("k3", None, "100", by=SizingBy.CLOSE, group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(2.0)
    assert bench.order(doubt).status is OrderStatus.SUBMITTED
    assert (bench.order(exit_).quantity, bench.order(exit_).status, bench.position()) == (8, OrderStatus.FILLED, 0)


@virtually
async def test_two_exits_together_never_take_more_than_there_is() -> None:
    bench = await opened()
    await bench.send("k1")
    await bench.settle()
    one = await bench.send("k2", Side.SELL, "6", terms=limit("105"))
    two = await bench.send("k3", Side.SELL, "6", terms=limit("106"), by=SizingBy.QUANTITY)
    await bench.settle()
    assert bench.order(one).reduces
    assert not bench.order(two).reduces


@virtually
async def test_half_a_position_is_closed_in_whole_lots() -> None:
    bench = await opened()
    await bench.send("k1", quantity="7")
    await bench.settle()
    await bench.send("k2", None, "50", by=SizingBy.CLOSE)
    await bench.settle()
    assert bench.position() == 4


@virtually
async def test_a_target_trades_the_difference_and_may_reverse() -> None:
    bench = await opened()
    await bench.send("k1", None, "6", by=SizingBy.TARGET, group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(1.0)
    await bench.send("k2", None, "-4", by=SizingBy.TARGET, group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(1.0)
    same = await bench.send("k3", None, "-4", by=SizingBy.TARGET, group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(1.0)
    assert (bench.position(), bench.truth()) == (-4, -4)
    assert bench.desk.state.intents[same.intent].allocations[AccountId("acc_0")].note == "already at the target"


@virtually
async def test_signals_of_one_strategy_keep_their_order() -> None:
    bench = await opened()
    await gather(
        bench.send("k1", quantity="5", group=ALL, strategy=TREND, source=Source.ALERT),
        bench.send("k2", None, "100", by=SizingBy.CLOSE, group=ALL, strategy=TREND, source=Source.ALERT),
        bench.send("k3", quantity="2", group=ALL, strategy=TREND, source=Source.ALERT),
    )
    await bench.settle(1.5)
    assert (bench.position(), bench.truth()) == (2, 2)


@virtually
async def test_an_exit_that_waited_past_its_validity_is_denied_with_a_reason() -> None:
    bench = await opened()
    await bench.send("k1", quantity="5", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    await bench.lose()
    exit_ = await bench.send("k2", None, "100", by=SizingBy.CLOSE, group=ALL, strategy=TREND, source=Source.ALERT,
                             valid_for=timedelta(seconds=1))  # fmt: skip
    await bench.settle(2.0)
    order = bench.order(exit_)
    assert (order.status, bench.denial(order).rule) == (OrderStatus.DENIED, "valid_until")


# --- waiting -------------------------------------------------------------------------------------


@virtually
async def test_a_signal_waits_for_the_first_clean_pass_and_then_goes_out() -> None:
    bench = await opened()
    bench.weather.plan("snapshot", *[Fault.QUERY_FAILED] * 2)
    bench.line.cut("gone")
    await bench.settle(0.05)
    receipt = await bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle(0.05)
    assert bench.orders(receipt) == []
    await bench.until(lambda: bool(bench.orders(receipt)))
    await bench.settle()
    assert bench.order(receipt).status is OrderStatus.FILLED


@virtually
async def test_one_account_that_is_down_does_not_hold_up_the_others_of_its_group() -> None:
    bench = await opened(2)
    await bench.lose("acc_1")
    receipt = await bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT, valid_for=timedelta(seconds=1))
    await bench.settle(0.3)
    assert bench.position("acc_0") == 5
    await bench.settle(1.5)
    first, second = bench.orders(receipt)
    assert (first.status, second.status) == (OrderStatus.FILLED, OrderStatus.DENIED)
    assert bench.denial(second).rule == "valid_until"


@virtually
async def test_what_waits_in_a_lane_past_its_validity_is_denied_and_never_sent() -> None:
    bench = await opened()
    await bench.lose()
    receipt = await bench.send("k1", valid_for=timedelta(seconds=1))
    await bench.settle(2.0)
    assert bench.order(receipt).status is OrderStatus.DENIED
    assert bench.journal.sent == {}


@virtually
async def test_an_intent_that_was_durable_but_undecided_at_a_crash_is_decided_afterwards() -> None:
    bench = await opened()
    bench.weather.plan("journal", Fault.CRASH_AFTER)
    sending = bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT)
    (result,) = await gather(sending)
    assert isinstance(result, JournalUnavailable)
    await bench.restart()
    await bench.settle()
    assert (bench.position(), bench.truth()) == (10, 10)
    again = await bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT)
    assert again.duplicate


@virtually
async def test_a_groups_change_does_not_reach_what_is_under_way() -> None:
    bench = await opened(2)
    bench.exchange.lines["acc_1"].cut("gone")
    receipt = await bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT)
    smaller = Group(ALL, "All", Policy.EQUAL, (Member(AccountId("acc_0")),))
    await bench.desk.define(ev.GroupDefined(bench.clock.now(), smaller))
    await bench.until(lambda: receipt.intent not in bench.desk.state.undecided)
    await bench.settle()
    assert [bench.position(name) for name in ("acc_0", "acc_1")] == [5, 5]


@virtually
async def test_a_strategy_that_is_removed_takes_its_undecided_signals_with_it() -> None:
    bench = await opened()
    bench.line.cut("gone")
    receipt = await bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.desk.define(ev.StrategyRemoved(bench.clock.now(), TREND))
    await bench.until(lambda: receipt.intent not in bench.desk.state.undecided)
    assert bench.denial(bench.order(receipt)).rule == "strategy"


# --- limits --------------------------------------------------------------------------------------


@virtually
async def test_64_intents_at_once_never_pass_one_limit_together() -> None:
    bench = await opened(limits=Limits(max_position=Decimal(25), max_open_orders=100))
    receipts = await gather(*(bench.send(f"k{n}", quantity="3", terms=limit("99")) for n in range(64)))
    await bench.settle(1.0)
    passed = [one for one in receipts if bench.order(one).status is OrderStatus.WORKING]
    assert len(passed) == 8
    assert sum(order.leaves for order in bench.venue.state.open_orders("acc_0")) == 24
    assert {bench.denial(bench.order(one)).rule for one in receipts if one not in passed} == {"max_position"}


@virtually
async def test_an_order_in_doubt_counts_against_the_limit() -> None:
    bench = await opened(limits=Limits(max_position=Decimal(15)))
    bench.weather.plan("submit", Fault.LATE_BEYOND_QUARANTINE)
    await bench.send("k1", terms=limit("99"))
    await bench.settle()
    second = await bench.send("k2", terms=limit("98"))
    await bench.settle()
    assert bench.denial(bench.order(second)).rule == "max_position"


@virtually
async def test_preview_says_what_happens_and_keeps_nothing() -> None:
    bench = await opened(2)
    before = bench.desk.state.sequence
    request = bench.request("k1", quantity="11", group=ALL)
    decisions, policy, reference = bench.desk.preview(request)
    assert bench.desk.state.sequence == before
    receipt = await bench.desk.receive(request)
    await bench.settle()
    assert [one.allocation.quantity for one in decisions] == [order.quantity for order in bench.orders(receipt)]
    assert (policy, reference) == ("equal", Decimal("100.01"))


@virtually
async def test_previewing_a_close_does_not_count_the_exits_that_it_would_take_off() -> None:
    bench = await opened()
    await bench.send("k1", protection=Protection(stop_price=Decimal(95), take_profit_price=Decimal(110)))
    await bench.settle()
    (only,), _, _ = bench.desk.preview(bench.request("k2", None, "100", by=SizingBy.CLOSE, close_all=True))
    assert only.allocation.quantity == 10
    assert only.proposal is not None
    assert only.proposal.view.exits_taken == 0
