"""Every linter, type check, import contract and size budget, side by side: `python -m tools.check [--json]`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools import web
from tools.tree import ROOT

PYTHON = [name for name in ("src", "tools", "tests", "bench", "hatch_build.py") if (ROOT / name).exists()]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A command that exits 0 when its rules are kept; `prepare` runs before it and may raise BuildError."""

    name: str
    what: str
    command: list[str]
    folder: Path = ROOT
    prepare: Callable[[], None] | None = None


@dataclass(frozen=True)
class Outcome:
    """What one check said."""

    name: str
    what: str
    passed: bool
    seconds: float
    output: str


def checks() -> list[Check]:
    """Return every check, the longest first, so that two cores end together."""
    python = [sys.executable, "-m"]
    listed = [
        Check("mypy", "types, strict, tests included", [*python, "mypy", *PYTHON]),
        Check("imports", "layers and import contracts", [str(BIN / "lint-imports"), "--no-cache"]),
        Check("ruff", "all rules but the listed", [*python, "ruff", "check", "--output-format=concise", *PYTHON]),
        Check("format", "one layout of the text", [*python, "ruff", "format", "--check", *PYTHON]),
        Check("budget", "sizes and names", [*python, "tools.budget"]),
        Check("tidy", "hosts, paths, secrets, leftovers", [*python, "tools.tidy"]),
    ]
    if (web.WEB / "package.json").is_file():
        typescript = [
            Check(name, what, web.npm("run", "--silent", script), web.WEB, web.install_packages)
            for name, what, script in (
                ("tsc", "types of the web UI", "typecheck"),
                ("oxlint", "rules of the web UI", "lint"),
            )
        ]
        listed[1:1] = typescript
    return listed


def run(check: Check) -> Outcome:
    started = time.monotonic()
    environment = {**web.environment(), "PYTHONUNBUFFERED": "1", "COLUMNS": "160"}
    try:
        if check.prepare is not None:
            check.prepare()
        done = subprocess.run(
            check.command, cwd=check.folder, env=environment, capture_output=True, text=True, check=False
        )
        passed, output = done.returncode == 0, (done.stdout + done.stderr).strip()
    except web.BuildError as error:
        passed, output = False, str(error)
    return Outcome(check.name, check.what, passed, round(time.monotonic() - started, 1), output)


def run_all() -> list[Outcome]:
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        return list(pool.map(run, checks()))


def table(outcomes: list[Outcome]) -> Table:
    drawn = Table(box=None, pad_edge=False, expand=True)
    for heading in ("check", "what", "", "s", "says"):
        drawn.add_column(
            heading, justify="right" if heading == "s" else "left", no_wrap=True, ratio=1 if heading == "says" else None
        )
    for outcome in outcomes:
        verdict = Text("passed", "green") if outcome.passed else Text("FAILED", "red")
        last = outcome.output.splitlines()[-1] if outcome.output else ""
        drawn.add_row(outcome.name, outcome.what, verdict, f"{outcome.seconds:.1f}", Text(last))
    return drawn


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    outcomes = run_all()
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if "--json" in arguments:
        print(json.dumps({"passed": not failed, "checks": [asdict(outcome) for outcome in outcomes]}))
        return 1 if failed else 0
    console = Console(highlight=False)
    for outcome in failed:
        console.rule(outcome.name, align="left")
        console.print(outcome.output, markup=False, soft_wrap=True)
    console.print(table(outcomes))
    verdict = f"FAILED: {', '.join(outcome.name for outcome in failed)}" if failed else "all passed"
    console.print(f"checks: {verdict} in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
