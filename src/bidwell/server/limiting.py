"""A token bucket per address: bounds what one caller can ask, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

_MOST = 10_000


class Buckets:
    """`rate` requests a second after a burst of `burst`; the addresses seen longest ago are forgotten first."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Zero when the request may pass (it is counted then), else the seconds to wait."""
        level, seen = self._levels.pop(name, (self._burst, now))
        level = min(self._burst, level + max(now - seen, 0.0) * self._rate)
        allowed = level >= 1.0
        self._levels[name] = (level - 1.0 if allowed else level, now)
        if len(self._levels) > _MOST:
            self._levels.popitem(last=False)
        return 0.0 if allowed else (1.0 - level) / self._rate
