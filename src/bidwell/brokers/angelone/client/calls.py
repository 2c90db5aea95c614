"""Angel One's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises.

Figures go out as text, as Angel One wants them. A read whose token was refused is asked again after a login.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.client.login import Login, Session
from bidwell.brokers.angelone.config import AngelConfig, Gate
from bidwell.brokers.angelone.errors import CHANGE_REFUSED, VENDOR
from bidwell.brokers.angelone.parse.figures import data
from bidwell.brokers.angelone.symbols import Splitter
from bidwell.brokers.transport import (
    Answer,
    Caller,
    Health,
    Http,
    Kind,
    Request,
    SpareCaller,
    Verdict,
    decoder,
    read,
)
from bidwell.brokers.transport.caller import Denied, Judge
from bidwell.brokers.transport.circuit import Circuit
from bidwell.model.errors import ProtocolError

T = TypeVar("T")
QUOTES_AT_ONCE = 50
_PREFIX = "/rest/secure/angelbroking"
_LOGIN = "/rest/auth/angelbroking/user/v1/loginByPassword"
_RENEW = "/rest/auth/angelbroking/jwt/v1/generateTokens"
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_YES = frozenset({True, "true", "True"})

_ENVELOPE = decoder(wire.Envelope)
_TOKENS = decoder(wire.Tokens)
_PROFILE = decoder(wire.Profile)
_FUNDS = decoder(wire.Funds)
_PLACED = decoder(wire.Placed)
_ORDERS = decoder(list[wire.Order])
_TRADES = decoder(list[wire.Trade])
_POSITIONS = decoder(list[wire.Position])
_HOLDINGS = decoder(list[wire.Holding])
_QUOTES = decoder(wire.Quotes)
_CANDLES = decoder(list[wire.Candle])
_FOUND = decoder(list[wire.Found])
_MARGIN = decoder(wire.BatchMargin)


def judge(answer: Answer) -> Verdict | None:
    """What an answer means; None for a good one, and for one that only its reader can find unreadable."""
    try:
        envelope = _ENVELOPE.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None if answer.status == 200 else VENDOR.judge(answer.status, "", _plain(answer.body))
    if answer.status == 200 and (envelope.status in _YES or envelope.success in _YES):
        return None
    return VENDOR.judge(answer.status, envelope.errorcode or envelope.errorCode or "", envelope.message or "")


def judge_change(answer: Answer) -> Verdict | None:
    """The same for a cancel or a change, of which a plain no leaves the order as it was."""
    verdict = judge(answer)
    if verdict is not None and verdict.kind is Kind.UNKNOWN and answer.status == 200:
        return Verdict(CHANGE_REFUSED.kind, verdict.code, CHANGE_REFUSED.sentence, verdict.text)
    return verdict


class AngelClient:
    """The calls of one credential, between `open` and `close`."""

    def __init__(self, config: AngelConfig, login: Login, health: Health, monotonic: Callable[[], float]) -> None:
        self._config = config
        self.login = login
        self.http = Http(config.http, config.headers)
        # A list of prices that Angel One does not give must not keep orders back.
        trading, prices = Circuit(monotonic), Circuit(monotonic)
        changes, data_gates = {Gate.MODIFY, Gate.CANCEL}, {Gate.QUOTES, Gate.BARS, Gate.SEARCH}
        self._callers = {
            gate: Caller(self.http, self._judging(judge_change if gate in changes else judge), limits, health,
                         monotonic, prices if gate in data_gates else trading)
            for gate, limits in config.rates.items()
        }  # fmt: skip
        behind = [self._callers[gate] for gate in (Gate.PLACE, Gate.CANCEL, Gate.ORDERS)]
        self._spare = {
            gate: SpareCaller(self.http, self._judging(judge), config.rates[gate], health, monotonic,
                              self._callers[gate].bucket, behind)
            for gate in (Gate.MARGIN, Gate.FUNDS)
        }  # fmt: skip

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()

    async def close(self) -> None:
        """Close every connection; the login stays good for others."""
        await self.http.close()

    # --- the session ------------------------------------------------------------------------------

    async def log_in(self, one_time_password: str) -> wire.Tokens:
        """`Door.log_in`: POST loginByPassword."""
        body = {"clientcode": self._config.client_code, "password": self._config.pin, "totp": one_time_password}
        return await self._tokens(Gate.LOGIN, _LOGIN, body)

    async def renew(self, refresh_token: str) -> wire.Tokens:
        """`Door.renew`: POST generateTokens."""
        return await self._tokens(Gate.RENEWAL, _RENEW, {"refreshToken": refresh_token})

    async def session(self) -> Session:
        """Tokens that are good as far as is known; every request and stream carries them from here on."""
        found = await self.login.ensure(self)
        tokens = found.tokens
        self.http.carry({
            "Authorization": f"Bearer {tokens.jwtToken.removeprefix('Bearer ')}", "x-api-key": self._config.api_key,
            "x-client-code": self._config.client_code, "x-feed-token": tokens.feedToken or "",
        })  # fmt: skip
        return found

    async def profile(self) -> wire.Profile:
        """Whose account it is: the read that proves the login."""
        return await self._get(Gate.PROFILE, "/user/v1/getProfile", _PROFILE, "the profile")

    # --- orders -----------------------------------------------------------------------------------

    async def place(self, body: Mapping[str, str]) -> wire.Placed:
        """Place an order; sent once."""
        return await self._change(Gate.PLACE, "/order/v1/placeOrder", body, "the order's answer")

    async def modify(self, body: Mapping[str, str]) -> wire.Placed:
        """Ask for other terms of an order, which keeps its id; sent once."""
        return await self._change(Gate.MODIFY, "/order/v1/modifyOrder", body, "the change's answer")

    async def cancel(self, variety: str, order_id: str) -> None:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        await self._change(Gate.CANCEL, "/order/v1/cancelOrder", {"variety": variety, "orderid": order_id},
                           "the cancel's answer", urgent=True)  # fmt: skip

    async def orders(self) -> list[wire.Order]:
        """Today's orders."""
        return await self._list(Gate.ORDERS, "/order/v1/getOrderBook", _ORDERS, "the list of orders")

    async def trades(self) -> list[wire.Trade]:
        """Today's fills."""
        return await self._list(Gate.TRADES, "/order/v1/getTradeBook", _TRADES, "the list of fills")

    # --- what is held -----------------------------------------------------------------------------

    async def positions(self) -> list[wire.Position]:
        """Today's positions, and contracts that were carried over."""
        return await self._list(Gate.POSITIONS, "/order/v1/getPosition", _POSITIONS, "the list of positions")

    async def holdings(self) -> list[wire.Holding]:
        """Shares of earlier days."""
        return await self._list(Gate.HOLDINGS, "/portfolio/v1/getHolding", _HOLDINGS, "the list of holdings")

    async def funds(self) -> wire.Funds:
        """Money."""
        return await self._get(Gate.FUNDS, "/user/v1/getRMS", _FUNDS, "the funds")

    # --- what orders would take ---------------------------------------------------------------------

    async def margin(self, positions: Sequence[Mapping[str, object]]) -> wire.BatchMargin:
        """What orders would take together; nothing is placed."""
        request = self._request("POST", _PREFIX + "/margin/v1/batch", {"positions": positions})
        return await self._spared(Gate.MARGIN, request, _MARGIN, "the margin")

    async def free_funds(self) -> wire.Funds:
        """Money, asked with what the rate has to spare."""
        request = self._request("GET", _PREFIX + "/user/v1/getRMS")
        return await self._spared(Gate.FUNDS, request, _FUNDS, "the funds")

    # --- instruments and prices -------------------------------------------------------------------

    async def search(self, exchange: str, symbol: str) -> list[wire.Found]:
        """What Angel One finds under a name."""
        body = {"exchange": exchange, "searchscrip": symbol}
        return await self._post(Gate.SEARCH, "/order/v1/searchScrip", body, _FOUND, "a search") or []

    async def master(self) -> AsyncIterator[list[wire.Scrip]]:
        """The whole instrument list in parts, tens of megabytes of it, of which little is held at a time."""
        splitter = Splitter()
        async for piece in self.http.pieces(self._config.master_url, within=self._config.list_timeout):
            rows = splitter.feed(piece)
            if rows:
                yield rows
        splitter.finish()

    async def quotes(self, tokens: Mapping[str, list[str]]) -> list[wire.Quoted]:
        """The newest quotes of at most fifty tokens, by exchange."""
        body = {"mode": "FULL", "exchangeTokens": tokens}
        found = await self._post(Gate.QUOTES, "/market/v1/quote", body, _QUOTES, "quotes")
        return (found.fetched or []) if found is not None else []

    async def bars(self, exchange: str, token: str, interval: str, start: str, end: str) -> list[wire.Candle]:
        """Bars between two times of India's clock, oldest first."""
        body = {"exchange": exchange, "symboltoken": token, "interval": interval, "fromdate": start, "todate": end}
        return await self._post(Gate.BARS, "/historical/v1/getCandleData", body, _CANDLES, "bars") or []

    # --- inside -----------------------------------------------------------------------------------

    def _judging(self, judging: Judge) -> Judge:
        """`judging`, and the tokens are spoiled where it finds that Angel One does not take them any more."""

        def found(answer: Answer) -> Verdict | None:
            verdict = judging(answer)
            if verdict is not None and verdict.kind is Kind.LOGIN:
                self.login.spoil(self.login.session)
            return verdict

        return found

    async def _tokens(self, gate: Gate, path: str, body: Mapping[str, str]) -> wire.Tokens:
        # Asking again does no harm: it is a read as far as orders are concerned.
        answer = await self._callers[gate].ask(self._request("POST", path, body))
        found = data(_TOKENS, _unpacked(answer), "the login's answer")
        if found is None or not found.jwtToken:
            raise ProtocolError("Angel One answered the login without a token")
        return found

    async def _change(
        self, gate: Gate, path: str, body: Mapping[str, str], what: str, *, urgent: bool = False
    ) -> wire.Placed:
        await self.session()
        answer = await self._callers[gate].ask(self._request("POST", _PREFIX + path, body, writes=True, urgent=urgent))
        found = data(_PLACED, _unpacked(answer), what)
        if found is None:
            raise ProtocolError(f"{what} names no order")
        return found

    async def _list(self, gate: Gate, path: str, shape: msgspec.json.Decoder[list[T]], what: str) -> list[T]:
        try:
            return data(shape, await self._read(gate, self._request("GET", _PREFIX + path)), what) or []
        except Denied as no:
            # A list without a row may be answered as one that is not found.
            if no.verdict.kind is not Kind.NOT_FOUND:
                raise
            return []

    async def _get(self, gate: Gate, path: str, shape: msgspec.json.Decoder[T], what: str) -> T:
        found = data(shape, await self._read(gate, self._request("GET", _PREFIX + path)), what)
        if found is None:
            raise ProtocolError(f"{what} is empty")
        return found

    async def _post(
        self, gate: Gate, path: str, body: Mapping[str, object], shape: msgspec.json.Decoder[T], what: str
    ) -> T | None:
        return data(shape, await self._read(gate, self._request("POST", _PREFIX + path, body)), what)

    async def _spared(self, gate: Gate, request: Request, shape: msgspec.json.Decoder[T], what: str) -> T:
        found = data(shape, await self._asked(self._spare[gate], request), what)
        if found is None:
            raise ProtocolError(f"{what} is empty")
        return found

    async def _read(self, gate: Gate, request: Request) -> msgspec.Raw:
        return await self._asked(self._callers[gate], request)

    async def _asked(self, caller: Caller, request: Request) -> msgspec.Raw:
        await self.session()
        try:
            return _unpacked(await caller.ask(request))
        except Denied as no:
            if no.verdict.kind is not Kind.LOGIN:
                raise
        await self.session()
        return _unpacked(await caller.ask(request))

    def _request(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, writes: bool = False,
        urgent: bool = False,
    ) -> Request:  # fmt: skip
        packed = None if body is None else _ENCODER.encode(body)
        return Request(method, self._config.rest(path), body=packed, writes=writes, urgent=urgent)


def _unpacked(answer: Answer) -> msgspec.Raw:
    return read(_ENVELOPE, answer.body, "an answer").data


def _plain(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace").strip()
