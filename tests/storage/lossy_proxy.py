"""A socket between a client and the database that can lose a request or an answer on purpose."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

from psycopg import conninfo


class LossyProxy:
    """Forwards bytes until told to lose the next request or the next answer, with the connection."""

    def __init__(self, target: str, folder: Path) -> None:
        parts = conninfo.conninfo_to_dict(target)
        self._target = f"{parts['host']}/.s.PGSQL.{parts['port']}"
        self._folder = folder
        self.conninfo = conninfo.make_conninfo(target, host=str(folder))
        self.lose_request = False
        self.lose_answer = False
        self.refuse = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self._folder / ".s.PGSQL.5432")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # An aborted transport lets go of its socket one turn later.
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuse:
            writer.close()
            return
        task = asyncio.create_task(self._forward(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._requests(reader, up_writer))
                group.create_task(self._answers(up_reader, writer))
        except* (EOFError, ConnectionError):
            pass
        finally:
            writer.transport.abort()
            up_writer.transport.abort()

    async def _requests(self, reader: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self.lose_request:
                self.lose_request = False
                raise ConnectionResetError
            up.write(data)
            await up.drain()
        raise EOFError

    async def _answers(self, up: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await up.read(65536):
            if self.lose_answer:
                self.lose_answer = False
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()
        raise EOFError
