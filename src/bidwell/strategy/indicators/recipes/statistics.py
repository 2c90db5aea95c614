"""Statistics over a moving window."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node
from bidwell.strategy.indicators.indicator import Period, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise, windows


@indicator("statistics", "TA-Lib LINEARREG")
def linreg(close: Node, period: Window = 14) -> Node:
    """Linear regression: the least-squares line over p bars, at its end (end-point moving average)."""
    slope, level = windows.regression(close, period)
    node: Node = elementwise.away(level, slope, float(period - 1))
    return node


@indicator("statistics", "TA-Lib TSF")
def tsf(close: Node, period: Window = 14) -> Node:
    """Time series forecast: the least-squares line over p bars, one bar ahead."""
    slope, level = windows.regression(close, period)
    node: Node = elementwise.away(level, slope, float(period))
    return node


@indicator("statistics", "TA-Lib LINEARREG_SLOPE")
def linreg_slope(close: Node, period: Window = 14) -> Node:
    """Slope per bar of the least-squares line over p bars."""
    slope, _ = windows.regression(close, period)
    node: Node = slope
    return node


@indicator("statistics", "TA-Lib LINEARREG_INTERCEPT")
def linreg_intercept(close: Node, period: Window = 14) -> Node:
    """The least-squares line over p bars, at its oldest bar."""
    _, level = windows.regression(close, period)
    node: Node = level
    return node


@indicator("statistics", "TA-Lib LINEARREG_ANGLE")
def linreg_angle(close: Node, period: Window = 14) -> Node:
    """Slope of the least-squares line as an angle in degrees."""
    slope, _ = windows.regression(close, period)
    node: Node = elementwise.degrees(slope)
    return node


@indicator("statistics", "Kaufman 2013")
def rsquared(close: Node, period: Window = 14) -> Node:
    """R² of the least-squares line over p bars; 0 where nothing moved."""
    slope, _ = windows.regression(close, period)
    _, variance = windows.moments(close, period)
    node: Node = windows.explained(slope, variance, period)
    return node


@indicator("statistics", "Kaufman 2013")
def zscore(close: Node, period: Window = 20) -> Node:
    """z-score: (x − mean) / population standard deviation over p bars; 0 where nothing deviates."""
    mean, variance = windows.moments(close, period)
    node: Node = elementwise.ratio(close - mean, elementwise.root(variance), 1.0)
    return node


@indicator("statistics", "TA-Lib CORREL")
def correl(x: Node, y: Node, period: Window = 30) -> Node:
    """Pearson correlation over p bars; 0 where either stands still."""
    node: Node = windows.correlation(x, y, period)
    return node


@indicator("statistics", "TA-Lib BETA")
def beta(x: Node, y: Node, period: Window = 5) -> Node:
    """Beta: the slope of the returns of y over those of x in p bars."""
    node: Node = windows.regression_beta(change.relative(x, 1, 1.0, 1.0), change.relative(y, 1, 1.0, 1.0), period)
    return node


@indicator("statistics", "TA-Lib MAX")
def highest(close: Node, period: Window = 30) -> Node:
    """Highest value over p bars."""
    node: Node = windows.highest(close, period)
    return node


@indicator("statistics", "TA-Lib MIN")
def lowest(close: Node, period: Window = 30) -> Node:
    """Lowest value over p bars."""
    node: Node = windows.lowest(close, period)
    return node


@indicator("statistics", "TA-Lib SUM")
def total(close: Node, period: Window = 30) -> Node:
    """Sum over p bars."""
    node: Node = averages.total(close, period)
    return node


@indicator("statistics", "backtrader PercentRank")
def percent_rank(close: Node, period: Window = 50) -> Node:
    """Share of the last p values, this one among them, that are below this one."""
    node: Node = windows.rank(close, period)
    return node


@indicator("statistics", "Kaufman 1995")
def efficiency(close: Node, period: Period = 10) -> Node:
    """Efficiency ratio: |x − x₋ₚ| over the sum of the p changes' sizes."""
    path = averages.total(elementwise.magnitude(change.difference(close, 1)), period)
    node: Node = elementwise.ratio(elementwise.magnitude(change.difference(close, period)), path, 1.0)
    return node


@indicator("statistics", "Sharpe, Journal of Portfolio Management 21, 1994; LEAN SharpeRatio")
def rolling_sharpe(close: Node, period: Window = 20) -> Node:
    """Mean over population standard deviation of the last p one-bar returns, not annualised."""
    mean, variance = windows.moments(change.relative(close, 1, 1.0, 1.0), period)
    node: Node = elementwise.ratio(mean, elementwise.root(variance), 1.0)
    return node
