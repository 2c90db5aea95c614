"""Buys the highest close of many bars, and leaves when the price falls back by a multiple of its usual range.

Wins rarely and much. The trailing distance follows the market's own range, so that calm and wild ones are alike.
"""

from bidwell import Bar, Bars, Param, Strategy, indicators


class Breakout(Strategy):
    """Buys new highs and trails its stop by the average true range."""

    length = Param(50, 5, 250, step=5, about="bars whose highest close must be passed")
    range_length = Param(20, 5, 100, step=5, about="bars of the average true range")
    distance = Param(4.0, 0.5, 10.0, step=0.5, about="trailing distance in average true ranges")

    def prepare(self, bars: Bars) -> None:
        self.highest = indicators.highest(bars.close, self.length)
        self.reach = indicators.atr(bars.high, bars.low, bars.close, self.range_length)

    def on_bar(self, bar: Bar) -> None:
        if not self.position and bar.close >= self.highest[-1]:
            self.buy(percent=95, exit_trail=self.distance * self.reach[-1])
