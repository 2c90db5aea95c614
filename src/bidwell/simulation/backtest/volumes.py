"""What was traded within a fee model's window, and the terms that it gives."""

from __future__ import annotations

from collections import deque
from datetime import date

from bidwell.simulation.backtest.corporate import EPOCH
from bidwell.simulation.backtest.fees import FeeModel

DAYS = 30


class Volumes:
    """Traded volume by day, for fee models whose tiers go by it."""

    def __init__(self, model: FeeModel) -> None:
        self.model = model
        self._days: deque[tuple[int, float]] = deque()

    def add(self, day: int, quantity: float, notional: float) -> None:
        """Count a fill; `notional` is in the instrument's currency."""
        if self.model.tiers:
            self._days.append((day, quantity if self.model.measure == "units" else notional))

    def rows(self, day: int) -> list[list[float]]:
        """The kernel's fee table on a day."""
        if not self.model.tiers:
            return [terms.row() for terms in self.model.terms]
        first = day - DAYS
        if self.model.window == "month":
            first = date.fromordinal(day + EPOCH).replace(day=1).toordinal() - EPOCH
        while self._days and self._days[0][0] < first:
            self._days.popleft()
        return [self.model.at(sum(volume for _, volume in self._days)).row()]
