"""What `bidwell.backtest` is in a notebook: the run, with this machine's catalog and calendars at hand."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from bidwell.simulation.backtest.run import backtest as run

if TYPE_CHECKING:
    import polars as pl

    from bidwell.model.session import SessionTable
    from bidwell.simulation.backtest.result import Result


@wraps(run)
def backtest(strategy: Any, data: Any, **conditions: Any) -> Result:  # noqa: ANN401 - the run's own signature stands
    """Run a strategy; names of the catalog and of calendars are looked up in the platform's own data folder."""
    conditions.setdefault("catalog", _bars)
    conditions.setdefault("calendars", _calendar)
    return run(strategy, data, **conditions)


def _bars(name: str) -> pl.DataFrame:
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    return lookup.bars(name)


def _calendar(name: str) -> SessionTable:
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    return lookup.calendar(name)
