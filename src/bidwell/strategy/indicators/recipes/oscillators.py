"""Oscillators: where the price stands within its own range."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node, scaled
from bidwell.strategy.indicators.indicator import Period, Seed, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise, trend, windows
from bidwell.strategy.indicators.recipes.averages import exponential, mean


def stochastic(x: Node, high: Node, low: Node, period: int, factor: float = 100.0) -> Node:
    """Where x stands between the lowest low and the highest high."""
    upper, lower = windows.channel(high, low, period)
    node: Node = elementwise.within(x, lower, upper, factor)
    return node


@indicator("oscillators", "Lane 1950s; TA-Lib STOCH", outputs="k d")
def stoch(
    high: Node, low: Node, close: Node, period: Period = 14, smooth: Period = 3, signal: Period = 3
) -> tuple[Node, ...]:
    """Slow stochastic: %K = SMA of 100 · (close − lowest) / (highest − lowest), %D = SMA of %K."""
    k = mean(stochastic(close, high, low, period), smooth)
    return k, mean(k, signal)


@indicator("oscillators", "Lane 1950s; TA-Lib STOCHF", outputs="k d")
def stochf(high: Node, low: Node, close: Node, period: Period = 14, signal: Period = 3) -> tuple[Node, ...]:
    """Fast stochastic: %K unsmoothed and its SMA."""
    k = stochastic(close, high, low, period)
    return k, mean(k, signal)


@indicator("oscillators", "Chande and Kroll 1994; TA-Lib STOCHRSI", outputs="k d")
def stochrsi(
    close: Node, period: Window = 14, window: Period = 14, signal: Period = 3, smooth: Period = 1
) -> tuple[Node, ...]:
    """Stochastic RSI: where the RSI stands in its own range, in percent, and its SMA."""
    strength = change.wilder_balance(close, period, 0)
    k = stochastic(strength, strength, strength, window)
    if smooth > 1:
        k = mean(k, smooth)
    return k, mean(k, signal)


@indicator("oscillators", "Williams 1973; TA-Lib WILLR")
def willr(high: Node, low: Node, close: Node, period: Window = 14) -> Node:
    """Williams %R: −100 · (highest − close) / (highest − lowest)."""
    upper, lower = windows.channel(high, low, period)
    node: Node = elementwise.within(close, upper, lower, -100.0)
    return node


@indicator("oscillators", "Lambert, Commodities, 1980; TA-Lib CCI")
def cci(high: Node, low: Node, close: Node, period: Window = 20) -> Node:
    """Commodity channel index: (typical − SMA) / (0.015 · mean absolute deviation)."""
    node: Node = windows.deviation_index(elementwise.typical(high, low, close), period)
    return node


@indicator("oscillators", "Williams, Stocks & Commodities 3:4, 1985; TA-Lib ULTOSC")
def ultosc(high: Node, low: Node, close: Node, short: Period = 7, medium: Period = 14, long: Period = 28) -> Node:
    """Ultimate oscillator: buying pressure over true range in three windows, weighted 4 : 2 : 1, in percent."""
    node: Node = trend.ultimate(high, low, close, short, medium, long)
    return node


@indicator("oscillators", "Williams, Trading Chaos, 1995")
def awesome(high: Node, low: Node, fast: Period = 5, slow: Period = 34) -> Node:
    """Awesome oscillator: SMA(fast) − SMA(slow) of the mid price."""
    middle = elementwise.middle(high, low)
    return mean(middle, fast) - mean(middle, slow)


@indicator("oscillators", "Williams 1995")
def accelerator(high: Node, low: Node, fast: Period = 5, slow: Period = 34, period: Period = 5) -> Node:
    """Accelerator oscillator: the awesome oscillator less its SMA."""
    middle = elementwise.middle(high, low)
    line = mean(middle, fast) - mean(middle, slow)
    return line - mean(line, period)


@indicator("oscillators", "Blau 1995; Stock.Indicators SMI", outputs="smi signal")
def smi(
    high: Node,
    low: Node,
    close: Node,
    period: Period = 13,
    first: Period = 25,
    second: Period = 2,
    signal: Period = 3,
    seed: Seed = "first",
) -> tuple[Node, ...]:
    """Stochastic momentum index: 100 · double EMA of the distance to mid range / half the double EMA of the range."""
    upper, lower = windows.channel(high, low, period)
    distance = close - elementwise.middle(upper, lower)
    above = exponential(exponential(distance, first, seed), second, seed)
    below = exponential(exponential(upper - lower, first, seed), second, seed)
    line = elementwise.ratio(above, below, 200.0)
    return line, exponential(line, signal, seed)


@indicator("oscillators", "Ehlers, Stocks & Commodities 20:11, 2002", outputs="fisher trigger")
def fisher(high: Node, low: Node, period: Period = 10) -> tuple[Node, ...]:
    """Fisher transform of the mid price's place in its range, smoothed by 0.67 and 0.5; the value before it."""
    middle = elementwise.middle(high, low)
    upper, lower = windows.channel(middle, middle, period)
    line = change.fisher(middle, lower, upper)
    return line, change.lag(line, 1)


@indicator("oscillators", "Schaff 1999")
def stc(
    close: Node, fast: Window = 23, slow: Window = 50, cycle: Window = 10, smooth: Period = 3, seed: Seed = "first"
) -> Node:
    """Schaff trend cycle: the stochastic of MACD, smoothed, and the stochastic of that, smoothed (EMA of 3)."""
    line = exponential(close, fast, seed) - exponential(close, slow, seed)
    once = exponential(stochastic(line, line, line, cycle), smooth, seed)
    return exponential(stochastic(once, once, once, cycle), smooth, seed)


@indicator("oscillators", "Leibfarth, Stocks & Commodities 26:8, 2008; LEAN PremierStochasticOscillator")
def premier(high: Node, low: Node, close: Node, period: Period = 8, smooth: Period = 5) -> Node:
    """Premier stochastic: (eˢ − 1)/(eˢ + 1) of the double EMA s of 0.1 · (%K − 50)."""
    k = elementwise.shift(stochastic(close, high, low, period), -50.0)
    node: Node = elementwise.squash(exponential(exponential(0.1 * k, smooth), smooth))
    return node


@indicator("oscillators", "Livshin, Stocks & Commodities 19:8, 2001; TA-Lib BOP")
def bop(open_: Node, high: Node, low: Node, close: Node) -> Node:
    """Balance of power: (close − open) / (high − low), 0 on a bar without range."""
    node: Node = elementwise.balance(open_, high, low, close)
    return node


@indicator("oscillators", "Chande; TA-Lib IMI")
def imi(open_: Node, close: Node, period: Window = 14) -> Node:
    """Intraday momentum index: 100 · Σ rises / Σ (rises + falls) of close over open."""
    body = close - open_
    size = elementwise.magnitude(body)
    both = averages.total(size, period)
    node: Node = elementwise.ratio(averages.total(elementwise.middle(body, size), period), both, 100.0)
    return node


@indicator("oscillators", "Varadi 2009; backtrader DV2")
def dv2(high: Node, low: Node, close: Node, period: Period = 252, smooth: Period = 2) -> Node:
    """DV2: the percent rank over p bars of the mean over 2 bars of close / mid price."""
    place = mean(elementwise.ratio(close, elementwise.middle(high, low), 1.0), smooth)
    node: Node = scaled(windows.rank(place, period), 100.0)
    return node


@indicator("oscillators", "McClellan 1969", outputs="oscillator summation")
def mcclellan(difference: Node, fast: Window = 19, slow: Window = 39) -> tuple[Node, ...]:
    """McClellan oscillator and summation index of advances less declines: EMA(fast) − EMA(slow), and its sum."""
    line = exponential(difference, fast, "first") - exponential(difference, slow, "first")
    return line, averages.accumulate(line)


@indicator("oscillators", "Elder, Come Into My Trading Room, 2002", outputs="bull bear")
def elder_ray(high: Node, low: Node, close: Node, period: Period = 13) -> tuple[Node, ...]:
    """Elder ray: high − EMA and low − EMA of the close."""
    middle = exponential(close, period)
    return high - middle, low - middle


@indicator("oscillators", "LEAN InternalBarStrength")
def ibs(high: Node, low: Node, close: Node) -> Node:
    """Internal bar strength: (close − low) / (high − low), 0 on a bar without range."""
    node: Node = elementwise.within(close, low, high, 1.0)
    return node
