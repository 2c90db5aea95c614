# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""What a broker lacks is done by the desk: held stops, trailing stops, ends of validity, and the exits of an entry."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bidwell.engine import convergence
from bidwell.engine.intake import Receipt
from bidwell.model import held_events as hev
from bidwell.model.errors import InvalidInput
from bidwell.model.intent import SizingBy
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, Bench, limit, opened, virtually

PLAIN = frozenset({OrderType.MARKET, OrderType.LIMIT})
BARE = {"attached_exits": False}
POOR = {
    "attached_exits": False, "order_types": PLAIN,
    "times_in_force": frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC}),
}  # fmt: skip
BOTH = Protection(stop_price=Decimal(95), take_profit_price=Decimal(110))


def stop(price: str, time_in_force: TimeInForce = TimeInForce.GTC) -> Terms:
    return Terms(OrderType.STOP, stop_price=Decimal(price), time_in_force=time_in_force)


def trailing(amount: str) -> Terms:
    return Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(amount), time_in_force=TimeInForce.GTC)


async def prices(bench: Bench, *all_of: str) -> None:
    for price in all_of:
        bench.quote(price)
        await bench.settle(0.05)


def leg(bench: Bench, receipt: Receipt, number: int) -> Order:
    """The newest attempt of an exit."""
    return [order for order in bench.orders(receipt) if order.leg == number][-1]


def at_venue(bench: Bench) -> list[tuple[Side, Decimal, OrderType]]:
    orders = bench.venue.state.open_orders("acc_0")
    return [(order.side, order.quantity, order.order_type) for order in orders]


# --- stops ---------------------------------------------------------------------------------------


@virtually
async def test_a_stop_that_the_broker_lacks_is_held_and_leaves_as_a_market_order_at_its_price() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", terms=stop("101"))
    await prices(bench, "100.5", "100.9")
    assert bench.order(receipt).status is OrderStatus.HELD
    assert bench.live() == []
    await prices(bench, "101.2")
    await bench.until(lambda: bench.truth() == 10)
    order = bench.order(receipt)
    assert (order.status, order.terms.order_type, order.asked) == (OrderStatus.FILLED, OrderType.MARKET, stop("101"))
    (triggered,) = [event for event in bench.heard if isinstance(event, hev.OrderTriggered)]
    assert triggered.seen is not None
    assert (triggered.seen.price, triggered.seen.level) == (Decimal("101.2"), 101)


@virtually
async def test_a_stop_that_the_broker_takes_is_left_to_it() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", terms=stop("101"))
    await bench.settle()
    assert bench.order(receipt).asked is None
    assert bench.live() == [bench.order(receipt).client_order_id]


@virtually
async def test_a_trailing_stop_follows_the_price_and_never_goes_back() -> None:
    bench = await opened(changes=POOR)
    await bench.send("k1")
    await bench.until(lambda: bench.position() == 10)
    receipt = await bench.send("k2", Side.SELL, terms=trailing("2"))
    await prices(bench, "100", "103", "102", "101.01")
    assert bench.order(receipt).status is OrderStatus.HELD
    await prices(bench, "101")
    await bench.until(lambda: bench.truth() == 0)


@virtually
async def test_a_trailing_stop_keeps_its_best_price_over_a_restart() -> None:
    bench = await opened(changes=POOR)
    await bench.send("k1")
    await bench.until(lambda: bench.position() == 10)
    receipt = await bench.send("k2", Side.SELL, terms=trailing("2"))
    bench.quote("105")
    await bench.settle(1.5)
    bench.quote("106")
    await bench.settle()
    bench.prices[AAA.id] = Decimal("104.5")
    await bench.restart()
    assert bench.order(receipt).status is OrderStatus.HELD
    await prices(bench, "104")
    await bench.until(lambda: bench.truth() == 0)


@virtually
async def test_old_prices_set_nothing_off_and_somebody_is_told() -> None:
    bench = await opened(changes=POOR, limits=Limits(max_open_orders=100, max_data_age=Decimal(3)))
    receipt = await bench.send("k1", terms=stop("101"))
    await bench.settle(5.0)
    assert "held_order_without_prices" in bench.alarms
    old = bench.clock.now() - timedelta(seconds=4)
    bench.desk.on_quotes([bench.quote_at("102", received_at=old)])
    await bench.settle(1.0)
    assert bench.order(receipt).status is OrderStatus.HELD
    await prices(bench, "102")
    await bench.until(lambda: bench.truth() == 10)


@virtually
async def test_a_held_order_can_be_changed_and_canceled() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", terms=stop("101"))
    await bench.settle()
    name = bench.order(receipt).client_order_id
    await bench.desk.replace(name, Decimal(4), stop("103"), "trader")
    await prices(bench, "102")
    order = bench.order(receipt)
    assert (order.status, order.quantity, order.asked) == (OrderStatus.HELD, 4, stop("103"))
    await bench.desk.cancel(name, "trader", "no more")
    assert bench.order(receipt).status is OrderStatus.CANCELED
    await prices(bench, "104")
    await bench.settle(1.0)
    assert bench.truth() == 0
    assert not bench.desk.state.reservations


@virtually
async def test_a_held_entry_keeps_what_it_may_cost_and_passes_the_gate_again_when_it_is_due() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", terms=stop("101"))
    await bench.settle()
    assert bench.desk.state.reserved(bench.order(receipt).account) > 0
    await bench.desk.set_trading_state(Scope(ScopeType.WORKSPACE), TradingState.HALTED, "test", "owner",
                                       cancel_working=False)  # fmt: skip
    await prices(bench, "101.5")
    order = bench.order(receipt)
    assert order.status is OrderStatus.DENIED
    assert bench.denial(order).rule == "halt"
    assert bench.truth() == 0


@virtually
async def test_a_held_stop_survives_a_restart_and_leaves_once() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", terms=stop("101"))
    await bench.settle()
    await bench.restart()
    bench.weather.plan("journal", Fault.CRASH_AFTER)
    bench.quote("101.5")
    await bench.settle(0.3)
    await bench.restart()
    await bench.until(lambda: bench.truth() == 10)
    await prices(bench, "101.6", "101.7")
    assert bench.truth() == 10
    assert bench.order(receipt).status is OrderStatus.FILLED


@virtually
async def test_a_stop_limit_leaves_as_a_limit_order() -> None:
    bench = await opened(changes=POOR)
    terms = Terms(OrderType.STOP_LIMIT, stop_price=Decimal(101), limit_price=Decimal("101.5"))
    receipt = await bench.send("k1", terms=terms)
    await prices(bench, "103")
    await bench.until(lambda: bool(bench.live()))
    order = bench.order(receipt)
    assert (order.terms.order_type, order.terms.limit_price, order.asked) == (OrderType.LIMIT, Decimal("101.5"), terms)


@virtually
async def test_an_order_that_neither_broker_nor_desk_can_work_is_denied() -> None:
    bench = await opened(changes={**POOR, "order_types": frozenset({OrderType.LIMIT})})
    receipt = await bench.send("k1", terms=stop("101"))
    await bench.settle()
    assert bench.denial(bench.order(receipt)).rule == "broker_capability"


# --- ends ----------------------------------------------------------------------------------------


@virtually
async def test_an_end_that_the_broker_does_not_know_is_kept_by_the_desk() -> None:
    bench = await opened(changes=POOR)
    ends = bench.listing.now() + timedelta(seconds=5)
    terms = Terms(OrderType.LIMIT, limit_price=Decimal(99), time_in_force=TimeInForce.GTD, expires_at=ends)
    receipt = await bench.send("k1", terms=terms)
    await bench.until(lambda: bool(bench.live()))
    assert bench.order(receipt).terms.time_in_force is TimeInForce.GTC
    await bench.restart()
    await prices(bench, "100")
    assert bench.live()
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.CANCELED)
    assert not bench.live()
    assert bench.listing.now() >= ends


@pytest.mark.parametrize("step", [0.0, -3600.0])
@virtually
async def test_an_end_is_kept_after_a_restart_without_prices_too(step: float) -> None:
    bench = await opened(changes=POOR)
    ends = bench.listing.now() + timedelta(seconds=3)
    terms = Terms(OrderType.LIMIT, limit_price=Decimal(99), time_in_force=TimeInForce.GTD, expires_at=ends)
    receipt = await bench.send("k1", terms=terms)
    await bench.until(lambda: bool(bench.live()))
    bench.crash()
    bench.clock.step(step)
    bench.desk = bench.build()
    await bench.desk.start()
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.CANCELED)
    assert bench.listing.now() >= ends


@virtually
async def test_a_day_order_ends_with_its_day_where_the_broker_knows_no_days() -> None:
    bench = await opened(changes={"times_in_force": frozenset({TimeInForce.GTC})})
    receipt = await bench.send("k1", terms=limit("99", TimeInForce.DAY))
    await bench.until(lambda: bool(bench.live()))
    order = bench.order(receipt)
    assert (order.terms.time_in_force, order.asked) == (TimeInForce.GTC, limit("99", TimeInForce.DAY))
    await bench.restart()
    until = bench.desk.state.held[order.client_order_id].until
    assert until is not None
    assert timedelta(0) < until - bench.listing.now() < timedelta(days=1)
    bench.desk.on_quotes([bench.quote_at("100", occurred_at=until)])
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.CANCELED)
    assert not bench.live()


@virtually
async def test_a_held_order_ends_with_its_day() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", terms=stop("101", TimeInForce.DAY))
    await bench.settle()
    until = bench.desk.state.held[bench.order(receipt).client_order_id].until
    assert until is not None
    assert until - bench.listing.now() < timedelta(days=1)
    bench.desk.on_quotes([bench.quote_at("100", occurred_at=until)])
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.EXPIRED)


# --- exits ---------------------------------------------------------------------------------------


@virtually
async def test_once_its_entry_is_filled_the_stop_works_at_the_broker_and_the_target_here() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    assert at_venue(bench) == [(Side.SELL, 10, OrderType.STOP)]
    assert leg(bench, receipt, 1).status is OrderStatus.HELD


@virtually
async def test_a_target_without_a_stop_works_at_the_broker_once_its_entry_is_filled() -> None:
    bench = await opened(changes=BARE)
    await bench.send("k1", protection=Protection(take_profit_price=Decimal(110)))
    await bench.until(lambda: at_venue(bench) == [(Side.SELL, 10, OrderType.LIMIT)])


@virtually
async def test_where_somebody_cancels_the_stop_the_target_goes_to_the_broker() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    await bench.desk.cancel(leg(bench, receipt, 2).client_order_id, "trader")
    await bench.until(lambda: at_venue(bench) == [(Side.SELL, 10, OrderType.LIMIT)])
    assert leg(bench, receipt, 2).status is OrderStatus.CANCELED


@virtually
async def test_a_target_takes_its_stop_off_before_it_leaves() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    await prices(bench, "110.5")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(3.0)
    assert bench.live() == []
    assert leg(bench, receipt, 1).status is OrderStatus.FILLED
    assert not any(order.is_open for order in bench.orders(receipt))


@virtually
async def test_a_gap_beyond_the_collar_does_not_keep_a_target_from_leaving() -> None:
    bench = await opened(changes=BARE, limits=Limits(max_open_orders=100, price_collar=Decimal("0.05")))
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    await prices(bench, "130")
    await bench.until(lambda: bench.truth() == 0)
    limit_price = leg(bench, receipt, 1).terms.limit_price
    assert limit_price is not None
    assert 123 < limit_price < 124


@virtually
async def test_a_stop_that_fills_while_its_target_asks_it_off_leaves_nothing_to_the_target() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    bench.weather.plan("cancel", Fault.LATE)
    await prices(bench, "110.5", "94")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(4.0)
    assert bench.truth() == 0
    assert leg(bench, receipt, 1).status is OrderStatus.CANCELED
    assert bench.live() == []


@virtually
async def test_a_target_that_does_not_fill_is_followed_by_its_stop() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    bench.quote("110.5", size=4)
    await bench.until(lambda: leg(bench, receipt, 1).is_open and leg(bench, receipt, 1).status is not OrderStatus.HELD)
    await prices(bench, "105")
    assert leg(bench, receipt, 2).status is OrderStatus.HELD
    left = leg(bench, receipt, 1).leaves_quantity
    assert leg(bench, receipt, 2).quantity == left
    await prices(bench, "94", "94")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(3.0)
    assert bench.truth() == 0
    assert bench.live() == []


@virtually
async def test_exits_are_as_large_as_what_filled_and_take_the_rest_of_their_entry_off() -> None:
    bench = await opened(changes=BARE)
    bench.quote("100", size=4)
    receipt = await bench.send("k1", terms=limit("100.01"), protection=BOTH)
    await bench.until(lambda: bench.truth() == 4)
    await bench.settle(1.0)
    assert at_venue(bench) == [(Side.BUY, 10, OrderType.LIMIT)]
    await prices(bench, "110.5")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(3.0)
    assert (bench.truth(), bench.live()) == (0, [])
    assert leg(bench, receipt, 1).filled_quantity == 4


@virtually
async def test_a_canceled_entry_leaves_its_stop_over_what_filled() -> None:
    bench = await opened(changes=BARE)
    bench.quote("100", size=4)
    receipt = await bench.send("k1", terms=limit("100.01"), protection=BOTH)
    await bench.until(lambda: bench.truth() == 4)
    await bench.desk.cancel(bench.orders(receipt)[0].client_order_id, "trader")
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    assert at_venue(bench) == [(Side.SELL, 4, OrderType.STOP)]
    assert leg(bench, receipt, 1).quantity == 4


@virtually
async def test_an_entry_that_comes_to_nothing_takes_its_exits_along() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", terms=limit("90"), protection=BOTH)
    await bench.until(lambda: bool(bench.live()))
    await bench.desk.cancel(bench.orders(receipt)[0].client_order_id, "trader")
    await bench.until(lambda: not any(order.is_open for order in bench.orders(receipt)))


@virtually
async def test_where_the_broker_lacks_stops_too_both_exits_are_watched_here() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: bench.truth() == 10)
    await bench.settle(1.0)
    assert bench.live() == []
    await prices(bench, "94.5")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(2.0)
    assert leg(bench, receipt, 1).status is OrderStatus.CANCELED
    assert leg(bench, receipt, 2).status is OrderStatus.FILLED


@virtually
async def test_a_stop_that_the_broker_refuses_is_held_again() -> None:
    bench = await opened(changes=BARE)
    bench.weather.plan("submit", None, Fault.THROTTLED, Fault.THROTTLED)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: sum(order.status is OrderStatus.REJECTED for order in bench.orders(receipt)) == 2)
    await bench.settle(3.0)
    assert leg(bench, receipt, 2).status is OrderStatus.HELD
    await prices(bench, "94")
    await bench.until(lambda: bench.truth() == 0)


@virtually
async def test_a_stop_that_filled_unheard_over_a_part_is_held_again_for_the_rest() -> None:
    bench = await opened(changes=BARE)
    await bench.send("k1", Side.SELL, "6")
    await bench.until(lambda: bench.position() == -6)
    receipt = await bench.send("k2", protection=Protection(stop_price=Decimal(95)))
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    assert at_venue(bench) == [(Side.SELL, 4, OrderType.STOP)]
    bench.weather.plan("snapshot", *[Fault.INCOMPLETE] * 4)
    bench.line.cut("gone")
    await bench.send("k3", quantity="6")
    await prices(bench, "94", "100")
    assert bench.truth() == 0
    await bench.until(lambda: bench.truth() == 6)
    await bench.until(lambda: at_venue(bench) == [(Side.SELL, 6, OrderType.STOP)])


@virtually
async def test_a_stop_that_the_broker_ended_half_filled_goes_on() -> None:
    bench = await opened(changes=POOR)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: bench.truth() == 10)
    bench.quote("94", size=4)
    await bench.until(lambda: bench.truth() == 6)
    bench.exchange.publish(bench.venue.cancel("acc_0", leg(bench, receipt, 2).client_order_id))
    await prices(bench, "94")
    await bench.until(lambda: bench.truth() == 0)
    assert leg(bench, receipt, 2).quantity == 6


@virtually
async def test_a_stop_follows_the_position_that_others_change() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=Protection(stop_price=Decimal(95)))
    await bench.until(lambda: at_venue(bench) == [(Side.SELL, 10, OrderType.STOP)])
    by_hand = Ticket(AAA.id, Side.SELL, Decimal(4), OrderType.MARKET, TimeInForce.DAY)
    bench.exchange.publish(bench.venue.submit("acc_0", [by_hand]))
    await bench.until(lambda: at_venue(bench) == [(Side.SELL, 6, OrderType.STOP)])
    await bench.send("k2", quantity="20")
    await bench.until(lambda: at_venue(bench) == [(Side.SELL, 10, OrderType.STOP)])
    assert sum(order.filled_quantity for order in bench.orders(receipt)[1:]) == 0


@virtually
async def test_a_close_by_hand_takes_held_exits_off() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    await bench.send("k2", None, "100", by=SizingBy.CLOSE)
    await bench.until(lambda: bench.truth() == 0)
    await prices(bench, "94", "111")
    await bench.settle(2.0)
    assert (bench.truth(), bench.live()) == (0, [])
    assert not any(order.is_open for order in bench.orders(receipt))


@virtually
async def test_the_quantity_of_an_exit_is_not_for_changing_but_its_price_is() -> None:
    bench = await opened(changes=BARE)
    receipt = await bench.send("k1", protection=BOTH)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    target = leg(bench, receipt, 1)
    with pytest.raises(InvalidInput, match="as large as"):
        await bench.desk.replace(target.client_order_id, Decimal(3), None, "trader")
    await bench.desk.replace(target.client_order_id, None, limit("108"), "trader")
    await prices(bench, "108.5")
    await bench.until(lambda: bench.truth() == 0)


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
@pytest.mark.parametrize("moment", range(4))
def test_exits_go_out_once_whenever_the_desk_dies(fault: Fault, moment: int) -> None:
    @virtually
    async def story() -> None:
        bench = await opened(changes=BARE)
        receipt = await bench.send("k1", protection=BOTH)
        await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
        bench.weather.plan("journal", *([None] * moment), fault)
        await prices(bench, "110.5")
        await bench.settle(1.0)
        await bench.restart()
        await prices(bench, "110.5")
        await bench.until(lambda: bench.truth() == 0)
        await bench.settle(3.0)
        await prices(bench, "94", "111")
        assert (bench.truth(), bench.live()) == (0, [])
        folded = await _folded(bench)
        assert folded == bench.desk.state.hash()

    story()


async def _folded(bench: Bench) -> Any:  # noqa: ANN401 - a hash
    from bidwell.engine import codec  # noqa: PLC0415 - used here alone
    from bidwell.engine.state import State  # noqa: PLC0415 - as above

    state = State()
    for entry in bench.journal.entries:
        state.apply(codec.decode(entry.kind, entry.body))
    return state.hash()


# --- exits of what is held -----------------------------------------------------------------------


async def protected(bench: Bench, quantity: str = "100", protection: Protection = BOTH) -> Receipt:
    """Ten are held, and a pair of exits is asked for."""
    await bench.send("k1")
    await bench.until(lambda: bench.position() == 10)
    return await bench.send("k2", None, quantity, by=SizingBy.CLOSE, protection=protection, protects=True)


@virtually
async def test_what_is_held_gets_a_pair_of_exits_of_which_one_cancels_the_other() -> None:
    bench = await opened()
    receipt = await protected(bench)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    assert at_venue(bench) == [(Side.SELL, 10, OrderType.STOP)]
    assert bench.truth() == 10
    await bench.restart()
    await prices(bench, "110.5")
    await bench.until(lambda: bench.truth() == 0)
    await bench.settle(3.0)
    assert not any(order.is_open for order in bench.orders(receipt))
    record = bench.desk.state.intents[receipt.intent]
    (part,) = convergence.parts(bench.desk.state, record)
    assert (part.standing, part.target, part.actual) == (convergence.Standing.CONVERGED, -10, -10)


@virtually
async def test_a_part_of_what_is_held_can_be_protected() -> None:
    bench = await opened()
    receipt = await protected(bench, "40")
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    await prices(bench, "94", "94")
    await bench.until(lambda: bench.truth() == 6)
    await bench.settle(3.0)
    assert (bench.truth(), bench.live()) == (6, [])
    assert leg(bench, receipt, 1).status is OrderStatus.CANCELED


@virtually
async def test_new_exits_take_the_place_of_those_before() -> None:
    bench = await opened()
    first = await protected(bench)
    await bench.until(lambda: leg(bench, first, 2).status is OrderStatus.WORKING)
    second = await bench.send("k3", None, "100", by=SizingBy.CLOSE, protects=True,
                              protection=Protection(stop_price=Decimal(97)))  # fmt: skip
    await bench.until(lambda: len(bench.orders(second)) == 1 and bench.order(second).status is OrderStatus.WORKING)
    assert not any(order.is_open for order in bench.orders(first))
    assert [order.stop_price for order in bench.venue.state.open_orders("acc_0")] == [97]


@virtually
async def test_exits_of_a_position_that_somebody_closes_go_with_it() -> None:
    bench = await opened()
    receipt = await protected(bench)
    await bench.until(lambda: leg(bench, receipt, 2).status is OrderStatus.WORKING)
    await bench.send("k3", None, "100", by=SizingBy.CLOSE)
    await bench.until(lambda: bench.truth() == 0)
    await bench.until(lambda: not any(order.is_open for order in bench.orders(receipt)))
    assert bench.live() == []


@virtually
async def test_protecting_what_is_not_held_does_nothing_and_needs_an_exit() -> None:
    bench = await opened()
    receipt = await bench.send("k1", None, "100", by=SizingBy.CLOSE, protection=BOTH, protects=True)
    await bench.settle()
    assert bench.orders(receipt) == []
    with pytest.raises(InvalidInput, match="protected by a stop or a target"):
        await bench.send("k2", None, "100", by=SizingBy.CLOSE, protects=True)
    with pytest.raises(InvalidInput, match="protected by a stop or a target"):
        await bench.send("k3", Side.SELL, "10", protection=BOTH, protects=True)
