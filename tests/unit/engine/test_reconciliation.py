# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""Our book against the broker's: every difference named, repaired only on proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bidwell.engine import reconciliation, tracking
from bidwell.engine.ports import BrokerOrder, Snapshot
from bidwell.engine.sessions import Heard
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.order import Order, OrderStatus, Pending
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, limit, opened, virtually

ACCOUNT = AccountId("acc_0")
NAME = ClientOrderId("NAME00000000000001")
BROKER = BrokerOrderId("P1")


def ours(**more: object) -> Order:
    plain = Order(NAME, ACCOUNT, AAA.id, Side.BUY, Decimal(10), Terms(), nouns.START, status=OrderStatus.WORKING,
                  broker_order_ids=(BROKER,))  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def theirs(status: OrderStatus = OrderStatus.WORKING, filled: str = "0", **more: object) -> BrokerOrder:
    plain = BrokerOrder(BROKER, NAME, AAA.id, Side.BUY, Decimal(10), Terms(), status, Decimal(filled))
    return replace(plain, **more)  # type: ignore[arg-type]


def fill(quantity: str, name: str = "X1", price: str = "100", **more: object) -> Fill:
    plain = Fill(ExecutionId(name), NAME, ACCOUNT, AAA.id, Side.BUY, Decimal(quantity), Decimal(price), Decimal(0), "USD",
                 nouns.START, nouns.START)  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def report(mine: Order | None, told: BrokerOrder, **more: bool) -> list[str]:
    return [type(event).__name__ for event in tracking.from_report(ACCOUNT, mine, told, nouns.START, **more)]


# --- one order -----------------------------------------------------------------------------------


def test_a_report_brings_our_order_up_to_the_brokers_and_says_nothing_twice() -> None:
    assert report(ours(), theirs()) == []
    assert report(ours(status=OrderStatus.SUBMITTED, broker_order_ids=()), theirs()) == ["OrderAccepted"]
    assert report(ours(status=OrderStatus.ABSENT), theirs()) == ["OrderAccepted"]
    assert report(ours(), theirs(filled="4", fills=(fill("4"),))) == ["OrderFilled"]
    assert report(ours(fills=(fill("4"),)), theirs(filled="4", fills=(fill("4"),))) == []
    assert report(ours(), theirs(OrderStatus.CANCELED, filled="4", fills=(fill("4"),))) == [
        "OrderFilled",
        "OrderCanceled",
    ]
    assert report(ours(), theirs(OrderStatus.EXPIRED)) == ["OrderExpired"]
    assert report(ours(status=OrderStatus.CANCELED), theirs(OrderStatus.CANCELED)) == []
    assert report(None, theirs(filled="4", fills=(fill("4"),))) == ["OrderAccepted", "OrderFilled"]


def test_other_terms_at_the_broker_are_a_replace_unless_a_newer_word_overtook_the_report() -> None:
    changed = theirs(quantity=Decimal(12))
    assert report(ours(), changed) == ["OrderReplaced"]
    assert report(ours(), changed, overtaken=True) == []
    shrunk = theirs(OrderStatus.FILLED, filled="4", quantity=Decimal(4), fills=(fill("4"),))
    assert report(ours(), shrunk) == ["OrderReplaced", "OrderFilled"]


def test_an_order_that_was_complete_and_is_filled_there_was_not_replaced() -> None:
    complete = ours(fills=(fill("10"),), pending=Pending.REPLACE)
    told = theirs(OrderStatus.FILLED, filled="10", fills=(fill("10"),))
    assert report(complete, told) == ["ReplaceRejected"]


def test_a_total_without_executions_is_booked_once_at_the_brokers_average() -> None:
    (event,) = tracking.from_report(ACCOUNT, ours(fills=(fill("4"),)), theirs(filled="10", average_price=Decimal(103)),
                                    nouns.START)  # fmt: skip
    assert isinstance(event, ev.OrderFilled)
    assert (event.fill.quantity, event.fill.price) == (6, Decimal(105))
    (limited,) = tracking.from_report(ACCOUNT, ours(), theirs(filled="3", terms=limit("98")), nouns.START)[1:]
    assert isinstance(limited, ev.OrderFilled)
    assert limited.fill.price == Decimal(98)


def test_executions_that_come_after_their_total_take_its_place() -> None:
    total = fill("6", "total:P1:6")
    booked = ours(fills=(total,))
    named = tracking.named_at_last(booked, fill("4"))
    assert named is not None
    assert [(one.execution_id, one.quantity) for one in named.fills] == [("total:P1:6", 2), ("X1", 4)]
    rest = tracking.named_at_last(named, fill("2", "X2"))
    assert rest is not None
    assert [(one.execution_id, one.quantity) for one in rest.fills] == [("X1", 4), ("X2", 2)]
    assert tracking.named_at_last(booked, fill("7", "X3")) is None
    assert tracking.named_at_last(booked, fill("1", "total:P1:7")) is None
    assert tracking.named_at_last(ours(), fill("1")) is None


def test_a_message_that_repeats_what_is_known_changes_nothing() -> None:
    now = nouns.START
    done = ours(status=OrderStatus.FILLED, fills=(fill("10"),))
    assert tracking.changes_nothing(ours(), ev.OrderAccepted(now, NAME, BROKER))
    assert tracking.changes_nothing(ours(), ev.OrderAccepted(now, NAME))
    assert not tracking.changes_nothing(ours(), ev.OrderAccepted(now, NAME, BrokerOrderId("P2")))
    assert tracking.changes_nothing(ours(status=OrderStatus.CANCELED), ev.OrderAccepted(now, NAME, BROKER))
    assert not tracking.changes_nothing(
        ours(status=OrderStatus.CANCELED), ev.OrderAccepted(now, NAME, BrokerOrderId("P2"))
    )
    assert tracking.changes_nothing(done, ev.OrderFilled(now, NAME, fill("10")))
    assert tracking.changes_nothing(done, ev.OrderCanceled(now, NAME))
    assert tracking.changes_nothing(ours(), ev.CancelRejected(now, NAME))
    assert not tracking.changes_nothing(ours(pending=Pending.CANCEL), ev.CancelRejected(now, NAME))
    assert tracking.changes_nothing(ours(), ev.ReplaceRejected(now, NAME))
    assert not tracking.changes_nothing(ours(pending=Pending.REPLACE), ev.ReplaceRejected(now, NAME))
    assert tracking.changes_nothing(ours(), ev.OrderReplaced(now, NAME, Decimal(10), Terms(), BROKER))
    assert not tracking.changes_nothing(ours(), ev.OrderReplaced(now, NAME, Decimal(9), Terms(), BROKER))
    assert not tracking.changes_nothing(ours(), ev.OrderDoubted(now, NAME))


def test_a_message_that_cannot_be_about_our_order_is_told_from_one_that_can() -> None:
    now = nouns.START
    assert tracking.misfit(ours(), ev.OrderFilled(now, NAME, fill("1", side=Side.SELL)))
    assert tracking.misfit(ours(), ev.OrderFilled(now, NAME, fill("1", instrument=InstrumentId("BBB.SIM"))))
    assert tracking.misfit(ours(), ev.OrderReplaced(now, NAME, Decimal(0), Terms()))
    assert tracking.misfit(ours(), ev.OrderReplaced(now, NAME, Decimal("NaN"), Terms()))
    assert not tracking.misfit(ours(), ev.OrderFilled(now, NAME, fill("1")))
    assert not tracking.misfit(ours(), ev.OrderAccepted(now, NAME))


def test_a_price_with_the_digits_of_an_average_is_cut_and_one_that_money_cannot_hold_is_refused() -> None:
    average = Decimal("100.1234567890123456789012345")
    told = ev.OrderFilled(nouns.START, NAME, fill("3", price=str(average)))
    cut = tracking.trimmed(told)
    assert isinstance(cut, ev.OrderFilled)
    assert cut.fill.price == Decimal("100.1234567890")
    plain = ev.OrderFilled(nouns.START, NAME, fill("3"))
    assert tracking.trimmed(plain) is plain
    accepted = ev.OrderAccepted(nouns.START, NAME)
    assert tracking.trimmed(accepted) is accepted
    absurd = ev.OrderFilled(nouns.START, NAME, fill("123456789.123456", price="1234567.1234567"))
    assert "more digits" in tracking.misfit(ours(), absurd)


def test_a_closing_counts_only_with_all_that_was_filled() -> None:
    now = nouns.START
    filled = ours(fills=(fill("4"),))
    assert tracking.unproven(filled, ev.OrderCanceled(now, NAME))
    assert tracking.unproven(filled, ev.OrderExpired(now, NAME, "", Decimal(5)))
    assert not tracking.unproven(filled, ev.OrderCanceled(now, NAME, "", Decimal(4)))
    assert not tracking.unproven(ours(status=OrderStatus.CANCELED), ev.OrderCanceled(now, NAME))
    assert not tracking.unproven(ours(), ev.OrderRejected(now, NAME))


# --- a whole account -----------------------------------------------------------------------------


def book(*orders: Order) -> State:
    state = State()
    state.apply(ev.InstrumentListed(nouns.START, AAA))
    for number in range(2):
        name = AccountId(f"acc_{number}")
        state.apply(ev.AccountDefined(nouns.START, Account(name, name, "proof", name, "USD")))
    for order in orders:
        state.keep(order)
    return state


def snapshot(*orders: BrokerOrder, **more: object) -> Snapshot:
    return replace(Snapshot(ACCOUNT, nouns.START, orders, {}, {}), **more)  # type: ignore[arg-type]


def breaks(state: State, told: Snapshot, **more: object) -> list[tuple[str, str]]:
    found = reconciliation.compare_orders(state, told, nouns.START, **more)  # type: ignore[arg-type]
    return [(str(one.type), one.repair) for one in found.breaks]


def test_each_kind_of_break_has_its_name() -> None:
    assert breaks(book(ours()), snapshot(theirs())) == []
    assert breaks(book(), snapshot(theirs())) == [("order_unknown_here", "adopted as EXTERNAL")]
    assert breaks(book(ours()), snapshot()) == [("order_unknown_there", "looked up")]
    assert breaks(book(ours()), snapshot(theirs(filled="4", fills=(fill("4"),)))) == [("fill_missing", "booked")]
    assert breaks(book(ours()), snapshot(theirs(OrderStatus.CANCELED))) == [
        ("order_status", "brought up to the broker's")
    ]
    closed = book(ours(status=OrderStatus.CANCELED))
    assert breaks(closed, snapshot(theirs())) == [("order_status", "asked to be canceled: it was closed here")]
    strange = theirs(instrument=InstrumentId("ZZZ.SIM"))
    assert breaks(book(), snapshot(strange)) == [("order_unknown_here", "not adopted: list its instrument first")]
    assert breaks(book(), snapshot(complete=False)) == [("report_incomplete", "nothing concluded from what is absent")]


def test_an_order_that_is_missing_is_looked_up_and_one_that_never_left_is_not() -> None:
    state = book(ours(), ours(client_order_id=ClientOrderId("two"), status=OrderStatus.CREATED),
                 ours(client_order_id=ClientOrderId("three"), status=OrderStatus.SUBMITTED))  # fmt: skip
    found = reconciliation.compare_orders(state, snapshot(complete=False), nouns.START)
    assert found.lookups == [NAME, "three"]
    assert [one.type for one in found.breaks] == [ev.BreakType.REPORT_INCOMPLETE]
    fresh = reconciliation.compare_orders(state, snapshot(), nouns.START, {NAME: None})
    assert fresh.lookups == ["three"]


def test_an_order_is_known_by_any_broker_id_of_its_chain_and_never_by_another_accounts_name() -> None:
    state = book(ours())
    state.by_broker_id[(ACCOUNT, BROKER)] = NAME
    by_chain = reconciliation.ours_of(state, ACCOUNT, theirs(client_order_id=None))
    assert by_chain is not None
    assert by_chain.client_order_id == NAME
    other = reconciliation.compare_orders(state, snapshot(theirs(), account=AccountId("acc_1")), nouns.START)
    (adopted, *_) = other.events
    assert isinstance(adopted, ev.OrderAccepted)
    assert adopted.client_order_id == tracking.external_id(AccountId("acc_1"), theirs())


def test_holdings_are_compared_only_from_a_complete_report() -> None:
    state = book()
    state.apply(ev.CashAdjusted(nouns.START, ACCOUNT, "USD", Decimal(100), "opening balance"))
    other = snapshot(positions={AAA.id: Decimal(3), InstrumentId("ZZZ.SIM"): Decimal(1)}, cash={"USD": Decimal(90)})
    gaps = reconciliation.compare_holdings(state, other)
    assert (gaps.cash, gaps.positions, gaps.unlisted) == ({"USD": Decimal(-10)}, {AAA.id: Decimal(3)},
                                                          {"ZZZ.SIM": Decimal(1)})  # fmt: skip
    assert not reconciliation.compare_holdings(state, replace(other, complete=False))
    shown = reconciliation.open_breaks(gaps, other)
    assert [(one.ours, one.theirs, one.repair, one.handling) for one in shown] == [
        ("100", "90", "waits for a second snapshot", ev.Handling.WAITING),
        ("0", "3", "waits for a second snapshot", ev.Handling.WAITING),
        ("", "+1", "not booked: list its instrument first", ev.Handling.PERSON),
    ]  # fmt: skip
    later = reconciliation.repairs(other, gaps, nouns.START, lambda _: Decimal(50), opening=False)
    assert [(type(event).__name__, getattr(event, "price", None)) for event in later.events] == [
        ("CashAdjusted", None), ("PositionAdjusted", Decimal(50)),
    ]  # fmt: skip
    assert [(one.type, one.ours, one.theirs) for one in later.breaks] == [
        (ev.BreakType.CASH, "100", "90"), (ev.BreakType.POSITION, "0", "3"),
    ]  # fmt: skip
    assert reconciliation.repairs(other, gaps, nouns.START, lambda _: None, opening=True).breaks == []


def test_a_correction_at_an_endless_average_balances_to_the_last_digit() -> None:
    state = book()
    for quantity, average in ((9, Decimal(1295) / 13), (-7, Decimal(77)), (6, Decimal(1000) / 7)):
        report = snapshot(positions={AAA.id: Decimal(quantity)}, average_prices={AAA.id: average})
        gaps = reconciliation.compare_holdings(state, report)
        for event in reconciliation.repairs(report, gaps, nouns.START, lambda _: None, opening=False).events:
            state.apply(event)
        assert state.portfolios[ACCOUNT].position(AAA.id).quantity == quantity
    assert all(sum(one.amount for one in entry.postings) == 0 for entry in state.portfolios[ACCOUNT].entries)


# --- live ----------------------------------------------------------------------------------------


@virtually
async def test_an_account_with_a_past_is_taken_over_with_its_orders_positions_and_cash() -> None:
    bench = await opened()
    state = bench.desk.state
    ticket = Ticket(AAA.id, Side.BUY, Decimal(6), OrderType.MARKET, TimeInForce.DAY)
    bench.exchange.publish(bench.venue.submit("acc_0", [ticket]))
    await bench.until(lambda: bench.position() == 6)
    assert state.portfolios[ACCOUNT].cash == bench.venue.state.accounts["acc_0"].cash
    (adopted,) = [order for order in state.orders.values() if order.external]
    assert adopted.status is OrderStatus.FILLED


@virtually
async def test_while_an_order_from_outside_is_open_the_account_only_reduces() -> None:
    bench = await opened()
    await bench.send("k1", quantity="5")
    await bench.settle()
    ticket = Ticket(AAA.id, Side.BUY, Decimal(6), OrderType.LIMIT, TimeInForce.GTC, limit_price=Decimal(90))
    bench.exchange.publish(bench.venue.submit("acc_0", [ticket]))
    await bench.settle(1.5)
    entry = await bench.send("k2")
    out = await bench.send("k3", Side.SELL, "5")
    await bench.settle()
    denial = bench.denial(bench.order(entry))
    assert (denial.rule, bench.order(out).status) == ("halt", OrderStatus.FILLED)
    assert "not placed by this desk" in denial.message
    (adopted,) = [order for order in bench.desk.state.open_orders(ACCOUNT) if order.external]
    await bench.desk.cancel(adopted.client_order_id, "me")
    await bench.settle()
    again = await bench.send("k4")
    await bench.settle()
    assert bench.order(again).status is OrderStatus.FILLED


@virtually
async def test_a_deposit_is_booked_when_two_reports_agree_on_it() -> None:
    bench = await opened()
    bench.exchange.publish(bench.venue.move_cash("acc_0", "USD", Decimal(250)))
    await bench.until(lambda: any(isinstance(event, ev.AccountReconciled) and event.breaks for event in bench.heard))
    assert bench.desk.state.portfolios[ACCOUNT].cash["USD"] == 100_000
    assert not bench.desk.reconciled(ACCOUNT)
    await bench.until(lambda: bench.desk.reconciled(ACCOUNT))
    assert bench.desk.state.portfolios[ACCOUNT].cash["USD"] == 100_250
    await bench.settle()
    told = [event.breaks for event in bench.heard if isinstance(event, ev.AccountReconciled)][-2:]
    assert [one[0].repair for one in told] == ["waits for a second snapshot", "booked as a correction"]


@virtually
async def test_an_incomplete_report_changes_nothing_and_does_not_interrupt_trading() -> None:
    bench = await opened()
    await bench.send("k1", terms=limit("98"))
    await bench.settle()
    bench.weather.plan("snapshot", *[Fault.INCOMPLETE] * 3)
    await bench.settle(3.5)
    assert bench.desk.reconciled(ACCOUNT)
    assert len(bench.live()) == 1
    assert bench.desk.state.portfolios[ACCOUNT].cash["USD"] == 100_000


@virtually
async def test_what_filled_while_the_desk_was_down_is_booked_and_working_orders_work_on() -> None:
    bench = await opened()
    filled = await bench.send("k1", terms=limit("99"))
    working = await bench.send("k2", terms=limit("95"))
    await bench.settle()
    bench.crash()
    bench.exchange.publish(bench.venue.on_quotes([nouns.quote(AAA.id, Decimal("98.9"), 100, bench.listing.now(),
                                                              bench.clock.now())]))  # fmt: skip
    await bench.restart()
    assert (bench.order(filled).status, bench.order(working).status) == (OrderStatus.FILLED, OrderStatus.WORKING)
    assert (bench.position(), bench.truth()) == (10, 10)


@virtually
async def test_an_order_that_was_closed_here_and_works_there_is_taken_off() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    name = bench.order(receipt).client_order_id
    bench.line.hear([ev.OrderCanceled(bench.clock.now(), name, "a lie", Decimal(0))])
    await bench.settle(0.1)
    assert bench.order(receipt).status is OrderStatus.CANCELED
    await bench.settle(2.5)
    assert bench.live() == []
    assert "closed_order_works_at_broker" in bench.alarms


@virtually
async def test_a_working_order_that_the_broker_denies_having_stays_and_raises_one_alarm() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    order = bench.venue.state.orders.pop(str(bench.order(receipt).broker_order_ids[0]))
    del bench.venue.state.named[("acc_0", order.client_order_id)]
    bench.venue.state.open["acc_0"].clear()
    await bench.settle(4.0)
    assert bench.order(receipt).status is OrderStatus.WORKING
    assert bench.alarms == ["working_order_not_at_broker"]


@pytest.mark.parametrize(
    ("changes", "force", "hours", "status"),
    [
        ({"lists_the_day": True}, TimeInForce.DAY, 24, OrderStatus.EXPIRED),
        ({"lists_the_day": True}, TimeInForce.DAY, 1, OrderStatus.WORKING),
        ({"lists_the_day": True}, TimeInForce.GTC, 24, OrderStatus.WORKING),
        ({}, TimeInForce.DAY, 24, OrderStatus.WORKING),
    ],
)
@virtually
async def test_a_day_order_of_yesterday_is_over_where_the_broker_lists_the_day_alone(
    changes: dict[str, Any], force: TimeInForce, hours: int, status: OrderStatus
) -> None:
    bench = await opened(changes=changes)
    receipt = await bench.send("k1", terms=limit("98", force))
    await bench.settle()
    order = bench.venue.state.orders.pop(str(bench.order(receipt).broker_order_ids[0]))
    del bench.venue.state.named[("acc_0", order.client_order_id)]
    bench.venue.state.open["acc_0"].clear()
    bench.clock.step(hours * 3600)
    await bench.settle(4.0)
    assert bench.order(receipt).status is status


@virtually
async def test_a_clock_that_was_set_back_keeps_no_order_out_of_the_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await opened()
    asked: list[timedelta] = []
    read = bench.line.snapshot

    async def noted(since: datetime | None = None) -> Snapshot:
        assert since is not None
        asked.append(bench.clock.now() - since)
        return await read(since)

    monkeypatch.setattr(bench.line, "snapshot", noted)
    await bench.settle(4.0)
    assert timedelta(minutes=2) < asked[-1] < timedelta(minutes=3), "reports overlap by two minutes"
    bench.clock.step(-3600)
    await bench.settle(4.0)
    assert all(reach >= timedelta(minutes=2) for reach in asked), "none begins in the future"


@virtually
async def test_a_message_about_nothing_we_know_asks_for_the_whole_book() -> None:
    bench = await opened()
    before = len([event for event in bench.heard if isinstance(event, ev.AccountReconciled)])
    bench.line.hear([ev.OrderAccepted(bench.clock.now(), ClientOrderId("nobody"), BROKER)])
    await bench.settle(0.1)
    assert bench.desk.reconciled(ACCOUNT)
    assert len([event for event in bench.heard if isinstance(event, ev.AccountReconciled)]) == before


@virtually
async def test_a_message_that_the_order_table_forbids_is_an_alarm_and_changes_nothing() -> None:
    bench = await opened()
    tight = await bench.send("k1", quantity="10000000")
    await bench.settle()
    denied = bench.order(tight)
    assert denied.status is OrderStatus.DENIED
    bench.line.hear([ev.OrderAccepted(bench.clock.now(), denied.client_order_id, BROKER)])
    await bench.settle(0.1)
    assert (bench.order(tight), bench.alarms) == (denied, ["invalid_transition"])


@virtually
async def test_a_pass_that_fails_is_tried_again() -> None:
    bench = await opened()
    calls = []

    async def fail(since: object = None) -> Snapshot:
        calls.append(since)
        raise RuntimeError

    good, bench.line.snapshot = bench.line.snapshot, fail  # type: ignore[method-assign]
    await bench.until(lambda: len(calls) > 1)
    bench.line.snapshot = good  # type: ignore[method-assign]
    bench.line.cut("gone")
    await bench.until(lambda: not bench.desk.reconciled(ACCOUNT))
    await bench.until(lambda: bench.desk.reconciled(ACCOUNT))
    assert set(bench.alarms) == {"session_failed"}


def test_each_question_knows_what_was_heard_after_it_was_put() -> None:
    heard = Heard()
    first = heard.mark()
    assert not heard.anything(first)
    heard.note(NAME)
    second = heard.mark()
    heard.note(ClientOrderId("other"))
    assert heard.since(first) == {NAME, "other"}
    assert heard.since(second) == {"other"}
    assert heard.anything(second)
    assert heard.since(heard.mark()) == set()


@virtually
async def test_an_older_answer_does_not_take_back_a_newer_word() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    before = await bench.line.find(bench.order(receipt).client_order_id)
    await bench.desk.replace(bench.order(receipt).client_order_id, Decimal(15), None, "me")
    await bench.settle(0.05)
    reconciler_saw = reconciliation.compare_orders(
        bench.desk.state,
        snapshot(*([before] if before else [])),
        bench.clock.now(),
        {bench.order(receipt).client_order_id},
    )
    assert reconciler_saw.events == []
    assert bench.order(receipt).quantity == 15


@virtually
async def test_an_acknowledgement_that_comes_after_the_cancel_names_the_order_for_what_comes_by_the_brokers_id() -> (
    None
):
    bench = await opened(1)
    receipt = await bench.send("k1", terms=limit("90"))
    await bench.settle()
    order = bench.order(receipt)
    await bench.desk.cancel(order.client_order_id, "me")
    await bench.settle(0.5)
    assert bench.order(receipt).status is OrderStatus.CANCELED
    before, name = len(bench.journal.entries), BrokerOrderId("LATE-1")
    for _ in range(2):
        bench.desk.on_broker_event(ACCOUNT, ev.OrderAccepted(bench.clock.now(), order.client_order_id, name))
    await bench.settle()
    late = bench.order(receipt)
    assert (late.status, late.broker_order_ids[-1], len(bench.journal.entries) - before) == (
        OrderStatus.CANCELED, name, 1,
    )  # fmt: skip
    assert bench.desk.state.by_broker_id[(ACCOUNT, name)] == order.client_order_id
    assert "invalid_transition" not in bench.alarms


@virtually
async def test_an_acknowledgement_of_what_was_rejected_raises_an_alarm_and_the_book_is_read() -> None:
    bench = await opened(1)
    bench.weather.plan("submit", Fault.THROTTLED)
    receipt = await bench.send("k1")
    await bench.settle(0.5)
    assert bench.order(receipt).status is OrderStatus.REJECTED
    told = ev.OrderAccepted(bench.clock.now(), bench.order(receipt).client_order_id, BrokerOrderId("LATE-1"))
    bench.desk.on_broker_event(ACCOUNT, told)
    assert "invalid_transition" in bench.alarms
    assert bench.order(receipt).status is OrderStatus.REJECTED
