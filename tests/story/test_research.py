"""A desk that dies while a strategy runs: the worker dies with it, and the next desk says so."""

from __future__ import annotations

import time
from importlib import resources
from pathlib import Path

import pytest

from tests.story.running import PATIENCE, RunningDesk

RUNS = "/api/v1/w/main/backtests"
LOOP = "        while True: pass\n"
LINE = "        if self.quick[-1]"


def workers(desk: RunningDesk) -> list[int]:
    """The worker processes that run in this desk's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(process, "cwd").readlink().is_relative_to(desk.data / "backtests"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_killed_desk_takes_its_workers_along_and_marks_their_runs_when_it_is_back(desk: RunningDesk) -> None:
    desk.start().own()
    source = resources.files("bidwell.strategy.templates").joinpath("averages_cross.py").read_text(encoding="utf-8")
    made = desk.browser.call("POST", "/api/v1/w/main/strategy-files",
                             {"name": "endless", "source": source.replace(LINE, LOOP + LINE, 1)})  # fmt: skip
    assert made.status == 201, made
    desk.until(f"{RUNS}/data", lambda found: len(found["items"]) == 5)
    asked = {"strategy": made.body["id"], "data": ["IBM.XNYS@1D"]}
    running, waiting = (desk.browser.call("POST", RUNS, asked).body["id"] for _ in range(2))
    desk.until(f"{RUNS}/{running}", lambda found: found["status"] == "running")
    assert workers(desk)
    desk.kill()
    deadline = time.monotonic() + PATIENCE
    while workers(desk):
        assert time.monotonic() < deadline, "a worker outlived its desk"
        time.sleep(0.05)
    desk.start().own()
    for name in (running, waiting):
        found = desk.browser.get(f"{RUNS}/{name}")
        assert (found["status"], found["code"]) == ("interrupted", "backtest.interrupted")
    assert list((desk.data / "backtests" / "main").iterdir()) == []
