"""`bidwell groups`: execution groups, the ones that follow a leader among them, and how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data
from bidwell.app.cli.trade import table

if TYPE_CHECKING:
    from rich.console import Console


def register(cli: typer.Typer) -> None:
    group = typer.Typer(help="List execution groups and how they stand; make one that follows a leader, remove one.",
                        invoke_without_command=True)  # fmt: skip
    group.callback()(listing)
    for command in (show, follow, remove):
        group.command()(command)
    cli.add_typer(group, name="groups")


def listing(context: typer.Context, *, data: Data = None, as_json: output.Json = False) -> None:
    """List execution groups and how they stand; make one that follows a leader, remove one."""
    if context.invoked_subcommand is not None:
        return
    from bidwell.app.remote import Remote

    desk = Remote(data)
    found = {"items": desk.get("/groups", limit="200")["items"], "standing": desk.get("/groups/standing")["items"]}
    standing = {one["group"]: one for one in found["standing"]}
    rows = [[row["id"], row["name"], row["policy"], str(len(row["members"])), row["leader_name"] or "–",
             _stands(standing.get(row["id"]))] for row in found["items"]]  # fmt: skip
    titles = ["group", "name", "policy", "members", "follows", "stands"]
    output.show(found, lambda console: table(console, titles, rows), as_json=as_json)


def _stands(standing: dict[str, Any] | None) -> str:
    if standing is None:
        return "–"
    adrift = sum(one["following"] in {"behind", "ahead", "unlisted"} for one in standing["followers"])
    if standing["followers"]:
        return "in line" if not adrift else f"{adrift} adrift"
    last = standing["convergence"]
    return "–" if last is None else f"{last['converged']} of {last['accounts']} converged"


def show(
    group: Annotated[str, typer.Argument(help="The group's id.")], *, data: Data = None, as_json: output.Json = False
) -> None:
    """Target against actual for each account of the group's last intent, or for each follower."""
    from bidwell.app.remote import Remote

    found = Remote(data).get(f"/groups/{group}/standing")
    output.show(found, lambda console: _draw(console, found), as_json=as_json)


def _draw(console: Console, found: dict[str, Any]) -> None:
    if found["followers"]:
        rows = [[row["account_name"], row["symbol"], row["leader_position"], row["target"], row["actual"], row["drift"],
                 row["following"].replace("_", " "), row["reason"]] for row in found["followers"]]  # fmt: skip
        table(console, ["follower", "symbol", "leader", "target", "actual", "drift", "stands", "why"], rows)
        return
    parts = found["convergence"]["parts"] if found["convergence"] else []
    rows = [[row["account_name"], row["symbol"], row["target"], row["actual"], row["standing"].replace("_", " "),
             row["reason"]] for row in parts]  # fmt: skip
    table(console, ["account", "symbol", "target", "actual", "stands", "why"], rows)


def follow(
    name: Annotated[str, typer.Argument(help="The new group's name.")],
    members: Annotated[list[str], typer.Argument(help="account=ratio, once for each follower.")],
    *,
    leader: Annotated[str, typer.Option(help="The account whose fills are copied.")],
    lag: Annotated[int, typer.Option(min=1, max=3600, help="Seconds after which an entry is no longer copied.")] = 5,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Make a group whose members copy a leader's fills, each times its ratio."""
    from bidwell.app.remote import Remote

    body = {"name": name, "policy": "ratio", "leader": leader, "lag_seconds": lag,
            "members": [_member(one) for one in members]}  # fmt: skip
    made = Remote(data).post("/groups", body)
    text = f"{made['id']}: {len(made['members'])} accounts follow {made['leader_name']}"
    output.show(made, lambda console: console.print(text), as_json=as_json)


def _member(text: str) -> dict[str, str]:
    from bidwell.model.errors import InvalidInput

    account, sign, ratio = text.partition("=")
    if not account or not sign or not ratio:
        raise InvalidInput("group.member", f"{text!r} is not account=ratio", field="members", hint="such as growth=0.5")
    return {"account": account, "weight": ratio}


def remove(
    group: Annotated[str, typer.Argument(help="The group's id.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Remove a group; its accounts keep what they hold."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    found = desk.get(f"/groups/{group}")
    if not yes:
        typer.confirm(f"Remove the group {found['name']}?", abort=True)
    desk.delete(f"/groups/{group}")
    output.show({"removed": group}, lambda console: console.print(f"removed {found['name']}"), as_json=as_json)
