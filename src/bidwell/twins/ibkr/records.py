"""What the twin keeps beside the venue: which connection sent an order, and under which number and reference."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.ibkr import words
from bidwell.twins.margins import Wanted, alone, free
from bidwell.twins.scenario import Listed
from bidwell.twins.stage import Stage

BY_HAND = 0
"""The client that has the orders which were placed by hand."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Who sent an order: the connection's client id, its number, and the reference with it."""

    client: int
    number: int
    ref: str


class Records:
    """The twin's memory; contracts are numbered in the scenario's order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.contracts = {row.symbol: words.contract_id(index) for index, row in enumerate(stage.market.rows.values())}
        self.asked: dict[tuple[str, str], Sent] = {}
        self.orders: dict[str, Sent] = {}
        self.numbered: dict[tuple[int, int], str] = {}
        self.declined: set[str] = set()
        self._hands = itertools.count(2)  # an error about -1 is about nothing
        self.next_number = 1

    def listed(self, con_id: int) -> Listed | None:
        """The scenario's row of a contract."""
        return next((self.stage.market.rows[name] for name, number in self.contracts.items() if number == con_id), None)

    def named(self, held: VenueOrder) -> dict[str, object]:
        """An order's contract."""
        row = self.stage.market.rows[self.stage.market.symbols[held.instrument]]
        return words.contract(row, self.contracts[row.symbol])

    def ask(self, account: str, name: str, sent: Sent) -> str:
        """Note who sends an order; a name of the venue's own, since a reference may come as often as it is sent."""
        inner, again = name[:28], 1
        while inner and (account, inner) in self.asked:
            again += 1
            inner = f"{name[:28]}-{again}"
        inner = inner or f"none-{sent.client}-{sent.number}"
        self.asked[account, inner] = sent
        self.next_number = max(self.next_number, sent.number + 1)
        return inner

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Keep under which number an order came; one that was placed by hand gets a number below zero."""
        for outcome in outcomes:
            if isinstance(outcome, Placed | Declined) and outcome.order.broker_order_id not in self.orders:
                held = outcome.order
                sent = self.asked.get((held.account, held.client_order_id)) or Sent(BY_HAND, -next(self._hands), "")
                self.orders[held.broker_order_id] = sent
                self.numbered[sent.client, sent.number] = held.broker_order_id
                if isinstance(outcome, Declined):
                    self.declined.add(held.broker_order_id)

    def order(self, client: int, number: int) -> VenueOrder | None:
        """An order by its number."""
        return self.stage.state.orders.get(self.numbered.get((client, number), ""))

    # --- as messages --------------------------------------------------------------------------------

    def open_order(self, held: VenueOrder, status: str) -> bytes:
        """An order as it stands."""
        sent = self.orders[held.broker_order_id]
        given = self.named(held) | words.terms(held) | {
            "orderId": sent.number, "clientId": sent.client, "orderRef": sent.ref, "status": status}  # fmt: skip
        return words.message(5, *words.by_place(words.OPEN_ORDER, given))

    def what_if(self, client: int, number: int, wanted: Wanted, account: str) -> bytes:
        """What an order would change, which is told as an order that is none."""
        held = self.stage.state.accounts[account]
        equity, left = self.stage.venue.margin.equity(held), free(self.stage, account)
        before, change = equity - left, alone(self.stage, account, wanted)
        given = words.contract(wanted.row, self.contracts[wanted.row.symbol]) | {
            "orderId": number, "clientId": client, "account": account, "action": wanted.side.value, "orderType": "LMT",
            "totalQuantity": wanted.quantity, "lmtPrice": wanted.price or ZERO, "tif": "DAY", "whatIf": "1",
            "status": "PreSubmitted", "initMarginBefore": before, "initMarginChange": change, "initMarginAfter": before + change,
            "maintMarginBefore": before, "maintMarginChange": change, "maintMarginAfter": before + change,
            "equityWithLoanBefore": equity, "equityWithLoanChange": ZERO, "equityWithLoanAfter": equity}  # fmt: skip
        return words.message(5, *words.by_place(words.OPEN_ORDER, given))

    def completed_order(self, held: VenueOrder) -> bytes:
        """An order that is over; its quantity is told as zero where all of it filled."""
        given = self.named(held) | words.terms(held) | {
            "orderRef": self.orders[held.broker_order_id].ref, "status": words.STATUSES[held.status],
            "filledQuantity": held.filled, "completedTime": words.stamp(held.closed_at or held.created_at),
            "completedStatus": self.ending(held)}  # fmt: skip
        if held.status is OrderStatus.FILLED:
            given["totalQuantity"] = "0"
        return words.message(101, *words.by_place(words.COMPLETED_ORDER, given))

    def ending(self, held: VenueOrder) -> str:
        """How an order ended, in words."""
        if held.status is OrderStatus.FILLED:
            return f"Filled Size: {held.filled:f}"
        return (
            f"Rejected by System:{held.reason}"
            if held.status is OrderStatus.REJECTED
            else f"Cancelled by Trader {held.reason}"
        )

    def status(self, held: VenueOrder, status: str) -> bytes:
        """How far an order is."""
        sent = self.orders[held.broker_order_id]
        average = held.paid / held.filled if held.filled else ZERO
        last = held.fills[-1].price if held.fills else ZERO
        return words.message(3, sent.number, status, held.filled, held.quantity - held.filled, average,
                             words.permanent_id(held.broker_order_id), 0, last, sent.client, "", 0)  # fmt: skip

    def fills(self, held: VenueOrder, request: int) -> list[bytes]:
        """An order's executions, each with what it cost."""
        found, total = [], ZERO
        for done in held.fills:
            total += done.quantity
            found += [self.execution(held, done.execution_id, request), words.commission(done)]
        return found

    def execution(self, held: VenueOrder, execution_id: str, request: int) -> bytes:
        """One of an order's executions."""
        sent, upto = self.orders[held.broker_order_id], ZERO
        for done in held.fills:
            upto += done.quantity
            if done.execution_id == execution_id:
                return words.execution(request, held, done, self.named(held), sent.client, sent.number, sent.ref, upto)
        raise KeyError(execution_id)
