"""True range, directional movement and stops that trail."""

from __future__ import annotations

import math
from typing import Any

from bidwell.strategy.indicators.graph import Array, compiled, kernel
from bidwell.strategy.indicators.kernels.averages import grow


@compiled
def true_range_at(high: Array, low: Array, close: Array, i: int) -> Any:  # noqa: ANN401 - numbers in an array
    """Return the bar's range stretched to the close before it."""
    before = close[i - 1]
    return max(high[i], before) - min(low[i], before)


@kernel(3, lookback=lambda e: 1 - e, history=lambda e: 1)
def true_range(
    high: Array, low: Array, close: Array, early: int, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """With `early` the first bar shows its own range."""
    if early == 1 and start + off == 0:
        out[start] = high[start] - low[start]
    for i in range(max(start, 1 - off), stop):
        out[i] = true_range_at(high, low, close, i)


@compiled
def traded_at(high: Array, low: Array, close: Array, i: int) -> Any:  # noqa: ANN401 - numbers in an array
    """Return a number that is NaN where any of the bar's prices is."""
    return high[i] + low[i] + close[i]


@kernel(3, lookback=lambda p: p, history=lambda p: 1, state=3, tells=True)
def average_true_range(
    high: Array, low: Array, close: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """`averages.exponential` of the true range with the factor 1 / period, to the bit, without a pass for each."""
    base, fresh, told = s[0], s[1], s[2]
    alpha = 1.0 / period
    keep = 1.0 - alpha
    two, three, four = keep * keep, keep * keep * keep, keep * keep * keep * keep
    if start + off == 0:
        told = traded_at(high, low, close, start)
    begin = max(start, 1 - off)
    full = max(begin, min(stop, period + 1 - off))
    for i in range(begin, full):
        told += traded_at(high, low, close, i)
        base = grow(base, true_range_at(high, low, close, i), i + off - 1, period, alpha)
        if i + off == period:
            out[i] = base
    i = full
    while i < stop:
        phase = (i + off - 1 - period) % 4
        if phase == 0 and i + 4 <= stop:
            for k in range((stop - i) // 4):
                j = i + 4 * k
                first = true_range_at(high, low, close, j) * alpha
                second = first * keep + true_range_at(high, low, close, j + 1) * alpha
                third = second * keep + true_range_at(high, low, close, j + 2) * alpha
                fresh = third * keep + true_range_at(high, low, close, j + 3) * alpha
                out[j] = base * keep + first
                out[j + 1] = base * two + second
                out[j + 2] = base * three + third
                base = base * four + fresh
                out[j + 3] = base
                pair = traded_at(high, low, close, j) + traded_at(high, low, close, j + 1)
                told += pair + (traded_at(high, low, close, j + 2) + traded_at(high, low, close, j + 3))
            i += (stop - i) // 4 * 4
            continue
        told += traded_at(high, low, close, i)
        step = true_range_at(high, low, close, i) * alpha
        fresh = step if phase == 0 else fresh * keep + step
        if phase == 3:
            base = base * four + fresh
            out[i] = base
        else:
            out[i] = base * (keep if phase == 0 else two if phase == 1 else three) + fresh
        i += 1
    s[0], s[1], s[2] = base, fresh, told


@kernel(2, 2, lookback=lambda: 1, history=lambda: 1)
def moves(high: Array, low: Array, s: Array, start: int, stop: int, off: int, up: Array, down: Array) -> None:
    """Wilder's directional movement of each bar: at most one of the two is above 0."""
    for i in range(max(start, 1 - off), stop):
        rise = high[i] - high[i - 1]
        fall = low[i - 1] - low[i]
        up[i] = rise if rise > fall and rise > 0.0 else 0.0
        down[i] = fall if fall > rise and fall > 0.0 else 0.0


@kernel(2, 2, lookback=lambda p: p - 1 if p > 1 else 1, history=lambda p: 1, state=2)
def movement(
    high: Array, low: Array, period: int, s: Array, start: int, stop: int, off: int, plus: Array, minus: Array
) -> None:
    """Wilder sums of directional movement."""
    a, b = s[0], s[1]
    for i in range(max(start, 1 - off), stop):
        age = i + off
        rise = high[i] - high[i - 1]
        fall = low[i - 1] - low[i]
        if age >= period:
            a -= a / period
            b -= b / period
        if rise > fall and rise > 0.0:
            a += rise
        elif fall > rise and fall > 0.0:
            b += fall
        if age >= period - 1:
            plus[i] = a
            minus[i] = b
    s[0], s[1] = a, b


@kernel(3, 3, lookback=lambda p: p, history=lambda p: 1, state=4)
def directional(
    high: Array,
    low: Array,
    close: Array,
    period: int,
    s: Array,
    start: int,
    stop: int,
    off: int,
    plus: Array,
    minus: Array,
    index: Array,
) -> None:
    """+DI, −DI and DX of Wilder; DX keeps its last value where both are 0."""
    a, b, r, last = s[0], s[1], s[2], s[3]
    keep = 1.0 - 1.0 / period
    for i in range(max(start, 1 - off), stop):
        age = i + off
        rise = high[i] - high[i - 1]
        fall = low[i - 1] - low[i]
        if age >= period:
            a *= keep
            b *= keep
            r *= keep
        if rise > fall and rise > 0.0:
            a += rise
        elif fall > rise and fall > 0.0:
            b += fall
        r += true_range_at(high, low, close, i)
        if age >= period:
            scale = 100.0 / r if r > 0.0 else 0.0
            plus[i] = a * scale
            minus[i] = b * scale
            if a + b > 0.0 and r > 0.0:
                last = 100.0 * (abs(a - b) / (a + b))
            index[i] = last
    s[0], s[1], s[2], s[3] = a, b, r, last


@kernel(2, lookback=lambda a, m: 1, history=lambda a, m: 1, state=4)
def parabolic(
    high: Array, low: Array, step: float, limit: float, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """Wilder's stop and reverse; the first direction is that of the first directional movement."""
    side, mark, extreme, rate = s[0], s[1], s[2], s[3]
    for i in range(max(start, 1 - off), stop):
        before_low, before_high = low[i - 1], high[i - 1]
        if i + off == 1:
            fall = low[i - 1] - low[i]
            side = -1.0 if fall > 0.0 and high[i] - high[i - 1] < fall else 1.0
            extreme = high[i] if side > 0.0 else low[i]
            mark = low[i - 1] if side > 0.0 else high[i - 1]
            rate = step
            before_low, before_high = low[i], high[i]
        if side > 0.0:
            if low[i] <= mark:
                side = -1.0
                mark = max(extreme, before_high, high[i])
                out[i] = mark
                rate = step
                extreme = low[i]
                mark = max(mark + rate * (extreme - mark), before_high, high[i])
            else:
                out[i] = mark
                if high[i] > extreme:
                    extreme = high[i]
                    rate = min(rate + step, limit)
                mark = min(mark + rate * (extreme - mark), before_low, low[i])
        elif high[i] >= mark:
            side = 1.0
            mark = min(extreme, before_low, low[i])
            out[i] = mark
            rate = step
            extreme = high[i]
            mark = min(mark + rate * (extreme - mark), before_low, low[i])
        else:
            out[i] = mark
            if low[i] < extreme:
                extreme = low[i]
                rate = min(rate + step, limit)
            mark = max(mark + rate * (extreme - mark), before_high, high[i])
    s[0], s[1], s[2], s[3] = side, mark, extreme, rate


@kernel(4, 2, lookback=lambda f: 0, history=lambda f: 1, state=3)
def super_trend(
    high: Array,
    low: Array,
    close: Array,
    reach: Array,
    factor: float,
    s: Array,
    start: int,
    stop: int,
    off: int,
    line: Array,
    side: Array,
) -> None:
    """A band at mid ± factor · range that ratchets towards the close; `side` is 1 above the line, −1 below."""
    upper, lower, up = s[0], s[1], s[2]
    for i in range(start, stop):
        mid = (high[i] + low[i]) / 2.0
        above = mid + factor * reach[i]
        below = mid - factor * reach[i]
        if i + off == 0:
            upper, lower = above, below
            up = 1.0 if close[i] >= mid else 0.0
        else:
            before = close[i - 1]
            if above < upper or before > upper:
                upper = above
            if below > lower or before < lower:
                lower = below
        if (close[i] <= lower) if up > 0.0 else (close[i] < upper):
            up = 0.0
            line[i] = upper
            side[i] = -1.0
        else:
            up = 1.0
            line[i] = lower
            side[i] = 1.0
    s[0], s[1], s[2] = upper, lower, up


@kernel(3, lookback=lambda p: p - 1, history=lambda p: p + 1, state=1)
def choppiness(
    high: Array, low: Array, reach: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """100 · log₁₀(sum of reach / (highest − lowest)) / log₁₀(period)."""
    scale = 100.0 / math.log10(period)
    for i in range(max(start, period - 1 - off), stop):
        total = 0.0
        top, bottom = high[i], low[i]
        for j in range(i - period + 1, i + 1):
            total += reach[j]
            top = max(top, high[j])
            bottom = min(bottom, low[j])
        out[i] = math.log10(total / (top - bottom)) * scale if top > bottom and total > 0.0 else 0.0


@compiled
def share(part: float, whole: float) -> float:
    """Return part / whole, and 0 where whole is 0."""
    return part / whole if whole > 0.0 else 0.0


@kernel(3, 1, lookback=max, history=lambda a, b, c: max(a, b, c) + 1, state=6)
def ultimate(
    high: Array, low: Array, close: Array, p: int, q: int, r: int, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """Buying pressure over true range in three windows, weighted 4 : 2 : 1."""
    a, b, c, d, e, f = s[0], s[1], s[2], s[3], s[4], s[5]
    longest = max(p, q, r)
    for i in range(max(start, 1 - off), stop):
        age = i + off
        bought = close[i] - min(low[i], close[i - 1])
        reach = true_range_at(high, low, close, i)
        a += bought
        b += bought
        c += bought
        d += reach
        e += reach
        f += reach
        if age > p:
            a -= close[i - p] - min(low[i - p], close[i - p - 1])
            d -= true_range_at(high, low, close, i - p)
        if age > q:
            b -= close[i - q] - min(low[i - q], close[i - q - 1])
            e -= true_range_at(high, low, close, i - q)
        if age > r:
            c -= close[i - r] - min(low[i - r], close[i - r - 1])
            f -= true_range_at(high, low, close, i - r)
        if age >= longest:
            out[i] = 100.0 * (4.0 * share(a, d) + 2.0 * share(b, e) + share(c, f)) / 7.0
    s[0], s[1], s[2], s[3], s[4], s[5] = a, b, c, d, e, f


@kernel(3, 2, lookback=lambda: 1, history=lambda: 1)
def true_edges(
    high: Array, low: Array, close: Array, s: Array, start: int, stop: int, off: int, above: Array, below: Array
) -> None:
    """High and low stretched to the close before."""
    for i in range(max(start, 1 - off), stop):
        above[i] = max(high[i], close[i - 1])
        below[i] = min(low[i], close[i - 1])
