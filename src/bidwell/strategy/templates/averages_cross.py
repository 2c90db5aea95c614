"""Long while the fast average is above the slow one, flat otherwise; a stop limits what one mistake costs.

Lives on long trends and pays for every sideways market with small losses.
"""

from bidwell import Bar, Bars, Param, Strategy, indicators


class AveragesCross(Strategy):
    """Follows the trend that two moving averages show."""

    fast = Param(20, 2, 100, step=5, about="bars of the fast average")
    slow = Param(60, 5, 400, step=10, about="bars of the slow average")
    stop_percent = Param(10.0, 0.5, 50.0, step=2.5, about="stop below the entry, in percent")

    def prepare(self, bars: Bars) -> None:
        self.quick = indicators.sma(bars.close, self.fast)
        self.calm = indicators.sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1] and not self.position:
            self.buy(percent=95, stop_loss=bar.close * (1 - self.stop_percent / 100))
        elif self.quick[-1] < self.calm[-1] and self.position:
            self.close()
