"""Orders and trades over REST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, Ticket, VenueOrder
from bidwell.twins.orders import Said, cancel, figure, replace, submit
from bidwell.twins.stage import Handler, Look
from bidwell.twins.zerodha import words
from bidwell.twins.zerodha.answers import refuse, reply
from bidwell.twins.zerodha.records import Records

Form = Mapping[str, str]
_VARIETIES = frozenset({"regular", "amo"})
_TYPES_BY_REFUSAL = {"insufficient_funds": "MarginException", "margin.call": "MarginException"}


class _WrongError(Exception):
    """A form that Kite would not take."""


class TradingRoutes:
    """/orders and /trades."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self._named = 0

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/orders/{variety}", self.place),
            web.put("/orders/{variety}/{id}", self.modify),
            web.delete("/orders/{variety}/{id}", self.cancel),
            web.get("/orders", self._read(self.listing)),
            web.get("/orders/{id}", self._read(self.history)),
            web.get("/trades", self._read(self.trades)),
            web.get("/orders/{id}/trades", self._read(self.trades)),
        ]

    def _read(self, work: Look) -> Handler:
        return self._stage.reading(self._records.caller, work)

    # --- placing ----------------------------------------------------------------------------------

    async def place(self, request: web.Request) -> web.Response:
        """POST /orders/{variety}: Kite does not ask whether a tag was used before."""
        account = self._records.caller(request).account
        form = {name: str(value) for name, value in (await request.post()).items()}
        variety = request.match_info["variety"]
        try:
            if variety not in _VARIETIES:
                raise _WrongError("Invalid `variety`.")  # noqa: TRY301 - one place answers every wrong form
            ticket, product = self._ticket(form), _choice(form, "product", words.PRODUCTS)
        except _WrongError as problem:
            return refuse(400, str(problem), "InputException")
        short = self._short(account, ticket, product)
        if short:
            return refuse(400, short, "HoldingException")

        def placed(outcomes: Sequence[Outcome]) -> web.Response:
            return self._placed(form.get("tag", ""), product, variety, outcomes)

        return await submit(self._stage, request, account, ticket, placed)

    def _ticket(self, form: Form) -> Ticket:
        row = self._records.by_key(f"{form.get('exchange', '')}:{form.get('tradingsymbol', '')}")
        listed = self._stage.market.instrument(row.symbol) if row is not None else None
        if row is None or listed is None or row.extra.get("index"):
            raise _WrongError("Invalid `tradingsymbol`.")
        tag = form.get("tag", "")
        if tag and not words.good_tag(tag):
            raise _WrongError("Invalid `tag`.")
        kind = words.TYPES[_choice(form, "order_type", words.TYPES)]
        force = words.VALIDITIES[_choice(form, "validity", words.VALIDITIES)]
        side = Side(_choice(form, "transaction_type", ("BUY", "SELL")))
        quantity, price = _figure(form, "quantity"), _figure(form, "price")
        trigger = _figure(form, "trigger_price")
        limited, stopped = form["order_type"] in {"LIMIT", "SL"}, form["order_type"] in {"SL", "SL-M"}
        if quantity is None or (limited and price is None) or (stopped and trigger is None):
            raise _WrongError("Missing or empty field `quantity`, `price` or `trigger_price`.")
        # The venue holds a name against a second order, as Kite does not: each gets one of its own.
        self._named += 1
        return Ticket(listed.id, side, quantity, kind, force, f"{tag}_{self._named}" if tag else "",
                      price if limited else None, trigger if stopped else None)  # fmt: skip

    def _short(self, account: str, ticket: Ticket, product: str) -> str:
        if product != "CNC" or ticket.side is Side.BUY:
            return ""
        symbol = self._stage.market.symbols[ticket.instrument]
        lot = self._records.lots(account).get((symbol, product))
        free = lot.net if lot is not None else ZERO
        for each in self._stage.state.open_orders(account):
            if (
                each.instrument == ticket.instrument
                and each.side is Side.SELL
                and self._records.product(each) == product
            ):
                free -= each.leaves
        return (
            ""
            if ticket.quantity <= free
            else f"Insufficient holdings. {max(int(free), 0)} of {symbol} are free to sell."
        )

    def _placed(self, tag: str, product: str, variety: str, outcomes: Sequence[Outcome]) -> web.Response:
        for outcome in outcomes:
            if isinstance(outcome, Declined):
                return refuse(400, outcome.order.reason, _TYPES_BY_REFUSAL.get(outcome.order.code, "InputException"))
            if isinstance(outcome, Placed):
                venue_id = outcome.order.broker_order_id
                self._records.tags[venue_id], self._records.products[venue_id] = tag, product
                self._records.varieties[venue_id] = variety
                return reply({"order_id": words.order_id(outcome.order)})
        return refuse(500, "Something went wrong.", "GeneralException")

    # --- changing ---------------------------------------------------------------------------------

    async def modify(self, request: web.Request) -> web.Response:
        """PUT /orders/{variety}/{order_id}."""
        account = self._records.caller(request).account
        form = {name: str(value) for name, value in (await request.post()).items()}
        held = self._held(account, request.match_info["id"], request.match_info["variety"])
        if held is None:
            return _unknown()
        try:
            changes = _changes(held, form)
        except _WrongError as problem:
            return refuse(400, str(problem), "InputException")

        return await replace(self._stage, request, account, held, changes, _said(held, "modified"))

    async def cancel(self, request: web.Request) -> web.Response:
        """DELETE /orders/{variety}/{order_id}."""
        account = self._records.caller(request).account
        held = self._held(account, request.match_info["id"], request.match_info["variety"])
        if held is None:
            return _unknown()

        return await cancel(self._stage, request, account, held, _said(held, "cancelled"))

    def _held(self, account: str, ident: str, variety: str = "") -> VenueOrder | None:
        """An order of the account, under its own variety where one is named."""
        held = self._stage.state.orders.get(words.venue_id(ident))
        if held is None or held.account != account or words.order_id(held) != ident:
            return None
        return held if variety in {"", self._records.varieties.get(held.broker_order_id, "regular")} else None

    # --- reading ----------------------------------------------------------------------------------

    def listing(self, _request: web.Request, account: str) -> web.Response:
        """GET /orders."""
        return reply([self._records.row(each) for each in self._records.orders(account)])

    def history(self, request: web.Request, account: str) -> web.Response:
        """GET /orders/{order_id}: the states that an order went through, the last one at the end."""
        held = self._held(account, request.match_info["id"])
        if held is None:
            return _unknown()
        row = self._records.row(held)
        fresh = {"average_price": 0, "filled_quantity": 0, "pending_quantity": int(held.quantity), "cancelled_quantity": 0,
                 "exchange_order_id": None, "exchange_timestamp": None, "exchange_update_timestamp": None,
                 "status_message": None, "status_message_raw": None}  # fmt: skip
        first = [
            row | fresh | {"status": each} for each in ("PUT ORDER REQ RECEIVED", "VALIDATION PENDING", "OPEN PENDING")
        ]
        return reply([*first, row])

    def trades(self, request: web.Request, account: str) -> web.Response:
        """GET /trades, GET /orders/{order_id}/trades."""
        ident = request.match_info.get("id")
        wanted = self._records.orders(account)
        if ident is not None:
            held = self._held(account, ident)
            if held is None:
                return _unknown()
            wanted = [held]
        found = [(fill.execution_id, self._trade(held, fill)) for held in wanted for fill in held.fills]
        return reply([row for _, row in sorted(found, key=lambda pair: pair[0])])

    def _trade(self, held: VenueOrder, fill: Execution) -> dict[str, Any]:
        row = self._records.row(held)
        at = words.stamp(fill.at) or ""
        return {
            "trade_id": f"{int(fill.execution_id[1:]):08d}", "order_id": row["order_id"], "exchange": row["exchange"],
            "tradingsymbol": row["tradingsymbol"], "instrument_token": row["instrument_token"], "product": row["product"],
            "average_price": words.number(fill.price), "quantity": int(fill.quantity),
            "exchange_order_id": row["exchange_order_id"], "transaction_type": row["transaction_type"],
            "fill_timestamp": at, "order_timestamp": (words.stamp(held.created_at) or "")[11:], "exchange_timestamp": at,
        }  # fmt: skip


def _changes(held: VenueOrder, form: Form) -> Ticket:
    kind = words.TYPES[_choice(form, "order_type", words.TYPES)] if "order_type" in form else held.order_type
    force = words.VALIDITIES[_choice(form, "validity", words.VALIDITIES)] if "validity" in form else held.time_in_force
    return Ticket(held.instrument, held.side, _figure(form, "quantity") or held.quantity, kind, force, "",
                  _figure(form, "price") or held.limit_price, _figure(form, "trigger_price") or held.stop_price)  # fmt: skip


def _said(held: VenueOrder, done: str) -> Said:
    def said(refusal: Refusal | None) -> web.Response:
        if refusal is not None:
            return refuse(400, f"Order cannot be {done}: {refusal.reason}.", "OrderException")
        return reply({"order_id": words.order_id(held)})

    return said


def _unknown() -> web.Response:
    return refuse(404, "Couldn't find that `order_id`.", "GeneralException")


def _choice(form: Form, name: str, known: Sequence[str] | frozenset[str] | Mapping[str, object]) -> str:
    found = form.get(name, "")
    if found not in known:
        raise _WrongError(f"Invalid `{name}`.")
    return found


def _figure(form: Form, name: str) -> Decimal | None:
    try:
        return figure(form.get(name))
    except ValueError:
        raise _WrongError(f"Invalid `{name}`.") from None
