"""The hand that moves a twin: its page, its JSON requests, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bidwell.app.clock import WallClock
from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.model.events import OrderAccepted, OrderFilled, OrderRejected
from bidwell.twins import TwinServer, read_scenario
from bidwell.twins.mishaps import read_mishaps
from bidwell.twins.registry import TWINS, cards, make
from tests.contract.alpaca_stand import AlpacaStand, alpaca_stand
from tests.contract.broker_stand import Ear, Maker, approved, until


@pytest.fixture
async def stand() -> AsyncIterator[AlpacaStand]:
    async with alpaca_stand() as stand:
        yield stand


async def ask(stand: AlpacaStand, name: str, body: Any = None) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{stand.server.url}/_twin/{name}", json=body) as answer,
    ):
        text = await answer.text()
        return answer.status, json.loads(text) if answer.content_type == "application/json" else text


async def test_a_person_fills_and_rejects_orders_by_hand(stand: AlpacaStand) -> None:
    broker, ear, maker = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    orders = [maker.limit("90.00"), maker.limit("91.00")]
    for order in orders:
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
    _, books = await ask(stand, "books")
    ids = {row["client_order_id"]: row["id"] for row in books["accounts"]["plain"]["orders"]}
    first, second = (order.client_order_id for order in orders)
    assert (await ask(stand, "fill", {"order": ids[first], "quantity": "4", "price": "89.5"}))[0] == 200
    await ear.hears(first, OrderFilled)
    assert str(ear.fills(first)[0].fill.price) == "89.5"
    assert (await ask(stand, "fill", {"order": ids[first]}))[0] == 200
    await until(lambda: sum(event.fill.quantity for event in ear.fills(first)) == 10, "the rest")
    assert (await ask(stand, "end", {"order": ids[second], "how": "reject"}))[0] == 200
    await ear.hears(second, OrderRejected)
    for gone in (ids[first], "P99999999"):
        assert (await ask(stand, "fill", {"order": gone}))[0] == 409
    await broker.close()


@pytest.mark.parametrize(
    ("name", "body"),
    [("quote", {"symbol": "ACME", "bid": "x", "ask": "1"}), ("quote", {}), ("end", {"order": "P1", "how": "vanish"}),
     ("mute", {"seconds": "long"}), ("mishaps", {"mishaps": [{"mishap": "rain"}]}), ("mishaps", {"surprise": 1}),
     ("quote", {"symbol": "ACME", "bid": "-1", "ask": "1"}), ("clock", [])],
)  # fmt: skip
async def test_a_request_that_makes_no_sense_changes_nothing(stand: AlpacaStand, name: str, body: Any) -> None:  # noqa: ANN401
    before = await ask(stand, "books")
    assert (await ask(stand, name, body))[0] == 400
    assert await ask(stand, "books") == before


async def test_the_page_is_served_under_a_strict_policy(stand: AlpacaStand) -> None:
    for name, word in (("", "<title>Twin</title>"), ("page.js", '"use strict"'), ("page.css", "color-scheme")):
        status, text = await ask(stand, name)
        assert status == 200
        assert word in text
    assert (await ask(stand, "../stage.py"))[0] == 404


async def test_a_port_in_use_is_told(stand: AlpacaStand) -> None:
    other = TwinServer(stand.stage, stand.stage.dialect, stand.server.port)
    with pytest.raises(ConfigError, match=str(stand.server.port)):
        await other.start()


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"accounts": 1}')
    for read in (read_scenario, read_mishaps):
        with pytest.raises(ConfigError, match="cannot be read"):
            read(bad)
        with pytest.raises(ConfigError, match="cannot be read"):
            read(tmp_path / "none.json")
    with pytest.raises(InvalidInput, match="no twin"):
        make("nobody", WallClock(), 0)


def test_the_command_lists_every_twin_with_its_cards() -> None:
    done = subprocess.run([sys.executable, "-m", "bidwell.app", "twin", "--list", "--json"], capture_output=True,
                          text=True, check=True, timeout=60)  # fmt: skip
    rows = {row["name"]: row for row in json.loads(done.stdout)["twins"]}
    assert set(rows) == set(TWINS) == set(cards())
    assert all(0 < row["cards_passed"] <= row["cards"] for row in rows.values())
