"""kill -9 of the desk and of its database under load, judged by the sender's own list and the venue's own books.

A kill counts only when orders were in flight. A kill proves that what was acknowledged survives the process; that it
survives the machine rests on the database's durable settings, which are checked at every start.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.story.books import books, faults
from tests.story.running import RunningDesk

pytestmark = pytest.mark.xdist_group("story")

SYMBOLS = ("AAPL", "MSFT", "GOOG", "IBM", "FB")
LATE = 0.4
CLOSED = {"FILLED", "DENIED", "REJECTED", "CANCELED", "EXPIRED"}


class Sender(threading.Thread):
    """Posts alerts without pause and remembers which were acknowledged."""

    def __init__(self, desk: RunningDesk, run: int) -> None:
        super().__init__(daemon=True)
        self._desk = desk
        self._run = run
        self._ended = threading.Event()
        self.acknowledged: list[str] = []
        self.last = 0.0
        self.tried = 0

    def run(self) -> None:
        while not self._ended.is_set():
            self.tried += 1
            symbol = SYMBOLS[self.tried % len(SYMBOLS)]
            with contextlib.suppress(OSError, ValueError):
                answer = self._desk.alert(f"{self._run}-{self.tried}", symbol=symbol, quantity=str(5 + self.tried % 7))
                if answer.status == 202:
                    self.acknowledged.append(answer.body["intent"])
                    self.last = time.monotonic()
            time.sleep(0.03)

    def end(self) -> None:
        self._ended.set()
        self.join(30)


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
    sender = Sender(desk, seed)
    sender.start()
    counted = tries = 0
    while counted < kills and tries < kills * 6:
        tries += 1
        counted += strike(desk, sender, rng, at_desk=bool(tries % 2))
        desk.wait_reconciled()
    sender.end()
    faults(desk.data, {})
    judge(desk, sender.acknowledged)
    return counted, len(sender.acknowledged)


def judge(desk: RunningDesk, acknowledged: list[str]) -> None:
    """Nothing acknowledged is lost, nothing is doubled, and both books hold the same."""
    for intent in acknowledged:
        desk.until(f"/api/v1/w/main/intents/{intent}", lambda found: found["orders"] and all(
            order["status"] in CLOSED for order in found["orders"]), patience=60)  # fmt: skip
    venue = books(desk.data)
    for name, book in venue.items():
        names = [order["client_order_id"] for order in book["orders"]]
        assert len(names) == len(set(names)), f"{name} has an order twice"
    ours = desk.browser.get("/api/v1/w/main/positions")["items"]
    held = {(row["account"], row["instrument"]): Decimal(row["quantity"]) for row in ours if Decimal(row["quantity"])}
    assert held == positions(venue)


def positions(venue: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    return {(name, instrument): Decimal(quantity) for name, book in venue.items()
            for instrument, quantity in book["positions"].items() if Decimal(quantity)}  # fmt: skip


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
