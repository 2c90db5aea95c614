"""A Gateway's port and the twin's page on one address: what begins as an API client does is handed to the twin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bidwell.twins.ibkr.dialect import IbkrTwin
from bidwell.twins.ibkr.session import GREETING
from bidwell.twins.server import TwinServer
from bidwell.twins.stage import Stage


class _Door(asyncio.Protocol):
    """Reads the first bytes of a connection, and hands it to whom they are for."""

    def __init__(self, api: Callable[[], asyncio.Protocol], page: Callable[[], asyncio.Protocol]) -> None:
        self._api = api
        self._page = page
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a server's is one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) < len(GREETING):
            return
        protocol = (self._api if self._buffer.startswith(GREETING) else self._page)()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(self._buffer)


class GatewayServer(TwinServer):
    """`TwinServer` whose port takes API clients too."""

    def __init__(self, stage: Stage, dialect: IbkrTwin, port: int = 0) -> None:
        super().__init__(stage, dialect, port)
        self._twin = dialect
        self._door: asyncio.Server | None = None

    async def _listen(self, runner: web.AppRunner) -> int:
        page = runner.server
        assert page is not None  # noqa: S101 - the runner was set up
        self._door = await asyncio.get_running_loop().create_server(
            lambda: _Door(self._twin.session, page), "127.0.0.1", self._wanted
        )
        port: int = self._door.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """End everything."""
        if self._door is not None:
            self._door.close()
        await super().stop()
