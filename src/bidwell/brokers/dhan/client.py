"""Dhan's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from bidwell.brokers.dhan import wire
from bidwell.brokers.dhan.config import DhanConfig
from bidwell.brokers.dhan.errors import VENDOR
from bidwell.brokers.dhan.login import Login
from bidwell.brokers.transport import (
    Answer,
    Caller,
    Health,
    Http,
    Kind,
    Limits,
    Request,
    SpareCaller,
    Verdict,
    decoder,
    read,
)
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.circuit import Circuit

T = TypeVar("T")
_LARGEST_MASTER = 96 * 1024 * 1024
_MASTER_WITHIN = 120.0
_ENCODER = msgspec.json.Encoder(decimal_format="number")

_PROBLEM = decoder(wire.Problem)
_ORDER = decoder(wire.Order)
_ORDERS = decoder(list[wire.Order])
_PLACED = decoder(wire.Placed)
_TRADES = decoder(list[wire.MarketTrade])
_POSITIONS = decoder(list[wire.Position])
_HOLDINGS = decoder(list[wire.Holding])
_FUNDS = decoder(wire.Funds)
_PROFILE = decoder(wire.Profile)
_SWITCH = decoder(wire.KillSwitch)
_SNAPS = decoder(wire.Snaps)
_COLUMNS = decoder(wire.Columns)
_MARGIN = decoder(wire.OrderMargin)
_BASKET = decoder(wire.BasketMargin)

MULTI_PATH = "/margincalculator/multi"
LISTED_AS = "scripList"
"""Unconfirmed: under which name the orders of a basket go; Dhan's pages say `scripts` too."""
COUNTED = {"includePosition": True, "includeOrders": True}
"""Unconfirmed: with these a basket is reckoned beside what is held and worked."""
_EMPTY = frozenset({b"", b"{}", b"[]", b"null"})


def judge(answer: Answer) -> Verdict | None:
    """What an answer means; None for a good one."""
    if 200 <= answer.status < 300:
        return None
    try:
        problem = _PROBLEM.decode(answer.body)
    except (msgspec.MsgspecError, RecursionError):
        problem = wire.Problem()
    code, text = str(problem.error_code or ""), problem.error_message or ""
    if not code and isinstance(problem.data, dict):
        # Market data says {"data": {"805": "Too many requests"}, "status": "failed"}.
        code, text = next(((str(key), str(value)) for key, value in problem.data.items()), ("", ""))
    return VENDOR.judge(answer.status, code, text)


class DhanClient:
    """The calls of one login, between `open` and `close`."""

    def __init__(self, config: DhanConfig, login: Login, health: Health, monotonic: Callable[[], float]) -> None:
        self._config = config
        self._login = login
        self.http = Http(config.http, {"client-id": config.client_id})
        # The list lies on a host of its own, which is not shown the token.
        self._files = Http(config.http, {})

        circuit, rates = Circuit(monotonic), config.rates

        def caller(limits: Limits) -> Caller:
            return Caller(self.http, self._judge, limits, health, monotonic, circuit)

        self._orders, self._reads = caller(rates.orders), caller(rates.reads)
        self._data, self._quotes = caller(rates.data), caller(rates.quotes)
        self._spare = SpareCaller(self.http, self._judge, rates.reads, health, monotonic, self._reads.bucket,
                                  (self._orders, self._reads))  # fmt: skip
        self.on_login_lost: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()
        self._files.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.http.close()
        await self._files.close()

    # --- the login --------------------------------------------------------------------------------

    async def profile(self) -> wire.Profile:
        """Whose token it is: the read that proves it."""
        return await self._get(_PROFILE, "/profile", "the profile")

    async def kill_switch(self) -> wire.KillSwitch:
        """Whether Dhan lets orders pass."""
        return await self._get(_SWITCH, "/killswitch", "the kill switch")

    async def turn_kill_switch(self, *, on: bool) -> wire.KillSwitch:
        """Let no order pass for the rest of the day, or let them pass again; sent once."""
        params = {"killSwitchStatus": "ACTIVATE" if on else "DEACTIVATE"}
        answer = await self._ask(self._orders, Request("POST", self._config.rest + "/killswitch", params, writes=True))
        return read(_SWITCH, answer.body, "the kill switch")

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, body: Mapping[str, object]) -> wire.Placed:
        """Place an order; sent once."""
        return await self._write("POST", "/orders", body)

    async def replace(self, order_id: str, body: Mapping[str, object]) -> wire.Placed:
        """Ask for other terms under the same id; sent once."""
        return await self._write("PUT", f"/orders/{order_id}", {**body, "orderId": order_id})

    async def cancel(self, order_id: str) -> None:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        url = f"{self._config.rest}/orders/{order_id}"
        await self._ask(self._orders, Request("DELETE", url, writes=True, urgent=True))

    async def by_name(self, client_order_id: str) -> wire.Order | None:
        """The order under our tag; None where Dhan shows none, which alone is no proof that there is none."""
        try:
            return await self._one(f"/orders/external/{client_order_id}")
        except Denied as no:
            if no.verdict.kind.rejects:
                return None  # which of its refusals says that there is none is not documented
            raise

    async def by_id(self, order_id: str) -> wire.Order | None:
        """The order under Dhan's id."""
        return await self._one(f"/orders/{order_id}")

    async def orders(self) -> list[wire.Order]:
        """Every order of the day."""
        return await self._listed(_ORDERS, "/orders", "the list of orders")

    async def trades(self) -> list[wire.MarketTrade]:
        """Every execution of the day."""
        return await self._listed(_TRADES, "/trades", "the list of executions")

    async def trades_of(self, order_id: str) -> list[wire.MarketTrade]:
        """The executions of one order."""
        return await self._listed(_TRADES, f"/trades/{order_id}", "an order's executions")

    # --- the account ------------------------------------------------------------------------------

    async def positions(self) -> list[wire.Position]:
        """What was traded today or is carried."""
        return await self._listed(_POSITIONS, "/positions", "the list of positions")

    async def holdings(self) -> list[wire.Holding]:
        """Shares in the depository."""
        return await self._listed(_HOLDINGS, "/holdings", "the list of holdings")

    async def funds(self) -> wire.Funds:
        """Money."""
        return await self._get(_FUNDS, "/fundlimit", "the funds")

    # --- what orders would take ---------------------------------------------------------------------

    async def order_margin(self, order: Mapping[str, object]) -> wire.OrderMargin:
        """What one order would take; nothing is placed."""
        return await self._reckon(_MARGIN, "/margincalculator", order)

    async def basket_margin(self, orders: Sequence[Mapping[str, object]]) -> wire.BasketMargin:
        """What orders would take together; nothing is placed."""
        return await self._reckon(_BASKET, MULTI_PATH, {**COUNTED, LISTED_AS: orders})

    async def free_funds(self) -> wire.Funds:
        """Money, asked with what the rate has to spare."""
        answer = await self._ask(self._spare, Request("GET", self._config.rest + "/fundlimit"))
        return read(_FUNDS, answer.body, "the funds")

    # --- instruments and prices -------------------------------------------------------------------

    async def master(self) -> str:
        """The list of instruments: some 200,000 rows."""
        body = bytearray()
        async for piece in self._files.pieces(self._config.master_url, within=_MASTER_WITHIN, largest=_LARGEST_MASTER):
            body += piece
        return body.decode("utf-8", "replace")

    async def snapshots(self, securities: Mapping[str, Sequence[int]]) -> wire.Snaps:
        """The newest prices of securities by segment; at most 1,000 of them, once a second."""
        answer = await self._ask(self._quotes, _post(self._config.rest + "/marketfeed/quote", securities))
        return read(_SNAPS, answer.body, "prices")

    async def days(self, body: Mapping[str, object]) -> wire.Columns | None:
        """Daily bars, None where Dhan has none."""
        return await self._bars("/charts/historical", body)

    async def intraday(self, body: Mapping[str, object]) -> wire.Columns | None:
        """Bars of minutes, at most 90 days at once, None where Dhan has none."""
        return await self._bars("/charts/intraday", body)

    # --- inside -----------------------------------------------------------------------------------

    async def _bars(self, path: str, body: Mapping[str, object]) -> wire.Columns | None:
        try:
            answer = await self._ask(self._data, _post(self._config.rest + path, body))
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return None if answer.body.strip() in _EMPTY else read(_COLUMNS, answer.body, "bars")

    async def _reckon(self, shape: msgspec.json.Decoder[T], path: str, body: Mapping[str, object]) -> T:
        whole = {"dhanClientId": self._config.client_id, **body}
        return read(shape, (await self._ask(self._spare, _post(self._config.rest + path, whole))).body, "the margin")

    async def _write(self, method: str, path: str, body: Mapping[str, object]) -> wire.Placed:
        whole = {"dhanClientId": self._config.client_id, **body}
        answer = await self._ask(self._orders, Request(method, self._config.rest + path, body=_ENCODER.encode(whole),
                                                       writes=True))  # fmt: skip
        return read(_PLACED, answer.body, "the order's answer")

    async def _one(self, path: str) -> wire.Order | None:
        try:
            answer = await self._ask(self._reads, Request("GET", self._config.rest + path))
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        body = answer.body.strip()
        if body in _EMPTY:
            return None
        if body.startswith(b"["):
            return read(_ORDERS, body, "an order")[-1]
        return read(_ORDER, body, "an order")

    async def _listed(self, shape: msgspec.json.Decoder[list[T]], path: str, what: str) -> list[T]:
        """A list, which Dhan answers as missing where it is empty."""
        try:
            answer = await self._ask(self._reads, Request("GET", self._config.rest + path))
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return []
            raise
        return [] if answer.body.strip() in _EMPTY else read(shape, answer.body, what)

    async def _get(self, shape: msgspec.json.Decoder[T], path: str, what: str) -> T:
        answer = await self._ask(self._reads, Request("GET", self._config.rest + path))
        return read(shape, answer.body, what)

    async def _ask(self, caller: Caller, request: Request) -> Answer:
        self.http.carry({"access-token": await self._login.token()})
        return await caller.ask(request)

    def _judge(self, answer: Answer) -> Verdict | None:
        verdict = judge(answer)
        if verdict is not None and verdict.kind is Kind.LOGIN:
            self._login.refused(self._login.known)
            self.on_login_lost()
        return verdict


def _post(url: str, body: Mapping[str, Any]) -> Request:
    """A read that is asked by POST."""
    return Request("POST", url, body=_ENCODER.encode(body))
