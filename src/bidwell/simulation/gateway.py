"""Between sessions and the venue: latency, faults, and who is told what; synchronous, time comes in with each call."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from bidwell.model.terms import Side
from bidwell.simulation import wire
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Placed, Traded
from bidwell.simulation.faults import Fault, Faults, FaultScript, FaultType, On
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Ticket
from bidwell.simulation.reports import report
from bidwell.simulation.venue import Venue

Trading = wire.Submit | wire.Cancel | wire.Replace

_ON: dict[type[Trading], On] = {wire.Submit: On.SUBMIT, wire.Cancel: On.CANCEL, wire.Replace: On.REPLACE}


class Outlet(Protocol):
    """What the gateway hands on: facts to be made durable, then words to an account's sessions."""

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Make the facts among these durable, as one, before anything told after this call leaves."""
        ...

    def tell(self, account: str, said: wire.Report) -> None:
        """Tell every session of an account."""
        ...

    def garble(self, account: str) -> None:
        """Send the account's sessions a line that is no message."""
        ...

    def cut(self, account: str) -> None:
        """Break the account's connections."""
        ...

    def mute(self, account: str, seconds: float) -> None:
        """Keep the account's connections open and say nothing on them for a while."""
        ...


@dataclass
class _Channel:
    """How one account is reached at the moment."""

    due: float = 0.0
    queued: int = 0
    held: list[wire.Report] = field(default_factory=list)


class Gateway:
    """Requests in, after their latency and through the fault script; `now` is in seconds and never falls."""

    def __init__(self, venue: Venue, outlet: Outlet, script: FaultScript | None = None) -> None:
        self.venue = venue
        self._outlet = outlet
        self._faults = Faults(script or FaultScript())
        self._latency = Random(self._faults.script.seed)  # noqa: S311 - repeatable latency is the point
        self._channels: dict[str, _Channel] = {}
        self._timers: list[tuple[float, int, Callable[[float], None]]] = []
        self._counter = 0
        self._late: set[tuple[str, str]] = set()

    # what the server calls

    def set_faults(self, script: FaultScript) -> None:
        """Play another script from its start; what is under way stays under way."""
        self._faults = Faults(script)
        self._latency = Random(script.seed)  # noqa: S311

    def request(self, account: str, request: Trading, now: float) -> None:
        """Take a request of an account's session."""
        channel = self._channel(account)
        delay = self.venue.state.accounts[account].spec.models.latency.draw(self._latency)
        if delay <= 0 and not channel.queued:
            self._strike(account, request, now)
            return
        channel.due = max(channel.due, now + delay)
        channel.queued += 1

        def arrive(later: float) -> None:
            channel.queued -= 1
            self._strike(account, request, later)

        self._at(channel.due, arrive)

    def publish(self, outcomes: Sequence[Outcome], now: float) -> None:
        """Record and tell what came of market data or of a hand at the venue."""
        if not outcomes:
            return
        self._outlet.record(outcomes)
        for outcome in outcomes:
            said = report(outcome, self.venue.state)
            if said is None:
                continue
            account, words = said
            fault = self._strike_fill(outcome) if isinstance(outcome, Traded) else None
            self._say(account, [words], fault, now)

    def advance(self, now: float) -> None:
        """Do everything that is due."""
        while self._timers and self._timers[0][0] <= now:
            _, _, action = heapq.heappop(self._timers)
            action(now)

    @property
    def next_due(self) -> float | None:
        """When `advance` has something to do, or None."""
        return self._timers[0][0] if self._timers else None

    # requests

    def _strike(self, account: str, request: Trading, now: float) -> None:
        name, instrument, side = _subject(request)
        script = self._faults
        fault = script.strike(_ON[type(request)], account, name, instrument, side) if script.script.faults else None
        if fault is None:
            self._answer(account, self._perform(account, request), None, now)
        elif fault.fault is FaultType.LATE_ACCEPT:
            self._delay(account, request, fault, now)
        elif fault.fault is FaultType.DISCONNECT and not fault.processed:
            if isinstance(request, wire.Submit):
                self._outlet.record(self.venue.note(account, request.orders))
            self._outlet.cut(account)
        else:
            refusal = Refusal(fault.code, fault.reason) if fault.fault is FaultType.REJECT else None
            partial = fault if fault.fault is FaultType.PARTIAL else None
            outcomes = self._perform(account, request, refusal=refusal, partial=partial, now=now)
            self._answer(account, outcomes, fault, now)

    def _delay(self, account: str, request: Trading, fault: Fault, now: float) -> None:
        keys = set()
        if isinstance(request, wire.Submit):
            keys = {(account, each.client_order_id) for each in request.orders}
            self._late |= keys
            self._outlet.record(self.venue.note(account, request.orders))

        def arrive(later: float) -> None:
            self._late.difference_update(keys)
            self._answer(account, self._perform(account, request, noted=True), None, later)

        self._at(now + fault.seconds, arrive)

    def _perform(
        self, account: str, request: Trading, *, refusal: Refusal | None = None, partial: Fault | None = None,
        noted: bool = False, now: float = 0.0,
    ) -> list[Outcome]:  # fmt: skip
        if isinstance(request, wire.Cancel):
            return self.venue.cancel(account, request.client_order_id, request.broker_order_id, refusal=refusal)
        if isinstance(request, wire.Replace):
            return self.venue.replace(account, _changes(request), request.broker_order_id, refusal=refusal)
        if any((account, each.client_order_id) in self._late for each in request.orders):
            return self.venue.note(account, request.orders)
        outcomes = self.venue.submit(
            account, request.orders, request.link, noted=noted, refusal=refusal,
            first_fill=partial.fraction if partial else None,
        )  # fmt: skip
        if partial:
            for outcome in outcomes:
                if isinstance(outcome, Placed):
                    self._resume_later(outcome.order.broker_order_id, now + partial.seconds)
        return outcomes

    def _resume_later(self, broker_order_id: str, due: float) -> None:
        def resume(later: float) -> None:
            self.publish(self.venue.resume(broker_order_id), later)

        self._at(due, resume)

    # answers

    def _answer(self, account: str, outcomes: Sequence[Outcome], fault: Fault | None, now: float) -> None:
        self._outlet.record(outcomes)
        words: list[wire.Report] = []
        for outcome in outcomes:
            said = report(outcome, self.venue.state)
            if said is not None:
                words.append(said[1])
        self._say(account, words, fault, now)

    def _say(self, account: str, words: list[wire.Report], fault: Fault | None, now: float) -> None:
        channel = self._channel(account)
        struck = fault.fault if fault else None
        if struck is FaultType.MUTE and fault:
            self._outlet.mute(account, fault.seconds)
        if struck is FaultType.REORDER and fault:
            channel.held.extend(words)
            self._at(now + fault.seconds, lambda _later: self._release(account))
            return
        if struck is FaultType.MALFORMED:
            self._outlet.garble(account)
        if struck not in {FaultType.ACK_LOST, FaultType.DISCONNECT}:
            for each in words:
                self._outlet.tell(account, each)
                if struck is FaultType.DUPLICATE:
                    self._outlet.tell(account, each)
            if words:
                self._release(account)
        if struck is FaultType.DISCONNECT:
            self._outlet.cut(account)

    def _release(self, account: str) -> None:
        channel = self._channel(account)
        held, channel.held = channel.held, []
        for each in reversed(held):
            self._outlet.tell(account, each)

    # small things

    def _strike_fill(self, fact: Traded) -> Fault | None:
        if not self._faults.script.faults:
            return None
        order = self.venue.state.orders[fact.broker_order_id]
        return self._faults.strike(On.FILL, fact.account, order.client_order_id, order.instrument, order.side)

    def _channel(self, account: str) -> _Channel:
        channel = self._channels.get(account)
        if channel is None:
            channel = self._channels[account] = _Channel()
        return channel

    def _at(self, due: float, action: Callable[[float], None]) -> None:
        self._counter += 1
        heapq.heappush(self._timers, (due, self._counter, action))


def _subject(request: Trading) -> tuple[str, str, Side | None]:
    if isinstance(request, wire.Submit):
        first = request.orders[0]
        return first.client_order_id, first.instrument, first.side
    return request.client_order_id, "", None


def _changes(request: wire.Replace) -> Ticket:
    return Ticket(
        "", Side.BUY, request.quantity, request.order_type, request.time_in_force, request.client_order_id,
        request.limit_price, request.stop_price, request.trail_amount, request.trail_percent, request.expires_at,
    )  # fmt: skip
