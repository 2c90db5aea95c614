"""The benches of load and of restarts, at sizes that take seconds: they run, judge, and say what they should."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


def bench(*arguments: str) -> dict[str, Any]:
    """Run it as a user does; the folder is on the checkout's disk, because a bench refuses a tmpfs."""
    command = [sys.executable, "-m", "bidwell.app", "bench", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=ROOT)
    if "choose a folder on a disk" in done.stderr:
        pytest.skip(f"the checkout lies in memory: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_bench_of_load_measures_every_part_and_finds_nothing_lost_or_doubled() -> None:
    sizes = {"rate": 20, "seconds": 1, "burst-rate": 60, "burst-seconds": 0.5, "clients": 3, "messages": 30,
             "wide-clients": 4, "wide-messages": 6, "stream-seconds": 1, "stalled": 0, "orders": 20, "reads": 3,
             "soak-rate": 10, "soak-minutes": 0.07}  # fmt: skip
    found = bench("load", *(part for name, size in sizes.items() for part in (f"--{name}", str(size))))
    assert found["judge"]["lost"] == found["judge"]["doubled"] == found["judge"]["not_acknowledged"] == 0
    assert found["judge"]["acknowledged"] == found["judge"]["at_the_venue"] > 50
    assert found["sustained"]["statuses"] == {"202": 20}
    assert found["stream"]["narrow"]["messages_per_s"] > 0
    assert found["stream"]["narrow"]["lost_readers"] == 0
    assert found["reads"]["open_orders"]["p99_ms"] > 0
    assert found["soak"]["descriptors"][0] > 0
    assert found["soak"]["tasks"][0] > 0


def test_the_bench_of_restarts_finds_every_order_again() -> None:
    found = bench("restart", "--quick", "--orders", "20", "--accounts", "2")
    assert (found["open_orders"], found["open_at_the_venue"], found["lost"], found["doubled"]) == (20, 20, 0, 0)
    assert 0 < found["accepting_s"] <= found["reconciled_s"]
    assert found["accepting_cpu_s"] > 0
