"""`bidwell intents`: what was asked of the desk, its flight recorder, and a recording asked for again on paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data
from bidwell.app.cli.trade import draw_preview, table

if TYPE_CHECKING:
    from rich.console import Console

Limit = Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")]
_NEEDED = frozenset({"IntentReceived", "IntentAllocated"})


def register(cli: typer.Typer) -> None:
    group = typer.Typer(help="List what was asked of the desk, newest first; show, export and replay one.",
                        invoke_without_command=True)  # fmt: skip
    group.callback()(listing)
    for command in (show, export, replay):
        group.command()(command)
    cli.add_typer(group, name="intents")


def listing(context: typer.Context, *, limit: Limit = 20, data: Data = None, as_json: output.Json = False) -> None:
    """List what was asked of the desk, newest first; show, export and replay one."""
    if context.invoked_subcommand is not None:
        return
    from bidwell.app.remote import Remote

    found = Remote(data).get("/intents", limit=str(limit))
    rows = [[row["id"], row["received_at"][:19].replace("T", " "), row["source"], row["side"] or "", row["symbol"],
             row["receiver_name"], row["status"], f"{row['filled']}/{row['children']}", str(row["denied"]),
             f"{row['converged']} of {row['accounts']}"] for row in found["items"]]  # fmt: skip
    titles = ["intent", "received (UTC)", "from", "side", "symbol", "to", "status", "filled", "denied", "converged"]
    output.show(found, lambda console: table(console, titles, rows), as_json=as_json)


def show(
    intent: Annotated[str, typer.Argument(help="The intent's id.")], *, data: Data = None, as_json: output.Json = False
) -> None:
    """Target against actual for each account of one intent."""
    from bidwell.app.remote import Remote

    found = Remote(data).get(f"/intents/{intent}")
    output.show(found, lambda console: _draw(console, found), as_json=as_json)


def _draw(console: Console, found: dict[str, Any]) -> None:
    standing = found["convergence"]
    console.print(f"{found['id']} {found['status']}: {standing['converged']} of {standing['accounts']} converged, "
                  f"{standing['orphans']} orphans")  # fmt: skip
    rows = [[part["account_name"], part["symbol"], part["target"], part["actual"],
             part["standing"].replace("_", " "), part["reason"]] for part in standing["parts"]]  # fmt: skip
    table(console, ["account", "symbol", "target", "actual", "stands", "why"], rows)


def export(
    intent: Annotated[str, typer.Argument(help="The intent's id.")],
    file: Annotated[Path | None, typer.Argument(help="Where to write it; the screen when left out.")] = None,
    *,
    text: Annotated[bool, typer.Option("--text", help="For a reader instead of a program.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Write one intent as a bundle: what was decided, each stage's time, and every event of it."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    written = (
        desk.text(f"/export/intents/{intent}.txt") if text else _pretty(desk.get(f"/export/intents/{intent}.json"))
    )
    if file is None:
        print(written)
        return
    file.write_text(written, encoding="utf-8")
    done = {"file": str(file), "bytes": file.stat().st_size}
    output.show(done, lambda console: console.print(f"{file}: {done['bytes']} bytes"), as_json=as_json)


def _pretty(bundle: dict[str, Any]) -> str:
    return json.dumps(bundle, indent=1)


def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bundle that `export` wrote.")],
    *,
    account: Annotated[str, typer.Option(help="The paper account to replay it in.")],
    part: Annotated[str | None, typer.Option(help="Only what this account of the original was given.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Ask for a recorded intent again, now, in a paper account; previews it and asks first."""
    from bidwell.app.remote import Remote

    bundle = _needed(file)
    desk = Remote(data)
    asked = {"account": account, "bundle": bundle, "part": part}
    body = {name: value for name, value in asked.items() if value is not None}
    if not yes:
        preview = desk.post("/intents/replay/preview", body)
        if as_json:
            output.show({"preview": preview}, lambda _: None, as_json=True)
            return
        output.show(preview, lambda console: draw_preview(console, preview), as_json=False)
        typer.confirm(f"{preview['button']} on paper?", abort=True)
    sent = desk.post("/intents/replay", body)
    output.show(sent, lambda console: console.print(f"accepted as {sent['id']}"), as_json=as_json)


def _needed(file: Path) -> dict[str, Any]:
    """What of a bundle the desk needs: the receipt and the allocation."""
    from bidwell.model.errors import InvalidInput

    try:
        bundle = json.loads(file.read_text(encoding="utf-8"))
        events = [one for one in bundle["events"] if one["kind"] in _NEEDED]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("bundle.invalid", f"{file} is no bundle of an intent: {error!r}", field="file",
                           hint="write one with `bidwell intents export`") from error  # fmt: skip
    return {"events": events}
