"""One exchange of the library on our transport: it signs and reads, `Caller` sends, limits, judges and remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bidwell.brokers.ccxt_exchanges.client import library
from bidwell.brokers.ccxt_exchanges.config import LIVE, ExchangeConfig
from bidwell.brokers.ccxt_exchanges.errors import VENDORS, kind_of, refusal, said_in
from bidwell.brokers.transport import Answer, Caller, Health, Http, Kind, Request, Verdict
from bidwell.brokers.transport.caller import Denied
from bidwell.model.errors import ProtocolError, Refused, Unavailable


@dataclass
class Errand:
    """What one call into the library is for: whether it is in haste (an order), whether anything was asked, a change made."""

    hasty: bool = False
    asked: bool = False
    changed: bool = False


_ERRAND: ContextVar[Errand] = ContextVar("errand")


class Seam:
    """The library's exchange of one key, from `open` to `close`."""

    def __init__(self, config: ExchangeConfig, health: Health, monotonic: Callable[[], float]) -> None:
        self.config = config
        self.profile = config.profile
        self.http = Http(config.http, {})
        self._caller = Caller(self.http, self.judge, config.limits, health, monotonic)
        self._exchange: Any = None
        self._turn = asyncio.Lock() if config.profile.in_turn else None

    @property
    def exchange(self) -> Any:  # noqa: ANN401 - the library is not typed
        """The library's exchange; raises Unavailable before `open`."""
        if self._exchange is None:
            raise Unavailable("the session is closed: nothing was sent")
        return self._exchange

    async def open(self) -> None:
        """Be ready to call; nothing is sent."""
        await asyncio.to_thread(library.load)
        self.http.open()
        if self._exchange is None:
            self._exchange = wired(self.config)
            self._exchange.fetch = self._carry
            self._paced = self._exchange.throttle
            self._exchange.throttle = self._throttle

    async def close(self) -> None:
        """Close every connection."""
        self._exchange = None
        await self.http.close()

    async def run(self, work: Callable[[Any], Awaitable[Any]], what: str, *, hasty: bool = False) -> Any:  # noqa: ANN401 - as the library gives it
        """Let the library do a call.

        Raises what `Caller` raises. What the library refuses by itself before anything changed is Denied; what it does
        not understand after that is a ProtocolError, so that a change is looked up.
        """
        if self._turn is None:
            return await self._run(work, what, hasty=hasty)
        async with self._turn:
            return await self._run(work, what, hasty=hasty)

    async def _run(self, work: Callable[[Any], Awaitable[Any]], what: str, *, hasty: bool) -> Any:  # noqa: ANN401 - as the library gives it
        exchange = self.exchange
        errand = Errand(hasty)
        token = _ERRAND.set(errand)
        try:
            with library.understood(what):
                try:
                    return await work(exchange)
                except library.base_error() as said:
                    if errand.changed:
                        raise
                    raise Denied(self.own_verdict(said)) from said
                except library.BROKEN as problem:
                    if errand.asked:
                        raise
                    # A private key that is none, most of all.
                    why = f"the key for {self.profile.title} signs nothing: nothing was sent ({problem})"
                    raise Refused(why) from problem
        finally:
            _ERRAND.reset(token)

    # --- what the library calls instead of its own ------------------------------------------------

    async def _carry(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:  # noqa: ANN401 - in the library's place
        named = f"{method} {urlsplit(url).path}"
        errand = _ERRAND.get()
        writes = bool(self.profile.writes.search(named))
        request = Request(method, url, body=body.encode() if isinstance(body, str) else body, writes=writes,
                          urgent=bool(self.profile.cancels.search(named)), signed=_plain(self.exchange.headers) | _plain(headers))  # fmt: skip
        errand.asked = True
        answer = await self._caller.ask(request)
        errand.changed = errand.changed or writes
        return library.exact(answer.body, named) if answer.body else None

    async def _throttle(self, cost: Any = None) -> None:  # noqa: ANN401 - in the library's place
        if self.config.paced and self.profile.paced and not _ERRAND.get().hasty:
            await self._paced(cost)

    # --- judging ----------------------------------------------------------------------------------

    def judge(self, answer: Answer) -> Verdict | None:
        """What an answer means: by our table of the exchange's codes, then by the library's class; None for a good one."""
        vendor = VENDORS[self.profile.id]
        text = answer.body.decode(errors="replace")
        try:
            parsed = library.exact(text, "an answer") if text else None
        except ProtocolError:
            return None if answer.status < 400 else replace(vendor.judge(answer.status, "", ""), text=text[:200])
        code, words = said_in(self.profile.id, parsed)
        if answer.status >= 500:
            # Whatever it says of the order: what became of it is not known.
            return replace(vendor.judge(answer.status, "", ""), text=words or text[:200])
        said, final = self._refusal(answer, text, parsed), refusal(self.profile.id, parsed)
        if said is None and final is None:
            return None
        known = vendor.judge(answer.status, code, words or text[:200])
        kind = Kind.UNKNOWN if said is None or said is _ODD else kind_of(said)
        kind = final if kind is Kind.UNKNOWN and final is not None else kind
        if known.kind is not Kind.UNKNOWN or kind is Kind.UNKNOWN:
            return known
        return Verdict(kind, code or kind, f"{self.profile.title} said no.", words or text[:200])

    def _refusal(self, answer: Answer, text: str, parsed: Any) -> Exception | None:  # noqa: ANN401 - JSON
        """What the library makes of an answer: its error, or None where it is content."""
        exchange = self.exchange
        base = exchange.urls["api"]
        url = next(each for each in _texts(base) if each.startswith("http"))
        args = (answer.status, "", url, "GET", dict(answer.headers), text)
        try:
            with library.reckoning():
                exchange.handle_errors(*args, parsed, {}, None)
                exchange.handle_http_status_code(answer.status, "", url, "GET", text)
        except library.base_error() as said:
            return said
        except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError):
            return _ODD
        return None if answer.status < 400 else _ODD

    def own_verdict(self, said: Exception) -> Verdict:
        """What it means that the library refused by itself."""
        return Verdict(kind_of(said), type(said).__name__, f"{self.profile.title} cannot do this.", str(said)[:300])


_ODD = ValueError("an answer that the library does not know")


def wired(config: ExchangeConfig, *, with_key: bool = True) -> Any:  # noqa: ANN401 - the library is not typed
    """An exchange of the library with a key, an environment and no connection of its own."""
    profile = config.profile
    key = {"apiKey": config.key, "secret": config.secret, "password": config.password} if with_key else {}
    exchange = library.made(profile.id, {
        **key, "asyncio_loop": asyncio.get_running_loop(), "enableRateLimit": True, "timeout": int(config.answer_timeout * 1000),
    })  # fmt: skip
    for name, value in profile.options.items():
        exchange.options[name] = value
    # Coins are known from the pairs; their list is a private call of its own on some exchanges.
    exchange.has["fetchCurrencies"] = False
    if config.environment not in {LIVE, "twin"}:
        exchange.set_sandbox_mode(True)
    if config.twin:
        exchange.urls["api"] = _moved(exchange.urls["api"], config.place)
    return exchange


def _moved(urls: Any, place: Callable[[str], str]) -> Any:  # noqa: ANN401 - the library's nested table of URLs
    if isinstance(urls, dict):
        return {name: _moved(value, place) for name, value in urls.items()}
    return place(urls) if isinstance(urls, str) else urls


def _texts(urls: Any) -> list[str]:  # noqa: ANN401 - the library's nested table of URLs
    if isinstance(urls, dict):
        return [text for value in urls.values() for text in _texts(value)]
    return [urls] if isinstance(urls, str) else []


def _plain(headers: Any) -> dict[str, str]:  # noqa: ANN401 - the library's own
    return {str(name): str(value) for name, value in (headers or {}).items() if value is not None}
