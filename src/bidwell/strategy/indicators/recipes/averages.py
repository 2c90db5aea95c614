"""Moving averages of one series, and those that weigh it with volume."""

from __future__ import annotations

import math
from typing import Literal

from bidwell.strategy.indicators.graph import Node, scaled
from bidwell.strategy.indicators.indicator import Factor, Level, Period, Seed, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise, windows
from bidwell.strategy.indicators.kernels.averages import span


def smoothed(x: Node, period: int, alpha: float, seed: str) -> Node:
    """An exponential average seeded with the mean of the first `period` values, or with the first value."""
    node: Node = averages.exponential(x, period, alpha) if seed == "mean" else averages.from_first(x, alpha)
    return node


def exponential(x: Node, period: int, seed: str = "mean") -> Node:
    """The exponential average with the factor 2 / (period + 1)."""
    return smoothed(x, period, span(period), seed)


def wilder(x: Node, period: int) -> Node:
    """Wilder's average: the factor 1 / period, from the mean of the first `period` values."""
    node: Node = averages.exponential(x, period, 1.0 / period)
    return node


def mean(x: Node, period: int) -> Node:
    """The simple average."""
    node: Node = averages.simple(x, period)
    return node


@indicator("averages", "Murphy, Technical Analysis of the Financial Markets, 1999; TA-Lib SMA")
def sma(close: Node, period: Period = 30) -> Node:
    """Simple moving average: the mean of the last `period` values."""
    return mean(close, period)


@indicator("averages", "Murphy 1999; TA-Lib EMA")
def ema(close: Node, period: Period = 30, seed: Seed = "mean") -> Node:
    """Exponential moving average: e = e₋₁ + 2/(p+1)·(x − e₋₁), from the mean of the first p values or the first."""
    return exponential(close, period, seed)


@indicator("averages", "Murphy 1999; TA-Lib WMA")
def wma(close: Node, period: Period = 30) -> Node:
    """Linearly weighted moving average: weights 1 … p, the newest heaviest, over p(p+1)/2."""
    node: Node = averages.linear(close, period)
    return node


@indicator("averages", "Wilder, New Concepts in Technical Trading Systems, 1978")
def rma(close: Node, period: Period = 14) -> Node:
    """Wilder's smoothing (SMMA): e = e₋₁ + (x − e₋₁)/p, from the mean of the first p values."""
    node: Node = averages.exponential(close, period, 1.0 / period)
    return node


@indicator("averages", "Mulloy, Stocks & Commodities 12:1, 1994; TA-Lib DEMA")
def dema(close: Node, period: Period = 30) -> Node:
    """Double exponential moving average: 2·e₁ − e₂, where e₂ is the EMA of the EMA e₁."""
    node: Node = averages.double(close, period, span(period))
    return node


@indicator("averages", "Mulloy, Stocks & Commodities 12:2, 1994; TA-Lib TEMA")
def tema(close: Node, period: Period = 30) -> Node:
    """Triple exponential moving average: 3·e₁ − 3·e₂ + e₃."""
    value, _ = averages.triple(close, period, span(period))
    node: Node = value
    return node


@indicator("averages", "TA-Lib TRIMA")
def trima(close: Node, period: Period = 30) -> Node:
    """Triangular moving average: the SMA over ⌈(p+1)/2⌉ of the SMA over ⌊(p+1)/2⌋."""
    half = (period + 1) // 2
    node: Node = averages.triangular(close, half, period + 1 - half)
    return node


@indicator("averages", "Kaufman, Smarter Trading, 1995; TA-Lib KAMA")
def kama(close: Node, period: Window = 30, fast: Period = 2, slow: Period = 30) -> Node:
    """Kaufman's adaptive average: smoothing (ER·(2/(f+1) − 2/(s+1)) + 2/(s+1))², ER = |net change| / path."""
    node: Node = averages.adaptive(close, period, span(fast), span(slow), 0)
    return node


@indicator("averages", "Tillson, Stocks & Commodities 16:1, 1998; TA-Lib T3")
def t3(close: Node, period: Window = 5, factor: Level = 0.7) -> Node:
    """Tillson's average: −v³·e₆ + 3(v²+v³)·e₅ − (6v²+3v+3v³)·e₄ + (1+3v+v³+3v²)·e₃ of six nested EMAs."""
    node: Node = averages.tillson(close, period, span(period), factor)
    return node


@indicator("averages", "Hull, alanhull.com, 2005")
def hma(close: Node, period: Window = 20) -> Node:
    """Hull moving average: WMA over √p of 2·WMA(p/2) − WMA(p)."""
    half = averages.linear(close, max(1, period // 2))
    node: Node = averages.linear(2.0 * half - averages.linear(close, period), max(1, math.isqrt(period)))
    return node


@indicator("averages", "Legoux and Kouzis-Loukas 2009")
def alma(close: Node, period: Window = 9, offset: Level = 0.85, sigma: Factor = 6.0) -> Node:
    """Arnaud Legoux moving average: a Gaussian window around offset·(p − 1) with the width p/sigma."""
    node: Node = averages.gaussian(close, period, offset, sigma)
    return node


@indicator("averages", "Ehlers and Way, Stocks & Commodities 28:11, 2010")
def zlema(close: Node, period: Window = 20) -> Node:
    """Zero-lag EMA: the EMA of x + (x − x₋ₗ), l = (p − 1)/2."""
    return exponential(averages.unlagged(close, (period - 1) // 2), period)


@indicator("averages", "Chande, Stocks & Commodities 10:3, 1992")
def vidya(close: Node, period: Window = 9, momentum: Literal["sum", "wilder"] = "sum") -> Node:
    """Variable index dynamic average: 2/(p+1)·|CMO| of each bar is taken, CMO of sums over p bars or Wilder's."""
    if momentum == "wilder":
        index = scaled(change.wilder_balance(close, period, 1), 0.01)
    else:
        gain, loss = change.gain_loss(close, 0)
        up, down = averages.total(gain, period), averages.total(loss, period)
        index = elementwise.ratio(up - down, up + down, 1.0)
    node: Node = averages.varying(close, index, span(period))
    return node


@indicator("averages", "McGinley, Technical Analyst 1991")
def mcginley(close: Node, period: Period = 14, factor: Factor = 0.6) -> Node:
    """McGinley dynamic: d = d₋₁ + (x − d₋₁) / (k·p·(x/d₋₁)⁴), from the first value."""
    node: Node = averages.dynamic(close, period, factor)
    return node


@indicator("averages", "Kaufman, Trading Systems and Methods, 2013")
def vwma(close: Node, volume: Node, period: Period = 20) -> Node:
    """Volume-weighted moving average: Σ x·v / Σ v over p bars; NaN where nothing was turned over."""
    node: Node = elementwise.quotient(averages.total(close * volume, period), averages.total(volume, period), 1.0)
    return node


@indicator("averages", "Berkowitz, Logue and Noser, Journal of Finance 43, 1988")
def vwap(high: Node, low: Node, close: Node, volume: Node) -> Node:
    """Volume-weighted average price since the first bar: Σ typical·v / Σ v; put a NaN between sessions to restart."""
    typical = elementwise.typical(high, low, close)
    bought = averages.accumulate(typical * volume)
    node: Node = elementwise.quotient(bought, averages.accumulate(volume), 1.0)
    return node


@indicator("averages", "Appel; StockCharts ChartSchool", outputs="upper middle lower")
def envelope(close: Node, period: Period = 20, percent: Factor = 2.5) -> tuple[Node, ...]:
    """Envelope: the SMA and percent % above and below it."""
    middle = mean(close, period)
    return (1.0 + percent / 100.0) * middle, middle, (1.0 - percent / 100.0) * middle


@indicator("averages", "TA-Lib MIDPOINT")
def midpoint(close: Node, period: Window = 14) -> Node:
    """Midpoint: half of highest plus lowest value over p bars."""
    upper, lower = windows.channel(close, close, period)
    node: Node = elementwise.middle(upper, lower)
    return node


@indicator("averages", "TA-Lib MIDPRICE")
def midprice(high: Node, low: Node, period: Window = 14) -> Node:
    """Midprice: half of highest high plus lowest low over p bars."""
    upper, lower = windows.channel(high, low, period)
    node: Node = elementwise.middle(upper, lower)
    return node
