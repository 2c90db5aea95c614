"""The command line: one file for each command or group of commands.

Entry point: `main()`. To add a command, write a module with `register(cli)` that adds it, and name the module in
`COMMANDS`; the order there is the order of `--help`. A module imports what is heavy inside its command, so that
`bidwell version` stays quick. Every command takes `--json` and prints through `output.show`; what goes wrong is a
`BidwellError`, which `main` prints with its code and what to do, and exits 1.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from bidwell.app import output
from bidwell.model.errors import BidwellError

COMMANDS = (
    "up",
    "stop",
    "guardian",
    "ready",
    "drill",
    "trade",
    "margin",
    "risk",
    "connect",
    "twin",
    "intents",
    "groups",
    "reconciliation",
    "doubt",
    "catalog",
    "data",
    "backtest",
    "survival",
    "sweep",
    "honesty",
    "odds",
    "edge",
    "parity",
    "strategy",
    "backtrader",
    "keep",
    "bench",
    "faults",
    "checkout",
    "doctor",
    "version",
)


ALONE = frozenset({"backtest", "sweep", "honesty", "odds", "edge", "survival", "parity", "bench", "doctor", "version"})
"""Modules whose command has their name and needs no other: it is built alone where the arguments name it, which is quicker."""


def build(named: str = "") -> typer.Typer:
    """Return the command line with every command registered, or only what the command `named` needs."""
    cli = typer.Typer(
        name="bidwell",
        help="A self-hosted trading desk: many brokers, many accounts, one risk gate, one screen.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # A command line of one command would not be told its name: another one stands beside it.
    for name in (each for each in COMMANDS if named not in ALONE or each in {named, "version", "doctor"}):
        import_module(f"bidwell.app.cli.{name}").register(cli)
    return cli


def main() -> None:
    """Run the command that the arguments name; exit with its status."""
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else "")(prog_name="bidwell")
    except BidwellError as error:
        output.show_error(error, as_json="--json" in sys.argv[1:])
        sys.exit(1)
