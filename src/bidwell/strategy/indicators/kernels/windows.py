"""Extremes, moments and regressions over a moving window."""

from __future__ import annotations

import math

import numpy as np

from bidwell.strategy.indicators.graph import Array, compiled, kernel

BLOCK = 1024


@compiled
def newest_high(x: Array, first: int, last: int) -> int:
    """Return the position of the highest of x[first..last]; of equals the newest."""
    at = first
    for j in range(first + 1, last + 1):
        if x[j] >= x[at]:
            at = j
    return at


@compiled
def newest_low(x: Array, first: int, last: int) -> int:
    """Return the position of the lowest of x[first..last]; of equals the newest."""
    at = first
    for j in range(first + 1, last + 1):
        if x[j] <= x[at]:
            at = j
    return at


@compiled
def window_high(x: Array, period: int, begin: int, stop: int, out: Array) -> None:
    """Highest of `period` values up to each position: windows of 1, 2, 4 … merged in runs that vectorise."""
    first = np.empty(BLOCK + period)
    second = np.empty(BLOCK + period)
    for low in range(begin, stop, BLOCK):
        count = min(BLOCK, stop - low)
        origin = low - period + 1
        length = count + period - 1
        width = min(period, 2)
        length -= width - 1
        for j in range(length):
            first[j] = x[origin + j] if x[origin + j] > x[origin + j + width - 1] else x[origin + j + width - 1]
        while width * 2 <= period:
            for j in range(length - width):
                second[j] = first[j] if first[j] > first[j + width] else first[j + width]
            first, second = second, first
            length -= width
            width *= 2
        rest = period - width
        for j in range(count):
            # Adding 0 makes −0 and 0 one value, whichever of them came first.
            out[low + j] = (first[j] if first[j] > first[j + rest] else first[j + rest]) + 0.0


@compiled
def window_low(x: Array, period: int, begin: int, stop: int, out: Array) -> None:
    """Lowest of `period` values up to each position."""
    first = np.empty(BLOCK + period)
    second = np.empty(BLOCK + period)
    for low in range(begin, stop, BLOCK):
        count = min(BLOCK, stop - low)
        origin = low - period + 1
        length = count + period - 1
        width = min(period, 2)
        length -= width - 1
        for j in range(length):
            first[j] = x[origin + j] if x[origin + j] < x[origin + j + width - 1] else x[origin + j + width - 1]
        while width * 2 <= period:
            for j in range(length - width):
                second[j] = first[j] if first[j] < first[j + width] else first[j + width]
            first, second = second, first
            length -= width
            width *= 2
        rest = period - width
        for j in range(count):
            out[low + j] = (first[j] if first[j] < first[j + rest] else first[j + rest]) + 0.0


@kernel(lookback=lambda p: p - 1, history=lambda p: p)
def highest(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    window_high(x, period, max(start, period - 1 - off), stop, out)


@kernel(lookback=lambda p: p - 1, history=lambda p: p)
def lowest(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    window_low(x, period, max(start, period - 1 - off), stop, out)


@kernel(2, 2, lookback=lambda p: p - 1, history=lambda p: p)
def channel(
    high: Array, low: Array, period: int, s: Array, start: int, stop: int, off: int, upper: Array, lower: Array
) -> None:
    """The highest high and the lowest low."""
    begin = max(start, period - 1 - off)
    window_high(high, period, begin, stop, upper)
    window_low(low, period, begin, stop, lower)


@kernel(2, 2, lookback=lambda p: p, history=lambda p: p + 1, state=2)
def since_extremes(
    high: Array, low: Array, period: int, s: Array, start: int, stop: int, off: int, up: Array, down: Array
) -> None:
    """Aroon: 100 · (period − bars since the extreme) / period over period + 1 bars."""
    top = int(s[0]) - off if start + off > 0 else start
    bottom = int(s[1]) - off if start + off > 0 else start
    factor = 100.0 / period
    for i in range(start, stop):
        if top < i - period:
            top = newest_high(high, i - period, i)
        elif high[i] >= high[top]:
            top = i
        if bottom < i - period:
            bottom = newest_low(low, i - period, i)
        elif low[i] <= low[bottom]:
            bottom = i
        if i + off >= period:
            up[i] = factor * (period - (i - top))
            down[i] = factor * (period - (i - bottom))
    s[0], s[1] = top + off, bottom + off


@kernel(1, 2, lookback=lambda p: p - 1, history=lambda p: p, state=3)
def moments(x: Array, period: int, s: Array, start: int, stop: int, off: int, mean: Array, variance: Array) -> None:
    """Mean and population variance; sums are of distances to the first value, which keeps their digits."""
    if start + off == 0:
        s[2] = x[start]
    anchor = s[2]
    one, two = s[0], s[1]
    for i in range(start, stop):
        d = x[i] - anchor
        if i + off >= period:
            e = x[i - period] - anchor
            one += d - e
            two += d * d - e * e
        else:
            one += d
            two += d * d
        if i + off >= period - 1:
            m = one / period
            mean[i] = m + anchor
            variance[i] = max(0.0, two / period - m * m)
    s[0], s[1] = one, two


@kernel(1, 3, lookback=lambda p, w: p - 1, history=lambda p, w: p, state=3)
def deviation_bands(
    x: Array,
    period: int,
    width: float,
    s: Array,
    start: int,
    stop: int,
    off: int,
    upper: Array,
    mid: Array,
    lower: Array,
) -> None:
    """Mean ± width · population standard deviation."""
    if start + off == 0:
        s[2] = x[start]
    anchor = s[2]
    one, two = s[0], s[1]
    for i in range(start, stop):
        d = x[i] - anchor
        if i + off >= period:
            e = x[i - period] - anchor
            one += d - e
            two += d * d - e * e
        else:
            one += d
            two += d * d
        if i + off >= period - 1:
            m = one / period
            reach = width * math.sqrt(max(0.0, two / period - m * m))
            mid[i] = m + anchor
            upper[i] = m + anchor + reach
            lower[i] = m + anchor - reach
    s[0], s[1] = one, two


@kernel(lookback=lambda p: p - 1, history=lambda p: p)
def mean_deviation(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(max(start, period - 1 - off), stop):
        mean = 0.0
        for j in range(i - period + 1, i + 1):
            mean += x[j]
        mean /= period
        away = 0.0
        for j in range(i - period + 1, i + 1):
            away += abs(x[j] - mean)
        out[i] = away / period


@kernel(1, 2, lookback=lambda p: p - 1, history=lambda p: p, state=3)
def regression(x: Array, period: int, s: Array, start: int, stop: int, off: int, slope: Array, level: Array) -> None:
    """Least squares on the ages 0..period−1: the slope and the value at age 0."""
    if start + off == 0:
        s[2] = x[start]
    anchor = s[2]
    one, ramp = s[0], s[1]
    base = (period - 1) / 2.0
    share = 1.0 / period
    steep = 12.0 / (period * (period * period - 1.0))
    full = max(start, min(stop, period - off))
    for i in range(start, full):
        d = x[i] - anchor
        ramp += (i + off) * d
        one += d
        if i + off == period - 1:
            m = (ramp - base * one) * steep
            slope[i] = m
            level[i] = one * share - m * base + anchor
    for i in range(full, stop):
        d = x[i] - anchor
        e = x[i - period] - anchor
        ramp += (period - 1) * d - (one - e)
        one += d - e
        m = (ramp - base * one) * steep
        slope[i] = m
        level[i] = one * share - m * base + anchor
    s[0], s[1] = one, ramp


@kernel(2, 1)
def explained(
    slope: Array, variance: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """R² of a least-squares line: the variance of its points over the variance of the values."""
    points = (period * period - 1.0) / 12.0
    for i in range(start, stop):
        out[i] = min(1.0, slope[i] * slope[i] * points / variance[i]) if variance[i] > 0.0 else 0.0


@kernel(lookback=lambda p: p - 1, history=lambda p: p)
def rank(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """The share of the last `period` values, this one among them, that are below this one."""
    for i in range(max(start, period - 1 - off), stop):
        below = 0
        for j in range(i - period + 1, i):
            if x[j] < x[i]:
                below += 1
        out[i] = below / period


@kernel(2, 1, lookback=lambda p: p - 1, history=lambda p: p, state=7)
def correlation(x: Array, y: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    if start + off == 0:
        s[5], s[6] = x[start], y[start]
    ax, ay = s[5], s[6]
    sx, sy, sxx, syy, sxy = s[0], s[1], s[2], s[3], s[4]
    share = 1.0 / period
    for i in range(start, stop):
        u, v = x[i] - ax, y[i] - ay
        if i + off >= period:
            p, q = x[i - period] - ax, y[i - period] - ay
            sx += u - p
            sy += v - q
            sxx += u * u - p * p
            syy += v * v - q * q
            sxy += u * v - p * q
        else:
            sx += u
            sy += v
            sxx += u * u
            syy += v * v
            sxy += u * v
        if i + off >= period - 1:
            both = (sxx - sx * sx * share) * (syy - sy * sy * share)
            out[i] = (sxy - sx * sy * share) / math.sqrt(both) if both > 1e-28 else 0.0
    s[0], s[1], s[2], s[3], s[4] = sx, sy, sxx, syy, sxy


@kernel(2, 1, lookback=lambda p: p - 1, history=lambda p: p, state=4)
def regression_beta(x: Array, y: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """The slope of y over x."""
    sx, sy, sxx, sxy = s[0], s[1], s[2], s[3]
    for i in range(start, stop):
        u, v = x[i], y[i]
        sx += u
        sy += v
        sxx += u * u
        sxy += u * v
        if i + off >= period:
            p, q = x[i - period], y[i - period]
            sx -= p
            sy -= q
            sxx -= p * p
            sxy -= p * q
        if i + off >= period - 1:
            below = period * sxx - sx * sx
            out[i] = (period * sxy - sx * sy) / below if abs(below) > 1e-28 else 0.0
    s[0], s[1], s[2], s[3] = sx, sy, sxx, sxy


@kernel(lookback=lambda p: p - 1, history=lambda p: p, state=1)
def deviation_index(x: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Distance to the mean over 0.015 times the mean absolute deviation, 0 where nothing deviates."""
    running = s[0]
    for i in range(start, stop):
        running += x[i]
        if i + off >= period:
            running -= x[i - period]
        if i + off >= period - 1:
            mean = running / period
            a, b, c, d = 0.0, 0.0, 0.0, 0.0
            j = i - period + 1
            while j + 3 <= i:
                a += abs(x[j] - mean)
                b += abs(x[j + 1] - mean)
                c += abs(x[j + 2] - mean)
                d += abs(x[j + 3] - mean)
                j += 4
            while j <= i:
                a += abs(x[j] - mean)
                j += 1
            deviation = (a + b + c + d) / period
            gap = x[i] - mean
            out[i] = gap / (0.015 * deviation) if gap != 0.0 and deviation > 1e-14 * abs(mean) else 0.0
    s[0] = running
