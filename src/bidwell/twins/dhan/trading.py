"""Orders over REST, and the stream that tells of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.dhan import words
from bidwell.twins.dhan.answers import problem, reply
from bidwell.twins.dhan.records import Records, body_of
from bidwell.twins.orders import cancel, figure, forget, replace, submit
from bidwell.twins.stage import ORDERS, Handler, Look

_CHANGES = 25


class TradingRoutes:
    """/v2/orders, /v2/trades, /v2/killswitch and the order stream."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/v2/orders", self._placing(sliced=False)),
            web.post("/v2/orders/slicing", self._placing(sliced=True)),
            web.get("/v2/orders", self.read(self.listing)),
            web.get("/v2/orders/external/{tag}", self.read(self.by_tag)),
            web.get("/v2/orders/{id}", self.read(self.by_id)),
            web.put("/v2/orders/{id}", self.replace),
            web.delete("/v2/orders/{id}", self.cancel),
            web.get("/v2/trades", self.read(self.trades)),
            # The vendor's client asks for the whole list with the slash.
            web.get("/v2/trades/", self.read(self.trades)),
            web.get("/v2/trades/{id}", self.read(self.trades)),
            web.get("/v2/killswitch", self.read(self.kill_switch)),
            web.post("/v2/killswitch", self.turn_kill_switch),
        ]

    def read(self, work: Look) -> Handler:
        """A handler for a read."""
        return self._stage.reading(self._records.caller, work)

    # --- placing ----------------------------------------------------------------------------------

    def _placing(self, *, sliced: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def place(request: web.Request) -> web.Response:
            account = self._records.caller(request).account
            body = await body_of(request)
            tag = str(body.get("correlationId") or "")
            ticket = self._ticket(account, body, tag)
            if isinstance(ticket, web.Response):
                return ticket

            def placed(outcomes: Sequence[Outcome]) -> web.Response:
                return self._placed(body, tag, outcomes, sliced=sliced)

            return await submit(self._stage, request, account, ticket, placed)

        return place

    def _ticket(self, account: str, body: dict[str, Any], tag: str) -> Ticket | web.Response:
        if account in self._records.stopped:
            return problem(400, "DH-906", "Kill Switch is activated for the day")
        if body.get("dhanClientId") != self._records.client(account):
            return problem(400, "DH-905", "dhanClientId does not belong to the access token")
        if tag and not words.good_tag(tag):
            return problem(400, "DH-905", "correlationId has more than 30 characters, or others than are allowed")
        row = self._records.by_security(str(body.get("exchangeSegment")), str(body.get("securityId")))
        listed = None if row is None else self._stage.market.instrument(row.symbol)
        kind, force = words.TYPES.get(str(body.get("orderType"))), words.FORCES.get(str(body.get("validity")))
        side = words.side_of(body.get("transactionType"))
        if row is None or listed is None or words.segment_of(row) == words.INDICES:
            return problem(400, "DH-905", "Invalid SecurityId")
        if kind is None or force is None or side is None or body.get("productType") not in words.PRODUCTS:
            return problem(400, "DH-905", "Missing required fields, bad values for parameters")
        try:
            quantity, price, trigger = (figure(body.get(name)) for name in ("quantity", "price", "triggerPrice"))
        except ValueError as wrong:
            return problem(400, "DH-905", str(wrong))
        again = sum(1 for owner, name in self._stage.state.named if owner == account
                    and self._records.tags.get(self._stage.state.named[owner, name].broker_order_id) == tag) if tag else 0  # fmt: skip
        return Ticket(listed.id, side, quantity or Decimal(0), kind, force, words.inner_name(tag, again) if tag else "",
                      price if kind.has_limit else None, trigger if kind.has_stop else None)  # fmt: skip

    def _placed(self, body: dict[str, Any], tag: str, outcomes: Sequence[Outcome], *, sliced: bool) -> web.Response:
        for outcome in outcomes:
            if isinstance(outcome, Declined):
                # What is refused at once never becomes an order here.
                forget(self._stage, outcome.order)
                code = (
                    "DH-905" if outcome.order.code.partition(".")[0] in {"quantity", "terms", "figures"} else "DH-906"
                )
                return problem(400, code, outcome.order.reason)
            if isinstance(outcome, Placed):
                venue_id = outcome.order.broker_order_id
                self._records.tags[venue_id] = tag
                self._records.products[venue_id] = str(body["productType"])
                row = {"orderId": words.order_id(venue_id), "orderStatus": "TRANSIT"}
                return reply([row] if sliced else row)
        return problem(500, "DH-908", "Internal server error")

    # --- changing ---------------------------------------------------------------------------------

    async def cancel(self, request: web.Request) -> web.Response:
        """DELETE /v2/orders/{id}."""
        account = self._records.caller(request).account
        held = self._records.find(account, request.match_info["id"])

        def said(refusal: Refusal | None) -> web.Response:
            if held is None:
                return problem(400, "DH-906", "Order not found")
            if refusal is not None:
                return problem(400, "DH-906", refusal.reason)
            return reply({"orderId": words.order_id(held.broker_order_id), "orderStatus": "CANCELLED"}, 202)

        return await cancel(self._stage, request, account, held, said)

    async def replace(self, request: web.Request) -> web.Response:
        """PUT /v2/orders/{id}."""
        account = self._records.caller(request).account
        body = await body_of(request)
        held = self._records.find(account, request.match_info["id"])
        if held is None:
            return problem(400, "DH-906", "Order not found")
        done = self._records.changes.get(held.broker_order_id, 0)
        if done >= _CHANGES:
            return problem(400, "DH-906", f"An order can be modified {_CHANGES} times")
        try:
            changes = _changes(held, body)
        except ValueError as wrong:
            return problem(400, "DH-905", str(wrong))

        def said(refusal: Refusal | None) -> web.Response:
            if refusal is not None:
                return problem(400, "DH-906", refusal.reason)
            self._records.changes[held.broker_order_id] = done + 1
            return reply({"orderId": words.order_id(held.broker_order_id), "orderStatus": "TRANSIT"})

        return await replace(self._stage, request, account, held, changes, said)

    # --- reading ----------------------------------------------------------------------------------

    def listing(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/orders."""
        return reply([self._records.order(each) for each in self._records.orders(account)])

    def by_id(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/orders/{id}."""
        held = self._records.find(account, request.match_info["id"])
        return problem(404, "DH-907", "Order not found") if held is None else reply(self._records.order(held))

    def by_tag(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/orders/external/{correlationId}: the newest of those that have the tag."""
        tag = request.match_info["tag"]
        found = [each for each in self._records.orders(account) if self._records.tag(each) == tag]
        return reply(self._records.order(found[-1])) if found else problem(404, "DH-907", "No data present")

    def trades(self, request: web.Request, account: str) -> web.Response:
        """GET /v2/trades and /v2/trades/{order id}."""
        wanted = request.match_info.get("id")
        rows = [words.trade(held, done, self._records.listed(held), self._records.client(account),
                            self._records.product(held))
                for held in self._records.orders(account) for done in held.fills
                if wanted in {None, words.order_id(held.broker_order_id)}]  # fmt: skip
        return reply(rows)

    # --- the kill switch --------------------------------------------------------------------------

    def kill_switch(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/killswitch."""
        status = "ACTIVATE" if account in self._records.stopped else "DEACTIVATE"
        return reply({"dhanClientId": self._records.client(account), "killSwitchStatus": status})

    async def turn_kill_switch(self, request: web.Request) -> web.Response:
        """POST /v2/killswitch?killSwitchStatus=."""
        account = self._records.caller(request).account
        wanted = request.query.get("killSwitchStatus")
        if wanted not in {"ACTIVATE", "DEACTIVATE"}:
            return problem(400, "DH-905", "killSwitchStatus is ACTIVATE or DEACTIVATE")
        busy = self._stage.state.open_orders(account) or self._stage.state.accounts[account].holdings
        if wanted == "ACTIVATE" and busy:
            return problem(400, "DH-906", "Close all positions and cancel pending orders first")
        (self._records.stopped.add if wanted == "ACTIVATE" else self._records.stopped.discard)(account)
        said = f"Kill Switch has been successfully {wanted.lower()}d"
        return reply({"dhanClientId": self._records.client(account), "killSwitchStatus": said})

    # --- the stream -------------------------------------------------------------------------------

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The order stream: a login that is not answered, then alerts; a wrong one ends it."""
        async with self._stage.lines.opened(request) as (line, socket):
            async for frame in line.frames():
                try:
                    said: dict[str, Any] = msgspec.json.decode(frame)
                    login = said["LoginReq"]
                    person = self._records.person(str(login["Token"]))
                    good = login["MsgCode"] == 42 and person is not None
                    good = good and person is not None and self._records.client(person.account) == login["ClientId"]
                except (msgspec.MsgspecError, KeyError, TypeError):
                    break
                if not good or person is None:
                    break
                line.account, line.wants = person.account, {ORDERS}
            return socket


def _changes(held: VenueOrder, body: dict[str, Any]) -> Ticket:
    kind, force = words.TYPES.get(str(body.get("orderType"))), words.FORCES.get(str(body.get("validity")))
    if kind is None or force is None:
        raise ValueError("Missing required fields, bad values for parameters")
    quantity, price, trigger = (figure(body.get(name)) for name in ("quantity", "price", "triggerPrice"))
    return Ticket(held.instrument, held.side, quantity or held.quantity, kind, force, "",
                  price if kind.has_limit else None, trigger if kind.has_stop else None)  # fmt: skip
