"""Holds shares and sells calls on them above the market, buying each back when most of its premium is earned.

Needs the underlying and calls on it, named as exchanges do: GOOG151231C00750000 is the call on GOOG at 750 that
expires on 31 December 2015. Earns the premium in quiet and slowly rising markets, gives away what rises beyond the
strike, and falls with the shares.
"""

from bidwell import Bar, Param, Strategy


class CoveredCall(Strategy):
    """Shares in lots of a contract, and a call sold against each."""

    lots = Param(1, 1, 1000, about="contracts, with as many shares as belong to them")
    shares = Param(100, 1, 1000, about="shares of a contract")
    above_percent = Param(1.0, 0.0, 50.0, step=0.5, about="distance of the strike above the market, in percent")
    days = Param(0, 0, 400, about="days to the expiry, at least")
    kept_percent = Param(80.0, 5.0, 100.0, step=5.0, about="share of the premium at which the call is bought back")

    def on_start(self) -> None:
        self.closes: dict[str, float] = {}
        self.call = ""
        self.earned = ""
        self.premium = 0.0
        self.underlying = min(self.symbols, key=len)

    def on_bar(self, bar: Bar) -> None:
        self.closes[bar.symbol] = bar.close
        if bar.symbol != self.underlying:
            return
        held = self.position_of(self.underlying)
        if self.call and not self.position_of(self.call) and bar.time.strftime("%y%m%d") > expiry_of(self.call):
            self.call = ""
        if not held and not self.call:
            self.buy(self.lots * self.shares)
        elif self.call:
            self.watch()
        elif held >= self.lots * self.shares:
            self.write(bar)

    def write(self, bar: Bar) -> None:
        """Sell the call of the nearest expiry whose strike is far enough above the market."""
        least = bar.close * (1.0 + self.above_percent / 100.0)
        today = int(bar.time.strftime("%y%m%d"))
        calls = [symbol for symbol in self.closes if symbol not in {self.underlying, self.earned} and symbol[-9] == "C"]
        fitting = [each for each in calls if strike_of(each) >= least and int(expiry_of(each)) >= today + self.days]
        if not fitting:
            return
        self.call = min(fitting, key=lambda each: (expiry_of(each), strike_of(each)))
        self.premium = self.closes[self.call]
        self.sell(self.lots, symbol=self.call)
        self.log(f"sells {self.call} at about {self.premium:.2f}")

    def watch(self) -> None:
        """Buy the call back once most of its premium is earned."""
        earned = 100.0 * (1.0 - self.closes[self.call] / self.premium)
        if self.position_of(self.call) and earned >= self.kept_percent:
            self.log(f"buys {self.call} back, {earned:.0f} percent of the premium earned")
            self.close(symbol=self.call)
            self.earned, self.call = self.call, ""


def expiry_of(symbol: str) -> str:
    """The expiry (yymmdd) of a symbol such as GOOG151231C00750000."""
    return symbol[-15:-9]


def strike_of(symbol: str) -> float:
    """The strike of such a symbol."""
    return int(symbol[-8:]) / 1000.0
