"""Zerodha's own client, which nobody here wrote, drives our twin; what it asked is kept and asked again in every run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contract.vendor_client import driven, environment
from tests.contract.zerodha_stand import FIELDS, zerodha_stand

DRIVER = Path(__file__).with_name("kite_driver.py")
RECORDED = Path(__file__).with_name("kite_requests.json")
PACKAGE = "kiteconnect==5.2.2"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.mark.network
async def test_zerodhas_own_client_trades_at_the_twin(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    python = await environment(tmp_path / "env", PACKAGE)
    asked: list[dict[str, Any]] = []
    ids: list[str] = []

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.text() if request.method in {"POST", "PUT"} else ""
        answer = await handler(request)
        if request.path != "/" and not request.path.startswith("/session"):
            asked.append({"method": request.method, "path": request.path_qs, "body": body, "status": answer.status})
            if request.method == "POST" and answer.status == 200 and isinstance(answer, web.Response):
                ids.append(json.loads(answer.text or "")["data"]["order_id"])
        return answer

    async with zerodha_stand(middlewares=[keep]) as stand:
        token = stand.twin.records.request("AB1234")
        told = await driven(python, DRIVER, tmp_path, stand.server.url, FIELDS["api_key"], FIELDS["api_secret"], token)
    assert told["session"][0] == told["profile"] == "AB1234"
    assert (told["cash"], told["segments"]) == (100_000, ["commodity", "equity"])
    assert told["instruments"] == ["ACME", "NIFTY 50", "NIFTY31JAN25000CE", "NIFTY31JANFUT", "SBIN"]
    assert (told["option"], told["listed"]) == ([25000.0, "2031-01-30", 75, "CE", "NFO-OPT"], 2)
    assert (told["quote"], told["ohlc"], told["ltp"]) == (100, 408065, 25000)
    assert told["bars"] == [5, "2026-11-02 09:15:00+05:30", True]
    assert told["orders"] == [["COMPLETE", "MARKET", 3, 0], ["OPEN", "LIMIT", 4, 91], ["CANCELLED", "SL", 3, 80]]
    assert (told["tag"], told["history"][-1]) == ("own1", "COMPLETE")
    assert (told["trades"], told["own_trades"]) == ([[3, 100]], 1)
    assert (told["positions"], told["holdings"]) == ([["ACME", "MIS", 3, 100]], [])
    # The client has no names of its own for want of holdings or funds.
    assert told["refused"] == [["GeneralException", 400], ["InputException", 400], ["GeneralException", 400]]
    assert told["ticks"] == {"408065": [99.95, True, 100], "256265": [25000, False, None]}
    assert told["updates"][:2] == [["OPEN", 0, "own1"], ["COMPLETE", 3, "own1"]]
    assert [status for status, _, _ in told["updates"][2:]] == ["OPEN", "TRIGGER PENDING", "OPEN", "CANCELLED"]
    assert told["over"] == 403
    if pytestconfig.getoption("--update"):
        RECORDED.write_text(json.dumps({"client": PACKAGE, "ids": ids, "asked": asked}, indent=1) + "\n")


async def test_what_zerodhas_own_client_asked_is_answered_as_it_was() -> None:
    recorded = json.loads(RECORDED.read_text())
    assert recorded["client"] == PACKAGE
    renamed: dict[str, str] = {}
    async with zerodha_stand() as stand, aiohttp.ClientSession(headers=stand.config.headers) as session:
        for row in recorded["asked"]:
            path = row["path"]
            for before, now in renamed.items():
                path = path.replace(before, now)
            form = {"Content-Type": "application/x-www-form-urlencoded"} if row["body"] else {}
            asked = session.request(row["method"], stand.server.url + path, data=row["body"] or None, headers=form)
            async with asked as answer:
                assert answer.status == row["status"], (row, await answer.text())
                body = await answer.text()
            if row["method"] == "POST" and answer.status == 200:
                # Ids carry the day on which they were given.
                renamed[recorded["ids"][len(renamed)]] = json.loads(body)["data"]["order_id"]
        assert len(recorded["asked"]) >= 20
        assert stand.stage.books()["AB1234"]["positions"] == {"ACME": "3"}
