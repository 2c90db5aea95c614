"""Bars, corporate actions and calendars by name, from the platform's own data folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from bidwell.app.claim import DataFolder
from bidwell.app.folders import data_folder
from bidwell.app.strategies import catalog_reader, kept_actions
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.session import SessionTable


def bars(name: str) -> pl.DataFrame:
    """A series of the catalog, such as AAPL.XNAS@1D; raises Missing."""
    return catalog_reader(data_folder() / "catalog")(name)


def actions(names: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Splits and dividends that the catalog keeps beside its series, by symbol; of others nothing."""
    return kept_actions(names, data_folder() / "catalog")


def calendar(name: str) -> SessionTable:
    """The sessions of a calendar, such as XNYS; raises Missing."""
    return CompiledCalendars(DataFolder(data_folder()).cache).table(name)
