"""The Broker port over the simulated venue, by a line on which things go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Protocol

from bidwell.engine.ports import BrokerEvent, BrokerListener, BrokerOrder, Capabilities, Clock, Snapshot
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable
from bidwell.model.ids import ClientOrderId
from bidwell.model.order import Order
from bidwell.model.terms import Terms
from bidwell.risk.approved import Approved
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Link
from bidwell.simulation.proof import translation
from bidwell.simulation.proof.weather import EVENT_FAULTS, QUERY_FAULTS, REQUEST_FAULTS, Fault, Weather
from bidwell.simulation.venue import Venue

_RECONNECT = (0.2, 2.0)
_LATE = (0.3, 0.9)
_LATE_BEYOND = (1.2, 3.0)


class Witness(Protocol):
    """Who looks at every byte that leaves the desk and everything that reaches the venue."""

    def on_bytes(self, order: Order, *, proven_lost: bool, read: bool) -> None:
        """An order is about to leave; `proven_lost` when the sender will be told that it was not taken.

        `read` is whether the account was read in full since the connection was made.
        """
        ...

    def on_arrival(self, account: str, order: Order) -> None:
        """An order reached the venue's book."""
        ...

    def on_report(self, account: str) -> None:
        """A full report of the account is on its way to the desk."""
        ...

    def on_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Something happened at the venue."""
        ...


class Blind:
    """A witness for tests that judge by themselves."""

    def on_bytes(self, order: Order, *, proven_lost: bool, read: bool) -> None:
        """See nothing."""

    def on_arrival(self, account: str, order: Order) -> None:
        """See nothing."""

    def on_report(self, account: str) -> None:
        """See nothing."""

    def on_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """See nothing."""


@dataclass(slots=True)
class Exchange:
    """The venue with the lines to it; outcomes reach the account that they belong to."""

    venue: Venue
    clock: Clock
    witness: Witness = field(default_factory=Blind)
    lines: dict[str, ProofBroker] = field(default_factory=dict)

    def publish(self, outcomes: Iterable[Outcome]) -> None:
        """Tell what came of a request or of the market."""
        outcomes = list(outcomes)
        self.witness.on_outcomes(outcomes)
        for outcome in outcomes:
            said = translation.told(outcome, self.venue.state, self.clock.now())
            if said is not None and said[0] in self.lines:
                self.lines[said[0]].hear(said[1])


class ProofBroker:
    """One account's line to the venue; `weather` decides what becomes of each message."""

    def __init__(self, account: Account, exchange: Exchange, able: Capabilities, weather: Weather,
                 random: Random) -> None:  # fmt: skip
        self.account = account
        self._name = account.broker_account
        self._exchange = exchange
        self._able = able
        self._weather = weather
        self._random = random
        self._listener: BrokerListener | None = None
        self._life = 0
        self._due = 0.0
        self._heard = 0.0
        self._mute_until = 0.0
        self.connected = False
        self.under_way = 0
        self.read = 0
        self.without_executions = False
        self.tell: Callable[[str], None] = lambda _text: None
        exchange.lines[self._name] = self

    # --- the port ---------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._able

    async def connect(self, listener: BrokerListener) -> None:
        """Open the session and keep it open until `close`."""
        self._listener = listener
        await asyncio.sleep(self._latency())
        self._open(self._life)

    async def close(self) -> None:
        """End the session."""
        self._life += 1
        self.connected, self._listener = False, None

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Send an order with the exits attached to it."""
        orders = [approved.order, *(one.order for one in attached)]
        tickets = [translation.ticket(order) for order in orders]
        link = Link.NONE if len(orders) == 1 else Link.BRACKET

        def arrive() -> list[Outcome]:
            for order in orders:
                self._exchange.witness.on_arrival(self._name, order)
            return self._exchange.venue.submit(self._name, tickets, link)

        self._send("submit", orders, arrive)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book."""
        newest = order.broker_order_ids[-1] if order.broker_order_ids else ""
        self._send("cancel", (), lambda: self._cancel(order.client_order_id, newest))

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask to work the order on other terms."""
        changes = translation.ticket(replace(order, quantity=quantity, terms=terms))
        newest = order.broker_order_ids[-1] if order.broker_order_ids else ""
        self._send("replace", (), lambda: self._exchange.venue.replace(self._name, changes, newest))

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up."""
        await self._query("find")
        found = self._exchange.venue.state.find(self._name, client_order_id)
        answer = None if found is None else self._shown(translation.broker_order(found, self._now()))
        await asyncio.sleep(self._latency())
        return answer

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """The order under our id."""
        found = await self.find(client_order_id)
        return () if found is None else (found,)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read the account."""
        fault = await self._query("snapshot")
        taken = translation.snapshot(self._exchange.venue.state, self._name, since, self._now())
        taken = replace(taken, orders=tuple(self._shown(order) for order in taken.orders))
        if fault is not Fault.INCOMPLETE:
            self.read += 1
            self._exchange.witness.on_report(self._name)
        else:
            keep = self._random.random()
            taken = replace(
                taken, complete=False, orders=tuple(one for one in taken.orders if self._random.random() < keep),
                positions={}, cash={},
            )  # fmt: skip
        await asyncio.sleep(self._latency())
        return taken

    # --- the line ---------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._exchange.clock.now()

    def _latency(self) -> float:
        return self._random.uniform(0.001, 0.015)

    def _shown(self, order: BrokerOrder) -> BrokerOrder:
        return replace(order, fills=()) if self.without_executions else order

    def _cancel(self, name: str, newest: str) -> list[Outcome]:
        return self._exchange.venue.cancel(self._name, name, newest)

    def _send(self, stage: str, orders: Iterable[Order], arrive: Callable[[], list[Outcome]]) -> None:
        if not self.connected:
            msg = "no connection"
            raise Unavailable(msg)
        fault = self._weather.strike(REQUEST_FAULTS, stage)
        self.tell(
            f"{self._name} {stage} {[f'{one.side} {one.quantity} {one.client_order_id}' for one in orders]} {fault or ''}"
        )
        if fault is Fault.UNREACHABLE:
            msg = "connection refused"
            raise Unavailable(msg)
        for order in orders:
            self._exchange.witness.on_bytes(order, proven_lost=fault is Fault.THROTTLED, read=bool(self.read))
        if fault is Fault.THROTTLED:
            msg = "429 too many requests"
            raise Refused(msg)
        lost = fault in {Fault.LOST, Fault.ERROR_NOT_TAKEN} or (
            fault is Fault.DISCONNECT and self._random.random() < 0.5
        )
        if not lost:
            self._travel(fault, arrive)
        if fault in {Fault.ERROR_TAKEN, Fault.ERROR_NOT_TAKEN}:
            msg = "502 bad gateway"
            raise InDoubt(msg)
        if fault is Fault.GARBLED:
            msg = "the answer is no message"
            raise ProtocolError(msg)
        if fault is Fault.DISCONNECT:
            self.cut("connection reset")
            msg = "connection reset by peer"
            raise InDoubt(msg)

    def _travel(self, fault: Fault | None, arrive: Callable[[], list[Outcome]]) -> None:
        loop = asyncio.get_running_loop()
        quarantine = self._able.quarantine.total_seconds()
        if fault is Fault.LATE:
            due = loop.time() + self._random.uniform(*_LATE) * quarantine
        elif fault is Fault.LATE_BEYOND_QUARANTINE:
            due = loop.time() + self._random.uniform(*_LATE_BEYOND) * quarantine
        else:
            due = self._due = max(self._due, loop.time() + self._latency())
        silent = fault in {Fault.ACK_LOST, Fault.GARBLED}
        self.under_way += 1
        loop.call_at(due, self._arrive, arrive, silent)

    def _arrive(self, arrive: Callable[[], list[Outcome]], silent: bool) -> None:  # noqa: FBT001 - a loop's callback
        self.under_way -= 1
        outcomes = arrive()
        if silent:
            mute, self._mute_until = self._mute_until, float("inf")
            self._exchange.publish(outcomes)
            self._mute_until = mute
        else:
            self._exchange.publish(outcomes)

    def hear(self, events: list[BrokerEvent]) -> None:
        """The venue has something to say to the account."""
        loop = asyncio.get_running_loop()
        for event in events:
            if not self.connected or loop.time() < self._mute_until:
                return
            if self.without_executions and isinstance(event, ev.OrderFilled) and self._random.random() < 0.6:
                continue
            fault = self._weather.strike(EVENT_FAULTS, type(event).__name__)
            if fault:
                self.tell(f"{self._name} {type(event).__name__} {event.client_order_id} {fault}")
            if fault is Fault.MUTE:
                self._mute_until = loop.time() + self._random.uniform(0.5, 4.0)
                return
            if fault is Fault.DISCONNECT:
                self.cut("connection lost")
                return
            due = self._heard = max(self._heard, loop.time() + self._latency())
            if fault is Fault.REORDER:
                due += self._random.uniform(0.005, 0.3)
            loop.call_at(due, self._deliver, event, self._life)
            if fault is Fault.DUPLICATE:
                loop.call_at(due + self._random.uniform(0.0, 0.5), self._deliver, event, self._life)

    def _deliver(self, event: BrokerEvent, life: int) -> None:
        if life == self._life and self._listener is not None:
            self._listener.on_broker_event(self.account.id, replace(event, at=self._now()))

    async def _query(self, stage: str) -> Fault | None:
        life = self._life
        await asyncio.sleep(self._latency())
        if not self.connected or life != self._life:
            msg = "no connection"
            raise Unavailable(msg)
        fault = self._weather.strike(QUERY_FAULTS if stage == "snapshot" else QUERY_FAULTS[:1], stage)
        if fault is Fault.QUERY_FAILED:
            await asyncio.sleep(self._random.uniform(0.05, 0.5))
            msg = "503 service unavailable"
            raise InDoubt(msg)
        if fault is Fault.DISCONNECT:
            self.cut("connection lost while reading")
            msg = "connection lost"
            raise InDoubt(msg)
        return fault

    # --- the connection ---------------------------------------------------------------------------

    def cut(self, reason: str) -> None:
        """Break the connection: what is under way to the desk is lost, and it is mended later."""
        if not self.connected:
            return
        self._life += 1
        self.connected, self.read = False, 0
        loop = asyncio.get_running_loop()
        if self._listener is not None:
            loop.call_soon(self._tell_down, self._listener, reason)
            loop.call_later(self._random.uniform(*_RECONNECT), self._open, self._life)

    def kill(self) -> None:
        """The desk's process is gone; what it sent travels on."""
        self._life += 1
        self.connected, self._listener = False, None

    def _tell_down(self, listener: BrokerListener, reason: str) -> None:
        if listener is self._listener:
            listener.on_disconnected(self.account.id, reason)

    def _open(self, life: int) -> None:
        if life == self._life and self._listener is not None:
            self.connected = True
            self._mute_until = 0.0
            self._listener.on_connected(self.account.id)
