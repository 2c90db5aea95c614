"""A desk in processes of its own, as a user starts it: `bidwell up` on a folder and a port of the test."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bidwell.app import venue
from bidwell.app.claim import DataFolder
from bidwell.app.guardian import record
from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.postmaster import read_postmaster, works_in

PASSWORD = "correct horse battery staple"
PATIENCE = 30.0


def free_port() -> int:
    """A port of loopback that nobody listens on right now, below those that the system lends to whoever dials out.

    A desk keeps its port over restarts: one of the lent range may be somebody's own end of a connection by then.
    """
    while True:
        # Not `random`: two workers that begin with the same seed would choose the same ports.
        port = 10_240 + secrets.randbelow(21_760)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def end(pid: int, number: signal.Signals) -> None:
    """Signal a process that may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    body: Any


@dataclass
class Browser:
    """A cookie jar with the headers that a browser would send."""

    url: str
    csrf: str = ""
    patience: float = PATIENCE
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        given = {"Content-Type": "application/json", "Origin": self.url, **headers}
        if self.csrf:
            given["X-CSRF-Token"] = self.csrf
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.url + path, method=method, data=data, headers=given
        )
        try:
            with opener.open(request, timeout=self.patience) as answer:
                text = answer.read()
                return Answer(answer.status, json.loads(text) if text[:1] in {b"{", b"["} else text.decode())
        except urllib.error.HTTPError as error:
            text = error.read()
            return Answer(error.code, json.loads(text) if text[:1] == b"{" else text.decode())

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON the route answers
        answer = self.call("GET", path)
        assert answer.status == 200, answer
        return answer.body


class RunningDesk:
    """`bidwell up` as a child process; `kill` ends it as a power cut would, `stop` as Ctrl-C does.

    It has no guardian unless a test asks for one: those that kill and pause desks look at what is left as it is.
    """

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        self.process: subprocess.Popen[str] | None = None
        self.told: dict[str, Any] = {}
        self.browser = Browser("")

    def command(self, *options: str) -> list[str]:
        return [
            sys.executable, "-m", "bidwell.app", "up", "--json", "--no-browser", "--data", str(self.data),
            "--port", str(self.port), "--log", "json", *options,
        ]  # fmt: skip

    def start(self, *options: str, **environment: str) -> Self:
        """Start it and wait until it says where it is."""
        return self.spawn(*options, **environment).read_start()

    def spawn(self, *options: str, **environment: str) -> Self:
        """Start it without waiting for anything."""
        self.data.mkdir(parents=True, exist_ok=True)
        log = (self.data.parent / f"{self.data.name}.log").open("a")
        with log:
            self.process = subprocess.Popen(self.command(*options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                            text=True, start_new_session=True, env={**os.environ, "BIDWELL_GUARDIAN": "0", **environment})  # fmt: skip
        return self

    def read_start(self) -> Self:
        """Wait for what it says first."""
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as said:
            line = said.readline()
        if not line:
            self.process.wait(PATIENCE)
        assert line, f"the desk did not start: {self.log()[-3000:]}"
        self.told = json.loads(line)
        self.browser.url = self.told["url"]
        return self

    def own(self) -> Browser:
        """Become the owner with the set-up link, or sign in again."""
        browser = self.browser
        if self.told["setup_url"]:
            token = self.told["setup_url"].split("#")[1]
            answer = browser.call("POST", "/api/v1/setup", {
                "token": token, "name": "Ada", "email": "ada@example.test", "password": PASSWORD})  # fmt: skip
            assert answer.status == 201, answer
            self.told["setup_url"] = None
        elif browser.call("GET", "/api/v1/session").status != 200:
            answer = browser.call("POST", "/api/v1/session", {"email": "ada@example.test", "password": PASSWORD})
            assert answer.status in {200, 201}, answer
        browser.csrf = browser.get("/api/v1/session")["csrf"]
        return browser

    def alert(self, name: str, patience: float | None = None, **changes: object) -> Answer:
        """Post the demonstration's alert with an id of its own."""
        token = self.told["curl"].split('"token":"')[1].split('"')[0]
        body = {"token": token, "action": "buy", "symbol": "AAPL", "quantity": "20", "id": name, **changes}
        return Browser(self.told["url"], patience=patience or PATIENCE).call("POST", "/api/v1/hooks/alert", body)

    def until(self, path: str, holds: Callable[[Any], bool], patience: float = PATIENCE) -> Any:  # noqa: ANN401 - the same
        """Ask again until the answer is as it should become."""
        deadline = time.monotonic() + patience
        while True:
            answer = self.browser.call("GET", path)
            # While the database is away, or too much is asked, the desk says so and is asked again as a page would.
            assert answer.status in {200, 429, 503}, answer
            if answer.status == 200 and holds(answer.body):
                return answer.body
            assert time.monotonic() < deadline, f"{path} never became as expected: {json.dumps(answer.body)[:3000]}"
            time.sleep(0.05)

    def wait_reconciled(self) -> None:
        self.until("/api/v1/w/main/accounts", lambda found: all(row["reconciled"] for row in found["items"]))

    def stand_by(self, leader: RunningDesk) -> Self:
        """Start as the standby of a desk on the same data folder; its person signs in once this one leads."""
        self.start("--standby")
        assert self.told["standby"], self.told
        self.told["curl"] = leader.told["curl"]
        return self

    def ready(self) -> Answer:
        """What the desk says of itself, to anybody; status 0 while nobody answers."""
        try:
            return Browser(self.told["url"]).call("GET", "/health/ready")
        except OSError as error:
            return Answer(0, {"components": {}, "error": str(error)})

    def wait_ready(self, patience: float = PATIENCE) -> None:
        """Wait until every part says that it can work."""
        deadline = time.monotonic() + patience
        while (answer := self.ready()).status != 200:
            assert time.monotonic() < deadline, answer
            time.sleep(0.05)

    def signal(self, number: signal.Signals) -> None:
        """Pause it, let it go on, or anything else that a process can be told."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def wait_dead(self, patience: float = PATIENCE) -> int:
        assert self.process is not None
        return self.process.wait(patience)

    def stop(self) -> int:
        if self.process is None or self.process.poll() is not None:
            return -1
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def clean(self) -> None:
        """End everything that this folder's desk started, also after a crash, at once: nobody reads it again."""
        if self.process is not None:
            if self.process.poll() is None:
                self.kill()
            # Those that end with the desk, which may still be about to notice it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        for pid in (record.running(self.data), venue.running(DataFolder(self.data))):
            if pid is not None:
                end(pid, signal.SIGKILL)
        cluster = EmbeddedCluster(self.data).cluster
        server = read_postmaster(cluster)
        if server is not None:
            end(server.pid, signal.SIGQUIT)
            deadline = time.monotonic() + PATIENCE
            while works_in(server.pid, cluster):
                assert time.monotonic() < deadline, f"the database server {server.pid} does not end"
                time.sleep(0.02)

    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text()
