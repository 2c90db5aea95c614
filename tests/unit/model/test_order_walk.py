"""A long random walk over the order table, beside a second order that is written in another way."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from bidwell.model.errors import InvalidTransition
from bidwell.model.ids import BrokerOrderId
from bidwell.model.order import TRANSITIONS, Order, OrderStatus, Step, accept, amend, fill, step
from bidwell.model.terms import Side
from tests.properties import samples

EVENTS = 100_000
LONGEST_LIFE = 40
MAY = {
    "CREATED": {"denied", "submitted", "accepted", "held", "triggered"},
    "HELD": {"denied", "triggered", "canceled", "expired", "cancel_requested", "replace_requested", "replaced"},
}
ENDINGS = {"rejected": "REJECTED", "canceled": "CANCELED", "expired": "EXPIRED"}


class Refused(Exception):
    """The reference order does not allow the event."""


@dataclass
class Reference:
    """An order as prose: mutable, whole numbers, one method that reads like the design's paragraph."""

    quantity: int = 10
    status: str = "CREATED"
    asked: str = "none"
    fills: dict[str, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)

    def over(self) -> bool:
        return self.status in {"DENIED", "REJECTED", "CANCELED", "EXPIRED", "FILLED"}

    @property
    def filled(self) -> int:
        return sum(self.fills.values())

    def see(self, event: str, *, name: str, amount: int) -> None:
        if event == "filled" and name in self.fills:
            return
        if self.status == "DENIED" or (self.status in MAY and event not in MAY[self.status]):
            raise Refused
        if self.over():
            self._see_late(event, name=name, amount=amount)
            return
        getattr(self, f"_{event}")(name, amount)
        if self.over():
            self.asked = "none"

    def _see_late(self, event: str, *, name: str, amount: int) -> None:
        if event == "filled":
            self.fills[name] = amount
        elif event == "accepted" and self.status in {"FILLED", "CANCELED", "EXPIRED"}:
            self._know(name)
        elif event not in {*ENDINGS, "cancel_rejected", "replace_rejected"}:
            raise Refused

    def _know(self, name: str) -> None:
        if name not in self.ids:
            self.ids.append(name)

    def _denied(self, name: str, amount: int) -> None:
        if self.status != "HELD":
            self._only("CREATED", then="DENIED")
        self.status = "DENIED"

    def _held(self, name: str, amount: int) -> None:
        self._only("CREATED", then="HELD")

    def _triggered(self, name: str, amount: int) -> None:
        if self.status not in {"CREATED", "HELD"}:
            raise Refused
        self.status = "CREATED"

    def _submitted(self, name: str, amount: int) -> None:
        self._only("CREATED", then="SUBMITTED")

    def _accepted(self, name: str, amount: int) -> None:
        self.status = "WORKING"
        self._know(name)

    def _rejected(self, name: str, amount: int) -> None:
        self.status = "REJECTED"

    def _canceled(self, name: str, amount: int) -> None:
        self.status = "CANCELED"

    def _expired(self, name: str, amount: int) -> None:
        self.status = "EXPIRED"

    def _absent(self, name: str, amount: int) -> None:
        self._only("SUBMITTED", then="ABSENT")

    def _filled(self, name: str, amount: int) -> None:
        self.fills[name] = amount
        self.status = "FILLED" if self.filled >= self.quantity else "WORKING"

    def _replaced(self, name: str, amount: int) -> None:
        if self.status not in {"WORKING", "HELD"}:
            raise Refused
        self.quantity = amount
        self._know(name)
        if self.asked == "replace":
            self.asked = "none"
        if self.filled >= self.quantity:
            self.status = "FILLED"

    def _cancel_requested(self, name: str, amount: int) -> None:
        self.asked = "cancel"

    def _replace_requested(self, name: str, amount: int) -> None:
        self.asked = "replace"

    def _cancel_rejected(self, name: str, amount: int) -> None:
        if self.asked == "cancel":
            self.asked = "none"

    def _replace_rejected(self, name: str, amount: int) -> None:
        if self.asked == "replace":
            self.asked = "none"

    def _only(self, before: str, *, then: str) -> None:
        if self.status != before:
            raise Refused
        self.status = then


def move(order: Order, kind: Step, *, name: str, amount: int) -> Order:
    if kind is Step.FILLED:
        return fill(order, samples.fill(Side.BUY, str(amount), "100", name=name))
    if kind is Step.ACCEPTED:
        return accept(order, BrokerOrderId(name))
    if kind is Step.REPLACED:
        return amend(order, quantity=Decimal(amount), terms=order.terms, broker_order_id=BrokerOrderId(name))
    return step(order, kind)


def same(order: Order, reference: Reference) -> bool:
    left = 0 if reference.over() else max(reference.quantity - reference.filled, 0)
    return (
        order.status.value == reference.status
        and order.pending.value == reference.asked
        and order.quantity == reference.quantity
        and order.filled_quantity == reference.filled
        and order.leaves_quantity == left
        and order.is_open is not reference.over()
        and list(order.broker_order_ids) == reference.ids
    )


def test_a_hundred_thousand_events_move_the_order_and_the_reference_alike() -> None:
    dice = random.Random(20_260_302)
    steps = list(Step)
    likely = [Step.SUBMITTED, Step.ACCEPTED, Step.FILLED, Step.ABSENT]
    seen: set[tuple[OrderStatus, Step]] = set()
    order, reference, age = samples.order(), Reference(), 0
    for _ in range(EVENTS):
        if age == LONGEST_LIFE or reference.status == "DENIED":
            order, reference, age = samples.order(), Reference(), 0
        kind = dice.choice(likely if dice.random() < 0.2 else steps)
        name, amount = f"n{dice.randrange(12)}", dice.randint(1, 12)
        refused = False
        try:
            reference.see(kind.value, name=name, amount=amount)
        except Refused:
            refused = True
        before = order
        try:
            order = move(order, kind, name=name, amount=amount)
        except InvalidTransition:
            assert refused, f"{kind} was refused in {before.status}"
        else:
            assert not refused, f"{kind} was allowed in {before.status}"
            if kind is not Step.FILLED or order is not before:
                seen.add((before.status, kind))
        assert same(order, reference), f"{kind} in {before.status}: {order} against {reference}"
        age += 1
    assert seen == {(status, kind) for status, row in TRANSITIONS.items() for kind in row}
