"""Kite's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises.

Requests are forms, answers JSON in an envelope. Orders, candles and quotes have rates of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

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
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.circuit import Circuit
from bidwell.brokers.transport.indian import IST, ist
from bidwell.brokers.zerodha import wire
from bidwell.brokers.zerodha.config import ZerodhaConfig, request_token
from bidwell.brokers.zerodha.errors import verdict
from bidwell.engine.ports import Clock
from bidwell.model.errors import InDoubt, Refused, Unavailable

T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"
QUOTES_AT_ONCE = 500

_PROBLEM = decoder(wire.Problem)
_SESSION = decoder(wire.Reply[wire.Session])
_PROFILE = decoder(wire.Reply[wire.Profile])
_MARGINS = decoder(wire.Reply[wire.Margins])
_PLACED = decoder(wire.Reply[wire.Placed])
_ORDERS = decoder(wire.Reply[list[wire.Order]])
_TRADES = decoder(wire.Reply[list[wire.Trade]])
_POSITIONS = decoder(wire.Reply[wire.Positions])
_HOLDINGS = decoder(wire.Reply[list[wire.Holding]])
_QUOTES = decoder(wire.Reply[dict[str, wire.Quote]])
_CANDLES = decoder(wire.Reply[wire.Candles])
_ORDER_MARGINS = decoder(wire.Reply[list[wire.OrderMargin]])
_BASKET_MARGIN = decoder(wire.Reply[wire.BasketMargin])
_ENCODER = msgspec.json.Encoder(decimal_format="number")

CONSIDER_POSITIONS = "true"
"""Unconfirmed: a basket's final margin counts what is held already as a hedge, and not as something to block anew."""


def judge(answer: Answer) -> Verdict | None:
    """What an answer means; None for a good one."""
    if answer.status == 200:
        return None
    try:
        problem = _PROBLEM.decode(answer.body)
    except (msgspec.MsgspecError, RecursionError):
        problem = wire.Problem()
    return verdict(answer.status, problem.error_type or "", problem.message or "")


class ZerodhaClient:
    """The calls of one login, between `open` and `close`; `on_logout` hears that the token opens nothing any more."""

    def __init__(
        self,
        config: ZerodhaConfig,
        health: Health,
        monotonic: Callable[[], float],
        on_logout: Callable[[str], None] | None = None,
    ) -> None:
        self._config = config
        self._on_logout = on_logout
        self.http = Http(config.http, config.headers)
        circuit = Circuit(monotonic)
        self._orders, self._reads, self._quotes, self._history = (
            Caller(self.http, self._judge, rate, health, monotonic, circuit)
            for rate in (config.order_rate, config.read_rate, config.quote_rate, config.history_rate)
        )
        self._spare = SpareCaller(self.http, self._judge, config.read_rate, health, monotonic, self._reads.bucket,
                                  (self._orders, self._reads))  # fmt: skip

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.http.close()

    # --- trading ----------------------------------------------------------------------------------

    async def profile(self) -> wire.Profile:
        """Whose account it is: the read that proves the login."""
        return await self._get(_PROFILE, "/user/profile", "the profile")

    async def margins(self) -> wire.Margins:
        """Funds by segment."""
        return await self._get(_MARGINS, "/user/margins", "the funds")

    async def submit(self, form: Mapping[str, str]) -> str:
        """Place an order, sent once; gives Kite's id, which means that it was taken in and no more."""
        return await self._write("POST", "/orders/regular", "the order's answer", form)

    async def replace(self, variety: str, order_id: str, form: Mapping[str, str]) -> str:
        """Ask for other terms; the order keeps its id. Sent once."""
        return await self._write("PUT", f"/orders/{variety}/{_part(order_id)}", "the change's answer", form)

    async def cancel(self, variety: str, order_id: str) -> str:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        return await self._write(
            "DELETE", f"/orders/{variety}/{_part(order_id)}", "the cancel's answer", None, urgent=True
        )

    async def orders(self) -> list[wire.Order]:
        """The day's orders."""
        return await self._get(_ORDERS, "/orders", "the list of orders")

    async def order(self, order_id: str) -> wire.Order | None:
        """An order as it is now, the last of the states that it went through; None where Kite has none."""
        try:
            found = await self._get(_ORDERS, f"/orders/{_part(order_id)}", "an order")
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return found[-1] if found else None

    async def trades(self, order_id: str = "") -> list[wire.Trade]:
        """The day's trades, or those of one order."""
        return await self._get(
            _TRADES, f"/orders/{_part(order_id)}/trades" if order_id else "/trades", "the list of trades"
        )

    async def positions(self) -> list[wire.Position]:
        """Net positions: what was carried on and what the day added."""
        return (await self._get(_POSITIONS, "/portfolio/positions", "the positions")).net

    async def holdings(self) -> list[wire.Holding]:
        """Shares in the securities account."""
        return await self._get(_HOLDINGS, "/portfolio/holdings", "the holdings")

    # --- what orders would take ---------------------------------------------------------------------

    async def free_margins(self) -> wire.Margins:
        """Funds by segment, asked with what the rate has to spare."""
        return await self._get(_MARGINS, "/user/margins", "the funds", caller=self._spare)

    async def order_margins(self, orders: Sequence[Mapping[str, object]]) -> list[wire.OrderMargin]:
        """What each order would take beside what is held and worked; nothing is placed."""
        return await self._reckon(_ORDER_MARGINS, "/margins/orders", orders)

    async def basket_margin(self, orders: Sequence[Mapping[str, object]]) -> wire.BasketMargin:
        """What orders would take together; nothing is placed."""
        return await self._reckon(_BASKET_MARGIN, f"/margins/basket?consider_positions={CONSIDER_POSITIONS}", orders)

    # --- instruments and prices -------------------------------------------------------------------

    async def instruments(self, exchange: str) -> bytes:
        """The list of an exchange as it comes: CSV."""
        answer = await self._reads.ask(Request("GET", f"{self._config.rest}/instruments/{_part(exchange)}"))
        return answer.body

    async def quotes(self, keys: Sequence[str]) -> dict[str, wire.Quote]:
        """The newest quotes by Kite's names; what has none is left out."""
        found: dict[str, wire.Quote] = {}
        for place in range(0, len(keys), QUOTES_AT_ONCE):
            asked = urlencode([("i", key) for key in keys[place : place + QUOTES_AT_ONCE]])
            page = await self._get(_QUOTES, f"/quote?{asked}", "quotes", caller=self._quotes)
            found.update(page)
        return found

    async def candles(self, token: int, interval: str, start: datetime, end: datetime) -> list[wire.Candle]:
        """Bars between two times, oldest first."""
        span = {name: at.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S") for name, at in (("from", start), ("to", end))}
        path = f"/instruments/historical/{token}/{interval}"
        return (await self._get(_CANDLES, path, "candles", span, caller=self._history)).candles

    # --- inside -----------------------------------------------------------------------------------

    async def _get(
        self, shape: msgspec.json.Decoder[wire.Reply[T]], path: str, what: str, params: Mapping[str, str] | None = None, *,
        caller: Caller | None = None,
    ) -> T:  # fmt: skip
        answer = await (caller or self._reads).ask(Request("GET", self._config.rest + path, params))
        return read(shape, answer.body, what).data

    async def _reckon(
        self, shape: msgspec.json.Decoder[wire.Reply[T]], path: str, orders: Sequence[Mapping[str, object]]
    ) -> T:
        answer = await self._spare.ask(Request("POST", self._config.rest + path, body=_ENCODER.encode(orders)))
        return read(shape, answer.body, "the margin").data

    async def _write(
        self, method: str, path: str, what: str, form: Mapping[str, str] | None, *, urgent: bool = False
    ) -> str:
        body = urlencode(form).encode() if form is not None else None
        request = Request(method, self._config.rest + path, body=body, writes=True, urgent=urgent, content_type=FORM)
        return read(_PLACED, (await self._orders.ask(request)).body, what).data.order_id

    def _judge(self, answer: Answer) -> Verdict | None:
        found = judge(answer)
        if found is not None and found.kind is Kind.LOGIN and self._on_logout is not None:
            self._on_logout(found.message)
        return found


async def redeem(config: ZerodhaConfig, brought: str, clock: Clock) -> dict[str, str]:
    """Exchange what a login gave for the day's access token: the fields to keep. Raises Refused, Unavailable.

    `brought` is the request token or the address that holds it. Kite takes a request token once; whose answer is lost
    needs another login.
    """
    token = request_token(brought)
    checksum = hashlib.sha256(f"{config.api_key}{token}{config.api_secret}".encode()).hexdigest()
    form = urlencode({"api_key": config.api_key, "request_token": token, "checksum": checksum}).encode()
    http = Http(config.http, {"X-Kite-Version": "3"})
    http.open()
    try:
        answer = await http.send("POST", f"{config.rest}/session/token", body=form, content_type=FORM)
    except InDoubt as lost:
        raise Unavailable(f"Zerodha's answer to the login was lost: log in again ({lost})") from lost
    finally:
        await http.close()
    wrong = judge(answer)
    if wrong is not None:
        down = wrong.kind in {Kind.DOWN, Kind.THROTTLED}
        raise (Unavailable if down else Refused)(f"Zerodha did not take this login: {wrong.text or wrong.sentence}")
    found = read(_SESSION, answer.body, "the login's answer").data
    since = ist(found.login_time, "login_time") if found.login_time else clock.now()
    # A clock that runs apart must not make a token live longer than the day it was issued for.
    since = min(since, clock.now() + timedelta(minutes=5))
    return {"access_token": found.access_token, "logged_in_at": since.isoformat()}


def _part(text: str) -> str:
    return quote(text, safe="")
