"""What every broker's transport keeps: hosts that may be called, one write once, circuit, rate, sound guides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import web

from bidwell.app.clock import WallClock
from bidwell.brokers.alpaca.client import judge
from bidwell.brokers.alpaca.config import GUIDE, AlpacaConfig, configure
from bidwell.brokers.transport import (
    Caller,
    Health,
    Http,
    HttpSettings,
    Limits,
    Request,
    Socket,
    Stream,
    StreamSettings,
    Throttled,
    day,
)
from bidwell.brokers.transport.chains import coming, ends, in_order, us_day
from bidwell.brokers.transport.circuit import FAILURES, Circuit
from bidwell.model.errors import ConfigError, InDoubt, InvalidInput, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Instrument, Option, Right
from tests.contract.broker_stand import until
from tests.contract.paper_stand import SeededEntropy

PLENTY = Limits(Decimal(1000), 1000, 10)


class Server:
    """Counts what arrives, and answers as it is told."""

    def __init__(self) -> None:
        self.arrived = 0
        self.status = 200
        self.body = b"{}"
        self.hang = False
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.arrived += 1
        await request.read()
        if self.hang:
            await asyncio.sleep(60)
        return web.Response(status=self.status, body=self.body, content_type="application/json",
                            headers={"Location": "http://127.0.0.1:1/"})  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def caller(server: Server) -> AsyncIterator[Caller]:
    http = Http(HttpSettings(frozenset(), loopback=True, answer_timeout=0.3, largest=10_000), {})
    http.open()
    yield Caller(http, judge, PLENTY, Health(WallClock()), asyncio.get_running_loop().time)
    await http.close()


def write(server: Server, *, urgent: bool = False) -> Request:
    return Request("POST", f"{server.url}/v2/orders", body=b"{}", writes=True, urgent=urgent)


async def test_a_host_that_is_no_brokers_is_never_called() -> None:
    http = Http(HttpSettings(frozenset({"api.alpaca.markets"})), {})
    http.open()
    for url in ("http://127.0.0.1:1/", "https://evil.test/", "http://api.alpaca.markets/", "https://169.254.169.254/",
                "https://api.alpaca.markets.evil.test/", "https://api.alpaca.markets@127.0.0.1/", "file:///etc/passwd"):  # fmt: skip
        with pytest.raises(ConfigError, match="not a host of this broker"):
            await http.send("GET", url)
    await http.close()
    with pytest.raises(Unavailable, match="nothing was sent"):
        await http.send("GET", "https://api.alpaca.markets/")


async def test_a_brokers_name_that_leads_home_is_not_followed() -> None:
    http = Http(HttpSettings(frozenset({"localhost"})), {})
    http.open()
    with pytest.raises(Unavailable, match="private address"):
        await http.send("GET", "https://localhost/")
    await http.close()


async def test_a_write_is_sent_once_whatever_becomes_of_it(server: Server, caller: Caller) -> None:
    server.hang = True
    with pytest.raises(InDoubt):
        await caller.ask(write(server))
    server.hang, server.status = False, 502
    with pytest.raises(InDoubt):
        await caller.ask(write(server))
    assert server.arrived == 2


async def test_a_redirect_is_not_followed(server: Server, caller: Caller) -> None:
    server.status = 307
    with pytest.raises(ProtocolError):
        await caller.ask(write(server))
    assert server.arrived == 1


async def test_an_answer_without_end_is_cut_off(server: Server, caller: Caller) -> None:
    server.body = b"x" * 1_000_000
    with pytest.raises(InDoubt, match="longer than 10000 bytes"):
        await caller.ask(write(server))


async def test_a_broker_that_keeps_failing_is_left_alone_but_for_cancels(server: Server, caller: Caller) -> None:
    server.status = 500
    for _ in range(FAILURES):
        with pytest.raises(InDoubt):
            await caller.ask(write(server))
    with pytest.raises(Throttled, match="nothing is sent"):
        await caller.ask(write(server))
    assert server.arrived == FAILURES
    server.status = 204
    await caller.ask(write(server, urgent=True))
    assert server.arrived == FAILURES + 1


async def test_our_own_rate_keeps_room_for_what_changes_orders(server: Server) -> None:
    http = Http(HttpSettings(frozenset(), loopback=True), {})
    http.open()
    slow = Caller(http, judge, Limits(Decimal("0.01"), 5, 3), Health(WallClock()), asyncio.get_running_loop().time)
    read = Request("GET", f"{server.url}/v2/account")
    for _ in range(2):
        await slow.ask(read)
    with pytest.raises(Throttled, match="our own rate limit"):
        await slow._once(read)
    for _ in range(3):
        await slow.ask(write(server))
    with pytest.raises(Throttled):
        await slow.ask(write(server))
    await http.close()


def test_a_circuit_opens_tries_once_and_closes() -> None:
    now = [0.0]
    circuit = Circuit(lambda: now[0])
    for _ in range(FAILURES - 1):
        circuit.failed()
    assert circuit.wait() == 0
    circuit.failed()
    assert circuit.wait() == 1.0
    now[0] = 1.5
    assert circuit.wait() == 0
    assert circuit.wait() > 0
    circuit.failed()
    assert circuit.wait() == 2.0
    now[0] = 4.0
    assert circuit.wait() == 0
    circuit.worked()
    assert circuit.wait() == 0


@pytest.mark.parametrize("proxy", ["socks5://h:1", "nonsense", "http://", "ftp://h", "http://[::1", "http://h:99999"])
def test_a_proxy_that_cannot_be_used_is_a_configuration_error(proxy: str) -> None:
    with pytest.raises(ConfigError, match="proxy"):
        Http(HttpSettings(frozenset(), proxy=proxy), {})


def test_a_credential_is_checked_before_it_goes_anywhere() -> None:
    good = {"key_id": " PK01 ", "secret_key": "abcdef"}
    assert GUIDE.check(good) == {"key_id": "PK01", "secret_key": "abcdef"}
    for bad, field in (({"key_id": "PK01"}, "secret_key"), (good | {"more": "x"}, "more"),
                       (good | {"secret_key": "two words"}, "secret_key"), (good | {"key_id": "é"}, "key_id")):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            GUIDE.check(bad)
        assert refused.value.field == field
    with pytest.raises(ConfigError):
        configure(good, "moon")
    assert "abcdef" not in repr(configure(good, "paper"))
    with pytest.raises(ConfigError):
        AlpacaConfig("a", "b", "paper", twin="http://127.0.0.1:1")


class Listener:
    """An ear that remembers what it heard and how the stream was."""

    def __init__(self) -> None:
        self.heard: list[bytes | str] = []
        self.states: list[str] = []

    async def greet(self, socket: Socket) -> None:
        await socket.say("hello")

    def hear(self, frame: bytes | str) -> None:
        self.heard.append(frame)

    def up(self) -> None:
        self.states.append("up")

    def down(self, reason: str) -> None:
        self.states.append(reason)

    def refused(self, problem: Refused) -> None:
        self.states.append(str(problem))


@asynccontextmanager
async def streaming(token: str) -> AsyncIterator[str]:
    """A stream for who brings a token; it answers a text ping and says nothing else."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != token:
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.data == "ping":
                await socket.send_str("pong")
        return socket

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def test_a_stream_says_its_ping_and_is_given_up_when_nothing_comes() -> None:
    async with streaming("token") as url:
        http, ear = Http(HttpSettings(frozenset(), loopback=True), {}), Listener()
        http.open()
        with pytest.raises(Refused, match="does not let this login in"):
            await Stream(http, url, ear, SeededEntropy(), StreamSettings()).open()
        http.carry({"Authorization": "token"})
        quick = StreamSettings(backoff_first=0.01, ping="ping", ping_every=0.01, silence=10.0)
        stream = Stream(http, url, ear, SeededEntropy(), quick)
        await stream.open()
        await until(lambda: ear.heard[:2] == ["pong", "pong"], "the answers to two pings")
        await stream.close()
        mute = Stream(http, url, ear, SeededEntropy(), StreamSettings(backoff_first=0.01, silence=0.05))
        await mute.open()
        await until(lambda: ear.states[-3:] == ["up", "nothing came for 0.05 s", "up"], "the silence is noticed")
        await mute.close()
        await http.close()


def test_days_and_options_are_in_order_and_what_is_past_is_left_out() -> None:
    late, soon = date(2031, 1, 17), date(2030, 12, 20)
    share = Instrument(InstrumentId("ACME.XNAS"), "ACME", "", "XNAS", "USD", Decimal("0.01"), Decimal(1), Equity())
    made = [replace(share, id=InstrumentId(f"{number}.OPRA"), contract=Option(share.id, expiry, Decimal(strike), right))
            for number, (expiry, strike, right) in enumerate(
                [(late, 90, Right.CALL), (soon, 100, Right.PUT), (soon, 100, Right.CALL), (soon, 9, Right.PUT)])]  # fmt: skip
    assert [each.id for each in in_order([*made, share])] == ["3.OPRA", "2.OPRA", "1.OPRA", "0.OPRA"]
    assert ends([*made, share], soon) == [soon, late]
    assert ends(made, soon + timedelta(days=1)) == [late]
    assert coming([], soon) == []
    # Four in the morning in London is the evening before in New York.
    assert us_day(datetime(2031, 1, 18, 4, tzinfo=UTC)) == late


@pytest.mark.parametrize("text", ["", None, "2031-02-30", "never", "NaN", "20310117x", "2031"])
def test_what_is_no_day_is_refused(text: str | None) -> None:
    assert day("2031-01-17", "it") == day("20310117", "it") == date(2031, 1, 17)
    with pytest.raises(ProtocolError, match="it is no day"):
        day(text, "it")
