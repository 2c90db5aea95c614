"""`bidwell twin`: a stand-in for a broker's server on this machine, for trials and fire drills."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from bidwell.twins import TwinServer


def register(cli: typer.Typer) -> None:
    cli.command()(twin)


def twin(
    name: Annotated[str | None, typer.Argument(help="Which broker's; see --list.")] = None,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0 for any.")] = 9101,
    scenario: Annotated[Path | None, typer.Option(help="Accounts and instruments, as JSON.")] = None,
    mishaps: Annotated[Path | None, typer.Option(help="What goes wrong, as JSON.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List the twins and stop.")] = False,
    as_json: output.Json = False,
) -> None:
    """Run a broker's twin until Ctrl-C; its page at /_twin/ shows the orders and lets you fill, reject and disconnect."""
    import asyncio
    from contextlib import suppress

    from bidwell.app.clock import WallClock
    from bidwell.model.errors import InvalidInput
    from bidwell.twins import read_scenario
    from bidwell.twins.mishaps import read_mishaps
    from bidwell.twins.registry import TWINS, cards, make

    if list_all:
        counts = cards()
        rows = [{"name": each.name, "title": each.title, "cards_passed": counts[each.name].passed,
                 "cards": counts[each.name].total} for each in TWINS.values()]  # fmt: skip
        lines = [
            f"{row['name']}: {row['title']}, {row['cards_passed']} of {row['cards']} contract cards" for row in rows
        ]
        output.show({"twins": rows}, lambda console: console.print("\n".join(lines)), as_json=as_json)
        return
    if name is None:
        raise InvalidInput("twin.name", "say which broker's twin", field="name", hint=", ".join(TWINS))
    server = make(name, WallClock(), port, read_scenario(scenario) if scenario else None)
    if mishaps is not None:
        server.stage.set_script(read_mishaps(mishaps))
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(server, as_json=as_json))


async def _serve(server: TwinServer, *, as_json: bool) -> None:
    import asyncio
    import signal
    import sys

    await server.start()
    accounts = [{"account": person.account, **person.fields} for person in server.stage.people.values()]
    lines = [f"The twin is at {server.url}, its page at {server.url}/_twin/", "", "Accounts:"]
    lines += ["  " + "  ".join(f"{key} {value}" for key, value in row.items()) for row in accounts]
    lines += ["", "Ctrl-C ends it."]
    told = {"url": server.url, "page": f"{server.url}/_twin/", "accounts": accounts}
    output.show(told, lambda console: console.print("\n".join(lines), markup=False), as_json=as_json)
    sys.stdout.flush()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await server.stop()
