"""A download by the vendor's name, into a catalog."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bidwell.app.clock import WallClock
from bidwell.engine.ports import Clock
from bidwell.marketdata.bars import DAY
from bidwell.marketdata.catalog import Catalog
from bidwell.marketdata.downloading import DownloadReport, download
from bidwell.marketdata.vendors.ccxt_history import CcxtHistory
from bidwell.marketdata.vendors.yahoo import ADDRESS, Yahoo
from bidwell.model.errors import InvalidInput

YAHOO = "yahoo"


async def download_into(
    catalog: Catalog, vendor: str, symbol: str, seconds: int, since: datetime | None, until: datetime | None, *,
    instrument: str | None = None, address: str | None = None, progress: Callable[[float], None] | None = None,
    clock: Clock | None = None,
) -> DownloadReport:  # fmt: skip
    """Download bars of `symbol` from "yahoo" or a CCXT exchange; until now where `until` is left out.

    Raises InvalidInput, Missing, ConfigError for an unknown vendor, and what the vendor answers.
    """
    time = clock or WallClock()
    if since is None:
        raise InvalidInput("download.range", "say from when", field="from")
    end = min(until, time.now()) if until else time.now()
    if seconds == DAY:
        since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    source = Yahoo(time, address=address or ADDRESS) if vendor == YAHOO else CcxtHistory(vendor, time)
    async with source:
        return await download(source, symbol, seconds, since, end, catalog, instrument=instrument, progress=progress)
