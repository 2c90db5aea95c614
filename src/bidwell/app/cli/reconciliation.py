"""`bidwell reconciliation`: our book against the brokers'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.doubt import terms
from bidwell.app.cli.options import Data
from bidwell.app.cli.trade import table

if TYPE_CHECKING:
    from rich.console import Console


def register(cli: typer.Typer) -> None:
    cli.command()(reconciliation)


def reconciliation(
    *,
    account: Annotated[str | None, typer.Option(help="Only this account, with its history.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Compare at once instead of waiting for the next pass.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Say for each account when it was compared with its broker, whether they agree, and what was done about it."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    if account is not None:
        desk.get(f"/accounts/{account}")
    if now:
        desk.post("/reconciliation/now", {"account": account} if account else {})
    found = desk.get("/reconciliation")
    if account is not None:
        found = {"items": [row for row in found["items"] if row["account"] == account],
                 "history": desk.get("/reconciliation/history", account=account)["items"]}  # fmt: skip
    output.show(found, lambda console: _draw(console, found), as_json=as_json)


def _draw(console: Console, found: dict[str, Any]) -> None:
    rows = [[row["account"], row["account_name"], row["standing"], _time(row["passed_at"]), _time(row["agreed_at"]),
             str(len(row["differences"])), "needs a person" if row["needs_person"] else row["detail"]]
            for row in found["items"]]  # fmt: skip
    table(console, ["account", "name", "book", "compared", "agreed", "differences", "note"], rows)
    shown = [(row["account_name"], row["changed_at"], one) for row in found["items"] for one in row["differences"]]
    shown += [(one["account_name"], one["at"], each) for one in found.get("history", ()) for each in one["differences"]]
    doubts = [(row["account_name"], one) for row in found["items"] for one in row["in_doubt"]]
    if doubts:
        console.print()
        table(console, ["account", "in doubt", "order", "sent (UTC)", "what now"], [
            [name, one["client_order_id"], f"{one['side']} {one['quantity']} {one['symbol']} {terms(one['terms'])}",
             _time(one["sent_at"]), one["obstacle"] or f"bidwell doubt show {one['client_order_id']}"]
            for name, one in doubts])  # fmt: skip
    if shown:
        console.print()
        titles = ["account", "when (UTC)", "what differs", "subject", "here", "broker", "what was done"]
        table(console, titles, [
            [name, _time(at), one["title"], one["subject"], one["ours"] or "–", one["theirs"] or "–",
             f"{one['handling_label']}: {one['repair']}"] for name, at, one in shown])  # fmt: skip


def _time(at: str | None) -> str:
    return at[:19].replace("T", " ") if at else "–"
