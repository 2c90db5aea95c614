"""Orders over REST, and the stream that tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.terms import OrderType, Side
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Duplicate, NotCanceled, NotReplaced, Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.alpaca import words
from bidwell.twins.alpaca.answers import reply
from bidwell.twins.alpaca.records import Records
from bidwell.twins.mishaps import On
from bidwell.twins.orders import forget
from bidwell.twins.stage import ORDERS, Handler, Look

_OPEN, _CLOSED, _ALL = "open", "closed", "all"
_MOST = 500


class TradingRoutes:
    """/v2/orders and /stream."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/v2/orders", self.place),
            web.get("/v2/orders", self._read(self.listing)),
            web.delete("/v2/orders", self.cancel_all),
            web.get("/v2/orders:by_client_order_id", self._read(self.by_name)),
            web.get("/v2/orders/{id}", self._read(self.by_id)),
            web.patch("/v2/orders/{id}", self.replace),
            web.delete("/v2/orders/{id}", self.cancel),
            web.get("/stream", self.stream),
        ]

    def _read(self, work: Look) -> Handler:
        return self._stage.reading(self._records.caller, work)

    # --- placing ----------------------------------------------------------------------------------

    async def place(self, request: web.Request) -> web.Response:
        """POST /v2/orders."""
        account = self._records.caller(request).account
        body = await _body(request)
        name = body.get("client_order_id") or words.named_uuid("client", f"{account}/{self._stage.state.number + 1}")
        wrong = self._wrong(account, body, name)
        if wrong is not None:
            return wrong
        ticket = self._ticket(body, words.inner_name(name))
        if isinstance(ticket, web.Response):
            return ticket

        def work(refusal: Refusal | None, first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            if self._known(account, name) is not None or self._stage.under_way(account, ticket.client_order_id):
                self._stage.venue.note(account, [ticket])
                return _unique(), ()
            outcomes = self._stage.submit(account, ticket, refusal, first)
            return self._placed(account, name, outcomes), outcomes

        return await self._stage.play(request, On.SUBMIT, account, work, [ticket])

    def _wrong(self, account: str, body: dict[str, Any], name: str) -> web.Response | None:
        if self._records.configurations.get(account, {}).get("suspend_trade"):
            return reply(words.error(403, "trading is suspended by user"), 403)
        if not words.good_name(name):
            return reply(words.error(422, "client_order_id must be at most 128 characters"), 422)
        symbol = body.get("symbol", "")
        if self._stage.market.instrument(str(symbol)) is None:
            return reply(words.error(422, f'could not find asset "{symbol}"'), 422)
        return None

    def _ticket(self, body: dict[str, Any], name: str) -> Ticket | web.Response:
        row = self._stage.market.rows[body["symbol"]]
        listed = self._stage.market.instrument(body["symbol"])
        kind, force = words.TYPES.get(body.get("type", "")), words.FORCES.get(body.get("time_in_force", ""))
        side = {"buy": Side.BUY, "sell": Side.SELL}.get(body.get("side", ""))
        if kind is None or force is None or side is None or listed is None:
            return reply(words.error(422, "invalid order type, side or time_in_force"), 422)
        try:
            figures = {name: _figure(body.get(name)) for name in ("qty", "limit_price", "stop_price", "trail_price",
                                                                   "trail_percent")}  # fmt: skip
        except ValueError as problem:
            return reply(words.error(422, str(problem)), 422)
        if figures["qty"] is None:
            return reply(words.error(422, "qty is required"), 422)
        if row.type == "equity" and _sub_penny(figures["limit_price"]):
            text = "invalid limit_price. sub-penny increment does not fulfill minimum pricing criteria"
            return reply(words.error(422, text), 422)
        return Ticket(listed.id, side, figures["qty"], kind, force, name, figures["limit_price"],
                      figures["stop_price"], figures["trail_price"], figures["trail_percent"])  # fmt: skip

    def _placed(self, account: str, name: str, outcomes: Sequence[Outcome]) -> web.Response:
        for outcome in outcomes:
            if isinstance(outcome, Declined):
                status, body = words.problem(Refusal(outcome.order.code, outcome.order.reason))
                # What is refused never becomes an order here: the id stays free.
                forget(self._stage, outcome.order)
                return reply(body, status)
            if isinstance(outcome, Duplicate):
                return _unique()
            if isinstance(outcome, Placed):
                venue_id = outcome.order.broker_order_id
                self._records.names[venue_id] = name
                self._records.taken[account, name] = venue_id
                held = self._stage.state.orders[venue_id]
                return reply(self._records.order(held) | {"status": "accepted", "filled_qty": "0", "filled_avg_price": None,
                                                       "filled_at": None})  # fmt: skip
        return reply(words.error(500, "internal server error occurred"), 500)

    def _known(self, account: str, name: str) -> str | None:
        return self._records.taken.get((account, name))

    # --- changing ---------------------------------------------------------------------------------

    async def cancel(self, request: web.Request) -> web.Response:
        """DELETE /v2/orders/{id}."""
        account = self._records.caller(request).account
        order_id = request.match_info["id"]

        def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            return self._canceled(account, order_id, refusal)

        return await self._stage.play(request, On.CANCEL, account, work)

    def _canceled(self, account: str, order_id: str,
                  refusal: Refusal | None = None) -> tuple[web.Response, Sequence[Outcome]]:  # fmt: skip
        venue_id = words.venue_id_of(order_id)
        row = self._records.row(account, venue_id) if venue_id else None
        if row is None:
            return reply(words.error(404, f"order not found for {order_id}"), 404), ()
        if venue_id in self._records.past:
            return reply(words.error(422, 'order is already in "replaced" state, not cancelable'), 422), ()
        outcomes = self._stage.venue.cancel(account, "", venue_id, refusal=refusal and Refusal("order", refusal.reason))
        refused = next((each for each in outcomes if isinstance(each, NotCanceled)), None)
        if refused is not None:
            text = f'order is already in "{row["status"]}" state, not cancelable'
            return reply(words.error(422, refusal.reason if refusal else text), 422), outcomes
        return web.Response(status=204), outcomes

    async def cancel_all(self, request: web.Request) -> web.Response:
        """DELETE /v2/orders."""
        account = self._records.caller(request).account
        rows = []
        for held in self._stage.state.open_orders(account):
            order_id = words.order_uuid(held.broker_order_id)
            answer, outcomes = self._canceled(account, order_id)
            self._stage.publish(outcomes)
            rows.append({"id": order_id, "status": 200 if answer.status == 204 else answer.status})
        return reply(rows, 207)

    async def replace(self, request: web.Request) -> web.Response:
        """PATCH /v2/orders/{id}."""
        account = self._records.caller(request).account
        body = await _body(request)
        venue_id = words.venue_id_of(request.match_info["id"])
        held = self._stage.state.orders.get(venue_id)
        if held is None or held.account != account:
            known = self._records.row(account, venue_id) if venue_id else None
            if known is None:
                return reply(words.error(404, f"order not found for {request.match_info['id']}"), 404)
            return reply(words.error(422, 'order is already in "replaced" state, not replaceable'), 422)
        name = str(body.get("client_order_id") or "")
        if name and self._known(account, name) is not None:
            return _unique()
        try:
            changes = _changes(held, body)
        except ValueError as problem:
            return reply(words.error(422, str(problem)), 422)

        def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            self._records.next_name[venue_id] = name
            outcomes = self._stage.venue.replace(account, changes, venue_id, refusal=refusal)
            return self._replaced(venue_id, outcomes), outcomes

        return await self._stage.play(request, On.REPLACE, account, work)

    def _replaced(self, venue_id: str, outcomes: Sequence[Outcome]) -> web.Response:
        refused = next((each for each in outcomes if isinstance(each, NotReplaced)), None)
        if refused is not None:
            self._records.next_name.pop(venue_id, None)
            closed = refused.refusal.code == "order.closed"
            words_said = f"{refused.refusal.reason}, not replaceable" if closed else refused.refusal.reason
            return reply(words.error(422, words_said), 422)
        self._records.on_outcomes(outcomes)
        newest = self._stage.state.orders[self._records.newest(venue_id)]
        return reply(
            self._records.order(newest) | {"status": "pending_replace"}
            if newest.is_open
            else self._records.order(newest)
        )

    # --- reading ----------------------------------------------------------------------------------

    def by_id(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/orders/{id}."""
        venue_id = words.venue_id_of(request.match_info["id"])
        row = self._records.row(account, venue_id) if venue_id else None
        return _found(row, request.match_info["id"])

    def by_name(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/orders:by_client_order_id."""
        name = request.query.get("client_order_id", "")
        venue_id = self._known(account, name)
        return _found(self._records.row(account, venue_id) if venue_id else None, name)

    def listing(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/orders."""
        status = request.query.get("status", _OPEN)
        rows = [self._records.order(each) for each in self._stage.state.orders.values()
                if (each.account == account and each.status != "REJECTED") or (each.account == account and each.code == "by_hand")]  # fmt: skip
        rows += [row for new_id, row in self._records.past.values()
                 if self._stage.state.orders[self._records.newest(new_id)].account == account]  # fmt: skip
        after, until = request.query.get("after", ""), request.query.get("until", "")
        symbols = {each for each in request.query.get("symbols", "").split(",") if each}
        kept = [row for row in rows if (status == _ALL or (status == _OPEN) == _is_open(row))
                and _later(row["submitted_at"], after) and (not until or _later(until, row["submitted_at"]))
                and (not symbols or row["symbol"] in symbols)]  # fmt: skip
        kept.sort(key=lambda row: row["submitted_at"], reverse=request.query.get("direction", "desc") != "asc")
        limit = min(int(request.query.get("limit", "50")), _MOST)
        return reply([words.lacking(row, words.LIST_LACKS) for row in kept[:limit]])

    # --- the stream -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /stream: authenticate, listen, then `trade_updates`."""
        async with self._stage.lines.opened(request) as (line, socket):
            async for frame in line.frames():
                try:
                    said: dict[str, Any] = msgspec.json.decode(frame)
                    action, data = said.get("action"), said.get("data") or {}
                except (msgspec.MsgspecError, AttributeError):
                    break
                if action in {"authenticate", "auth"}:
                    key, secret = data.get("key_id") or said.get("key"), data.get("secret_key") or said.get("secret")
                    person = self._stage.who(key_id=str(key), secret_key=str(secret))
                    line.account = person.account if person else ""
                    status = "authorized" if person else "unauthorized"
                    line.put(_bytes({"stream": "authorization", "data": {"action": "authenticate", "status": status}}))
                elif action == "listen" and line.account:
                    streams = data.get("streams") or []
                    line.wants = {ORDERS} if "trade_updates" in streams else set()
                    line.put(_bytes({"stream": "listening", "data": {"streams": streams}}))
                else:
                    refused = {"action": action, "status": "unauthorized"}
                    line.put(_bytes({"stream": "authorization", "data": refused}))
            return socket


def _bytes(value: object) -> bytes:
    return msgspec.json.encode(value)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(await request.read())
    except msgspec.MsgspecError:
        found = None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text=_bytes(words.error(400, "request body format is invalid")).decode(),
                                 content_type="application/json")  # fmt: skip
    return found


def _figure(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite() or number <= 0:
        raise ValueError("qty and prices must be > 0")
    return number


def _sub_penny(price: Decimal | None) -> bool:
    return price is not None and bool(price % (Decimal("0.01") if price >= 1 else Decimal("0.0001")))


def _changes(held: VenueOrder, body: dict[str, Any]) -> Ticket:
    figures = {name: _figure(body.get(name)) for name in ("qty", "limit_price", "stop_price", "trail")}
    force = words.FORCES.get(body["time_in_force"]) if "time_in_force" in body else held.time_in_force
    if force is None:
        raise ValueError("invalid time_in_force")
    trail = figures["trail"]
    by_amount = held.trail_amount is not None
    return Ticket(
        held.instrument, held.side, figures["qty"] or held.quantity, held.order_type, force, "",
        figures["limit_price"] or held.limit_price,
        None if held.order_type is OrderType.TRAILING_STOP else figures["stop_price"] or held.stop_price,
        (trail or held.trail_amount) if by_amount else None, None if by_amount else trail or held.trail_percent,
    )  # fmt: skip


def _unique() -> web.Response:
    return reply(words.error(422, "client_order_id must be unique", 40010001), 422)


def _found(row: dict[str, Any] | None, name: str) -> web.Response:
    if row is None:
        return reply(words.error(404, f"order not found for {name}"), 404)
    return reply(row)


def _is_open(row: dict[str, Any]) -> bool:
    return row["status"] in {"new", "partially_filled"}


def _later(text: str, than: str) -> bool:
    """Whether a time is after another; RFC 3339 in UTC compares as text once it is cut alike."""
    return text[:26].rstrip("Z") > than[:26].rstrip("Z")
