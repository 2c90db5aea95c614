"""kill -9 of the desk and of its database under load, judged by the sender's own list and the venue's own books.

A kill counts only when orders were in flight. A kill proves that what was acknowledged survives the process; that it
survives the machine rests on the database's durable settings, which are checked at every start.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import Sender, judge
from tests.story.books import faults
from tests.story.running import RunningDesk

LATE = 0.4


def postmaster(desk: RunningDesk) -> int:
    return int((desk.data / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def strike(desk: RunningDesk, sender: Sender, rng: random.Random, *, at_desk: bool) -> bool:
    """Kill at a random moment; True when an alert had just been acknowledged, whose orders the venue answers late."""
    time.sleep(rng.uniform(0.1, 0.8))
    busy = time.monotonic() - sender.last < LATE
    if at_desk:
        desk.kill()
        desk.start()
        desk.own()
    else:
        os.kill(postmaster(desk), signal.SIGKILL)
    return busy


def play(desk: RunningDesk, kills: int, seed: int) -> tuple[int, int]:
    """Kill until `kills` of them found orders in flight; gives those, and how many alerts were acknowledged."""
    rng = random.Random(seed)
    desk.start().own()
    desk.wait_reconciled()
    faults(desk.data, {"seed": seed, "faults": [
        {"fault": "late_accept", "seconds": LATE, "count": None, "probability": 0.8},
        {"fault": "ack_lost", "count": None, "probability": 0.1},
        {"fault": "partial", "on": "fill", "count": None, "probability": 0.3}]})  # fmt: skip
    sender = Sender([desk], seed)
    sender.start()
    counted = tries = 0
    while counted < kills and tries < kills * 6:
        tries += 1
        counted += strike(desk, sender, rng, at_desk=bool(tries % 2))
        desk.wait_reconciled()
    sender.end()
    faults(desk.data, {})
    judge(desk, list(sender.acknowledged.values()))
    return counted, len(sender.acknowledged)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path / "data")
    yield running
    running.clean()


def test_ten_kills_of_desk_and_database_lose_and_double_nothing(desk: RunningDesk) -> None:
    counted, acknowledged = play(desk, 10, seed=1)
    assert counted == 10
    assert acknowledged > 10


@pytest.mark.prove
def test_two_hundred_kills_lose_and_double_nothing(desk: RunningDesk) -> None:
    counted, acknowledged = play(desk, 200, seed=2)
    assert counted == 200
    assert acknowledged > 200
