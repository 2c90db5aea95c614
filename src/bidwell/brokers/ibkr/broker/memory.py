"""What a session remembers of its account's orders: three numbers name one, and no message has them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from bidwell.brokers.ibkr import parse, wire
from bidwell.brokers.transport import Recent
from bidwell.model.ids import ClientOrderId, ExecutionId
from bidwell.model.money import ZERO
from bidwell.model.terms import Terms


class Memory:
    """Orders by their permanent number, by the client's, and by our own id; what of them was counted as filled."""

    def __init__(self) -> None:
        self._rows: Recent[int, wire.OpenOrder] = Recent()
        self._permanent: Recent[tuple[int, int], int] = Recent()
        self._sent: Recent[tuple[int, int], ClientOrderId] = Recent()
        self._terms: Recent[tuple[int, int], Terms] = Recent()
        self._named: Recent[str, int] = Recent()
        self._counted: Recent[int, dict[ExecutionId, Decimal]] = Recent()

    def send(self, client_id: int, order_id: int, name: ClientOrderId, terms: Terms) -> None:
        """An order of ours is about to leave."""
        self._sent[client_id, order_id] = name
        self._terms[client_id, order_id] = terms

    def change(self, client_id: int, order_id: int, terms: Terms) -> None:
        """An order of ours works on other terms."""
        self._terms[client_id, order_id] = terms

    def keep(self, row: wire.OpenOrder) -> None:
        """An order as the Gateway shows it; a completed one tells neither its client's numbers nor always its quantity."""
        if row.perm_id <= 0:
            return  # on its way still: its number for good comes with what becomes of it
        before = self._rows.get(row.perm_id)
        if before is not None and row.filled is not None:
            return
        self._rows[row.perm_id] = row
        if row.order_id:
            self._permanent[row.client_id, row.order_id] = row.perm_id
        if parse.own_name(row.ref):
            self._named[row.ref] = row.perm_id

    def row(self, perm_id: int) -> wire.OpenOrder | None:
        """An order as it was shown last while it was open."""
        return self._rows.get(perm_id)

    def known(self, perm_id: int, status: wire.Status | None) -> parse.Known:
        """What is known of an order beside its row."""
        row = self._rows.get(perm_id)
        if row is None:
            return parse.Known(status)
        return parse.Known(status, row.quantity or None, self._terms.get((row.client_id, row.order_id)))

    def permanent(self, client_id: int, order_id: int) -> int:
        """An order's permanent number, 0 where none was told."""
        return self._permanent.get((client_id, order_id), 0)

    def number_of(self, name: ClientOrderId) -> int:
        """The permanent number behind our own id, 0 where none was told."""
        return self._named.get(name, 0)

    def name(self, client_id: int, order_id: int, perm_id: int = 0) -> ClientOrderId | None:
        """Under which id the desk knows an order; None for one that is not of this account."""
        row = self._rows.get(perm_id or self.permanent(client_id, order_id))
        if row is not None:
            return parse.event_name(row.ref, row.perm_id)
        return self._sent.get((client_id, order_id))

    def count(self, executions: Iterable[wire.Execution]) -> None:
        """These are known."""
        by_order: defaultdict[int, dict[ExecutionId, Decimal]] = defaultdict(dict)
        for each in executions:
            by_order[each.perm_id][parse.execution_name(each)] = each.quantity
        for perm_id, told in by_order.items():
            self._counted[perm_id] = self._counted.get(perm_id, {}) | told

    def counted(self, perm_id: int) -> Decimal:
        """How much of an order is known to be filled."""
        return sum(self._counted.get(perm_id, {}).values(), ZERO)
