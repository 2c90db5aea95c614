"""A sweep on a real Dask cluster: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bidwell.simulation.research.sweep import sweep
from tests.unit.backtest.markets import random_bars
from tests.unit.backtest.test_sweep import GRID, Fussy, alike

START = 60.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each with one thread."""
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    scheduler = [
        "dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(told),
    ]
    worker = ["dask_worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-dashboard", "--no-nanny",
              "--local-directory", str(folder)]  # fmt: skip
    with ExitStack() as stack:
        said = stack.enter_context((folder / "said.txt").open("ab"))
        for module, *arguments in (scheduler, worker, worker):
            command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
            process = subprocess.Popen(command, stdout=said, stderr=said, cwd=Path(__file__).parents[3])
            stack.callback(process.wait)
            stack.callback(process.kill)
            _until(told)
        address: str = json.loads(told.read_text())["address"]
        yield address


def _until(told: Path) -> None:
    end = time.monotonic() + START
    while not told.exists():
        assert time.monotonic() < end, "the scheduler does not start"
        time.sleep(0.05)


@pytest.mark.parametrize("compile_", ["never", "always"])
def test_a_cluster_gives_the_same_table_and_the_same_errors(cluster: str, compile_: str) -> None:
    market, space = random_bars(200, 4), {**GRID, "fast": [2, 3, 8]}
    here = sweep(Fussy, market, space, fees=0.1, compile=compile_)
    seen: list[int] = []
    away = sweep(
        Fussy, market, space, fees=0.1, compile=compile_, cluster=cluster, progress=lambda done, _: seen.append(done)
    )
    alike(away, here)
    assert away.speed == ("compiled" if compile_ == "always" else "python")
    assert seen[-1] == 12
    assert [bool(error) for error in away.errors] == [False] * 4 + [True] * 4 + [False] * 4
    assert "no odd length such as 3" in away.errors[4]
