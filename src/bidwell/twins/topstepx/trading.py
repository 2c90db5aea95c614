"""Orders: placing, changing, looking up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Duplicate, Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.mishaps import On
from bidwell.twins.orders import refused, replace
from bidwell.twins.topstepx import words
from bidwell.twins.topstepx.answers import bad, good
from bidwell.twins.topstepx.records import Records
from bidwell.twins.topstepx.session import ACCOUNT_NOT_FOUND, Body, account_of, body_of, reading

TYPES = {1: OrderType.LIMIT, 2: OrderType.MARKET, 4: OrderType.STOP, 5: OrderType.TRAILING_STOP, 6: OrderType.LIMIT,
         7: OrderType.LIMIT}  # fmt: skip
SIDES = {number: side for side, number in words.SIDES.items()}
JOIN_BID, JOIN_ASK = 6, 7
REFUSED, CONTRACT_NOT_FOUND, UNKNOWN = 2, 8, 7
ORDER_NOT_FOUND, CHANGE_REFUSED = 2, 3
MOST = 100
_NO_BRACKETS = "Brackets cannot be used: Auto OCO Brackets are not enabled for this account."


class TradingRoutes:
    """/api/Order."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/api/Order/place", self.place),
            web.post("/api/Order/modify", self.modify),
            web.post("/api/Order/cancel", self.cancel),
            web.post("/api/Order/searchOpen", reading(self._records, self.open)),
            web.post("/api/Order/v2/query", reading(self._records, self.query)),
            web.post("/api/Order/search", reading(self._records, self.search)),
            web.post("/api/Order/searchById", reading(self._records, self.by_id)),
        ]

    # --- placing ----------------------------------------------------------------------------------

    async def place(self, request: web.Request) -> web.Response:
        """POST /api/Order/place."""
        people, body = self._records.callers(request), await body_of(request)
        account = account_of(people, body)
        if account is None:
            return bad(ACCOUNT_NOT_FOUND)
        listed = self._stage.market.instrument(str(body.get("contractId")))
        if listed is None:
            return bad(CONTRACT_NOT_FOUND)
        if body.get("stopLossBracket") or body.get("takeProfitBracket"):
            return bad(REFUSED, _NO_BRACKETS)
        tag = str(body.get("customTag") or "")
        try:
            ticket = self._ticket(body, listed.id, words.inner_name(tag))
        except ValueError as problem:
            return bad(REFUSED, str(problem))

        def work(refusal: Refusal | None, first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            if tag and (
                (account, tag) in self._records.taken or self._stage.under_way(account, ticket.client_order_id)
            ):
                self._stage.venue.note(account, [ticket])
                return _taken(), ()
            outcomes = self._stage.submit(account, ticket, refusal, first)
            return self._placed(account, tag, outcomes), outcomes

        return await self._stage.play(request, On.SUBMIT, account, work, [ticket])

    def _ticket(self, body: Body, instrument: str, name: str) -> Ticket:
        kind, side = TYPES.get(body.get("type", 0)), SIDES.get(body.get("side", -1))
        if kind is None or side is None:
            raise ValueError("Invalid order type or side.")
        size = body.get("size")
        if not isinstance(size, int) or size <= 0:
            raise ValueError("Invalid order size.")
        limit, stop, trail = (_figure(body.get(each)) for each in ("limitPrice", "stopPrice", "trailPrice"))
        quote = self._stage.venue.quotes[instrument]
        if body["type"] in {JOIN_BID, JOIN_ASK}:
            limit = quote.bid if body["type"] == JOIN_BID else quote.ask
        if trail is not None:
            # Placed by the level where it stands, kept by its distance.
            trail = trail - quote.ask if side is Side.BUY else quote.bid - trail
        return Ticket(instrument, side, Decimal(size), kind, TimeInForce.DAY, name, limit, stop, trail)

    def _placed(self, account: str, tag: str, outcomes: Sequence[Outcome]) -> web.Response:
        for outcome in outcomes:
            if isinstance(outcome, Duplicate):
                return _taken()
            if isinstance(outcome, Declined | Placed):
                venue_id = outcome.order.broker_order_id
                self._records.tags[venue_id] = tag
                if tag:
                    self._records.taken[account, tag] = venue_id
                number = words.order_number(venue_id)
                if isinstance(outcome, Placed):
                    return good(orderId=number)
                refusal = Refusal(outcome.order.code, outcome.order.reason)
                return bad(words.code_of(refusal), refusal.reason, orderId=number)
        return bad(UNKNOWN)

    # --- changing ---------------------------------------------------------------------------------

    async def cancel(self, request: web.Request) -> web.Response:
        """POST /api/Order/cancel."""
        people, body = self._records.callers(request), await body_of(request)
        account = account_of(people, body)
        if account is None:
            return bad(ACCOUNT_NOT_FOUND)

        def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            outcomes = self._stage.venue.cancel(account, "", _venue_id(body), refusal=refusal)
            return _changed(refused(outcomes)), outcomes

        return await self._stage.play(request, On.CANCEL, account, work)

    async def modify(self, request: web.Request) -> web.Response:
        """POST /api/Order/modify."""
        people, body = self._records.callers(request), await body_of(request)
        account = account_of(people, body)
        if account is None:
            return bad(ACCOUNT_NOT_FOUND)
        venue_id = _venue_id(body)
        held = self._stage.state.orders.get(venue_id)
        if held is None or held.account != account:
            return bad(ORDER_NOT_FOUND)
        try:
            changes = self._changes(held, body)
        except ValueError as problem:
            return bad(CHANGE_REFUSED, str(problem))

        return await replace(self._stage, request, account, held, changes, _changed)

    def _changes(self, held: VenueOrder, body: Body) -> Ticket:
        limit, stop, trail = (_figure(body.get(each)) for each in ("limitPrice", "stopPrice", "trailPrice"))
        size = body.get("size")
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError("Invalid order size.")
        if trail is not None:
            quote = self._stage.venue.quotes[held.instrument]
            trail = trail - quote.ask if held.side is Side.BUY else quote.bid - trail
        return Ticket(held.instrument, held.side, held.quantity if size is None else Decimal(size), held.order_type,
                      held.time_in_force, "", limit or held.limit_price, stop or held.stop_price,
                      trail or held.trail_amount)  # fmt: skip

    # --- reading ----------------------------------------------------------------------------------

    def open(self, _body: Body, account: str) -> web.Response:
        """POST /api/Order/searchOpen."""
        rows = [self._records.order(each) for each in self._records.orders(account) if each.is_open]
        return good(orders=rows)

    def search(self, body: Body, account: str) -> web.Response:
        """POST /api/Order/search."""
        return good(orders=between(body, [self._records.order(each) for each in self._records.orders(account)]))

    def by_id(self, body: Body, account: str) -> web.Response:
        """POST /api/Order/searchById."""
        held = self._stage.state.orders.get(_venue_id(body))
        if held is None or held.account != account:
            return bad(1, order=None)
        return good(order=self._records.order(held))

    def query(self, body: Body, account: str) -> web.Response:
        """POST /api/Order/v2/query."""
        wanted = body.get("filter") or {}
        statuses = set(wanted.get("statuses") or range(9))
        rows = [self._records.order(each) for each in self._records.orders(account)]
        rows = [row for row in rows if row["status"] in statuses
                and wanted.get("contractId") in {None, row["contractId"]}]  # fmt: skip
        rows = between(
            {"startTimestamp": wanted.get("createdAfter"), "endTimestamp": wanted.get("createdBefore")}, rows
        )
        rows.sort(key=lambda row: row["id" if body.get("sortBy") else "creationTimestamp"],
                  reverse=bool(body.get("sortDirection")))  # fmt: skip
        first, size = int(body.get("pageOffset") or 0), min(int(body.get("pageSize") or MOST), MOST)
        counted = {"totalCount": len(rows)} if body.get("includeTotalCount") else {}
        return good(orders=rows[first : first + size], **counted)


def between(body: Body, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows made between a call's two times."""
    start, end = (_time(body.get(name)) for name in ("startTimestamp", "endTimestamp"))
    made = [(datetime.fromisoformat(row["creationTimestamp"]), row) for row in rows]
    return [row for at, row in made if (start is None or at >= start) and (end is None or at <= end)]


def _time(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))


def _taken() -> web.Response:
    return bad(REFUSED, "customTag must be unique per account.")


def _changed(refused: Refusal | None) -> web.Response:
    if refused is None:
        return good()
    return bad(ORDER_NOT_FOUND if refused.code == "order.unknown" else CHANGE_REFUSED, refused.reason)


def _venue_id(body: Body) -> str:
    number = body.get("orderId")
    return words.venue_id(number) if isinstance(number, int) and number > 0 else ""


def _figure(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("Invalid price.") from None
    if not number.is_finite() or number <= 0:
        raise ValueError("Invalid price.")
    return number
