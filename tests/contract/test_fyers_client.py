"""Fyers' own client, which nobody here wrote, drives our twin; what it asked is kept and asked again in every run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contract.fyers_stand import FIELDS, fyers_stand
from tests.contract.vendor_client import driven, environment

DRIVER = Path(__file__).with_name("fyers_driver.py")
RECORDED = Path(__file__).with_name("fyers_requests.json")
PACKAGE = "fyers-apiv3==3.2.0"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.mark.network
async def test_fyers_own_client_trades_at_the_twin(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    python = await environment(tmp_path / "env", PACKAGE)
    asked: list[dict[str, Any]] = []

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.text() if request.method in {"POST", "PATCH", "DELETE"} else ""
        answer = await handler(request)
        if request.path.startswith(("/api/", "/data/")):
            asked.append({"method": request.method, "path": request.path_qs, "body": body, "status": answer.status})
        return answer

    async with fyers_stand(middlewares=[keep]) as stand:
        told = await driven(
            python, DRIVER, tmp_path, stand.server.url, FIELDS["app_id"], FIELDS["app_secret"], FIELDS["auth_code"]
        )
    assert (told["profile"], told["placed"], told["answers"]) == (FIELDS["fy_id"], ["ok", 1101], [1102, 1103])
    assert told["orders"] == [[2, 2, 3, 0], [6, 1, 4, 91], [1, 4, 3, 80]]
    assert (told["one"], told["trades"], told["positions"]) == ("1:own2", [[3, 100.0]], [["NSE:ACME-EQ", 3, 100.0]])
    assert (told["refused"], told["holdings"]) == (["error", -99], [])
    assert told["funds"] == ["Limit at start of the day", "Available Balance"]
    assert (told["quote"], told["days"]) == ([99.9, 100.0], [6, 6, 6])
    assert told["ticks"] == [["NSE:ACME-EQ", 99.95, 99.9, 100_000]]
    assert told["answered"] == ["cn", "ful", "sub"]
    assert told["heard"] == [["said", "ok"], ["order", 6, 0], ["order", 2, 3], ["trade", 3, 100.0], *([["order", 6, 0]] * 3),
                             ["order", 1, 0]]  # fmt: skip
    if pytestconfig.getoption("--update"):
        RECORDED.write_text(json.dumps({"client": PACKAGE, "asked": asked}, indent=1) + "\n")


async def test_what_fyers_own_client_asked_is_answered_as_it_was() -> None:
    recorded = json.loads(RECORDED.read_text())
    assert recorded["client"] == PACKAGE
    async with fyers_stand() as stand, aiohttp.ClientSession() as session:
        token = stand.config.access_token
        for row in recorded["asked"]:
            # One of the calls wants the token alone.
            whole = token if row["path"] == "/data/symbol-token" else f"{FIELDS['app_id']}:{token}"
            async with session.request(
                row["method"],
                stand.server.url + row["path"],
                data=row["body"] or None,
                headers={"Authorization": whole},
            ) as answer:
                assert answer.status == row["status"], (row, await answer.text())
                assert await answer.read()
        assert len(recorded["asked"]) >= 16
        assert stand.stage.books()["plain"]["positions"] == {"NSE:ACME-EQ": "3"}
