"""The synchronous, deterministic heart: a stimulus comes in, events and commands come out.

Events are folded into the state as they are decided, so that the next decision sees them; the shell makes
them durable before anybody hears of them and before any command is carried out. If they cannot be made
durable, the shell throws this object away and folds a new one from the journal.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bidwell.engine import copies, decisions, emulation, intake, obstacles, tracking
from bidwell.engine.commands import Cancel, Command, Lanes, LookUp, Reconcile, Replace, Submit
from bidwell.engine.follow import is_share
from bidwell.engine.halting import Halting
from bidwell.engine.holding import Holding
from bidwell.engine.mending import Mending
from bidwell.model import events as ev
from bidwell.model.account import Policy
from bidwell.model.errors import InvalidInput, InvalidTransition
from bidwell.model.ids import BrokerOrderId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus, Pending
from bidwell.risk.gate import Blocked, Passed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.market import Market
    from bidwell.engine.ports import BrokerEvent, Clock, Entropy
    from bidwell.engine.state import IntentRecord, State
    from bidwell.model.account import Group
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId, IntentId
    from bidwell.model.intent import Intent
    from bidwell.model.limits import Scope, TradingState
    from bidwell.model.terms import Terms
    from bidwell.risk.gate import Gate

    _Split = tuple[tuple[ev.Allocation, ...], str, Decimal | None]

_PATIENCE = timedelta(seconds=10)
_A_FEW = 500
_MAY_LEAVE = {OrderStatus.CREATED, OrderStatus.SUBMITTED}
_NEEDS_PRICE = {SizingBy.NOTIONAL, SizingBy.PERCENT_OF_EQUITY, SizingBy.RISK_AMOUNT}


class Core:
    """One workspace's decisions."""

    def __init__(self, state: State, market: Market, gate: Gate, clock: Clock, entropy: Entropy, lanes: Lanes,
                 alarm: Callable[[str, dict[str, object]], None], monotonic: Callable[[], float]) -> None:  # fmt: skip
        self.state = state
        self.market = market
        self.gate = gate
        self.events: list[tuple[int, ev.Event]] = []
        self.commands: list[Command] = []
        self._clock = clock
        self._entropy = entropy
        self.lanes = lanes
        self.alarm = alarm
        self.monotonic = monotonic
        # When intents came by a clock that cannot be set back; no part of the replayed state, like what follows.
        self._arrived: dict[IntentId, float] = dict.fromkeys(self._pending_intents(), monotonic())
        # When an exit last asked for an order to be taken off.
        self._cleared: dict[ClientOrderId, float] = {}
        self._most_cleared = _A_FEW
        self.mending = Mending(self)
        self.holding = Holding(self)
        self.halting = Halting(self)
        # What was left undecided by an earlier process waits for this one's first prices.
        self._left_over = dict(state.undecided)
        # The split that proved the newest intent feasible, good for as long as nothing has changed since.
        self._split: tuple[IntentId, int, _Split] | None = None

    def now(self) -> datetime:
        """The wall clock."""
        return self._clock.now()

    def reconciled(self, account: AccountId) -> bool:
        """Whether the account has had a clean pass since it was last connected."""
        return self.lanes.reconciled(account)

    def emit(self, event: ev.Event) -> None:
        """Fold an event and queue it for the journal."""
        self.state.apply(event)
        self.events.append((self.state.sequence, event))

    # --- intents ----------------------------------------------------------------------------------

    def receive(self, request: intake.Request) -> intake.Receipt:
        """Take a request in, or give its first answer again; raises InvalidInput and Conflict."""
        body_hash = request.body_hash()
        known = intake.repeated(self.state, request, body_hash)
        if known is not None:
            return known
        intake.check(self.state, request)
        now = self._clock.now()
        intent = intake.intent_of(request, now, self._entropy, self.state)
        split = self._check_feasible(intent)
        self.emit(ev.IntentReceived(now, intent, body_hash))
        self._split = None if split is None else (intent.id, self.state.sequence, split)
        self._arrived[intent.id] = self.monotonic()
        self.mending.watch(intent.id)
        return intake.Receipt(intent.id, now, duplicate=False)

    def _check_feasible(self, intent: Intent) -> _Split | None:
        """Refuse at the door what allocation could only turn into nothing; the split, where there is one to make."""
        if intent.group is None and intent.sizing.by not in _NEEDS_PRICE:
            return None
        group = self.state.groups.get(intent.group) if intent.group is not None else None
        return decisions.allocations(self.state, self.market, intent, group)

    def decide(self, name: IntentId, most: int | None = None) -> bool:
        """Allocate and gate what of an intent is not decided yet and need not wait, so many accounts at most.

        Returns whether more could be decided at once.
        """
        record = self.state.intents.get(name)
        if record is None:
            return False
        now = self._clock.now()
        waiting = [account for account in record.receivers if account not in record.decided]
        overdue = self._overdue(record.intent, now)
        free = [one for one in waiting if overdue or not self._blocked(record.intent, one)]
        if not free or not self._allocate(record, waiting, free, now):
            return False
        due = [record.allocations[account] for account in free if account not in record.decided]
        decisions.decide(self.state, self.market, self.gate, record.intent, tuple(due[:most]), now=now,
                         reconciled=self.lanes.reconciled, keep=self._keep)  # fmt: skip
        return most is not None and len(due) > most

    def _allocate(self, record: IntentRecord, waiting: list[AccountId], free: list[AccountId], now: datetime) -> bool:
        """Give every account that may go on its part; False while a split must wait for all of them.

        What is split is split once, for all receivers, so that no part is reckoned from another moment's figures.
        """
        if all(account in record.allocations for account in free):
            return True
        intent, group = record.intent, record.group
        chosen = free
        if group is not None and intent.sizing.by is SizingBy.TARGET and group.policy is Policy.PROPORTIONAL:
            if len(free) < len(waiting):
                return False
        elif group is not None and intent.sizing.by not in {SizingBy.CLOSE, SizingBy.TARGET}:
            chosen = waiting
        try:
            parts, policy, reference = self._split_of(intent, group)
        except InvalidInput as error:
            parts, policy, reference = (), str(error), None
        found = {part.account: part for part in parts}
        wanted = [account for account in chosen if account not in record.allocations]
        note = "the account is switched off" if parts else policy
        ordered = tuple(found.get(account) or ev.Allocation(account, intent.instrument, ZERO, note=note)
                        for account in wanted)  # fmt: skip
        self.emit(ev.IntentAllocated(now, intent.id, ordered, policy, reference))
        return True

    def _split_of(self, intent: Intent, group: Group | None) -> _Split:
        kept, self._split = self._split, None
        if kept is not None and kept[:2] == (intent.id, self.state.sequence):
            return kept[2]
        return decisions.allocations(self.state, self.market, intent, group)

    def _blocked(self, intent: Intent, account: AccountId) -> bool:
        """Whether the account's part must wait.

        Signals keep their order. What is sized by a position, and every signal, waits until the account's book
        agrees with its broker's. An exit first takes off what it would race.
        """
        if intent.strategy is not None and self._earlier_waits(intent, account):
            return True
        if intent.id in self._left_over and self._traded(intent, account) not in self.market.quotes:
            return True
        exits = intent.sizing.by in {SizingBy.CLOSE, SizingBy.TARGET}
        if exits or intent.strategy is not None:
            able = self.lanes.capabilities(account)
            if able is not None and not self.lanes.reconciled(account):
                return True
        if intent.sizing.by is not SizingBy.CLOSE and (intent.sizing.by is not SizingBy.TARGET or not intent.strategy):
            return False
        return self._clearing(intent, account)

    def _clearing(self, intent: Intent, account: AccountId) -> bool:
        """Ask for what an exit would race to be canceled; True while the exit waits for it.

        A close does not wait for ever on an order in doubt: after twice the broker's answer time it takes what
        no other exit claims.
        """
        instrument = self._traded(intent, account)
        able = self.lanes.capabilities(account)
        patience = able.answer_timeout * 2 if able is not None else _PATIENCE
        racing = [one.client_order_id for one in self.state.book(account, instrument) if decisions.races(intent, one)]
        copied = intent.source is Source.COPY
        for name in racing:
            if not copied or copies.takes_off(self.state, intent, self.state.orders[name]):
                self.take_off(name, actor=intent.actor, reason=f"exit {intent.id}")
        if not any(self.state.orders[name].is_open for name in racing):
            return False
        exits = intent.sizing.by is SizingBy.CLOSE or (copied and copies.is_exit(self.state, intent))
        # By a clock that cannot be set back: an exit would wait an hour longer for that.
        arrived = self._arrived.get(intent.id)
        if not exits or (arrived is not None and self.monotonic() - arrived < patience.total_seconds()):
            return True
        return not copied and decisions.closable(self.state, intent, account, instrument) <= 0

    def take_off(self, name: ClientOrderId, *, actor: str, reason: str) -> None:
        """Ask for an order to be canceled, and again only after the broker had twice its time to answer."""
        order, moment = self.state.orders[name], self.monotonic()
        able = self.lanes.capabilities(order.account)
        patience = able.answer_timeout * 2 if able is not None else _PATIENCE
        asked = self._cleared.get(name)
        if not order.is_open or order.pending is Pending.CANCEL or order.status is OrderStatus.ABSENT:
            return
        if asked is None or moment - asked >= patience.total_seconds():
            self._cleared[name] = moment
            self.request_cancel(name, actor=actor, reason=reason)
        if len(self._cleared) > self._most_cleared:
            orders = self.state.orders
            self._cleared = {one: at for one, at in self._cleared.items() if one in orders and orders[one].is_open}
            # A thousand that are all still open are not looked through again for each one more.
            self._most_cleared = max(_A_FEW, 2 * len(self._cleared))

    def _traded(self, intent: Intent, account: AccountId) -> InstrumentId:
        """What the account trades for the intent's instrument."""
        record = self.state.intents[intent.id]
        members = record.group.members if record.group is not None else ()
        for member in members:
            if member.account == account:
                return member.instruments.get(intent.instrument, intent.instrument)
        return intent.instrument

    def _earlier_waits(self, intent: Intent, account: AccountId) -> bool:
        for name in self.state.undecided:
            if name == intent.id:
                return False
            record = self.state.intents[name]
            other = record.intent
            if (other.strategy == intent.strategy and other.instrument == intent.instrument
                    and account in record.receivers and account not in record.decided):  # fmt: skip
                return True
        return False

    def steady(self, account: AccountId, what: str) -> bool:
        """Whether two reports in a row have agreed with our book since this was first asked for `what`."""
        return self.mending.steady(account, what)

    def all_steady(self, accounts: Collection[AccountId], what: str) -> bool:
        """Whether that holds for all of some accounts at once, False for none."""
        return self.mending.all_steady(accounts, what)

    def on_prices(self) -> None:
        """Prices came: what an earlier process left undecided may go on."""
        self._split = None
        self.holding.on_prices()
        if self._left_over:
            self._left_over = {name: None for name in self._left_over if name in self.state.undecided}
            self.decide_waiting()

    def decide_waiting(self) -> None:
        """Look again at every intent that could not be decided whole."""
        for name in list(self.state.undecided):
            self.decide(name)

    def _keep(self, decision: decisions.Decision) -> None:
        """Journal one account's decision, and claim its lane when it may leave at once."""
        proposal, verdict = decision.proposal, decision.verdict
        if proposal is None or verdict is None:
            return
        order, now = proposal.order, proposal.now
        denial = self._too_late(order) or self._stale(order, now) or obstacles.withdrawn(self.state, order)
        denial = denial or obstacles.unable(self.lanes.capabilities(order.account), order, proposal.attached)
        if denial is None and isinstance(verdict, Blocked):
            denial = verdict.denial
        if denial is None and isinstance(verdict, Passed):
            self._approve(verdict, now)
        elif denial is not None:
            self.emit(ev.OrderDenied(now, order, denial, verdict.checks))
            if is_share(order.strategy):
                self.alarm("copy_denied", {"account": order.account, "order": order.client_order_id,
                                            "rule": denial.rule, "reason": denial.message})  # fmt: skip

    def _approve(self, verdict: Passed, now: datetime) -> None:
        order = verdict.approved.order
        if order.entry is not None:
            self.holding.begin_exit(order, verdict, now)
            return
        plan = emulation.plan(self.lanes.capabilities(order.account), order, [one.order for one in verdict.attached])
        if plan is not None:
            self.holding.begin(verdict, plan, now)
            return
        self.emit(ev.OrderApproved(now, order, verdict.reservation, verdict.checks))
        attached = tuple(one.order.client_order_id for one in verdict.attached)
        if attached:
            nothing = replace(verdict.reservation, cash=ZERO, quantity=ZERO)
            for one in verdict.attached:
                self.emit(ev.OrderApproved(now, one.order, nothing, ()))
        self.dispatch(order.client_order_id, attached, now)

    def dispatch(self, name: ClientOrderId, attached: tuple[ClientOrderId, ...], now: datetime) -> None:
        """Hand an approved order to its lane, with SENT in the same transaction where the lane is free."""
        order = self.state.orders[name]
        urgent = order.reduces and not self._overtakes(order)
        sent = self.lanes.take(order.account, urgent=urgent)
        if sent:
            for one in (name, *attached):
                self.emit(ev.OrderSubmitted(now, one))
        self.commands.append(Submit(order.account, name, attached, sent, urgent))

    def _overtakes(self, order: Order) -> bool:
        """Whether an earlier signal of the same sender still waits to leave: signals keep their order."""
        for name in self.state.unsent:
            if name == order.client_order_id:
                return False
            other = self.state.orders[name]
            if (other.account, other.strategy, other.instrument) == (order.account, order.strategy, order.instrument):
                return order.strategy is not None
        return False

    def dispatch_again(self, account: AccountId) -> None:
        """Put what was approved but never left back into its lane, unless something now stands in its way."""
        now = self._clock.now()
        for order in self.state.open_orders(account):
            if order.status is not OrderStatus.CREATED or order.attached:
                continue
            if self.lanes.queued(account, order.client_order_id):
                continue
            names = (order.client_order_id, *self.attached_to(order.client_order_id))
            denial = self._obstacle(order, now)
            if denial is None:
                self.dispatch(order.client_order_id, names[1:], now)
            else:
                self._deny(names, denial, now)

    def _deny(self, names: tuple[ClientOrderId, ...], denial: ev.Check, now: datetime) -> None:
        for name in names:
            order = self.state.orders[name]
            if order.status is OrderStatus.CREATED:
                self.emit(ev.OrderDenied(now, order, denial))

    def _overdue(self, intent: Intent, now: datetime) -> bool:
        """Whether the intent's validity is over, by the wall clock or by one that cannot be set back."""
        if now > intent.valid_until:
            return True
        arrived = self._arrived.get(intent.id)
        longest = (intent.valid_until - intent.received_at).total_seconds()
        return arrived is not None and self.monotonic() - arrived > longest

    def _stale(self, order: Order, now: datetime) -> ev.Check | None:
        if order.intent is None:
            return None
        late = self.holding.overdue(order, now) if order.asked is not None else None
        if not (self._overdue(self.state.intents[order.intent].intent, now) if late is None else late):
            return None
        return obstacles.stale(self.state.intents[order.intent].intent, now)

    def _too_late(self, order: Order) -> ev.Check | None:
        return copies.late(self.state, self.state.intents[order.intent]) if order.intent is not None else None

    def _obstacle(self, order: Order, now: datetime) -> ev.Check | None:
        """Why an approved order must not leave any more, or None."""
        return self._stale(order, now) or obstacles.halted(self.state, order) or obstacles.outgrown(self.state, order)

    def may_leave(self, name: ClientOrderId) -> bool:
        """Whether an order whose SENT is durable may put its bytes on the wire at this instant."""
        order = self.state.orders[name]
        if not order.is_open or order.pending is Pending.CANCEL:
            return False
        return self._obstacle(order, self._clock.now()) is None

    # --- sending ----------------------------------------------------------------------------------

    def may_change(self, command: Replace) -> bool:
        """Whether a replace that waited is still wanted: the order is open and unchanged scopes let it add risk."""
        order = self.state.orders[command.order]
        adds = command.quantity > order.quantity
        return not adds or obstacles.halted(self.state, order) is None

    def mark_sent(self, name: ClientOrderId, attached: tuple[ClientOrderId, ...]) -> bool:
        """The lane is about to send: write SENT, or deny what went stale or was halted while it waited."""
        order = self.state.orders[name]
        if order.status is not OrderStatus.CREATED:
            return False
        now = self._clock.now()
        denial = self._obstacle(order, now)
        if denial is not None:
            self._deny((name, *attached), denial, now)
            return False
        for one in (name, *attached):
            if self.state.orders[one].status is OrderStatus.CREATED:
                self.emit(ev.OrderSubmitted(now, one))
        return True

    def resend(self, name: ClientOrderId) -> bool:
        """Send a looked-up and unknown order again under the same id, to a broker that dedupes for ever."""
        order = self.state.orders[name]
        now = self._clock.now()
        if order.status is not OrderStatus.SUBMITTED or order.pending is not Pending.NONE or order.attached:
            return False
        if self.lanes.queued(order.account, name) or self._obstacle(order, now) is not None:
            return False
        attached = self.attached_to(name)
        for one in (name, *attached):
            self.emit(ev.OrderSubmitted(now, one, self.state.traces[one].attempts + 1))
        self.commands.append(Submit(order.account, name, attached, sent=True, urgent=order.reduces))
        return True

    def attached_to(self, name: ClientOrderId) -> tuple[ClientOrderId, ...]:
        """The open exits that wait for this entry."""
        order = self.state.orders[name]
        if order.intent is None:
            return ()
        return tuple(one for one in self.state.intents[order.intent].orders
                     if self.state.orders[one].entry == name and self.state.orders[one].attached
                     and self.state.orders[one].is_open)  # fmt: skip

    # --- what the broker says ---------------------------------------------------------------------

    def on_broker_event(self, account: AccountId, event: BrokerEvent) -> None:
        """Fold a broker's message once; what does not fit asks for a reconciliation instead of guessing."""
        name = self.named(account, event)
        if name is None:
            self.commands.append(Reconcile(account, f"order {event.client_order_id} is not known here"))
            return
        named = event if name == event.client_order_id else tracking.renamed(event, name)
        if tracking.unproven(self.state.orders[name], named):
            self.commands.append(LookUp(account, name))
            return
        if self.fold(named, self.mending.hear(account, event)) is None:
            self.commands.append(Reconcile(account, f"{type(event).__name__} does not fit order {name}"))
        elif not self.state.orders[name].is_open:
            self.decide_waiting()

    def named(self, account: AccountId, event: ev.OrderEvent) -> ClientOrderId | None:
        """Under which id we know the order of a message: the message's own, or that of its broker's id."""
        order = self.state.orders.get(event.client_order_id)
        if order is not None and order.account == account and not tracking.is_given_up(order):
            return order.client_order_id
        return self.state.by_broker_id.get((account, BrokerOrderId(event.client_order_id)))

    def fold(self, event: ev.OrderEvent, late: timedelta | None = None) -> bool | None:
        """Fold what a broker says of one of our orders: whether it changed anything, or None where it cannot be so.

        `late` is how late its message came; None is for what a report told rather than a message of its own.
        """
        order = self.state.orders[event.client_order_id]
        event = tracking.trimmed(event)
        if tracking.changes_nothing(order, event):
            return False
        problem = tracking.misfit(order, event)
        if not problem:
            try:
                self.emit(event)
            except InvalidTransition as error:
                problem = str(error)
        if problem:
            self.alarm("invalid_transition", {"account": order.account, "order": order.client_order_id,
                                               "error": problem})  # fmt: skip
            return None
        after = self.state.orders[event.client_order_id]
        if isinstance(event, ev.OrderFilled):
            self.mending.on_fill(order, after, late)
        if isinstance(event, ev.OrderFilled) and (after.filled_quantity > after.quantity or not order.is_open):
            self.alarm("late_or_over_fill", {"account": order.account, "order": order.client_order_id,
                                              "filled": str(after.filled_quantity)})  # fmt: skip
        self.holding.on_order(after)
        return True

    # --- what people ask --------------------------------------------------------------------------

    def request_cancel(self, name: ClientOrderId, *, actor: str, reason: str) -> None:
        """Ask for an order to be taken off; one that never left is denied here and now."""
        order = self.state.orders.get(name)
        if order is None:
            raise InvalidInput("order.unknown", f"order {name!r} does not exist", field="order")
        if not order.is_open:
            raise InvalidInput("order.closed", f"order {name} is already {order.status}", field="order")
        now = self._clock.now()
        if order.status is OrderStatus.CREATED:
            denial = ev.Check("canceled_before_sent", passed=False, current=actor,
                              message=reason or "canceled before it was sent")  # fmt: skip
            self._deny((name, *self.attached_to(name)), denial, now)
            return
        if order.status is OrderStatus.HELD:
            self.holding.call_off(name, actor=actor, reason=reason)
            return
        if order.pending is not Pending.CANCEL:
            self.emit(ev.CancelRequested(now, name, actor, reason))
        self.commands.append(Cancel(order.account, name))

    def request_replace(self, name: ClientOrderId, quantity: Decimal | None, terms: Terms | None, actor: str) -> None:
        """Ask for other terms; the change passes the gate as the whole order would."""
        order = self.state.orders.get(name)
        if order is None:
            raise InvalidInput("order.unknown", f"order {name!r} does not exist", field="order")
        held = order.status is OrderStatus.HELD
        works = (
            order.status is OrderStatus.WORKING and order.pending is Pending.NONE and name not in self.state.replacing
        )
        if not (works or held):
            msg = f"only a working order without a pending request can be replaced; {name} is {order.status}"
            raise InvalidInput("order.not_replaceable", msg, field="order")
        able = self.lanes.capabilities(order.account)
        if able is not None and not able.replace and not held:
            msg = f"the broker of {self.state.accounts[order.account].name} cannot change an order"
            raise InvalidInput("order.not_replaceable", msg, field="order", hint="cancel it and send a new one")
        wanted = replace(order, quantity=quantity if quantity is not None else order.quantity,
                         terms=terms if terms is not None else order.terms)  # fmt: skip
        self.holding.check_change(order, wanted)
        if wanted.quantity <= order.filled_quantity:
            raise InvalidInput("order.quantity", f"{order.filled_quantity} is already filled: cancel it instead",
                               field="quantity")  # fmt: skip
        verdict = decisions.judge_replacement(self.state, self.market, self.gate, order, wanted, self._clock.now())
        if isinstance(verdict, Blocked):
            raise InvalidInput(
                f"denied.{verdict.denial.rule}",
                verdict.denial.message,
                field="quantity",
                hint=f"{verdict.denial.would_pass} would pass" if verdict.denial.would_pass else None,
            )
        self.emit(
            ev.ReplaceRequested(self._clock.now(), name, wanted.quantity, wanted.terms, verdict.reservation, actor)
        )
        if held:
            self.holding.change(name, wanted)
        else:
            self.commands.append(Replace(order.account, name, wanted.quantity, wanted.terms))

    def set_trading_state(self, scope: Scope, to: TradingState, reason: str, actor: str, *,
                          cancel_working: bool) -> int:  # fmt: skip
        """Halt, make reduce-only or release a scope; gives how many working orders are taken off."""
        return self.halting.begin(scope, to, reason, actor, cancel_working=cancel_working)

    def expire_waiting(self) -> None:
        """Deny what waits in a lane past its validity, and decide what waited for an exit's turn."""
        now = self._clock.now()
        for name in list(self.state.unsent):
            order = self.state.orders[name]
            denial = self._stale(order, now)
            if denial is not None and order.status is OrderStatus.CREATED:
                self.emit(ev.OrderDenied(now, order, denial))
        self.decide_waiting()
        self.mending.run()
        self.holding.run()
        self._forget_settled()

    def _pending_intents(self) -> list[IntentId]:
        """What the journal left under way: their validity ends, at the latest, that long after this start."""
        state = self.state
        names = [*state.unsent, *(name for names in state.unanswered.values() for name in names)]
        found = (state.orders[name].intent for name in names)
        return [*state.undecided, *(intent for intent in found if intent is not None)]

    def forget(self, intents: Iterable[IntentId], orders: Collection[Order]) -> None:
        """Intents and their orders were retired: keep nothing beside the state that speaks of them."""
        for intent in intents:
            self._arrived.pop(intent, None)
        for order in orders:
            self._cleared.pop(order.client_order_id, None)
        self.holding.brackets.forget(orders)

    def _forget_settled(self) -> None:
        """Look at the oldest arrivals, a few at a time, and drop those that nothing can leave for any more."""
        for intent in list(itertools.islice(self._arrived, _A_FEW)):
            arrived = self._arrived.pop(intent)
            record, orders = self.state.intents.get(intent), self.state.orders
            waits = record is None or any(orders[name].status in _MAY_LEAVE for name in record.orders)
            if waits or intent in self.state.undecided:
                self._arrived[intent] = arrived
