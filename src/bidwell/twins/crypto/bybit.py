"""Bybit's spot server as a twin: /v5 with signed headers, the private topics `order` and `execution`, public tickers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.crypto.answers import figure, heard, reply, same, say
from bidwell.twins.crypto.dialect import PUBLIC, Query, SigningTwin
from bidwell.twins.crypto.spot import Draft, Placing, execution_number, milliseconds, number, plain
from bidwell.twins.lines import Line
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import ORDERS

SCENARIO = Scenario(
    accounts=(
        Person("24600001", Decimal(100_000), {"key": "twin-key-0001", "secret": "twin-secret-0001"}, "USDT"),
        Person("24600002", Decimal(50_000), {"key": "twin-key-0002", "secret": "twin-secret-0002", "withdraw": "yes"},
               "USDT"),
    ),
    instruments=(
        Listed("BTC/USDT", Decimal("97990.00"), Decimal("97990.01"), type="crypto", currency="USDT",
               lot=Decimal("0.000001"), quantity=Decimal(3)),
        Listed("ETH/USDT", Decimal("3350.10"), Decimal("3350.11"), type="crypto", currency="USDT",
               lot=Decimal("0.00001"), quantity=Decimal(40)),
    ),
    walk=True,
)  # fmt: skip

_TYPES = {"Market": OrderType.MARKET, "Limit": OrderType.LIMIT}
_TYPE_WORDS = {kind: word for word, kind in _TYPES.items()}
_FORCES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK, "PostOnly": TimeInForce.GTC}
_SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
_REFUSALS = {
    "insufficient_funds": (170131, "Insufficient balance."), "duplicate": (170141, "Duplicate clientOrderId."),
    "instrument.unknown": (170121, "Invalid symbol."), "price.tick": (170134, "Order price has too many decimals."),
    "quantity.lot": (170137, "Order quantity has too many decimals."), "order.unknown": (170213, "Order does not exist."),
    "order.closed": (170213, "Order does not exist."),
}  # fmt: skip
_INTERVALS = {"1": 60, "5": 300, "15": 900, "30": 1800, "60": 3600, "240": 14400, "D": 86400, "W": 604800}
_WINDOW = 60_000


class BybitTwin(SigningTwin):
    """`twins.Dialect` for Bybit."""

    name = "bybit"

    @staticmethod
    def pair(row: Listed) -> str:
        """BTCUSDT."""
        return row.symbol.replace("/", "")

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The exchange's own URLs."""
        return [
            web.get("/v5/market/instruments-info", self.public(self._pairs)),
            web.get("/v5/market/tickers", self.public(self._tickers)),
            web.get("/v5/market/kline", self.public(self._klines)),
            web.get("/v5/user/query-api", self.read(self._key)),
            web.get("/v5/account/info", self.read(self._info)),
            web.get("/v5/account/wallet-balance", self.read(self._wallet)),
            web.get("/v5/order/realtime", self.read(self._realtime)),
            web.get("/v5/order/history", self.read(self._history)),
            web.get("/v5/execution/list", self.read(self._executions)),
            web.post("/v5/order/create", self._create),
            web.post("/v5/order/cancel", self._cancel),
            web.post("/v5/order/amend", self._amend),
            web.get("/v5/private", self._private),
            web.get("/v5/public/spot", self._prices),
        ]

    # --- who --------------------------------------------------------------------------------------

    def signed(self, request: web.Request, text: str) -> Person | web.Response:
        """The account behind the headers."""
        told = request.headers
        stamp, key = told.get("X-BAPI-TIMESTAMP", ""), told.get("X-BAPI-API-KEY", "")
        person = self.stage.who(key=key)
        if person is None:
            return self.unauthorized()
        whole = f"{stamp}{key}{told.get('X-BAPI-RECV-WINDOW', '')}{text}"
        good = hmac.new(person.fields["secret"].encode(), whole.encode(), hashlib.sha256).hexdigest()
        if not same(good, told.get("X-BAPI-SIGN", "")):
            return self._problem(10004, "Error sign, please check your signature generation algorithm.")
        if not stamp.isdecimal() or abs(int(stamp) - self.now()) > _WINDOW:
            return self._problem(10002, "The request time exceeds the time window range.")
        return person

    def covered(self, request: web.Request) -> str:
        """The query."""
        return request.rel_url.raw_query_string

    def misread(self) -> web.Response:
        """The answer to a body that is none, or not of the spot market."""
        return self._problem(10001, "Request parameter error.")

    async def asked(self, request: web.Request) -> tuple[str, dict[str, Any]] | web.Response:
        """The account that wants something changed at the spot market, and what it says."""
        found = await super().asked(request)
        return found if isinstance(found, web.Response) or found[1].get("category") == "spot" else self.misread()

    # --- orders -----------------------------------------------------------------------------------

    async def _create(self, request: web.Request) -> web.Response:
        asked = await self.asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        row, kind, side = (self.row(str(body.get("symbol"))), _TYPES.get(str(body.get("orderType"))),
                           _SIDES.get(str(body.get("side"))))  # fmt: skip
        if row is None:
            return self._problem(*_REFUSALS["instrument.unknown"])
        try:
            quantity, limit = figure(body.get("qty")), figure(body.get("price"))
        except ValueError:
            return self._problem(170130, "Data sent for parameter is not valid.")
        if kind is None or side is None or quantity is None or (kind is OrderType.LIMIT) != (limit is not None):
            return self._problem(10001, "Request parameter error.")
        if kind is OrderType.MARKET and side is Side.BUY and body.get("marketUnit") != "baseCoin":
            quantity = (quantity / self.quote(row).ask).quantize(row.lot)
        force = _FORCES.get(str(body.get("timeInForce", "GTC")), TimeInForce.GTC)
        draft = Draft(row.symbol, side, quantity, kind, force, str(body.get("orderLinkId", "")), limit)
        return await self.room.place(request, account, draft, self._placed)

    def _placed(self, found: Placing) -> web.Response:
        return self._refused(found.refusal) if found.order is None else self._named(found.order)

    def _named(self, held: VenueOrder) -> web.Response:
        return self._good({"orderId": str(number(held.broker_order_id)), "orderLinkId": held.client_order_id})

    async def _cancel(self, request: web.Request) -> web.Response:
        asked = await self.asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        return await self.room.cancel(request, account, self._held(account, body), self._changed)

    async def _amend(self, request: web.Request) -> web.Response:
        asked = await self.asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        try:
            quantity, limit = figure(body.get("qty")), figure(body.get("price"))
        except ValueError:
            return self._problem(170130, "Data sent for parameter is not valid.")
        return await self.room.replace(request, account, self._held(account, body), quantity, limit, self._changed)

    def _changed(self, held: VenueOrder | None, refusal: Refusal | None) -> web.Response:
        return self._refused(refusal) if held is None or refusal is not None else self._named(held)

    def _held(self, account: str, body: Mapping[str, Any]) -> VenueOrder | None:
        held = self.room.find(account, str(body.get("orderId") or ""), str(body.get("orderLinkId") or ""))
        return held if held is not None and self.pair(self.room.row_of(held)) == body.get("symbol") else None

    # --- reading ----------------------------------------------------------------------------------

    def _realtime(self, account: str, query: Query) -> web.Response:
        named = query.get("orderId") or query.get("orderLinkId")
        rows = [each for each in self.room.orders(account) if self._wanted(each, query) and (each.is_open or named)]
        return self._rows([self._order(each) for each in reversed(rows)][: _limit(query)])

    def _history(self, account: str, query: Query) -> web.Response:
        rows = [self._order(each) for each in self.room.orders(account)
                if self._wanted(each, query) and not each.is_open and self._late(milliseconds(each.created_at), query)]  # fmt: skip
        return self._rows(rows[::-1][: _limit(query)])

    def _executions(self, account: str, query: Query) -> web.Response:
        rows = [self._execution(held, done) for held, done in self.room.executions(account)
                if self._wanted(held, query) and self._late(milliseconds(done.at), query)]  # fmt: skip
        return self._rows(rows[::-1][: _limit(query)])

    def _wanted(self, held: VenueOrder, query: Query) -> bool:
        told = {"symbol": self.pair(self.room.row_of(held)), "orderId": str(number(held.broker_order_id)),
                "orderLinkId": held.client_order_id}  # fmt: skip
        # The library sends an empty orderId with an orderLinkId; that Bybit takes it for none is unconfirmed.
        return all((query.get(name) or value) == value for name, value in told.items())

    @staticmethod
    def _late(at: int, query: Query) -> bool:
        return int(query.get("startTime", "0")) <= at <= int(query.get("endTime", str(at)))

    def _wallet(self, account: str, _query: Query) -> web.Response:
        coins = []
        for coin in self.room.coins(account):
            free, locked = self.room.balance(account, coin)
            coins.append({
                "coin": coin, "equity": plain(free + locked), "usdValue": plain(free + locked),
                "walletBalance": plain(free + locked), "locked": plain(locked), "availableToWithdraw": "",
                "borrowAmount": "0", "accruedInterest": "0", "totalOrderIM": "0", "totalPositionIM": "0",
                "unrealisedPnl": "0", "cumRealisedPnl": "0",
            })  # fmt: skip
        return self._good({"list": [{"accountType": "UNIFIED", "coin": coins}]})

    def _key(self, account: str, _query: Query) -> web.Response:
        wallet = ["AccountTransfer", *(["Withdraw"] if "withdraw" in self.stage.people[account].fields else [])]
        return self._good({"readOnly": 0, "permissions": {"Spot": ["SpotTrade"], "Wallet": wallet}, "ips": ["127.0.0.1"],
                           "unified": 0, "uta": 1, "userID": int(account)})  # fmt: skip

    def _info(self, _account: str, _query: Query) -> web.Response:
        return self._good({"marginMode": "REGULAR_MARGIN", "updatedTime": "1697078946000", "unifiedMarginStatus": 6,
                           "dcpStatus": "OFF", "timeWindow": 10, "smpGroup": 0, "isMasterTrader": False,
                           "spotHedgingStatus": "OFF"})  # fmt: skip

    # --- pairs and prices -------------------------------------------------------------------------

    def _pairs(self, _query: Query) -> web.Response:
        rows = []
        for row in self.room.rows():
            base, _, quote = row.symbol.partition("/")
            rows.append({
                "symbol": self.pair(row), "baseCoin": base, "quoteCoin": quote, "innovation": "0", "status": "Trading",
                "marginTrading": "none", "priceFilter": {"tickSize": f"{row.tick:f}"},
                "lotSizeFilter": {"basePrecision": f"{row.lot:f}", "quotePrecision": "0.00000001",
                                  "minOrderQty": f"{row.lot:f}", "maxOrderQty": "9000000", "minOrderAmt": "0",
                                  "maxOrderAmt": "9000000000"},
            })  # fmt: skip
        return self._rows(rows)

    def _tickers(self, query: Query) -> web.Response:
        rows = [self._ticker(row) for row in self.room.rows() if query.get("symbol", self.pair(row)) == self.pair(row)]
        return self._rows(rows)

    def _ticker(self, row: Listed) -> dict[str, Any]:
        quote = self.quote(row)
        return self._last(row) | {"bid1Price": plain(quote.bid), "bid1Size": plain(quote.bid_quantity),
                                  "ask1Price": plain(quote.ask), "ask1Size": plain(quote.ask_quantity)}  # fmt: skip

    def _last(self, row: Listed) -> dict[str, Any]:
        quote = self.quote(row)
        last = plain(quote.last)
        return {"symbol": self.pair(row), "lastPrice": last, "highPrice24h": last, "lowPrice24h": last,
                "prevPrice24h": plain(quote.previous_close or quote.last), "price24hPcnt": "0", "volume24h": "1000",
                "turnover24h": "1000", "usdIndexPrice": last}  # fmt: skip

    def _klines(self, query: Query) -> web.Response:
        row, seconds = self.row(query.get("symbol", "")), _INTERVALS.get(query.get("interval", ""))
        if row is None or seconds is None:
            return self._problem(10001, "Invalid period!")
        limit, now = min(int(query.get("limit", "200")), 1000), self.stage.market.now()
        begin = now - timedelta(seconds=seconds * limit)
        if "start" in query:
            begin = now - timedelta(milliseconds=milliseconds(now) - int(query["start"]))
        bars = self.stage.market.bars(row.symbol, seconds, begin, min(now, begin + timedelta(seconds=seconds * limit)))
        rows = [[str(milliseconds(bar.start)), *(plain(each) for each in (bar.open, bar.high, bar.low, bar.close,
                 bar.volume, bar.volume * bar.close))] for bar in bars]  # fmt: skip
        return self._good({"category": "spot", "symbol": self.pair(row), "list": rows[::-1]})

    # --- streams ----------------------------------------------------------------------------------

    async def _private(self, request: web.Request) -> web.StreamResponse:
        """The private topics, after `auth`."""
        async with self.stage.lines.opened(request) as (line, socket):
            async for frame in line.frames():
                said = heard(frame)
                if said is None:
                    break
                op = said.get("op")
                if op == "auth":
                    self._auth(line, said.get("args") or [])
                elif op == "subscribe":
                    line.wants |= {ORDERS} if line.account else set()
                    line.put(say({"success": bool(line.account), "ret_msg": "" if line.account else "not authorized",
                                  "op": "subscribe", "conn_id": "twin"}))  # fmt: skip
                else:
                    line.put(say({"op": "pong" if op == "ping" else op, "args": [str(self.now())], "conn_id": "twin"}))
            return socket

    def _auth(self, line: Line, args: Sequence[object]) -> None:
        key, expires, sign = (str(each) for each in (*args, "", "", "")[:3])
        person = self.stage.who(key=key)
        secret = person.fields["secret"] if person is not None else ""
        good = hmac.new(secret.encode(), f"GET/realtime{expires}".encode(), hashlib.sha256).hexdigest()
        let_in = person is not None and same(good, sign) and expires.isdecimal() and int(expires) > self.now() - _WINDOW
        line.account = person.account if person is not None and let_in else ""
        line.put(say({"success": let_in, "ret_msg": "" if let_in else "Params Error", "op": "auth", "conn_id": "twin"}))

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of the private topics."""
        if isinstance(outcome, Placed):
            held = self.stage.state.orders.get(outcome.order.broker_order_id, outcome.order)
            return held.account, [self._topic("order", self._order(held, ZERO))]
        if isinstance(outcome, Traded):
            held, done = self.stage.state.orders[outcome.broker_order_id], outcome.execution
            filled = self.room.filled_with(held, done)
            return held.account, [self._topic("execution", self._execution(held, done)),
                                  self._topic("order", self._order(held, filled))]  # fmt: skip
        if isinstance(outcome, Closed | Amended):
            held = self.stage.state.orders[outcome.broker_order_id]
            return held.account, [self._topic("order", self._order(held))]
        return None

    def _topic(self, topic: str, row: dict[str, Any]) -> str:
        return say({"id": f"twin-{self.now()}", "topic": topic, "creationTime": self.now(),
                    "data": [row | {"category": "spot"}]})  # fmt: skip

    async def _prices(self, request: web.Request) -> web.StreamResponse:
        """Public topics."""
        async with self.stage.lines.opened(request) as (line, socket):
            line.account = PUBLIC
            async for frame in line.frames():
                said = heard(frame)
                if said is None:
                    break
                topics = {str(each) for each in said.get("args") or []} if said.get("op") == "subscribe" else set()
                line.put(say({"success": True, "ret_msg": "", "op": said.get("op"), "req_id": said.get("req_id", ""),
                              "conn_id": "twin"}))  # fmt: skip
                line.wants |= topics
                for row in self.room.rows():
                    for topic, told in self.price_frames(row).items():
                        if topic in topics:
                            line.put(told)
            return socket

    def price_frames(self, row: Listed) -> Mapping[str, str]:
        """What the public topics say of a pair now."""
        quote, pair, now = self.quote(row), self.pair(row), self.now()
        book = {"s": pair, "b": [[plain(quote.bid), plain(quote.bid_quantity)]],
                "a": [[plain(quote.ask), plain(quote.ask_quantity)]], "u": 1, "seq": 1}  # fmt: skip
        return {
            f"tickers.{pair}": say({"topic": f"tickers.{pair}", "ts": now, "type": "snapshot", "cs": 1,
                                    "data": self._last(row)}),
            f"orderbook.1.{pair}": say({"topic": f"orderbook.1.{pair}", "ts": now, "type": "snapshot", "data": book,
                                        "cts": now}),
        }  # fmt: skip

    # --- words ------------------------------------------------------------------------------------

    def _order(self, held: VenueOrder, filled: Decimal | None = None) -> dict[str, Any]:
        """An order; `filled` is what had filled by then."""
        total = held.filled if filled is None else filled
        average = plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if held.filled and total else ""
        made = milliseconds(held.created_at)
        newest = max([made, milliseconds(held.closed_at), *(milliseconds(each.at) for each in held.fills)])
        return {
            "orderId": str(number(held.broker_order_id)), "orderLinkId": held.client_order_id, "blockTradeId": "",
            "symbol": self.pair(self.room.row_of(held)), "price": plain(held.limit_price) or "0", "qty": plain(held.quantity),
            "side": held.side.value.capitalize(), "isLeverage": "0", "positionIdx": 0,
            "orderStatus": _status(held, total, partial=filled is not None), "cancelType": "UNKNOWN",
            "rejectReason": "EC_NoError", "avgPrice": average, "leavesQty": plain(held.quantity - total),
            "leavesValue": "0", "cumExecQty": plain(total), "cumExecValue": plain(held.paid), "cumExecFee": "0",
            "timeInForce": held.time_in_force.value, "orderType": _TYPE_WORDS[held.order_type], "stopOrderType": "",
            "orderIv": "", "triggerPrice": "0", "takeProfit": "", "stopLoss": "", "tpTriggerBy": "", "slTriggerBy": "",
            "triggerDirection": 0, "triggerBy": "", "lastPriceOnCreated": "", "reduceOnly": False,
            "closeOnTrigger": False, "createType": "CreateByUser", "createdTime": str(made), "updatedTime": str(newest),
        }  # fmt: skip

    def _execution(self, held: VenueOrder, done: Execution) -> dict[str, Any]:
        return {
            "symbol": self.pair(self.room.row_of(held)), "orderType": _TYPE_WORDS[held.order_type], "underlyingPrice": "",
            "orderLinkId": held.client_order_id, "side": held.side.value.capitalize(), "indexPrice": "",
            "orderId": str(number(held.broker_order_id)), "stopOrderType": "UNKNOWN", "leavesQty": plain(held.leaves),
            "execTime": str(milliseconds(done.at)), "feeCurrency": "", "isMaker": False, "execFee": "0",
            "feeRate": "0", "execId": f"22100000{execution_number(done):08d}", "tradeIv": "", "blockTradeId": "",
            "markPrice": "", "execPrice": plain(done.price), "markIv": "", "orderQty": plain(held.quantity),
            "orderPrice": plain(held.limit_price) or "0", "execValue": plain(done.price * done.quantity),
            "execType": "Trade", "execQty": plain(done.quantity),
        }  # fmt: skip

    # --- answers ----------------------------------------------------------------------------------

    def _good(self, result: object) -> web.Response:
        return reply({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": self.now()})

    def _rows(self, rows: list[dict[str, Any]]) -> web.Response:
        return self._good({"category": "spot", "list": rows, "nextPageCursor": ""})

    def _problem(self, code: int, text: str, status: int = 200) -> web.Response:
        return reply({"retCode": code, "retMsg": text, "result": {}, "retExtInfo": {}, "time": self.now()}, status)

    def _refused(self, refusal: Refusal | None) -> web.Response:
        known = _REFUSALS.get(refusal.code) if refusal is not None else None
        return self._problem(*(known or (170130, refusal.reason if refusal is not None else "refused")))

    def throttled(self, seconds: float) -> web.Response:
        """Too many visits: the time until which to wait is told in milliseconds."""
        answer = self._problem(10006, "Too many visits. Exceeded the API Rate Limit.")
        answer.headers["X-Bapi-Limit-Reset-Timestamp"] = str(self.now() + int(seconds * 1000))
        return answer

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return self._problem(10016, "Server error.", status)

    def unauthorized(self) -> web.Response:
        """A key that opens nothing."""
        return self._problem(10003, "API key is invalid.")


def _limit(query: Query) -> int:
    return min(int(query.get("limit", "20")), 50)


def _status(held: VenueOrder, total: Decimal, *, partial: bool) -> str:
    if total >= held.quantity:
        return "Filled"
    if held.is_open or partial:
        return "PartiallyFilled" if total else "New"
    if held.status is OrderStatus.REJECTED:
        return "Rejected"
    return "PartiallyFilledCanceled" if total else "Cancelled"
