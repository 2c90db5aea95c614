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
    """Run a strategy; names of the catalog and of calendars are looked up in the platform's own data folder.

    Splits and dividends that the catalog keeps come with its names, unless `actions` says otherwise: splits are taken
    out of the prices and dividends paid, unless `adjust` does.
    """
    told = {"catalog": _bars, "calendars": _calendar, **with_actions(data, conditions, "split")}
    return run(strategy, data, **told)


def with_actions(data: Any, said: dict[str, Any], usual: str) -> dict[str, Any]:  # noqa: ANN401 - what a run takes
    """What was said of a run, and where that names no corporate actions, those that the catalog keeps.

    They are booked as was said, or else as is `usual`. A reader of one's own has its own names.
    """
    if {"actions", "catalog"} & set(said):
        return said
    listed = [data] if isinstance(data, str) else data if isinstance(data, list | tuple) else []
    names = data if isinstance(data, dict) else {str(each).partition("@")[0]: each for each in listed}
    if not any(isinstance(each, str) for each in names.values()):
        return said
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    found = lookup.actions(names)
    return {"adjust": usual, **said, "actions": found} if found else said


def _bars(name: str) -> pl.DataFrame:
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    return lookup.bars(name)


def _calendar(name: str) -> SessionTable:
    from bidwell.app import lookup  # noqa: PLC0415 - only where a name is looked up

    return lookup.calendar(name)
