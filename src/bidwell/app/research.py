"""Strategies and backtests wired: where they are kept, how a worker is started, and bars to begin with."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import structlog

from bidwell.app import demo
from bidwell.jobs.backtests.queue import BacktestQueue
from bidwell.jobs.backtests.reading import SourceReader
from bidwell.jobs.backtests.results import Results
from bidwell.model.errors import DataError
from bidwell.server.research import Research
from bidwell.storage.research.backtest_runs import BacktestRuns
from bidwell.storage.research.strategy_files import StrategyFiles

if TYPE_CHECKING:
    from pathlib import Path

    from bidwell.app.installation import Installation

READER = (sys.executable, "-m", "bidwell.app.source_reader")
WORKER = (sys.executable, "-m", "bidwell.app.backtest_worker")
SYMBOLS = ("AAPL", "MSFT", "GOOG", "IBM", "FB")
SOURCE = "bokeh_sampledata, adjusted for splits and dividends"
log = structlog.get_logger("bidwell")


async def open_research(built: Installation) -> Research:
    """Begin to take runs in; what an earlier desk left unfinished is marked so."""
    folder, catalog = built.folder.path / "backtests", built.folder.path / "catalog"
    runs = BacktestRuns(built.pool)
    queue = BacktestQueue(runs, folder, catalog, WORKER, built.clock, built.entropy, workers_for(os.cpu_count() or 1))
    await queue.start([demo.WORKSPACE])
    built.before_close.append(queue.close)
    if not await asyncio.to_thread(catalog.exists):
        built.tasks.append(asyncio.create_task(_stock(catalog)))
    reader = SourceReader(READER)
    built.before_close.append(reader.close)
    return Research(StrategyFiles(built.pool), runs, queue, Results(folder, catalog), reader)


def workers_for(cores: int) -> int:
    """How many runs go at once: half of the cores, so that the desk keeps the others."""
    return max(1, cores // 2)


async def _stock(catalog: Path) -> None:
    """Fill an empty catalog with the replayed market's daily bars, by a process that the desk does not wait for."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bidwell.app.research", str(catalog), stdin=asyncio.subprocess.DEVNULL
    )
    if await process.wait() != 0:
        log.warning("catalog.not_stocked", folder=str(catalog))


def stock(catalog: Path) -> None:
    """Write the daily bars of the replayed market's shares, adjusted for splits and dividends; raises DataError."""
    import polars as pl  # noqa: PLC0415 - only the process that writes loads it

    from bidwell.marketdata.bars import DAY  # noqa: PLC0415
    from bidwell.marketdata.catalog import Catalog  # noqa: PLC0415
    from bidwell.marketdata.demo import sample_file, share  # noqa: PLC0415

    rows = pl.read_csv(sample_file(), try_parse_dates=True)
    factor = pl.col("Adj Close") / pl.col("Close")
    prices = [(pl.col(name) * factor).alias(name.lower()) for name in ("Open", "High", "Low", "Close")]
    start = pl.col("Date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("start")
    kept = Catalog(catalog)
    for symbol in SYMBOLS:
        own = rows.filter(pl.col("Ticker") == symbol).sort("Date")
        frame = own.select(start, *prices, pl.col("Volume").cast(pl.Float64).alias("volume"))
        kept.append(share(symbol).id, DAY, frame, source=SOURCE)


if __name__ == "__main__":
    from pathlib import Path as _Path

    os.nice(10)
    try:
        stock(_Path(sys.argv[1]))
    except DataError as error:
        sys.exit(str(error))
