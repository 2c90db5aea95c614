"""Moving averages."""

from __future__ import annotations

import math

from bidwell.strategy.indicators.graph import Array, compiled, kernel


@compiled
def grow(value: float, x: float, age: int, period: int, alpha: float) -> float:
    """Carry an exponential average on by one bar; before `period` bars `value` is their sum, then their mean."""
    if age >= period:
        return value * (1.0 - alpha) + x * alpha
    if age == period - 1:
        return (value + x) / period
    return value + x


def span(period: float) -> float:
    """Return the smoothing factor of an exponential average of `period` bars: 2 / (period + 1)."""
    return 2.0 / (period + 1.0)


@kernel(lookback=lambda p: p - 1, history=lambda p: p, state=2)
def simple(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """A running sum over `period`; four bars go at a time, each from the sum before the four."""
    base, fresh = s[0], s[1]
    full = max(start, min(stop, period - off))
    for i in range(start, full):
        base += x[i]
        if i + off == period - 1:
            out[i] = base / period
    i = full
    while i < stop:
        phase = (i + off - period) % 4
        if phase == 0 and i + 4 <= stop:
            for k in range((stop - i) // 4):
                j = i + 4 * k
                first = x[j] - x[j - period]
                second = first + (x[j + 1] - x[j + 1 - period])
                third = second + (x[j + 2] - x[j + 2 - period])
                fresh = third + (x[j + 3] - x[j + 3 - period])
                out[j] = (base + first) / period
                out[j + 1] = (base + second) / period
                out[j + 2] = (base + third) / period
                base += fresh
                out[j + 3] = base / period
            i += (stop - i) // 4 * 4
            continue
        change = x[i] - x[i - period]
        fresh = change if phase == 0 else fresh + change
        out[i] = (base + fresh) / period
        if phase == 3:
            base += fresh
        i += 1
    s[0], s[1] = base, fresh


@kernel(lookback=lambda p: p - 1, history=lambda p: p, state=1)
def total(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    running = s[0]
    for i in range(start, stop):
        running += x[i]
        if i + off >= period:
            running -= x[i - period]
        if i + off >= period - 1:
            out[i] = running
    s[0] = running


@kernel(state=2)
def accumulate(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """The running sum; four bars at a time, each from the sum before the four."""
    base, fresh = s[0], s[1]
    i = start
    while i < stop:
        phase = (i + off) % 4
        if phase == 0 and i + 4 <= stop:
            for k in range((stop - i) // 4):
                j = i + 4 * k
                second = x[j] + x[j + 1]
                third = second + x[j + 2]
                fresh = third + x[j + 3]
                out[j] = base + x[j]
                out[j + 1] = base + second
                out[j + 2] = base + third
                base += fresh
                out[j + 3] = base
            i += (stop - i) // 4 * 4
            continue
        fresh = x[i] if phase == 0 else fresh + x[i]
        out[i] = base + fresh
        if phase == 3:
            base += fresh
        i += 1
    s[0], s[1] = base, fresh


@kernel(lookback=lambda p, a: p - 1, state=2)
def exponential(x: Array, period: int, alpha: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Seeded with the mean of the first `period` values.

    Four bars go at a time: each is reckoned from the value before the four, vⱼ = kʲ·v₀ + wⱼ with wⱼ = k·wⱼ₋₁ + α·xⱼ,
    so that the chain of dependent operations is a quarter as long. Which of the four a bar is follows from its age.
    """
    base, fresh = s[0], s[1]
    keep = 1.0 - alpha
    two, three, four = keep * keep, keep * keep * keep, keep * keep * keep * keep
    full = max(start, min(stop, period - off))
    for i in range(start, full):
        base = grow(base, x[i], i + off, period, alpha)
        if i + off == period - 1:
            out[i] = base
    i = full
    while i < stop:
        phase = (i + off - period) % 4
        if phase == 0 and i + 4 <= stop:
            for k in range((stop - i) // 4):
                j = i + 4 * k
                first = x[j] * alpha
                second = first * keep + x[j + 1] * alpha
                third = second * keep + x[j + 2] * alpha
                fresh = third * keep + x[j + 3] * alpha
                out[j] = base * keep + first
                out[j + 1] = base * two + second
                out[j + 2] = base * three + third
                base = base * four + fresh
                out[j + 3] = base
            i += (stop - i) // 4 * 4
            continue
        if phase == 0:
            fresh = x[i] * alpha
            out[i] = base * keep + fresh
        else:
            fresh = fresh * keep + x[i] * alpha
            if phase == 3:
                base = base * four + fresh
                out[i] = base
            else:
                out[i] = base * (two if phase == 1 else three) + fresh
        i += 1
    s[0], s[1] = base, fresh


@kernel(state=1)
def from_first(x: Array, alpha: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Seeded with the first value and shown from there."""
    value = x[start] if start + off == 0 else s[0]
    keep = 1.0 - alpha
    for i in range(start, stop):
        value = value * keep + x[i] * alpha
        out[i] = value
    s[0] = value


@kernel(lookback=lambda p, a: 2 * p - 2, state=2)
def double(x: Array, period: int, alpha: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    a, b = s[0], s[1]
    lag = period - 1
    for i in range(start, stop):
        age = i + off
        a = grow(a, x[i], age, period, alpha)
        if age >= lag:
            b = grow(b, a, age - lag, period, alpha)
        if age >= 2 * lag:
            out[i] = 2.0 * a - b
    s[0], s[1] = a, b


@kernel(outputs=2, lookback=lambda p, a: 3 * p - 3, state=3)
def triple(
    x: Array, period: int, alpha: float, s: Array, start: int, stop: int, off: int, out: Array, third: Array
) -> None:
    """3·e₁ − 3·e₂ + e₃, and e₃."""
    a, b, c = s[0], s[1], s[2]
    lag = period - 1
    for i in range(start, stop):
        age = i + off
        a = grow(a, x[i], age, period, alpha)
        if age >= lag:
            b = grow(b, a, age - lag, period, alpha)
        if age >= 2 * lag:
            c = grow(c, b, age - 2 * lag, period, alpha)
        if age >= 3 * lag:
            out[i] = 3.0 * a - 3.0 * b + c
            third[i] = c
    s[0], s[1], s[2] = a, b, c


@kernel(lookback=lambda p, a: 3 * p - 2, state=4)
def triple_change(x: Array, period: int, alpha: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """The bar-to-bar change in percent of a triple-smoothed average."""
    a, b, c, before = s[0], s[1], s[2], s[3]
    lag = period - 1
    for i in range(start, stop):
        age = i + off
        a = grow(a, x[i], age, period, alpha)
        if age >= lag:
            b = grow(b, a, age - lag, period, alpha)
        if age >= 2 * lag:
            before = c
            c = grow(c, b, age - 2 * lag, period, alpha)
        if age > 3 * lag:
            out[i] = 100.0 * (c / before - 1.0) if before != 0.0 else 0.0
    s[0], s[1], s[2], s[3] = a, b, c, before


@kernel(lookback=lambda p, a, v: 6 * p - 6, state=6)
def tillson(
    x: Array, period: int, alpha: float, factor: float, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    a, b, c, d, e, f = s[0], s[1], s[2], s[3], s[4], s[5]
    lag = period - 1
    square = factor * factor
    k1 = -square * factor
    k2 = 3.0 * (square - k1)
    k3 = -6.0 * square - 3.0 * (factor - k1)
    k4 = 1.0 + 3.0 * factor - k1 + 3.0 * square
    for i in range(start, stop):
        age = i + off
        a = grow(a, x[i], age, period, alpha)
        if age >= lag:
            b = grow(b, a, age - lag, period, alpha)
        if age >= 2 * lag:
            c = grow(c, b, age - 2 * lag, period, alpha)
        if age >= 3 * lag:
            d = grow(d, c, age - 3 * lag, period, alpha)
        if age >= 4 * lag:
            e = grow(e, d, age - 4 * lag, period, alpha)
        if age >= 5 * lag:
            f = grow(f, e, age - 5 * lag, period, alpha)
        if age >= 6 * lag:
            out[i] = k1 * f + k2 * e + k3 * d + k4 * c
    s[0], s[1], s[2], s[3], s[4], s[5] = a, b, c, d, e, f


@kernel(lookback=lambda p: p - 1, history=lambda p: p, state=2)
def linear(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Weights 1 for the oldest value to `period` for the newest."""
    running, heavy = s[0], s[1]
    divisor = period * (period + 1) / 2.0
    full = max(start, min(stop, period - off))
    for i in range(start, full):
        heavy += (i + off + 1) * x[i]
        running += x[i]
        if i + off == period - 1:
            out[i] = heavy / divisor
    for i in range(full, stop):
        heavy += period * x[i] - running
        running += x[i] - x[i - period]
        out[i] = heavy / divisor
    s[0], s[1] = running, heavy


@kernel(lookback=lambda p, q: p + q - 2, history=lambda p, q: p + q, state=3)
def triangular(x: Array, first: int, second: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """The simple average over `second` of the simple average over `first`.

    The sum of sums grows by the newest inner sum less the one `second` bars ago, which is folded a second time by
    the same additions, so that the roundings of the two cancel.
    """
    newest, oldest, total = s[0], s[1], s[2]
    scale = float(first * second)
    both = first + second
    full = max(start, min(stop, both - off))
    for i in range(start, full):
        age = i + off
        newest += x[i] - (x[i - first] if age >= first else 0.0)
        if age >= second:
            oldest += x[i - second] - (x[i - both] if age >= both else 0.0)
        total += newest - oldest
        if age >= both - 2:
            out[i] = total / scale
    for i in range(full, stop):
        newest += x[i] - x[i - first]
        oldest += x[i - second] - x[i - both]
        total += newest - oldest
        out[i] = total / scale
    s[0], s[1], s[2] = newest, oldest, total


@kernel(lookback=lambda p, o, w: p - 1, history=lambda p, o, w: p, state=lambda p, o, w: p + 1)
def gaussian(
    x: Array, period: int, offset: float, sigma: float, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """Weights of a bell at `offset · (period − 1)` with the width period / sigma."""
    if start + off == 0:
        centre = offset * (period - 1)
        width = period / sigma
        norm = 0.0
        for k in range(period):
            s[k] = math.exp(-((k - centre) * (k - centre)) / (2.0 * width * width))
            norm += s[k]
        s[period] = norm
    for i in range(max(start, period - 1 - off), stop):
        value = 0.0
        for k in range(period):
            value += s[k] * x[i - period + 1 + k]
        out[i] = value / s[period]


@kernel(lookback=lambda p, f, w, d: p - d, history=lambda p, f, w, d: p + 1, state=2)
def adaptive(
    x: Array, period: int, fast: float, slow: float, early: int, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """Kaufman's average: the smoothing follows the efficiency of the last `period` changes.

    Seeded with the value before the first full window; `early` shows the seed as well.
    """
    value, path = s[0], s[1]
    for i in range(start, stop):
        age = i + off
        if age > 0:
            path += abs(x[i] - x[i - 1])
        if age > period:
            path -= abs(x[i - period] - x[i - period - 1])
        if age == period - 1:
            value = x[i]
            if early == 1:
                out[i] = value
        elif age >= period:
            net = abs(x[i] - x[i - period])
            efficiency = 1.0 if path <= net or path < 1e-14 else net / path
            weight = efficiency * (fast - slow) + slow
            value += weight * weight * (x[i] - value)
            out[i] = value
    s[0], s[1] = value, path


@kernel(2, history=lambda a: 1, state=1)
def varying(x: Array, weight: Array, alpha: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """An exponential average whose smoothing is `alpha · |weight|` of each bar, from the value before the first."""
    value = x[start - 1] if start + off == 0 and start > 0 else s[0]
    for i in range(start, stop):
        rate = alpha * abs(weight[i])
        value = rate * x[i] + (1.0 - rate) * value
        out[i] = value
    s[0] = value


@kernel(lookback=lambda p, k: 0, state=1)
def dynamic(x: Array, period: int, factor: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """McGinley's average; seeded with the first value."""
    value = s[0]
    for i in range(start, stop):
        if i + off == 0 or value == 0.0:
            value = x[i]
        else:
            r = x[i] / value
            value += (x[i] - value) / (factor * period * (r * r * r * r))
        out[i] = value
    s[0] = value


@kernel(lookback=lambda p: p, history=lambda p: p)
def unlagged(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """The value plus its change over `period` bars."""
    for i in range(max(start, period - off), stop):
        out[i] = x[i] + (x[i] - x[i - period])
