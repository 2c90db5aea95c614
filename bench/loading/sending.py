"""Alerts over keep-alive connections at a steady rate, timed from the moment at which each was due."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECTIONS = 48


class Connection:
    """One HTTP/1.1 connection to the desk, made anew when it broke."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self._port = port
        lines = {"Host": f"localhost:{port}", "Content-Type": "application/json", **(headers or {})}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body; raises OSError and asyncio.IncompleteReadError when the connection broke."""
        try:
            return await self._ask(method, path, body)
        except BaseException:
            self.close()
            raise

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        reader, writer = self._streams
        writer.write(f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
        answer = await reader.readexactly(int(fields.get(b"content-length", b"0")))
        if fields.get(b"connection", b"").lower() == b"close":
            self.close()
        return int(head[0].split(b" ")[1]), answer

    def close(self) -> None:
        """Drop the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Salvo:
    """What became of the alerts of one stage: milliseconds from due to answered, by status, and who was acknowledged."""

    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0

    @property
    def per_second(self) -> float:
        """Acknowledgements a second."""
        return len(self.acknowledged) / max(self.ended - self.began, 1e-9)


async def fire(port: int, body: Callable[[int], bytes], rate: float, count: int,
               connections: int = CONNECTIONS) -> Salvo:  # fmt: skip
    """Post `count` alerts, one each 1/rate seconds whether or not the desk keeps up."""
    salvo = Salvo(began=time.perf_counter())
    numbers = iter(range(count))

    async def post(connection: Connection) -> None:
        for number in numbers:
            due = salvo.began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            try:
                status, answer = await connection.ask("POST", "/api/v1/hooks/alert", body(number))
            except (OSError, asyncio.IncompleteReadError):
                status, answer = 0, b""
            salvo.took.append((time.perf_counter() - due) * 1000)
            salvo.statuses[status] = salvo.statuses.get(status, 0) + 1
            if status == 202:
                salvo.acknowledged.append(json.loads(answer)["intent"])

    lines = [Connection(port) for _ in range(min(connections, count))]
    await asyncio.gather(*map(post, lines))
    salvo.ended = time.perf_counter()
    for line in lines:
        line.close()
    return salvo


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that so many percent of them do not exceed; 0 for none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -int(-percent * len(ranked) // 100) - 1))] if ranked else 0.0
