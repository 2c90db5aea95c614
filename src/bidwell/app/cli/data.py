"""`bidwell data …`: what the catalog has, bars in and out of it, checks, downloads and longer timeframes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.catalog import import_file

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from bidwell.marketdata.catalog import Catalog
    from bidwell.marketdata.checking import CheckReport
    from bidwell.marketdata.downloading import DownloadReport
    from bidwell.model.session import SessionTable

Data = Annotated[
    Path | None, typer.Option("--data", "--folder", help="Data folder.", show_default="the platform's own")
]
Name = Annotated[str, typer.Argument(help="A series, such as AAPL.XNAS@1D (daily where no timeframe is said).")]
Calendar = Annotated[
    str | None, typer.Option(help="Trading calendar, such as XNYS or 24/7.", show_default="the venue's")
]


def register(cli: typer.Typer) -> None:
    group = typer.Typer(name="data", help="Market data: list, import, export, check, download, resample.",
                        no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
    group.command(name="list")(list_series)
    group.command(name="import")(import_file)
    group.command(name="import-quotes")(import_quotes)
    group.command()(export)
    group.command()(check)
    group.command()(download)
    group.command()(resample)
    cli.add_typer(group)


def list_series(
    *,
    search: Annotated[str, typer.Argument(help="Only instruments whose id has this in it.")] = "",
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """List what the catalog has."""
    from bidwell.marketdata.bars import timeframe_name

    found = [each for each in _catalog(data).series() if search.upper() in each.instrument]
    rows: list[dict[str, Any]] = [
        {"name": f"{each.instrument}@{timeframe_name(each.seconds) if each.seconds else 'quotes'}",
         "kind": each.kind.value, "rows": each.rows, "first": each.first, "last": each.last, "source": each.source,
         "content": each.content}
        for each in found
    ]  # fmt: skip

    def draw(console: Console) -> None:
        from rich.table import Table

        table = Table(box=None)
        for column in ("name", "kind", "rows", "first", "last", "source"):
            table.add_column(column, justify="right" if column == "rows" else "left")
        for row in rows:
            table.add_row(row["name"], row["kind"], f"{row['rows']:,}", f"{row['first']:%Y-%m-%d %H:%M}",
                          f"{row['last']:%Y-%m-%d %H:%M}", row["source"])  # fmt: skip
        console.print(table if rows else "the catalog has no such series")

    output.show({"series": rows}, draw, as_json=as_json)


def import_quotes(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or Parquet file of quotes.")],
    instrument: Annotated[str, typer.Argument(help="Instrument id, such as AAPL.XNAS.")],
    *,
    zone: Annotated[str, typer.Option(help="Zone of times that carry none.")] = "UTC",
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Merge quotes (start, bid, ask, bid_size, ask_size) into the catalog, for backtests that fill at quotes."""
    from dataclasses import asdict

    from bidwell.marketdata.quote_files import import_quotes as take
    from bidwell.model.ids import InstrumentId

    report = take(file, InstrumentId(instrument), _catalog(data), zone=zone)

    def draw(console: Console) -> None:
        console.print(
            f"{report.rows_kept:,} of {report.rows_read:,} quotes, {report.first} to {report.last}", markup=False
        )
        for count, what in (
            (report.duplicates, "of one instant (the last one was kept)"), (report.unordered, "out of order (sorted)"),
            (report.crossed, "crossed (left out)"), (report.bad_rows, "bad (left out)"),
        ):  # fmt: skip
            if count:
                console.print(f"  {count:,} {what}")

    output.show(asdict(report), draw, as_json=as_json)


def export(
    name: Name,
    file: Annotated[Path, typer.Argument(help="Where to write, as .csv or .parquet.")],
    *,
    since: Annotated[str | None, typer.Option("--from", help="First date or instant.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Date or instant before which it ends.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Write a series to a file that `import` reads back to the same content."""
    from bidwell.model.errors import DataError, InvalidInput

    instrument, seconds = _split(name)
    kind = file.suffix.lower()
    if kind not in {".csv", ".parquet"}:
        raise InvalidInput("data.format", f"{file.name} is neither .csv nor .parquet", field="file")
    if file.exists() and not force:
        raise InvalidInput("data.exists", f"{file} is there already", field="file", hint="--force replaces it")
    bars = _catalog(data).read(instrument, seconds, _moment(since), _moment(until))
    if bars.is_empty():
        raise InvalidInput("data.empty", f"{name} has no bars in that stretch", field="from")
    try:
        if kind == ".csv":
            bars.write_csv(file, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
        else:
            bars.write_parquet(file, compression="zstd")
    except OSError as error:
        raise DataError(f"{file} cannot be written: {error}") from error
    answer = {"name": name, "file": file, "rows": len(bars), "first": bars["start"][0], "last": bars["start"][-1]}
    output.show(answer, lambda console: console.print(f"{len(bars):,} bars in {file}", markup=False), as_json=as_json)


def check(
    name: Annotated[str, typer.Argument(help="A series, such as AAPL.XNAS@1D, or a CSV or Parquet file.")],
    *,
    calendar: Calendar = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail (status 1) where something was found.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Look for gaps, duplicates, repeated rows, outliers and splits that nobody adjusted for."""
    from dataclasses import asdict

    from bidwell.marketdata.actions import read_actions
    from bidwell.marketdata.checking import check as look

    if Path(name).suffix.lower() in {".csv", ".parquet"}:
        _check_file(Path(name), calendar, data, strict=strict, as_json=as_json)
        return
    instrument, seconds = _split(name)
    catalog = _catalog(data)
    report = look(instrument, seconds, catalog.read(instrument, seconds), _table(data, calendar, instrument),
                  read_actions(catalog.root, instrument))  # fmt: skip
    answer = {**asdict(report), "findings": report.findings}
    output.show(answer, lambda console: _draw_check(console, report), as_json=as_json)
    if strict and report.findings:
        raise typer.Exit(1)


def _check_file(file: Path, calendar: str | None, data: Path | None, *, strict: bool, as_json: bool) -> None:
    """Look at a file as it is, before anything of it is in the catalog."""
    from dataclasses import asdict

    import polars as pl

    from bidwell.marketdata.actions import SCHEMA
    from bidwell.marketdata.checking import check as look
    from bidwell.marketdata.importing import read_rows
    from bidwell.model.errors import Missing
    from bidwell.model.ids import InstrumentId

    if not file.is_file():
        raise Missing(f"there is no file {file}")
    seconds, bars = read_rows(file)
    table = _table(data, calendar or "XNYS", "")
    report = look(InstrumentId(file.name), seconds, bars, table, pl.DataFrame(schema=SCHEMA))
    output.show({**asdict(report), "findings": report.findings}, lambda console: _draw_check(console, report),
                as_json=as_json)  # fmt: skip
    if strict and report.findings:
        raise typer.Exit(1)


def download(
    vendor: Annotated[str, typer.Argument(help="yahoo, or an exchange that CCXT knows, such as binance.")],
    symbol: Annotated[str, typer.Argument(help="The vendor's symbol, such as AAPL or BTC/USDT.")],
    *,
    timeframe: Annotated[str, typer.Option(help="Length of a bar, 1m to 1D.")] = "1D",
    since: Annotated[str, typer.Option("--from", help="First date.")] = "2000-01-01",
    until: Annotated[str | None, typer.Option("--to", help="Date before which it ends.", show_default="now")] = None,
    instrument: Annotated[str | None, typer.Option("--as", help="Instrument id.", show_default="by the venue")] = None,
    address: Annotated[str | None, typer.Option(help="Another server that speaks Yahoo's interface.")] = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Bring bars (and from Yahoo splits and dividends) into the catalog; run it again and it goes on where it was."""
    import asyncio
    from dataclasses import asdict

    from rich.console import Console
    from rich.progress import Progress

    from bidwell.app.downloads import download_into
    from bidwell.marketdata.bars import timeframe_seconds

    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task(f"{vendor} {symbol}", total=1.0)
        report = asyncio.run(download_into(
            _catalog(data), vendor, symbol, timeframe_seconds(timeframe), _moment(since), _moment(until),
            instrument=instrument, address=address, progress=lambda share: bar.update(task, completed=share),
        ))  # fmt: skip
    output.show(asdict(report), lambda console: _draw_download(console, report), as_json=as_json)


def resample(
    name: Name,
    timeframe: Annotated[str, typer.Argument(help="The longer timeframe, such as 1h or 1D.")],
    *,
    calendar: Calendar = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Make bars of a longer timeframe, cut along the calendar's sessions, and keep them in the catalog."""
    from bidwell.marketdata.bars import resample as longer
    from bidwell.marketdata.bars import timeframe_name, timeframe_seconds
    from bidwell.model.errors import InvalidInput

    instrument, seconds = _split(name)
    target = timeframe_seconds(timeframe)
    if target == seconds:
        raise InvalidInput("bars.timeframe", f"{name} has bars of {timeframe} already", field="timeframe")
    catalog = _catalog(data)
    bars = longer(catalog.read(instrument, seconds), target, _table(data, calendar, instrument), source_seconds=seconds)
    if bars.is_empty():
        raise InvalidInput("data.sessions", f"no bar of {name} lies within a session of its calendar", field="calendar")
    series = catalog.replace(instrument, target, bars, source=f"{name} resampled")
    answer = {"name": f"{instrument}@{timeframe_name(target)}", "rows": series.rows, "first": series.first,
              "last": series.last, "content": series.content}  # fmt: skip
    output.show(answer, lambda console: console.print(f"{series.rows:,} bars: {answer['name']}"), as_json=as_json)


def _catalog(data: Path | None) -> Catalog:
    from bidwell.app.claim import DataFolder
    from bidwell.app.folders import data_folder
    from bidwell.marketdata.catalog import Catalog

    folder = DataFolder(data_folder(data))
    folder.prepare()
    return Catalog(folder.path / "catalog")


def _table(data: Path | None, calendar: str | None, instrument: str) -> SessionTable:
    from bidwell.app.claim import DataFolder
    from bidwell.app.folders import data_folder
    from bidwell.marketdata.calendars import CompiledCalendars
    from bidwell.marketdata.venues import calendar_of

    return CompiledCalendars(DataFolder(data_folder(data)).cache).table(calendar or calendar_of(instrument))


def _split(name: str) -> tuple[Any, int]:
    from bidwell.marketdata.bars import timeframe_seconds
    from bidwell.model.ids import InstrumentId

    instrument, _, timeframe = name.partition("@")
    return InstrumentId(instrument), timeframe_seconds(timeframe or "1D")


def _moment(text: str | None) -> datetime | None:
    from datetime import UTC, datetime

    from bidwell.model.errors import InvalidInput

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("data.date", f"{text!r} is no date such as 2024-01-31", field="from") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _draw_check(console: Console, report: CheckReport) -> None:
    from bidwell.marketdata.bars import timeframe_name

    console.print(f"{report.rows:,} bars of {timeframe_name(report.seconds)}, {report.first:%Y-%m-%d} to {report.last:%Y-%m-%d}: "
                  + (f"{report.findings} kinds of findings" if report.findings else "nothing found"))  # fmt: skip
    for count, what in (
        (report.duplicates, "duplicated times"), (report.unordered, "rows out of order"), (report.bad_rows, "bad rows"),
        (report.repeated, "rows that repeat the one before"), (report.missing_bars, "bars missing inside sessions"),
        (report.outside_sessions, "bars outside of sessions"), (report.outlier_rows, "outliers"),
        (len(report.splits_unadjusted), "jumps like splits that no action explains"),
        (len(report.splits_known), "known splits, in raw prices"), (report.without_volume, "bars without volume"),
    ):  # fmt: skip
        if count:
            console.print(f"  {count:,} {what}")
    for gap in report.gaps[:5]:
        console.print(f"    gap: {gap.bars:,} bars from {gap.first:%Y-%m-%d %H:%M} to {gap.last:%Y-%m-%d %H:%M}")
    for jump in report.splits_unadjusted[:5]:
        console.print(f"    {jump.day}: {jump.previous_close:g} to {jump.open:g}, as a split {jump.ratio:g} for 1")
    for each in report.outliers[:5]:
        console.print(f"    {each.start:%Y-%m-%d %H:%M}: {each.previous_close:g} to {each.close:g} {each.guess}")


def _draw_download(console: Console, report: DownloadReport) -> None:
    what = f"{report.added:,} bars of {report.symbol} in {report.pages} pages" if report.pages else "nothing new"
    console.print(f"{report.state}: {what}; {report.instrument} has {report.rows:,}", markup=False)
    for count, said in ((report.bad_rows, "bad rows (left out)"), (report.actions, "splits and dividends")):
        if count:
            console.print(f"  {count:,} {said}")
