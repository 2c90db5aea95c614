"""Momentum: how far and how fast a series has moved."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node, scaled
from bidwell.strategy.indicators.indicator import Factor, Period, Seed, Window, indicator
from bidwell.strategy.indicators.kernels import averages, change, elementwise, windows
from bidwell.strategy.indicators.kernels.averages import span
from bidwell.strategy.indicators.recipes.averages import exponential, mean, smoothed


@indicator("momentum", "Wilder 1978; TA-Lib RSI")
def rsi(close: Node, period: Window = 14) -> Node:
    """Relative strength index: 100 · u / (u + d) of Wilder averages of rises and falls; 0 where nothing moved."""
    node: Node = change.wilder_balance(close, period, 0)
    return node


@indicator("momentum", "StockCharts ChartSchool; pandas ewm, adjust=False")
def rsi_ewm(close: Node, period: Window = 14) -> Node:
    """RSI whose averages of rises and falls grow from 0 at the first bar instead of the mean of p changes."""
    gain, loss = change.gain_loss(close, 1)
    up = averages.from_first(gain, 1.0 / period)
    down = averages.from_first(loss, 1.0 / period)
    node: Node = elementwise.ratio(up, up + down, 100.0)
    return node


@indicator("momentum", "Chande and Kroll, The New Technical Trader, 1994; TA-Lib CMO")
def cmo(close: Node, period: Window = 14) -> Node:
    """Chande momentum oscillator of Wilder averages, as TA-Lib has it: 100 · (u − d) / (u + d)."""
    node: Node = change.wilder_balance(close, period, 1)
    return node


@indicator("momentum", "Chande and Kroll 1994")
def cmo_sum(close: Node, period: Window = 14) -> Node:
    """Chande momentum oscillator of plain sums over p changes, as Chande wrote it."""
    gain, loss = change.gain_loss(close, 0)
    up, down = averages.total(gain, period), averages.total(loss, period)
    node: Node = elementwise.ratio(up - down, up + down, 100.0)
    return node


@indicator("momentum", "Appel 1979; TA-Lib MACD", outputs="macd signal histogram")
def macd(close: Node, fast: Window = 12, slow: Window = 26, signal: Period = 9) -> tuple[Node, ...]:
    """MACD: EMA(fast) − EMA(slow), both seeded at the slow one's first bar; its EMA; their difference."""
    three: tuple[Node, ...] = change.convergence(close, fast, slow, signal, span(fast), span(slow), span(signal))
    return three


@indicator("momentum", "Appel 1979; StockCharts ChartSchool", outputs="macd signal histogram")
def macd_ewm(close: Node, fast: Window = 12, slow: Window = 26, signal: Period = 9) -> tuple[Node, ...]:
    """MACD of averages that grow from their first value, as spreadsheets and pandas have it."""
    line = exponential(close, fast, "first") - exponential(close, slow, "first")
    mark = exponential(line, signal, "first")
    return line, mark, line - mark


@indicator("momentum", "TA-Lib APO")
def apo(close: Node, fast: Window = 12, slow: Window = 26, seed: Seed = "mean") -> Node:
    """Absolute price oscillator: EMA(fast) − EMA(slow)."""
    return exponential(close, fast, seed) - exponential(close, slow, seed)


@indicator("momentum", "Appel; TA-Lib PPO", outputs="ppo signal histogram")
def ppo(close: Node, fast: Window = 12, slow: Window = 26, signal: Period = 9, seed: Seed = "mean") -> tuple[Node, ...]:
    """Percentage price oscillator: 100 · (EMA(fast) − EMA(slow)) / EMA(slow), its EMA and their difference."""
    line = elementwise.percent_gap(exponential(close, fast, seed), exponential(close, slow, seed))
    mark = exponential(line, signal, seed)
    return line, mark, line - mark


@indicator("momentum", "StockCharts ChartSchool", outputs="pvo signal histogram")
def pvo(
    volume: Node, fast: Window = 12, slow: Window = 26, signal: Period = 9, seed: Seed = "mean"
) -> tuple[Node, ...]:
    """Percentage volume oscillator: the PPO of volume."""
    line = elementwise.percent_gap(exponential(volume, fast, seed), exponential(volume, slow, seed))
    mark = exponential(line, signal, seed)
    return line, mark, line - mark


@indicator("momentum", "TA-Lib MOM")
def mom(close: Node, period: Period = 10) -> Node:
    """Momentum: x − x₋ₚ."""
    node: Node = change.difference(close, period)
    return node


@indicator("momentum", "TA-Lib ROC")
def roc(close: Node, period: Period = 10) -> Node:
    """Rate of change in percent: 100 · (x / x₋ₚ − 1)."""
    node: Node = change.relative(close, period, 100.0, 1.0)
    return node


@indicator("momentum", "TA-Lib ROCP")
def rocp(close: Node, period: Period = 10) -> Node:
    """Rate of change as a fraction: x / x₋ₚ − 1."""
    node: Node = change.relative(close, period, 1.0, 1.0)
    return node


@indicator("momentum", "TA-Lib ROCR")
def rocr(close: Node, period: Period = 10) -> Node:
    """Rate of change as a ratio: x / x₋ₚ."""
    node: Node = change.relative(close, period, 1.0, 0.0)
    return node


@indicator("momentum", "Hutson, Stocks & Commodities 1:5, 1983; TA-Lib TRIX")
def trix(close: Node, period: Period = 30) -> Node:
    """TRIX: the change in percent from bar to bar of an EMA of an EMA of an EMA."""
    node: Node = averages.triple_change(close, period, span(period))
    return node


@indicator("momentum", "Blau, Momentum, Direction and Divergence, 1995", outputs="tsi signal")
def tsi(
    close: Node, long: Period = 25, short: Period = 13, signal: Period = 7, seed: Seed = "mean"
) -> tuple[Node, ...]:
    """True strength index: 100 · double EMA of changes / double EMA of their sizes, and its EMA."""
    moved = change.difference(close, 1)
    above = exponential(exponential(moved, long, seed), short, seed)
    below = exponential(exponential(elementwise.magnitude(moved), long, seed), short, seed)
    line = elementwise.ratio(above, below, 100.0)
    return line, exponential(line, signal, seed)


@indicator("momentum", "Coppock, Barron's, 1962")
def coppock(close: Node, short: Period = 11, long: Period = 14, period: Period = 10) -> Node:
    """Coppock curve: the WMA of ROC(short) + ROC(long), in percent."""
    both = change.relative(close, short, 100.0, 1.0) + change.relative(close, long, 100.0, 1.0)
    node: Node = averages.linear(both, period)
    return node


@indicator("momentum", "Pring, Stocks & Commodities 10:9, 1992", outputs="kst signal")
def kst(close: Node, signal: Period = 9, last: Period = 15) -> tuple[Node, ...]:
    """Know sure thing: SMAs over 10, 10, 10, `last` of ROC over 10, 15, 20, 30, weighted 1 to 4, and the sum's SMA."""
    parts = [mean(change.relative(close, p, 100.0, 1.0), q) for p, q in ((10, 10), (15, 10), (20, 10), (30, last))]
    line = parts[0] + 2.0 * parts[1] + 3.0 * parts[2] + 4.0 * parts[3]
    return line, mean(line, signal)


@indicator("momentum", "Swenlin, DecisionPoint; Stock.Indicators PMO", outputs="pmo signal")
def pmo(close: Node, first: Window = 35, second: Window = 20, signal: Window = 10) -> tuple[Node, ...]:
    """Price momentum oscillator: 10 · smoothing (2/p) of the one-bar ROC, smoothed (2/q); its EMA."""
    moved = change.relative(close, 1, 100.0, 1.0)
    inner = 10.0 * smoothed(moved, first, 2.0 / first, "mean")
    line = smoothed(inner, second, 2.0 / second, "mean")
    return line, exponential(line, signal)


@indicator("momentum", "Connors and Alvarez 2012")
def crsi(close: Node, period: Window = 3, streak: Window = 2, rank: Period = 100) -> Node:
    """Connors RSI: the mean of RSI(p), the RSI of the up/down streak, and the percent rank of the last return."""
    run = change.wilder_balance(change.streak(close), streak, 0)
    place = windows.rank(change.relative(close, 1, 100.0, 1.0), rank + 1)
    percent = scaled(place, 100.0 * (rank + 1) / rank)
    total = change.wilder_balance(close, period, 0) + run + percent
    node: Node = scaled(total, 1.0 / 3.0)
    return node


@indicator("momentum", "Murphy 1999; Stock.Indicators DPO")
def dpo(close: Node, period: Window = 21) -> Node:
    """Detrended price oscillator: x₋₍ₚ/₂₊₁₎ − SMA(p)."""
    node: Node = change.lag(close, period // 2 + 1) - mean(close, period)
    return node


@indicator("momentum", "Ehlers, Cybernetic Analysis, 2004")
def lrsi(close: Node, gamma: Factor = 0.5) -> Node:
    """Laguerre RSI: rises over rises and falls between four stages of a Laguerre filter, 0 to 1."""
    node: Node = change.laguerre(close, gamma)
    return node
