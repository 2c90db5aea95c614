"""Bands and channels around the price."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node
from bidwell.strategy.indicators.indicator import Factor, Level, Period, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise, trend, windows
from bidwell.strategy.indicators.recipes.averages import exponential, mean, wilder


@indicator("bands", "Bollinger, Bollinger on Bollinger Bands, 2001; TA-Lib BBANDS", outputs="upper middle lower")
def bbands(close: Node, period: Window = 20, width: Level = 2.0) -> tuple[Node, ...]:
    """Bollinger bands: SMA ± width · population standard deviation over p bars."""
    bands: tuple[Node, ...] = windows.deviation_bands(close, period, width)
    return bands


@indicator("bands", "Raschke; StockCharts ChartSchool", outputs="upper middle lower")
def keltner(
    high: Node, low: Node, close: Node, period: Window = 20, width: Factor = 2.0, range_period: Period = 10
) -> tuple[Node, ...]:
    """Keltner channels: EMA of the close ± width · ATR(range_period)."""
    middle = exponential(close, period)
    reach = wilder(trend.true_range(high, low, close, 0), range_period)
    return elementwise.away(middle, reach, width), middle, elementwise.away(middle, reach, -width)


@indicator("bands", "Keltner, How to Make Money in Commodities, 1960", outputs="upper middle lower")
def keltner_simple(high: Node, low: Node, close: Node, period: Window = 20, width: Factor = 1.5) -> tuple[Node, ...]:
    """Keltner channels of the simple kind: SMA of the typical price ± width · SMA of the true range."""
    middle = mean(elementwise.typical(high, low, close), period)
    reach = mean(trend.true_range(high, low, close, 1), period)
    return elementwise.away(middle, reach, width), middle, elementwise.away(middle, reach, -width)


@indicator("bands", "Donchian; Curtis Faith, Way of the Turtle, 2007", outputs="upper middle lower")
def donchian(high: Node, low: Node, period: Period = 20) -> tuple[Node, ...]:
    """Donchian channel: highest high, lowest low and their middle over p bars, this one among them."""
    upper, lower = windows.channel(high, low, period)
    return upper, elementwise.middle(upper, lower), lower


@indicator("bands", "Stoller 1980s; Stock.Indicators STARC", outputs="upper middle lower")
def starc(
    high: Node, low: Node, close: Node, period: Window = 5, width: Factor = 2.0, range_period: Period = 10
) -> tuple[Node, ...]:
    """Stoller average range channel: SMA of the close ± width · ATR(range_period)."""
    middle = mean(close, period)
    reach = wilder(trend.true_range(high, low, close, 0), range_period)
    return elementwise.away(middle, reach, width), middle, elementwise.away(middle, reach, -width)


@indicator("bands", "Headley, Big Trends in Trading, 2002; TA-Lib ACCBANDS", outputs="upper middle lower")
def accbands(high: Node, low: Node, close: Node, period: Window = 20, width: Factor = 4.0) -> tuple[Node, ...]:
    """Acceleration bands: SMA of high·(1 + w·r) and low·(1 − w·r), r = (high − low)/(high + low), and of the close."""
    upper, lower = elementwise.spread(high, low, width)
    return mean(upper, period), mean(close, period), mean(lower, period)


@indicator("bands", "Hosoda 1969; StockCharts ChartSchool", outputs="conversion base span_a span_b")
def ichimoku(high: Node, low: Node, short: Window = 9, medium: Window = 26, long: Window = 52) -> tuple[Node, ...]:
    """Ichimoku: middles over 9 and 26 bars; the cloud as drawn at this bar, computed `medium` bars earlier."""
    conversion = elementwise.middle(*windows.channel(high, low, short))
    base = elementwise.middle(*windows.channel(high, low, medium))
    cloud = elementwise.middle(*windows.channel(high, low, long))
    return conversion, base, change.lag(elementwise.middle(conversion, base), medium), change.lag(cloud, medium)


@indicator("bands", "Wilder 1978; Stock.Indicators SuperTrend", outputs="line side")
def supertrend(high: Node, low: Node, close: Node, period: Period = 10, factor: Factor = 3.0) -> tuple[Node, ...]:
    """SuperTrend: (high + low)/2 ± factor · ATR, ratcheting; side is 1 above the line and −1 below."""
    reach = wilder(trend.true_range(high, low, close, 0), period)
    pair: tuple[Node, ...] = trend.super_trend(high, low, close, reach, factor)
    return pair


@indicator("bands", "Bollinger 2001")
def percent_b(close: Node, period: Window = 20, width: Factor = 2.0) -> Node:
    """%b: where the close stands in its Bollinger bands, 0 at the lower and 1 at the upper."""
    upper, _, lower = windows.deviation_bands(close, period, width)
    node: Node = elementwise.within(close, lower, upper, 1.0)
    return node


@indicator("bands", "Bollinger 2001")
def bandwidth(close: Node, period: Window = 20, width: Factor = 2.0) -> Node:
    """Bandwidth: (upper − lower) / middle of the Bollinger bands, in percent."""
    upper, middle, lower = windows.deviation_bands(close, period, width)
    node: Node = elementwise.ratio(upper - lower, middle, 100.0)
    return node


@indicator("bands", "LeBeau; StockCharts ChartSchool", outputs="long short")
def chandelier(high: Node, low: Node, close: Node, period: Period = 22, factor: Factor = 3.0) -> tuple[Node, ...]:
    """Chandelier exits: highest high − factor · ATR and lowest low + factor · ATR over p bars."""
    upper, lower = windows.channel(high, low, period)
    reach = wilder(trend.true_range(high, low, close, 0), period)
    return elementwise.away(upper, reach, -factor), elementwise.away(lower, reach, factor)


@indicator("bands", "Williams, Trading Chaos, 1995", outputs="jaw teeth lips")
def alligator(high: Node, low: Node) -> tuple[Node, ...]:
    """Alligator: Wilder averages of the mid price over 13, 8 and 5 bars, shown 8, 5 and 3 bars later."""
    middle = elementwise.middle(high, low)
    lines = ((13, 8), (8, 5), (5, 3))
    return tuple(change.lag(averages.exponential(middle, p, 1.0 / p), later) for p, later in lines)
