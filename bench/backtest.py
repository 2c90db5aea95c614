"""Backtest speed: SMA 10/30 long/flat, next-open fills, 0.1 % fee, beside a raw numba loop and other engines.

    bidwell bench backtest            ours, the raw limit, and (with a network) peers in environments made here
    python bench/backtest.py --quick  ours and the raw limit only

Every figure is the median of rounds measured in turns (A B A B …) in one run. Writes JSON with --json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numba import njit

from bidwell import Bar, Bars, Param, Signals, Strategy, Weights, backtest, sweep
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.loop import series_of
from bidwell.simulation.backtest.quick import CompiledRun
from bidwell.simulation.backtest.watching import Watch
from bidwell.simulation.backtest.weights import WeightsRun

HERE = Path(__file__).resolve().parent
ROUNDS = 7
CASH = 1_000_000.0
PEERS = {"backtrader": ["backtrader", "pandas"], "backtesting": ["backtesting", "pandas"], "vectorbt": ["vectorbt"]}


def sma(values: Any, length: int) -> Any:  # noqa: ANN401 - arrays
    sums = np.cumsum(values)
    found = np.full(len(values), np.nan)
    found[length - 1 :] = (sums[length - 1 :] - np.concatenate([[0.0], sums[:-length]])) / length
    return found


class Cross(Strategy):
    fast = Param(10, 2, 100)
    slow = Param(30, 5, 400)

    def prepare(self, bars: Bars) -> None:
        self.quick = sma(bars.close, self.fast)
        self.calm = sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:  # noqa: ARG002 - the series say all
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(100)
        elif self.position:
            self.close()


class Exact(Cross):
    """With averages reckoned window by window, so that ties fall as they do in the peers."""

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = (np.full(len(bars), np.nan) for _ in range(2))
        for found, length in ((self.quick, self.fast), (self.calm, self.slow)):
            found[length - 1 :] = np.lib.stride_tricks.sliding_window_view(bars.close, length).mean(axis=1)


def market(length: int) -> Bars:
    rng = np.random.default_rng(1)
    close = np.round(100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.001, length))), 4)
    open_ = np.round(np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0.0, 0.0003, length)), 4)
    high, low = np.maximum(open_, close) + 0.01, np.minimum(open_, close) - 0.01
    time_ = np.datetime64("2015-01-01").astype("datetime64[ns]").astype(np.int64) + np.arange(length) * 60_000_000_000
    return Bars("X", time_, open_, high, low, close, np.full(length, 1e6))


@njit(cache=True)
def raw(open_: Any, close: Any, quick: Any, calm: Any, fee: float, cash: float, equity: Any) -> int:  # noqa: ANN401
    held, want, fills = 0.0, 0.0, 0
    for i in range(len(close)):
        if want != 0.0:
            cash -= want * open_[i] + abs(want) * open_[i] * fee
            held += want
            want = 0.0
            fills += 1
        if quick[i] > calm[i]:
            if held == 0.0:
                want = 100.0
        elif held != 0.0:
            want = -held
        equity[i] = cash + held * close[i]
    return fills


def in_turns(runs: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each, measured in turns."""
    for each in runs.values():
        each()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, each in runs.items():
            seconds[name].append(each())
    return {name: statistics.median(found) for name, found in seconds.items()}


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def speeds(length: int) -> dict[str, float]:
    """Bars per second: the raw loop and the compiled loops over prepared arrays, and whole calls."""
    bars = market(length)
    quick, calm = sma(bars.close, 10), sma(bars.close, 30)
    equity = np.empty(length)
    above = quick > calm
    terms = Conditions(cash=CASH, fees=fees.percent(0.1))

    def prepared(strategy: Strategy) -> float:
        strategy.prepare(bars)
        run = CompiledRun(strategy, series_of(strategy, length), bars, terms)
        return timed(lambda: run.go(Watch()))

    def whole(strategy: Strategy, speed: str) -> Callable[[], float]:
        return lambda: timed(lambda: backtest(strategy, bars, cash=CASH, fees=0.1, compile=speed))

    found = in_turns({
        "raw": lambda: timed(lambda: raw(bars.open, bars.close, quick, calm, 0.001, CASH, equity)),
        "python": whole(Cross(), "never"),
        "compiled": lambda: prepared(Cross()),
        "signals": lambda: prepared(Signals(above, ~above, quantity=100)),
        "compiled_call": whole(Cross(), "always"),
    })  # fmt: skip
    slow = backtest(Cross(), bars, cash=CASH, fees=0.1, compile="never")
    fast = backtest(Cross(), bars, cash=CASH, fees=0.1, compile="always")
    if slow.final_equity != fast.final_equity or abs(equity[-1] / slow.final_equity - 1.0) > 1e-9:
        sys.exit(f"the engines disagree: {slow.final_equity}, {fast.final_equity}, raw {equity[-1]}")
    return {name: length / seconds for name, seconds in found.items()}


def weights() -> dict[str, float]:
    """Milliseconds for 500 instruments × 2,520 days: the kernel over prepared matrices, and the whole call."""
    rng = np.random.default_rng(0)
    length, width = 2_520, 500
    closes = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (length, width)), axis=0))
    opens = closes * np.exp(rng.normal(0.0, 0.005, (length, width)))
    days = np.arange(length) * 86_400_000_000_000
    data = {}
    for k in range(width):
        open_, close = opens[:, k].copy(), closes[:, k].copy()
        data[f"S{k}"] = Bars(
            f"S{k}", days, open_, np.maximum(open_, close), np.minimum(open_, close), close, np.ones(length)
        )
    momentum = np.full((length, width), np.nan)
    for i in range(63, length, 21):
        momentum[i] = 0.0
        momentum[i, np.argsort(closes[i - 63] / closes[i])[:50]] = 0.98 / 50
    terms = Conditions(cash=10_000_000.0, fees=fees.percent(0.1))

    def kernel(chosen: Weights) -> Callable[[], float]:
        def once() -> float:
            run = WeightsRun(chosen, data, terms)
            return timed(lambda: run.go(Watch()))

        return once

    equal = Weights(np.full((length, width), 0.98 / width))
    monthly = Weights(momentum)
    found = in_turns({
        "daily equal weight": kernel(equal), "monthly momentum": kernel(monthly),
        "daily equal weight, whole call": lambda: timed(lambda: backtest(equal, data, cash=1e7, fees=0.1)),
    })  # fmt: skip
    return {name: seconds * 1e3 for name, seconds in found.items()}


def sweeps() -> dict[str, float]:
    """Milliseconds for whole calls over a grid, with drawdown and Sharpe."""
    short, long = market(2_500), market(100_000)
    found = in_turns({
        "sweep_1000x2500_ms": lambda: timed(lambda: sweep(
            Cross, short, {"fast": range(2, 42), "slow": range(45, 70)}, cash=CASH, fees=0.1, compile="always")),
        "sweep_100x100k_ms": lambda: timed(lambda: sweep(
            Cross, long, {"fast": range(5, 15), "slow": range(30, 50, 2)}, cash=CASH, fees=0.1, compile="always")),
    })  # fmt: skip
    return {name: seconds * 1e3 for name, seconds in found.items()}


def starts() -> dict[str, float]:
    """Seconds from the command to the first result on the Python path, with warm and with empty kernel caches."""
    with tempfile.TemporaryDirectory() as folder:
        bars = market(2_500)
        path = Path(folder) / "bars.parquet"
        frame_of(bars).write_parquet(path)
        file = Path(folder) / "cross.py"
        file.write_text(Path(HERE / "peers" / "own_sma.py").read_text("utf-8"), "utf-8")
        command = [sys.executable, "-m", "bidwell.app", "backtest", str(file), "--data", str(path), "--json"]

        def once(cache: str) -> float:
            environment = {**os.environ, "BIDWELL_CACHE": cache, "NUMBA_CACHE_DIR": cache}
            return timed(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))

        cold = once(str(Path(folder) / "empty"))
        warm = statistics.median(once(str(Path(folder) / "empty")) for _ in range(3))
    return {"warm_start_s": warm, "cold_start_s": cold}


def frame_of(bars: Bars) -> pl.DataFrame:
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    return pl.DataFrame({"ts": pl.Series(bars.time).cast(pl.Datetime("ns")), **columns})


def peers(length: int) -> dict[str, Any]:
    """Each peer in an environment of its own, on the same bars; what cannot be installed says so."""
    ours = backtest(Exact(), market(length), cash=CASH, fees=0.1, compile="never")
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.csv"
        frame_of(market(length)).write_csv(path)
        for name, packages in PEERS.items():
            found[name] = one_peer(name, packages, path, length, ours.final_equity, len(ours.fills))
    return found


def one_peer(name: str, packages: list[str], path: Path, length: int, equity: float, fills: int) -> dict[str, Any]:
    cache = Path(os.environ.get("BIDWELL_CACHE") or Path.home() / ".cache" / "bidwell") / "peers" / name
    python = cache / "bin" / "python"
    if not python.exists():
        venv.create(cache, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    done = subprocess.run(install, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"}
    program = HERE / "peers" / f"{name}_sma.py"
    ran = subprocess.run([str(python), str(program), str(path)], check=False, capture_output=True, text=True)
    if ran.returncode:
        return {"error": ran.stderr.strip().splitlines()[-1]}
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    same = abs(told["final_equity"] / equity - 1.0) < 1e-9 and told["fills"] == fills
    return {"version": told["version"], "bars_s": length / told["seconds"], "final_equity": told["final_equity"],
            "fills": told["fills"], "same_as_ours": same}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="no peers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bars", type=int, default=500_000)
    told = parser.parse_args()
    rates = speeds(told.bars)
    held = weights()
    swept = sweeps()
    report: dict[str, Any] = {
        "machine": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count(), "bars": told.bars,
        **{f"{name}_bars_s": rate for name, rate in rates.items()},
        "python_100k_bars_s": speeds(100_000)["python"],
        "weights_500x2520_ms": held["daily equal weight"], "weights": held, **swept, **starts(),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peers": {} if told.quick else peers(100_000),
    }  # fmt: skip
    if told.json:
        print(json.dumps(report))
        return
    for name in ("raw", "signals", "compiled", "compiled_call", "python"):
        print(f"{name:>14} {rates[name] / 1e6:10.2f} M bars/s   {rates['raw'] / rates[name]:8.1f} × slower than raw")
    for name, peer in report["peers"].items():
        said = (
            peer.get("error")
            or f"{peer['bars_s'] / 1e6:10.4f} M bars/s   same fills and equity: {peer['same_as_ours']}"
        )
        print(f"{name:>14} {said}")
    for name, milliseconds in {**held, **swept}.items():
        print(f"{name:>32} {milliseconds:8.2f} ms")
    print(
        f"start: warm {report['warm_start_s']:.2f} s, cold {report['cold_start_s']:.2f} s; resident {report['rss_mb']:.0f} MB"
    )


if __name__ == "__main__":
    main()
