"""The flight recorder: when each stage of an intent happened, as told by the parts that did it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bidwell.model import events as ev
from bidwell.model.order import OrderStatus

if TYPE_CHECKING:
    from bidwell.engine.state import State
    from bidwell.model.ids import ClientOrderId, IntentId

RECEIVED, DURABLE, ALLOCATED, RULES, OUTBOX, SENT = "received", "durable", "allocated", "rules", "outbox", "sent"
_KEEP = 100
_SETTLED = frozenset({OrderStatus.DENIED, OrderStatus.HELD})
_LONGEST = timedelta(minutes=10)


@dataclass(slots=True)
class _Run:
    received_at: datetime
    stages: dict[tuple[str, str], datetime] = field(default_factory=dict)


class OrderPath:
    """Milliseconds from receipt to the last broker's answer, of the last 100 intents."""

    def __init__(self) -> None:
        self.latencies: deque[float] = deque(maxlen=_KEEP)
        self.count = 0

    def add(self, milliseconds: float) -> None:
        """Count one intent."""
        self.latencies.append(milliseconds)
        self.count += 1

    def percentile(self, percent: int) -> float | None:
        """Nearest-rank percentile, or None before the first intent."""
        if not self.latencies:
            return None
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, max(0, -(-percent * len(ranked) // 100) - 1))]


class Recorder:
    """Collects times that the journal cannot know at the time of writing, until every child has an answer."""

    def __init__(self) -> None:
        self.path = OrderPath()
        self._runs: dict[IntentId, _Run] = {}
        self._touched: dict[IntentId, None] = {}

    def start(self, intent: IntentId, received_at: datetime) -> None:
        """An intent was taken in by this process."""
        self._runs[intent] = _Run(received_at, {(RECEIVED, ""): received_at})

    def runs(self, intent: IntentId) -> bool:
        """Whether stages of the intent are still to come."""
        return intent in self._runs

    def mark(self, intent: IntentId | None, stage: str, at: datetime, order: str = "") -> None:
        """A stage happened; the first time counts."""
        run = self._runs.get(intent) if intent is not None else None
        if run is not None:
            run.stages.setdefault((stage, order), at)

    def stages(self, intent: IntentId) -> tuple[ev.Stage, ...]:
        """What is known so far of an intent that is still under way."""
        run = self._runs.get(intent)
        return () if run is None else tuple(ev.Stage(name, at, order) for (name, order), at in run.stages.items())

    def touch(self, intent: IntentId | None) -> None:
        """Something happened to one of the intent's orders: it may be complete now."""
        if intent is not None and intent in self._runs:
            self._touched[intent] = None

    def forget(self, state: State) -> None:
        """Drop what the journal does not know: it never became durable."""
        self._runs = {name: run for name, run in self._runs.items() if name in state.intents}
        self._touched = dict.fromkeys(self._runs)

    def finish(self, state: State, now: datetime) -> list[ev.StagesRecorded]:
        """The intents whose children have all been answered, or were waited for long enough, ready for the journal."""
        oldest = next(iter(self._runs), None)
        overdue = oldest is not None and now - self._runs[oldest].received_at > _LONGEST
        if overdue and oldest is not None:
            self._touched[oldest] = None
        touched, self._touched = self._touched, {}
        done = []
        for name in touched:
            late = overdue and name == oldest
            if name in self._runs and name in state.intents and (late or self._complete(state, name)):
                record = state.intents[name]
                self.mark(name, ALLOCATED, record.allocated_at or now)
                done.append(ev.StagesRecorded(now, name, self.stages(name)))
                self._count(state, record.orders, record.intent.received_at)
                del self._runs[name]
        return done

    @staticmethod
    def _complete(state: State, name: IntentId) -> bool:
        record = state.intents.get(name)
        if record is None or record.allocated_at is None or name in state.undecided:
            return False
        return all(_answered(state, order) for order in record.orders)

    def _count(self, state: State, orders: list[ClientOrderId], received_at: datetime) -> None:
        answers = [at for order in orders if (at := state.traces[order].answered_at) is not None]
        if answers:
            self.path.add((max(answers) - received_at).total_seconds() * 1000)


def _answered(state: State, name: ClientOrderId) -> bool:
    return state.orders[name].status in _SETTLED or state.traces[name].answered_at is not None
