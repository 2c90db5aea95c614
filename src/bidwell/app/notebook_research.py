"""What `bidwell.sweep`, `walk_forward` and `honesty` are in a notebook: with this machine's catalog and calendars at hand."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from bidwell.app.notebook import with_actions
from bidwell.simulation.research.honesty import honesty as check
from bidwell.simulation.research.sweep import sweep as search
from bidwell.simulation.research.walk_forward import walk_forward as walk

if TYPE_CHECKING:
    import polars as pl

    from bidwell.model.session import SessionTable
    from bidwell.simulation.research.honesty import Honesty
    from bidwell.simulation.research.sweep_result import SweepResult
    from bidwell.simulation.research.walk_forward import WalkForward


@wraps(search)
def sweep(strategy: Any, data: Any, parameters: Any = None, **how: Any) -> SweepResult:  # noqa: ANN401 - the search's own signature stands
    """Search a strategy's parameters; names of the catalog and of calendars are looked up in the platform's own folder.

    Splits and dividends that the catalog keeps are taken out of its prices, unless `actions` or `adjust` say so.
    """
    return search(
        strategy, data, parameters, **{"catalog": _bars, "calendars": _calendar, **with_actions(data, how, "total")}
    )


@wraps(walk)
def walk_forward(strategy: Any, data: Any, parameters: Any = None, **how: Any) -> WalkForward:  # noqa: ANN401 - as above
    """Choose parameters on one stretch of bars and trade the next; names are looked up as in `sweep`."""
    return walk(
        strategy, data, parameters, **{"catalog": _bars, "calendars": _calendar, **with_actions(data, how, "total")}
    )


@wraps(check)
def honesty(strategy: Any, data: Any, parameters: Any = None, **how: Any) -> Honesty:  # noqa: ANN401 - as above
    """Check a strategy's backtest; names are looked up as in `sweep`."""
    return check(
        strategy, data, parameters, **{"catalog": _bars, "calendars": _calendar, **with_actions(data, how, "total")}
    )


def _bars(name: str) -> pl.DataFrame:
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    return lookup.bars(name)


def _calendar(name: str) -> SessionTable:
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    return lookup.calendar(name)
