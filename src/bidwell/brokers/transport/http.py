"""HTTP to one broker over aiohttp: per-account proxy, no redirects, bounded answers, hosts that are the broker's.

Whether the bytes of a request may have left decides what its failure is called: Unavailable before, InDoubt after.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bidwell.brokers.transport.exact import LARGEST_BODY, LARGEST_LIST
from bidwell.model.errors import ConfigError, InDoubt, Refused, Unavailable

_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError,
               aiohttp.InvalidURL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How a broker's hosts are reached; times in seconds.

    `hosts` are those that may be called. `loopback` lets a twin on this machine stand in for them. `proxy` is the
    account's own way out (http://user:password@host:port), for brokers that know an account by its address.
    """

    hosts: frozenset[str]
    loopback: bool = False
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    largest: int = LARGEST_BODY


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """One account's connections, from `open` to `close`."""

    def __init__(self, settings: HttpSettings, headers: Mapping[str, str]) -> None:
        _check_proxy(settings.proxy)
        self._settings = settings
        self._headers = dict(headers)
        self._carried: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Be ready to call; nothing is sent."""
        if self._session is not None:
            return
        kept = self._settings
        connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=30.0,
                                         resolver=None if kept.proxy else _PublicOnly(kept.loopback))  # fmt: skip
        timeout = aiohttp.ClientTimeout(total=kept.answer_timeout, connect=kept.connect_timeout)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, headers=self._headers,
                                              cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)  # fmt: skip

    def carry(self, headers: Mapping[str, str]) -> None:
        """Send these too from now on, in place of what was carried before: the token of a session that is renewed."""
        self._carried = dict(headers)

    def lent(self) -> aiohttp.ClientSession:
        """The open session, for a library that dials by itself: private addresses stay closed to it too."""
        if self._session is None:
            raise Unavailable("the session is closed: nothing was sent")
        return self._session

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def send(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, body: bytes | None = None,
        content_type: str = "application/json", signed: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Send once and read the whole answer; raises Unavailable (no byte left) or InDoubt (some may have).

        `signed` are the headers of a request whose signature covers its URL and body as they are written: nothing of
        it is encoded anew.
        """
        session = self._checked(url)
        headers = self._carried | ({"Content-Type": content_type} if body is not None else {}) | dict(signed or {})
        target = url if signed is None else URL(url, encoded=True)
        try:
            async with session.request(method, target, params=params, data=body, headers=headers,
                                       proxy=self._settings.proxy, allow_redirects=False) as answer:  # fmt: skip
                return Answer(answer.status, answer.headers, await self._body(answer))
        except _NEVER_LEFT as problem:
            raise Unavailable(f"{urlsplit(url).hostname} is not reached: {_said(problem)}") from problem
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise InDoubt(f"{urlsplit(url).hostname} gave no whole answer: {_said(problem)}") from problem

    async def pieces(self, url: str, *, within: float, largest: int = LARGEST_LIST) -> AsyncIterator[bytes]:
        """The body of a long list as it comes, unpacked, so that it need not be held whole; `within` is in seconds.

        Raises Unavailable where it does not come, breaks off or is longer than `largest`.
        """
        session, total = self._checked(url), 0
        try:
            async with session.get(url, headers=self._carried, proxy=self._settings.proxy, allow_redirects=False,
                                   timeout=aiohttp.ClientTimeout(total=within)) as answer:  # fmt: skip
                if answer.status != 200:
                    raise Unavailable(f"{urlsplit(url).hostname} answered {answer.status} for a list")
                async for piece in answer.content.iter_any():
                    total += len(piece)
                    if total > largest:
                        raise Unavailable(f"the list is longer than {largest} bytes")
                    yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Unavailable(f"{urlsplit(url).hostname} gave no whole list: {_said(problem)}") from problem

    async def websocket(self, url: str, *, heartbeat: float, largest: int) -> aiohttp.ClientWebSocketResponse:
        """Open a websocket; raises Unavailable, Refused where the credentials do not open it."""
        session = self._checked(url)
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                return await session.ws_connect(url, heartbeat=heartbeat, max_msg_size=largest, autoclose=True,
                                                headers=self._carried, proxy=self._settings.proxy)  # fmt: skip
        except aiohttp.WSServerHandshakeError as problem:
            refused = problem.status in {401, 403}
            what = "does not let this login in" if refused else "takes no stream"
            raise (Refused if refused else Unavailable)(
                f"{urlsplit(url).hostname} {what}: {problem.status}"
            ) from problem
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Unavailable(f"{urlsplit(url).hostname} takes no stream: {_said(problem)}") from problem

    def _checked(self, url: str) -> aiohttp.ClientSession:
        if self._session is None:
            raise Unavailable("the session is closed: nothing was sent")
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in self._settings.hosts and parts.scheme in {"https", "wss"}:
            return self._session
        if self._settings.loopback and _is_loopback(host):
            return self._session
        raise ConfigError(f"{host!r} is not a host of this broker")

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        """The body, unless it is longer than any answer may be: then the rest is not read."""
        parts, total = [], 0
        async for part in answer.content.iter_any():
            total += len(part)
            if total > self._settings.largest:
                answer.close()
                raise aiohttp.ClientPayloadError(f"the answer is longer than {self._settings.largest} bytes")
            parts.append(part)
        return b"".join(parts)


class _PublicOnly(AbstractResolver):
    """Refuses a name that leads into this machine or its own networks, whoever made it lead there."""

    def __init__(self, loopback: bool) -> None:  # noqa: FBT001 - the one thing it is told
        self._loopback = loopback
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses of the host that may be called; raises OSError where there is none."""
        found = await self._inner.resolve(host, port, family)
        allowed = [each for each in found if self._may(each["host"])]
        if not allowed:
            raise OSError(errno.EACCES, f"{host} leads to a private address")
        return allowed

    async def close(self) -> None:
        """Nothing is held."""
        await self._inner.close()

    def _may(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address)
        return parsed.is_global or (self._loopback and parsed.is_loopback)


def _is_loopback(host: str) -> bool:
    return host in {"127.0.0.1", "::1", "localhost"}


def _check_proxy(proxy: str | None) -> None:
    if proxy is None:
        return
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError("a proxy is written as http://host:port or http://user:password@host:port")


def _said(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__
