"""Time every indicator that TA-Lib has too, side by side: A B A B, the median of the rounds.

Run it with `.venv/bin/python bench/indicators.py [--bars 5000000] [--rounds 5] [--processor] [--json FILE]`; it
needs the package TA-Lib. `--processor` counts processor time, for a machine that others use too. Both sides allocate their results; kernels are compiled before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bidwell.strategy.indicators.registry import load

TARGET = 1.5


def market(bars: int) -> dict[str, Any]:
    """Return a seeded random walk with open, high, low, close and volume."""
    rng = np.random.default_rng(7)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.001, bars)))
    opened = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(opened, close) * (1.0 + rng.random(bars) * 0.001)
    low = np.minimum(opened, close) * (1.0 - rng.random(bars) * 0.001)
    volume = rng.integers(1, 10_000, bars).astype(float)
    return {"open": opened, "high": high, "low": low, "close": close, "volume": volume, "x": close, "y": high}


def pairs(talib: Any) -> dict[str, Callable[[dict[str, Any]], Any]]:  # noqa: ANN401 - an untyped package
    """Return TA-Lib's call for each of our names, with our default parameters."""
    one: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "sma": (talib.SMA, (30,)), "ema": (talib.EMA, (30,)), "wma": (talib.WMA, (30,)),
        "dema": (talib.DEMA, (30,)), "tema": (talib.TEMA, (30,)), "trima": (talib.TRIMA, (30,)),
        "kama": (talib.KAMA, (30,)), "t3": (talib.T3, (5, 0.7)), "midpoint": (talib.MIDPOINT, (14,)),
        "bbands": (talib.BBANDS, (20, 2.0, 2.0)), "rsi": (talib.RSI, (14,)), "cmo": (talib.CMO, (14,)),
        "macd": (talib.MACD, (12, 26, 9)), "apo": (talib.APO, (12, 26, 1)), "mom": (talib.MOM, (10,)),
        "roc": (talib.ROC, (10,)), "rocp": (talib.ROCP, (10,)), "rocr": (talib.ROCR, (10,)),
        "trix": (talib.TRIX, (30,)), "stochrsi": (talib.STOCHRSI, (14, 14, 3, 0)), "mama": (talib.MAMA, (0.5, 0.05)),
        "stddev": (talib.STDDEV, (20,)), "var": (talib.VAR, (20,)), "avgdev": (talib.AVGDEV, (14,)),
        "linreg": (talib.LINEARREG, (14,)), "tsf": (talib.TSF, (14,)), "linreg_slope": (talib.LINEARREG_SLOPE, (14,)),
        "linreg_intercept": (talib.LINEARREG_INTERCEPT, (14,)), "linreg_angle": (talib.LINEARREG_ANGLE, (14,)),
        "highest": (talib.MAX, (30,)), "lowest": (talib.MIN, (30,)), "total": (talib.SUM, (30,)),
    }  # fmt: skip
    more: dict[str, tuple[Any, str, tuple[Any, ...]]] = {
        "midprice": (talib.MIDPRICE, "high low", (14,)),
        "accbands": (talib.ACCBANDS, "high low close", (20,)),
        "stoch": (talib.STOCH, "high low close", (14, 3, 0, 3, 0)),
        "stochf": (talib.STOCHF, "high low close", (14, 3, 0)),
        "willr": (talib.WILLR, "high low close", (14,)),
        "cci": (talib.CCI, "high low close", (20,)),
        "ultosc": (talib.ULTOSC, "high low close", (7, 14, 28)),
        "bop": (talib.BOP, "open high low close", ()),
        "imi": (talib.IMI, "open close", (14,)),
        "adx": (talib.ADX, "high low close", (14,)),
        "adxr": (talib.ADXR, "high low close", (14,)),
        "dx": (talib.DX, "high low close", (14,)),
        "aroon": (talib.AROON, "high low", (14,)),
        "aroonosc": (talib.AROONOSC, "high low", (14,)),
        "sar": (talib.SAR, "high low", (0.02, 0.2)),
        "trange": (talib.TRANGE, "high low close", ()),
        "atr": (talib.ATR, "high low close", (14,)),
        "natr": (talib.NATR, "high low close", (14,)),
        "obv": (talib.OBV, "close volume", ()),
        "ad": (talib.AD, "high low close volume", ()),
        "adosc": (talib.ADOSC, "high low close volume", (3, 10)),
        "mfi": (talib.MFI, "high low close volume", (14,)),
        "correl": (talib.CORREL, "x y", (30,)),
        "beta": (talib.BETA, "x y", (5,)),
        "medprice": (talib.MEDPRICE, "high low", ()),
        "typprice": (talib.TYPPRICE, "high low close", ()),
        "wclprice": (talib.WCLPRICE, "high low close", ()),
        "avgprice": (talib.AVGPRICE, "open high low close", ()),
    }
    calls: dict[str, Callable[[dict[str, Any]], Any]] = {}
    for name, (function, values) in one.items():
        calls[name] = lambda d, f=function, v=values: f(d["close"], *v)  # type: ignore[misc]
    for name, (function, inputs, values) in more.items():
        names = inputs.split()
        calls[name] = lambda d, f=function, i=names, v=values: f(*(d[k] for k in i), *v)  # type: ignore[misc]
    calls["ppo"] = lambda d: talib.PPO(d["close"], 12, 26, 1)
    calls["di"] = lambda d: (
        talib.PLUS_DI(d["high"], d["low"], d["close"], 14),
        talib.MINUS_DI(d["high"], d["low"], d["close"], 14),
    )
    calls["dm"] = lambda d: (talib.PLUS_DM(d["high"], d["low"], 14), talib.MINUS_DM(d["high"], d["low"], 14))
    return calls


def spent(call: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Return the milliseconds that a call takes."""
    begun = clock()
    call()
    return (clock() - begun) * 1e3


def main() -> int:
    """Print the table, write the JSON; exit 1 when an indicator misses the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    import talib  # noqa: PLC0415 - the bench alone needs it

    clock = time.thread_time if options.processor else time.perf_counter
    prices, small, ours = market(options.bars), market(2_000), load()
    rows: list[dict[str, Any]] = []
    print(
        f"{options.bars:,} bars, median of {options.rounds} rounds\n{'indicator':18} {'ours ms':>9} {'TA-Lib ms':>10} ratio"
    )
    for name, theirs in pairs(talib).items():
        if options.only and name not in options.only.split(","):
            continue
        mine = ours[name]
        mine(**{k: small[k] for k in mine.inputs})
        inputs = {k: prices[k] for k in mine.inputs}
        rounds = [
            (spent(lambda m=mine, i=inputs: m(**i), clock), spent(lambda t=theirs: t(prices), clock))  # type: ignore[misc]
            for _ in range(options.rounds)
        ]
        a, b = (statistics.median(column) for column in zip(*rounds, strict=True))
        rows.append({"name": name, "ours_ms": round(a, 2), "talib_ms": round(b, 2), "ratio": round(a / b, 3)})
        print(f"{name:18} {a:9.1f} {b:10.1f} {a / b:5.2f}{'' if a <= TARGET * b else '  over'}", flush=True)
    missed = [row["name"] for row in rows if row["ratio"] > TARGET]
    print(
        f"{len(rows) - len(missed)} of {len(rows)} within {TARGET} × TA-Lib" + (f"; over: {missed}" if missed else "")
    )
    if options.json:
        options.json.write_text(
            json.dumps({"bars": options.bars, "rounds": options.rounds, "rows": rows}, indent=1) + "\n"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
