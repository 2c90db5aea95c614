"""The judge: looks at bytes, at the venue's book and at the journal, and writes down every broken promise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.engine.ports import Clock, DedupeScope
from bidwell.model.intent import SizingBy
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import Side
from bidwell.simulation import exits
from bidwell.simulation.facts import Amended, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Role, VenueOrder
from bidwell.simulation.proof import held, mended
from bidwell.simulation.proof.journal import ProofJournal
from bidwell.simulation.venue import Venue


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken invariant of docs/reliability.md, by its number there."""

    invariant: int
    text: str
    at: float = 0.0


@dataclass(slots=True)
class Sent:
    """An order that left, as it was when it left."""

    order: Order
    first_at: datetime
    times: int = 0
    unproven: int = 0


@dataclass(slots=True)
class Judge:
    """Watches one schedule; `tainted` accounts were touched from outside, which excuses what follows from it."""

    venue: Venue
    journal: ProofJournal
    clock: Clock
    scopes: dict[str, DedupeScope]
    max_position: Decimal
    max_data_age: timedelta
    violations: list[Violation] = field(default_factory=list)
    tainted: set[str] = field(default_factory=set)
    halts: dict[Scope, TradingState] = field(default_factory=dict)
    quoted: dict[str, list[datetime]] = field(default_factory=dict)
    splitting: frozenset[str] = frozenset()
    steps: bool = False
    sent: dict[str, Sent] = field(default_factory=dict)
    arrived: dict[tuple[str, str], int] = field(default_factory=dict)
    reports: dict[str, list[float]] = field(default_factory=dict)
    copied: mended.Copied | None = None
    exits: dict[str, dict[str, None]] = field(default_factory=dict)
    checks: int = 0

    def break_(self, invariant: int, text: str) -> None:
        """Write a violation down."""
        self.violations.append(Violation(invariant, text))

    # --- bytes ------------------------------------------------------------------------------------

    def on_bytes(self, order: Order, *, proven_lost: bool, read: bool) -> None:
        """An order is about to leave."""
        self.checks += 1
        name, now = order.client_order_id, self.clock.now()
        sent = self.sent.setdefault(name, Sent(order, now))
        durable = self.journal.sent.get(name, 0)
        if sent.times >= durable:
            self.break_(3, f"{name} leaves for the {sent.times + 1}th time with {durable} durable SENT")
        if sent.unproven and self.scopes[order.account] is not DedupeScope.FOREVER:
            self.break_(5, f"{name} is sent again to a broker that does not dedupe for ever")
        sent.times += 1
        sent.unproven += 0 if proven_lost else 1
        if not read:
            self.break_(6, f"{name} leaves before {order.account} was read in full")
        self._within_parent(order)
        self._in_turn(order)
        self._in_time(order, now)
        self._not_halted(order)
        self._not_stale(order)
        if order.asked is not None and order.entry is not None:
            self.exits.setdefault(order.entry, {})[name] = None
        for number, text in mended.wrong(self, order) if sent.times == 1 else ():
            self.break_(number, text)
        for number, text in held.due(self, order, now) if order.asked is not None and sent.times == 1 else ():
            self.break_(number, text)

    def _within_parent(self, order: Order) -> None:
        if order.leg or order.intent is None:
            return
        part = self.journal.allotted.get((order.intent, order.account))
        given = part.quantity if part is not None else ZERO
        raised = self.journal.raised.get(order.client_order_id)
        if raised is not None and order.client_order_id in self.journal.waited:
            # Somebody made it larger while the desk held it, and the gate let that pass.
            given = max(given, raised.quantity)
        received = self.journal.intents.get(order.intent)
        if (
            received is not None
            and received.intent.sizing.by is SizingBy.QUANTITY
            and received.intent.group in self.splitting
        ):
            whole = sum(
                (one.quantity for (name, _), one in self.journal.allotted.items() if name == order.intent), ZERO
            )
            if whole > received.intent.sizing.value:
                self.break_(11, f"{order.intent} gave out {whole} of {received.intent.sizing.value}")
        mine = [one.order for one in self.sent.values()
                if one.order.intent == order.intent and one.order.account == order.account and not one.order.leg]  # fmt: skip
        total = sum((one.quantity for one in mine), ZERO)
        if total > given:
            self.break_(11, f"children of {order.intent} in {order.account} sum to {total}, the parent gave {given}")

    def _in_turn(self, order: Order) -> None:
        """An exit of a strategy leaves only after what it would race was asked off the book."""
        received = self.journal.intents.get(order.intent) if order.intent is not None else None
        if received is None or order.strategy is None or received.intent.sizing.by is not SizingBy.CLOSE:
            return
        if order.account in self.tainted or self.sent[order.client_order_id].times > 1:
            return
        for name, other in self.sent.items():
            one = other.order
            like = (one.strategy, one.account, one.instrument) == (order.strategy, order.account, order.instrument)
            theirs = self.venue.state.find(one.account, name) if like and one.intent != order.intent else None
            if theirs is not None and theirs.is_open and theirs.role is not Role.EXIT:
                self._asked_off(order, name)

    def _asked_off(self, order: Order, name: str) -> None:
        if name not in self.journal.asked_off:
            self.break_(21, f"{order.client_order_id} exits while {name} works and was not asked off")

    def _in_time(self, order: Order, now: datetime) -> None:
        received = self.journal.intents.get(order.intent) if order.intent is not None else None
        if received is None:
            self.break_(2, f"{order.client_order_id} leaves without a durable intent")
        elif order.asked is not None and order.client_order_id in self.journal.waited:
            return
        elif now > received.intent.valid_until:
            self.break_(24, f"{order.client_order_id} leaves {now - received.intent.valid_until} after its validity")

    def _not_halted(self, order: Order) -> None:
        if order.reduces:
            return
        for scope, state in self.halts.items():
            if state is not TradingState.ACTIVE and self._reaches(scope, order):
                self.break_(13, f"{order.client_order_id} adds risk while {scope} is {state}")

    def _reaches(self, scope: Scope, order: Order) -> bool:
        received = self.journal.intents.get(order.intent) if order.intent is not None else None
        group = received.intent.group if received is not None else None
        mine = {ScopeType.WORKSPACE: "", ScopeType.ACCOUNT: order.account, ScopeType.STRATEGY: order.strategy,
                ScopeType.GROUP: group}  # fmt: skip
        return mine[scope.type] == scope.id

    def _not_stale(self, order: Order) -> None:
        """An entry's approval rests on a quote that was young enough; unknowable where the clock was stepped."""
        if order.reduces or order.leg or self.steps:
            return
        before = [at for at in self.quoted.get(order.instrument, ()) if at <= order.created_at]
        if not before or order.created_at - before[-1] > self.max_data_age:
            self.break_(16, f"{order.client_order_id} adds risk on a quote that was too old")

    # --- the venue --------------------------------------------------------------------------------

    def on_report(self, account: str) -> None:
        """A full report is on its way to the desk."""
        self.reports.setdefault(account, []).append(asyncio.get_running_loop().time())

    def on_arrival(self, account: str, order: Order) -> None:
        """An order reached the venue's book."""
        key = (account, order.client_order_id)
        self.arrived[key] = self.arrived.get(key, 0) + 1
        if self.arrived[key] > 1 and self.scopes[account] is not DedupeScope.FOREVER:
            self.break_(1, f"{order.client_order_id} is live twice in {account}")

    def on_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Something happened at the venue."""
        for outcome in outcomes:
            match outcome:
                case Placed(order=placed):
                    self._within_limit(placed.account, placed.instrument)
                    self._exits_fit(placed.account, placed)
                case Amended(account=account, broker_order_id=old, new_id=new):
                    self._within_limit(account, self.venue.state.orders[new or old].instrument)
                    self._exits_fit(account, self.venue.state.orders[new or old])
                case Traded(account=account, broker_order_id=name, execution=execution):
                    self._reduced(account, self.venue.state.orders[name], execution.quantity)
                    self._exits_fit(account, self.venue.state.orders[name])
                    if self.copied is not None:
                        traded = self.venue.state.orders[name]
                        self.copied.on_trade(account, traded.instrument, execution.quantity * traded.side.sign)
                case _:
                    pass

    def _exits_fit(self, account: str, order: VenueOrder) -> None:
        self.checks += 1
        for number, text in held.exceeded(self, account, order):
            self.break_(number, text)

    def _within_limit(self, account: str, instrument: str) -> None:
        """Position and everything open at the venue, by the venue's own books, within the limit on either side."""
        self.checks += 1
        if account in self.tainted:
            return
        holding = self.venue.state.accounts[account].holdings.get(instrument)
        position = holding.quantity if holding is not None else ZERO
        worst = {Side.BUY: position, Side.SELL: -position}
        pairs: dict[str, tuple[Side, Decimal]] = {}
        for order in self.venue.state.open.get(account, {}).values():
            if order.instrument != instrument:
                continue
            if order.role is Role.EXIT:
                active = exits.active_quantity(order, self.venue.state.members(order))
                known = pairs.get(order.group, (order.side, ZERO))
                pairs[order.group] = (order.side, max(known[1], active))
            else:
                worst[order.side] += order.leaves
        for side, quantity in pairs.values():
            worst[side] += quantity
        for side, quantity in worst.items():
            if quantity > self.max_position:
                self.break_(
                    10, f"{account} could reach {side} {quantity} {instrument}, the limit is {self.max_position}"
                )

    def _reduced(self, account: str, order: VenueOrder, quantity: Decimal) -> None:
        """A fill of an order that was let out as a reduction must not cross zero, nor enlarge a position."""
        sent = self.sent.get(order.client_order_id)
        if sent is None or not sent.order.reduces or sent.order.attached or account in self.tainted:
            return
        holding = self.venue.state.accounts[account].holdings.get(order.instrument)
        after = holding.quantity if holding is not None else ZERO
        before = after - quantity * order.side.sign
        if abs(after) < abs(before) and (after == 0 or (after > 0) == (before > 0)):
            return
        rivals = [one for one in self.venue.state.orders.values()
                  if one.account == account and one.instrument == order.instrument and one.side is order.side
                  and one is not order and not self._is_reduction(one) and (one.is_open or one.fills)]  # fmt: skip
        if not rivals:
            self.break_(12, f"a reduction took {account} from {before} to {after} {order.instrument}")

    def _is_reduction(self, order: VenueOrder) -> bool:
        sent = self.sent.get(order.client_order_id)
        return sent is not None and sent.order.reduces and not sent.order.attached
