"""SMA 10/30 on backtrader, in its own environment: reads bars.csv, prints JSON."""

from __future__ import annotations

import json
import sys
import time

import backtrader as bt
import pandas as pd


class Cross(bt.Strategy):
    def __init__(self) -> None:
        self.quick = bt.indicators.SMA(self.data.close, period=10)
        self.calm = bt.indicators.SMA(self.data.close, period=30)
        self.filled: list[list[float]] = []

    def notify_order(self, order: bt.Order) -> None:
        if order.status == order.Completed:
            self.filled.append([order.executed.size, order.executed.price])

    def next(self) -> None:
        if self.quick[0] > self.calm[0]:
            if not self.position:
                self.buy(size=100)
        elif self.position:
            self.close()


def main(path: str) -> None:
    frame = pd.read_csv(path, parse_dates=["ts"], index_col="ts")
    began = time.perf_counter()
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(1_000_000.0)
    cerebro.broker.setcommission(commission=0.001)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame))
    cerebro.addstrategy(Cross)
    strategy = cerebro.run()[0]
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "final_equity": cerebro.broker.getvalue(), "fills": len(strategy.filled),
                      "version": bt.__version__}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
