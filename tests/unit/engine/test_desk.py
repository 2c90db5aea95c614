# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""Halting, canceling, replacing, and the desk's own life."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.engine import checkpoint
from bidwell.engine.ports import Entry
from bidwell.engine.state import State
from bidwell.model.errors import InvalidInput, JournalUnavailable
from bidwell.model.ids import AccountId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.order import OrderStatus, Pending
from bidwell.model.terms import Protection, Side
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, ALL, BBB, TREND, gather, limit, opened, virtually

# --- halting -------------------------------------------------------------------------------------


@virtually
async def test_after_a_halt_nothing_that_adds_risk_leaves_and_reducing_goes_on() -> None:
    bench = await opened()
    await bench.send("k1", quantity="5")
    await bench.settle()
    working = await bench.send("k2", terms=limit("98"))
    await bench.settle()
    hit = await bench.desk.set_trading_state(Scope(ScopeType.WORKSPACE), TradingState.HALTED, "test", "me")
    entry = await bench.send("k3")
    out = await bench.send("k4", None, "100", by=SizingBy.CLOSE)
    await bench.settle(1.0)
    assert hit == 1
    assert bench.order(working).status is OrderStatus.CANCELED
    assert bench.denial(bench.order(entry)).rule == "halt"
    assert (bench.order(out).status, bench.position()) == (OrderStatus.FILLED, 0)


@virtually
async def test_what_is_queued_when_a_halt_comes_is_denied() -> None:
    bench = await opened(changes={"orders_per_second": Decimal(1), "burst": 3, "reserved": 2})
    receipts = await gather(*(bench.send(f"k{n}", terms=limit("98")) for n in range(40)))
    await bench.desk.set_trading_state(Scope(ScopeType.ACCOUNT, "acc_0"), TradingState.REDUCE_ONLY, "test", "me")
    left = dict(bench.journal.sent)
    await bench.settle(3.0)
    assert bench.journal.sent == left
    assert sum(bench.order(one).status is OrderStatus.DENIED for one in receipts) >= 38
    assert bench.live() == []


@virtually
async def test_a_halt_survives_a_restart_and_a_release_ends_it() -> None:
    bench = await opened()
    scope = Scope(ScopeType.STRATEGY, TREND)
    await bench.desk.set_trading_state(scope, TradingState.HALTED, "test", "me")
    await bench.restart()
    held = await bench.send("k1", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    await bench.desk.set_trading_state(scope, TradingState.ACTIVE, "", "me")
    freed = await bench.send("k2", group=ALL, strategy=TREND, source=Source.ALERT)
    await bench.settle()
    assert bench.denial(bench.order(held)).rule == "halt"
    assert bench.order(freed).status is OrderStatus.FILLED
    with pytest.raises(InvalidInput):
        await bench.desk.set_trading_state(Scope(ScopeType.GROUP, "none"), TradingState.HALTED, "", "me")


@virtually
async def test_a_group_halt_reaches_only_what_came_through_the_group() -> None:
    bench = await opened()
    by_group = await bench.send("k1", terms=limit("98"), group=ALL)
    direct = await bench.send("k2", terms=limit("97"))
    await bench.settle()
    await bench.desk.set_trading_state(Scope(ScopeType.GROUP, ALL), TradingState.HALTED, "test", "me")
    await bench.settle()
    assert (bench.order(by_group).status, bench.order(direct).status) == (OrderStatus.CANCELED, OrderStatus.WORKING)
    halt = bench.desk.trading_state(AccountId("acc_0"))
    assert halt is None


# --- changing ------------------------------------------------------------------------------------


@virtually
async def test_a_cancel_takes_a_working_order_off() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    await bench.desk.cancel(bench.order(receipt).client_order_id, "me", "changed my mind")
    assert bench.order(receipt).pending is Pending.CANCEL
    await bench.settle()
    assert bench.order(receipt).status is OrderStatus.CANCELED
    with pytest.raises(InvalidInput, match="already"):
        await bench.desk.cancel(bench.order(receipt).client_order_id, "me")


@virtually
async def test_canceling_everything_reaches_an_account_a_group_or_all() -> None:
    bench = await opened(2)
    for number in range(2):
        await bench.send(f"k{number}", terms=limit("98"), account=AccountId(f"acc_{number}"))
    await bench.settle()
    assert await bench.desk.cancel_all(account=AccountId("acc_0"), actor="me") == 1
    await bench.settle()
    assert (bench.live("acc_0"), len(bench.live("acc_1"))) == ([], 1)
    assert await bench.desk.cancel_all(group=ALL, actor="me") == 1
    await bench.settle()
    assert await bench.desk.cancel_all(actor="me") == 0


@virtually
async def test_a_replace_changes_quantity_and_price_and_passes_the_gate() -> None:
    bench = await opened(limits=Limits(max_position=Decimal(15)))
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    name = bench.order(receipt).client_order_id
    await bench.desk.replace(name, Decimal(12), limit("97"), "me")
    assert bench.desk.state.claim(bench.order(receipt)) == 12
    with pytest.raises(InvalidInput, match="pending"):
        await bench.desk.replace(name, Decimal(9), None, "me")
    await bench.settle()
    order = bench.order(receipt)
    assert (order.quantity, order.terms.limit_price, order.pending) == (12, Decimal(97), Pending.NONE)
    with pytest.raises(InvalidInput) as denied:
        await bench.desk.replace(name, Decimal(16), None, "me")
    assert denied.value.code == "denied.max_position"
    assert denied.value.hint == "15 would pass"


@virtually
async def test_a_replace_that_the_venue_refuses_leaves_the_order_as_it_was() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    name = bench.order(receipt).client_order_id
    bench.weather.plan("replace", Fault.THROTTLED)
    await bench.desk.replace(name, Decimal(12), None, "me")
    await bench.settle()
    order = bench.order(receipt)
    assert (order.quantity, order.pending, bench.desk.state.claim(order)) == (10, Pending.NONE, 10)


@virtually
async def test_a_replace_without_an_answer_is_asked_again_and_both_sizes_stay_reserved() -> None:
    bench = await opened()
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    bench.weather.plan("replace", Fault.LOST)
    await bench.desk.replace(bench.order(receipt).client_order_id, Decimal(20), None, "me")
    await bench.settle(0.1)
    assert bench.desk.state.claim(bench.order(receipt)) == 20
    await bench.settle(2.0)
    assert (bench.order(receipt).quantity, bench.order(receipt).pending) == (20, Pending.NONE)


@virtually
async def test_a_replace_to_what_is_already_filled_is_refused() -> None:
    bench = await opened()
    bench.quote("100", size=4)
    receipt = await bench.send("k1", terms=limit("100.01"))
    await bench.settle()
    name = bench.order(receipt).client_order_id
    with pytest.raises(InvalidInput, match="already filled"):
        await bench.desk.replace(name, Decimal(4), None, "me")
    with pytest.raises(InvalidInput, match="does not exist"):
        await bench.desk.replace(type(name)("none"), Decimal(4), None, "me")
    with pytest.raises(InvalidInput, match="does not exist"):
        await bench.desk.cancel(type(name)("none"), "me")


@virtually
async def test_a_broker_that_cannot_replace_is_not_asked_to() -> None:
    bench = await opened(changes={"replace": False})
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle()
    with pytest.raises(InvalidInput, match="cannot change"):
        await bench.desk.replace(bench.order(receipt).client_order_id, Decimal(5), None, "me")


@virtually
async def test_one_of_a_pair_of_exits_may_be_moved_although_the_other_claims_the_position() -> None:
    bench = await opened()
    receipt = await bench.send("k1", protection=Protection(stop_price=Decimal(95), take_profit_price=Decimal(110)))
    await bench.settle()
    stop = bench.orders(receipt)[2]
    await bench.desk.replace(stop.client_order_id, None, replace(stop.terms, stop_price=Decimal(97)), "me")
    await bench.settle()
    assert bench.orders(receipt)[2].terms.stop_price == Decimal(97)


# --- the desk itself -----------------------------------------------------------------------------


@virtually
async def test_a_stopping_desk_takes_nothing_in_and_lets_out_what_it_took() -> None:
    bench = await opened()
    receipt = await bench.send("k1")
    await bench.desk.drain()
    assert bench.order(receipt).status is not OrderStatus.CREATED
    with pytest.raises(JournalUnavailable, match="stopping"):
        await bench.send("k2")
    await bench.desk.stop()
    assert not bench.line.connected


@virtually
async def test_readiness_names_what_is_missing() -> None:
    bench = await opened()
    bench.desk.on_feed_state("replay", connected=True, detail="fine")
    assert all(ok for ok, _ in bench.desk.ready().values())
    bench.line.cut("gone")
    await bench.settle(0.05)
    assert bench.desk.ready()["accounts"] == (False, "waiting: acc_0")


@virtually
async def test_a_listener_that_fails_does_not_stop_the_desk() -> None:
    bench = await opened()

    def fail(_events: object) -> None:
        raise RuntimeError

    end = bench.desk.subscribe(fail)
    await bench.send("k1")
    await bench.settle()
    end()
    assert bench.position() == 10
    assert set(bench.alarms) == {"listener_failed"}


@virtually
async def test_day_figures_do_not_count_what_was_paid_in() -> None:
    bench = await opened(limits=Limits(max_daily_loss=Decimal(1000), max_gross_exposure=Decimal(90000),
                                       max_position=Decimal(500)))  # fmt: skip
    account = AccountId("acc_0")
    bench.quote()
    await bench.settle()
    assert bench.desk.day_pnl(account) == 0
    bench.exchange.publish(bench.venue.move_cash("acc_0", "USD", Decimal(5000)))
    await bench.send("k1")
    await bench.settle(4.0)
    bench.quote("99")
    worth = bench.desk.valuation(account)
    assert worth is not None
    assert bench.desk.day_pnl(account) == Decimal("-10.1")
    assert worth.equity == Decimal("104989.9")
    assert {meter.rule for meter in bench.desk.meters(account)} == {
        "daily_loss", "max_gross_exposure", "max_position", "buying_power",
    }  # fmt: skip
    assert bench.desk.buying_power(account) == worth.equity - worth.gross_exposure / 4


@virtually
async def test_replaying_the_journal_gives_the_live_states_hash() -> None:
    bench = await opened(3)
    for number in range(6):
        await bench.send(f"k{number}", Side.SELL if number % 3 else Side.BUY, "9", group=ALL, strategy=TREND,
                         source=Source.ALERT)  # fmt: skip
        await bench.settle()
        bench.quote(str(100 + number))
    await bench.settle(1.0)
    live = bench.desk.state.hash()
    await bench.desk._fold()
    assert bench.desk.state.hash() == live


@virtually
async def test_a_desk_folds_on_from_a_state_that_was_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await opened(2)
    await bench.send("one", group=ALL)
    await bench.settle(1.0)
    body = checkpoint.encode(bench.desk.state)
    await bench.send("two", group=ALL)
    await bench.settle(1.0)
    whole, written = bench.desk.state.hash(), checkpoint.decode(body).sequence
    asked: list[int] = []
    read = bench.journal.read

    def counted(after: int) -> AsyncIterator[Sequence[Entry]]:
        asked.append(after)
        return read(after)

    monkeypatch.setattr(bench.journal, "read", counted)

    async def known() -> State:
        return checkpoint.decode(body)

    bench.desk._world = replace(bench.desk._world, checkpoint=known)
    await bench.desk._fold()
    assert bench.desk.state.hash() == whole
    assert asked == [written]


def test_the_instruments_of_the_bench_differ() -> None:
    assert AAA.id != BBB.id


@virtually
async def test_a_thousand_queued_intents_are_denied_by_one_halt_and_none_of_them_leaves() -> None:
    slow = {"orders_per_second": Decimal(1), "burst": 3, "reserved": 2}
    bench = await opened(changes=slow, limits=Limits(max_open_orders=2000))
    receipts = await gather(*(bench.send(f"k{n}", quantity=str(n + 1), terms=limit("98")) for n in range(1000)))
    await bench.desk.set_trading_state(Scope(ScopeType.WORKSPACE), TradingState.HALTED, "test", "me")
    left = dict(bench.journal.sent)
    await bench.settle(10.0)
    assert len(bench.desk.state.unsent) == 0
    assert bench.journal.sent == left
    assert bench.live() == []
    assert sum(bench.order(one).status is OrderStatus.DENIED for one in receipts) == 1000 - len(left)
