"""At rest: what was filled under a stop still has one, and what has an end is over."""

from __future__ import annotations

from bidwell.engine import bracket, emulation, unwinding
from bidwell.engine.state import State
from bidwell.model.ids import ClientOrderId
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus
from bidwell.simulation.proof.held import HELD, LATEST
from bidwell.simulation.proof.stage import Stage


def compare(stage: Stage, state: State) -> None:
    """Every entry with a stop of the desk's keeps it while anything is open, and every end was kept."""
    legs: dict[ClientOrderId, list[ClientOrderId]] = {}
    for order in state.orders.values():
        if order.entry is not None and order.asked is not None:
            legs.setdefault(order.entry, []).append(order.client_order_id)
    stage.counts["held"] += len(stage.journal.waited)
    stage.counts["triggered"] += sum(one.seen is not None for one in stage.journal.triggered.values())
    stage.counts["held_again"] += sum(len(names) for names in legs.values()) - sum(
        len({state.orders[one].leg for one in names}) for names in legs.values()
    )
    for name, names in legs.items():
        _protected(stage, state, name, names)
    for name, held in state.held.items():
        order = state.orders[name]
        over = held.until is not None and stage.listing.now() > held.until + LATEST
        if (
            over
            and order.status in {OrderStatus.HELD, OrderStatus.WORKING}
            and order.account not in stage.judge.tainted
        ):
            stage.judge.break_(HELD, f"{name} should have ended at {held.until}")


def _protected(stage: Stage, state: State, name: ClientOrderId, names: list[ClientOrderId]) -> None:
    stands = bracket.standing(state, name, names)
    stop = stands.last(emulation.STOP)
    if stop is None or stands.rest <= 0 or not stands.over or stop.account in stage.judge.tainted:
        return
    held = state.portfolios[stop.account].position(stop.instrument).quantity * -stop.side.sign
    if held <= ZERO or _wished(state, stop) or _given_up(state, names):
        return
    if not stop.is_open:
        stage.judge.break_(HELD, f"{stands.rest} of {name} is left without its stop, which was {stop.status}")
    elif stop.status is OrderStatus.HELD and stop.quantity < stands.rest:
        stage.judge.break_(HELD, f"{stands.rest} of {name} is open and its stop is over {stop.quantity}")
    elif stop.status is OrderStatus.HELD and not stands.out and _belongs_there(stage, state, stop, stands):
        stage.judge.break_(HELD, f"the stop of {name} waits here, and its broker would work it")


def _given_up(state: State, names: list[ClientOrderId]) -> bool:
    return (
        sum(state.orders[one].status in {OrderStatus.REJECTED, OrderStatus.DENIED} for one in names) >= bracket.ATTEMPTS
    )


def _belongs_there(stage: Stage, state: State, stop: Order, stands: bracket.Standing) -> bool:
    """Whether the broker takes the stop, there is something to close, and the desk waits for nothing else."""
    able = stage.desk.capabilities(stop.account)
    refused = sum(one.status is OrderStatus.REJECTED for one in stands.legs)
    if able is None or (stop.asked or stop.terms).order_type not in able.order_types or refused > 1:
        return False
    legs = frozenset(one.client_order_id for one in stands.legs)
    room = unwinding.free_to_close(state, stop.account, stop.instrument, stop.side, legs)
    return room > 0 and stage.desk.core.holding.may_try(stop.client_order_id)


def _wished(state: State, stop: Order) -> bool:
    """Whether somebody wanted the stop gone, here or at the broker's own screen."""
    trace = state.traces[stop.client_order_id]
    if stop.status is OrderStatus.DENIED:
        return trace.denial is not None and trace.denial.rule == "canceled_before_sent"
    if stop.status is OrderStatus.CANCELED and trace.asked_off is None:
        return True
    return trace.asked_off not in {None, bracket.ACTOR}
