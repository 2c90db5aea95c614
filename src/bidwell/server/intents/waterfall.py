"""The stages of an intent as bars on a millisecond axis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bidwell.engine.desk import Desk
from bidwell.engine.state import IntentRecord
from bidwell.model.events import Stage
from bidwell.server.intents import schemas
from bidwell.server.orders.reads import milliseconds

_LABELS = {
    "received": "Received",
    "durable": "Durable",
    "allocated": "Allocated",
    "rules": "Rules",
    "outbox": "Outbox",
    "sent": "Sent",
    "acknowledged": "Acknowledged",
    "filled": "Filled",
}

# What is decided while the intent's own commit is still under way: timed from one another, not from its end.
_BESIDE_THE_COMMIT = {"allocated", "rules"}


def _recorded(stages: list[Stage], name: str, choose: Callable[[list[datetime]], datetime]) -> datetime | None:
    times = [stage.at for stage in stages if stage.name == name]
    return choose(times) if times else None


def stages(desk: Desk, record: IntentRecord) -> list[schemas.StageView]:
    """Each stage from the end of the one before; stages of many children end with their last child's."""
    known = [*record.stages, *(() if record.stages else desk.recorder.stages(record.intent.id))]
    traces = [desk.state.traces[name] for name in record.orders if name in desk.state.traces]
    sent = [trace.sent_at for trace in traces if trace.sent_at is not None]
    answered = [trace.answered_at for trace in traces if trace.answered_at is not None]
    filled = [trace.filled_at for trace in traces if trace.filled_at is not None]
    ends: dict[str, datetime | None] = {
        "durable": _recorded(known, "durable", max),
        "allocated": record.allocated_at,
        "rules": _recorded(known, "rules", max),
        "outbox": _recorded(known, "outbox", max),
        "sent": _recorded(known, "sent", max) or max(sent, default=None),
        "acknowledged": max(answered, default=None),
        "filled": max(filled, default=None),
    }
    start = record.intent.received_at
    found = [_stage("received", start, start, start)]
    before = decided = start
    for name, end in ends.items():
        if end is None:
            continue
        if name in _BESIDE_THE_COMMIT:
            found.append(_stage(name, start, decided, end))
            decided = end
        else:
            found.append(_stage(name, start, min(before, end), end))
        before = max(before, end)
    return found


def _stage(name: str, zero: datetime, start: datetime, end: datetime) -> schemas.StageView:
    return schemas.StageView(
        name=name, label=_LABELS[name], start_ms=milliseconds(zero, start), duration_ms=milliseconds(start, end)
    )
