"""Coinbase's Advanced Trade as a twin: /api/v3/brokerage with signed tokens, the channel `user`, batched tickers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import uuid
from collections.abc import Mapping, Sequence
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
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.crypto import coinbase_words as words
from bidwell.twins.crypto.answers import figure, heard, reply, same, say
from bidwell.twins.crypto.dialect import PUBLIC, Query, SigningTwin
from bidwell.twins.crypto.spot import Draft, Placing, plain
from bidwell.twins.lines import Line
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

_MOST_BARS = 350
_LIFE = 150
_BASE = "/api/v3/brokerage"
_LONGEST_NAME = 36
"""The venue's own; longer ids are kept under a digest."""


class CoinbaseTwin(SigningTwin):
    """`twins.Dialect` for Coinbase."""

    name = "coinbase"

    @staticmethod
    def pair(row: Listed) -> str:
        """BTC-USD."""
        return words.product(row)

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._names: dict[str, str] = {}

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The exchange's own URLs."""
        return [
            web.get(f"{_BASE}/market/products", self.public(self._products)),
            web.get(f"{_BASE}/market/products/{{id}}/ticker", self.public(self._ticker)),
            web.get(f"{_BASE}/market/products/{{id}}/candles", self.public(self._candles)),
            web.get(f"{_BASE}/products/{{id}}/candles", self.public(self._candles)),
            web.get(f"{_BASE}/transaction_summary", self.read(self._summary)),
            web.get(f"{_BASE}/key_permissions", self.read(self._rights)),
            web.get(f"{_BASE}/accounts", self.read(self._accounts)),
            web.get(f"{_BASE}/orders/historical/batch", self.read(self._batch)),
            web.get(f"{_BASE}/orders/historical/fills", self.read(self._executions)),
            web.get(f"{_BASE}/orders/historical/{{id}}", self.read(self._one)),
            web.post(f"{_BASE}/orders", self._create),
            web.post(f"{_BASE}/orders/batch_cancel", self._cancel),
            web.get("/", self._stream),
        ]

    # --- who --------------------------------------------------------------------------------------

    def signed(self, request: web.Request, text: str) -> Person | web.Response:
        """The account behind a token, or behind the headers of an older key."""
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

    def misread(self) -> web.Response:
        """The answer to a body that is none."""
        return _problem("INVALID_ARGUMENT", "malformed", 400)

    # --- orders -----------------------------------------------------------------------------------

    async def _create(self, request: web.Request) -> web.Response:
        asked = await self.asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        configuration: dict[str, Any] = body.get("order_configuration") or {}
        shape = next(iter(configuration), "")
        told: Any = configuration.get(shape) or {}
        row, (kind, force) = self.row(str(body.get("product_id"))), words.SHAPES.get(shape, (None, TimeInForce.GTC))
        if row is None:
            return _failed(Refusal("instrument.unknown", ""))
        try:
            quantity, limit = figure(told.get("base_size")), figure(told.get("limit_price"))
            spent = figure(told.get("quote_size"))
        except ValueError:
            return _failed(Refusal("quantity.lot", ""))
        if quantity is None and spent is not None and kind is OrderType.MARKET:
            quantity = (spent / self.quote(row).ask).quantize(row.lot)
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
        return reply({"success": True, "failure_reason": "UNKNOWN_FAILURE_REASON", "order_id": words.order_id(held.broker_order_id),
                      "success_response": {
                          "order_id": words.order_id(held.broker_order_id), "product_id": self.pair(self.room.row_of(held)),
                          "side": held.side.value, "client_order_id": self._named(held)},
                      "order_configuration": None})  # fmt: skip

    async def _cancel(self, request: web.Request) -> web.Response:
        asked = await self.asked(request)
        if isinstance(asked, web.Response):
            return asked
        account, body = asked
        named = str(next(iter(body.get("order_ids") or []), ""))
        held = self.stage.state.orders.get(words.venue_id_of(named))

        def answer(found: VenueOrder | None, refusal: Refusal | None) -> web.Response:
            good = found is not None and refusal is None
            why = "UNKNOWN_CANCEL_FAILURE_REASON" if good else "UNKNOWN_CANCEL_ORDER"
            return reply({"results": [{"success": good, "failure_reason": why, "order_id": named}]})

        mine = held if held is not None and held.account == account else None
        return await self.room.cancel(request, account, mine, answer)

    # --- reading ----------------------------------------------------------------------------------

    def _one(self, account: str, query: Query) -> web.Response:
        held = self.stage.state.orders.get(words.venue_id_of(query["id"]))
        if held is None or held.account != account:
            return _problem("NOT_FOUND", "order with this orderID was not found", 404)
        return reply({"order": self._order(held)})

    def _batch(self, account: str, query: Query) -> web.Response:
        rows = [self._order(each) for each in self.room.orders(account) if self._wanted(each, query)]
        rows = [row for row in rows[::-1] if query.get("order_status", row["status"]) == row["status"]
                and words.later(row["created_time"], query.get("start_date", ""))
                and words.later(query.get("end_date") or row["created_time"], row["created_time"])]  # fmt: skip
        return reply(
            {"orders": rows[: int(query.get("limit", "1000"))], "sequence": "0", "has_next": False, "cursor": ""}
        )

    def _executions(self, account: str, query: Query) -> web.Response:
        rows = [words.execution(held, done, self.room.row_of(held)) for held, done in self.room.executions(account)
                if self._wanted(held, query)
                and words.later(words.stamp(done.at), query.get("start_sequence_timestamp", ""))
                and words.later(query.get("end_sequence_timestamp") or words.stamp(done.at), words.stamp(done.at))]  # fmt: skip
        return reply({"fills": rows[::-1][: int(query.get("limit", "100"))], "cursor": ""})

    def _wanted(self, held: VenueOrder, query: Query) -> bool:
        product = self.pair(self.room.row_of(held))
        return query.get("product_id", product) == product

    def _accounts(self, account: str, _query: Query) -> web.Response:
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

    def _rights(self, account: str, _query: Query) -> web.Response:
        may = "withdraw" in self.stage.people[account].fields
        return reply({"can_view": True, "can_trade": True, "can_transfer": may, "portfolio_uuid": account,
                      "portfolio_type": "DEFAULT"})  # fmt: skip

    def _summary(self, _account: str, _query: Query) -> web.Response:
        return reply({"total_volume": 0, "total_fees": 0, "fee_tier": {
            "pricing_tier": "", "usd_from": "0", "usd_to": "10000", "taker_fee_rate": "0.006", "maker_fee_rate": "0.004"}})  # fmt: skip

    # --- pairs and prices -------------------------------------------------------------------------

    def _products(self, query: Query) -> web.Response:
        if query.get("product_type", "SPOT") != "SPOT":
            return reply({"products": [], "num_products": 0})
        rows = [words.market(row, self.quote(row)) for row in self.room.rows()]
        return reply({"products": rows, "num_products": len(rows)})

    def _ticker(self, query: Query) -> web.Response:
        row = self.row(query["id"])
        if row is None:
            return _problem("NOT_FOUND", "product not found", 404)
        quote, now = self.quote(row), words.stamp(self.stage.market.now())
        trade = {"trade_id": "1", "product_id": words.product(row), "price": plain(quote.last), "size": plain(row.lot),
                 "time": now, "side": "BUY", "bid": "", "ask": ""}  # fmt: skip
        return reply({"trades": [trade], "best_bid": plain(quote.bid), "best_ask": plain(quote.ask)})

    def _candles(self, query: Query) -> web.Response:
        row = self.row(query["id"])
        seconds = words.GRANULARITIES.get(query.get("granularity", ""))
        if row is None or seconds is None:
            return _problem("INVALID_ARGUMENT", "granularity", 400)
        start, end = (datetime.fromtimestamp(int(query.get(name, "0")), UTC) for name in ("start", "end"))
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
                    line.account = PUBLIC
                    fresh = {str(each) for each in said.get("product_ids") or []}
                    line.wants |= fresh
                    line.put(self._frame("subscriptions", [{"subscriptions": {channel: sorted(line.wants)}}]))
                    for row in self.room.rows():
                        if self.pair(row) in fresh:
                            line.put(self._price(row))
                elif beats is None:
                    beats = beating.create_task(self._beat(line))
            if beats is not None:
                beats.cancel()
            return socket

    async def _beat(self, line: Line) -> None:
        """A heartbeat each second."""
        for counter in itertools.count(1):
            line.put(self._frame("heartbeats", [{"current_time": words.stamp(self.stage.market.now()),
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
        return say({"channel": channel, "client_id": "", "timestamp": words.stamp(self.stage.market.now()), "sequence_num": 0,
                    "events": events})  # fmt: skip

    def price_frames(self, row: Listed) -> Mapping[str, str]:
        """What the channel `ticker_batch` says of a pair now."""
        return {self.pair(row): self._price(row)}

    def _price(self, row: Listed) -> str:
        return self._frame("ticker_batch", [{"type": "snapshot", "tickers": [words.ticker(row, self.quote(row))]}])

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
            return self._told(held, held.filled, words.STATUSES[held.status])
        return None

    def _told(self, held: VenueOrder, filled: Decimal, status: str) -> tuple[str, list[str | bytes]]:
        row = words.update(held, self.room.row_of(held), self._named(held), filled, status)
        return held.account, [self._frame("user", [{"type": "update", "orders": [row]}])]

    def _order(self, held: VenueOrder) -> dict[str, Any]:
        return words.order(held, self.room.row_of(held), self._named(held))

    def _named(self, held: VenueOrder) -> str:
        return self._names.get(held.client_order_id, held.client_order_id)

    # --- failing ----------------------------------------------------------------------------------

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


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _problem(code: str, text: str, status: int) -> web.Response:
    return reply({"error": code, "error_details": text, "message": text}, status)


def _failed(refusal: Refusal | None) -> web.Response:
    known = ("UNKNOWN_FAILURE_REASON", refusal.reason if refusal is not None else "refused")
    code, text = words.REFUSALS.get(refusal.code, known) if refusal is not None else known
    told = {"error": code, "message": text, "error_details": "", "new_order_failure_reason": code}
    return reply({"success": False, "failure_reason": "UNKNOWN_FAILURE_REASON", "order_id": "", "error_response": told,
                  "order_configuration": None})  # fmt: skip
