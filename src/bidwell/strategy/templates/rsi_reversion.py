"""Buys what fell fast inside a rising market, and sells it when it has recovered.

Many small gains and few large losses: the trend filter and the stop are what keeps the large ones rare.
"""

from bidwell import Bar, Bars, Param, Strategy, indicators


class RsiReversion(Strategy):
    """Buys an oversold RSI above a long average."""

    length = Param(5, 2, 50, step=1, about="bars of the RSI")
    oversold = Param(30.0, 5.0, 50.0, step=5.0, about="buy below this RSI")
    recovered = Param(55.0, 40.0, 90.0, step=5.0, about="sell above this RSI")
    trend = Param(200, 20, 400, step=20, about="bars of the average that filters")
    stop_percent = Param(8.0, 0.5, 50.0, step=2.0, about="stop below the entry, in percent")

    def prepare(self, bars: Bars) -> None:
        self.rsi = indicators.rsi(bars.close, self.length)
        self.average = indicators.sma(bars.close, self.trend)

    def on_bar(self, bar: Bar) -> None:
        if not self.position and self.rsi[-1] < self.oversold and bar.close > self.average[-1]:
            self.buy(percent=95, stop_loss=bar.close * (1 - self.stop_percent / 100))
        elif self.position and self.rsi[-1] > self.recovered:
            self.close()
