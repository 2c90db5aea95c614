"""SMA 10/30 on vectorbt, in its own environment: reads bars.csv, prints JSON; the second of two runs is measured."""

from __future__ import annotations

import json
import sys
import time

import pandas as pd
import vectorbt as vbt


def run(frame: pd.DataFrame) -> vbt.Portfolio:
    quick = frame["close"].rolling(10).mean()
    calm = frame["close"].rolling(30).mean()
    above = (quick > calm).vbt.signals.fshift()
    below = (quick <= calm).vbt.signals.fshift()
    return vbt.Portfolio.from_signals(frame["close"], above, below, price=frame["open"], size=100, fees=0.001,
                                      init_cash=1_000_000.0, freq="1min")  # fmt: skip


def main(path: str) -> None:
    frame = pd.read_csv(path, parse_dates=["ts"], index_col="ts")
    run(frame).value()
    began = time.perf_counter()
    portfolio = run(frame)
    value = portfolio.value()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "final_equity": float(value.iloc[-1]), "fills": int(portfolio.orders.count()),
                      "version": vbt.__version__}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
