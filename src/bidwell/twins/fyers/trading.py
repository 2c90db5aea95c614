"""Orders over REST, and the stream that tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.fyers import words
from bidwell.twins.fyers.answers import bad, encoded, good
from bidwell.twins.fyers.records import Records, body_of
from bidwell.twins.lines import Line
from bidwell.twins.orders import cancel, figure, forget, replace, submit
from bidwell.twins.stage import ORDERS, Handler, Look

PLACED, MODIFIED, CANCELED = 1101, 1102, 1103
SUBSCRIBED = 1605


class TradingRoutes:
    """/api/v3/orders, /api/v3/tradebook and the order stream."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/api/v3/orders/sync", self.place),
            web.patch("/api/v3/orders/sync", self.replace),
            web.delete("/api/v3/orders/sync", self.cancel),
            web.get("/api/v3/orders", self.read(self.listing)),
            web.get("/api/v3/tradebook", self.read(self.trades)),
            web.get("/trade/v3", self.stream),
        ]

    def read(self, work: Look) -> Handler:
        """A handler for a read."""
        return self._stage.reading(self._records.caller, work)

    # --- placing ----------------------------------------------------------------------------------

    async def place(self, request: web.Request) -> web.Response:
        """POST /api/v3/orders/sync."""
        account = self._records.caller(request).account
        body = await body_of(request)
        tag = str(body.get("orderTag") or "")
        ticket = self._ticket(account, body, tag)
        if isinstance(ticket, web.Response):
            return ticket

        return await submit(self._stage, request, account, ticket, lambda outcomes: self._placed(body, tag, outcomes))

    def _ticket(self, account: str, body: dict[str, Any], tag: str) -> Ticket | web.Response:
        if tag and not words.good_tag(tag):
            return bad(-50, "Invalid orderTag: alphanumeric, 1-30 characters", 400)
        listed = self._stage.market.instrument(str(body.get("symbol")))
        row = self._stage.market.rows.get(str(body.get("symbol")))
        if row is None or listed is None or words.is_index(row):
            return bad(-300, "Invalid symbol provided", 400)
        kind, force = words.TYPES.get(body.get("type", 0)), words.FORCES.get(str(body.get("validity")))
        side = words.SIDES.get(body.get("side", 0))
        if kind is None or force is None or side is None or body.get("productType") not in words.PRODUCTS:
            return bad(-50, "Invalid params", 400)
        try:
            quantity, price, trigger = (figure(body.get(name)) for name in ("qty", "limitPrice", "stopPrice"))
        except ValueError as wrong:
            return bad(-50, str(wrong), 400)
        named = self._stage.state.named.items()
        again = sum(1 for (owner, _), held in named if owner == account
                    and self._records.tags.get(held.broker_order_id) == tag) if tag else 0  # fmt: skip
        return Ticket(listed.id, side, quantity or Decimal(0), kind, force, words.inner_name(tag, again) if tag else "",
                      price if kind.has_limit else None, trigger if kind.has_stop else None)  # fmt: skip

    def _placed(self, body: dict[str, Any], tag: str, outcomes: Sequence[Outcome]) -> web.Response:
        for outcome in outcomes:
            if isinstance(outcome, Declined):
                forget(self._stage, outcome.order)
                return bad(-99, outcome.order.reason, 400)
            if isinstance(outcome, Placed):
                venue_id = outcome.order.broker_order_id
                self._records.tags[venue_id] = tag
                self._records.products[venue_id] = str(body["productType"])
                number = words.order_id(venue_id)
                return good(PLACED, f"Order submitted successfully. Your Order Ref. No.{number}", id=number)
        return bad(-99, "Internal error", 500)

    # --- changing ---------------------------------------------------------------------------------

    async def cancel(self, request: web.Request) -> web.Response:
        """DELETE /api/v3/orders/sync, with the id in the body."""
        account = self._records.caller(request).account
        number = str((await body_of(request)).get("id"))
        held = self._records.find(account, number)

        def said(refusal: Refusal | None) -> web.Response:
            if held is None:
                return bad(-51, "Invalid order id", 400)
            return good(CANCELED, "Successfully cancelled order", id=number) if refusal is None else _refused(refusal)

        return await cancel(self._stage, request, account, held, said)

    async def replace(self, request: web.Request) -> web.Response:
        """PATCH /api/v3/orders/sync, with the id in the body."""
        account = self._records.caller(request).account
        body = await body_of(request)
        number = str(body.get("id"))
        held = self._records.find(account, number)
        if held is None:
            return bad(-51, "Invalid order id", 400)
        try:
            changes = _changes(held, body)
        except ValueError as wrong:
            return bad(-50, str(wrong), 400)

        def said(refusal: Refusal | None) -> web.Response:
            return good(MODIFIED, "Successfully modified order", id=number) if refusal is None else _refused(refusal)

        return await replace(self._stage, request, account, held, changes, said)

    # --- reading ----------------------------------------------------------------------------------

    def listing(self, request: web.Request, account: str) -> web.Response:
        """GET /api/v3/orders, of one id or one tag where such is asked for."""
        number, tag = request.query.get("id"), request.query.get("order_tag")
        rows = [self._records.order(each, place + 1) for place, each in enumerate(self._records.orders(account))]
        kept = [row for row in rows if number in {None, row["id"]} and tag in {None, row["orderTag"]}]
        return good(orderBook=kept)

    def trades(self, request: web.Request, account: str) -> web.Response:
        """GET /api/v3/tradebook."""
        tag = request.query.get("order_tag")
        rows = [row for held in self._records.orders(account) for row in self.trades_of(held)]
        return good(tradeBook=[row for row in rows if tag in {None, row["orderTag"]}])

    def trades_of(self, held: VenueOrder) -> list[dict[str, Any]]:
        """An order's executions."""
        records = self._records
        return [words.trade(held, done, records.listed(held), held.account, records.tag(held), records.product(held))
                for done in held.fills]  # fmt: skip

    # --- the stream -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The order stream: the header says who, a subscription what; `ping` is answered."""
        person = self._records.person(request.headers.get("Authorization", ""))
        if person is None:
            raise web.HTTPUnauthorized
        async with self._stage.lines.opened(request) as (line, socket):
            line.account = person.account
            async for frame in line.frames():
                if frame == "ping":
                    line.put("pong")
                    continue
                try:
                    self._said(line, msgspec.json.decode(frame))
                except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
                    line.put(encoded({"s": "error", "code": -50, "message": "Invalid params"}).decode())
            return socket

    @staticmethod
    def _said(line: Line, said: dict[str, Any]) -> None:
        topics = {name: {"orders": ORDERS}.get(name, name) for name in said["SLIST"]}
        if said["T"] != "SUB_ORD":
            raise KeyError(said["T"])
        wanted = set(topics.values())
        line.wants = line.wants | wanted if said["SUB_T"] == 1 else line.wants - wanted
        line.put(encoded({"s": "ok", "code": SUBSCRIBED, "message": "Successfully subscribed"}).decode())


def _refused(refusal: Refusal) -> web.Response:
    return bad(-99, refusal.reason, 400)


def _changes(held: VenueOrder, body: dict[str, Any]) -> Ticket:
    kind = words.TYPES.get(body.get("type", words.TYPE_NUMBERS[held.order_type]))
    if kind is None:
        raise ValueError("Invalid params")
    quantity, price, trigger = (figure(body.get(name)) for name in ("qty", "limitPrice", "stopPrice"))
    return Ticket(held.instrument, held.side, quantity or held.quantity, kind, held.time_in_force, "",
                  (price or held.limit_price) if kind.has_limit else None,
                  (trigger or held.stop_price) if kind.has_stop else None)  # fmt: skip
