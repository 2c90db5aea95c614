"""OKX's spot server as a twin: /api/v5 with signed headers, the private channel `orders`, public tickers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
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
        Person("44705892343619584", Decimal(100_000),
               {"key": "twin-key-0001", "secret": "twin-secret-0001", "password": "twin-phrase"}, "USDT"),
        Person("44705892343619585", Decimal(50_000),
               {"key": "twin-key-0002", "secret": "twin-secret-0002", "password": "twin-phrase", "withdraw": "yes"},
               "USDT"),
    ),
    instruments=(
        Listed("BTC/USDT", Decimal("97990.0"), Decimal("97990.1"), type="crypto", currency="USDT", tick=Decimal("0.1"),
               lot=Decimal("0.00000001"), quantity=Decimal(3)),
        Listed("ETH/USDT", Decimal("3350.10"), Decimal("3350.11"), type="crypto", currency="USDT",
               lot=Decimal("0.000001"), quantity=Decimal(40)),
    ),
    walk=True,
)  # fmt: skip

_TYPES = {
    "market": (OrderType.MARKET, TimeInForce.GTC), "limit": (OrderType.LIMIT, TimeInForce.GTC),
    "ioc": (OrderType.LIMIT, TimeInForce.IOC), "fok": (OrderType.LIMIT, TimeInForce.FOK),
    "post_only": (OrderType.LIMIT, TimeInForce.GTC),
}  # fmt: skip
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_REFUSALS = {
    "insufficient_funds": ("51008", "Order failed. Insufficient balance in account."),
    "duplicate": ("51016", "Duplicated client order ID."), "instrument.unknown": ("51001", "Instrument ID doesn't exist."),
    "quantity.lot": ("51121", "Order quantity must be a multiple of the lot size."),
    "price.tick": ("51006", "Order price is not within the price limit."),
    "order.unknown": ("51400", "Cancellation failed as the order does not exist."),
    "order.closed": ("51402", "Cancellation failed as the order is already completed."),
}  # fmt: skip
_INTERVALS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1H": 3600, "4H": 14400, "1D": 86400, "1Dutc": 86400,
              "1W": 604800, "1Wutc": 604800}  # fmt: skip
_WINDOW = timedelta(seconds=60)
_LONGEST = 100


class OkxTwin(SigningTwin):
    """`twins.Dialect` for OKX."""

    name = "okx"

    @staticmethod
    def pair(row: Listed) -> str:
        """BTC-USDT."""
        return row.symbol.replace("/", "-")

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The exchange's own URLs."""
        base = "/api/v5"
        return [
            web.get(f"{base}/public/instruments", self.public(self._pairs)),
            web.get(f"{base}/market/ticker", self.public(self._tickers)),
            web.get(f"{base}/market/candles", self.public(self._candles)),
            web.get(f"{base}/market/history-candles", self.public(self._candles)),
            web.get(f"{base}/account/balance", self.read(self._balance)),
            web.get(f"{base}/account/config", self.read(self._config)),
            web.get(f"{base}/trade/order", self.read(self._one)),
            web.get(f"{base}/trade/orders-pending", self.read(self._pending)),
            web.get(f"{base}/trade/orders-history", self.read(self._history)),
            web.get(f"{base}/trade/fills-history", self.read(self._executions)),
            web.post(f"{base}/trade/batch-orders", self._create),
            web.post(f"{base}/trade/cancel-order", self._cancel),
            web.post(f"{base}/trade/amend-order", self._amend),
            web.get("/ws/v5/private", self._private),
            web.get("/ws/v5/public", self._prices),
        ]

    # --- who --------------------------------------------------------------------------------------

    def signed(self, request: web.Request, text: str) -> Person | web.Response:
        """The account behind the headers."""
        told = request.headers
        person = self.stage.who(key=told.get("OK-ACCESS-KEY", ""))
        if person is None:
            return self.unauthorized()
        if told.get("OK-ACCESS-PASSPHRASE") != person.fields["password"]:
            return _problem("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.", 401)
        stamp = told.get("OK-ACCESS-TIMESTAMP", "")
        whole = f"{stamp}{request.method}{request.rel_url.raw_path_qs}{text}"
        if not same(_sign(person.fields["secret"], whole), told.get("OK-ACCESS-SIGN", "")):
            return _problem("50113", "Invalid Sign", 401)
        try:
            late = abs(datetime.fromisoformat(stamp) - self.stage.market.now()) > _WINDOW
        except (ValueError, TypeError):
            late = True
        return _problem("50102", "Timestamp request expired", 401) if late else person

    def misread(self) -> web.Response:
        """The answer to a body that is none."""
        return _problem("50002", "JSON syntax error", 400)

    # --- orders -----------------------------------------------------------------------------------

    async def _create(self, request: web.Request) -> web.Response:
        text = await request.text()
        person = self.signed(request, text)
        if isinstance(person, web.Response):
            return person
        try:
            (body,) = msgspec.json.decode(text, type=list[dict[str, Any]])
        except (msgspec.MsgspecError, ValueError):
            return self.misread()
        row, side = self.row(str(body.get("instId"))), _SIDES.get(str(body.get("side")))
        kind, force = _TYPES.get(str(body.get("ordType")), (None, TimeInForce.GTC))
        name = str(body.get("clOrdId", ""))
        if row is None:
            return _refused(Refusal("instrument.unknown", ""), name)
        try:
            quantity, limit = figure(body.get("sz")), figure(body.get("px"))
        except ValueError:
            return _item("51000", "Parameter sz error", name)
        if kind is None or side is None or quantity is None or (kind is OrderType.LIMIT) != (limit is not None):
            return _item("51000", "Parameter ordType error", name)
        if not name.isalnum() or len(name) > 32:
            return _item("51000", "Parameter clOrdId error", name)
        if kind is OrderType.MARKET and body.get("tgtCcy") != "base_ccy":
            quantity = (quantity / self.quote(row).ask).quantize(row.lot) if side is Side.BUY else quantity
        draft = Draft(row.symbol, side, quantity, kind, force, name, limit)
        return await self.room.place(request, person.account, draft, lambda found: self._placed(found, name))

    @staticmethod
    def _placed(found: Placing, name: str) -> web.Response:
        return _refused(found.refusal, name) if found.order is None else _named(found.order)

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
            quantity, limit = figure(body.get("newSz")), figure(body.get("newPx"))
        except ValueError:
            return _item("51000", "Parameter newSz error")
        return await self.room.replace(request, account, self._held(account, body), quantity, limit, self._changed)

    @staticmethod
    def _changed(held: VenueOrder | None, refusal: Refusal | None) -> web.Response:
        return _refused(refusal) if held is None or refusal is not None else _named(held)

    def _held(self, account: str, body: Mapping[str, Any]) -> VenueOrder | None:
        held = self.room.find(account, str(body.get("ordId") or ""), str(body.get("clOrdId") or ""))
        return held if held is not None and self.pair(self.room.row_of(held)) == body.get("instId") else None

    # --- reading ----------------------------------------------------------------------------------

    def _one(self, account: str, query: Query) -> web.Response:
        held = self._held(account, query)
        return _problem("51603", "Order does not exist") if held is None else _good([self._order(held)])

    def _pending(self, account: str, query: Query) -> web.Response:
        rows = [self._order(each) for each in self.room.orders(account) if each.is_open and self._wanted(each, query)]
        return _good(rows[::-1][:_LONGEST])

    def _history(self, account: str, query: Query) -> web.Response:
        rows = [self._order(each) for each in self.room.orders(account)
                if not each.is_open and self._wanted(each, query) and self._late(milliseconds(each.created_at), query)]  # fmt: skip
        return _good([row for row in rows[::-1] if query.get("state", row["state"]) == row["state"]][:_LONGEST])

    def _executions(self, account: str, query: Query) -> web.Response:
        rows = []
        for held, done in self.room.executions(account):
            if self._wanted(held, query) and self._late(milliseconds(done.at), query):
                rows.append({
                    "instType": "SPOT", "instId": self.pair(self.room.row_of(held)), "tradeId": str(execution_number(done)),
                    "ordId": str(number(held.broker_order_id)), "clOrdId": held.client_order_id, "billId": "1",
                    "tag": "", "fillPx": plain(done.price), "fillSz": plain(done.quantity), "side": held.side.lower(),
                    "posSide": "net", "execType": "T", "feeCcy": "USDT", "fee": "0", "ts": str(milliseconds(done.at)),
                })  # fmt: skip
        return _good(rows[::-1][:_LONGEST])

    def _wanted(self, held: VenueOrder, query: Query) -> bool:
        told = {"instId": self.pair(self.room.row_of(held)), "ordId": str(number(held.broker_order_id))}
        return all(query.get(name, value) == value for name, value in told.items())

    @staticmethod
    def _late(at: int, query: Query) -> bool:
        return int(query.get("begin", "0")) <= at <= int(query.get("end", str(at)))

    def _balance(self, account: str, _query: Query) -> web.Response:
        details = []
        for coin in self.room.coins(account):
            free, locked = self.room.balance(account, coin)
            details.append({"ccy": coin, "cashBal": plain(free + locked), "eq": plain(free + locked),
                            "availBal": plain(free), "availEq": plain(free), "frozenBal": plain(locked),
                            "ordFrozen": plain(locked), "uTime": str(self.now())})  # fmt: skip
        return _good([{"uTime": str(self.now()), "totalEq": "0", "details": details}])

    def _config(self, account: str, _query: Query) -> web.Response:
        may = "withdraw" in self.stage.people[account].fields
        return _good([{"uid": account, "mainUid": account, "acctLv": "1", "posMode": "net_mode", "label": "twin",
                       "perm": "read_only,withdraw,trade" if may else "read_only,trade", "ip": "127.0.0.1"}])  # fmt: skip

    # --- pairs and prices -------------------------------------------------------------------------

    def _pairs(self, _query: Query) -> web.Response:
        empty = dict.fromkeys(("alias", "ctMult", "ctType", "ctVal", "ctValCcy", "expTime", "lever", "optType", "settleCcy",
                               "stk", "uly"), "")  # fmt: skip
        rows = []
        for row in self.room.rows():
            base, _, quote = row.symbol.partition("/")
            rows.append(empty | {
                "instType": "SPOT", "instId": self.pair(row), "baseCcy": base, "quoteCcy": quote, "category": "1",
                "listTime": "1548133413000", "lotSz": f"{row.lot:f}", "minSz": f"{row.lot:f}", "tickSz": f"{row.tick:f}",
                "state": "live",
            })  # fmt: skip
        return _good(rows)

    def _tickers(self, query: Query) -> web.Response:
        row = self.row(query.get("instId", ""))
        return _refused(Refusal("instrument.unknown", "")) if row is None else _good([self._ticker(row)])

    def _ticker(self, row: Listed) -> dict[str, Any]:
        quote = self.quote(row)
        last = plain(quote.last)
        return {"instType": "SPOT", "instId": self.pair(row), "last": last, "lastSz": plain(row.lot),
                "askPx": plain(quote.ask), "askSz": plain(quote.ask_quantity), "bidPx": plain(quote.bid),
                "bidSz": plain(quote.bid_quantity), "open24h": plain(quote.open or quote.last), "high24h": last,
                "low24h": last, "sodUtc0": last, "sodUtc8": last, "volCcy24h": "1000", "vol24h": "1000",
                "ts": str(self.now())}  # fmt: skip

    def _candles(self, query: Query) -> web.Response:
        row, seconds = self.row(query.get("instId", "")), _INTERVALS.get(query.get("bar", "1m"))
        if row is None or seconds is None:
            return _problem("51000", "Parameter bar error")
        limit, now = min(int(query.get("limit", "100")), 300), self.stage.market.now()
        end = min(int(query.get("after", str(self.now() + 1))), self.now() + 1)
        begin = max(int(query.get("before", "0")) + 1, end - limit * seconds * 1000)
        ago = [now - timedelta(milliseconds=self.now() - each) for each in (begin, end)]
        rows = [[str(milliseconds(bar.start)), *(plain(each) for each in (bar.open, bar.high, bar.low, bar.close,
                 bar.volume, bar.volume, bar.volume)), "1"]
                for bar in self.stage.market.bars(row.symbol, seconds, *ago)]  # fmt: skip
        return _good(rows[::-1])

    # --- streams ----------------------------------------------------------------------------------

    async def _private(self, request: web.Request) -> web.StreamResponse:
        """The private channel, after `login`."""
        async with self.stage.lines.opened(request) as (line, socket):
            async for frame in line.frames():
                if frame == "ping":
                    line.put("pong")
                    continue
                said = heard(frame)
                if said is None:
                    break
                arg = next((each for each in said.get("args") or [] if isinstance(each, dict)), {})
                if said.get("op") == "login":
                    self._login(line, arg)
                elif line.account:
                    line.wants |= {ORDERS} if arg.get("channel") == "orders" else set()
                    line.put(say({"event": "subscribe", "arg": arg, "connId": "twin"}))
                else:
                    line.put(say({"event": "error", "code": "60011", "msg": "Please log in", "connId": "twin"}))
            return socket

    def _login(self, line: Line, arg: Mapping[str, Any]) -> None:
        person = self.stage.who(key=str(arg.get("apiKey")), password=str(arg.get("passphrase")))
        stamp = str(arg.get("timestamp"))
        good = person is not None and stamp.isdecimal() and abs(int(stamp) - self.now() // 1000) < _WINDOW.seconds
        if person is None or not good or not same(_sign(person.fields["secret"], f"{stamp}GET/users/self/verify"),
                                                  str(arg.get("sign"))):  # fmt: skip
            line.put(say({"event": "error", "code": "60009", "msg": "Login failed.", "connId": "twin"}))
            return
        line.account = person.account
        line.put(say({"event": "login", "code": "0", "msg": "", "connId": "twin"}))

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of the channel `orders`."""
        if isinstance(outcome, Placed):
            held = self.stage.state.orders.get(outcome.order.broker_order_id, outcome.order)
            return held.account, [self._frame(self._order(held, ZERO))]
        if isinstance(outcome, Traded):
            held, done = self.stage.state.orders[outcome.broker_order_id], outcome.execution
            return held.account, [self._frame(self._order(held, self.room.filled_with(held, done), done))]
        if isinstance(outcome, Closed | Amended):
            held = self.stage.state.orders[outcome.broker_order_id]
            return held.account, [self._frame(self._order(held))]
        return None

    @staticmethod
    def _frame(row: dict[str, Any]) -> str:
        more = {"code": "0", "msg": "", "amendResult": "", "reqId": "", "notionalUsd": "", "fillNotionalUsd": "",
                "execType": ""}  # fmt: skip
        return say({"arg": {"channel": "orders", "instType": "SPOT", "uid": "1"}, "data": [row | more]})

    async def _prices(self, request: web.Request) -> web.StreamResponse:
        """Public channels."""
        async with self.stage.lines.opened(request) as (line, socket):
            line.account = PUBLIC
            async for frame in line.frames():
                if frame == "ping":
                    line.put("pong")
                    continue
                said = heard(frame)
                if said is None:
                    break
                for arg in said.get("args") or []:
                    line.put(say({"event": said.get("op"), "arg": arg, "connId": "twin"}))
                    row = self.row(str(arg.get("instId")))
                    if row is not None and arg.get("channel") == "tickers":
                        line.wants.add(self.pair(row))
                        line.put(self._price(row))
            return socket

    def price_frames(self, row: Listed) -> Mapping[str, str]:
        """What the channel `tickers` says of a pair now."""
        return {self.pair(row): self._price(row)}

    def _price(self, row: Listed) -> str:
        return say({"arg": {"channel": "tickers", "instId": self.pair(row)}, "data": [self._ticker(row)]})

    # --- words ------------------------------------------------------------------------------------

    def _order(self, held: VenueOrder, filled: Decimal | None = None, done: Execution | None = None) -> dict[str, Any]:
        """An order; `filled` is what had filled by then, `done` its newest execution."""
        total = held.filled if filled is None else filled
        made = milliseconds(held.created_at)
        newest = max([made, milliseconds(held.closed_at), *(milliseconds(each.at) for each in held.fills)])
        empty = dict.fromkeys(("ccy", "lever", "slOrdPx", "slTriggerPx", "slTriggerPxType", "tpOrdPx", "tpTriggerPx",
                               "tpTriggerPxType", "tag", "source"), "")  # fmt: skip
        return empty | {
            "instType": "SPOT", "instId": self.pair(self.room.row_of(held)), "ordId": str(number(held.broker_order_id)),
            "clOrdId": held.client_order_id, "px": plain(held.limit_price), "sz": plain(held.quantity), "pnl": "0",
            "ordType": _word(held), "side": held.side.lower(), "posSide": "net", "tdMode": "cash", "tgtCcy": "base_ccy",
            "accFillSz": plain(total), "fillPx": plain(done.price) if done else "",
            "fillSz": plain(done.quantity) if done else "0", "fillTime": str(milliseconds(done.at)) if done else "",
            "tradeId": str(execution_number(done)) if done else "", "fillFee": "0", "fillFeeCcy": "", "category": "normal",
            "avgPx": plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if total else "",
            "state": _state(held, total, partial=filled is not None), "fee": "0", "feeCcy": "USDT", "rebate": "0",
            "rebateCcy": "USDT", "uTime": str(newest), "cTime": str(made),
        }  # fmt: skip

    def throttled(self, seconds: float) -> web.Response:  # noqa: ARG002 - OKX does not tell for how long
        """Too many requests."""
        return _problem("50011", "Requests too frequent.", 429)

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return _problem("50001", "Service temporarily unavailable.", status)

    def unauthorized(self) -> web.Response:
        """A key that opens nothing."""
        return _problem("50111", "Invalid OK-ACCESS-KEY", 401)


def _sign(secret: str, text: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _word(held: VenueOrder) -> str:
    return next(word for word, terms in _TYPES.items() if terms == (held.order_type, held.time_in_force)
                or (held.order_type is OrderType.MARKET and word == "market"))  # fmt: skip


def _state(held: VenueOrder, total: Decimal, *, partial: bool) -> str:
    if total >= held.quantity:
        return "filled"
    if held.is_open or partial:
        return "partially_filled" if total else "live"
    return "canceled" if held.status is not OrderStatus.FILLED else "filled"


def _named(held: VenueOrder) -> web.Response:
    return _good([{"ordId": str(number(held.broker_order_id)), "clOrdId": held.client_order_id, "sCode": "0", "sMsg": "",
                   "tag": "", "reqId": ""}])  # fmt: skip


def _good(rows: Sequence[object]) -> web.Response:
    return reply({"code": "0", "msg": "", "data": rows})


def _problem(code: str, text: str, status: int = 200) -> web.Response:
    return reply({"code": code, "msg": text, "data": []}, status)


def _item(code: str, text: str, name: str = "") -> web.Response:
    row = {"ordId": "", "clOrdId": name, "sCode": code, "sMsg": text, "tag": ""}
    return reply({"code": "1", "msg": "All operations failed", "data": [row]})


def _refused(refusal: Refusal | None, name: str = "") -> web.Response:
    known = _REFUSALS.get(refusal.code) if refusal is not None else None
    return _item(*(known or ("51000", refusal.reason if refusal is not None else "refused")), name)
