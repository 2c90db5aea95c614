"""The database stopped and started under load, and a disk that is full: refused clearly, nothing half done, no loss."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.postmaster import SETTINGS
from tests.faults.load import Sender, judge
from tests.story.books import faults
from tests.story.running import RunningDesk

SMALL = "430m"
PIECE = 64 * 1024


def wait_until(holds: Callable[[], bool], what: str, patience: float = 90.0) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def wait_refused(sender: Sender, count: int) -> None:
    """Wait until so many more alerts were refused because something is away."""

    def refused() -> int:
        return sum(times for (status, _), times in sender.refused.items() if status == 503)

    wanted = refused() + count
    wait_until(lambda: refused() >= wanted, f"nothing was refused: {sender.refused}")


# --- the database --------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    """A server of the operator's own: nobody but the test starts and stops it."""
    made = EmbeddedCluster(tmp_path / "server")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path / "data")
    yield running
    running.clean()


def test_a_database_that_is_stopped_and_started_under_load_costs_no_acknowledged_alert(
    desk: RunningDesk, server: EmbeddedCluster
) -> None:
    desk.start(DATABASE_URL=server.owner_conninfo).own()
    desk.wait_reconciled()
    faults(desk.data, {"seed": 3, "faults": [
        {"fault": "late_accept", "seconds": 0.4, "count": None, "probability": 0.5}]})  # fmt: skip
    sender = Sender([desk], "stopped")
    sender.start()
    for _ in range(2):
        sender.wait_for(10)
        server.stop()
        wait_refused(sender, 3)
        away = desk.ready()
        assert away.status == 503
        assert not away.body["components"]["database"]["ok"]
        assert not away.body["components"]["journal"]["ok"]
        server.start()
        desk.wait_ready(90)
    sender.wait_for(10)
    sender.end()
    faults(desk.data, {})
    assert {code for status, code in sender.refused if status == 503} <= {"journal_unavailable", "storage_unavailable"}
    judge(desk, list(sender.acknowledged.values()))


def refused_start(desk: RunningDesk, url: str) -> str:
    done = subprocess.run(desk.command(), capture_output=True, text=True, timeout=90, check=False,
                          env={**os.environ, "DATABASE_URL": url})  # fmt: skip
    assert done.returncode == 1, done
    return done.stderr


def test_no_desk_starts_on_a_database_that_may_forget_what_it_acknowledged(
    desk: RunningDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETTINGS, "fsync", "off")
    careless = EmbeddedCluster(tmp_path / "careless")
    try:
        url = careless.start()
        assert "runs with fsync off" in refused_start(desk, url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(b"ALTER DATABASE bidwell SET synchronous_commit = off")
        assert "fsync, synchronous_commit off" in refused_start(desk, url)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT to_regclass('journal')").fetchone() == (None,)
    finally:
        careless.stop()


# --- the disk ------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room; only root may mount one."""
    place = tmp_path / "small"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a file system of limited size can be mounted by root on Linux only")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=755", "tmpfs", str(place)],
                             capture_output=True, text=True, check=False)  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip(f"this machine mounts no file system: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    file = folder / "filler"
    with file.open("ab", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * PIECE)
    return file


def test_a_full_disk_refuses_alerts_clearly_and_everything_recovers_when_there_is_room(small_disk: Path) -> None:
    desk = RunningDesk(small_disk / "data")
    try:
        desk.start().own()
        desk.wait_reconciled()
        sender = Sender([desk], "full")
        sender.start()
        for _ in range(2):
            sender.wait_for(10)
            filler = fill(small_disk)
            wait_refused(sender, 5)
            assert desk.ready().status == 503
            fill(small_disk)
            time.sleep(1.0)
            filler.unlink()
            desk.wait_ready(90)
            desk.wait_reconciled()
        sender.wait_for(10)
        sender.end()
        judge(desk, list(sender.acknowledged.values()))
    finally:
        (small_disk / "filler").unlink(missing_ok=True)
        desk.clean()
