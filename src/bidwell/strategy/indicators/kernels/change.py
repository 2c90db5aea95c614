"""Changes from bar to bar and over a number of bars."""

from __future__ import annotations

import math

from bidwell.strategy.indicators.graph import Array, kernel


@kernel(lookback=lambda p: p, history=lambda p: p)
def lag(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(max(start, period - off), stop):
        out[i] = x[i - period]


@kernel(lookback=lambda p: p, history=lambda p: p)
def difference(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(max(start, period - off), stop):
        out[i] = x[i] - x[i - period]


@kernel(lookback=lambda p, a, b: p, history=lambda p, a, b: p)
def relative(
    x: Array, period: int, factor: float, base: float, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """`factor · (x / x[−period] − base)`, and 0 where the earlier value is 0."""
    for i in range(max(start, period - off), stop):
        before = x[i - period]
        zero = before == 0.0
        r = x[i] / (1.0 if zero else before)
        out[i] = 0.0 if zero else factor * (r - base)


@kernel(lookback=lambda p: p, history=lambda p: p)
def logarithm(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """NaN where a value is not positive."""
    for i in range(max(start, period - off), stop):
        r = x[i] / x[i - period]
        out[i] = math.log(r) if r > 0.0 else math.nan


@kernel(1, 2, lookback=lambda e: 1 - e, history=lambda e: 1)
def gain_loss(x: Array, early: int, s: Array, start: int, stop: int, off: int, gain: Array, loss: Array) -> None:
    """Rises and falls from bar to bar; with `early` the first bar shows none."""
    if early == 1 and start + off == 0:
        gain[start] = 0.0
        loss[start] = 0.0
    for i in range(max(start, 1 - off), stop):
        d = x[i] - x[i - 1]
        gain[i] = d if d > 0.0 else 0.0
        loss[i] = -d if d < 0.0 else 0.0


@kernel(lookback=lambda p, m: p, history=lambda p, m: 1, state=2)
def wilder_balance(x: Array, period: int, mode: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Wilder averages of rises and falls: their RSI (mode 0) or (rises − falls) / (rises + falls) · 100 (mode 1)."""
    up, down = s[0], s[1]
    alpha = 1.0 / period
    keep = 1.0 - alpha
    for i in range(max(start, 1 - off), stop):
        d = x[i] - x[i - 1]
        rise = d if d > 0.0 else 0.0
        fall = -d if d < 0.0 else 0.0
        age = i + off
        if age > period:
            up = up * keep + rise * alpha
            down = down * keep + fall * alpha
        else:
            up += rise
            down += fall
            if age == period:
                up /= period
                down /= period
        if age >= period:
            both = up + down
            if both == 0.0:
                out[i] = 0.0
            elif mode == 0:
                out[i] = 100.0 * (up / both)
            else:
                out[i] = 100.0 * ((up - down) / both)
    s[0], s[1] = up, down


@kernel(lookback=lambda: 0, history=lambda: 1, state=1)
def streak(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """How many bars in a row x has risen (positive) or fallen (negative)."""
    run = s[0]
    for i in range(start, stop):
        if i + off == 0 or x[i] == x[i - 1]:
            run = 0.0
        elif x[i] > x[i - 1]:
            run = max(run, 0.0) + 1.0
        else:
            run = min(run, 0.0) - 1.0
        out[i] = run
    s[0] = run


@kernel(1, 2, lookback=lambda f, w, a, b: w - 1, history=lambda f, w, a, b: w, state=2)
def aligned_pair(
    x: Array,
    fast: int,
    slow: int,
    a: float,
    b: float,
    s: Array,
    start: int,
    stop: int,
    off: int,
    quick: Array,
    late: Array,
) -> None:
    """Two exponential averages that begin at the same bar, each from the mean of its own last values."""
    q, w = s[0], s[1]
    for i in range(start, stop):
        age = i + off
        if age >= slow:
            w = w * (1.0 - b) + x[i] * b
            q = q * (1.0 - a) + x[i] * a
        else:
            w += x[i]
            if age >= slow - fast:
                q += x[i]
            if age == slow - 1:
                w /= slow
                q /= fast
        if age >= slow - 1:
            quick[i] = q
            late[i] = w
    s[0], s[1] = q, w


@kernel(1, 3, lookback=lambda f, w, g, a, b, c: w + g - 2, history=lambda f, w, g, a, b, c: 1, state=3)
def convergence(
    x: Array,
    fast: int,
    slow: int,
    signal: int,
    a: float,
    b: float,
    c: float,
    s: Array,
    start: int,
    stop: int,
    off: int,
    line: Array,
    mark: Array,
    gap: Array,
) -> None:
    """MACD: the aligned pair's difference, its exponential average and what is between them."""
    q, w, g = s[0], s[1], s[2]
    lead = slow - 1
    for i in range(start, stop):
        age = i + off
        if age >= slow:
            w = w * (1.0 - b) + x[i] * b
            q = q * (1.0 - a) + x[i] * a
        else:
            w += x[i]
            if age >= slow - fast:
                q += x[i]
            if age == lead:
                w /= slow
                q /= fast
        if age >= lead:
            d = q - w
            n = age - lead
            if n >= signal:
                g = g * (1.0 - c) + d * c
            elif n == signal - 1:
                g = (g + d) / signal
            else:
                g += d
            if n >= signal - 1:
                line[i] = d
                mark[i] = g
                gap[i] = d - g
    s[0], s[1], s[2] = q, w, g


@kernel(state=3, lookback=lambda: 0, inputs=3)
def fisher(x: Array, low: Array, high: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Ehlers' transform of x's place between low and high, both smoothed."""
    value, result = s[0], s[1]
    for i in range(start, stop):
        width = high[i] - low[i]
        value = 0.66 * ((x[i] - low[i]) / width - 0.5) + 0.67 * value if width != 0.0 else 0.0
        value = min(0.999, max(-0.999, value))
        result = 0.5 * math.log((1.0 + value) / (1.0 - value)) + 0.5 * result
        out[i] = result
    s[0], s[1] = value, result


@kernel(lookback=lambda p: p - 1, history=lambda p: p)
def ulcer(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Root mean square of the percentages below the highest value so far within the window."""
    for i in range(max(start, period - 1 - off), stop):
        peak = x[i - period + 1]
        squares = 0.0
        for j in range(i - period + 1, i + 1):
            peak = max(peak, x[j])
            fall = 100.0 * ((x[j] - peak) / peak) if peak != 0.0 else 0.0
            squares += fall * fall
        out[i] = math.sqrt(squares / period)


@kernel(lookback=lambda f: 3, history=lambda f: 0, state=4)
def laguerre(x: Array, gamma: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Ehlers' four-stage Laguerre filter's rises over rises and falls, from 0 to 1."""
    a, b, c, d = s[0], s[1], s[2], s[3]
    for i in range(start, stop):
        a1, b1, c1, d1 = a, b, c, d
        a = (1.0 - gamma) * x[i] + gamma * a1
        b = -gamma * a + a1 + gamma * b1
        c = -gamma * b + b1 + gamma * c1
        d = -gamma * c + c1 + gamma * d1
        up = max(a - b, 0.0) + max(b - c, 0.0) + max(c - d, 0.0)
        down = max(b - a, 0.0) + max(c - b, 0.0) + max(d - c, 0.0)
        if i + off >= 3:
            out[i] = up / (up + down) if up + down != 0.0 else 0.0
    s[0], s[1], s[2], s[3] = a, b, c, d
