"""`bidwell check`, `test` and `prove`: what works only in a checkout of the repository, where tools/ lies."""

from __future__ import annotations

import subprocess
import sys

import typer

from bidwell.app import output
from bidwell.app.folders import checkout
from bidwell.model.errors import ConfigError

PYTEST_ARGUMENTS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]}


def register(cli: typer.Typer) -> None:
    cli.command()(check)
    cli.command(context_settings=PYTEST_ARGUMENTS)(test)
    cli.command(context_settings=PYTEST_ARGUMENTS)(prove)


def check(*, as_json: output.Json = False) -> None:
    """Run every linter, type check, import contract and size budget."""
    _run("check", ["--json"] if as_json else [])


def test(context: typer.Context) -> None:
    """Run the checks, the web unit tests, then pytest with the arguments given (`--network` adds the network tests)."""
    _run("suite", ["test", *context.args])


def prove(context: typer.Context) -> None:
    """Run the long proofs; arguments go to pytest."""
    _run("suite", ["prove", *context.args])


def _run(tool: str, arguments: list[str]) -> None:
    root = checkout()
    if root is None:
        raise ConfigError(
            "checks and tests run in a checkout of the repository (./bidwell test), and this is a package"
        )
    sys.exit(subprocess.run([sys.executable, "-m", f"tools.{tool}", *arguments], cwd=root, check=False).returncode)
