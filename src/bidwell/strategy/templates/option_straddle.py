"""Buys a call and a put of one strike at the money, and sells both at a gain, at a loss or at the day's end.

Needs the underlying and options on it, named as exchanges do: GOOG151231C00750000 is the call on GOOG at 750 that
expires on 31 December 2015. Lives on moves larger than what the options cost; every quiet hour takes some of it away.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bidwell import Bar, Param, Strategy


class OptionStraddle(Strategy):
    """Long the at-the-money straddle of the nearest expiry from an hour of the day to another."""

    enters = Param("10:00", about="when the straddle is bought")
    leaves = Param("12:30", about="when it is sold at the latest")
    zone = Param("America/New_York", about="zone of these times")
    days = Param(1, 0, 400, about="days to the expiry, at least")
    contracts = Param(1, 1, 1000, about="contracts of each option")
    gain_percent = Param(25.0, 1.0, 500.0, step=5.0, about="gain on what was paid at which it is sold, in percent")
    loss_percent = Param(20.0, 1.0, 100.0, step=5.0, about="loss on what was paid at which it is sold, in percent")

    def on_start(self) -> None:
        self.closes: dict[str, float] = {}
        self.pair: list[str] = []
        self.paid = 0.0
        self.day = ""
        self.underlying = min(self.symbols, key=len)

    def on_bar(self, bar: Bar) -> None:
        self.closes[bar.symbol] = bar.close
        # The last symbol completes the instant.
        if bar.symbol != self.symbols[-1] and bar.symbol != self.underlying:
            return
        now = bar.time.astimezone(ZoneInfo(self.zone))
        clock = f"{now:%H:%M}"
        if self.pair:
            self.watch(clock)
        elif self.enters <= clock < self.leaves and self.day != f"{now:%Y-%m-%d}":
            self.enter(now)

    def enter(self, now: datetime) -> None:
        """Buy the call and the put whose strike is nearest to the underlying, of the nearest expiry."""
        chain: dict[tuple[str, float], dict[str, str]] = {}
        for symbol in self.closes:
            if symbol != self.underlying:
                expiry, right, strike = terms(symbol)
                if expiry >= f"{now + timedelta(days=self.days):%y%m%d}":
                    chain.setdefault((expiry, strike), {})[right] = symbol
        both = [key for key, rights in chain.items() if len(rights) == 2]
        if not both or self.underlying not in self.closes:
            return
        price = self.closes[self.underlying]
        chosen = min(both, key=lambda key: (key[0], abs(key[1] - price), key[1]))
        self.pair = [chain[chosen]["C"], chain[chosen]["P"]]
        self.paid = sum(self.closes[symbol] for symbol in self.pair)
        self.day = f"{now:%Y-%m-%d}"
        for symbol in self.pair:
            self.buy(self.contracts, symbol=symbol)
        self.log(f"buys {' and '.join(self.pair)} for {self.paid:.2f} at {price:.2f}")

    def watch(self, clock: str) -> None:
        """Sell both when they have gained or lost enough, or when it is time."""
        worth = sum(self.closes[symbol] for symbol in self.pair)
        gain = 100.0 * (worth / self.paid - 1.0)
        if gain >= self.gain_percent or gain <= -self.loss_percent or clock >= self.leaves:
            self.log(f"sells for {worth:.2f}, {gain:+.1f} percent")
            for symbol in self.pair:
                self.close(symbol=symbol)
            self.pair = []


def terms(symbol: str) -> tuple[str, str, float]:
    """Expiry (yymmdd), right (C or P) and strike of a symbol such as GOOG151231C00750000."""
    return symbol[-15:-9], symbol[-9], int(symbol[-8:]) / 1000.0
