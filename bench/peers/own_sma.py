"""SMA 10/30 as a user writes it, for the start-up figures."""

from __future__ import annotations

import numpy as np

from bidwell import Bar, Bars, Param, Strategy


class Cross(Strategy):
    fast = Param(10, 2, 100)
    slow = Param(30, 5, 400)

    def prepare(self, bars: Bars) -> None:
        self.quick = np.convolve(bars.close, np.ones(self.fast) / self.fast)[: len(bars)]
        self.calm = np.convolve(bars.close, np.ones(self.slow) / self.slow)[: len(bars)]

    def on_bar(self, bar: Bar) -> None:  # noqa: ARG002 - the series say all
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(100)
        elif self.position:
            self.close()
