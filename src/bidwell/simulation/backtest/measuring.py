"""What a sweep keeps of an equity curve: its end, its drawdown, and sums of its returns by block, compiled.

Self-contained: `compiled.module_of` makes a module of this text, so that its code on disk never outlives a change.
"""

from __future__ import annotations

from typing import Any

from numba import njit

SUMS = {"reassoc", "nsz", "contract"}
EXTREMES = {"nnan", "nsz"}
STRETCH = 64
KEPT = 6


@njit(cache=True, error_model="numpy", fastmath=EXTREMES)
def extremes(values: Any) -> tuple[float, float]:
    """The highest and the lowest of the values."""
    top = values[0]
    bottom = values[0]
    for i in range(len(values)):
        top = max(top, values[i])
        bottom = min(bottom, values[i])
    return top, bottom


@njit(cache=True, error_model="numpy")
def deepest(equity: Any, cash: float) -> float:
    """The maximum drawdown, below zero: between two new highs the lowest value alone matters."""
    peak = cash
    trough = cash
    worst = 0.0
    for start in range(0, len(equity), STRETCH):
        part = equity[start : start + STRETCH]
        top, bottom = extremes(part)
        if top <= peak:
            trough = min(trough, bottom)
            continue
        for i in range(len(part)):
            value = part[i]
            if value > peak:
                worst = min(worst, trough / peak - 1.0)
                peak = value
                trough = value
            else:
                trough = min(trough, value)
    return min(worst, trough / peak - 1.0)


@njit(cache=True, error_model="numpy", fastmath=SUMS)
def powers(now: Any, past: Any) -> tuple[float, float, float, float]:
    """Sums of the returns from `past` to `now`, of their squares, cubes and fourth powers."""
    first = 0.0
    second = 0.0
    third = 0.0
    fourth = 0.0
    for i in range(len(now)):
        change = now[i] / past[i] - 1.0
        square = change * change
        first += change
        second += square
        third += square * change
        fourth += square * square
    return first, second, third, fourth


@njit(cache=True, error_model="numpy")
def measured(equity: Any, cash: float, bounds: Any, out: Any) -> None:
    """Write to `out`: final equity, maximum drawdown, room for a count, Σr, Σr³, Σr⁴, and by block Σr and Σr²."""
    blocks = len(bounds) - 1
    out[0] = equity[len(equity) - 1]
    out[1] = deepest(equity, cash)
    total = 0.0
    third = 0.0
    fourth = 0.0
    for block in range(blocks):
        start = bounds[block]
        stop = bounds[block + 1]
        first = 0.0
        second = 0.0
        if start == 0 and stop > 0:
            first = equity[0] / cash - 1.0
            second = first * first
            third = second * first
            fourth = second * second
            start = 1
        sums = powers(equity[start:stop], equity[start - 1 : stop - 1]) if stop > start else (0.0, 0.0, 0.0, 0.0)
        out[KEPT + block] = first + sums[0]
        out[KEPT + blocks + block] = second + sums[1]
        total += first + sums[0]
        third += sums[2]
        fourth += sums[3]
    out[3] = total
    out[4] = third
    out[5] = fourth
