"""Trades the break of the first minutes' range of a session, once a day, and is flat at its end.

Needs bars of some minutes. Lives on days that go one way; the range's other side is the stop, so that a quiet opening
makes a small risk. Overnight nothing is held.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from bidwell import Bar, Param, Strategy


class OpeningRange(Strategy):
    """Buys above and sells below the opening range, with risk in percent of the equity."""

    opens = Param("09:30", about="beginning of the session")
    closes = Param("15:55", about="when everything is closed")
    zone = Param("America/New_York", about="zone of these times")
    minutes = Param(15, 1, 120, step=5, about="length of the opening range")
    risk_percent = Param(0.5, 0.05, 5.0, step=0.05, about="percent of the equity at risk")
    reward = Param(2.0, 0.5, 10.0, step=0.5, about="target as a multiple of the range")
    shorts = Param(True, about="whether breaks downward are sold")

    def on_start(self) -> None:
        self.day = ""
        self.high = self.low = 0.0
        self.traded = False

    def on_bar(self, bar: Bar) -> None:
        now = bar.time.astimezone(ZoneInfo(self.zone))
        clock = f"{now:%H:%M}"
        if f"{now:%Y-%m-%d}" != self.day:
            self.day, self.high, self.low, self.traded = f"{now:%Y-%m-%d}", 0.0, 0.0, False
        if clock >= self.closes:
            if self.position:
                self.cancel_all()
                self.close()
        elif clock >= self.opens:
            self.within(bar, now)

    def within(self, bar: Bar, now: datetime) -> None:
        """Measure the range in its minutes, and trade its break once afterwards."""
        hours, minutes = self.opens.split(":")
        passed = now.hour * 60 + now.minute - int(hours) * 60 - int(minutes)
        if passed < self.minutes:
            self.high = max(self.high, bar.high)
            self.low = min(self.low or bar.low, bar.low)
            return
        width = self.high - self.low
        if self.traded or self.position or width <= 0.0:
            return
        if bar.close > self.high:
            self.traded = True
            self.buy(self.units(bar.close, self.low), stop_loss=self.low, take_profit=bar.close + self.reward * width)
        elif bar.close < self.low and self.shorts:
            self.traded = True
            self.sell(
                self.units(bar.close, self.high), stop_loss=self.high, take_profit=bar.close - self.reward * width
            )

    def units(self, price: float, stop: float) -> int:
        """As many as lose the risk at the stop, and no more than the account can carry."""
        return int(min(self.equity * self.risk_percent / 100.0 / abs(price - stop), 0.95 * self.equity / price))
