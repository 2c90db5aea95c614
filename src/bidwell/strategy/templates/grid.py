"""Keeps limit orders to buy below the market, and sells each of its lots one step above where it was bought.

Lives on markets that go nowhere: every swing of a step is a small gain. A fall through the whole grid leaves it fully
invested with a loss, which the stop below the grid limits; a rise leaves it flat.
"""

from bidwell import Bar, Param, Strategy, StrategyFill


class Grid(Strategy):
    """A ladder of buys below the price, each with its own sell one step higher."""

    steps = Param(5, 1, 50, about="orders to buy below the market")
    step_percent = Param(2.0, 0.1, 20.0, step=0.5, about="distance between two orders, in percent")
    lot_percent = Param(15.0, 0.5, 100.0, step=2.5, about="percent of the equity in each order")
    stop_percent = Param(10.0, 0.5, 90.0, step=2.5, about="distance of the stop below the lowest order, in percent")

    def on_start(self) -> None:
        self.top = 0.0
        self.buys: list[int] = []

    def on_bar(self, bar: Bar) -> None:
        if self.position and bar.close < self.lowest() * (1.0 - self.stop_percent / 100.0):
            self.cancel_all()
            self.close()
            self.top, self.buys = 0.0, []
        elif not self.position and (not self.top or bar.close > self.top * (1.0 + self.step_percent / 100.0)):
            self.cancel_all()
            self.lay(bar.close)

    def lay(self, price: float) -> None:
        """Put the ladder below a price."""
        self.top = price
        self.buys = []
        money = self.equity * self.lot_percent / 100.0
        for rung in range(1, self.steps + 1):
            level = price * (1.0 - self.step_percent / 100.0) ** rung
            self.buys.append(self.buy(notional=money, limit=level))

    def lowest(self) -> float:
        return self.top * (1.0 - self.step_percent / 100.0) ** self.steps

    def on_fill(self, fill: StrategyFill) -> None:
        if fill.order in self.buys:
            self.sell(fill.quantity, limit=fill.price * (1.0 + self.step_percent / 100.0))
        elif fill.quantity < 0.0 and fill.position > 0.0 and self.top:
            # A lot was sold: the rung that it came from is filled again.
            level = fill.price / (1.0 + self.step_percent / 100.0)
            self.buys.append(self.buy(-fill.quantity, limit=level))
