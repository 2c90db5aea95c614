"""Stored results on real prices; `pytest tests/golden --update` writes them anew."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy

STORED = Path(__file__).parent / "backtests.json"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "equity_us" / "daily"
MSFT = DATA / "stockindicators_MSFT_daily_1990_2022.parquet"


class Cross(Strategy):
    fast = Param(10, 2, 50)
    slow = Param(30, 5, 200)

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = _mean(bars, self.fast), _mean(bars, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1] and not self.position:
            self.buy(percent=95, stop_loss=bar.close * 0.92, take_profit=bar.close * 1.3)
        elif self.quick[-1] < self.calm[-1] and self.position:
            self.close()


def _mean(bars: Bars, length: int) -> Any:  # noqa: ANN401 - an array
    found = np.full(len(bars), np.nan)
    found[length - 1 :] = np.lib.stride_tricks.sliding_window_view(bars.close, length).mean(axis=1)
    return found


def told(result: Result) -> dict[str, Any]:
    fills = hashlib.sha256(np.ascontiguousarray(result.fill_rows).tobytes()).hexdigest()
    return {"final_equity": repr(result.final_equity), "fills": len(result.fills), "rows": fills,
            "round_trips": len(result.round_trips)}  # fmt: skip


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    if not MSFT.exists():
        pytest.skip("the recorded market data is not here")
    return pl.read_parquet(MSFT)


RUNS: dict[str, dict[str, Any]] = {
    "cross": {},
    "cross with costs": {"fees": fees.ibkr_fixed(), "slippage": 0.02, "lot_size": 1.0},
    "cross at the close": {"fill": "close", "fees": 0.1},
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_on_real_prices_is_what_it_was(name: str, frame: pl.DataFrame, request: pytest.FixtureRequest) -> None:
    found = told(backtest(Cross(), frame, compile="never", **RUNS[name]))
    stored = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    if request.config.getoption("--update"):
        STORED.write_text(json.dumps({**stored, name: found}, indent=2, sort_keys=True) + "\n", "utf-8")
        return
    assert found == stored[name]
