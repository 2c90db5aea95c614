"""Downloads from a vendor into the catalog, page by page, each kept as soon as it is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from bidwell.marketdata.actions import write_actions
from bidwell.marketdata.bars import BAR_SCHEMA
from bidwell.marketdata.catalog import Catalog
from bidwell.marketdata.coverage import Coverage
from bidwell.marketdata.screening import screen
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Page:
    """Complete bars in order, raw (adjusted for nothing); all before `until` has been told."""

    bars: pl.DataFrame
    until: datetime


class Vendor(Protocol):
    """Who bars are downloaded from."""

    @property
    def name(self) -> str:
        """The vendor's name, which the catalog notes as the series' source."""
        ...

    async def instrument(self, symbol: str) -> str:
        """Our id for the vendor's symbol; raises Missing for a symbol that it does not have."""
        ...

    async def actions(self, symbol: str) -> pl.DataFrame:
        """All splits and dividends, as `actions.SCHEMA`; empty where the vendor knows none."""
        ...

    def pages(self, symbol: str, seconds: int, since: datetime, until: datetime) -> AsyncIterator[Page]:
        """Bars that start at `since` or later and before `until`, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class DownloadReport:
    """What a download did. `added` counts bars that the vendor told, `bad_rows` those of it that were left out."""

    vendor: str
    symbol: str
    instrument: InstrumentId
    seconds: int
    state: str
    asked: tuple[tuple[datetime, datetime], ...] = ()
    pages: int = 0
    added: int = 0
    bad_rows: int = 0
    actions: int = 0
    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None
    content: str = ""


async def download(
    vendor: Vendor, symbol: str, seconds: int, since: datetime, until: datetime, catalog: Catalog, *,
    instrument: str | None = None, progress: Progress | None = None, canceled: Callable[[], bool] | None = None,
) -> DownloadReport:  # fmt: skip
    """Bring bars and corporate actions into the catalog; what was downloaded before is not asked for again.

    `progress` hears the share that is done. A download that was canceled, killed or refused midway has kept its
    pages and goes on behind them when it is run again. Raises InvalidInput for a stretch of nothing, Missing for
    an unknown symbol; Unavailable, Refused and ProtocolError as the vendor answers.
    """
    if since >= until:
        raise InvalidInput("download.range", f"from {since:%Y-%m-%d} to {until:%Y-%m-%d} is no stretch of time",
                           field="from")  # fmt: skip
    name = InstrumentId(instrument or await vendor.instrument(symbol))
    actions = await vendor.actions(symbol)
    if not actions.is_empty():
        write_actions(catalog.root, name, actions)
    coverage = Coverage(catalog.root / "downloads" / f"{vendor.name}-{name}-{seconds}.json")
    asked = coverage.missing(since, until)
    pages = added = bad = 0
    state = "downloaded"
    for first, last in asked:
        at = first
        async for page in vendor.pages(symbol, seconds, first, last):
            screened = screen(page.bars.with_row_index("row"))
            bad += screened.bad_rows
            if not screened.bars.is_empty():
                catalog.append(name, seconds, screened.bars.select(list(BAR_SCHEMA)), source=vendor.name)
                added += len(screened.bars)
            coverage.add(at, page.until)
            at = max(at, page.until)
            pages += 1
            if progress is not None:
                progress(min((at - since) / (until - since), 1.0))
            if canceled is not None and canceled():
                state = "canceled"
                break
        if state == "canceled":
            break
    report = DownloadReport(vendor.name, symbol, name, seconds, state, tuple(asked), pages, added, bad, len(actions))
    return _described(report, catalog)


def _described(report: DownloadReport, catalog: Catalog) -> DownloadReport:
    found = [
        each for each in catalog.series() if each.instrument == report.instrument and each.seconds == report.seconds
    ]
    if not found:
        return report
    series = found[0]
    return DownloadReport(
        report.vendor, report.symbol, report.instrument, report.seconds, report.state, report.asked, report.pages,
        report.added, report.bad_rows, report.actions, series.rows, series.first, series.last, series.content,
    )  # fmt: skip
