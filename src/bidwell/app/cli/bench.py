"""`bidwell bench`: measure this machine with the programs in `bench/`."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from bidwell.app import output


def register(cli: typer.Typer) -> None:
    cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)


def bench(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="orders: the order path beside a bare loopback limit; load: what one desk bears; restart: how long it "
            "is away after kill -9; risk: what the gate costs, a halt and the guardian take; backtest: engines side by side."
        ),
    ],
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller sizes, or only our own figures.")] = False,
    as_json: output.Json = False,
) -> None:
    """Run one benchmark and print its table; the figures are this machine's, now. Further options go to it."""
    from bidwell.app.folders import checkout
    from bidwell.model.errors import ConfigError

    root = checkout()
    if root is None:
        msg = "benchmarks come with a checkout of the repository, not with the package"
        raise ConfigError(msg)
    program = root / "bench" / f"{name}.py"
    known = sorted(file.stem for file in (root / "bench").glob("*.py") if file.stem != "bare")
    if name not in known:
        msg = f"there is no benchmark {name!r}: choose one of {', '.join(known)}"
        raise ConfigError(msg)
    command = [sys.executable, str(program), *(["--quick"] if quick else []), *(["--json"] if as_json else []),
               *context.args]  # fmt: skip
    raise typer.Exit(subprocess.run(command, check=False, cwd=root).returncode)
