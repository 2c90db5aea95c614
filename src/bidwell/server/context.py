"""Everything that the server is given: desks, stores, clock, randomness and its own settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bidwell.engine.desk import Desk
from bidwell.engine.ports import Clock, Entropy, HistorySource
from bidwell.model.ids import WorkspaceId
from bidwell.server.guardian_view import GuardianView
from bidwell.server.metrics import Metrics
from bidwell.server.ports import (
    AlertLog,
    Connections,
    Drills,
    Identity,
    JournalReader,
    PaperVenue,
    Probes,
    SpeedControl,
)
from bidwell.server.research import Research
from bidwell.server.rulebooks import Rulebooks
from bidwell.server.running import StrategyRuns

TRADINGVIEW = ("52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server is reached and by whom.

    `hosts` are the names that the Host header may carry (without port), `origins` those of the Origin header.
    `secure` marks cookies Secure and adds the `__Host-` prefix; only a plain-http loopback goes without.
    `alert_url` is the public address of the alert listener, `alert_networks` who may post there (empty:
    anyone with a token), `trusted_proxies` whose X-Forwarded-For is believed. `signing_key` derives the keys
    of signed senders; it must outlive a restart. `requests_per_s` bounds one address,
    `alerts_per_s` the alerts of one.
    """

    version: str
    signing_key: bytes = field(repr=False)
    hosts: frozenset[str] = frozenset({"localhost", "127.0.0.1", "[::1]"})
    origins: frozenset[str] = frozenset({"http://localhost:8600", "http://127.0.0.1:8600"})
    secure: bool = False
    base_url: str = "http://localhost:8600"
    alert_url: str = "http://localhost:8600/api/v1/hooks/alert"
    alert_networks: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    feed_label: str = ""
    requests_per_s: int = 200
    burst: int = 600
    alerts_per_s: int = 2500
    alert_burst: int = 25_000
    signature_window: timedelta = timedelta(seconds=30)
    step_up: timedelta = timedelta(minutes=5)


@dataclass(slots=True)
class ServerContext:
    """What `app` wires for the server; one desk per workspace."""

    desks: Mapping[WorkspaceId, Desk]
    journals: Mapping[WorkspaceId, JournalReader]
    identity: Identity
    alerts: AlertLog
    history: HistorySource
    clock: Clock
    entropy: Entropy
    settings: ServerSettings
    speeds: Mapping[WorkspaceId, SpeedControl] = field(default_factory=dict)
    probes: Probes = field(default_factory=dict)
    paper: PaperVenue | None = None
    rulebooks: Rulebooks | None = None
    research: Research | None = None
    strategy_runs: Mapping[WorkspaceId, StrategyRuns] = field(default_factory=dict)
    connections: Mapping[WorkspaceId, Connections] = field(default_factory=dict)
    drills: Drills | None = None
    guardian: Callable[[], GuardianView] | None = None
    static: Path | None = None
    metrics: Metrics = field(default_factory=Metrics)
