"""What Tradovate has told of one account: an order is spread over its state, versions, commands, reports and executions.

The user socket fills it once and keeps it up to date; a read by REST fills another. Nothing that is over begins again here,
in whatever order it is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.transport import finite, moment, positive
from bidwell.model.ids import ClientOrderId
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED


class UnknownOrder(Exception):
    """An order of which neither state nor command was told yet; `order` is Tradovate's number."""

    def __init__(self, order: int) -> None:
        super().__init__(f"order {order} has not been told of")
        self.order = order


@dataclass(frozen=True, slots=True)
class Held:
    """Positions by contract and cash by currency, at one moment."""

    positions: dict[int, wire.Position]
    balances: dict[int, wire.CashBalance]


@dataclass
class Entities:
    """One account's things by their numbers; `account` is Tradovate's number of it.

    What is taken in can be reckoned with: a figure that cannot raises ProtocolError.
    """

    account: int
    orders: dict[int, wire.Order] = field(default_factory=dict)
    versions: defaultdict[int, dict[int, wire.OrderVersion]] = field(default_factory=lambda: defaultdict(dict))
    commands: dict[int, wire.Command] = field(default_factory=dict)
    fills: defaultdict[int, dict[int, wire.Fill]] = field(default_factory=lambda: defaultdict(dict))
    positions: dict[int, wire.Position] = field(default_factory=dict)
    balances: dict[int, wire.CashBalance] = field(default_factory=dict)
    fees: dict[int, Decimal] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    reasons: dict[int, str] = field(default_factory=dict)
    _filled: dict[int, Decimal] = field(default_factory=dict)
    _last: dict[int, datetime] = field(default_factory=dict)
    _names: dict[int, ClientOrderId] = field(default_factory=dict)
    _first: dict[ClientOrderId, int] = field(default_factory=dict)
    _by_hand: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, sync: wire.Sync, account: int) -> Entities:
        """An account out of the user's world."""
        made = cls(account)
        made.put_all(sync.orders, sync.order_versions, sync.commands, sync.fills, sync.positions, sync.cash_balances)
        for fee in sync.fill_fees:
            made.put_fee(fee)
        for command in sync.command_reports:
            made.put_command_report(command)
        for execution in sync.execution_reports:
            made.put_execution(execution)
        return made

    def put_all(
        self, orders: Iterable[wire.Order] = (), versions: Iterable[wire.OrderVersion] = (),
        commands: Iterable[wire.Command] = (), fills: Iterable[wire.Fill] = (),
        positions: Iterable[wire.Position] = (), balances: Iterable[wire.CashBalance] = (),
    ) -> None:  # fmt: skip
        """Take rows in."""
        for order in orders:
            self.put_order(order)
        for version in versions:
            self.put_version(version)
        for fill in fills:
            self.put_fill(fill)
        for position in positions:
            self.put_position(position)
        for balance in balances:
            self.put_balance(balance)
        # The oldest first: of two orders under one name the first has it.
        for command in sorted(commands, key=lambda each: each.id):
            self.put_command(command)

    # --- taking in ----------------------------------------------------------------------------------

    def put_order(self, row: wire.Order) -> None:
        known = self.orders.get(row.id)
        if known is None or parse.STATUSES.get(known.ord_status) not in CLOSED:
            self.orders[row.id] = row
        self._saw(row.id, row.timestamp)

    def put_version(self, row: wire.OrderVersion) -> None:
        positive(row.order_qty, "orderQty")
        self.versions[row.order_id][row.id] = row

    def put_command(self, row: wire.Command) -> None:
        self.commands[row.id] = row
        self._saw(row.order_id, row.timestamp)
        if row.command_status in parse.REFUSED_COMMANDS:
            self.refused.add(row.id)
        if row.command_type != parse.NEW:
            return
        name = parse.own_name(row.cl_ord_id)
        if name is None or self._first.setdefault(name, row.order_id) != row.order_id:
            self._by_hand.add(row.order_id)
        else:
            self._names[row.order_id] = name
            self._by_hand.discard(row.order_id)

    def put_command_report(self, row: wire.CommandReport) -> None:
        if row.command_status not in parse.REFUSED_COMMANDS:
            return
        self.refused.add(row.command_id)
        command = self.commands.get(row.command_id)
        if command is not None and command.command_type == parse.NEW:
            self.reasons[command.order_id] = parse.said(row) or row.command_status

    def put_execution(self, row: wire.ExecutionReport) -> None:
        self._saw(row.order_id, row.timestamp)
        filled = finite(row.cum_qty if row.cum_qty is not None else ZERO, "cumQty")
        if row.cum_qty is not None and row.exec_type in parse.ENDS:
            self._filled[row.order_id] = filled
        text = parse.said(row)
        if text:
            self.reasons[row.order_id] = text

    def put_fill(self, row: wire.Fill) -> None:
        positive(row.qty, "qty")
        finite(row.price, "price")
        if row.active:
            self.fills[row.order_id][row.id] = row
        else:
            self.fills[row.order_id].pop(row.id, None)
        self._saw(row.order_id, row.timestamp)

    def put_fee(self, row: wire.FillFee) -> None:
        self.fees[row.id] = parse.fee(row)

    def put_position(self, row: wire.Position) -> None:
        if row.account_id == self.account:
            finite(row.net_pos, "netPos")
            known = self.positions.get(row.contract_id)
            if known is None or (row.timestamp or "", row.id) >= (known.timestamp or "", known.id):
                self.positions[row.contract_id] = row

    def put_balance(self, row: wire.CashBalance) -> None:
        if row.account_id == self.account:
            finite(row.amount, "amount")
            known = self.balances.get(row.currency_id)
            if known is None or (row.timestamp or "", row.id) >= (known.timestamp or "", known.id):
                self.balances[row.currency_id] = row

    def own(self, order: int, name: ClientOrderId) -> None:
        """An order that REST took under a name of ours."""
        if self._first.setdefault(name, order) == order:
            self._names[order] = name

    def by_hand(self, order: int) -> None:
        """An order of which Tradovate shows no command."""
        self._by_hand.add(order)

    def correct(self, shown: Entities, before: Held) -> bool:
        """Take over what REST shows where the stream said nothing newer meanwhile; True where it had been another.

        `before` is what was held when REST was asked.
        """
        wrong = False
        for number, position in shown.positions.items():
            if self.positions.get(number) is before.positions.get(number):
                known = self.positions.get(number)
                wrong |= position.net_pos != (known.net_pos if known is not None else 0)
                self.positions[number] = position
        for number, balance in shown.balances.items():
            if self.balances.get(number) is before.balances.get(number):
                cash = self.balances.get(number)
                wrong |= cash is None or balance.amount != cash.amount
                self.balances[number] = balance
        return wrong

    # --- asking -------------------------------------------------------------------------------------

    def held(self) -> Held:
        """Positions and cash as they are now."""
        return Held(dict(self.positions), dict(self.balances))

    def name_of(self, order: int) -> ClientOrderId | None:
        """Our id of an order, None for one that no desk placed; raises UnknownOrder."""
        if order in self._names:
            return self._names[order]
        if order in self._by_hand:
            return None
        raise UnknownOrder(order)

    def number_of(self, name: ClientOrderId) -> int | None:
        """Tradovate's number of an order of ours, None where none was told of."""
        return self._first.get(name)

    def is_ours(self, order: int) -> bool:
        """Whether an order is of this account; raises UnknownOrder."""
        row = self.orders.get(order)
        if row is None:
            raise UnknownOrder(order)
        return row.account_id == self.account

    def version_of(self, order: int) -> wire.OrderVersion | None:
        """The terms under which an order works."""
        return parse.in_force(self.versions.get(order, {}), self.refused)

    def filled_at_end(self, order: int) -> Decimal | None:
        """What an order had filled when it ended; None where the report of its end does not say it."""
        told = self._filled.get(order)
        known = sum((each.qty for each in self.fills.get(order, {}).values()), ZERO)
        return None if told is None else max(told, known)

    def last_at(self, order: int) -> datetime | None:
        """When anything of an order last happened, None where Tradovate does not say it."""
        return self._last.get(order)

    def _saw(self, order: int, timestamp: str | None) -> None:
        if timestamp is not None:
            at = moment(timestamp, "timestamp")
            self._last[order] = max(at, self._last.get(order, at))
