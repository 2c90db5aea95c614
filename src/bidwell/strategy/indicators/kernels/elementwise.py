"""Bar by bar arithmetic, without memory."""

from __future__ import annotations

import math

from bidwell.strategy.indicators.graph import Array, kernel


@kernel(1)
def shift(x: Array, amount: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = x[i] + amount


@kernel(2)
def ratio(x: Array, y: Array, factor: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """`factor · x / y`, and 0 where y is 0."""
    for i in range(start, stop):
        zero = y[i] == 0.0
        out[i] = (0.0 if zero else factor * x[i]) / (1.0 if zero else y[i])


@kernel(2)
def quotient(x: Array, y: Array, factor: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """`factor · x / y`, and NaN where y is 0."""
    for i in range(start, stop):
        out[i] = math.nan if y[i] == 0.0 else factor * (x[i] / y[i])


@kernel(2)
def percent_gap(x: Array, y: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """`100 · (x − y) / y`, and 0 where y is 0."""
    for i in range(start, stop):
        zero = y[i] == 0.0
        out[i] = (0.0 if zero else 100.0 * (x[i] - y[i])) / (1.0 if zero else y[i])


@kernel(2)
def away(x: Array, y: Array, factor: float, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """`x + factor · y`."""
    for i in range(start, stop):
        out[i] = x[i] + factor * y[i]


@kernel(2)
def middle(x: Array, y: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = (x[i] + y[i]) / 2.0


@kernel(1)
def root(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = math.sqrt(x[i]) if x[i] > 0.0 else 0.0


@kernel(1)
def degrees(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = math.atan(x[i]) * (180.0 / math.pi)


@kernel(1)
def magnitude(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = abs(x[i])


@kernel(1)
def square(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = x[i] * x[i]


@kernel(1)
def squash(x: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """(eˣ − 1) / (eˣ + 1)."""
    for i in range(start, stop):
        e = math.exp(x[i])
        out[i] = (e - 1.0) / (e + 1.0) if e < math.inf else 1.0


@kernel(3)
def within(
    x: Array, low: Array, high: Array, factor: float, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """`factor · (x − low) / (high − low)`, and 0 where high equals low."""
    for i in range(start, stop):
        width = high[i] - low[i]
        flat = width == 0.0
        out[i] = (0.0 if flat else factor * (x[i] - low[i])) / (1.0 if flat else width)


@kernel(3)
def typical(high: Array, low: Array, close: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = (high[i] + low[i] + close[i]) / 3.0


@kernel(3)
def weighted(high: Array, low: Array, close: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = (high[i] + low[i] + close[i] * 2.0) / 4.0


@kernel(4)
def average(
    o: Array, high: Array, low: Array, close: Array, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    for i in range(start, stop):
        out[i] = (o[i] + high[i] + low[i] + close[i]) / 4.0


@kernel(4)
def balance(
    o: Array, high: Array, low: Array, close: Array, s: Array, start: int, stop: int, off: int, out: Array
) -> None:
    """(close − open) / (high − low), and 0 on a bar without range."""
    for i in range(start, stop):
        width = high[i] - low[i]
        flat = width <= 0.0
        out[i] = (0.0 if flat else close[i] - o[i]) / (1.0 if flat else width)


@kernel(2, 2)
def spread(
    high: Array, low: Array, width: float, s: Array, start: int, stop: int, off: int, upper: Array, lower: Array
) -> None:
    """The bar's edges of the acceleration bands: high·(1 + w·r) and low·(1 − w·r), r = (high − low)/(high + low)."""
    for i in range(start, stop):
        total = high[i] + low[i]
        if total == 0.0:
            upper[i] = high[i]
            lower[i] = low[i]
        else:
            r = width * (high[i] - low[i]) / total
            upper[i] = high[i] * (1.0 + r)
            lower[i] = low[i] * (1.0 - r)


@kernel(2)
def log_ratio(x: Array, y: Array, s: Array, start: int, stop: int, off: int, out: Array) -> None:
    """ln(x / y), and NaN where it has none."""
    for i in range(start, stop):
        out[i] = math.log(x[i] / y[i]) if x[i] > 0.0 and y[i] > 0.0 else math.nan
