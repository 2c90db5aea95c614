"""Buys the cheap and sells the dear one of two related instruments when their ratio is far from its usual level.

Needs two instruments that are driven by the same things (two banks, two share classes). Lives on gaps that close, and
loses when they do not because something has changed for good: the outer limit then takes the loss.
"""

from math import log

from bidwell import Bar, Param, Strategy


class Pairs(Strategy):
    """Trades the distance of the logarithm of a price ratio from its mean, in standard deviations."""

    length = Param(60, 10, 500, step=10, about="bars of the ratio's mean and deviation")
    enter = Param(2.0, 0.5, 5.0, step=0.25, about="deviations at which to enter")
    leave = Param(0.5, 0.0, 3.0, step=0.25, about="deviations at which to leave")
    outer = Param(4.0, 1.0, 10.0, step=0.5, about="deviations at which the loss is taken")
    invested = Param(45.0, 5.0, 100.0, step=5.0, about="percent of the equity on each side")

    def on_start(self) -> None:
        if len(self.symbols) != 2:
            raise ValueError(f"a pair has two instruments, and the data has {len(self.symbols)}")
        self.closes: dict[str, float] = {}
        self.ratios: list[float] = []
        self.waiting = False

    def on_bar(self, bar: Bar) -> None:
        self.closes[bar.symbol] = bar.close
        first, second = self.symbols
        # The second of the two completes the instant.
        if bar.symbol != second or first not in self.closes:
            return
        self.ratios = [*self.ratios[-self.length + 1 :], log(self.closes[first] / self.closes[second])]
        if len(self.ratios) < self.length:
            return
        mean = sum(self.ratios) / self.length
        spread = (sum((each - mean) ** 2 for each in self.ratios) / (self.length - 1)) ** 0.5
        if spread > 0.0:
            self.act((self.ratios[-1] - mean) / spread)

    def act(self, away: float) -> None:
        first, second = self.symbols
        held = self.position_of(first)
        if held and (abs(away) < self.leave or abs(away) > self.outer or (held > 0) == (away > 0)):
            self.close(symbol=first)
            self.close(symbol=second)
            # After a loss was taken, nothing is entered before the ratio has been back.
            self.waiting = abs(away) > self.outer
        elif self.waiting:
            self.waiting = abs(away) > self.leave
        elif not held and self.enter < abs(away) < self.outer:
            side = -1.0 if away > 0.0 else 1.0
            self.order_target_percent(side * self.invested, symbol=first)
            self.order_target_percent(-side * self.invested, symbol=second)
