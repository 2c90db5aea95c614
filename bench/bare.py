"""The bare limit beside the order path: HTTP in, one durable insert, one line to another process and back, HTTP out.

No rules, no allocation, no accounts: what two processes, PostgreSQL and loopback cost by themselves.
Prints the port that it listens on; ends on SIGTERM.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
from pathlib import Path

import psycopg
import uvloop

from bidwell.storage.cluster import EmbeddedCluster

_ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def echo(port: multiprocessing.Queue[int]) -> None:
    """Answer each line with itself."""

    class Echo(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(data)  # type: ignore[attr-defined]

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(run())


async def serve(conninfo: str, echo_port: int) -> None:
    database = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    await database.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body bytea NOT NULL)")
    reader, writer = await asyncio.open_connection("127.0.0.1", echo_port)

    async def handle(request: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await request.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, asyncio.CancelledError):
                return
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
            )
            body = await request.readexactly(length)
            await database.execute("INSERT INTO bare (body) VALUES (%s)", [body], prepare=True)
            writer.write(body + b"\n")
            await reader.readline()
            answer.write(_ANSWER)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    cluster = EmbeddedCluster(folder)
    context = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = context.Queue()
    other = context.Process(target=echo, args=(port,), daemon=True)
    other.start()
    try:
        uvloop.run(serve(cluster.start(), port.get(timeout=20)))
    finally:
        other.terminate()
        cluster.stop()


if __name__ == "__main__":
    main()
