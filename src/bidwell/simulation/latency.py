"""How long a request takes to reach the venue's book, in seconds of wall clock."""

from __future__ import annotations

from random import Random

import msgspec


class NoLatency(msgspec.Struct, frozen=True, tag="none", tag_field="model"):
    """At once."""

    def draw(self, random: Random) -> float:  # noqa: ARG002 - the models share one shape
        return 0.0


class FixedLatency(msgspec.Struct, frozen=True, tag="fixed", tag_field="model"):
    """Always the same."""

    seconds: float

    def draw(self, random: Random) -> float:  # noqa: ARG002
        return self.seconds


class UniformLatency(msgspec.Struct, frozen=True, tag="uniform", tag_field="model"):
    """Anything between two bounds."""

    least: float
    most: float

    def draw(self, random: Random) -> float:
        return random.uniform(self.least, self.most)


LatencyModel = NoLatency | FixedLatency | UniformLatency
