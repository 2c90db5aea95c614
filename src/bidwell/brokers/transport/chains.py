"""Option chains: in which order they are given, and on which days something of them ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bidwell.model.instrument import Instrument, Option

_NEW_YORK = ZoneInfo("America/New_York")


def us_day(at: datetime) -> date:
    """The date at the US exchanges."""
    return at.astimezone(_NEW_YORK).date()


def in_order(options: Iterable[Instrument]) -> list[Instrument]:
    """Options by expiry and strike, calls first; what is no option is left out."""
    rows = [(each.contract.expiry, each.contract.strike, each.contract.right, each.id, each)
            for each in options if isinstance(each.contract, Option)]  # fmt: skip
    return [row[-1] for row in sorted(rows, key=lambda row: row[:-1])]


def ends(options: Iterable[Instrument], today: date) -> list[date]:
    """The days from today on that options expire on, the nearest first."""
    return coming((each.contract.expiry for each in options if isinstance(each.contract, Option)), today)


def coming(days: Iterable[date], today: date) -> list[date]:
    """The days from today on, once each, the nearest first."""
    return sorted({day for day in days if day >= today})
