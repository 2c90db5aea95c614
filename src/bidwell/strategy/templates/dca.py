"""Buys for the same amount of money at regular intervals, and for more after the price has fallen.

The plain way to build a position without judging the moment. It has no exit: what it earns is what the market earns
on the money that was in it, so that it is to be compared with holding from the start.
"""

from datetime import datetime

from bidwell import Bar, Bars, Param, Schedule, Strategy, indicators


class RegularBuying(Strategy):
    """Buys every week, doubling up below the highest price of the past."""

    schedules = (Schedule("00:00", every="week", weekday=0),)

    amount = Param(500.0, 10.0, 100_000.0, step=100.0, about="money for each purchase")
    length = Param(120, 10, 400, step=10, about="bars whose highest close is compared with")
    fall_percent = Param(10.0, 1.0, 90.0, step=2.5, about="fall below it from which more is bought, in percent")
    factor = Param(2.0, 1.0, 10.0, step=0.5, about="how much more")

    def on_start(self) -> None:
        self.due = ""

    def prepare(self, bars: Bars) -> None:
        self.highest = indicators.highest(bars.close, self.length)

    def on_schedule(self, at: datetime) -> None:
        self.due = f"{at:%Y-%m-%d}"

    def on_bar(self, bar: Bar) -> None:
        if not self.due:
            return
        fallen = bar.close < self.highest[-1] * (1.0 - self.fall_percent / 100.0)
        money = min(self.amount * (self.factor if fallen else 1.0), self.cash)
        if money > 0.0:
            self.buy(notional=money)
            self.log(f"{self.due}: buys for {money:.0f}" + (" after a fall" if fallen else ""))
        self.due = ""
