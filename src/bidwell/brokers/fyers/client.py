"""Fyers' REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from bidwell.brokers.fyers import parse, wire
from bidwell.brokers.fyers.config import LISTS, FyersConfig
from bidwell.brokers.fyers.login import Login, judge
from bidwell.brokers.transport import Answer, Caller, Health, Http, Kind, Request, Verdict, decoder, read
from bidwell.brokers.transport.caller import Denied

T = TypeVar("T")
_LARGEST_LIST = 96 * 1024 * 1024
_LIST_WITHIN = 120.0
_ENCODER = msgspec.json.Encoder(decimal_format="number")

_ORDERS = decoder(wire.Orders)
_PLACED = decoder(wire.Placed)
_TRADES = decoder(wire.Trades)
_POSITIONS = decoder(wire.Positions)
_HOLDINGS = decoder(wire.Holdings)
_FUNDS = decoder(wire.Funds)
_PROFILE = decoder(wire.Profile)
_PRICES = decoder(wire.Prices)
_CANDLES = decoder(wire.Candles)


class FyersClient:
    """The calls of one login, between `open` and `close`; all share the one budget that Fyers gives an app."""

    def __init__(self, config: FyersConfig, login: Login, health: Health, monotonic: Callable[[], float]) -> None:
        self._config = config
        self._login = login
        self.http = Http(config.http, {})
        # The lists lie on a host of their own, which is not shown the token.
        self._files = Http(config.http, {})
        self._caller = Caller(self.http, self._judge, config.rate, health, monotonic)
        self.on_login_lost: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()
        self._files.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.http.close()
        await self._files.close()

    async def carry(self) -> None:
        """Let every request and stream from now on carry the token in use."""
        self.http.carry({"Authorization": f"{self._config.app_id}:{await self._login.token()}"})

    async def profile(self) -> wire.Person:
        """Whose login it is: the read that proves it."""
        return (await self._get(_PROFILE, "/profile", "the profile")).data

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, body: Mapping[str, object]) -> wire.Placed:
        """Place an order; sent once."""
        return await self._write("POST", body)

    async def replace(self, body: Mapping[str, object]) -> wire.Placed:
        """Ask for other terms under the same id; sent once."""
        return await self._write("PATCH", body)

    async def cancel(self, order_id: str) -> None:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        await self._write("DELETE", {"id": order_id}, urgent=True)

    async def by_name(self, client_order_id: str) -> wire.Order | None:
        """The order under our tag; None where Fyers shows none, which alone is no proof that there is none."""
        try:
            return await self._one({"order_tag": parse.TAG_PREFIX + client_order_id})
        except Denied as no:
            if no.verdict.kind.rejects:
                return None  # which of its refusals says that there is none is not documented
            raise

    async def by_id(self, order_id: str) -> wire.Order | None:
        """The order under Fyers' id."""
        return await self._one({"id": order_id})

    async def orders(self) -> list[wire.Order]:
        """Every order of the day."""
        return (await self._get(_ORDERS, "/orders", "the list of orders")).order_book

    async def trades(self) -> list[wire.MarketTrade]:
        """Every execution of the day."""
        return (await self._get(_TRADES, "/tradebook", "the list of executions")).trade_book

    # --- the account ------------------------------------------------------------------------------

    async def positions(self) -> list[wire.Position]:
        """What was traded today or is carried."""
        return (await self._get(_POSITIONS, "/positions", "the list of positions")).net_positions

    async def holdings(self) -> list[wire.Holding]:
        """Shares in the depository."""
        return (await self._get(_HOLDINGS, "/holdings", "the list of holdings")).holdings

    async def funds(self) -> wire.Funds:
        """Money."""
        return await self._get(_FUNDS, "/funds", "the funds")

    # --- instruments and prices -------------------------------------------------------------------

    async def lists(self) -> list[str]:
        """The lists of instruments of NSE and BSE."""
        return [await self._list(name) for name in LISTS]

    async def _list(self, name: str) -> str:
        body = bytearray()
        async for piece in self._files.pieces(self._config.list_url(name), within=_LIST_WITHIN, largest=_LARGEST_LIST):
            body += piece
        return body.decode("utf-8", "replace")

    async def quotes(self, symbols: Sequence[str]) -> list[wire.Named]:
        """The newest prices of at most fifty symbols."""
        params = {"symbols": ",".join(symbols)}
        return (await self._get(_PRICES, "/quotes", "prices", params, data=True)).d

    async def candles(self, params: Mapping[str, str]) -> wire.Candles:
        """Past bars."""
        return await self._get(_CANDLES, "/history", "bars", params, data=True)

    # --- inside -----------------------------------------------------------------------------------

    async def _write(self, method: str, body: Mapping[str, object], *, urgent: bool = False) -> wire.Placed:
        url = self._config.trading + "/orders/sync"
        answer = await self._ask(Request(method, url, body=_ENCODER.encode(body), writes=True, urgent=urgent))
        return read(_PLACED, answer.body, "the order's answer")

    async def _one(self, params: Mapping[str, str]) -> wire.Order | None:
        try:
            found = (await self._get(_ORDERS, "/orders", "an order", params)).order_book
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return found[-1] if found else None

    async def _get(
        self, shape: msgspec.json.Decoder[T], path: str, what: str, params: Mapping[str, str] | None = None, *,
        data: bool = False,
    ) -> T:  # fmt: skip
        base = self._config.data if data else self._config.trading
        answer = await self._ask(Request("GET", base + path, params))
        return read(shape, answer.body, what)

    async def _ask(self, request: Request) -> Answer:
        await self.carry()
        return await self._caller.ask(request)

    def _judge(self, answer: Answer) -> Verdict | None:
        verdict = judge(answer)
        if verdict is not None and verdict.kind is Kind.LOGIN:
            self._login.refused(self._login.known)
            self.on_login_lost()
        return verdict
