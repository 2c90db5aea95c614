"""`bidwell square-off`, `violations`: closing what is held, and what limits were neared or reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data

if TYPE_CHECKING:
    from rich.console import Console


def register(cli: typer.Typer) -> None:
    cli.command("square-off")(square_off)
    cli.command()(violations)


def square_off(
    *,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    group: Annotated[str | None, typer.Option(help="Only the accounts of this group.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only this symbol or instrument id.")] = None,
    strategy: Annotated[str | None, typer.Option(help="Only what this strategy holds.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the journal.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Close without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Take entries off and close positions at the market until none is left; with no option the whole workspace."""
    from bidwell.app.cli.trade import instrument_id
    from bidwell.app.remote import Remote

    desk = Remote(data)
    instrument = None if symbol is None else instrument_id(desk, symbol)
    given = {
        "account": account,
        "group": group,
        "instrument": instrument,
        "strategy": strategy,
        "reason": reason or None,
    }
    narrowed = [f"{name} {one}" for name, one in given.items() if one is not None and name != "reason"]
    if not yes:
        typer.confirm(f"Close everything in {', '.join(narrowed) or 'the whole workspace'} at the market?", abort=True)
    found = desk.post("/risk/square-off", {name: one for name, one in given.items() if one is not None})
    output.show(found, lambda console: _closing(console, found["items"]), as_json=as_json)


def _closing(console: Console, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        what = " ".join(one for one in (row["instrument"], row["strategy"] and f"of {row['strategy']}") if one)
        console.print(f"closing {what or 'everything'} in {row['account']} ({row['id']})", markup=False)


def violations(
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that are resolved too.")] = False,
    seen: Annotated[str | None, typer.Option(help="Say that this one was seen.")] = None,
    resolve: Annotated[str | None, typer.Option(help="Say that this one is dealt with.")] = None,
    note: Annotated[str, typer.Option(help="What to keep beside it.")] = "",
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """List limits that were neared or reached, plans that cannot be read, and accounts that were not ready; exits 1 when one is open."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    for name, answer in ((seen, "acknowledge"), (resolve, "resolve")):
        if name is not None:
            desk.post(f"/risk/violations/{name}/{answer}", {"note": note})
    found = desk.get("/risk/violations", state="all" if every else "open")
    output.show(found, lambda console: _list(console, found["items"]), as_json=as_json)
    if any(row["state"] == "open" for row in found["items"]):
        raise typer.Exit(1)


def _list(console: Console, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        by = row["resolved_by"] or row["acknowledged_by"]
        state = f"{row['state']} by {by}" if by else row["state"]
        console.print(
            f"{row['opened_at'][:19]}Z  {row['severity']}  {row['account_name']}: {row['message']}", markup=False
        )
        console.print(f"    {row['id']}  {state}{'  ' + row['note'] if row['note'] else ''}", markup=False)
    if not rows:
        console.print("none", markup=False)
