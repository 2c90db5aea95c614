"""Holds the strongest of several instruments in equal parts, chosen anew once a month by their past return.

Needs several instruments, the more alike the better. Lives on trends that last for months; turns over much and falls
with all of them together, which the rule that only rising instruments are held softens.
"""

from datetime import datetime

from bidwell import Bar, Bars, Param, Schedule, Strategy


class MomentumRotation(Strategy):
    """Rotates into the instruments with the highest momentum at each month's beginning."""

    schedules = (Schedule("00:00", every="month"),)

    length = Param(120, 20, 400, step=20, about="bars over which the return is measured")
    skipped = Param(10, 0, 60, step=5, about="newest bars that are left out of it")
    held = Param(2, 1, 50, about="how many instruments are held")
    invested = Param(95.0, 10.0, 100.0, step=5.0, about="percent of the equity that is invested")

    def on_start(self) -> None:
        self.scores: dict[str, float] = {}
        self.due = ""

    def prepare(self, bars: Bars) -> None:
        self.price = bars.close

    def on_schedule(self, at: datetime) -> None:
        self.due = f"{at:%Y-%m}"

    def on_bar(self, bar: Bar) -> None:
        reach = self.length + self.skipped
        if len(self.price) > reach:
            self.scores[bar.symbol] = self.price[-1 - self.skipped] / self.price[-1 - reach] - 1.0
        # The last instrument completes the instant.
        if self.due and bar.symbol == self.symbols[-1]:
            self.rotate()

    def rotate(self) -> None:
        """Hold what rose most, in equal parts."""
        rising = {symbol: score for symbol, score in self.scores.items() if score > 0.0}
        chosen = sorted(rising, key=lambda symbol: -rising[symbol])[: self.held]
        self.log(f"{self.due}: " + (", ".join(chosen) or "nothing rises"))
        self.due = ""
        # What is sold comes first, so that its money can buy.
        for symbol in self.symbols:
            if symbol not in chosen and self.position_of(symbol):
                self.close(symbol=symbol)
        for symbol in chosen:
            self.order_target_percent(self.invested / self.held, symbol=symbol)
