"""Bars and calendars by name, from the platform's own data folder."""

from __future__ import annotations

import polars as pl

from bidwell.app.claim import DataFolder
from bidwell.app.folders import data_folder
from bidwell.app.strategies import catalog_reader
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.session import SessionTable


def bars(name: str) -> pl.DataFrame:
    """A series of the catalog, such as AAPL.XNAS@1D; raises Missing."""
    return catalog_reader(data_folder() / "catalog")(name)


def calendar(name: str) -> SessionTable:
    """The sessions of a calendar, such as XNYS; raises Missing."""
    return CompiledCalendars(DataFolder(data_folder()).cache).table(name)
