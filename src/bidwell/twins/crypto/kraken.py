"""Kraken's spot server as a twin: /0 with rising nonces, the channel `executions` of its second websocket API, tickers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.crypto.answers import figure, heard, reply, same, say
from bidwell.twins.crypto.dialect import PUBLIC, Query, SpotTwin
from bidwell.twins.crypto.spot import Draft, Placing, execution_number, number, plain
from bidwell.twins.crypto.spot import venue_id_of as venue_id_of_number
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import ORDERS, Stage

SCENARIO = Scenario(
    accounts=(
        Person("kraken-1", Decimal(100_000), {"key": "twin-key-0001", "secret": "dHdpbi1zZWNyZXQtMDAwMQ=="}),
        Person("kraken-2", Decimal(50_000), {"key": "twin-key-0002", "secret": "dHdpbi1zZWNyZXQtMDAwMg=="}),
    ),
    instruments=(
        Listed("BTC/USD", Decimal("97990.0"), Decimal("97990.1"), type="crypto", tick=Decimal("0.1"),
               lot=Decimal("0.00000001"), quantity=Decimal(3)),
        Listed("ETH/USD", Decimal("3350.10"), Decimal("3350.11"), type="crypto", lot=Decimal("0.00000001"),
               quantity=Decimal(40)),
    ),
    walk=True,
)  # fmt: skip

_COINS = {"BTC": "XXBT", "ETH": "XETH", "USD": "ZUSD", "EUR": "ZEUR"}
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT}
_FORCES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC}
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_REFUSALS = {
    "insufficient_funds": "EOrder:Insufficient funds", "duplicate": "EOrder:Invalid cl_ord_id",
    "instrument.unknown": "EQuery:Unknown asset pair", "price.tick": "EOrder:Invalid price",
    "quantity.lot": "EGeneral:Invalid arguments:volume", "order.unknown": "EOrder:Unknown order",
    "order.closed": "EOrder:Unknown order",
}  # fmt: skip
_STATUSES = {OrderStatus.FILLED: "closed", OrderStatus.CANCELED: "canceled", OrderStatus.EXPIRED: "expired",
             OrderStatus.REJECTED: "canceled"}  # fmt: skip
_INTERVALS = {"1": 60, "5": 300, "15": 900, "30": 1800, "60": 3600, "240": 14400, "1440": 86400, "10080": 604800}
_NEWEST = 720
"""No older bars are told."""


def order_id(venue_id: str) -> str:
    """The venue's id as Kraken writes ids."""
    return f"OTWIN0-00000-{number(venue_id)}"


def venue_id_of(text: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    return venue_id_of_number(text.rpartition("-")[2])


class KrakenTwin(SpotTwin):
    """`twins.Dialect` for Kraken."""

    name = "kraken"

    @staticmethod
    def pair(row: Listed) -> str:
        """XXBTZUSD, and SOLUSD for what is newer."""
        base, _, quote = row.symbol.partition("/")
        return f"{_coin(base)}{_coin(quote)}" if base in _COINS else f"{base}{quote}"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._tokens: dict[str, str] = {}
        self._nonces: dict[str, int] = {}

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The exchange's own URLs."""
        reads: dict[str, Callable[[str, Query], web.Response]] = {
            "BalanceEx": self._balance, "OpenOrders": self._open, "ClosedOrders": self._closed,
            "QueryOrders": self._query, "TradesHistory": self._executions, "GetWebSocketsToken": self._token,
        }  # fmt: skip
        return [
            web.get("/0/public/AssetPairs", self._pairs),
            web.get("/0/public/Ticker", self._ticker),
            web.get("/0/public/OHLC", self._bars),
            *(web.post(f"/0/private/{name}", self.read(work)) for name, work in reads.items()),
            web.post("/0/private/AddOrder", self._add),
            web.post("/0/private/CancelOrder", self._cancel),
            web.get("/v2", self._stream),
        ]

    # --- who --------------------------------------------------------------------------------------

    async def caller(self, request: web.Request) -> tuple[str, Query] | web.Response:
        """The account behind a signature over address, nonce and body, and the body."""
        text = await request.text()
        query = dict(parse_qsl(text, keep_blank_values=True))
        person = self.stage.who(key=request.headers.get("API-Key", ""))
        if person is None:
            return self.unauthorized()
        nonce = query.get("nonce", "")
        digest = hashlib.sha256(f"{nonce}{text}".encode()).digest()
        key = base64.b64decode(person.fields["secret"])
        good = hmac.new(key, request.path.encode() + digest, hashlib.sha512).digest()
        if not same(base64.b64encode(good).decode(), request.headers.get("API-Sign", "")):
            return _problem("EAPI:Invalid signature")
        if not nonce.isdecimal() or int(nonce) <= self._nonces.get(person.account, 0):
            return _problem("EAPI:Invalid nonce")
        self._nonces[person.account] = int(nonce)
        return person.account, query

    # --- orders -----------------------------------------------------------------------------------

    async def _add(self, request: web.Request) -> web.Response:
        asked = await self.caller(request)
        if isinstance(asked, web.Response):
            return asked
        account, query = asked
        row, kind, side = (self.row(query.get("pair", "")), _TYPES.get(query.get("ordertype", "")),
                           _SIDES.get(query.get("type", "")))  # fmt: skip
        if row is None:
            return _problem(_REFUSALS["instrument.unknown"])
        try:
            quantity, limit = figure(query.get("volume")), figure(query.get("price"))
        except ValueError:
            return _problem("EGeneral:Invalid arguments")
        if kind is None or side is None or quantity is None or (kind is OrderType.LIMIT) != (limit is not None):
            return _problem("EGeneral:Invalid arguments:ordertype")
        name = query.get("cl_ord_id", "")
        if len(name) > 18:
            return _problem("EGeneral:Invalid arguments:cl_ord_id")
        force = _FORCES.get(query.get("timeinforce", "GTC"), TimeInForce.GTC)
        return await self.room.place(request, account, Draft(row.symbol, side, quantity, kind, force, name, limit),
                                     self._added)  # fmt: skip

    def _added(self, found: Placing) -> web.Response:
        held = found.order
        if held is None:
            return _refused(found.refusal)
        return _good({"txid": [order_id(held.broker_order_id)], "descr": {"order": self._description(held)["order"]}})

    async def _cancel(self, request: web.Request) -> web.Response:
        asked = await self.caller(request)
        if isinstance(asked, web.Response):
            return asked
        account, query = asked
        named = venue_id_of(query.get("txid", ""))
        held = self.room.find(account, str(number(named)) if named else "", query.get("cl_ord_id", ""))

        def answer(found: VenueOrder | None, refusal: Refusal | None) -> web.Response:
            return _refused(refusal) if found is None or refusal is not None else _good({"count": 1})

        return await self.room.cancel(request, account, held, answer)

    # --- reading ----------------------------------------------------------------------------------

    def _open(self, account: str, query: Query) -> web.Response:
        rows = [each for each in self.room.orders(account) if each.is_open and self._wanted(each, query)]
        return _good({"open": {order_id(each.broker_order_id): self._order(each) for each in reversed(rows)}})

    def _closed(self, account: str, query: Query) -> web.Response:
        start, end = float(query.get("start", "0")), float(query.get("end", "inf"))
        rows = [each for each in self.room.orders(account) if not each.is_open and self._wanted(each, query)
                and start <= each.created_at.timestamp() <= end]  # fmt: skip
        told = {order_id(each.broker_order_id): self._order(each) for each in rows[::-1][_page(query)]}
        return _good({"closed": told, "count": len(rows)})

    @staticmethod
    def _wanted(held: VenueOrder, query: Query) -> bool:
        return query.get("cl_ord_id", held.client_order_id) == held.client_order_id

    def _query(self, account: str, query: Query) -> web.Response:
        held = self.stage.state.orders.get(venue_id_of(query.get("txid", "")))
        if held is None or held.account != account:
            return _problem("EOrder:Unknown order")
        return _good({order_id(held.broker_order_id): self._order(held)})

    def _executions(self, account: str, query: Query) -> web.Response:
        start, end = float(query.get("start", "0")), float(query.get("end", "inf"))
        rows = [(held, done) for held, done in self.room.executions(account) if start <= done.at.timestamp() <= end]
        return _good({"count": len(rows), "trades": {_execution_id(done): self._execution(held, done)
                                                     for held, done in rows[::-1][_page(query)]}})  # fmt: skip

    def _balance(self, account: str, _query: Query) -> web.Response:
        found = {}
        for coin in self.room.coins(account):
            free, locked = self.room.balance(account, coin)
            found[_coin(coin)] = {"balance": _raw(free + locked), "hold_trade": _raw(locked)}
        return _good(found)

    def _token(self, account: str, _query: Query) -> web.Response:
        token = secrets.token_urlsafe(24)
        self._tokens[token] = account
        return _good({"token": token, "expires": 900})

    # --- pairs and prices -------------------------------------------------------------------------

    def row(self, pair: str) -> Listed | None:
        """A pair by any of the names that Kraken knows it by."""
        return next((row for row in self.room.rows()
                     if pair in {self.pair(row), row.symbol, row.symbol.replace("/", "")}), None)  # fmt: skip

    async def _pairs(self, _request: web.Request) -> web.Response:
        found = {}
        for row in self.room.rows():
            base, _, quote = row.symbol.partition("/")
            found[self.pair(row)] = {
                "altname": row.symbol.replace("/", "").replace("BTC", "XBT"), "wsname": row.symbol.replace("BTC", "XBT"),
                "aclass_base": "currency", "base": _coin(base), "aclass_quote": "currency", "quote": _coin(quote),
                "lot": "unit", "cost_decimals": 5, "pair_decimals": _decimals(row.tick), "lot_decimals": _decimals(row.lot),
                "lot_multiplier": 1, "leverage_buy": [], "leverage_sell": [], "fees": [[0, 0.26]],
                "fees_maker": [[0, 0.16]], "fee_volume_currency": "ZUSD", "margin_call": 80, "margin_stop": 40,
                "ordermin": plain(row.lot), "costmin": "0", "tick_size": plain(row.tick), "status": "online",
            }  # fmt: skip
        return _good(found)

    async def _ticker(self, request: web.Request) -> web.Response:
        row = self.row(request.query.get("pair", ""))
        if row is None:
            return _problem(_REFUSALS["instrument.unknown"])
        quote = self.quote(row)
        last = plain(quote.last)
        return _good({self.pair(row): {
            "a": [plain(quote.ask), "1", plain(quote.ask_quantity)], "b": [plain(quote.bid), "1", plain(quote.bid_quantity)],
            "c": [last, plain(row.lot)], "v": ["1000", "1000"], "p": [last, last], "t": [10, 10], "l": [last, last],
            "h": [last, last], "o": plain(quote.open or quote.last)}})  # fmt: skip

    async def _bars(self, request: web.Request) -> web.Response:
        row, seconds = self.row(request.query.get("pair", "")), _INTERVALS.get(request.query.get("interval", "1"))
        if row is None or seconds is None:
            return _problem("EGeneral:Invalid arguments")
        now = self.stage.market.now()
        oldest = now - timedelta(seconds=seconds * _NEWEST)
        since = datetime.fromtimestamp(int(request.query.get("since", "0")), UTC)
        bars = self.stage.market.bars(row.symbol, seconds, max(since, oldest), now)
        rows = [[int(bar.start.timestamp()), *(plain(each) for each in (bar.open, bar.high, bar.low, bar.close, bar.close,
                 bar.volume)), 10] for bar in bars]  # fmt: skip
        return _good({self.pair(row): rows, "last": int(now.timestamp())})

    # --- streams ----------------------------------------------------------------------------------

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """The second websocket API: both its hosts."""
        async with self.stage.lines.opened(request) as (line, socket):
            line.put(say({"channel": "status", "type": "update", "data": [{"system": "online", "api_version": "v2"}]}))
            async for frame in line.frames():
                said = heard(frame)
                if said is None:
                    break
                params: Any = said.get("params") or {}
                if said.get("method") == "ping":
                    line.put(say({"method": "pong", "req_id": said.get("req_id")}))
                elif params.get("channel") == "executions":
                    self._private(line, said, params)
                elif params.get("channel") == "ticker":
                    self._tickers(line, said, params)
            return socket

    def _private(self, line: Line, said: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        line.account = self._tokens.get(str(params.get("token")), "")
        answer = {"method": "subscribe", "req_id": said.get("req_id"), "success": bool(line.account)}
        if not line.account:
            line.put(say(answer | {"error": "EAPI:Invalid token"}))
            return
        line.wants = {ORDERS}
        line.put(say(answer | {"result": {"channel": "executions", "snap_orders": False}}))

    def _tickers(self, line: Line, said: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        line.account = PUBLIC
        for symbol in params.get("symbol") or []:
            row = self.row(str(symbol))
            line.put(say({"method": "subscribe", "req_id": said.get("req_id"), "success": row is not None,
                          "result": {"channel": "ticker", "symbol": symbol, "snapshot": True}}))  # fmt: skip
            if row is not None:
                line.wants.add(row.symbol)
                line.put(self._price(row, "snapshot"))

    def price_frames(self, row: Listed) -> Mapping[str, str]:
        """What the channel `ticker` says of a pair now."""
        return {row.symbol: self._price(row, "update")}

    def _price(self, row: Listed, kind: str) -> str:
        quote = self.quote(row)
        figures = {"ask": quote.ask, "ask_qty": quote.ask_quantity, "bid": quote.bid, "bid_qty": quote.bid_quantity,
                   "change": ZERO, "change_pct": ZERO, "high": quote.last, "last": quote.last, "low": quote.last,
                   "volume": Decimal(1000), "vwap": quote.last}  # fmt: skip
        data = {"symbol": row.symbol, **{name: _raw(value) for name, value in figures.items()}}
        return say({"channel": "ticker", "type": kind, "data": [data]})

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of the channel `executions`."""
        if isinstance(outcome, Placed):
            held = self.stage.state.orders.get(outcome.order.broker_order_id, outcome.order)
            row = self._told(held, "new", ZERO) | {
                "side": held.side.lower(), "order_type": held.order_type.lower(), "time_in_force": held.time_in_force.value,
                "order_qty": _raw(held.quantity), "fee_ccy_pref": "fciq",
                **({"limit_price": _raw(held.limit_price)} if held.limit_price is not None else {}),
            }  # fmt: skip
            return self._frame(held, row)
        if isinstance(outcome, Traded):
            held, done = self.stage.state.orders[outcome.broker_order_id], outcome.execution
            row = self._told(held, "trade", self.room.filled_with(held, done)) | {
                "exec_id": _execution_id(done), "trade_id": execution_number(done), "last_price": _raw(done.price),
                "last_qty": _raw(done.quantity), "cost": _raw(done.price * done.quantity), "liquidity_ind": "t",
                "side": held.side.lower(), "order_type": held.order_type.lower(), "fees": [],
            }  # fmt: skip
            return self._frame(held, row)
        if isinstance(outcome, Closed):
            held = self.stage.state.orders[outcome.broker_order_id]
            # What an order was is not told again at its end.
            row = {name: value for name, value in self._told(held, _STATUSES[held.status], held.filled).items()
                   if name != "symbol"}  # fmt: skip
            return self._frame(held, row)
        return None

    def _told(self, held: VenueOrder, what: str, filled: Decimal) -> dict[str, Any]:
        words = {"new": "new", "trade": "filled" if filled >= held.quantity else "partially_filled"}
        return {
            "order_id": order_id(held.broker_order_id), "cl_ord_id": held.client_order_id, "exec_type": what,
            "order_status": words.get(what, what), "cum_qty": _raw(filled), "symbol": self.room.row_of(held).symbol,
            "order_userref": 0, "timestamp": self.stage.market.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }  # fmt: skip

    @staticmethod
    def _frame(held: VenueOrder, row: dict[str, Any]) -> tuple[str, list[str | bytes]]:
        return held.account, [say({"channel": "executions", "type": "update", "data": [row], "sequence": 1})]

    # --- words ------------------------------------------------------------------------------------

    def _description(self, held: VenueOrder) -> dict[str, str]:
        pair, kind, price = (
            self.room.row_of(held).symbol.replace("/", ""),
            held.order_type.lower(),
            plain(held.limit_price),
        )
        words = f"{held.side.lower()} {held.quantity:f} {pair} @ {kind} {price}".strip()
        return {"pair": pair, "type": held.side.lower(), "ordertype": kind, "price": price or "0", "price2": "0",
                "leverage": "none", "order": words, "close": ""}  # fmt: skip

    def _order(self, held: VenueOrder) -> dict[str, Any]:
        average = plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if held.filled else "0.00000"
        return {
            "refid": None, "userref": None, "cl_ord_id": held.client_order_id,
            "status": "open" if held.is_open else _STATUSES[held.status], "opentm": held.created_at.timestamp(),
            "starttm": 0, "expiretm": 0, "descr": self._description(held), "vol": f"{held.quantity:f}",
            "vol_exec": f"{held.filled:f}", "cost": f"{held.paid:f}", "fee": "0.00000", "price": average,
            "stopprice": "0.00000", "limitprice": "0.00000", "misc": "", "oflags": "fciq",
            **({} if held.is_open else {"closetm": (held.closed_at or held.fills[-1].at).timestamp(), "reason": None}),
        }  # fmt: skip

    def _execution(self, held: VenueOrder, done: Execution) -> dict[str, Any]:
        return {
            "ordertxid": order_id(held.broker_order_id), "postxid": "TWIN", "pair": self.pair(self.room.row_of(held)),
            "time": done.at.timestamp(), "type": held.side.lower(), "ordertype": held.order_type.lower(),
            "price": f"{done.price:f}", "cost": f"{done.price * done.quantity:f}", "fee": "0", "vol": f"{done.quantity:f}",
            "margin": "0.00000", "leverage": "0", "misc": "", "trade_id": execution_number(done), "maker": False,
        }  # fmt: skip

    def throttled(self, seconds: float) -> web.Response:  # noqa: ARG002 - Kraken does not tell for how long
        """Too many requests."""
        return _problem("EAPI:Rate limit exceeded")

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return reply({"error": ["EService:Unavailable"]}, status)

    def unauthorized(self) -> web.Response:
        """A key that opens nothing."""
        return _problem("EAPI:Invalid key")


def _page(query: Query) -> slice:
    first = int(query.get("ofs", "0"))
    return slice(first, first + 50)


def _coin(coin: str) -> str:
    return _COINS.get(coin, coin)


def _decimals(step: Decimal) -> int:
    return max(-int(step.normalize().as_tuple().exponent), 0)


def _raw(value: Decimal) -> msgspec.Raw:
    """A figure as a JSON number, digit for digit."""
    return msgspec.Raw(f"{value:f}".encode())


def _execution_id(done: Execution) -> str:
    return f"TTWIN0-00000-{execution_number(done):06d}"


def _good(result: object) -> web.Response:
    return reply({"error": [], "result": result})


def _problem(text: str) -> web.Response:
    return reply({"error": [text]})


def _refused(refusal: Refusal | None) -> web.Response:
    known = _REFUSALS.get(refusal.code) if refusal is not None else None
    return _problem(known or "EOrder:Order rejected")
