"""Figures for Prometheus, in a registry of the server's own."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bidwell.engine import copying
from bidwell.engine.desk import Desk
from bidwell.model import events as ev
from bidwell.model.ids import WorkspaceId

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Counters that the server and the desks' events move; gauges are read when somebody asks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram("bidwell_http_seconds", "Time to answer a request.", ["method", "route", "status"],
                                   buckets=_FAST, registry=self._registry)  # fmt: skip
        self._refused = Counter("bidwell_http_refused", "Requests that the door refused.", ["code"],
                                registry=self._registry)  # fmt: skip
        self._alerts = Counter("bidwell_alerts", "Messages of senders by outcome.", ["outcome"],
                               registry=self._registry)  # fmt: skip
        self._intents = Counter("bidwell_intents", "Intents taken in.", ["workspace", "source"],
                                registry=self._registry)  # fmt: skip
        self._denials = Counter("bidwell_denials", "Orders that our gate denied.", ["workspace", "rule"],
                                registry=self._registry)  # fmt: skip
        self._outcomes = Counter("bidwell_orders", "What became of orders.", ["workspace", "event"],
                                 registry=self._registry)  # fmt: skip
        self._path = Histogram("bidwell_order_path_seconds", "From an intent's receipt to a broker's acknowledgement.",
                               ["workspace"], buckets=_FAST, registry=self._registry)  # fmt: skip
        self._journal = Histogram("bidwell_journal_seconds", "Time to make an intent durable.", ["workspace"],
                                  buckets=_FAST, registry=self._registry)  # fmt: skip
        self._clients = Gauge("bidwell_stream_clients", "Open streams.", registry=self._registry)
        self._evicted = Counter("bidwell_stream_evicted", "Streams closed because their reader stalled.",
                                registry=self._registry)  # fmt: skip
        self._age = Gauge("bidwell_data_age_seconds", "Age of the newest market data.", ["workspace"],
                          registry=self._registry)  # fmt: skip
        self._mending = Gauge("bidwell_intents_mending", "Intents that are undone or brought to their target.",
                              ["workspace", "kind"], registry=self._registry)  # fmt: skip
        self._adrift = Gauge("bidwell_followers_adrift", "Followers away from their part of the leader's position.",
                             ["workspace", "group"], registry=self._registry)  # fmt: skip
        self._differing = Gauge("bidwell_accounts_differing", "Accounts whose book does not agree with the broker's.",
                                ["workspace"], registry=self._registry)  # fmt: skip
        self._open = Gauge("bidwell_open_orders", "Orders that may still fill.", ["workspace"], registry=self._registry)
        self._tasks = Gauge("bidwell_tasks", "Asynchronous tasks of the process.", registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is its pattern, so that ids do not multiply series."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def refused(self, code: str) -> None:
        """The door refused a request."""
        self._refused.labels(code).inc()

    def alert(self, outcome: str) -> None:
        """A sender's message was accepted, duplicate or refused."""
        self._alerts.labels(outcome).inc()

    def durable(self, workspace: str, seconds: float) -> None:
        """An intent became durable."""
        self._journal.labels(workspace).observe(seconds)

    def clients(self, count: int) -> None:
        """How many streams are open."""
        self._clients.set(count)

    def evicted(self) -> None:
        """A stalled reader was closed."""
        self._evicted.inc()

    def watch(self, workspace: WorkspaceId, desk: Desk) -> Callable[[], None]:
        """Count a desk's events; gives a function that ends it."""

        def hear(written: Sequence[tuple[int, ev.Event]]) -> None:
            for _, event in written:
                self._count(workspace, desk, event)

        return desk.subscribe(hear)

    def _count(self, workspace: str, desk: Desk, event: ev.Event) -> None:
        if isinstance(event, ev.IntentReceived):
            self._intents.labels(workspace, str(event.intent.source)).inc()
        elif isinstance(event, ev.OrderDenied):
            self._denials.labels(workspace, event.denial.rule).inc()
        elif isinstance(event, ev.OrderEvent):
            self._outcomes.labels(workspace, type(event).__name__).inc()
            if isinstance(event, ev.OrderAccepted):
                self._acknowledged(workspace, desk, event)

    def _acknowledged(self, workspace: str, desk: Desk, event: ev.OrderAccepted) -> None:
        order = desk.state.orders.get(event.client_order_id)
        record = desk.state.intents.get(order.intent) if order is not None and order.intent is not None else None
        if record is not None:
            self._path.labels(workspace).observe(max((event.at - record.intent.received_at).total_seconds(), 0.0))

    def _standing(self, workspace: str, desk: Desk, now: datetime) -> None:
        mending = desk.core.mending
        self._mending.labels(workspace, "undone").set(len(mending.unwinding))
        self._mending.labels(workspace, "repaired").set(len(mending.repairing))
        self._differing.labels(workspace).set(sum(not session.reconciled for session in desk.sessions.values()))
        for group in desk.state.groups.values():
            if group.leader is not None:
                adrift = sum(
                    part.actual != part.target for part in copying.all_followers(desk.state, desk.market, group, now)
                )
                self._adrift.labels(workspace, group.id).set(adrift)

    def render(self, desks: Mapping[WorkspaceId, Desk], now: datetime) -> tuple[bytes, str]:
        """The exposition text and its media type."""
        for workspace, desk in desks.items():
            last = desk.market.last_received_at
            age = (now - last).total_seconds() if last is not None else math.inf
            self._age.labels(workspace).set(age)
            self._open.labels(workspace).set(len(desk.state.all_open_orders()))
            self._standing(workspace, desk, now)
        self._tasks.set(len(asyncio.all_tasks()))
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
