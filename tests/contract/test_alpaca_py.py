"""Alpaca's own client, which nobody here wrote, drives our twin; what it asked is kept and asked again in every run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contract.alpaca_stand import FIELDS, alpaca_stand
from tests.contract.vendor_client import driven, environment

DRIVER = Path(__file__).with_name("alpaca_py_driver.py")
RECORDED = Path(__file__).with_name("alpaca_py_requests.json")
PACKAGE = "alpaca-py==0.44.0"
HEADERS = {"APCA-API-KEY-ID": FIELDS["key_id"], "APCA-API-SECRET-KEY": FIELDS["secret_key"]}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.mark.network
async def test_alpacas_own_client_trades_at_the_twin(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    python = await environment(tmp_path / "env", PACKAGE)
    asked: list[dict[str, Any]] = []

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.text() if request.method in {"POST", "PATCH"} else ""
        answer = await handler(request)
        if request.path != "/stream":
            asked.append({"method": request.method, "path": request.path_qs, "body": body, "status": answer.status})
        return answer

    async with alpaca_stand(middlewares=[keep]) as stand:
        told = await driven(python, DRIVER, tmp_path, stand.server.url, FIELDS["key_id"], FIELDS["secret_key"])
    assert told["account"] == ["plain", "AccountStatus.ACTIVE", "100000"]
    assert told["assets"] == ["ACME", "BRK.B", "BTC/USD"]
    # The client turns figures into floats.
    assert (float(told["filled"]), told["replaces"], told["open"], told["canceled"]) == (3.0, True, 1, "canceled")
    assert [(symbol, float(quantity)) for symbol, quantity in told["positions"]] == [("ACME", 3.0)]
    assert told["duplicate"] == [422, 40010001]
    assert (told["closed"], told["quote"], told["bars"]) == ("sell", "100.0", 5)
    assert told["heard"][:3] == [["new", "client-1"], ["fill", "client-1"], ["new", "client-2"]]
    if pytestconfig.getoption("--update"):
        rows = [row | {"path": row["path"].split("&start=")[0].split("&end=")[0]} for row in asked]
        RECORDED.write_text(json.dumps({"client": PACKAGE, "asked": rows}, indent=1) + "\n")


async def test_what_alpacas_own_client_asked_is_answered_as_it_was() -> None:
    recorded = json.loads(RECORDED.read_text())
    assert recorded["client"] == PACKAGE
    async with alpaca_stand() as stand, aiohttp.ClientSession(headers=HEADERS) as session:
        for row in recorded["asked"]:
            async with session.request(
                row["method"], stand.server.url + row["path"], data=row["body"] or None
            ) as answer:
                assert answer.status == row["status"], (row, await answer.text())
                assert await answer.read() or answer.status == 204
        assert len(recorded["asked"]) >= 14
        assert stand.stage.books()["plain"]["positions"] == {}
