"""SMA 10/30 on backtesting.py, in its own environment: reads bars.csv, prints JSON."""

from __future__ import annotations

import json
import sys
import time

import backtesting
import pandas as pd
from backtesting import Backtest, Strategy


def sma(values: object, length: int) -> pd.Series:
    return pd.Series(values).rolling(length).mean()


class Cross(Strategy):
    def init(self) -> None:
        self.quick = self.I(sma, self.data.Close, 10)
        self.calm = self.I(sma, self.data.Close, 30)

    def next(self) -> None:
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(size=100)
        elif self.position:
            self.position.close()


def main(path: str) -> None:
    frame = pd.read_csv(path, parse_dates=["ts"], index_col="ts")
    frame.columns = [name.title() for name in frame.columns]
    began = time.perf_counter()
    stats = Backtest(frame, Cross, cash=1_000_000, commission=0.001, finalize_trades=False).run()
    seconds = time.perf_counter() - began
    trades = stats["_trades"]
    print(json.dumps({"seconds": seconds, "final_equity": float(stats["_equity_curve"]["Equity"].iloc[-1]),
                      "fills": 2 * len(trades) + len(stats["_strategy"].trades), "version": backtesting.__version__}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
