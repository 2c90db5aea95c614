"""Stand-ins for brokers' servers: the vendor's own URLs, payloads, frames and errors on top of the simulated venue.

Entry points: `registry.TWINS` (by name), `Stage` (accounts, market, mishaps, books), `TwinServer` (one listening twin),
`Scenario`, `Mishap`. A twin is a `Dialect`: its routes, how it says an event, and how it fails.

Invariants: nothing here imports `brokers`, so that a mistake is not made twice alike; a twin listens on loopback only;
its books are the judge of what arrived. Control is under `/_twin/`, a page for people included.
"""

from __future__ import annotations

from bidwell.twins.dialect import Dialect
from bidwell.twins.mishaps import Mishap, Script
from bidwell.twins.scenario import Scenario, read_scenario
from bidwell.twins.server import TwinServer
from bidwell.twins.stage import Stage

__all__ = ["Dialect", "Mishap", "Scenario", "Script", "Stage", "TwinServer", "read_scenario"]
