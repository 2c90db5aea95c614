"""A public client of the gateway, which nobody here wrote, drives our twin; what it asked is asked again in every run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contract.topstepx_stand import FIELDS, NUMBER, SYMBOL, topstepx_stand
from tests.contract.vendor_client import driven, environment

DRIVER = Path(__file__).with_name("topstepx_py_driver.py")
RECORDED = Path(__file__).with_name("topstepx_py_requests.json")
PACKAGE = "projectx-sdk==0.2.39"
LOGIN = {"userName": FIELDS["user_name"], "apiKey": FIELDS["api_key"]}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def shape(answer: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """What an answer has: its keys, its error, and how many rows."""
    return [sorted(answer), answer["errorCode"], [len(each) for each in answer.values() if isinstance(each, list)]]


@pytest.mark.network
async def test_a_client_of_the_gateway_trades_at_the_twin(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    python = await environment(tmp_path / "env", PACKAGE)
    asked: list[dict[str, Any]] = []

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.text() if request.method == "POST" else ""
        answer = await handler(request)
        if isinstance(answer, web.Response) and "/Auth/" not in request.path and isinstance(answer.body, bytes):
            asked.append({"path": request.path, "body": json.loads(body), "answer": shape(json.loads(answer.body))})
        return answer

    async with topstepx_stand(middlewares=[keep]) as stand:
        told = await driven(python, DRIVER, tmp_path, stand.server.url, FIELDS["user_name"], FIELDS["api_key"])
    assert told["accounts"] == [[465, "PRAC-V2-465", 100_000], [466, "50KTC-V2-466", 50_000]]
    assert told["contracts"] == [[SYMBOL, "MCLF8", 0.01, 1]]
    assert (told["open"], told["modified"], told["canceled"], told["duplicate"]) == (True, True, [True, True], True)
    assert told["orders"] == [[2, 3, "client-1"], [3, 6, "client-2"], [1, 3, None]]
    assert told["positions"] == [[SYMBOL, 1, 3, 100]]
    assert (told["closed"], told["bars"]) == ([True, True], 6)
    # Newest first; only what closes has a gain: two and one contracts, ten cents each.
    assert told["trades"] == [[1, 2, -20], [1, 1, -10], [0, 3, None]]
    assert told["heard"][:3] == [["order", "client-1", 1], ["trade", 3, 100], ["order", "client-1", 2]]
    assert ["order", "client-2", 3] in told["heard"]
    if pytestconfig.getoption("--update"):
        RECORDED.write_text(json.dumps({"client": PACKAGE, "asked": asked}, indent=1) + "\n")


async def test_what_a_client_of_the_gateway_asked_is_answered_as_it_was() -> None:
    recorded = json.loads(RECORDED.read_text())
    assert recorded["client"] == PACKAGE
    async with topstepx_stand() as stand, aiohttp.ClientSession() as session:
        async with session.post(f"{stand.server.url}/api/Auth/loginKey", json=LOGIN) as answer:
            session.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
        for row in recorded["asked"]:
            async with session.post(stand.server.url + row["path"], json=row["body"]) as answer:
                assert shape(await answer.json()) == row["answer"], row
        assert len(recorded["asked"]) >= 15
        assert stand.stage.books()[NUMBER]["positions"] == {}
