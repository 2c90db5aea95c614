from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.paper import read_config
from bidwell.model.errors import ConfigError
from bidwell.simulation.orders import AccountSpec
from bidwell.simulation.server import VenueServer
from tests.contract.paper_stand import PaperStand, paper_stand, scripted_market, serving


class Raw:
    """A client that says exactly what it is told, line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, stand: PaperStand, **login: str) -> Raw:
        raw = cls(*await asyncio.open_connection("127.0.0.1", stand.server.port))
        if login:
            await raw.say({"type": "login", "token": stand.config.token, **login})
        return raw

    async def say(self, message: dict[str, Any] | bytes) -> None:
        self._writer.write(message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n")
        await self._writer.drain()

    async def hear(self) -> dict[str, Any]:
        line = await asyncio.wait_for(self._reader.readline(), 2.0)
        said: dict[str, Any] = json.loads(line)
        return said

    async def ended(self) -> bool:
        return await asyncio.wait_for(self._reader.read(), 2.0) == b""

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[PaperStand]:
    async with paper_stand(tmp_path) as stand:
        await stand.quote("99.90", "100.00")
        yield stand


def submission(name: str = "R1", **changes: object) -> dict[str, Any]:
    order = {
        "client_order_id": name, "instrument": "ACME.TEST", "side": "BUY", "quantity": "10", "order_type": "MARKET",
        "time_in_force": "DAY", **changes,
    }  # fmt: skip
    return {"type": "submit", "orders": [order]}


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"token": "wrong", "role": "account", "account": "plain"}, "token"),
        ({"role": "account", "account": "nobody"}, "account.unknown"),
        ({"role": "king"}, "role"),
    ],
)
async def test_a_bad_login_is_refused_with_a_code_and_closed(
    stand: PaperStand, login: dict[str, str], code: str
) -> None:
    raw = await Raw.to(stand)
    await raw.say({"type": "login", "token": stand.config.token, **login})
    assert (await raw.hear())["code"] == code
    assert await raw.ended()
    await raw.close()


async def test_nothing_is_done_before_the_login(stand: PaperStand) -> None:
    raw = await Raw.to(stand)
    await raw.say(submission())
    assert (await raw.hear())["code"] == "login"
    assert await raw.ended()
    await raw.close()


async def test_a_line_that_is_no_json_is_answered_and_the_session_lives_on(stand: PaperStand) -> None:
    raw = await Raw.to(stand, role="account", account="plain")
    assert (await raw.hear())["type"] == "welcome"
    await raw.say(b"{nonsense\n")
    assert (await raw.hear())["code"] == "malformed"
    await raw.say({"type": "dance"})
    assert (await raw.hear())["code"] == "malformed"
    await raw.say({"type": "ping", "request": 4})
    assert await raw.hear() == {"type": "pong", "request": 4}
    await raw.close()


@pytest.mark.parametrize(
    "changes", [{"side": "UP"}, {"quantity": "many"}, {"order_type": "HOPE"}, {"expires_at": "tomorrow"}]
)
async def test_an_order_that_cannot_be_read_is_rejected_under_its_id(
    stand: PaperStand, changes: dict[str, object]
) -> None:
    raw = await Raw.to(stand, role="account", account="plain")
    await raw.hear()
    await raw.say(submission("R1", **changes))
    answer = await raw.hear()
    assert (answer["type"], answer["client_order_id"], answer["code"]) == ("rejected", "R1", "malformed")
    await raw.say(submission("R1"))
    again = await raw.hear()
    assert (again["type"], again["order"]["status"]) == ("state", "REJECTED")
    await raw.close()


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "-0", "1e30", "0." + "1" * 40, "9" * 40])
async def test_figures_that_are_no_quantity_are_rejected_and_can_be_shown(stand: PaperStand, quantity: str) -> None:
    raw = await Raw.to(stand, role="account", account="plain")
    await raw.hear()
    await raw.say(submission("R1", quantity=quantity))
    assert (await raw.hear())["type"] == "rejected"
    await raw.say({"type": "find", "request": 1, "client_order_id": "R1"})
    assert (await raw.hear())["order"]["status"] == "REJECTED"
    await raw.close()


async def test_submissions_without_orders_or_ids_are_not_taken(stand: PaperStand) -> None:
    raw = await Raw.to(stand, role="account", account="plain")
    await raw.hear()
    for message, code in (
        ({"type": "submit", "orders": []}, "submit"),
        (submission(""), "client_order_id"),
        ({"type": "cancel"}, "client_order_id"),
        ({"type": "login", "token": stand.config.token, "role": "admin"}, "login"),
    ):
        await raw.say(message)
        assert (await raw.hear())["code"] == code
    await raw.close()


async def test_roles_keep_to_their_own_requests(stand: PaperStand) -> None:
    facts = await Raw.to(stand, role="facts")
    await facts.hear()
    await facts.say(submission())
    assert (await facts.hear())["code"] == "malformed"
    await facts.say({"type": "admin", "request": 1, "what": "dump"})
    assert (await facts.hear())["code"] == "role"
    await facts.say({"type": "ask", "request": 2, "what": "future"})
    assert (await facts.hear())["code"] == "ask.unknown"
    await facts.close()


async def test_a_line_without_end_is_cut_off_and_the_venue_lives_on(stand: PaperStand) -> None:
    raw = await Raw.to(stand, role="account", account="plain")
    await raw.hear()
    try:
        for _ in range(40):
            await raw.say(b"x" * 65536)
        assert (await raw.hear())["code"] == "too_long"
        assert await raw.ended()
        await raw.close()
    except ConnectionError:
        pass  # closed while we were still writing
    other = await Raw.to(stand, role="account", account="plain")
    assert (await other.hear())["type"] == "welcome"
    await other.close()


async def test_every_session_of_an_account_hears_its_reports(stand: PaperStand) -> None:
    first = await Raw.to(stand, role="account", account="plain")
    second = await Raw.to(stand, role="account", account="plain")
    await first.hear()
    await second.hear()
    await first.say(submission())
    for raw in (first, second):
        assert [(await raw.hear())["type"], (await raw.hear())["type"]] == ["accepted", "filled"]
        await raw.close()


async def test_messages_in_pieces_are_put_together(stand: PaperStand) -> None:
    raw = await Raw.to(stand, role="account", account="plain")
    await raw.hear()
    line = json.dumps(submission()).encode() + b"\n" + json.dumps({"type": "ping", "request": 9}).encode() + b"\n"
    for start in range(0, len(line), 7):
        await raw.say(line[start : start + 7])
        await asyncio.sleep(0)
    assert [(await raw.hear())["type"] for _ in range(3)] == ["accepted", "filled", "pong"]
    await raw.close()


async def test_the_token_is_for_its_owner_alone_and_outlives_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted_market()):
        first = read_config(tmp_path)
        assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
        assert first.token not in repr(first)
    async with serving(tmp_path, scripted_market()):
        assert read_config(tmp_path).token == first.token


async def test_a_port_in_use_is_a_configuration_error(tmp_path: Path) -> None:
    async with serving(tmp_path / "one", scripted_market()) as server:
        other = VenueServer(tmp_path / "two", scripted_market(), WallClock(), port=server.port)
        with pytest.raises(ConfigError, match=str(server.port)):
            await other.run()


async def test_a_second_venue_on_one_folder_is_a_configuration_error(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted_market()):
        with pytest.raises(ConfigError, match="another paper venue"):
            VenueServer(tmp_path, scripted_market(), WallClock())


async def test_a_folder_without_a_venue_has_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not the data folder"):
        read_config(tmp_path)


async def test_a_log_that_cannot_be_written_ends_the_venue_before_anything_is_told(tmp_path: Path) -> None:
    market = scripted_market()
    server = VenueServer(tmp_path, market, WallClock(), [AccountSpec("plain", "USD", Decimal(1000))])
    running = asyncio.create_task(server.run())
    await server.ready.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    raw = Raw(reader, writer)
    await raw.say({"type": "login", "token": server.token, "role": "account", "account": "plain"})
    await raw.hear()
    handle = os.open(os.devnull, os.O_RDONLY)
    os.dup2(handle, server._store._log)
    os.close(handle)
    await raw.say(submission("R1", order_type="LIMIT", limit_price="10"))
    with contextlib.suppress(ConnectionResetError):
        assert await raw.ended()
    with pytest.raises(OSError, match="Bad file descriptor"):
        await running
    writer.close()
    async with serving(tmp_path, market) as again:
        assert again.venue.state.find("plain", "R1") is None
