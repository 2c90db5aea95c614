"""`bidwell drill`: what must work when it matters, tried at a broker's twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.model.risk_events import DrillStep


def register(cli: typer.Typer) -> None:
    cli.command()(drill)


def drill(
    broker: Annotated[str, typer.Argument(help="Which broker's; see `bidwell twin --list`.")],
    *,
    as_json: output.Json = False,
) -> None:
    """Drill at a broker's twin, with nothing kept: connect, rest, lose an answer, halt, flatten; exits 1 when a step fails.

    For arming, run the drill on the readiness board or with `bidwell ready ACCOUNT --repair drill`.
    """
    import asyncio
    from dataclasses import asdict

    from bidwell.app.drill import run

    steps = asyncio.run(run(broker))
    passed = all(step.passed for step in steps)
    output.show({"broker": broker, "passed": passed, "steps": [asdict(step) for step in steps]},
                lambda console: _draw(console, steps), as_json=as_json)  # fmt: skip
    if not passed:
        raise typer.Exit(1)


def _draw(console: Console, steps: list[DrillStep]) -> None:
    for step in steps:
        console.print(f"{'✓' if step.passed else '✗'} {step.name}: {step.said}", markup=False)
