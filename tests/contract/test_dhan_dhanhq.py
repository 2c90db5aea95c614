"""Dhan's own client, which nobody here wrote, drives our twin; what it asked is kept and asked again in every run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contract.dhan_stand import FIELDS, dhan_stand
from tests.contract.vendor_client import driven, environment

DRIVER = Path(__file__).with_name("dhanhq_driver.py")
RECORDED = Path(__file__).with_name("dhanhq_requests.json")
PACKAGE = "dhanhq==2.3.0"
HEADERS = {"access-token": FIELDS["access_token"], "client-id": FIELDS["client_id"],
           "Content-type": "application/json"}  # fmt: skip
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.mark.network
async def test_dhans_own_client_trades_at_the_twin(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    python = await environment(tmp_path / "env", PACKAGE)
    asked: list[dict[str, Any]] = []

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.text() if request.method in {"POST", "PUT"} else ""
        answer = await handler(request)
        if request.path.startswith("/v2/"):
            asked.append({"method": request.method, "path": request.path_qs, "body": body, "status": answer.status})
        return answer

    async with dhan_stand(middlewares=[keep]) as stand:
        told = await driven(
            python, DRIVER, tmp_path, stand.server.url, FIELDS["client_id"], FIELDS["access_token"], FIELDS["pin"]
        )
    assert told["login"] == ["1000000001", True, 19]
    assert told["placed"] == ["success", "TRANSIT"]
    assert told["answers"] == ["success", "success", "CANCELLED"]
    assert told["orders"] == [
        ["TRADED", "MARKET", 3, 0],
        ["PENDING", "LIMIT", 4, 91.0],
        ["CANCELLED", "STOP_LOSS", 3, 80.0],
    ]
    assert (told["tag"], told["trades"], told["positions"]) == (3, [[3, 100.0]], [["ACME", 3, 100]])
    assert (told["refused"], told["holdings"], told["switch"]) == (["failure", "DH-906"], "DH-1111", "DEACTIVATE")
    assert (told["funds"], told["margin"]) == (100_000, 1000)
    assert (told["quote"], told["days"], told["minutes"]) == ([99.9, 100.0], [3] * 6, "success")
    assert told["packets"] == [["Previous Close", 1333], ["Full Data", 1333]]
    assert told["full"] == ["99.95", "99.90", 100_000]
    assert sorted(told["heard"]) == sorted([["Pending", 0], ["Traded", 3], ["Pending", 0], ["Pending", 0], ["Pending", 0],
                                            ["Cancelled", 0]])  # fmt: skip
    if pytestconfig.getoption("--update"):
        RECORDED.write_text(json.dumps({"client": PACKAGE, "asked": asked}, indent=1) + "\n")


async def test_what_dhans_own_client_asked_is_answered_as_it_was() -> None:
    recorded = json.loads(RECORDED.read_text())
    assert recorded["client"] == PACKAGE
    async with dhan_stand() as stand, aiohttp.ClientSession(headers=HEADERS) as session:
        for row in recorded["asked"]:
            async with session.request(
                row["method"], stand.server.url + row["path"], data=row["body"] or None
            ) as answer:
                assert answer.status == row["status"], (row, await answer.text())
                assert await answer.read()
        assert len(recorded["asked"]) >= 16
        assert stand.stage.books()["plain"]["positions"] == {"ACME": "3"}
