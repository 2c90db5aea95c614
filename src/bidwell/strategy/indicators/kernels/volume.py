"""Loops that weigh prices with volume."""

from __future__ import annotations

from typing import Any

from bidwell.strategy.indicators.graph import Array, compiled, kernel


@kernel(2, history=lambda f: 1)
def signed(close: Array, volume: Array, zero: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Volume with the sign of the change in close; the first bar counts as a rise, or as nothing."""
    if start + off == 0:
        out[start] = 0.0 if zero == 1 else volume[start]
    for i in range(max(start, 1 - off), stop):
        d = close[i] - close[i - 1]
        rise = volume[i] if d > 0.0 else 0.0
        fall = volume[i] if d < 0.0 else 0.0
        out[i] = rise - fall


@compiled
def flow_at(high: Array, low: Array, close: Array, volume: Array, i: int) -> Any:  # noqa: ANN401 - numbers in an array
    """Return a bar's volume by where in its range it closed, and 0 without a range."""
    width = high[i] - low[i]
    flat = width <= 0.0
    lean = (close[i] - low[i]) - (high[i] - close[i])
    return (0.0 if flat else lean) / (1.0 if flat else width) * volume[i]


@kernel(4)
def flow(
    high: Array, low: Array, close: Array, volume: Array, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """((close − low) − (high − close)) / (high − low) · volume, and 0 on a bar without range."""
    for i in range(start, stop):
        out[i] = flow_at(high, low, close, volume, i)


@kernel(4, state=2, tells=True)
def accumulated_flow(
    high: Array, low: Array, close: Array, volume: Array, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """The running sum of `flow`; four bars at a time, each from the sum before the four: see `averages.accumulate`."""
    base, fresh = s[0], s[1]
    i = start
    while i < stop:
        phase = (i + off) % 4
        if phase == 0 and i + 4 <= stop:
            for k in range((stop - i) // 4):
                j = i + 4 * k
                first = flow_at(high, low, close, volume, j)
                second = first + flow_at(high, low, close, volume, j + 1)
                third = second + flow_at(high, low, close, volume, j + 2)
                fresh = third + flow_at(high, low, close, volume, j + 3)
                out[j] = base + first
                out[j + 1] = base + second
                out[j + 2] = base + third
                base += fresh
                out[j + 3] = base
            i += (stop - i) // 4 * 4
            continue
        one = flow_at(high, low, close, volume, i)
        fresh = one if phase == 0 else fresh + one
        out[i] = base + fresh
        if phase == 3:
            base += fresh
        i += 1
    s[0], s[1] = base, fresh


@kernel(4, lookback=lambda f, w, a, b: w - 1, state=7, tells=True)
def accumulation_oscillator(
    high: Array,
    low: Array,
    close: Array,
    volume: Array,
    fast: int,
    slow: int,
    a: float,
    b: float,
    s: Array,
    start: int,
    stop: int,
    off: int,
    out: Array,
) -> None:
    """Fast less slow exponential average of the running sum of `flow`, both from its first value.

    Two bars go at a time, the second reckoned from the value before the first, v₂ = k²·v₀ + (k·α·x₁ + α·x₂): see
    `averages.exponential`.
    """
    total, quick, late, quick_prior, late_prior, quick_waiting, late_waiting = s[0], s[1], s[2], s[3], s[4], s[5], s[6]
    keep_a, keep_b = 1.0 - a, 1.0 - b
    if start + off == 0:
        quick = flow_at(high, low, close, volume, start)
        late = quick
    full = max(start, min(stop, slow - 1 - off))
    for i in range(start, full):
        total += flow_at(high, low, close, volume, i)
        quick = quick * keep_a + total * a
        late = late * keep_b + total * b
    if full < stop and (full + off - slow + 1) % 2 == 1:
        total += flow_at(high, low, close, volume, full)
        quick = quick_prior * (keep_a * keep_a) + (quick_waiting + total * a)
        late = late_prior * (keep_b * keep_b) + (late_waiting + total * b)
        out[full] = quick - late
        full += 1
    for k in range((stop - full) // 2):
        i = full + 2 * k
        first = total + flow_at(high, low, close, volume, i)
        total = first + flow_at(high, low, close, volume, i + 1)
        out[i] = (quick * keep_a + first * a) - (late * keep_b + first * b)
        quick = quick * (keep_a * keep_a) + (first * (keep_a * a) + total * a)
        late = late * (keep_b * keep_b) + (first * (keep_b * b) + total * b)
        out[i + 1] = quick - late
    if full < stop and (stop - full) % 2 == 1:
        total += flow_at(high, low, close, volume, stop - 1)
        quick_prior, late_prior = quick, late
        quick_waiting, late_waiting = total * (keep_a * a), total * (keep_b * b)
        quick = quick * keep_a + total * a
        late = late * keep_b + total * b
        out[stop - 1] = quick - late
    s[0], s[1], s[2], s[3], s[4], s[5], s[6] = (
        total,
        quick,
        late,
        quick_prior,
        late_prior,
        quick_waiting,
        late_waiting,
    )


@kernel(4, 2, lookback=lambda: 1, history=lambda: 1)
def turnover(
    high: Array,
    low: Array,
    close: Array,
    volume: Array,
    s: Array,
    start: int,
    stop: int,
    off: int,
    up: Array,
    down: Array,
) -> None:
    """Typical price times volume, on the side to which the typical price moved."""
    for i in range(max(start, 1 - off), stop):
        now = (high[i] + low[i] + close[i]) / 3.0
        before = (high[i - 1] + low[i - 1] + close[i - 1]) / 3.0
        money = now * volume[i]
        up[i] = money if now > before else 0.0
        down[i] = money if now < before else 0.0


@kernel(2, lookback=lambda p: p - 1, history=lambda p: p, state=2)
def flow_share(x: Array, y: Array, period: int, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """100 · Σx / (Σx + Σy) over the window, and 0 where less than one unit was turned over."""
    up, down = s[0], s[1]
    full = max(start, min(stop, period - off))
    for i in range(start, full):
        up += x[i]
        down += y[i]
        if i + off == period - 1:
            out[i] = 100.0 * (up / (up + down)) if up + down >= 1.0 else 0.0
    for i in range(full, stop):
        up += x[i] - x[i - period]
        down += y[i] - y[i - period]
        out[i] = 100.0 * (up / (up + down)) if up + down >= 1.0 else 0.0
    s[0], s[1] = up, down


@kernel(4, lookback=lambda: 2, history=lambda: 1, state=3)
def klinger_force(
    high: Array, low: Array, close: Array, volume: Array, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """Volume signed by the trend of high + low + close, scaled by 100·|2·(range / running range − 1)|."""
    trend, running = s[0], s[1]
    for i in range(max(start, 1 - off), stop):
        width = high[i] - low[i]
        before = high[i - 1] - low[i - 1]
        now = 1.0 if high[i] + low[i] + close[i] > high[i - 1] + low[i - 1] + close[i - 1] else -1.0
        if i + off > 1:
            running = running + width if now == trend else before + width
            force = s[2]
            if width == running or volume[i] == 0.0:
                force = 0.0
            elif width == 0.0:
                force = volume[i] * 2.0 * now * 100.0
            elif running != 0.0:
                force = volume[i] * abs(2.0 * (width / running - 1.0)) * now * 100.0
            s[2] = force
            out[i] = force
        trend = now
    s[0], s[1] = trend, running


@kernel(3, lookback=lambda d: 1, history=lambda d: 1)
def ease(
    high: Array, low: Array, volume: Array, divisor: float, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """Move of the mid price times range over volume, and 0 without volume."""
    for i in range(max(start, 1 - off), stop):
        move = (high[i] + low[i]) - (high[i - 1] + low[i - 1])
        out[i] = move / 2.0 * (high[i] - low[i]) / volume[i] * divisor if volume[i] != 0.0 else 0.0


@kernel(3, history=lambda: 1, state=1)
def williams(high: Array, low: Array, close: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """Running sum of the close's distance to the true low on rises and to the true high on falls."""
    value = s[0]
    for i in range(start, stop):
        if i + off > 0:
            before = close[i - 1]
            if close[i] > before:
                value += close[i] - min(low[i], before)
            elif close[i] < before:
                value += close[i] - max(high[i], before)
        out[i] = value
    s[0] = value


@kernel(4, 4, state=2)
def heikin_ashi(
    o: Array,
    high: Array,
    low: Array,
    close: Array,
    s: Array,
    start: int,
    stop: int,
    off: int,
    opened: Array,
    top: Array,
    bottom: Array,
    closed: Array,
) -> None:
    """Open of the mean body before, close of the bar's mean, and the range stretched to both."""
    before_open, before_close = s[0], s[1]
    for i in range(start, stop):
        first = (o[i] + close[i]) / 2.0 if i + off == 0 else (before_open + before_close) / 2.0
        last = (o[i] + high[i] + low[i] + close[i]) / 4.0
        opened[i] = first
        closed[i] = last
        top[i] = max(high[i], first, last)
        bottom[i] = min(low[i], first, last)
        before_open, before_close = first, last
    s[0], s[1] = before_open, before_close


@kernel(2, 2, lookback=lambda: 1, history=lambda: 1, state=2)
def volume_indices(
    close: Array, volume: Array, s: Array, start: int, stop: int, off: int, positive: Array, negative: Array
) -> None:
    """Compounded returns of bars with more, and with less, volume than the bar before; both begin at 1000."""
    more, less = s[0], s[1]
    for i in range(max(start, 1 - off), stop):
        if i + off == 1:
            more, less = 1000.0, 1000.0
        growth = close[i] / close[i - 1] if close[i - 1] != 0.0 else 1.0
        if volume[i] > volume[i - 1]:
            more *= growth
        elif volume[i] < volume[i - 1]:
            less *= growth
        positive[i] = more
        negative[i] = less
    s[0], s[1] = more, less
