"""Reconciliation, followers and replays from the command line of a running desk."""

from __future__ import annotations

import json
from pathlib import Path

from tests.story.running import RunningDesk
from tests.story.test_command_line import bidwell


def settled(found: dict[str, object]) -> bool:
    return found["status"] in {"converged", "partly", "denied"}


def test_a_leader_is_followed_and_a_recording_is_replayed_from_the_command_line(
    owned: RunningDesk, tmp_path: Path
) -> None:
    owned.wait_reconciled()
    one = bidwell(owned, "reconciliation", "--account", "growth", "--now")
    assert "agrees" in one.stdout, one
    made = bidwell(owned, "groups", "follow", "Copiers", "income=0.5", "--leader", "growth", "--lag", "30", "--json")
    group = json.loads(made.stdout)["id"]
    sent = json.loads(bidwell(owned, "order", "buy", "4", "AAPL", "--account", "growth", "--yes", "--json").stdout)
    owned.until(f"/api/v1/w/main/intents/{sent['id']}", settled)
    owned.until(f"/api/v1/w/main/groups/{group}/standing", lambda found: bool(found["followers"]))
    assert "AAPL" in bidwell(owned, "groups", "show", group).stdout
    bundle = tmp_path / "intent.json"
    assert bidwell(owned, "intents", "export", sent["id"], str(bundle)).returncode == 0
    told = bidwell(owned, "intents", "export", sent["id"], "--text")
    assert f"Intent {sent['id']}" in told.stdout
    assert "converged" in bidwell(owned, "intents", "show", sent["id"]).stdout
    asked = bidwell(owned, "intents", "replay", str(bundle), "--account", "income", told="n\n")
    assert asked.returncode == 1
    assert "Buy 4 AAPL on paper?" in asked.stdout
    again = bidwell(owned, "intents", "replay", str(bundle), "--account", "income", "--yes", "--json")
    copy = json.loads(again.stdout)["id"]
    found = owned.until(f"/api/v1/w/main/intents/{copy}", settled)
    assert (found["replay_of"], found["source"], found["account"]) == (sent["id"], "replay", "income")
    nothing = tmp_path / "nothing.json"
    nothing.write_text("{}", encoding="utf-8")
    wrong = bidwell(owned, "intents", "replay", str(nothing), "--account", "income", "--yes")
    assert "[bundle.invalid]" in wrong.stderr
