"""Bidwell, a self-hosted trading desk: many brokers, many accounts, one risk gate, one screen.

The notebook names below are imported when they are first used, so that `import bidwell` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_BACKTEST = "bidwell.simulation.backtest"
_RESEARCH = "bidwell.app.notebook_research"
_NAMES = {
    "Bar": ("bidwell.strategy.bars", "Bar"),
    "Bars": ("bidwell.strategy.bars", "Bars"),
    "Param": ("bidwell.strategy.parameters", "Param"),
    "Quote": ("bidwell.strategy.bars", "Quote"),
    "Result": (f"{_BACKTEST}.result", "Result"),
    "Schedule": ("bidwell.strategy.schedule", "Schedule"),
    "Span": ("bidwell.simulation.research.space", "Span"),
    "Signals": (f"{_BACKTEST}.signals", "Signals"),
    "Strategy": ("bidwell.strategy.strategy", "Strategy"),
    "StrategyFill": ("bidwell.strategy.trading", "StrategyFill"),
    "Targets": (f"{_BACKTEST}.signals", "Targets"),
    "Weights": (f"{_BACKTEST}.weights", "Weights"),
    "backtest": ("bidwell.app.notebook", "backtest"),
    "fees": (f"{_BACKTEST}.fees", None),
    "honesty": (_RESEARCH, "honesty"),
    "indicators": ("bidwell.strategy.indicators", None),
    "metrics": ("bidwell.analytics.metrics", None),
    "odds": ("bidwell.analytics.resampling", None),
    "slippage": (f"{_BACKTEST}.slippage", None),
    "survival": ("bidwell.simulation.survival", "survival"),
    "sweep": (_RESEARCH, "sweep"),
    "walk_forward": (_RESEARCH, "walk_forward"),
}
__all__ = [
    "Bar",
    "Bars",
    "Param",
    "Quote",
    "Result",
    "Schedule",
    "Signals",
    "Span",
    "Strategy",
    "StrategyFill",
    "Targets",
    "Weights",
    "backtest",
    "fees",
    "honesty",
    "indicators",
    "metrics",
    "odds",
    "slippage",
    "survival",
    "sweep",
    "walk_forward",
]

if TYPE_CHECKING:
    from bidwell.analytics import metrics as metrics
    from bidwell.analytics import resampling as odds
    from bidwell.simulation.backtest import fees as fees
    from bidwell.simulation.backtest import slippage as slippage
    from bidwell.simulation.backtest.result import Result as Result
    from bidwell.simulation.backtest.run import backtest as backtest
    from bidwell.simulation.backtest.signals import Signals as Signals
    from bidwell.simulation.backtest.signals import Targets as Targets
    from bidwell.simulation.backtest.weights import Weights as Weights
    from bidwell.simulation.research.honesty import honesty as honesty
    from bidwell.simulation.research.space import Span as Span
    from bidwell.simulation.research.sweep import sweep as sweep
    from bidwell.simulation.research.walk_forward import walk_forward as walk_forward
    from bidwell.simulation.survival import survival as survival
    from bidwell.strategy import indicators as indicators
    from bidwell.strategy.bars import Bar as Bar
    from bidwell.strategy.bars import Bars as Bars
    from bidwell.strategy.bars import Quote as Quote
    from bidwell.strategy.parameters import Param as Param
    from bidwell.strategy.schedule import Schedule as Schedule
    from bidwell.strategy.strategy import Strategy as Strategy
    from bidwell.strategy.trading import StrategyFill as StrategyFill


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    module, attribute = _NAMES[name]
    found = import_module(module)
    value = getattr(found, attribute) if attribute else found
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES])
