"""Orders over REST: placed with an empty answer whose header alone names the order, replaced by another order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.terms import OrderType
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Amended, Declined, Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.mishaps import On
from bidwell.twins.orders import cancel, figure, forget, refused, submit
from bidwell.twins.schwab import words
from bidwell.twins.schwab.answers import bad, reply
from bidwell.twins.schwab.records import Records, Replaced
from bidwell.twins.stage import Handler, Look

_ORDERS = "/trader/v1/accounts/{account}/orders"
_ONE = _ORDERS + "/{order}"
_OVERSOLD = "This order may result in an oversold/overbought position in your account."


class TradingRoutes:
    """/trader/v1/accounts/{hash}/orders."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post(_ORDERS, self.place),
            web.get(_ORDERS, self.read(self.listing)),
            web.get("/trader/v1/orders", self.read(self.listing)),
            web.get(_ONE, self.read(self.one)),
            web.put(_ONE, self.replace),
            web.delete(_ONE, self.cancel),
        ]

    def read(self, work: Look) -> Handler:
        """A handler for a read."""
        return self._stage.reading(self._records.caller, work)

    # --- placing ----------------------------------------------------------------------------------

    async def place(self, request: web.Request) -> web.Response:
        """POST /accounts/{hash}/orders: 201 with nothing in it."""
        account = self._records.caller(request).account
        try:
            body = await _body(request)
            ticket, instruction = self._ticket(account, body, self._records.next_name())
        except ValueError as wrong:
            return bad(str(wrong))

        def said(outcomes: Sequence[Outcome]) -> web.Response:
            for outcome in outcomes:
                if isinstance(outcome, Declined):
                    forget(self._stage, outcome.order)
                    return bad(outcome.order.reason)
                if isinstance(outcome, Placed):
                    self._records.instructions[outcome.order.broker_order_id] = instruction
                    return _created(request, words.order_id(outcome.order.broker_order_id))
            return bad("Internal error", 500)

        return await submit(self._stage, request, account, ticket, said)

    def _ticket(self, account: str, body: dict[str, Any], name: str, left: Decimal = ZERO) -> tuple[Ticket, str]:
        """An order's terms; `left` is what the order that it replaces may still fill."""
        kind, force = words.TYPES.get(str(body.get("orderType"))), words.FORCES.get(str(body.get("duration")))
        legs = body.get("orderLegCollection")
        if (
            kind is None
            or force is None
            or body.get("orderStrategyType") != "SINGLE"
            or body.get("session") != "NORMAL"
        ):
            raise ValueError("A validation error occurred: orderType, duration, session or orderStrategyType")
        if not (isinstance(legs, list) and len(legs) == 1 and isinstance(legs[0], dict)):
            raise ValueError("A validation error occurred: orderLegCollection")
        leg: dict[str, Any] = legs[0]
        instrument = leg.get("instrument")
        symbol = str(instrument.get("symbol")) if isinstance(instrument, dict) else ""
        listed, row = self._stage.market.instrument(symbol), self._stage.market.rows.get(symbol)
        if listed is None or row is None or instrument is None or instrument.get("assetType") != words.ASSETS[row.type]:
            raise ValueError("Instrument is not found")
        instruction, quantity = str(leg.get("instruction")), figure(leg.get("quantity"))
        side = words.SIDES.get(instruction)
        if side is None or quantity is None or (instruction in words.OPTION_WORDS) != (row.type == "option"):
            raise ValueError("A validation error occurred: instruction or quantity")
        self._check_position(account, listed.id, instruction, quantity - left)
        price, stop = (_price(body.get(name)) for name in ("price", "stopPrice"))
        by_value = body.get("stopPriceLinkType") == "VALUE"
        offset = figure(body.get("stopPriceOffset")) if kind is OrderType.TRAILING_STOP else None
        return Ticket(listed.id, side, quantity, kind, force, name, price, stop, offset if by_value else None,
                      None if by_value else offset), instruction  # fmt: skip

    def _check_position(self, account: str, instrument: str, instruction: str, quantity: Decimal) -> None:
        """Refuse what opens where it should close, and the other way round."""
        holding = self._stage.state.accounts[account].holdings.get(instrument)
        held = ZERO if holding is None else holding.quantity
        against = -held * words.SIDES[instruction].sign
        if (quantity > against) if instruction in words.CLOSING else (against > 0):
            raise ValueError(_OVERSOLD)

    # --- changing ---------------------------------------------------------------------------------

    async def cancel(self, request: web.Request) -> web.Response:
        """DELETE /accounts/{hash}/orders/{id}."""
        account, number = self._records.caller(request).account, request.match_info["order"]
        held = self._records.find(account, number)
        if held is None and self._records.row(account, number) is not None:
            return bad("Order cannot be canceled: it was replaced")

        def said(refusal: Refusal | None) -> web.Response:
            if refusal is None:
                return web.Response(status=200)
            return bad("Order not found", 404) if held is None else bad(f"Order cannot be canceled: {refusal.reason}")

        return await cancel(self._stage, request, account, held, said)

    async def replace(self, request: web.Request) -> web.Response:
        """PUT /accounts/{hash}/orders/{id}: a new order for what its body says, whose number is in the header."""
        account, number = self._records.caller(request).account, request.match_info["order"]
        held = self._records.find(account, number)
        if held is None:
            known = self._records.row(account, number)
            return bad("Order cannot be replaced") if known is not None else bad("Order not found", 404)
        try:
            ticket, _ = self._ticket(account, await _body(request), "", held.leaves)
        except ValueError as wrong:
            return bad(str(wrong))

        def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            return self._replaced(request, held, ticket, refusal)

        return await self._stage.play(request, On.REPLACE, account, work)

    def _replaced(self, request: web.Request, held: VenueOrder, ticket: Ticket,
                  refusal: Refusal | None) -> tuple[web.Response, Sequence[Outcome]]:  # fmt: skip
        old_id, before, filled, count = held.broker_order_id, self._records.order(held), held.filled, len(held.fills)
        # The venue works one order on: its total is what was filled before and what the new one is for.
        changes = msgspec.structs.replace(ticket, quantity=ticket.quantity + filled)
        outcomes = self._stage.venue.replace(held.account, changes, old_id, refusal=refusal)
        why = refused(outcomes)
        if why is not None:
            return bad(f"Order cannot be replaced: {why.reason}"), outcomes
        new_id = next(each.new_id for each in outcomes if isinstance(each, Amended))
        self._records.before[new_id] = Replaced(filled, count)
        self._records.replaced(old_id, new_id, before)
        return _created(request, words.order_id(new_id)), outcomes

    # --- reading ----------------------------------------------------------------------------------

    def listing(self, request: web.Request, account: str) -> web.Response:
        """GET /accounts/{hash}/orders: those that were taken in between two times, which have to be said."""
        try:
            start, end = (datetime.fromisoformat(request.query[name]) for name in ("fromEnteredTime", "toEnteredTime"))
        except (KeyError, ValueError):
            return bad("fromEnteredTime and toEnteredTime are required")
        rows = [row for row in self._records.rows(account)
                if start <= datetime.fromisoformat(row["enteredTime"]) <= end
                and request.query.get("status") in {None, row["status"]}]  # fmt: skip
        return reply(rows[: int(request.query.get("maxResults", "3000"))])

    def one(self, request: web.Request, account: str) -> web.Response:
        """GET /accounts/{hash}/orders/{id}."""
        row = self._records.row(account, request.match_info["order"])
        return reply(row) if row is not None else bad("Order not found", 404)


def _created(request: web.Request, number: int) -> web.Response:
    where = f"{request.url.origin()}/trader/v1/accounts/{request.match_info['account']}/orders/{number}"
    return web.Response(status=201, headers={"Location": where})


def _price(value: object) -> Decimal | None:
    """A price, of at most two decimals from a dollar on and four below."""
    price = figure(value)
    if price is not None and price % Decimal("0.01" if price >= 1 else "0.0001"):
        raise ValueError("A validation error occurred: the price has too many decimals")
    return price


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        return msgspec.json.decode(await request.read(), type=dict[str, Any])
    except msgspec.MsgspecError:
        raise ValueError("A validation error occurred while processing the request") from None
