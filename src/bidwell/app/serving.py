"""Sockets and web servers of the desk: the screen's and, when asked for, the alert-only listener's."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import uvicorn

from bidwell.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from bidwell.app.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# What the kernel may hold for one connection: a reader of the stream that stalls is to be noticed, not buffered for.
SEND_BUFFER = 128 * 1024


def open_sockets(settings: Settings) -> list[socket.socket]:
    """The screen's listening socket, and the alert-only one's where it is asked for; raises ConfigError."""
    found = [listen(settings.host, settings.port, "--port")]
    if settings.alert_port is not None:
        found.append(listen(settings.alert_host, settings.alert_port, "--alert-port"))
    return found


def listen(host: str, port: int, option: str) -> socket.socket:
    """Bind a listening socket before anything else is started; raises ConfigError with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        found.bind((host, port))
        found.listen(2048)
    except OSError as error:
        found.close()
        msg = f"port {port} of {host} cannot be used ({error.strerror}): choose another with {option}"
        raise ConfigError(msg) from error
    found.setblocking(False)
    return found


class Doorway:
    """Leads to one application, and to another one from the next request on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request or socket on."""
        await self.app(scope, receive, send)


class Web(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever runs several of them."""

    def __init__(self, app: ASGIApp, *, proxies: tuple[str, ...] = ()) -> None:
        super().__init__(uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, server_header=False, date_header=False,
            ws="websockets-sansio", ws_max_size=65_536, ws_ping_interval=None, ws_per_message_deflate=False, proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies) or None, timeout_graceful_shutdown=3, timeout_keep_alive=75, h11_max_incomplete_event_size=32_768,
        ))  # fmt: skip

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: the desk stops its servers itself."""
        yield
