"""Two workspaces in two processes on one database: each has its own desk, and neither sees the other's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bidwell.storage.cluster import EmbeddedCluster
from tests.story.running import PASSWORD, Answer, RunningDesk


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    made = EmbeddedCluster(tmp_path / "server")
    made.start()
    yield made
    made.stop()


def own(desk: RunningDesk, email: str) -> None:
    token = desk.told["setup_url"].split("#")[1]
    body = {"token": token, "name": "Somebody", "email": email, "password": PASSWORD}
    assert desk.browser.call("POST", "/api/v1/setup", body).status == 201
    desk.browser.csrf = desk.browser.get("/api/v1/session")["csrf"]


def filled(found: dict[str, Any]) -> bool:
    return bool(found["orders"]) and any(row["status"] == "FILLED" for row in found["orders"])


def reconciled(desk: RunningDesk, workspace: str) -> None:
    desk.until(f"/api/v1/w/{workspace}/accounts", lambda found: all(row["reconciled"] for row in found["items"]))


def test_two_workspaces_on_one_database_have_a_desk_each(tmp_path: Path, server: EmbeddedCluster) -> None:
    url = server.owner_conninfo
    first, second = RunningDesk(tmp_path / "one"), RunningDesk(tmp_path / "two")
    try:
        first.start(DATABASE_URL=url)
        second.start(DATABASE_URL=url, BIDWELL_WORKSPACE="second")
        own(first, "ada@example.test")
        own(second, "bob@example.test")
        reconciled(first, "main")
        reconciled(second, "second")
        posted: list[Answer] = [desk.alert("one-id-for-both") for desk in (first, second)]
        assert [answer.status for answer in posted] == [202, 202]
        assert not posted[1].body["duplicate"]
        first.until(f"/api/v1/w/main/intents/{posted[0].body['intent']}", filled)
        second.until(f"/api/v1/w/second/intents/{posted[1].body['intent']}", filled)
        assert len(first.browser.get("/api/v1/w/main/intents")["items"]) == 1
        assert len(second.browser.get("/api/v1/w/second/intents")["items"]) == 1
        for desk, foreign in ((first, "second"), (second, "main")):
            assert desk.browser.call("GET", f"/api/v1/w/{foreign}/intents").status == 404
            assert desk.ready().body["components"]["lease"]["ok"]
        assert first.stop() == 0
        with pytest.raises(AssertionError, match="belongs to the workspace main"):
            first.start(DATABASE_URL=url, BIDWELL_WORKSPACE="second")
        assert second.ready().status == 200
    finally:
        first.clean()
        second.clean()
