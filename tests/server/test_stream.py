"""The stream over real sockets: tickets, origins, numbering, resuming, gaps, eviction, revocation."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bidwell.app.serving import Web, listen
from bidwell.model.role import Role
from bidwell.server.door import Door
from bidwell.server.instruments.reads import quote_view
from bidwell.server.stream import client as reader
from bidwell.server.stream.hub import Hub
from bidwell.server.stream.topics import Name, Topic
from tests.server.house import ACME, MAIN, ORIGIN, OTHER, START, House, Person, until, wish

ALL = [str(name) for name in Name]


@pytest.fixture
async def port(home: House) -> AsyncIterator[int]:
    """The house behind a real web server."""
    bound = listen("127.0.0.1", 0, "--port")
    server = Web(home.app)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    yield bound.getsockname()[1]
    server.should_exit = True
    await serving


async def ticket_of(person: Person, workspace: str = "main") -> str:
    answer = await person.post("/api/v1/stream/ticket", json={"workspace": workspace})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ticket"])


def url(port: int, ticket: str) -> str:
    return f"ws://localhost:{port}/api/v1/stream?ticket={ticket}"


class Lines:
    """A reader's messages one by one, whatever frames they came in."""

    def __init__(self, stream: ClientConnection) -> None:
        self._stream = stream
        self._lines: deque[str] = deque()
        self.send = stream.send

    async def recv(self) -> str:
        while not self._lines:
            self._lines.extend(str(await self._stream.recv()).split("\n"))
        return self._lines.popleft()


@asynccontextmanager
async def listening(port: int, person: Person, topics: Sequence[str] = ALL, last: dict[str, int] | None = None,
                    workspace: str = "main") -> AsyncIterator[Lines]:  # fmt: skip
    ticket = await ticket_of(person, workspace)
    async with connect(url(port, ticket), origin=ORIGIN) as stream:  # type: ignore[arg-type]
        await stream.send(json.dumps({"op": "subscribe", "topics": list(topics), "last": last or {}}))
        yield Lines(stream)


async def heard(stream: Lines, topic: str, kind: str = "patch") -> dict[str, Any]:
    """The next message of a topic and type."""
    async with asyncio.timeout(8):
        while True:
            message: dict[str, Any] = json.loads(await stream.recv())
            if (message["topic"], message["type"]) == (topic, kind):
                return message


async def closing_code(stream: Lines, seconds: float) -> int | None:
    """The code with which the server closes the stream; fails when it does not in time."""
    async with asyncio.timeout(seconds):
        try:
            while True:
                await stream.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None


async def buy(home: House, key: str, **changes: object) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    answer = await trader.post("/api/v1/w/main/intents", json=wish(**changes), headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text


async def test_a_reader_hears_what_there_is_and_then_what_happens(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    async with listening(port, viewer) as stream:
        first = {name: json.loads(await stream.recv()) for name in ALL}
        assert [message["topic"] for message in first.values()] == ALL
        assert {message["type"] for message in first.values()} == {"snapshot"}
        assert {one["instrument"] for one in first["quotes"]["data"]} == {"ACME.TEST", "BTC.TEST"}
        await buy(home, "one")
        order = await heard(stream, "orders")
        assert order["seq"] > first["orders"]["seq"]
        fill = await heard(stream, "fills")
        assert (fill["data"]["symbol"], fill["data"]["quantity"]) == ("ACME", "10")
        position = await heard(stream, "positions")
        assert [(one["account"], one["quantity"]) for one in position["data"]] == [("main-plain", "10")]


async def test_a_reader_hears_only_its_own_workspace(home: House, port: int) -> None:
    stranger = await home.member(OTHER, Role.OWNER)
    async with listening(port, stranger, ["orders", "intents", "fills"], workspace="other") as stream:
        for _ in range(3):
            await stream.recv()
        await buy(home, "secret")
        await until(lambda: any(order.fills for order in home.desk.state.orders.values()))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await stream.recv()


@pytest.mark.parametrize("origin", [None, "https://evil.test", "http://localhost:1"])
async def test_a_socket_is_opened_by_our_own_pages_only(home: House, port: int, origin: str | None) -> None:
    ticket = await ticket_of(await home.member(MAIN, Role.VIEWER))
    with pytest.raises(InvalidStatus) as caught:
        await connect(url(port, ticket), origin=origin)  # type: ignore[arg-type]
    assert caught.value.response.status_code == 403


async def test_a_ticket_counts_once_for_thirty_seconds(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    ticket = await ticket_of(viewer)
    async with connect(url(port, ticket), origin=ORIGIN):  # type: ignore[arg-type]
        pass
    late = await ticket_of(viewer)
    for wrong in (ticket, "bws_nothing", ""):
        with pytest.raises(InvalidStatus):
            await connect(url(port, wrong), origin=ORIGIN)  # type: ignore[arg-type]
    home.clock.ahead += timedelta(seconds=31)
    with pytest.raises(InvalidStatus):
        await connect(url(port, late), origin=ORIGIN)  # type: ignore[arg-type]


async def test_a_ticket_is_for_a_workspace_of_ones_own(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    for workspace in ("other", "nowhere"):
        answer = await viewer.post("/api/v1/stream/ticket", json={"workspace": workspace})
        assert (answer.status_code, answer.json()["code"]) == (404, "workspace.unknown")


async def test_a_reader_that_comes_back_gets_what_it_missed_without_a_hole(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    async with listening(port, viewer, ["fills"]) as steady:
        await steady.recv()
        await buy(home, "one")
        seen = (await heard(steady, "fills"))["seq"]
        for key in ("two", "three", "four"):
            await buy(home, key)
            await heard(steady, "fills")
        async with listening(port, viewer, ["fills"], {"fills": seen}) as back:
            found = [json.loads(await back.recv()) for _ in range(3)]
            assert [(one["type"], one["seq"]) for one in found] == [("patch", seen + place) for place in (1, 2, 3)]


async def test_what_is_no_longer_known_is_a_gap_and_never_guessed(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    async with listening(port, viewer, ["fills"]) as stream:
        at = json.loads(await stream.recv())["seq"]
    await buy(home, "alone")
    await until(lambda: any(order.fills for order in home.desk.state.orders.values()))
    await asyncio.sleep(0.05)
    for last in (at, at - 5, at + 1_000_000, 0):
        async with listening(port, viewer, ["fills", "accounts"], {"fills": last, "accounts": 3}) as stream:
            assert json.loads(await stream.recv())["type"] == "gap"
            assert json.loads(await stream.recv())["type"] == "snapshot"


def test_numbers_start_where_no_earlier_run_has_been_and_have_no_holes() -> None:
    topic = Topic(Name.FILLS, 1000)
    for place in range(2500):
        assert f'"seq":{1001 + place},' in topic.next("{}", START)
    assert topic.seq == 3500
    assert len(topic.since(3490) or []) == 10
    assert topic.since(3500) == []
    assert topic.since(1400) is None
    assert topic.since(3501) is None
    topic.skip()
    assert topic.since(3500) is None


async def test_quotes_come_at_most_five_times_a_second(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    async with listening(port, viewer, ["quotes"]) as stream:
        await stream.recv()
        started = asyncio.get_running_loop().time()
        for step in range(50):
            await home.quote(f"99.{step:02}", f"100.{step:02}")
            await asyncio.sleep(0.005)
        messages = []
        try:
            async with asyncio.timeout(0.6):
                while True:
                    messages.append(json.loads(await stream.recv()))
        except TimeoutError:
            pass
        seconds = asyncio.get_running_loop().time() - started
        assert 1 <= len(messages) <= seconds * 5 + 1
        assert messages[-1]["data"][0]["bid"] == "99.49"
        assert [one["seq"] for one in messages] == list(range(messages[0]["seq"], messages[-1]["seq"] + 1))


async def test_a_heartbeat_says_where_every_topic_stands(
    home: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bidwell.server.stream.hub.HEARTBEAT_BEATS", 1)
    async with listening(port, await home.member(MAIN, Role.VIEWER), []) as stream:
        message = await heard(stream, "heartbeat", "heartbeat")
        assert set(message["data"]) == set(ALL)


@pytest.mark.parametrize(
    "word",
    ["", "{", "[]", '{"op":"dance"}', '{"op":"subscribe","topics":["secrets"]}', '{"op":"pong","x":1}', "x" * 5000],
)
async def test_nonsense_closes_the_stream(home: House, port: int, word: str) -> None:
    async with listening(port, await home.member(MAIN, Role.VIEWER), []) as stream:
        await stream.send(word)
        assert await closing_code(stream, 3) == reader.MALFORMED


async def test_a_revoked_session_closes_its_stream_within_a_second(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    async with listening(port, viewer, []) as stream:
        await viewer.ask("DELETE", "/api/v1/session")
        assert await closing_code(stream, 1) == reader.REVOKED


async def test_a_changed_role_opens_the_stream_anew(home: House, port: int) -> None:
    owner, viewer = await home.member(MAIN, Role.OWNER), await home.member(MAIN, Role.VIEWER)
    people = (await owner.get("/api/v1/w/main/users")).json()["items"]
    name = next(row["id"] for row in people if row["email"] == viewer.email)
    async with listening(port, viewer, []) as stream:
        await owner.ask("DELETE", f"/api/v1/w/main/users/{name}")
        assert await closing_code(stream, 1) == reader.REOPEN
    answer = await viewer.post("/api/v1/stream/ticket", json={"workspace": "main"})
    assert answer.status_code == 404


def hub_of(home: House) -> Hub:
    assert isinstance(home.app, Door)
    hubs = [listener.__self__ for listener in home.app._app.full.state.gatekeeper._revoked]  # type: ignore[attr-defined]
    return next(hub for hub in hubs if isinstance(hub, Hub) and hub._desk is home.desk)


def stalled_reader(port: int, ticket: str) -> socket.socket:
    """A reader that subscribes to quotes and then takes nothing off its socket."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(5)
    raw.connect(("127.0.0.1", port))
    raw.sendall(
        f"GET /api/v1/stream?ticket={ticket} HTTP/1.1\r\nHost: localhost\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b" 101 " in raw.recv(1024)
    word = json.dumps({"op": "subscribe", "topics": ["quotes"]}).encode()
    raw.sendall(bytes([0x81, 0x80 | len(word), 0, 0, 0, 0]) + word)
    return raw


async def test_a_stalled_reader_is_evicted_and_the_others_hear_on(
    home: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STALL_S", 0.3)
    viewer = await home.member(MAIN, Role.VIEWER)
    raw = await asyncio.to_thread(stalled_reader, port, await ticket_of(viewer))
    many = [quote_view(home.desk, home.desk.market.quotes[ACME], home.clock.now())] * 300
    async with listening(port, viewer, ["quotes"]) as healthy:
        await healthy.recv()
        async with asyncio.timeout(20):
            while "bidwell_stream_evicted_total 1.0" not in (await home.client().get("/metrics")).text:
                hub_of(home)._send(Name.QUOTES, lambda: many)
                await healthy.recv()
        await home.quote("98.00", "98.10")
        while (await heard(healthy, "quotes"))["data"][0]["bid"] != "98.00":
            pass
    raw.close()


async def test_what_is_said_at_one_time_comes_in_one_frame(home: House, port: int) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    async with connect(url(port, await ticket_of(viewer)), origin=ORIGIN) as stream:  # type: ignore[arg-type]
        await stream.send(json.dumps({"op": "subscribe", "topics": ALL}))
        messages = [json.loads(line) for line in str(await stream.recv()).split("\n")]
        assert [(one["topic"], one["type"]) for one in messages] == [(name, "snapshot") for name in ALL]


async def test_a_full_queue_closes_its_reader(home: House) -> None:
    actor = (await home.member(MAIN, Role.VIEWER)).email
    made = reader.Client(None, actor)  # type: ignore[arg-type]
    for _ in range(reader.LONGEST):
        made.put("x")
    assert made.code is None
    made.put("x")
    assert made.code == reader.STALLED
