from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from bidwell.model.role import Role
from bidwell.server.app import create_app
from bidwell.server.log import configure, redact
from bidwell.server.openapi import text
from tests.server.house import MAIN, TOKEN, House, until, wish


async def test_liveness_and_readiness_name_every_part(home: House) -> None:
    client = home.client()
    assert (await client.get("/health/live")).json() == {"ok": True}
    ready = await client.get("/health/ready")
    assert ready.status_code == 200, ready.text
    assert {"main.journal", "main.feed", "main.accounts", "other.journal"} <= set(ready.json()["components"])


async def test_a_part_that_fails_or_hangs_makes_the_desk_not_ready(home: House) -> None:
    async def broken() -> tuple[bool, str]:
        raise OSError("disk full")

    async def hanging() -> tuple[bool, str]:
        await asyncio.sleep(60)
        return True, ""

    app = create_app(replace(home.context, probes={"disk": broken, "venue": hanging}))
    answer = await home.client(app=app).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["components"]["disk"] == {"ok": False, "detail": "OSError: disk full"}
    assert not answer.json()["components"]["venue"]["ok"]


async def test_metrics_count_intents_denials_and_the_order_path(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    await trader.post(
        "/api/v1/w/main/intents", json=wish(account=None, group="main-all"), headers={"Idempotency-Key": "m"}
    )
    await until(lambda: sum(len(order.fills) for order in home.desk.state.orders.values()) == 2)
    await home.client().post("/api/v1/hooks/alert", json=home.alert(quantity=""))
    shown = (await home.client().get("/metrics")).text
    for line in ('bidwell_intents_total{source="ticket",workspace="main"} 1.0',
                 'bidwell_denials_total{rule="max_order_quantity",workspace="main"} 1.0',
                 'bidwell_order_path_seconds_count{workspace="main"} 2.0',
                 'bidwell_alerts_total{outcome="refused"} 1.0', 'bidwell_journal_seconds_count{workspace="main"} 1.0',
                 'bidwell_data_age_seconds{workspace="main"}', 'bidwell_open_orders{workspace="main"} 0.0',
                 'route="/api/v1/w/{workspace}/intents"'):  # fmt: skip
        assert line in shown, line


def test_secrets_are_redacted_by_form_and_by_name() -> None:
    line = {"event": f"token {TOKEN[MAIN]} came", "password": "hunter2", "headers": {"Authorization": "Bearer abcdefgh"},
            "list": ["bdw_0123456789abcdef", {"secret": "s"}], "token_hint": "wxyz", "n": 5}  # fmt: skip
    clean = redact(line)
    assert "hunter2" not in str(clean)
    assert TOKEN[MAIN] not in str(clean)
    assert "abcdefgh" not in str(clean)
    assert "bdw_0123" not in str(clean)
    assert (clean["token_hint"], clean["n"]) == ("wxyz", 5)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the log writes, as JSON; the logging of other tests is put back afterwards."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure(as_json=True, level=logging.DEBUG)
    yield stream
    root.handlers[:] = kept
    root.setLevel(level)
    structlog.reset_defaults()


async def test_a_log_line_has_the_requests_id_and_no_secret(home: House, lines: io.StringIO) -> None:
    answer = await home.client().post("/api/v1/hooks/alert", json=home.alert())
    await home.member(MAIN, Role.VIEWER)
    logging.getLogger("library").warning("posting %s", TOKEN[MAIN])
    rows = [json.loads(line) for line in lines.getvalue().splitlines()]
    mine = [row for row in rows if row.get("request_id") == answer.headers["x-request-id"]]
    assert {row["event"] for row in mine} == {"alert", "request"}
    assert [row["intent"] for row in mine if row["event"] == "alert"] == [answer.json()["intent"]]
    assert TOKEN[MAIN] not in lines.getvalue()
    assert "correct horse" not in lines.getvalue()


def test_the_document_is_stable_complete_and_has_examples() -> None:
    assert text() == text()
    found = json.loads(text())
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}, (path, method)
            assert operation.get("description") or operation.get("summary"), (path, method)
    assert found["paths"]["/api/v1/w/{workspace}/intents"].keys() == {"get", "post"}
    names = set(found["components"]["schemas"])
    assert {"IntentRequest", "Problem", "AlertReceipt", "OrderDetail"} <= names
    references = {part.split('"')[0] for part in text().split("#/components/schemas/")[1:]}
    assert references <= names
    assert not any(name.endswith(("-Input", "-Output")) for name in names)
