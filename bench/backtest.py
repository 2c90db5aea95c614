"""Backtest speed: SMA 10/30 long/flat, next-open fills, 0.1 % fee, beside raw numba loops and other engines.

    bidwell bench backtest                  ours, the raw limits, and (with a network) peers in environments made here
    bidwell bench backtest --quick          ours and the raw limits only
    bidwell bench backtest --markdown       the tables of docs/benchmarks.md; --into FILE puts them there

Every figure is the median of rounds measured in turns (A B A B …) in one run. --json prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.engines.cases import CASH, Cross, frame_of, market, sma
from bench.engines.limits import raw, raw_sweep, raw_weights
from bench.engines.measuring import in_turns, peak_memory, seconds_of, timed, use_processor_time, waited
from bench.engines.others import PEERS, peers
from bench.engines.report import into, markdown, table
from bidwell import Bars, Signals, Strategy, Weights, backtest, sweep
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.loop import series_of
from bidwell.simulation.backtest.quick import CompiledRun
from bidwell.simulation.backtest.watching import Watch
from bidwell.simulation.backtest.weights import WeightsRun

ROOT = Path(__file__).resolve().parents[1]
FEE = 0.1


def speeds(length: int) -> dict[str, float]:
    """Bars per second: the raw loop and the compiled loops over prepared arrays, and whole calls."""
    bars = market(length)
    quick, calm = sma(bars.close, 10), sma(bars.close, 30)
    equity = np.empty(length)
    above = quick > calm
    terms = Conditions(cash=CASH, fees=fees.percent(FEE))

    def prepared(strategy: Strategy) -> float:
        strategy.prepare(bars)
        run = CompiledRun(strategy, series_of(strategy, length), bars, terms)
        return timed(lambda: run.go(Watch()))

    def whole(strategy: Strategy, speed: str) -> Callable[[], float]:
        return lambda: timed(lambda: backtest(strategy, bars, cash=CASH, fees=FEE, compile=speed))

    found = in_turns({
        "raw": lambda: timed(lambda: raw(bars.open, bars.close, quick, calm, FEE / 100.0, CASH, equity)),
        "python": whole(Cross(), "never"),
        "compiled": lambda: prepared(Cross()),
        "signals": lambda: prepared(Signals(above, ~above, quantity=100)),
        "compiled_call": whole(Cross(), "always"),
    })  # fmt: skip
    slow = backtest(Cross(), bars, cash=CASH, fees=FEE, compile="never")
    fast = backtest(Cross(), bars, cash=CASH, fees=FEE, compile="always")
    arrays = backtest(Signals(above, ~above, quantity=100), bars, cash=CASH, fees=FEE, compile="always")
    same = slow.final_equity == fast.final_equity == arrays.final_equity
    if not same or abs(equity[-1] / slow.final_equity - 1.0) > 1e-9:
        sys.exit(
            f"the engines disagree: {slow.final_equity}, {fast.final_equity}, {arrays.final_equity}, raw {equity[-1]}"
        )
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
        high, low = np.maximum(open_, close), np.minimum(open_, close)
        data[f"S{k}"] = Bars(f"S{k}", days, open_, high, low, close, np.ones(length))
    momentum = np.full((length, width), np.nan)
    for i in range(63, length, 21):
        momentum[i] = 0.0
        momentum[i, np.argsort(closes[i - 63] / closes[i])[:50]] = 0.98 / 50
    terms = Conditions(cash=10_000_000.0, fees=fees.percent(FEE))

    def kernel(chosen: Weights) -> Callable[[], float]:
        def once() -> float:
            run = WeightsRun(chosen, data, terms)
            return timed(lambda: run.go(Watch()))

        return once

    equal = Weights(np.full((length, width), 0.98 / width))
    equity = np.empty(length)
    found = in_turns({
        "raw_weights_ms": lambda: timed(lambda: raw_weights(opens, closes, equal.matrix, 1e7, FEE / 100.0, equity)),
        "weights_500x2520_ms": kernel(equal), "momentum_500x2520_ms": kernel(Weights(momentum)),
        "weights_call_ms": lambda: timed(lambda: backtest(equal, data, cash=1e7, fees=FEE)),
    })  # fmt: skip
    return {name: seconds * 1e3 for name, seconds in found.items()}


SWEEPS = {
    "1000x2500": (2_500, {"fast": range(2, 42), "slow": range(45, 70)}),
    "100x100k": (100_000, {"fast": range(5, 15), "slow": range(30, 50, 2)}),
}


def sweeps() -> dict[str, float]:
    """Milliseconds for whole calls over a grid, with drawdown and Sharpe, and for raw loops that do as much."""
    runs: dict[str, Callable[[], float]] = {}
    for name, (length, grid) in SWEEPS.items():
        bars = market(length)
        runs[f"raw_sweep_{name}_ms"] = lambda b=bars, g=grid: waited(lambda: raw_sweep(b, g, FEE / 100.0))  # type: ignore[misc]
        runs[f"sweep_{name}_ms"] = lambda b=bars, g=grid: waited(  # type: ignore[misc]
            lambda: sweep(Cross, b, g, cash=CASH, fees=FEE, compile="always")
        )
    return {name: seconds * 1e3 for name, seconds in in_turns(runs).items()}


def starts() -> dict[str, float]:
    """Seconds from the command to the first result on the Python path, with warm and with empty kernel caches."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.parquet"
        frame_of(market(2_500)).write_parquet(path)
        file = ROOT / "bench" / "peers" / "own_sma.py"
        command = [sys.executable, "-m", "bidwell.app", "backtest", str(file), "--data", str(path), "--json"]
        cache = {"BIDWELL_CACHE": str(Path(folder) / "empty"), "NUMBA_CACHE_DIR": str(Path(folder) / "empty")}
        cold = seconds_of(command, cache)
        warm = sorted(seconds_of(command, cache) for _ in range(3))[1]
        imported = sorted(seconds_of([sys.executable, "-c", "import bidwell"], {}) for _ in range(5))[2]
        bare = sorted(seconds_of([sys.executable, "-c", "pass"], {}) for _ in range(5))[2]
    return {"warm_start_s": warm, "cold_start_s": cold, "import_s": max(imported - bare, 0.0)}


_MEMORY = {
    "rss_mb": "backtest(Cross(), market({bars}), cash=CASH, fees=0.1, compile='never')",
    "sweep_rss_mb": "sweep(Cross, market(100_000), {{'fast': range(5, 15), 'slow': range(30, 50, 2)}}, compile='always')",
}


def memory(length: int) -> dict[str, float]:
    """Peak resident memory of one run and of one sweep, each in a process of its own, with all that it imports."""
    head = "from bench.engines.cases import CASH, Cross, market\nfrom bidwell import backtest, sweep\n"
    return {name: peak_memory(head + code.format(bars=length), ROOT) for name, code in _MEMORY.items()}


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """How many times slower than the raw limit, in the same run."""
    found = {name: figures["raw_bars_s"] / figures[f"{name}_bars_s"] for name in ("python", "compiled", "signals")}
    for name in SWEEPS:
        found[f"sweep_{name}"] = figures[f"sweep_{name}_ms"] / figures[f"raw_sweep_{name}_ms"]
    return {**found, "weights_500x2520": figures["weights_500x2520_ms"] / figures["raw_weights_ms"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="no peers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", action="store_true", help="the tables of docs/benchmarks.md")
    parser.add_argument("--into", type=Path, help="a file whose tables to renew")
    parser.add_argument("--note", default="", help="what to say of the machine beside the tables")
    parser.add_argument("--bars", type=int, default=500_000)
    parser.add_argument("--peer-bars", type=int, default=100_000)
    parser.add_argument("--peers", default=",".join(PEERS), help="which of them, separated by commas")
    parser.add_argument(
        "--processor", action="store_true", help="processor time of runs on one core, for a busy machine"
    )
    told = parser.parse_args()
    if told.processor:
        use_processor_time()
    figures: dict[str, Any] = {
        "machine": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count(), "bars": told.bars,
        **{f"{name}_bars_s": rate for name, rate in speeds(told.bars).items()}, **sweeps(), **weights(), **starts(),
        **memory(told.bars),
    }  # fmt: skip
    figures["ratios"] = ratios(figures)
    figures["peers"] = {} if told.quick else peers(told.peer_bars, told.peers.split(","))
    if told.into is not None:
        into(told.into, markdown(figures, told.note))
    if told.json:
        print(json.dumps(figures))
    elif told.markdown:
        print(markdown(figures, told.note))
    else:
        print(table(figures))


if __name__ == "__main__":
    main()
