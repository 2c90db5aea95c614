"""`bidwell faults`: play seeded fault schedules against the order path, and broken engines beside it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.simulation.proof.run import Report


def register(cli: typer.Typer) -> None:
    cli.command()(faults)


def faults(
    *,
    schedules: Annotated[int, typer.Option(min=1, help="How many schedules to play.")] = 2000,
    seed: Annotated[int | None, typer.Option(help="The first seed; a random one by default.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="How many processes; one for each core.")] = None,
    mutants: Annotated[bool, typer.Option(help="Also see that every broken engine is found out.")] = True,
    as_json: output.Json = False,
) -> None:
    """Prove the order path: seeded schedules of faults, judged by the venue's own books; exits 1 on any violation."""
    from bidwell.simulation.proof.run import run

    first = random.SystemRandom().randrange(1_000_000_000) if seed is None else seed
    if as_json:
        report = run(schedules, first, processes, mutants=mutants)
    else:
        report = _with_progress(schedules, first, processes, mutants=mutants)
    output.show(report.as_json(), lambda console: _draw(console, report), as_json=as_json)
    if not report.sound:
        raise typer.Exit(1)


def _with_progress(schedules: int, seed: int, processes: int | None, *, mutants: bool) -> Report:
    from rich.progress import Progress

    from bidwell.simulation.proof.run import run

    with Progress(transient=True) as bar:
        task = bar.add_task("Schedules and mutants", total=None)
        return run(
            schedules, seed, processes, mutants=mutants,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )  # fmt: skip


def _draw(console: Console, report: Report) -> None:
    from rich.table import Table

    last = report.seed + report.schedules - 1
    console.print(f"{report.schedules:,} schedules (seeds {report.seed} to {last}) in {report.seconds:.1f} s, "
                  f"{report.schedules_per_s:.0f} a second")  # fmt: skip
    console.print(f"{report.violations:,} with violations; {report.mutants_killed} of {report.mutants} mutants killed")
    stages = Table("fault", "struck", "where", box=None, pad_edge=False)
    for fault, row in report.table.items():
        stages.add_row(fault, f"{sum(row.values()):,}", ", ".join(f"{stage} {count:,}" for stage, count in row.items()))
    console.print(stages)
    kept = (
        "intents",
        "orders",
        "fills",
        "in_doubt",
        "absent",
        "resurrected",
        "resent",
        "external",
        "crashes",
        "checks",
    )
    console.print(", ".join(f"{name.replace('_', ' ')} {report.counts.get(name, 0):,}" for name in kept))
    for name in report.missing:
        console.print(f"never happened: {name}", style="red")
    for name in report.alive:
        console.print(f"mutant alive: {name}", style="red")
    for one in report.broken:
        console.print(f"seed {one.seed} breaks {', '.join(map(str, one.invariants))}: {one.texts[0]}", style="red")
        for line in one.trace:
            console.print(f"  {line}", markup=False)
