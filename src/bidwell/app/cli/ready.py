"""`bidwell ready`: GO or NO-GO for each account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data

if TYPE_CHECKING:
    from rich.console import Console

_PATIENCE = 150.0
_SIGNS = {"pass": "✓", "warn": "!", "fail": "✗"}


def register(cli: typer.Typer) -> None:
    cli.command()(ready)


def ready(
    account: Annotated[str | None, typer.Argument(help="Only this account.")] = None,
    *,
    repair: Annotated[str | None, typer.Option(help="Mend this check of the account first, such as book.")] = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Say for each account whether it is ready for the session, check by check; exits 1 when one is a NO-GO."""
    from bidwell.app.remote import Remote
    from bidwell.model.errors import InvalidInput

    desk = Remote(data)
    if repair is not None:
        if account is None:
            raise InvalidInput("ready.account", "say which account's check is to be mended", field="account")
        desk.post(f"/readiness/{account}/repair", {"check": repair}, _PATIENCE)
    found = desk.get("/readiness")
    if account is not None:
        desk.get(f"/accounts/{account}")
        found["items"] = [row for row in found["items"] if row["account"] == account]
    output.show(found, lambda console: _draw(console, found["items"]), as_json=as_json)
    if not all(row["go"] for row in found["items"]):
        raise typer.Exit(1)


def _draw(console: Console, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        console.print(
            f"{'GO   ' if row['go'] else 'NO-GO'}  {row['name']} ({row['broker']}, {row['mode']})", markup=False
        )
        before = row["scheduled"]
        if before is not None and not before["go"]:
            console.print(
                f"         before the session of {before['session']}: NO-GO by {', '.join(before['failed'])}",
                markup=False,
            )
        for check in row["checks"]:
            console.print(f"         {_SIGNS[check['verdict']]} {check['label']}: {check['said']}", markup=False)
            if check["repair"] and check["verdict"] != "pass":
                console.print(f"           → {_advice(row, check)}", markup=False)


def _advice(row: dict[str, Any], check: dict[str, Any]) -> str:
    repair = check["repair"]
    if repair["by"] == "call":
        return f"bidwell ready {row['account']} --repair {check['id']}"
    return f"{repair['label']}: {repair['to']}"
