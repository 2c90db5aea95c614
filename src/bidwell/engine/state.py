"""A workspace's state: a fold over its journal. Nothing here decides; `apply` is the only way it changes."""

from __future__ import annotations

import hashlib
from copy import copy
from decimal import Context
from typing import TYPE_CHECKING, Any

from bidwell.engine import codec
from bidwell.engine.commitments import Commitments, Open
from bidwell.engine.folding import FOLDS
from bidwell.engine.held import Held
from bidwell.engine.names import Names
from bidwell.engine.records import IntentRecord, Trace
from bidwell.engine.risk_state import RISK_FOLDS, RiskState
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus, Pending
from bidwell.risk.reservation import Claim, committed

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.follow import Follow
    from bidwell.model import events as ev
    from bidwell.model.account import Account, Group, Strategy
    from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, GroupId, InstrumentId, IntentId, StrategyId
    from bidwell.model.instrument import Instrument
    from bidwell.model.intent import Intent
    from bidwell.model.order import Order
    from bidwell.model.terms import Side
    from bidwell.portfolio.portfolio import Portfolio

__all__ = ["IntentRecord", "State", "Trace"]

_EXACT = Context(prec=200)
_STRICTNESS = {TradingState.ACTIVE: 0, TradingState.REDUCE_ONLY: 1, TradingState.HALTED: 2}


class State:
    """Everything the journal says, in memory."""

    def __init__(self) -> None:
        self.sequence = 0
        # The latest time that any entry bears: the clock of a later process may have been set back behind it.
        self.latest: datetime | None = None
        self.workspace: ev.WorkspaceNamed | None = None
        self.instruments: dict[InstrumentId, Instrument] = {}
        self.accounts: dict[AccountId, Account] = {}
        self.groups: dict[GroupId, Group] = {}
        self.strategies: dict[StrategyId, Strategy] = {}
        self.limits: dict[Scope, Limits] = {}
        self.trading_states: dict[Scope, ev.TradingStateSet] = {}
        self.intents: dict[IntentId, IntentRecord] = {}
        self.undecided: dict[IntentId, None] = {}
        self.keys: dict[str, tuple[IntentId, str]] = {}
        self.orders: dict[ClientOrderId, Order] = {}
        self.traces: dict[ClientOrderId, Trace] = {}
        self.open: dict[AccountId, dict[ClientOrderId, None]] = {}
        self.books: dict[AccountId, dict[InstrumentId, dict[ClientOrderId, None]]] = {}
        self.unsent: dict[ClientOrderId, None] = {}
        self.held: dict[ClientOrderId, Held] = {}
        self.trails: dict[ClientOrderId, Decimal] = {}
        self.unanswered: dict[AccountId, dict[ClientOrderId, None]] = {}
        self.reservations: dict[ClientOrderId, ev.Reservation] = {}
        self.replacing: dict[ClientOrderId, ev.ReplaceRequested] = {}
        self.by_broker_id: dict[tuple[AccountId, BrokerOrderId], ClientOrderId] = {}
        self.portfolios: dict[AccountId, Portfolio] = {}
        self.sessions: dict[AccountId, ev.SessionOpened] = {}
        self.reconciliations: dict[AccountId, ev.AccountReconciled] = {}
        self.flows: dict[AccountId, dict[str, Decimal]] = {}
        self.foreign: dict[AccountId, dict[ClientOrderId, None]] = {}
        self.follows: dict[tuple[GroupId, InstrumentId], Follow] = {}
        self.copies: dict[IntentId, ev.FillsCopied] = {}
        self.recent: dict[AccountId, deque[datetime]] = {}
        self.alike: dict[tuple[AccountId, InstrumentId, Side, Decimal], deque[Order]] = {}
        # Names of retired intents and orders, how many intents they are, and what the retired say about earlier ones.
        self.retired = Names()
        self.retired_intents = 0
        self.turned: dict[tuple[StrategyId | None, InstrumentId, AccountId, Side], int] = {}
        self.risk = RiskState()
        self.merged: dict[tuple[object, ...], tuple[Limits, dict[str, str]]] = {}
        self._committed: dict[AccountId, dict[InstrumentId, Decimal]] = {}
        self._changed: dict[AccountId, dict[InstrumentId, None]] = {}
        self._sum: dict[AccountId, Decimal] = {}
        self._sums = Commitments(self)

    def apply(self, event: ev.Event) -> None:
        """Fold one event in; raises InvalidTransition where the order table forbids it, and then changes nothing."""
        kind = type(event)
        fold, also = FOLDS.get(kind), RISK_FOLDS.get(kind)
        if fold is not None:
            fold(self, event)
        if also is not None:
            also(self.risk, event, self.portfolios)
        elif fold is None:
            msg = f"no fold is known for {kind.__name__}"
            raise TypeError(msg)
        self.sequence += 1
        if self.latest is None or event.at > self.latest:
            self.latest = event.at

    def open_intent(self, intent: Intent, body_hash: str, group: Group | None) -> None:
        """Hold an intent that was received just now; for the folds."""
        receivers = self.receivers(intent)
        self.intents[intent.id] = IntentRecord(
            intent, body_hash, group, receivers, number=self.sequence, touched=self.sequence
        )
        self.keys[intent.key] = (intent.id, body_hash)
        if receivers:
            self.undecided[intent.id] = None

    def trace(self, name: ClientOrderId, decided_at: datetime) -> Trace:
        """What is recorded of an order, begun where there is nothing yet; for the folds."""
        return self.traces.setdefault(name, Trace(decided_at))

    def copied(self) -> State:
        """Another state with the same intents and orders, to which more can be added for reading."""
        made = copy(self)
        made.intents, made.orders, made.traces = dict(self.intents), dict(self.orders), dict(self.traces)
        return made

    # --- questions --------------------------------------------------------------------------------

    def open_orders(self, account: AccountId) -> Iterable[Order]:
        """Orders of the account that may still fill, oldest first."""
        found = self.orders
        return [found[name] for name in self.open.get(account, ())]

    def all_open_orders(self) -> list[Order]:
        """Orders of every account that may still fill."""
        return [self.orders[name] for names in self.open.values() for name in names]

    def book(self, account: AccountId, instrument: InstrumentId) -> list[Order]:
        """Orders of the account in one instrument that may still fill, oldest first."""
        found = self.orders
        return [found[name] for name in self.books.get(account, {}).get(instrument, ())]

    def open_quantities(self, account: AccountId, instrument: InstrumentId) -> Open | None:
        """What the book's orders may still fill, to be read only; None where each order must be looked at."""
        return self._sums.open(account, instrument)

    def claim(self, order: Order) -> Decimal:
        """What the order may still fill at most, counting a larger quantity that an unanswered replace may bring."""
        if order.client_order_id not in self.replacing or not order.is_open:
            return order.leaves_quantity
        asked = self.replacing[order.client_order_id]
        return max(order.leaves_quantity, asked.quantity - order.filled_quantity)

    def reserved(self, account: AccountId, without: frozenset[ClientOrderId] = frozenset()) -> Decimal:
        """Cash that approved and open orders of the account (but those in `without`) may still cost, in its currency."""
        known = self._committed.get(account)
        if known is None:
            known = self._committed[account] = {}
            self._changed[account] = dict.fromkeys(self.books.get(account, {}))
        changed, total = self._changed[account], self._sum.get(account, ZERO)
        for instrument in changed:
            names = self.books.get(account, {}).get(instrument)
            now = self._commitment(account, instrument, frozenset()) if names else ZERO
            # Exact, so that what is added and taken away again leaves nothing behind.
            total = _EXACT.add(total, _EXACT.subtract(now, known.get(instrument, ZERO)))
            known[instrument] = now
        changed.clear()
        self._sum[account] = total
        for instrument in {self.orders[name].instrument for name in without}:
            total += self._commitment(account, instrument, without) - known[instrument]
        return total

    def _commitment(self, account: AccountId, instrument: InstrumentId, without: frozenset[ClientOrderId]) -> Decimal:
        position = self.portfolios[account].position(instrument).quantity
        known = None if without else self._sums.of(account, instrument, position)
        if known is not None:
            return known
        rest = [order for order in self.book(account, instrument) if order.client_order_id not in without]
        return committed(self.accounts[account], self.instruments[instrument], position, self.claims(rest))

    def claims(self, orders: Iterable[Order]) -> list[Claim]:
        """What open orders may still fill; a target and a stop of one entry make one claim, sized by its fills."""
        found: list[Claim] = []
        pairs: dict[ClientOrderId, Claim] = {}
        reserved, replacing, claimed = self.reservations, self.replacing, self.claim
        for order in orders:
            name = order.client_order_id
            # Nearly always there is no replace under way: this loop runs over all open orders for every decision.
            reservation = self._dearest(order) if name in replacing else reserved.get(name)
            if reservation is None:
                continue
            if order.entry is None:
                found.append(Claim(order.side, claimed(order), reservation))
                continue
            entry = self.orders.get(order.entry)
            quantity = claimed(order) if entry is None else min(claimed(order), entry.filled_quantity)
            known = pairs.get(order.entry)
            if known is None or known.quantity < quantity:
                pairs[order.entry] = Claim(order.side, quantity, reservation)
        return [*found, *pairs.values()]

    def _dearest(self, order: Order) -> ev.Reservation | None:
        """The reservation at the higher price of the two that an unanswered replace leaves possible."""
        known, asked = self.reservations.get(order.client_order_id), self.replacing.get(order.client_order_id)
        if asked is None:
            return known
        if known is None or asked.reservation.price > known.price:
            return asked.reservation
        return known

    def touch(self, account: AccountId, instrument: InstrumentId) -> None:
        """Orders or the position of this account and instrument changed; for the folds."""
        changed = self._changed.get(account)
        if changed is not None:
            changed[instrument] = None
        self.risk.touch(account, instrument)

    def redefine(self) -> None:
        """An account's or an instrument's terms changed; for the folds."""
        self._committed.clear()
        self._changed.clear()
        self._sum.clear()
        self._sums.clear()
        self.risk.extremes.clear()

    def scopes_of(self, account: AccountId, strategy: StrategyId | None, group: GroupId | None = None) -> list[Scope]:
        """Every scope whose limits and halts reach an order of this account."""
        scopes = [Scope(ScopeType.WORKSPACE)]
        if group is not None:
            scopes.append(Scope(ScopeType.GROUP, group))
        scopes.append(Scope(ScopeType.ACCOUNT, account))
        if strategy is not None:
            scopes.append(Scope(ScopeType.STRATEGY, strategy))
        return scopes

    def groups_of(self, account: AccountId) -> list[GroupId]:
        """The groups that this account is a member of."""
        return [name for name, group in self.groups.items() if any(m.account == account for m in group.members)]

    def trading_state(self, scopes: Iterable[Scope]) -> ev.TradingStateSet | None:
        """The strictest halt among the scopes, or None when all are active."""
        found: ev.TradingStateSet | None = None
        for scope in scopes:
            for known in (self.trading_states.get(scope), self.risk.lock_of(scope)):
                if known is None or known.state is TradingState.ACTIVE:
                    continue
                if found is None or _STRICTNESS[known.state] > _STRICTNESS[found.state]:
                    found = known
        return found

    def receivers(self, intent: Intent) -> tuple[AccountId, ...]:
        """The accounts that an intent is for: those of its group when it was received, once it is known here."""
        record = self.intents.get(intent.id)
        if record is not None:
            return record.receivers
        if intent.account is not None:
            return (intent.account,)
        group = self.groups.get(intent.group) if intent.group is not None else None
        return tuple(member.account for member in group.members) if group else ()

    def hash(self) -> str:
        """SHA-256 (hex) of orders, reservations, positions, ledger balances, what is held, and groups."""
        parts: dict[str, Any] = {
            "orders": sorted(self.orders.values(), key=lambda order: order.client_order_id),
            "reservations": {name: self.reservations[name] for name in sorted(self.reservations)},
            "positions": {name: [portfolio.positions[held] for held in sorted(portfolio.positions)]
                          for name, portfolio in sorted(self.portfolios.items())},
            "shares": {name: [[str(key[0]), key[1] or "", share] for key, share
                              in sorted(portfolio.shares.items(), key=lambda item: (item[0][0], item[0][1] or ""))]
                       for name, portfolio in sorted(self.portfolios.items())},
            "cash": {name: dict(sorted(portfolio.cash.items())) for name, portfolio in sorted(self.portfolios.items())},
            "held": {name: [held, self.trails.get(name)] for name, held in sorted(self.held.items())},
            "groups": {name: self.groups[name] for name in sorted(self.groups)},
            "follows": {f"{group} {instrument}": follow for (group, instrument), follow in sorted(self.follows.items())},
        }  # fmt: skip
        if self.retired_intents:
            turned = {f"{key[0] or ''} {key[1]} {key[2]} {key[3]}": number for key, number in self.turned.items()}
            parts["retired"] = [self.retired_intents, self.retired.count, self.retired.digest(), sorted(turned.items()),
                                sorted(self.risk.counted.items())]  # fmt: skip
        return hashlib.sha256(codec.canonical(parts)).hexdigest()

    # --- orders, for the folds --------------------------------------------------------------------

    def keep(self, order: Order) -> None:
        """Hold an order as it now stands."""
        name, account = order.client_order_id, order.account
        self.orders[name] = order
        record = self.intents.get(order.intent) if order.intent is not None else None
        if record is not None:
            record.touched = self.sequence
        names = self.open.setdefault(account, {})
        book = self.books.setdefault(account, {}).setdefault(order.instrument, {})
        if order.is_open:
            names[name] = book[name] = None
        else:
            names.pop(name, None)
            book.pop(name, None)
            self.replacing.pop(name, None)
        if order.external:
            foreign = self.foreign.setdefault(account, {})
            if order.is_open:
                foreign[name] = None
            else:
                foreign.pop(name, None)
        if order.status is OrderStatus.CREATED:
            self.unsent[name] = None
        else:
            self.unsent.pop(name, None)
        asked = self.unanswered.setdefault(account, {})
        waits = order.pending is not Pending.NONE or name in self.replacing
        if order.status is OrderStatus.SUBMITTED or (order.status is OrderStatus.WORKING and waits):
            asked[name] = None
        else:
            asked.pop(name, None)
        if order.asked is not None:
            if order.is_open:
                self.held.setdefault(name, Held())
            else:
                self.held.pop(name, None)
        self._sums.change(order)
        self.touch(account, order.instrument)
        self.risk.keep(order)

    def add(self, order: Order) -> None:
        """Hold an order that may be new to its intent."""
        known = order.client_order_id in self.orders
        self.keep(order)
        if order.intent is not None and not known:
            record = self.intents[order.intent]
            record.orders.append(order.client_order_id)
            if order.leg == 0 or record.intent.protects:
                self.settle(record, order.account)

    def settle(self, record: IntentRecord, account: AccountId) -> None:
        """The account's part of the intent is decided."""
        record.decided[account] = None
        if len(record.decided) >= len(record.receivers) and all(name in record.decided for name in record.receivers):
            self.undecided.pop(record.intent.id, None)
