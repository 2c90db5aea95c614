"""Two desks on one database and one data folder: one sends, whatever happens to the other."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bidwell.storage.cluster import EmbeddedCluster
from tests.faults.load import Sender, judge, placed
from tests.story.books import books, faults
from tests.story.running import RunningDesk, free_port

LATE = {"seed": 5, "faults": [
    {"fault": "late_accept", "seconds": 0.4, "count": None, "probability": 0.8},
    {"fault": "ack_lost", "count": None, "probability": 0.1},
    {"fault": "partial", "on": "fill", "count": None, "probability": 0.3}]}  # fmt: skip
GHOSTS = 20
GHOST = Decimal(3)
FENCED = 4


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[RunningDesk, RunningDesk]]:
    first = RunningDesk(tmp_path / "data")
    second = RunningDesk(first.data, free_port())
    yield first, second
    for one in (first, second):
        if one.process is not None and one.process.poll() is None:
            one.signal(signal.SIGCONT)
    second.clean()
    first.clean()


def haunt(paused: RunningDesk) -> None:
    """Post alerts that reach the paused desk's socket and wait there for it to wake."""

    def post(number: int) -> None:
        with contextlib.suppress(OSError):
            paused.alert(f"ghost-{number}", 0.5, symbol="IBM", quantity=str(GHOST))

    threads = [threading.Thread(target=post, args=[number]) for number in range(GHOSTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_paused_desk_is_succeeded_by_its_standby_and_sends_nothing_when_it_wakes(
    pair: tuple[RunningDesk, RunningDesk],
) -> None:
    first, second = pair
    first.start().own()
    first.wait_reconciled()
    second.stand_by(first)
    waiting = second.ready()
    assert waiting.status == 503
    assert first.told["url"] in waiting.body["components"]["lease"]["detail"]
    refused = second.alert("early")
    assert (refused.status, refused.body["code"]) == (503, "standby")
    assert first.ready().body["components"]["lease"]["ok"]

    faults(first.data, LATE)
    sender = Sender([first, second], "pair")
    sender.start()
    sender.wait_for(15)
    first.signal(signal.SIGSTOP)
    haunt(first)
    second.wait_ready(60)
    second.own()
    sender.wait_for(15)
    sender.end()
    faults(first.data, {})
    judge(second, list(sender.acknowledged.values()))
    # The sender may have given up on an answer that was on its way: what was taken all the same is over, too.
    at_rest = second.until("/api/v1/w/main/intents?limit=200", lambda found: all(
        row["status"] not in {"received", "working"} for row in found["items"]), patience=60)["items"]  # fmt: skip

    before = books(first.data)
    first.signal(signal.SIGCONT)
    assert first.wait_dead() == FENCED
    assert "fenced" in first.log()
    assert placed(books(first.data)) == placed(before)
    assert second.ready().status == 200
    told = second.browser.get("/api/v1/w/main/intents?limit=200")["items"]
    assert [row["id"] for row in told] == [row["id"] for row in at_rest]
    assert {row["id"] for row in told} >= set(sender.acknowledged.values())
    assert len(told) <= sender.tried
    assert GHOST not in {Decimal(row["sizing"]["value"]) for row in told}


def test_desks_that_stand_by_for_one_another_hand_over_and_back_and_end_together(
    pair: tuple[RunningDesk, RunningDesk],
) -> None:
    first, second = pair
    first.start("--standby").own()
    assert first.told["standby"] is False
    first.wait_reconciled()
    second.stand_by(first)
    posted = first.alert("before")
    assert posted.status == 202

    first.signal(signal.SIGSTOP)
    second.wait_ready(60)
    first.signal(signal.SIGCONT)
    wait_until(lambda: second.told["url"] in lease(first))

    # An orderly end hands over at once, and leaves the database and the paper venue to the successor.
    assert second.stop() == 0
    first.wait_ready(60)
    first.own()
    judge(first, [posted.body["intent"]])
    again = first.alert("before")
    assert (again.status, again.body["duplicate"]) == (202, True)

    second.start("--standby")
    first.kill()
    second.wait_ready(60)
    second.own()
    judge(second, [posted.body["intent"]])

    third = RunningDesk(first.data, free_port()).start("--standby")
    assert third.told["standby"]
    done = subprocess.run([sys.executable, "-m", "bidwell.app", "stop", "--json", "--data", str(first.data)],
                          capture_output=True, text=True, check=True, timeout=90)  # fmt: skip
    assert '"desk": true' in done.stdout
    assert second.wait_dead() == 0
    assert third.wait_dead() == 0


def test_a_standby_refuses_a_workspace_that_another_folder_has_led(tmp_path: Path) -> None:
    first, other = RunningDesk(tmp_path / "one"), RunningDesk(tmp_path / "two")
    first.start()
    try:
        url = EmbeddedCluster(first.data).owner_conninfo
        with pytest.raises(AssertionError, match="last led from another data folder"):
            other.start("--standby", DATABASE_URL=url)
        assert first.ready().status == 200
    finally:
        other.clean()
        first.clean()


def lease(desk: RunningDesk) -> str:
    """What the desk says of the lease."""
    part: dict[str, str] = desk.ready().body["components"].get("lease", {"detail": ""})
    return part["detail"]


def wait_until(holds: Callable[[], bool], patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
