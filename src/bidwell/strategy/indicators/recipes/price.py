"""Transforms of a bar's prices."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Node
from bidwell.strategy.indicators.indicator import Period, indicator
from bidwell.strategy.indicators.kernels import change, elementwise
from bidwell.strategy.indicators.kernels import volume as loops


@indicator("price", "TA-Lib MEDPRICE")
def medprice(high: Node, low: Node) -> Node:
    """Median price: (high + low) / 2."""
    node: Node = elementwise.middle(high, low)
    return node


@indicator("price", "TA-Lib TYPPRICE")
def typprice(high: Node, low: Node, close: Node) -> Node:
    """Typical price: (high + low + close) / 3."""
    node: Node = elementwise.typical(high, low, close)
    return node


@indicator("price", "TA-Lib WCLPRICE")
def wclprice(high: Node, low: Node, close: Node) -> Node:
    """Weighted close: (high + low + 2 · close) / 4."""
    node: Node = elementwise.weighted(high, low, close)
    return node


@indicator("price", "TA-Lib AVGPRICE")
def avgprice(open_: Node, high: Node, low: Node, close: Node) -> Node:
    """Average price: (open + high + low + close) / 4."""
    node: Node = elementwise.average(open_, high, low, close)
    return node


@indicator("price", "Valcu, Stocks & Commodities 22:2, 2004", outputs="open high low close")
def heikin_ashi(open_: Node, high: Node, low: Node, close: Node) -> tuple[Node, ...]:
    """Heikin-Ashi: close of the bar's mean, open of the mean body before, range stretched to both."""
    bars: tuple[Node, ...] = loops.heikin_ashi(open_, high, low, close)
    return bars


@indicator("price", "LEAN LogReturn")
def log_return(close: Node, period: Period = 1) -> Node:
    """Logarithmic return over p bars: ln(x / x₋ₚ); NaN where a value is not positive."""
    node: Node = change.logarithm(close, period)
    return node
