"""A broker's twin in a process of its own, as a user starts it, with its books as the judge."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Self


class RunningTwin:
    """`bidwell twin NAME` as a child process on a port of its own choice."""

    def __init__(self, name: str, scenario: Path | None = None) -> None:
        options = ["--scenario", str(scenario)] if scenario else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bidwell.app", "twin", name, "--port", "0", "--json", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        with self._process.stdout as said:
            line = said.readline()
        assert line, "the twin did not start"
        self.told: dict[str, Any] = json.loads(line)
        self.url: str = self.told["url"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)

    def ask(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A control request."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/_twin/{name}", data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def accounts(self) -> dict[str, Any]:
        """The books by account."""
        books: dict[str, Any] = self.ask("books")["accounts"]
        return books
