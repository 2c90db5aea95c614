"""The wall clock and the machine's randomness: the only places where the desk asks the machine for either."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


class WallClock:
    """The machine's clock in UTC."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class SystemEntropy:
    """The operating system's randomness."""

    def bits(self, count: int) -> int:
        """A number of `count` random bits."""
        return secrets.randbits(count)
