"""Coinbase's Advanced Trade as a twin: /api/v3/brokerage with signed tokens, the channel `user`, batched tickers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.crypto.answers import figure, heard, reply, same, say
from bidwell.twins.crypto.spot import Draft, Placing, SpotRoom, execution_number, number, plain
from bidwell.twins.crypto.spot import venue_id_of as venue_id_of_number
from bidwell.twins.lines import Line
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import ORDERS, Stage

SCENARIO = Scenario(
    accounts=(
        Person("00000000-0000-4000-8000-000000000001", Decimal(100_000),
               {"key": "twin-key-0001", "secret": "twin-secret-0001"}),
        Person("00000000-0000-4000-8000-000000000002", Decimal(50_000),
               {"key": "twin-key-0002", "secret": "twin-secret-0002", "withdraw": "yes"}),
    ),
    instruments=(
        Listed("BTC/USD", Decimal("97990.00"), Decimal("97990.01"), type="crypto", lot=Decimal("0.00000001"),
               quantity=Decimal(3)),
        Listed("ETH/USD", Decimal("3350.10"), Decimal("3350.11"), type="crypto", lot=Decimal("0.00000001"),
               quantity=Decimal(40)),
    ),
    walk=True,
)  # fmt: skip

_SHAPES = {
    "market_market_ioc": (OrderType.MARKET, TimeInForce.GTC), "limit_limit_gtc": (OrderType.LIMIT, TimeInForce.GTC),
    "sor_limit_ioc": (OrderType.LIMIT, TimeInForce.IOC), "limit_limit_fok": (OrderType.LIMIT, TimeInForce.FOK),
}  # fmt: skip
_FORCES = {
    TimeInForce.GTC: "GOOD_UNTIL_CANCELLED",
    TimeInForce.IOC: "IMMEDIATE_OR_CANCEL",
    TimeInForce.FOK: "FILL_OR_KILL",
}
_STATUSES = {OrderStatus.FILLED: "FILLED", OrderStatus.CANCELED: "CANCELLED", OrderStatus.EXPIRED: "EXPIRED",
             OrderStatus.REJECTED: "FAILED"}  # fmt: skip
_REFUSALS = {
    "insufficient_funds": ("INSUFFICIENT_FUND", "Insufficient balance in source account"),
    "instrument.unknown": ("INVALID_PRODUCT_ID", "product not found"),
    "price.tick": ("INVALID_PRICE_PRECISION", "price precision"), "quantity.lot": ("INVALID_SIZE_PRECISION", "size precision"),
}  # fmt: skip
_GRANULARITIES = {"ONE_MINUTE": 60, "FIVE_MINUTE": 300, "FIFTEEN_MINUTE": 900, "THIRTY_MINUTE": 1800, "ONE_HOUR": 3600,
                  "FOUR_HOUR": 14400, "ONE_DAY": 86400}  # fmt: skip
_MOST_BARS = 350
_LIFE = 150
_PUBLIC = "price:"
_BASE = "/api/v3/brokerage"
_NAMESPACE = "7a1f7b5e"
_LONGEST_NAME = 36
"""The venue's own; longer ids are kept under a digest."""
Work = Callable[[web.Request, str], web.Response]


def order_id(venue_id: str) -> str:
    """The venue's id as Coinbase writes ids."""
    return f"{_NAMESPACE}-0000-4000-8000-{number(venue_id):012d}"


def venue_id_of(text: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    tail = text.removeprefix(f"{_NAMESPACE}-0000-4000-8000-")
    return venue_id_of_number(tail.lstrip("0")) if tail.isdecimal() else ""


class CoinbaseTwin:
    """`twins.Dialect` for Coinbase."""

    name = "coinbase"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.room = SpotRoom(stage)
        self._names: dict[str, str] = {}

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The exchange's own URLs."""
        return [
            web.get(f"{_BASE}/market/products", self._public(self._products)),
            web.get(f"{_BASE}/market/products/{{id}}/ticker", self._public(self._ticker)),
            web.get(f"{_BASE}/market/products/{{id}}/candles", self._public(self._candles)),
            web.get(f"{_BASE}/products/{{id}}/candles", self._public(self._candles)),
            web.get(f"{_BASE}/transaction_summary", self._read(self._summary)),
            web.get(f"{_BASE}/key_permissions", self._read(self._rights)),
            web.get(f"{_BASE}/accounts", self._read(self._accounts)),
            web.get(f"{_BASE}/orders/historical/batch", self._read(self._batch)),
            web.get(f"{_BASE}/orders/historical/fills", self._read(self._executions)),
            web.get(f"{_BASE}/orders/historical/{{id}}", self._read(self._one)),
            web.post(f"{_BASE}/orders", self._create),
            web.post(f"{_BASE}/orders/batch_cancel", self._cancel),
            web.get("/", self._stream),
        ]

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is remembered beside the venue."""

    # --- who --------------------------------------------------------------------------------------

    def _signed(self, request: web.Request, text: str) -> Person | web.Response:
        bearer = request.headers.get("Authorization", "")
        if bearer.startswith("Bearer "):
            told = self._token(bearer.removeprefix("Bearer "))
            aim = f"{request.host}{request.path}"
            good = told is not None and str(told[1].get("uri", "")).startswith(f"{request.method} ") \
                and str(told[1].get("uri")).endswith(aim)  # fmt: skip
            return told[0] if told is not None and good else self.unauthorized()
        stamp = request.headers.get("CB-ACCESS-TIMESTAMP", "")
        return self._legacy(request.headers.get("CB-ACCESS-KEY", ""), f"{stamp}{request.method}{request.path}{text}",
                            request.headers.get("CB-ACCESS-SIGN", ""), stamp) or self.unauthorized()  # fmt: skip

    def _legacy(self, key: str, text: str, sign: str, stamp: str) -> Person | None:
        person = self.stage.who(key=key)
        if person is None or not stamp.isdecimal() or abs(int(stamp) - self._seconds()) > _LIFE:
            return None
        good = hmac.new(person.fields["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
        return person if same(good, sign) else None

    def _token(self, token: str) -> tuple[Person, dict[str, Any]] | None:
        """The account and the claims of a token that its key signed and that is of now."""
        try:
            head, body, sign = token.split(".")
            claims = msgspec.json.decode(_unpacked(body), type=dict[str, Any])
            person = self.stage.who(key=str(claims.get("sub")))
            key = load_pem_private_key(person.fields["secret"].encode(), None) if person is not None else None
            raw = _unpacked(sign)
            if person is None or not isinstance(key, ec.EllipticCurvePrivateKey) or len(raw) != 64:
                return None
            der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
            key.public_key().verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
            fresh = int(claims.get("nbf", 0)) - 30 <= self._seconds() <= int(claims.get("exp", 0))
        except (ValueError, TypeError, InvalidSignature, msgspec.MsgspecError):
            return None
        return (person, claims) if fresh else None

    def _read(self, work: Work) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            person = self._signed(request, "")
            if isinstance(person, web.Response):
                return person
            account = person.account
            return await self.stage.play(
                request, On.READ, account, lambda _refusal, _first: (work(request, account), ())
            )

        return handle

    def _public(self, work: Callable[[web.Request], web.Response]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await self.stage.play(request, On.READ, "", lambda _refusal, _first: (work(request), ()))

        return handle

    # --- orders -----------------------------------------------------------------------------------

    async def _asked(self, request: web.Request) -> tuple[str, dict[str, Any]] | web.Response:
        text = await request.text()
        person = self._signed(request, text)
        if isinstance(person, web.Response):
            return person
        body = heard(text)
        return _problem("INVALID_ARGUMENT", "malformed", 400) if body is None else (person.account, body)

    async def _create(self, request: web.Request) -> web.Response:
        asked = await self._asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        configuration: dict[str, Any] = body.get("order_configuration") or {}
        shape = next(iter(configuration), "")
        told: Any = configuration.get(shape) or {}
        row, (kind, force) = self._row(str(body.get("product_id"))), _SHAPES.get(shape, (None, TimeInForce.GTC))
        if row is None:
            return _failed(Refusal("instrument.unknown", ""))
        try:
            quantity, limit = figure(told.get("base_size")), figure(told.get("limit_price"))
            spent = figure(told.get("quote_size"))
        except ValueError:
            return _failed(Refusal("quantity.lot", ""))
        if quantity is None and spent is not None and kind is OrderType.MARKET:
            quantity = (spent / self._quote(row).ask).quantize(row.lot)
        if (
            kind is None
            or quantity is None
            or body.get("side") not in {"BUY", "SELL"}
            or not body.get("client_order_id")
        ):
            return _failed(Refusal("terms", "UNSUPPORTED_ORDER_CONFIGURATION"))
        name = str(body["client_order_id"])
        inner = name if len(name) <= _LONGEST_NAME else hashlib.sha256(name.encode()).hexdigest()[:_LONGEST_NAME]
        self._names[inner] = name
        draft = Draft(row.symbol, Side(body["side"]), quantity, kind, force, inner, limit)
        return await self.room.place(request, account, draft, self._created)

    def _created(self, found: Placing) -> web.Response:
        held = found.order or found.again
        if held is None:
            return _failed(found.refusal)
        return reply({"success": True, "failure_reason": "UNKNOWN_FAILURE_REASON", "order_id": order_id(held.broker_order_id),
                      "success_response": {
                          "order_id": order_id(held.broker_order_id), "product_id": _product(self.room.row_of(held)),
                          "side": held.side.value, "client_order_id": self._named(held)},
                      "order_configuration": None})  # fmt: skip

    async def _cancel(self, request: web.Request) -> web.Response:
        asked = await self._asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        named = str(next(iter(body.get("order_ids") or []), ""))
        held = self.stage.state.orders.get(venue_id_of(named))

        def answer(found: VenueOrder | None, refusal: Refusal | None) -> web.Response:
            good = found is not None and refusal is None
            why = "UNKNOWN_CANCEL_FAILURE_REASON" if good else "UNKNOWN_CANCEL_ORDER"
            return reply({"results": [{"success": good, "failure_reason": why, "order_id": named}]})

        mine = held if held is not None and held.account == account else None
        return await self.room.cancel(request, account, mine, answer)

    # --- reading ----------------------------------------------------------------------------------

    def _one(self, request: web.Request, account: str) -> web.Response:
        held = self.stage.state.orders.get(venue_id_of(request.match_info["id"]))
        if held is None or held.account != account:
            return _problem("NOT_FOUND", "order with this orderID was not found", 404)
        return reply({"order": self._order(held)})

    def _batch(self, request: web.Request, account: str) -> web.Response:
        query = request.query
        rows = [self._order(each) for each in self.room.orders(account) if self._wanted(each, query)]
        rows = [row for row in rows[::-1] if query.get("order_status", row["status"]) == row["status"]
                and _later(row["created_time"], query.get("start_date", ""))
                and _later(query.get("end_date") or row["created_time"], row["created_time"])]  # fmt: skip
        return reply(
            {"orders": rows[: int(query.get("limit", "1000"))], "sequence": "0", "has_next": False, "cursor": ""}
        )

    def _executions(self, request: web.Request, account: str) -> web.Response:
        rows = [self._execution(held, done) for held, done in self.room.executions(account)
                if self._wanted(held, request.query)
                and _later(_stamp(done.at), request.query.get("start_sequence_timestamp", ""))
                and _later(request.query.get("end_sequence_timestamp") or _stamp(done.at), _stamp(done.at))]  # fmt: skip
        return reply({"fills": rows[::-1][: int(request.query.get("limit", "100"))], "cursor": ""})

    def _wanted(self, held: VenueOrder, query: Mapping[str, str]) -> bool:
        product = _product(self.room.row_of(held))
        return query.get("product_id", product) == product

    def _accounts(self, _request: web.Request, account: str) -> web.Response:
        rows = []
        for coin in self.room.coins(account):
            free, locked = self.room.balance(account, coin)
            rows.append({
                "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{account}/{coin}")), "name": f"{coin} Wallet", "currency": coin,
                "available_balance": {"value": plain(free), "currency": coin}, "default": True, "active": True,
                "created_at": "2023-01-04T06:20:06.456Z", "updated_at": "2023-01-04T06:20:07.181Z", "deleted_at": None,
                "type": "ACCOUNT_TYPE_CRYPTO", "ready": True, "hold": {"value": plain(locked), "currency": coin},
            })  # fmt: skip
        return reply({"accounts": rows, "has_next": False, "cursor": "", "size": len(rows)})

    def _rights(self, _request: web.Request, account: str) -> web.Response:
        may = "withdraw" in self.stage.people[account].fields
        return reply({"can_view": True, "can_trade": True, "can_transfer": may, "portfolio_uuid": account,
                      "portfolio_type": "DEFAULT"})  # fmt: skip

    def _summary(self, _request: web.Request, _account: str) -> web.Response:
        return reply({"total_volume": 0, "total_fees": 0, "fee_tier": {
            "pricing_tier": "", "usd_from": "0", "usd_to": "10000", "taker_fee_rate": "0.006", "maker_fee_rate": "0.004"}})  # fmt: skip

    # --- pairs and prices -------------------------------------------------------------------------

    def _row(self, product: str) -> Listed | None:
        return next((row for row in self.room.rows() if _product(row) == product), None)

    def _quote(self, row: Listed) -> Any:  # noqa: ANN401 - a quote of the venue
        listed = self.stage.market.instrument(row.symbol)
        return self.stage.venue.quotes[listed.id] if listed is not None else None

    def _products(self, request: web.Request) -> web.Response:
        if request.query.get("product_type", "SPOT") != "SPOT":
            return reply({"products": [], "num_products": 0})
        rows = []
        for row in self.room.rows():
            base, _, quote = row.symbol.partition("/")
            rows.append({
                "product_id": _product(row), "price": plain(self._quote(row).last), "price_percentage_change_24h": "0",
                "volume_24h": "1000", "volume_percentage_change_24h": "0", "base_increment": plain(row.lot),
                "quote_increment": plain(row.tick), "price_increment": plain(row.tick), "quote_min_size": "0",
                "quote_max_size": "10000000", "base_min_size": plain(row.lot), "base_max_size": "9000000",
                "base_name": base, "quote_name": quote, "watched": False, "is_disabled": False, "new": False,
                "status": "online", "cancel_only": False, "limit_only": False, "post_only": False,
                "trading_disabled": False, "auction_mode": False, "product_type": "SPOT", "quote_currency_id": quote,
                "base_currency_id": base, "mid_market_price": "", "alias": "", "alias_to": [],
            })  # fmt: skip
        return reply({"products": rows, "num_products": len(rows)})

    def _ticker(self, request: web.Request) -> web.Response:
        row = self._row(request.match_info["id"])
        if row is None:
            return _problem("NOT_FOUND", "product not found", 404)
        quote, now = self._quote(row), _stamp(self.stage.market.now())
        trade = {"trade_id": "1", "product_id": _product(row), "price": plain(quote.last), "size": plain(row.lot),
                 "time": now, "side": "BUY", "bid": "", "ask": ""}  # fmt: skip
        return reply({"trades": [trade], "best_bid": plain(quote.bid), "best_ask": plain(quote.ask)})

    def _candles(self, request: web.Request) -> web.Response:
        row = self._row(request.match_info["id"])
        seconds = _GRANULARITIES.get(request.query.get("granularity", ""))
        if row is None or seconds is None:
            return _problem("INVALID_ARGUMENT", "granularity", 400)
        start, end = (datetime.fromtimestamp(int(request.query.get(name, "0")), UTC) for name in ("start", "end"))
        if (end - start).total_seconds() / seconds > _MOST_BARS:
            return _problem("INVALID_ARGUMENT", "number of candles requested should be less than 350", 400)
        bars = self.stage.market.bars(row.symbol, seconds, start, min(end, self.stage.market.now()))
        rows = [{"start": str(int(bar.start.timestamp())), "low": plain(bar.low), "high": plain(bar.high),
                 "open": plain(bar.open), "close": plain(bar.close), "volume": plain(bar.volume)} for bar in bars]  # fmt: skip
        return reply({"candles": rows[::-1]})

    # --- streams ----------------------------------------------------------------------------------

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """The one websocket: `user` with a token, `ticker_batch` and `heartbeats` without."""
        async with self.stage.lines.opened(request) as (line, socket), asyncio.TaskGroup() as beating:
            beats: asyncio.Task[None] | None = None
            async for frame in line.frames():
                said = heard(frame)
                if said is None:
                    break
                channel = said.get("channel")
                if channel == "user":
                    self._user(line, said)
                elif channel in {"ticker_batch", "ticker"}:
                    line.account = _PUBLIC
                    fresh = {str(each) for each in said.get("product_ids") or []}
                    line.wants |= fresh
                    line.put(self._frame("subscriptions", [{"subscriptions": {channel: sorted(line.wants)}}]))
                    for row in self.room.rows():
                        if _product(row) in fresh:
                            line.put(self._price(row))
                elif beats is None:
                    beats = beating.create_task(self._beat(line))
            if beats is not None:
                beats.cancel()
            return socket

    async def _beat(self, line: Line) -> None:
        """A heartbeat each second."""
        for counter in itertools.count(1):
            line.put(self._frame("heartbeats", [{"current_time": _stamp(self.stage.market.now()),
                                                 "heartbeat_counter": str(counter)}]))  # fmt: skip
            await asyncio.sleep(1.0)

    def _user(self, line: Line, said: Mapping[str, Any]) -> None:
        if said.get("jwt"):
            told = self._token(str(said["jwt"]))
            person = told[0] if told is not None else None
        else:
            products = ",".join(str(each) for each in said.get("product_ids") or [])
            stamp = str(said.get("timestamp"))
            person = self._legacy(str(said.get("api_key")), f"{stamp}user{products}", str(said.get("signature")), stamp)
        if person is None:
            line.put(say({"type": "error", "message": "authentication failure"}))
            return
        line.account, line.wants = person.account, {ORDERS}
        line.put(self._frame("subscriptions", [{"subscriptions": {"user": [person.account]}}]))

    def _frame(self, channel: str, events: list[dict[str, Any]]) -> str:
        return say({"channel": channel, "client_id": "", "timestamp": _stamp(self.stage.market.now()), "sequence_num": 0,
                    "events": events})  # fmt: skip

    def _price(self, row: Listed) -> str:
        quote = self._quote(row)
        told = {"type": "ticker", "product_id": _product(row), "price": plain(quote.last), "volume_24_h": "1000",
                "low_24_h": plain(quote.last), "high_24_h": plain(quote.last), "low_52_w": plain(quote.last),
                "high_52_w": plain(quote.last), "price_percent_chg_24_h": "0", "best_bid": plain(quote.bid),
                "best_bid_quantity": plain(quote.bid_quantity), "best_ask": plain(quote.ask),
                "best_ask_quantity": plain(quote.ask_quantity)}  # fmt: skip
        return self._frame("ticker_batch", [{"type": "snapshot", "tickers": [told]}])

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved: tell whoever subscribed."""
        for name in instruments:
            row = self.stage.market.rows[self.stage.market.symbols[name]]
            self.stage.lines.tell(_PUBLIC, [self._price(row)], _product(row))

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of the channel `user`: totals, never executions."""
        if isinstance(outcome, Placed):
            held = self.stage.state.orders.get(outcome.order.broker_order_id, outcome.order)
            return self._told(held, ZERO, "OPEN")
        if isinstance(outcome, Traded):
            held = self.stage.state.orders[outcome.broker_order_id]
            filled = self.room.filled_with(held, outcome.execution)
            return self._told(held, filled, "FILLED" if filled >= held.quantity else "OPEN")
        if isinstance(outcome, Closed):
            held = self.stage.state.orders[outcome.broker_order_id]
            return self._told(held, held.filled, _STATUSES[held.status])
        return None

    def _told(self, held: VenueOrder, filled: Decimal, status: str) -> tuple[str, list[str | bytes]]:
        row = {
            "order_id": order_id(held.broker_order_id), "client_order_id": self._named(held),
            "cumulative_quantity": plain(filled), "leaves_quantity": plain(held.quantity - filled),
            "avg_price": plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if filled else "0",
            "total_fees": "0", "status": status, "product_id": _product(self.room.row_of(held)),
            "creation_time": _stamp(held.created_at), "order_side": held.side.value,
            "order_type": held.order_type.value.capitalize(), "limit_price": plain(held.limit_price) or "0",
        }  # fmt: skip
        return held.account, [self._frame("user", [{"type": "update", "orders": [row]}])]

    def _named(self, held: VenueOrder) -> str:
        return self._names.get(held.client_order_id, held.client_order_id)

    # --- words ------------------------------------------------------------------------------------

    def _order(self, held: VenueOrder) -> dict[str, Any]:
        shape = next(name for name, terms in _SHAPES.items() if terms == (held.order_type, held.time_in_force))
        configuration = {"base_size": plain(held.quantity)}
        if held.limit_price is not None:
            configuration["limit_price"] = plain(held.limit_price)
        market = held.order_type is OrderType.MARKET
        return {
            "order_id": order_id(held.broker_order_id), "product_id": _product(self.room.row_of(held)), "user_id": held.account,
            "order_configuration": {shape: configuration}, "side": held.side.value, "client_order_id": self._named(held),
            "status": "OPEN" if held.is_open else _STATUSES[held.status],
            "time_in_force": "IMMEDIATE_OR_CANCEL" if market else _FORCES[held.time_in_force],
            "created_time": _stamp(held.created_at), "completion_percentage": "0", "filled_size": plain(held.filled),
            "average_filled_price": plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if held.filled else "0",
            "fee": "", "number_of_fills": str(len(held.fills)), "filled_value": plain(held.paid), "pending_cancel": False,
            "size_in_quote": False, "total_fees": "0", "size_inclusive_of_fees": False,
            "total_value_after_fees": plain(held.paid), "trigger_status": "INVALID_ORDER_TYPE",
            "order_type": held.order_type.value, "reject_reason": "REJECT_REASON_UNSPECIFIED", "settled": not held.is_open,
            "product_type": "SPOT", "reject_message": "", "cancel_message": "",
        }  # fmt: skip

    def _execution(self, held: VenueOrder, done: Execution) -> dict[str, Any]:
        at = _stamp(done.at)
        return {
            "entry_id": hashlib.sha256(done.execution_id.encode()).hexdigest(), "trade_id": f"t{execution_number(done)}",
            "order_id": order_id(held.broker_order_id), "trade_time": at, "trade_type": "FILL", "price": plain(done.price),
            "size": plain(done.quantity), "commission": "0", "product_id": _product(self.room.row_of(held)),
            "sequence_timestamp": at, "liquidity_indicator": "TAKER", "size_in_quote": False, "user_id": held.account,
            "side": held.side.value,
        }  # fmt: skip

    def throttled(self, seconds: float) -> web.Response:  # noqa: ARG002 - Coinbase does not tell for how long
        """Too many requests."""
        return _problem("rate_limit_exceeded", "too many requests", 429)

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return _problem("INTERNAL", "internal server error", status)

    def unauthorized(self) -> web.Response:
        """A key that opens nothing."""
        return _problem("Unauthorized", "Unauthorized", 401)

    def _seconds(self) -> int:
        return int(self.stage.market.now().timestamp())


def _product(row: Listed) -> str:
    return row.symbol.replace("/", "-")


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _later(text: str, than: str) -> bool:
    """Whether a time is not before another; RFC 3339 in UTC compares as text once it is cut alike."""
    return text[:23] >= than[:23].rstrip("Z")


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _problem(code: str, text: str, status: int) -> web.Response:
    return reply({"error": code, "error_details": text, "message": text}, status)


def _failed(refusal: Refusal | None) -> web.Response:
    known = ("UNKNOWN_FAILURE_REASON", refusal.reason if refusal is not None else "refused")
    code, text = _REFUSALS.get(refusal.code, known) if refusal is not None else known
    told = {"error": code, "message": text, "error_details": "", "new_order_failure_reason": code}
    return reply({"success": False, "failure_reason": "UNKNOWN_FAILURE_REASON", "order_id": "", "error_response": told,
                  "order_configuration": None})  # fmt: skip
