"""Our book against the broker's: every difference is a named break with what was done about it.

An absence in an incomplete report proves nothing. A cash or position difference is repaired only when two
consecutive snapshots agree on it, since a fill may be on its way in either direction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bidwell.engine.tracking import cut, from_report, is_given_up
from bidwell.model import events as ev
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.ports import BrokerOrder, Snapshot
    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
    from bidwell.model.order import Order


_HERE = frozenset({OrderStatus.CREATED, OrderStatus.HELD})


@dataclass(slots=True)
class Findings:
    """What a comparison found: events to apply, breaks to show, orders to look up one by one, and to take off."""

    events: list[ev.Event] = field(default_factory=list)
    breaks: list[ev.Break] = field(default_factory=list)
    lookups: list[ClientOrderId] = field(default_factory=list)
    cancels: list[ClientOrderId] = field(default_factory=list)


def ours_of(state: State, account: AccountId, theirs: BrokerOrder) -> Order | None:
    """Our order for the broker's: by client id, else by any broker id of its chain."""
    if theirs.client_order_id is not None:
        order = state.orders.get(theirs.client_order_id)
        if order is not None and order.account == account and not is_given_up(order):
            return order
    name = state.by_broker_id.get((account, theirs.broker_order_id))
    return state.orders.get(name) if name is not None else None


def compare_orders(state: State, snapshot: Snapshot, now: datetime,
                   fresh: Container[ClientOrderId] = ()) -> Findings:  # fmt: skip
    """Orders and fills: what the broker has that we lack, and what we think open that it does not show.

    Of `fresh` orders something was heard while the snapshot was under way, which may be the older of the two.
    """
    found = Findings()
    account = snapshot.account
    seen: set[ClientOrderId] = set()
    for theirs in snapshot.orders:
        if theirs.instrument not in state.instruments:
            found.breaks.append(ev.Break(ev.BreakType.ORDER_UNKNOWN_HERE, str(theirs.broker_order_id), "",
                                         f"{theirs.instrument} {theirs.status}",
                                         "not adopted: list its instrument first", ev.Handling.PERSON))  # fmt: skip
            continue
        ours = ours_of(state, account, theirs)
        if ours is not None:
            seen.add(ours.client_order_id)
            if not ours.is_open and theirs.status not in CLOSED and ours.client_order_id not in fresh:
                found.cancels.append(ours.client_order_id)
                found.breaks.append(ev.Break(ev.BreakType.ORDER_STATUS, ours.client_order_id, str(ours.status),
                                             str(theirs.status), "asked to be canceled: it was closed here", ev.Handling.REPAIRED))  # fmt: skip
        elif theirs.client_order_id in state.orders:
            # Another account's name: it cannot be adopted under it.
            theirs = replace(theirs, client_order_id=None)  # noqa: PLW2901 - the report under a name of its own
        overtaken = ours is not None and ours.client_order_id in fresh
        events = from_report(account, ours, theirs, now, overtaken=overtaken)
        if events:
            found.breaks.append(_order_break(ours, theirs, events))
        found.events.extend(events)
    for order in state.open_orders(account):
        name = order.client_order_id
        if name in seen or name in fresh or order.status in _HERE:
            continue
        if order.status is OrderStatus.WORKING and snapshot.complete:
            found.breaks.append(ev.Break(ev.BreakType.ORDER_UNKNOWN_THERE, order.client_order_id, str(order.status),
                                         "not in the report", "looked up", ev.Handling.WAITING))  # fmt: skip
        found.lookups.append(order.client_order_id)
    if not snapshot.complete:
        found.breaks.append(ev.Break(ev.BreakType.REPORT_INCOMPLETE, account, "", "parts were missing",
                                     "nothing concluded from what is absent", ev.Handling.WAITING))  # fmt: skip
    return found


def _order_break(ours: Order | None, theirs: BrokerOrder, events: list[ev.OrderEvent]) -> ev.Break:
    handling = ev.Handling.REPAIRED
    if ours is None:
        kind, mine, repair = ev.BreakType.ORDER_UNKNOWN_HERE, "", "adopted as EXTERNAL"
        handling = ev.Handling.ADOPTED
    elif any(isinstance(event, ev.OrderFilled) for event in events):
        kind, mine, repair = ev.BreakType.FILL_MISSING, f"filled {ours.filled_quantity}", "booked"
    else:
        kind, mine, repair = ev.BreakType.ORDER_STATUS, str(ours.status), "brought up to the broker's"
    subject = ours.client_order_id if ours is not None else str(theirs.broker_order_id)
    return ev.Break(kind, subject, mine, f"{theirs.status} filled {theirs.filled_quantity}", repair, handling)


@dataclass(slots=True)
class Differences:
    """Cash and positions in which the broker and we differ, theirs less ours.

    `unlisted` are positions in instruments that this workspace does not know: they are shown, and are no gap.
    """

    cash: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[InstrumentId, Decimal] = field(default_factory=dict)
    unlisted: dict[InstrumentId, Decimal] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.cash or self.positions)


def compare_holdings(state: State, snapshot: Snapshot) -> Differences:
    """Cash per currency and quantity per instrument; only from a complete report."""
    found = Differences()
    if not snapshot.complete:
        return found
    portfolio = state.portfolios[snapshot.account]
    for currency in {*portfolio.cash, *snapshot.cash}:
        gap = snapshot.cash.get(currency, ZERO) - portfolio.cash.get(currency, ZERO)
        if gap:
            found.cash[currency] = gap
    for instrument in {*portfolio.positions, *snapshot.positions}:
        held = portfolio.positions.get(instrument)
        gap = snapshot.positions.get(instrument, ZERO) - (held.quantity if held else ZERO)
        if gap:
            (found.positions if instrument in state.instruments else found.unlisted)[instrument] = gap
    return found


def repairs(snapshot: Snapshot, gaps: Differences, now: datetime, price_of: Callable[[InstrumentId], Decimal | None],
            *, opening: bool) -> Findings:  # fmt: skip
    """Book the gaps: as opening balances the first time an account is seen, as the broker's corrections later."""
    found = Findings()
    reason = "opening balance" if opening else "correction by the broker"
    for currency, amount in sorted(gaps.cash.items()):
        theirs = snapshot.cash.get(currency, ZERO)
        found.events.append(ev.CashAdjusted(now, snapshot.account, currency, amount, reason))
        if not opening:
            found.breaks.append(_booked(ev.BreakType.CASH, currency, theirs - amount, theirs))
    for instrument, quantity in sorted(gaps.positions.items()):
        theirs = snapshot.positions.get(instrument, ZERO)
        price = cut(snapshot.average_prices.get(instrument) or price_of(instrument) or ZERO)
        found.events.append(ev.PositionAdjusted(now, snapshot.account, instrument, quantity, price, reason))
        if not opening:
            found.breaks.append(_booked(ev.BreakType.POSITION, instrument, theirs - quantity, theirs))
    return found


def _booked(kind: ev.BreakType, subject: str, ours: Decimal, theirs: Decimal) -> ev.Break:
    return ev.Break(kind, subject, f"{ours:f}", f"{theirs:f}", "booked as a correction", ev.Handling.REPAIRED)


def open_breaks(gaps: Differences, snapshot: Snapshot) -> tuple[ev.Break, ...]:
    """Gaps seen for the first time, shown while the next snapshot is awaited, and what is not listed here."""
    cash, held = snapshot.cash, snapshot.positions
    rows = [_waits(ev.BreakType.CASH, currency, cash.get(currency, ZERO), gap)
            for currency, gap in sorted(gaps.cash.items())]  # fmt: skip
    rows += [_waits(ev.BreakType.POSITION, instrument, held.get(instrument, ZERO), gap)
             for instrument, gap in sorted(gaps.positions.items())]  # fmt: skip
    rows += [ev.Break(ev.BreakType.POSITION, instrument, "", f"{gap:+f}", "not booked: list its instrument first",
                      ev.Handling.PERSON)
             for instrument, gap in sorted(gaps.unlisted.items())]  # fmt: skip
    return tuple(rows)


def _waits(kind: ev.BreakType, subject: str, theirs: Decimal, gap: Decimal) -> ev.Break:
    return ev.Break(kind, subject, f"{theirs - gap:f}", f"{theirs:f}", "waits for a second snapshot",
                    ev.Handling.WAITING)  # fmt: skip
