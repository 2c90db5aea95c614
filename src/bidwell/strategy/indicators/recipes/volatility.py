"""Volatility: range, deviation and drawdown over a window."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node
from bidwell.strategy.indicators.indicator import Factor, Period, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise, trend, windows
from bidwell.strategy.indicators.recipes.averages import mean


@indicator("volatility", "Wilder 1978; TA-Lib TRANGE")
def trange(high: Node, low: Node, close: Node) -> Node:
    """True range: max(high, close₋₁) − min(low, close₋₁)."""
    node: Node = trend.true_range(high, low, close, 0)
    return node


@indicator("volatility", "Wilder 1978; TA-Lib ATR")
def atr(high: Node, low: Node, close: Node, period: Period = 14) -> Node:
    """Average true range: Wilder's average, from the mean of the true ranges of bars 1 … p."""
    node: Node = trend.average_true_range(high, low, close, period)
    return node


@indicator("volatility", "Wilder 1978; StockCharts ChartSchool")
def atr_early(high: Node, low: Node, close: Node, period: Period = 14) -> Node:
    """Average true range that counts the first bar's own range as its true range."""
    node: Node = averages.exponential(trend.true_range(high, low, close, 1), period, 1.0 / period)
    return node


@indicator("volatility", "Forman, Stocks & Commodities 24:5, 2006; TA-Lib NATR")
def natr(high: Node, low: Node, close: Node, period: Period = 14) -> Node:
    """Normalised ATR: 100 · ATR / close."""
    node: Node = elementwise.ratio(trend.average_true_range(high, low, close, period), close, 100.0)
    return node


@indicator("volatility", "TA-Lib STDDEV")
def stddev(close: Node, period: Window = 20, width: Factor = 1.0) -> Node:
    """Population standard deviation over p bars, times width."""
    _, variance = windows.moments(close, period)
    node: Node = elementwise.root(variance)
    return node if width == 1.0 else width * node


@indicator("volatility", "TA-Lib VAR")
def var(close: Node, period: Window = 20) -> Node:
    """Population variance over p bars."""
    _, variance = windows.moments(close, period)
    node: Node = variance
    return node


@indicator("volatility", "TA-Lib AVGDEV")
def avgdev(close: Node, period: Window = 14) -> Node:
    """Mean absolute deviation over p bars."""
    node: Node = windows.mean_deviation(close, period)
    return node


@indicator("volatility", "Martin and McCann, The Investor's Guide to Fidelity Funds, 1989")
def ulcer(close: Node, period: Period = 14) -> Node:
    """Ulcer index: root mean square of the percent drawdown from the window's highest value so far."""
    node: Node = change.ulcer(close, period)
    return node


@indicator("volatility", "Hull, Options, Futures and Other Derivatives, 2017")
def historical_volatility(close: Node, period: Window = 20, bars_per_year: Factor = 252.0) -> Node:
    """Annualised volatility: population standard deviation of log returns over p bars · √bars per year, as a fraction."""
    _, variance = windows.moments(change.logarithm(close, 1), period)
    node: Node = elementwise.root(variance)
    scaled: Node = float(bars_per_year) ** 0.5 * node
    return scaled


@indicator("volatility", "Parkinson, Journal of Business 53, 1980")
def parkinson(high: Node, low: Node, period: Period = 20) -> Node:
    """Parkinson volatility of a bar: √(mean of ln(high/low)² / (4 ln 2))."""
    spread = elementwise.log_ratio(high, low)
    node: Node = elementwise.root(0.36067376022224085 * mean(spread * spread, period))
    return node


@indicator("volatility", "Chaikin; Kaufman 2013")
def chaikin_volatility(high: Node, low: Node, period: Period = 10, change_period: Period = 10) -> Node:
    """Chaikin volatility: the rate of change in percent of the EMA of the range."""
    ranged = averages.exponential(high - low, period, averages.span(period))
    node: Node = change.relative(ranged, change_period, 100.0, 1.0)
    return node
