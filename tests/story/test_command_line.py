"""The command line against a running desk, as a person would type it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.story.running import PASSWORD, RunningDesk


def bidwell(desk: RunningDesk, *words: str, told: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bidwell.app", *words, "--data", str(desk.data)]
    return subprocess.run(command, capture_output=True, text=True, input=told, timeout=60, check=False)


def test_a_person_trades_halts_and_releases_from_the_command_line(desk: RunningDesk) -> None:
    desk.start()
    assert "no owner yet" in bidwell(desk, "accounts").stderr
    desk.own()
    desk.wait_reconciled()
    assert "Funded 50K" in bidwell(desk, "accounts").stdout
    asked = bidwell(desk, "order", "buy", "20", "AAPL", "--group", "all-five", told="n\n")
    assert "Max order notional" in asked.stdout
    assert asked.returncode == 1
    sent = bidwell(desk, "order", "buy", "20", "AAPL", "--group", "all-five", "--yes", "--json")
    intent = json.loads(sent.stdout)["id"]
    seen = desk.until(f"/api/v1/w/main/intents/{intent}", lambda found: found["filled"] == 4 and found["denied"] == 1)
    assert seen["source"] == "cli"
    assert intent in bidwell(desk, "intents").stdout
    assert bidwell(desk, "halt", "--reason", "a test", "--account", "growth").returncode == 0
    bidwell(desk, "order", "buy", "1", "AAPL", "--account", "growth", "--yes")
    newest = json.loads(bidwell(desk, "intents", "--limit", "1", "--json").stdout)["items"][0]
    desk.until(f"/api/v1/w/main/intents/{newest['id']}", lambda found: found["status"] == "denied")
    wrong = bidwell(desk, "release", "--account", "growth", "--email", "ada@example.test", told="wrong\n")
    assert wrong.returncode == 1
    released = bidwell(desk, "release", "--account", "growth", "--email", "ada@example.test", told=PASSWORD + "\n")
    assert released.returncode == 0, released
    assert bidwell(desk, "square-off", told="n\n").returncode == 1
    closed = bidwell(desk, "square-off", "--symbol", "AAPL", "--yes", "--json")
    assert {row["instrument"] for row in json.loads(closed.stdout)["items"]} == {"AAPL.XNAS"}
    desk.until("/api/v1/w/main/positions", lambda found: not any(float(row["quantity"]) for row in found["items"]))
    assert bidwell(desk, "violations").stdout == "none\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("buy", "1", "ZZZZ", "--account", "growth"), "instrument.unknown"),
        (("buy", "nan", "AAPL", "--account", "growth"), "number.format"),
        (("buy", "1e30", "AAPL", "--account", "growth"), "number.format"),
        (("buy", "0", "AAPL", "--account", "growth"), "sizing.not_positive"),
        (("buy", "-5", "AAPL", "--account", "growth"), "usage"),
        (("buy", "1", "AAPL", "--account", "nobody"), "account.unknown"),
        (("buy", "1", "AAPL", "--group", "none"), "group.unknown"),
        (("buy", "1", "AAPL"), "intent.receiver"),
    ],
)
def test_bad_orders_are_refused_with_a_code(owned: RunningDesk, words: tuple[str, ...], code: str) -> None:
    done = bidwell(owned, "order", *words, "--yes")
    assert done.returncode in {1, 2}
    assert code in done.stderr.lower() or (code == "usage" and "no such option" in done.stderr.lower())


def test_a_backup_is_restored_into_an_empty_folder(desk: RunningDesk, tmp_path: Path) -> None:
    desk.start().own()
    desk.wait_reconciled()
    intent = desk.alert("kept").body["intent"]
    desk.until(f"/api/v1/w/main/intents/{intent}", lambda found: found["filled"] == 4)
    file = tmp_path / "desk.backup"
    assert bidwell(desk, "backup", str(file)).returncode == 0
    assert "already runs" in bidwell(desk, "restore", str(file)).stderr
    other = RunningDesk(tmp_path / "other")
    try:
        other.data.mkdir()
        restored = bidwell(other, "restore", str(file))
        assert restored.returncode == 0, restored
        other.start()
        other.own()
        kept = other.browser.get(f"/api/v1/w/main/intents/{intent}")
        assert kept["filled"] == 4
    finally:
        other.clean()
