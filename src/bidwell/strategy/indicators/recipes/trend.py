"""Trend: directional movement, Aroon, stops and cycles."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node
from bidwell.strategy.indicators.indicator import Factor, Period, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, cycles, elementwise, trend, windows
from bidwell.strategy.indicators.recipes.averages import exponential


@indicator("trend", "Wilder 1978; TA-Lib ADX")
def adx(high: Node, low: Node, close: Node, period: Window = 14) -> Node:
    """Average directional index: Wilder's average of DX."""
    _, _, index = trend.directional(high, low, close, period)
    node: Node = averages.exponential(index, period, 1.0 / period)
    return node


@indicator("trend", "Wilder 1978; TA-Lib ADXR")
def adxr(high: Node, low: Node, close: Node, period: Window = 14) -> Node:
    """ADX rating: the mean of ADX now and p − 1 bars ago."""
    _, _, index = trend.directional(high, low, close, period)
    line = averages.exponential(index, period, 1.0 / period)
    node: Node = elementwise.middle(line, change.lag(line, period - 1))
    return node


@indicator("trend", "Wilder 1978; TA-Lib DX")
def dx(high: Node, low: Node, close: Node, period: Window = 14) -> Node:
    """Directional index: 100 · |+DI − −DI| / (+DI + −DI); the last value where both are 0."""
    _, _, index = trend.directional(high, low, close, period)
    node: Node = index
    return node


@indicator("trend", "Wilder 1978; TA-Lib PLUS_DI and MINUS_DI", outputs="plus minus")
def di(high: Node, low: Node, close: Node, period: Window = 14) -> tuple[Node, ...]:
    """Directional indicators +DI and −DI: Wilder sums of directional movement over those of true range, in percent."""
    plus, minus, _ = trend.directional(high, low, close, period)
    return plus, minus


@indicator("trend", "Wilder 1978; TA-Lib PLUS_DM and MINUS_DM", outputs="plus minus")
def dm(high: Node, low: Node, period: Period = 14) -> tuple[Node, ...]:
    """Directional movement +DM and −DM in Wilder sums."""
    pair: tuple[Node, ...] = trend.moves(high, low) if period == 1 else trend.movement(high, low, period)
    return pair


@indicator("trend", "Chande 1995; TA-Lib AROON", outputs="down up")
def aroon(high: Node, low: Node, period: Window = 14) -> tuple[Node, ...]:
    """Aroon: 100 · (p − bars since the extreme) / p over p + 1 bars, for the lowest low and the highest high."""
    up, down = windows.since_extremes(high, low, period)
    return down, up


@indicator("trend", "Chande 1995; TA-Lib AROONOSC")
def aroonosc(high: Node, low: Node, period: Window = 14) -> Node:
    """Aroon oscillator: up less down."""
    up, down = windows.since_extremes(high, low, period)
    node: Node = up - down
    return node


@indicator("trend", "Wilder 1978; TA-Lib SAR")
def sar(high: Node, low: Node, step: Factor = 0.02, limit: Factor = 0.2) -> Node:
    """Parabolic stop and reverse: s + a·(extreme − s), a growing by `step` with every new extreme up to `limit`."""
    node: Node = trend.parabolic(high, low, step, limit)
    return node


@indicator("trend", "Botes and Siepman, Stocks & Commodities 28:1, 2010", outputs="plus minus")
def vortex(high: Node, low: Node, close: Node, period: Window = 14) -> tuple[Node, ...]:
    """Vortex: Σ |high − low₋₁| and Σ |low − high₋₁| over Σ true range."""
    reach = averages.total(trend.true_range(high, low, close, 0), period)
    up = averages.total(elementwise.magnitude(high - change.lag(low, 1)), period)
    down = averages.total(elementwise.magnitude(low - change.lag(high, 1)), period)
    return elementwise.ratio(up, reach, 1.0), elementwise.ratio(down, reach, 1.0)


@indicator("trend", "Dorsey, Stocks & Commodities 10:6, 1992")
def mass(high: Node, low: Node, period: Period = 25, smooth: Period = 9) -> Node:
    """Mass index: Σ over p bars of EMA(range) / EMA(EMA(range))."""
    once = exponential(high - low, smooth)
    node: Node = averages.total(elementwise.ratio(once, exponential(once, smooth), 1.0), period)
    return node


@indicator("trend", "Dreiss; Stock.Indicators CHOP")
def chop(high: Node, low: Node, close: Node, period: Window = 14) -> Node:
    """Choppiness index: 100 · log₁₀(Σ TR / (highest true high − lowest true low)) / log₁₀ p."""
    above, below = trend.true_edges(high, low, close)
    node: Node = trend.choppiness(above, below, trend.true_range(high, low, close, 0), period)
    return node


@indicator("trend", "Dreiss; LEAN ChoppinessIndex")
def chop_plain(high: Node, low: Node, close: Node, period: Window = 14) -> Node:
    """Choppiness index over highs and lows: 100 · log₁₀(Σ TR / (highest − lowest)) / log₁₀ p."""
    node: Node = trend.choppiness(high, low, trend.true_range(high, low, close, 1), period)
    return node


@indicator("trend", "Ehlers, Stocks & Commodities 19:9, 2001; TA-Lib MAMA", outputs="mama fama")
def mama(close: Node, fast: Factor = 0.5, slow: Factor = 0.05) -> tuple[Node, ...]:
    """MESA adaptive average: smoothing follows the phase of a Hilbert transform, between `slow` and `fast`."""
    pair: tuple[Node, ...] = cycles.mesa(close, fast, slow)
    return pair
