"""Binance's spot server as a twin: /api/v3 with signatures, the user data stream of its websocket API, and tickers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
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
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.crypto import binance_words as words
from bidwell.twins.crypto.answers import figure, heard, reply, same, say
from bidwell.twins.crypto.dialect import PUBLIC, Query, SpotTwin
from bidwell.twins.crypto.spot import Draft, Placing, milliseconds
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import ORDERS

SCENARIO = Scenario(
    accounts=(
        Person("100000001", Decimal(100_000), {"key": "twin-key-0001", "secret": "twin-secret-0001"}, "USDT"),
        Person("100000002", Decimal(50_000), {"key": "twin-key-0002", "secret": "twin-secret-0002",
                                              "withdraw": "yes"}, "USDT"),
    ),
    instruments=(
        Listed("BTC/USDT", Decimal("97990.00"), Decimal("97990.01"), type="crypto", currency="USDT",
               lot=Decimal("0.00001"), quantity=Decimal(3), extra={"min_notional": "5"}),
        Listed("ETH/USDT", Decimal("3350.10"), Decimal("3350.11"), type="crypto", currency="USDT",
               lot=Decimal("0.0001"), quantity=Decimal(40), extra={"min_notional": "5"}),
        Listed("SOL/USDT", Decimal("185.42"), Decimal("185.43"), type="crypto", currency="USDT", lot=Decimal("0.001"),
               quantity=Decimal(500), extra={"min_notional": "5"}),
    ),
    walk=True,
)  # fmt: skip

_WINDOW = 60_000
_END = {OrderStatus.EXPIRED: "EXPIRED", OrderStatus.REJECTED: "REJECTED"}


class BinanceTwin(SpotTwin):
    """`twins.Dialect` for Binance."""

    name = "binance"

    @staticmethod
    def pair(row: Listed) -> str:
        """BTCUSDT."""
        return words.pair(row.symbol)

    def row(self, pair: str) -> Listed | None:
        """The pair of this name, however it is written."""
        return super().row(pair.upper())

    def price_frames(self, row: Listed) -> Mapping[str, str]:
        """What the ticker's stream says of a pair now."""
        return {self.pair(row): say(words.stream_ticker(row, self.quote(row), self.now()))}

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The exchange's own URLs."""
        return [
            web.get("/api/v3/ping", self.public(lambda _query: _reply({}))),
            web.get("/api/v3/time", self.public(lambda _query: _reply({"serverTime": self.now()}))),
            web.get("/api/v3/exchangeInfo", self.public(self._info)),
            web.get("/api/v3/ticker/24hr", self.public(self._ticker)),
            web.get("/api/v3/klines", self.public(self._klines)),
            web.get("/api/v3/account", self.read(self._account)),
            web.get("/api/v3/order", self.read(self._one)),
            web.get("/api/v3/openOrders", self.read(self._open)),
            web.get("/api/v3/allOrders", self.read(self._all)),
            web.get("/api/v3/myTrades", self.read(self._executions)),
            web.get("/sapi/v1/account/apiRestrictions", self.read(self._rights)),
            web.post("/api/v3/order", self._place),
            web.delete("/api/v3/order", self._cancel),
            web.get("/ws-api/v3", self._private),
            web.get("/ws/{name:.*}", self._prices),
        ]

    # --- who --------------------------------------------------------------------------------------

    def _caller(self, key: str, signed: str, signature: str, timestamp: str) -> Person | web.Response:
        """The account behind a key whose signature is good."""
        person = self.stage.who(key=key)
        if person is None:
            return self.unauthorized()
        good = hmac.new(person.fields["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not same(good, signature):
            return _problem(-1022, "Signature for this request is not valid.")
        if not timestamp.isdecimal() or abs(int(timestamp) - self.now()) > _WINDOW:
            return _problem(-1021, "Timestamp for this request is outside of the recvWindow.")
        return person

    def _signed(self, request: web.Request, text: str) -> Person | web.Response:
        signed, _, signature = text.rpartition("&signature=")
        query = dict(parse_qsl(signed, keep_blank_values=True))
        return self._caller(request.headers.get("X-MBX-APIKEY", ""), signed, signature, query.get("timestamp", ""))

    async def caller(self, request: web.Request) -> tuple[str, Query] | web.Response:
        """The account that asks for a read."""
        person = self._signed(request, request.query_string)
        return person if isinstance(person, web.Response) else (person.account, request.query)

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, request: web.Request) -> web.Response:
        text = await request.text()
        person = self._signed(request, text)
        if isinstance(person, web.Response):
            return person
        query = dict(parse_qsl(text, keep_blank_values=True))
        draft = self._draft(query)
        return (
            draft
            if isinstance(draft, web.Response)
            else await self.room.place(request, person.account, draft, self._placed)
        )

    def _draft(self, query: Query) -> Draft | web.Response:
        row = self.row(query.get("symbol", ""))
        if row is None:
            return _problem(*words.REFUSALS["instrument.unknown"])
        kind = words.TYPES.get(query.get("type", ""))
        if kind is None or query.get("side") not in {"BUY", "SELL"}:
            return _problem(-1116, "Invalid orderType.")
        if not kind_fits(kind, query):
            return _problem(-1102, "Mandatory parameter was not sent, was empty/null, or malformed.")
        try:
            quantity, limit, stop = (figure(query.get(name)) for name in ("quantity", "price", "stopPrice"))
        except ValueError:
            return _problem(-1100, "Illegal characters found in a parameter.")
        if quantity is None:
            return _problem(-1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.")
        force = words.FORCES.get(query.get("timeInForce", "GTC"), TimeInForce.GTC)
        return Draft(
            row.symbol, Side(query["side"]), quantity, kind, force, query.get("newClientOrderId", ""), limit, stop
        )

    def _placed(self, found: Placing) -> web.Response:
        if found.order is not None:
            return _reply(words.placed(found.order, self.room.row_of(found.order)))
        return _refused(found.refusal)

    async def _cancel(self, request: web.Request) -> web.Response:
        person = self._signed(request, request.query_string)
        if isinstance(person, web.Response):
            return person

        def answer(held: VenueOrder | None, refusal: Refusal | None) -> web.Response:
            if held is None or refusal is not None:
                return _refused(refusal, _problem(-2011, refusal.reason if refusal else "Unknown order sent."))
            return _reply(words.canceled(held, self.room.row_of(held), self.now()))

        held = self._held(person.account, request.query)
        return await self.room.cancel(request, person.account, held, answer)

    def _held(self, account: str, query: Query) -> VenueOrder | None:
        held = self.room.find(account, query.get("orderId", ""), query.get("origClientOrderId", ""))
        row = self.row(query.get("symbol", ""))
        return held if held is not None and row is not None and self.room.row_of(held) is row else None

    # --- reading ----------------------------------------------------------------------------------

    def _one(self, account: str, query: Query) -> web.Response:
        held = self._held(account, query)
        if held is None:
            return _problem(-2013, "Order does not exist.")
        return _reply(words.order(held, self.room.row_of(held)))

    def _open(self, account: str, query: Query) -> web.Response:
        rows = [each for each in self.room.orders(account) if each.is_open and self._wanted(each, query)]
        return _reply([words.order(each, self.room.row_of(each)) for each in rows])

    def _all(self, account: str, query: Query) -> web.Response:
        if self.row(query.get("symbol", "")) is None:
            return _problem(*words.REFUSALS["instrument.unknown"])
        start, limit = int(query.get("startTime", "0")), int(query.get("limit", "500"))
        rows = [words.order(each, self.room.row_of(each)) for each in self.room.orders(account)
                if self._wanted(each, query) and milliseconds(each.created_at) >= start]  # fmt: skip
        return _reply(rows[:limit] if start else rows[-limit:])

    def _executions(self, account: str, query: Query) -> web.Response:
        if self.row(query.get("symbol", "")) is None:
            return _problem(*words.REFUSALS["instrument.unknown"])
        start, limit = int(query.get("startTime", "0")), int(query.get("limit", "500"))
        rows = [words.execution(held, done, self.room.row_of(held)) for held, done in self.room.executions(account)
                if self._wanted(held, query) and milliseconds(done.at) >= start]  # fmt: skip
        kept = [row for row in rows if query.get("orderId", str(row["orderId"])) == str(row["orderId"])]
        return _reply(kept[:limit] if start else kept[-limit:])

    def _account(self, account: str, _query: Query) -> web.Response:
        balances = [{"asset": coin, "free": words.figure(free), "locked": words.figure(locked)}
                    for coin in self.room.coins(account) for free, locked in (self.room.balance(account, coin),)]  # fmt: skip
        return _reply({
            "makerCommission": 10, "takerCommission": 10, "buyerCommission": 0, "sellerCommission": 0,
            "commissionRates": {"maker": "0.00100000", "taker": "0.00100000", "buyer": "0.00000000",
                                "seller": "0.00000000"},
            "canTrade": True, "canWithdraw": True, "canDeposit": True, "brokered": False,
            "requireSelfTradePrevention": False, "preventSor": False, "updateTime": self.now(), "accountType": "SPOT",
            "balances": balances, "permissions": ["SPOT"], "uid": int(account) if account.isdecimal() else 0,
        })  # fmt: skip

    def _rights(self, account: str, _query: Query) -> web.Response:
        may = "withdraw" in self.stage.people[account].fields
        return _reply({"ipRestrict": True, "createTime": 1_700_000_000_000, "enableReading": True,
                       "enableWithdrawals": may, "enableInternalTransfer": False, "enableMargin": False,
                       "enableFutures": False, "enableSpotAndMarginTrading": True})  # fmt: skip

    def _wanted(self, held: VenueOrder, query: Query) -> bool:
        return "symbol" not in query or self.pair(self.room.row_of(held)) == query["symbol"]

    # --- pairs and prices -------------------------------------------------------------------------

    def _info(self, _query: Query) -> web.Response:
        return _reply({"timezone": "UTC", "serverTime": self.now(), "rateLimits": [], "exchangeFilters": [],
                       "symbols": [words.market(row) for row in self.room.rows()]})  # fmt: skip

    def _ticker(self, query: Query) -> web.Response:
        row = self.row(query.get("symbol", ""))
        if row is None:
            return _problem(*words.REFUSALS["instrument.unknown"])
        return _reply(words.ticker(row, self.quote(row), self.now()))

    def _klines(self, query: Query) -> web.Response:
        row, seconds = self.row(query.get("symbol", "")), words.INTERVALS.get(query.get("interval", ""))
        if row is None or seconds is None:
            return _problem(-1120, "Invalid interval.")
        limit = min(int(query.get("limit", "500")), 1000)
        now = self.stage.market.now()
        start = int(query["startTime"]) if "startTime" in query else milliseconds(now) - limit * seconds * 1000
        begin = now - timedelta(milliseconds=milliseconds(now) - start)
        bars = self.stage.market.bars(row.symbol, seconds, begin, min(now, begin + timedelta(seconds=seconds * limit)))
        return _reply([words.kline(bar) for bar in bars[:limit]])

    # --- streams ----------------------------------------------------------------------------------

    async def _private(self, request: web.Request) -> web.StreamResponse:
        """The websocket API: a signed subscription, then the user's events."""
        async with self.stage.lines.opened(request) as (line, socket):
            async for frame in line.frames():
                said = heard(frame)
                if said is None:
                    break
                self._subscribe(line, said)
            return socket

    def _subscribe(self, line: Line, said: dict[str, Any]) -> None:
        if said.get("method") != "userDataStream.subscribe.signature":
            line.put(say({"id": said.get("id"), "status": 400, "error": {"code": -1000, "msg": "Unknown method."}}))
            return
        params = dict(said.get("params") or {})
        signature = str(params.pop("signature", ""))
        signed = "&".join(f"{name}={params[name]}" for name in sorted(params))
        found = self._caller(str(params.get("apiKey")), signed, signature, str(params.get("timestamp")))
        if isinstance(found, web.Response):
            error = msgspec.json.decode(found.body if isinstance(found.body, bytes) else b"{}")
            line.put(say({"id": said.get("id"), "status": found.status, "error": error}))
            return
        line.account, line.wants = found.account, {ORDERS}
        line.put(say({"id": said.get("id"), "status": 200, "result": {"subscriptionId": 0}}))

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of the user data stream."""
        if isinstance(outcome, Placed):
            held = self.stage.state.orders.get(outcome.order.broker_order_id, outcome.order)
            return self._said(held, words.report(held, self.room.row_of(held), "NEW", self.now(), filled=ZERO))
        if isinstance(outcome, Traded):
            held, done = self.stage.state.orders[outcome.broker_order_id], outcome.execution
            filled = self.room.filled_with(held, done)
            return self._said(held, words.report(held, self.room.row_of(held), "TRADE", self.now(), done, filled))
        if isinstance(outcome, Closed):
            held = self.stage.state.orders[outcome.broker_order_id]
            what = _END.get(outcome.status) or ("EXPIRED" if words.status(held) == "EXPIRED" else "CANCELED")
            return self._said(held, words.report(held, self.room.row_of(held), what, self.now()))
        return None

    def _said(self, held: VenueOrder, event: dict[str, Any]) -> tuple[str, list[str | bytes]]:
        balances = [{"a": coin, "f": words.figure(free), "l": words.figure(locked)}
                    for coin in self.room.coins(held.account)
                    for free, locked in (self.room.balance(held.account, coin),)]  # fmt: skip
        moved = {"e": "outboundAccountPosition", "E": event["E"], "u": event["E"], "B": balances}
        return held.account, [
            say({"subscriptionId": 0, "event": event}),
            say({"subscriptionId": 0, "event": moved}),
        ]

    async def _prices(self, request: web.Request) -> web.StreamResponse:
        """Public streams: tickers by subscription."""
        async with self.stage.lines.opened(request) as (line, socket):
            line.account = PUBLIC
            async for frame in line.frames():
                said = heard(frame)
                if said is None:
                    break
                names = [str(each) for each in said.get("params") or []]
                line.put(say({"result": None, "id": said.get("id")}))
                fresh = {name.partition("@")[0].upper() for name in names if name.endswith("@ticker")}
                line.wants |= fresh
                for row in self.room.rows():
                    for wanted, told in self.price_frames(row).items():
                        if wanted in fresh:
                            line.put(told)
            return socket

    # --- failing ----------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """429."""
        answer = _problem(-1003, "Too much request weight used; please use the websocket for live updates.", 429)
        answer.headers["Retry-After"] = f"{seconds:g}"
        return answer

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return _problem(-1000, "An unknown error occurred while processing the request.", status)

    def unauthorized(self) -> web.Response:
        """A key that opens nothing."""
        return _problem(-2015, "Invalid API-key, IP, or permissions for action.", 401)


def kind_fits(kind: OrderType, query: Query) -> bool:
    """Whether the prices that a type needs were sent."""
    needs = {OrderType.LIMIT: {"price"}, OrderType.STOP: {"stopPrice"}, OrderType.STOP_LIMIT: {"price", "stopPrice"}}
    return needs.get(kind, set()) <= {name for name in ("price", "stopPrice") if query.get(name)}


def _refused(refusal: Refusal | None, plain: web.Response | None = None) -> web.Response:
    known = words.REFUSALS.get(refusal.code) if refusal is not None else None
    if known is not None:
        return _problem(*known)
    return plain or _problem(-2010, refusal.reason if refusal is not None else "Order was rejected.")


def _problem(code: int, text: str, status: int = 400) -> web.Response:
    return _reply({"code": code, "msg": text}, status)


def _reply(value: object, status: int = 200) -> web.Response:
    return reply(value, status, {"X-MBX-USED-WEIGHT-1M": "20"})
