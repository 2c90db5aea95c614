"""How properties are searched: without a clock, and in CI the same way each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "bidwell",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
settings.load_profile("bidwell")
