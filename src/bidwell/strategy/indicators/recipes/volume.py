"""Volume: turnover weighed by what the price did."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node
from bidwell.strategy.indicators.indicator import Factor, Period, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise
from bidwell.strategy.indicators.kernels import volume as loops
from bidwell.strategy.indicators.kernels.averages import span
from bidwell.strategy.indicators.recipes.averages import exponential, mean


@indicator("volume", "Granville, New Key to Stock Market Profits, 1963; TA-Lib OBV")
def obv(close: Node, volume: Node) -> Node:
    """On-balance volume: from the first volume, plus volume on rises, minus volume on falls."""
    node: Node = averages.accumulate(loops.signed(close, volume, 0))
    return node


@indicator("volume", "Granville 1963; StockCharts ChartSchool")
def obv_zero(close: Node, volume: Node) -> Node:
    """On-balance volume that begins at 0."""
    node: Node = averages.accumulate(loops.signed(close, volume, 1))
    return node


@indicator("volume", "Chaikin; TA-Lib AD")
def ad(high: Node, low: Node, close: Node, volume: Node) -> Node:
    """Accumulation/distribution line: Σ ((close − low) − (high − close)) / (high − low) · volume."""
    node: Node = loops.accumulated_flow(high, low, close, volume)
    return node


@indicator("volume", "Chaikin; TA-Lib ADOSC")
def adosc(high: Node, low: Node, close: Node, volume: Node, fast: Window = 3, slow: Window = 10) -> Node:
    """Chaikin oscillator: EMA(fast) − EMA(slow) of the accumulation line, both from its first value."""
    node: Node = loops.accumulation_oscillator(high, low, close, volume, fast, slow, span(fast), span(slow))
    return node


@indicator("volume", "Chaikin; Stock.Indicators ChaikinOsc")
def adosc_mean(high: Node, low: Node, close: Node, volume: Node, fast: Window = 3, slow: Window = 10) -> Node:
    """Chaikin oscillator of averages that are seeded with means."""
    line = averages.accumulate(loops.flow(high, low, close, volume))
    return exponential(line, fast) - exponential(line, slow)


@indicator("volume", "Chaikin; StockCharts ChartSchool")
def cmf(high: Node, low: Node, close: Node, volume: Node, period: Period = 20) -> Node:
    """Chaikin money flow: Σ multiplier · volume / Σ volume over p bars."""
    flow = loops.flow(high, low, close, volume)
    node: Node = elementwise.ratio(averages.total(flow, period), averages.total(volume, period), 1.0)
    return node


@indicator("volume", "Quong and Soudack, Stocks & Commodities 7:3, 1989; TA-Lib MFI")
def mfi(high: Node, low: Node, close: Node, volume: Node, period: Window = 14) -> Node:
    """Money flow index: share in percent of typical price · volume of rising bars over p bars."""
    up, down = loops.turnover(high, low, close, volume)
    node: Node = loops.flow_share(up, down, period)
    return node


@indicator("volume", "Klinger, Stocks & Commodities 15:12, 1997; Stock.Indicators KVO", outputs="kvo signal")
def kvo(
    high: Node, low: Node, close: Node, volume: Node, fast: Window = 34, slow: Window = 55, signal: Period = 13
) -> tuple[Node, ...]:
    """Klinger volume oscillator: EMA(fast) − EMA(slow) of the volume force, and its EMA."""
    force = loops.klinger_force(high, low, close, volume)
    line = exponential(force, fast) - exponential(force, slow)
    return line, exponential(line, signal)


@indicator("volume", "Elder, Trading for a Living, 1993")
def force(close: Node, volume: Node, period: Period = 13) -> Node:
    """Force index: the EMA of the change in close times volume."""
    moved = change.difference(close, 1)
    return exponential(moved * volume, period)


@indicator("volume", "Arms; StockCharts ChartSchool")
def eom(high: Node, low: Node, volume: Node, period: Period = 14, divisor: Factor = 100_000_000.0) -> Node:
    """Ease of movement: the SMA of Δ mid price · range · divisor / volume."""
    return mean(loops.ease(high, low, volume, divisor), period)


@indicator("volume", "Murphy 1999; StockCharts ChartSchool")
def vpt(close: Node, volume: Node) -> Node:
    """Volume price trend: Σ volume · change in close as a fraction, from the second bar."""
    node: Node = averages.accumulate(change.relative(close, 1, 1.0, 1.0) * volume)
    return node


@indicator("volume", "Williams, How I Made One Million Dollars, 1979")
def williams_ad(high: Node, low: Node, close: Node) -> Node:
    """Williams accumulation: Σ close − true low on rises, close − true high on falls."""
    node: Node = loops.williams(high, low, close)
    return node


@indicator("volume", "Fosback, Stock Market Logic, 1976", outputs="positive negative")
def volume_indices(close: Node, volume: Node) -> tuple[Node, ...]:
    """Positive and negative volume index: compounded returns of bars whose volume rose, or fell, from 1000."""
    pair: tuple[Node, ...] = loops.volume_indices(close, volume)
    return pair


@indicator("volume", "Granville 1963; LEAN SmoothedOnBalanceVolume")
def obv_mean(close: Node, volume: Node, period: Period = 20) -> Node:
    """On-balance volume smoothed with a simple average."""
    return mean(averages.accumulate(loops.signed(close, volume, 0)), period)
