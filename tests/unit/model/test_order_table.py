"""The order table against a second copy of it, written out by hand from the design."""

from __future__ import annotations

import pytest

from bidwell.model.errors import InvalidTransition
from bidwell.model.order import CLOSED, TRANSITIONS, Order, OrderStatus, Pending, Step, accept, amend, fill, step
from bidwell.model.terms import Side
from tests.properties import samples

DESIGN = """
            denied submitted accepted rejected canceled expired absent replaced filled  cancel_requested cancel_rejected replace_requested replace_rejected held triggered
CREATED     DENIED SUBMITTED WORKING  -        -        -       -      -        -       -                -               -                 - HELD CREATED
HELD        DENIED -         -        -        CANCELED EXPIRED -      HELD     -       HELD             -               HELD              -                -    CREATED
SUBMITTED   -      -         WORKING  REJECTED CANCELED EXPIRED ABSENT -        WORKING SUBMITTED        SUBMITTED       SUBMITTED         SUBMITTED -    -
WORKING     -      -         WORKING  REJECTED CANCELED EXPIRED -      WORKING  WORKING WORKING          WORKING         WORKING           WORKING -    -
ABSENT      -      -         WORKING  REJECTED CANCELED EXPIRED -      -        WORKING ABSENT           ABSENT          ABSENT            ABSENT -    -
DENIED      -      -         -        -        -        -       -      -        -       -                -               -                 - -    -
REJECTED    -      -         -        REJECTED REJECTED REJECTED -     -        REJECTED -               REJECTED        -                 REJECTED -    -
CANCELED    -      -         CANCELED CANCELED CANCELED CANCELED -     -        CANCELED -               CANCELED        -                 CANCELED -    -
EXPIRED     -      -         EXPIRED  EXPIRED  EXPIRED  EXPIRED -      -        EXPIRED -                EXPIRED         -                 EXPIRED -    -
FILLED      -      -         FILLED   FILLED   FILLED   FILLED  -      -        FILLED  -                FILLED          -                 FILLED -    -
"""


def designed() -> list[tuple[OrderStatus, Step, OrderStatus | None]]:
    head, *rows = DESIGN.strip().splitlines()
    steps = [Step(name) for name in head.split()]
    return [
        (OrderStatus(row.split()[0]), kind, None if after == "-" else OrderStatus(after))
        for row in rows
        for kind, after in zip(steps, row.split()[1:], strict=True)
    ]


def standing(status: OrderStatus, pending: Pending = Pending.NONE) -> Order:
    return samples.order(status=status, pending=pending)


def figures(order: Order) -> str:
    return f"{order.filled_quantity} filled, {order.leaves_quantity} left, average {order.average_price}"


def test_the_design_names_every_status_and_every_step() -> None:
    assert len(designed()) == len(OrderStatus) * len(Step)
    assert set(TRANSITIONS) == set(OrderStatus)


@pytest.mark.parametrize(("status", "kind", "after"), designed())
def test_a_step_moves_an_order_as_designed_or_not_at_all(
    status: OrderStatus, kind: Step, after: OrderStatus | None
) -> None:
    if after is None:
        with pytest.raises(InvalidTransition, match=kind):
            step(standing(status), kind)
    else:
        assert step(standing(status), kind).status is after


@pytest.mark.parametrize("status", sorted(CLOSED - {OrderStatus.DENIED}))
@pytest.mark.parametrize("kind", [Step.REJECTED, Step.CANCELED, Step.EXPIRED])
def test_a_closing_event_on_a_closed_order_changes_nothing(status: OrderStatus, kind: Step) -> None:
    closed = standing(status)
    assert step(closed, kind, reason="late") is closed


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        (Pending.NONE, Step.CANCEL_REQUESTED, Pending.CANCEL),
        (Pending.NONE, Step.REPLACE_REQUESTED, Pending.REPLACE),
        (Pending.CANCEL, Step.CANCEL_REJECTED, Pending.NONE),
        (Pending.REPLACE, Step.REPLACE_REJECTED, Pending.NONE),
        (Pending.REPLACE, Step.REPLACED, Pending.NONE),
        (Pending.REPLACE, Step.CANCEL_REQUESTED, Pending.CANCEL),
        (Pending.CANCEL, Step.REPLACE_REJECTED, Pending.CANCEL),
        (Pending.CANCEL, Step.REPLACED, Pending.CANCEL),
        (Pending.REPLACE, Step.CANCEL_REJECTED, Pending.REPLACE),
        (Pending.CANCEL, Step.ACCEPTED, Pending.CANCEL),
        (Pending.CANCEL, Step.FILLED, Pending.CANCEL),
        (Pending.CANCEL, Step.CANCELED, Pending.NONE),
        (Pending.CANCEL, Step.REJECTED, Pending.NONE),
        (Pending.REPLACE, Step.EXPIRED, Pending.NONE),
    ],
)
def test_a_request_stays_pending_until_its_own_answer_or_the_end(before: Pending, kind: Step, after: Pending) -> None:
    assert step(standing(OrderStatus.WORKING, before), kind).pending is after


def test_a_step_without_effect_gives_the_same_order() -> None:
    working = standing(OrderStatus.WORKING)
    assert step(working, Step.CANCEL_REJECTED) is working


def test_a_reason_is_kept_until_another_comes() -> None:
    rejected = step(step(standing(OrderStatus.SUBMITTED), Step.ACCEPTED, reason="slow"), Step.REJECTED)
    assert rejected.reason == "slow"
    assert step(standing(OrderStatus.SUBMITTED), Step.REJECTED, reason="no margin").reason == "no margin"


def test_an_acceptance_adds_its_broker_id_once() -> None:
    first = accept(standing(OrderStatus.SUBMITTED), samples.BROKER_ID)
    again = accept(first, samples.BROKER_ID)
    assert again.broker_order_ids == (samples.BROKER_ID,)
    assert accept(again, None) is again


def test_a_partial_fill_leaves_the_order_working_and_the_rest_fills_it() -> None:
    partly = fill(standing(OrderStatus.SUBMITTED), samples.fill(Side.BUY, "4", "100", name="a"))
    assert partly.status is OrderStatus.WORKING
    assert figures(partly) == "4 filled, 6 left, average 100"
    whole = fill(partly, samples.fill(Side.BUY, "6", "110", name="b"))
    assert whole.status is OrderStatus.FILLED
    assert figures(whole) == "10 filled, 0 left, average 106"


def test_the_same_execution_twice_is_one_fill() -> None:
    once = fill(standing(OrderStatus.WORKING), samples.fill(Side.BUY, "4", "100"))
    assert fill(once, samples.fill(Side.BUY, "4", "100")) is once


def test_a_late_fill_is_counted_and_the_order_stays_closed() -> None:
    late = fill(standing(OrderStatus.CANCELED), samples.fill(Side.BUY, "10", "100"))
    assert late.status is OrderStatus.CANCELED
    assert figures(late) == "10 filled, 0 left, average 100"


def test_a_fill_beyond_the_quantity_is_counted_and_nothing_is_left() -> None:
    over = fill(standing(OrderStatus.WORKING), samples.fill(Side.BUY, "11", "100"))
    assert over.status is OrderStatus.FILLED
    assert figures(over) == "11 filled, 0 left, average 100"


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.DENIED])
def test_what_never_left_cannot_fill(status: OrderStatus) -> None:
    with pytest.raises(InvalidTransition):
        fill(standing(status), samples.fill(Side.BUY, "1", "100"))


def test_a_replace_takes_the_new_terms_and_the_new_broker_id() -> None:
    terms = samples.limit("99.50")
    working = standing(OrderStatus.WORKING, Pending.REPLACE)
    moved = amend(working, quantity=working.quantity * 2, terms=terms, broker_order_id=samples.BROKER_ID)
    assert moved.quantity == 20
    assert (moved.terms, moved.broker_order_ids) == (terms, (samples.BROKER_ID,))
    assert moved.pending is Pending.NONE
    assert amend(moved, quantity=moved.quantity, terms=terms, broker_order_id=samples.BROKER_ID) == moved
    assert amend(moved, quantity=moved.quantity, terms=terms, broker_order_id=None) == moved


def test_a_replace_down_to_what_is_filled_closes_the_order() -> None:
    partly = fill(standing(OrderStatus.WORKING, Pending.REPLACE), samples.fill(Side.BUY, "4", "100"))
    done = amend(partly, quantity=partly.filled_quantity, terms=partly.terms, broker_order_id=None)
    assert (done.status, done.pending, done.is_open) == (OrderStatus.FILLED, Pending.NONE, False)


@pytest.mark.parametrize(
    ("status", "is_open", "in_doubt"),
    [
        (OrderStatus.CREATED, True, False),
        (OrderStatus.SUBMITTED, True, True),
        (OrderStatus.WORKING, True, False),
        (OrderStatus.ABSENT, True, True),
        *((status, False, False) for status in sorted(CLOSED)),
    ],
)
def test_an_order_is_open_until_proven_closed(status: OrderStatus, is_open: bool, in_doubt: bool) -> None:
    found = standing(status)
    assert (found.is_open, found.in_doubt) == (is_open, in_doubt)
    assert found.leaves_quantity == (10 if is_open else 0)
    assert found.average_price is None


@pytest.mark.parametrize("status", [OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.FILLED])
def test_an_acknowledgement_that_its_orders_end_overtook_tells_the_brokers_id_and_opens_nothing(
    status: OrderStatus,
) -> None:
    closed = standing(status)
    late = accept(closed, samples.BROKER_ID)
    assert (late.status, late.is_open, late.pending) == (status, False, Pending.NONE)
    assert late.broker_order_ids == (samples.BROKER_ID,)
    assert accept(late, samples.BROKER_ID) is late


def test_an_acknowledgement_of_what_was_rejected_is_a_contradiction() -> None:
    with pytest.raises(InvalidTransition, match="accepted"):
        accept(standing(OrderStatus.REJECTED), samples.BROKER_ID)
