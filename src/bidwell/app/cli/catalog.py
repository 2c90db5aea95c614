"""`bidwell import`: bars from a CSV or Parquet file into the catalog, with a report of what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.marketdata.importing import ImportReport


def register(cli: typer.Typer) -> None:
    cli.command(name="import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or Parquet file of bars.")],
    instrument: Annotated[str, typer.Argument(help="Instrument id, such as AAPL.XNAS.")],
    *,
    column: Annotated[list[str] | None, typer.Option(help="ours=theirs, e.g. close=Settle; repeat as needed.")] = None,
    seconds: Annotated[int | None, typer.Option(help="Length of a bar; found out when left out.")] = None,
    zone: Annotated[str, typer.Option(help="Zone of times that carry none.")] = "UTC",
    time_format: Annotated[str | None, typer.Option(help='Such as "%d.%m.%Y %H:%M" or "epoch ms".')] = None,
    stamp: Annotated[Literal["open", "close"], typer.Option(help="Which instant a bar is labelled by.")] = "open",
    decimal: Annotated[Literal[".", ","] | None, typer.Option(help="Decimal sign; found out when left out.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Which instrument of a file with several.")] = None,
    calendar: Annotated[str, typer.Option(help="Trading calendar to judge gaps by.")] = "XNYS",
    replace: Annotated[bool, typer.Option("--replace", help="Replace the series instead of merging into it.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only report; write nothing.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", "--folder", help="Data folder.", show_default="the platform's own")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Import bars; run it again after an interruption and it goes on where it was."""
    from rich.progress import Progress

    from bidwell.app.claim import DataFolder
    from bidwell.app.folders import data_folder
    from bidwell.marketdata.calendars import CompiledCalendars
    from bidwell.marketdata.catalog import Catalog
    from bidwell.marketdata.importing import ImportOptions, import_bars
    from bidwell.model.ids import InstrumentId

    folder = DataFolder(data_folder(data))
    folder.prepare()
    options = ImportOptions(seconds=seconds, columns=_columns(column or []), zone=zone, time_format=time_format,
                            stamp=stamp, decimal=decimal, symbol=symbol,
                            mode="check" if check else "replace" if replace else "append")  # fmt: skip
    with Progress(transient=True, disable=as_json) as bar:
        task = bar.add_task(f"importing {file.name}", total=None)
        report = import_bars(
            file, InstrumentId(instrument), Catalog(folder.path / "catalog"),
            CompiledCalendars(folder.cache).table(calendar), options,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    if as_json:
        print(report.as_json().decode())
    else:
        output.show({}, lambda console: _draw(console, report), as_json=False)


def _columns(pairs: list[str]) -> dict[str, str]:
    from bidwell.model.errors import InvalidInput

    found = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours or not theirs:
            raise InvalidInput("import.column", f"--column {pair} is not ours=theirs", field="column")
        found[ours] = theirs
    return found


def _draw(console: Console, report: ImportReport) -> None:
    from bidwell.marketdata.bars import timeframe_name

    console.print(f"{report.state}: {report.rows_kept} of {report.rows_read} rows of {timeframe_name(report.seconds)} bars, "
                  f"{report.first} to {report.last}")  # fmt: skip
    for count, what in (
        (report.duplicates, "duplicated times (the last row was kept)"), (report.unordered, "rows out of order (sorted)"),
        (report.bad_rows, "bad rows (left out)"), (report.missing_bars, "bars missing inside sessions"),
        (report.outside_sessions, "bars outside of sessions"), (report.outlier_rows, "outliers (kept)"),
    ):  # fmt: skip
        if count:
            console.print(f"  {count} {what}")
    for row in report.bad[:5]:
        console.print(f"    {row}", markup=False)
