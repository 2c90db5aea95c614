"""Orders: placed, changed and taken off, with what becomes of each command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from aiohttp import web

from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import NotReplaced, Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Person
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.records import Records
from bidwell.twins.tradovate.words import Row

Done = tuple[web.Response, Sequence[Outcome]]


class Trading:
    """/v1/order/placeorder, modifyorder, cancelorder."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    async def place(self, request: web.Request, people: Sequence[Person], body: Row) -> web.Response:
        """POST /v1/order/placeorder."""
        wanted = {str(body.get("accountId", "")), str(body.get("accountSpec", ""))}
        person = next(
            (each for each in people if wanted & {each.account, str(self._records.accounts[each.account])}), None
        )
        if person is None:
            return words.failure("Unauthorized", "not an account of this login")
        name = str(body.get("clOrdId", ""))[:64]
        ticket = self._ticket(body, self._inner(person.account, name))
        if isinstance(ticket, web.Response):
            return ticket
        account = person.account

        def work(refusal: Refusal | None, first: Decimal | None) -> Done:
            outcomes = self._stage.submit(account, ticket, refusal, first)
            return self._placed(name, outcomes), outcomes

        return await self._stage.play(request, On.SUBMIT, account, work, [ticket])

    def _inner(self, account: str, name: str) -> str:
        """A name of the venue's own: ids come as often as they are sent here."""
        inner, again = name[:28], 1
        while inner and (account, inner) in self._stage.state.named:
            again += 1
            inner = f"{name[:28]}-{again}"
        return inner

    def _ticket(self, body: Row, name: str) -> Ticket | web.Response:
        listed = self._stage.market.instrument(str(body.get("symbol", "")))
        side = words.SIDES.get(str(body.get("action")))
        if listed is None:
            return words.failure("InvalidContract", f"no contract {body.get('symbol')!r}")
        if side is None:
            return web.Response(status=400)
        return self._terms(body, Ticket(listed.id, side, Decimal(0), words.TYPES["Market"], words.FORCES["Day"], name))

    def _terms(self, body: Row, blank: Ticket) -> Ticket | web.Response:
        kind = words.TYPES.get(str(body.get("orderType")))
        force = words.FORCES.get(str(body.get("timeInForce", "Day")))
        if kind is None or force is None:
            return words.failure("Unsupported", f"{body.get('orderType')} {body.get('timeInForce')}")
        try:
            quantity, limit, stop = (_figure(body.get(name)) for name in ("orderQty", "price", "stopPrice"))
            expires = datetime.fromisoformat(str(body["expireTime"])) if "expireTime" in body else None
        except ValueError as problem:
            return web.Response(status=400, text=str(problem))
        if quantity is None or quantity <= 0:
            return words.failure("MaxOrderQtyIsNotSpecified", "orderQty is required")
        return Ticket(blank.instrument, blank.side, quantity, kind, force, blank.client_order_id, limit, stop,
                      expires_at=expires)  # fmt: skip

    def _placed(self, name: str, outcomes: Sequence[Outcome]) -> web.Response:
        for outcome in outcomes:
            if isinstance(outcome, Declined):
                return words.refused(Refusal(outcome.order.code, outcome.order.reason))
            if isinstance(outcome, Placed):
                self._records.placed(outcome.order, name)
                return words.reply({"orderId": words.order_id(outcome.order.broker_order_id)})
        return web.Response(status=500)

    # --- changing -----------------------------------------------------------------------------------

    async def modify(self, request: web.Request, people: Sequence[Person], body: Row) -> web.Response:
        """POST /v1/order/modifyorder: the whole new version."""
        held = self._held(people, body)
        if held is None:
            return words.nothing()
        venue_id = held.broker_order_id
        changes = self._terms(
            body, Ticket(held.instrument, held.side, held.quantity, held.order_type, held.time_in_force)
        )
        if isinstance(changes, web.Response):
            return changes

        def work(refusal: Refusal | None, _first: Decimal | None) -> Done:
            if not held.is_open:
                return words.failure("TooLate", f"the order is {held.status}"), ()
            if refusal is not None and refusal.code[:1].isupper():
                return words.refused(refusal), ()
            command = self._asked(venue_id, "Modify")
            outcomes = self._stage.venue.replace(held.account, changes, venue_id, refusal=refusal)
            why = next((each.refusal for each in outcomes if isinstance(each, NotReplaced)), None)
            if why is not None and why.code.startswith("price"):
                del self._records.commands[command]
                return words.refused(why), ()
            return words.reply({"commandId": command}), outcomes

        return await self._stage.play(request, On.REPLACE, held.account, work)

    async def cancel(self, request: web.Request, people: Sequence[Person], body: Row) -> web.Response:
        """POST /v1/order/cancelorder."""
        held = self._held(people, body)
        if held is None:
            return words.nothing()
        venue_id = held.broker_order_id

        def work(refusal: Refusal | None, _first: Decimal | None) -> Done:
            if not held.is_open:
                return words.failure("TooLate", f"the order is {held.status}"), ()
            if refusal is not None and refusal.code[:1].isupper():
                return words.refused(refusal), ()
            command = self._asked(venue_id, "Cancel")
            outcomes = self._stage.venue.cancel(held.account, "", venue_id, refusal=refusal)
            return words.reply({"commandId": command}), outcomes

        return await self._stage.play(request, On.CANCEL, held.account, work)

    def _asked(self, venue_id: str, kind: str) -> int:
        number = self._records.number()
        self._records.command(venue_id, kind, number)
        self._records.changing[venue_id] = number
        return number

    def _held(self, people: Sequence[Person], body: Row) -> VenueOrder | None:
        number = body.get("orderId")
        found = self._stage.state.orders.get(words.venue_id(number)) if isinstance(number, int) else None
        return found if found is not None and found.account in {each.account for each in people} else None


def _figure(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number")
    return number
