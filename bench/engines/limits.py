"""Raw numba loops that do the same sums and nothing else: the limit of what can be had."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from bench.engines.cases import CASH, sma
from bidwell import Bars


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def raw_many(bars: Any, series: Any, pairs: Any, fee: float, cash: float, equity: Any, out: Any) -> None:  # noqa: ANN401
    open_, close = bars
    quick, calm = series
    for j in range(len(pairs)):
        raw(open_, close, quick[pairs[j, 0]], calm[pairs[j, 1]], fee, cash, equity)
        peak, worst, total, squares, before = cash, 0.0, 0.0, 0.0, cash
        for i in range(len(equity)):
            change = equity[i] / before - 1.0
            before = equity[i]
            total += change
            squares += change * change
            peak = max(peak, before)
            worst = min(worst, before / peak - 1.0)
        mean = total / len(equity)
        out[j, 0] = before
        out[j, 1] = worst
        out[j, 2] = mean / np.sqrt(squares / len(equity) - mean * mean)


def raw_sweep(bars: Bars, grid: Mapping[str, Iterable[int]], fee: float) -> Any:  # noqa: ANN401 - an array
    """What a person would write for one sweep: averages once each, one loop per combination, all cores."""
    fast, slow = list(grid["fast"]), list(grid["slow"])
    quick = np.stack([sma(bars.close, each) for each in fast])
    calm = np.stack([sma(bars.close, each) for each in slow])
    pairs = np.array(list(itertools.product(range(len(fast)), range(len(slow)))))
    out = np.empty((len(pairs), 3))
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        parts = zip(np.array_split(pairs, cores), np.array_split(out, cores), strict=True)
        for each in [
            pool.submit(raw_many, (bars.open, bars.close), (quick, calm), part, fee, CASH, np.empty(len(bars)), found)
            for part, found in parts
        ]:
            each.result()
    return out


@njit(cache=True)
def raw_weights(opens: Any, closes: Any, weights: Any, cash: float, fee: float, equity: Any) -> None:  # noqa: ANN401
    width = opens.shape[1]
    held, due = np.zeros(width), np.zeros(width)
    for i in range(opens.shape[0]):
        for k in range(width):
            cash -= due[k] * opens[i, k] + abs(due[k]) * opens[i, k] * fee
            held[k] += due[k]
        total = cash
        for k in range(width):
            total += held[k] * closes[i, k]
        equity[i] = total
        for k in range(width):
            due[k] = total * weights[i, k] / closes[i, k] - held[k]
