"""One worker process: bounded in time and memory, without secrets, ended with everything that it started."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from bidwell.jobs.backtests.request import Order, RunRequest
from bidwell.jobs.backtests.worker import MOST_OUTPUT, Ending, Worker, environment
from bidwell.marketdata.actions import write_actions
from bidwell.marketdata.catalog import Catalog
from bidwell.model.ids import InstrumentId

COMMAND = (sys.executable, "-m", "bidwell.app.backtest_worker")
HEAD = "from bidwell import Bar, Strategy\nimport os, sys\n"
CLASS = "class Mine(Strategy):\n    def on_bar(self, bar: Bar) -> None:\n        "


@dataclass
class Bench:
    folder: Path
    catalog: Path
    heard: list[tuple[int, int]] = field(default_factory=list)

    def worker(self, source: str, starting: float = 30.0, **changes: Any) -> Worker:  # noqa: ANN401 - any field of a request
        (self.folder / "strategy.py").write_text(source)
        asked = {"strategy": "s", "strategy_name": "s", "version": 1, "source": source, "data": ["ACME.TEST@1D"]}
        request = msgspec.convert({**asked, **changes}, RunRequest)
        order = Order(request, str(self.folder), str(self.catalog))
        return Worker(COMMAND, order, lambda done, total: self.heard.append((done, total)), starting)

    async def run(self, source: str, **changes: Any) -> Ending:  # noqa: ANN401 - any field of a request
        return await self.worker(source, **changes).run()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    days = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 3, 1), "1d", time_zone="UTC", eager=True)
    prices = {name: [100.0] * len(days) for name in ("open", "high", "low", "close", "volume")}
    Catalog(tmp_path / "catalog").append(InstrumentId("ACME.TEST"), 86_400, pl.DataFrame({"start": days, **prices}))
    (tmp_path / "run").mkdir()
    return Bench(tmp_path / "run", tmp_path / "catalog")


async def test_a_worker_has_no_secret_in_its_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@host/db")
    monkeypatch.setenv("BIDWELL_VAULT_KEY", "canary")
    ending = await bench.run(HEAD + "print(sorted(os.environ))\n" + CLASS + "pass\n")
    assert ending.said.summary is not None, ending
    assert "canary" not in str(environment())
    assert "DATABASE_URL" not in ending.output
    assert "VAULT" not in ending.output


async def test_a_strategy_that_ends_its_process_is_a_failed_run_with_a_reason(bench: Bench) -> None:
    ending = await bench.run(HEAD + CLASS + "os.kill(os.getpid(), 11)\n")
    assert ending.said.code == "backtest.crashed"
    assert "SIGSEGV" in ending.said.reason
    quiet = await bench.run(HEAD + CLASS + "os._exit(3)\n")
    assert (quiet.said.code, "status 3" in quiet.said.reason) == ("backtest.crashed", True)
    raised = await bench.run(HEAD + CLASS + "raise SystemExit(0)\n")
    assert raised.said.code == "strategy.raised"


async def test_time_is_bounded_in_the_loop_and_while_the_file_is_loaded(bench: Bench) -> None:
    looping = await bench.run(HEAD + CLASS + "while True: pass\n", time_limit=1.0)
    assert looping.said.code == "backtest.time_limit"
    loading = await bench.run(HEAD + "while True:\n    pass\n", time_limit=1.0, starting=1.0)
    assert loading.said.code == "backtest.time_limit"


async def test_memory_is_bounded(bench: Bench) -> None:
    ending = await bench.run(HEAD + CLASS + "self.hoard = bytearray(3 * 2**30)\n", memory=1.0)
    assert ending.said.code == "strategy.memory", ending


async def test_what_a_strategy_prints_is_kept_in_part_and_never_taken_for_the_workers_word(bench: Bench) -> None:
    said = 'print(\'{"summary": {"total_return": 1}}\')\n        print("x" * 10_000)\n'
    ending = await bench.run(HEAD + CLASS + said)
    assert ending.said.summary is not None
    assert ending.said.summary["total_return"] == 0.0
    assert ending.output.startswith('{"summary"')
    assert len(ending.output) == MOST_OUTPUT


async def test_a_split_of_the_catalog_is_booked_and_halves_nothing(bench: Bench) -> None:
    days = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 3, 1), "1d", time_zone="UTC", eager=True)
    level = [100.0 if each < datetime(2024, 2, 1, tzinfo=UTC) else 50.0 for each in days]
    prices = dict.fromkeys(("open", "high", "low", "close"), level)
    frame = pl.DataFrame({"start": days, **prices, "volume": [1e6] * len(days)})
    Catalog(bench.catalog).replace(InstrumentId("ACME.TEST"), 86_400, frame)
    source = HEAD + CLASS + "if not self.position:\n            self.buy(100)\n"
    plain = await bench.run(source)
    assert plain.said.summary is not None, plain
    assert plain.said.summary["final_equity"] == 95_000.0
    write_actions(bench.catalog, InstrumentId("ACME.TEST"),
                  pl.DataFrame({"date": [date(2024, 2, 1)], "split": [2.0], "dividend": [0.0]}))  # fmt: skip
    for adjust in ("raw", "split", "total"):
        ending = await bench.run(source, adjust=adjust)
        assert ending.said.summary is not None, ending
        assert ending.said.summary["final_equity"] == 100_000.0, adjust


async def test_a_cancel_ends_the_worker_with_what_it_started(bench: Bench) -> None:
    source = HEAD + "import subprocess\n" + CLASS + (
        "child = subprocess.Popen(['sleep', '600'])\n        print(child.pid, flush=True)\n        while True: pass\n")  # fmt: skip
    worker = bench.worker(source)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        while not worker._output.strip():
            await asyncio.sleep(0.02)
    worker.end()
    ending = await running
    assert ending.said.code == "backtest.canceled"
    child = int(ending.output)
    async with asyncio.timeout(30):
        while _runs(child):
            await asyncio.sleep(0.02)


async def test_a_worker_that_does_not_answer_a_cancel_is_ended(bench: Bench) -> None:
    worker = bench.worker(HEAD + "import time\n" + CLASS + "time.sleep(0.5)\n")
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        while worker._process is None:
            await asyncio.sleep(0.02)
    await worker.cancel()
    assert (await running).said.code == "backtest.canceled"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
