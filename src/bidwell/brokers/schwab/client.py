"""Schwab's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

import msgspec

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.login import Login, judge
from bidwell.brokers.transport import Answer, Caller, Health, Http, Kind, Request, Verdict, decoder, read
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.lane import TokenBucket
from bidwell.model.errors import InDoubt, ProtocolError, Refused

T = TypeVar("T")
MOST_ORDERS = 3000
"""Schwab's own most of a list of orders; one as long may lack some."""
SYMBOLS_AT_ONCE = 100
"""Unconfirmed: how many symbols one request may name."""
CHAIN = {"contractType": "ALL", "strategy": "SINGLE", "range": "ALL", "includeUnderlyingQuote": "false"}
"""Unconfirmed: asked so, without a count of strikes, a chain has every strike of its days."""
_LOCATION = re.compile(r".*/accounts/([^/]+)/orders/(\d{1,20})/?")

_NUMBERS = decoder(list[wire.AccountNumber])
_ACCOUNT = decoder(wire.Account)
_ORDER = decoder(wire.Order)
_ORDERS = decoder(list[wire.Order])
_PREFERENCE = decoder(wire.Preference)
_INSTRUMENTS = decoder(wire.Instruments)
_QUOTES = decoder(dict[str, msgspec.Raw])
_QUOTED = decoder(wire.Quoted)
_CANDLES = decoder(wire.Candles)
_CHAIN = decoder(wire.Chain)
_EXPIRATIONS = decoder(wire.Expirations)


class SchwabClient:
    """The calls of one login, between `open` and `close`; `bucket` is the budget that all of a login share.

    `account` is the hash under which an account's calls go.
    """

    def __init__(
        self, config: SchwabConfig, login: Login, health: Health, monotonic: Callable[[], float],
        bucket: TokenBucket | None = None,
    ) -> None:  # fmt: skip
        self._config = config
        self._login = login
        self.http = Http(config.http, {})
        self._caller = Caller(self.http, self._judge, config.rate, health, monotonic, bucket=bucket)
        self.on_login_lost: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.http.close()

    # --- the account ------------------------------------------------------------------------------

    async def numbers(self) -> list[wire.AccountNumber]:
        """The accounts of the login: the read that proves it."""
        return await self._get(_NUMBERS, "/accounts/accountNumbers", "the list of accounts")

    async def account(self, account: str) -> wire.SecuritiesAccount:
        """Money and positions."""
        found = await self._get(_ACCOUNT, f"/accounts/{account}", "the account", {"fields": "positions"})
        return found.securities_account

    async def preference(self) -> wire.StreamPlace:
        """Where the stream is."""
        found = (await self._get(_PREFERENCE, "/userPreference", "the user's preferences")).streamer_info
        if not found:
            raise ProtocolError("Schwab names no stream for this user")
        return found[0]

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, account: str, body: Mapping[str, object]) -> str:
        """Place an order; sent once. Its number is in a header alone: raises InDoubt where that does not say it."""
        answer = await self._write("POST", f"/accounts/{account}/orders", body)
        return _number(answer, account, "an order")

    async def replace(self, account: str, order_id: str, body: Mapping[str, object]) -> str:
        """Ask for other terms: Schwab makes a new order of it, whose number this is; sent once."""
        answer = await self._write("PUT", f"/accounts/{account}/orders/{order_id}", body)
        return _number(answer, account, "a change")

    async def cancel(self, account: str, order_id: str) -> None:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        await self._write("DELETE", f"/accounts/{account}/orders/{order_id}", None, urgent=True)

    async def order(self, account: str, order_id: str) -> wire.Order | None:
        """An order by Schwab's number; None where there is none."""
        try:
            return await self._get(_ORDER, f"/accounts/{account}/orders/{order_id}", "an order")
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise

    async def orders(self, account: str, since: datetime, until: datetime) -> list[wire.Order]:
        """The orders that were taken in between two times; raises ProtocolError where they may not be all."""
        params = {"fromEnteredTime": stamp(since), "toEnteredTime": stamp(until), "maxResults": str(MOST_ORDERS)}
        found = await self._get(_ORDERS, f"/accounts/{account}/orders", "the list of orders", params)
        if len(found) >= MOST_ORDERS:
            raise ProtocolError(f"the list of orders is longer than {MOST_ORDERS}")
        return found

    # --- instruments and prices -------------------------------------------------------------------

    async def instruments(self, symbols: str, projection: str = "symbol-search") -> list[wire.Listed]:
        """Rows of the list: those of symbols with commas between, or of a pattern; none where there is none."""
        params = {"symbol": symbols, "projection": projection}
        try:
            found = await self._get(_INSTRUMENTS, "/instruments", "the list of instruments", params, data=True)
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return []
            raise
        return found.instruments or []

    async def quotes(self, symbols: Sequence[str]) -> dict[str, wire.Touch]:
        """The newest prices of symbols; what Schwab does not know is left out."""
        params = {"symbols": ",".join(symbols), "fields": "quote", "indicative": "false"}
        rows = await self._get(_QUOTES, "/quotes", "prices", params, data=True)
        found = {}
        for symbol in symbols:
            touch = read(_QUOTED, bytes(rows[symbol]), "a price").quote if symbol in rows else None
            if touch is not None:
                found[symbol] = touch
        return found

    async def expirations(self, symbol: str) -> list[wire.Expiration]:
        """The days on which an underlying's options expire; none where it has no options."""
        try:
            found = await self._get(
                _EXPIRATIONS, "/expirationchain", "the list of expiries", {"symbol": symbol}, data=True
            )
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return []
            raise
        return found.expiration_list or []

    async def chain(self, symbol: str, first: date, last: date) -> wire.Chain:
        """The options of an underlying that expire from one day to another; none where it has no options."""
        params = {"symbol": symbol, **CHAIN, "fromDate": first.isoformat(), "toDate": last.isoformat()}
        try:
            return await self._get(_CHAIN, "/chains", "the chain of options", params, data=True)
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return wire.Chain()
            raise

    async def candles(self, params: Mapping[str, str]) -> list[wire.Candle]:
        """Past bars, oldest first."""
        return (await self._get(_CANDLES, "/pricehistory", "bars", params, data=True)).candles or []

    # --- inside -----------------------------------------------------------------------------------

    async def _write(
        self, method: str, path: str, body: Mapping[str, object] | None, *, urgent: bool = False
    ) -> Answer:
        await self._carry()
        encoded = None if body is None else msgspec.json.encode(body)
        return await self._caller.ask(Request(method, self._config.trading + path, body=encoded, writes=True,
                                              urgent=urgent))  # fmt: skip

    async def _get(
        self, shape: msgspec.json.Decoder[T], path: str, what: str, params: Mapping[str, str] | None = None, *,
        data: bool = False,
    ) -> T:  # fmt: skip
        request = Request("GET", (self._config.data if data else self._config.trading) + path, params)
        await self._carry()
        try:
            answer = await self._caller.ask(request)
        except Denied as no:
            if no.verdict.kind is not Kind.LOGIN:
                raise
            # Schwab ends access tokens before their time now and then: another may open it.
            await self._carry()
            answer = await self._caller.ask(request)
        return read(shape, answer.body, what)

    async def _carry(self) -> None:
        """Let every request from now on carry the token in use."""
        try:
            token = await self._login.token()
        except Refused:
            self.on_login_lost()
            raise
        self.http.carry({"Authorization": f"Bearer {token}"})

    def _judge(self, answer: Answer) -> Verdict | None:
        verdict = judge(answer)
        if verdict is not None and verdict.kind is Kind.LOGIN:
            self._login.refused(self._login.known)
        return verdict


def _number(answer: Answer, account: str, what: str) -> str:
    """The number in the header of an empty answer."""
    found = _LOCATION.fullmatch(answer.headers.get("Location", ""))
    if found is None or found[1] != account:
        raise InDoubt(f"Schwab answered {what} and does not say under which number: it is looked up")
    return found[2]


def stamp(at: datetime) -> str:
    """A time as Schwab's lists take it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
