"""What the twin keeps beside the venue: tags and products of orders, tokens, holdings, the kill switch."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.simulation.orders import VenueOrder
from bidwell.twins.dhan import words
from bidwell.twins.dhan.answers import encoded
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage

LIFE = timedelta(hours=24)


class Records:
    """The twin's memory.

    `tags` and `products` are by venue id, `tokens` are those that were made here with when they end, by their text.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.tags: dict[str, str] = {}
        self.products: dict[str, str] = {}
        self.tokens: dict[str, tuple[str, datetime]] = {}
        self.since: datetime = stage.market.now()
        self.stopped: set[str] = set()
        self.changes: dict[str, int] = {}
        self.holdings: dict[str, list[dict[str, Any]]] = {}

    # --- who --------------------------------------------------------------------------------------

    def caller(self, request: web.Request) -> Person:
        """The account behind the token; answers 401 for none."""
        person = self.person(request.headers.get("access-token", ""))
        if person is None:
            raise web.HTTPUnauthorized(text=REFUSED, content_type="application/json")
        return person

    def person(self, token: str) -> Person | None:
        """The account that a token opens."""
        made = self.tokens.get(token)
        if made is not None:
            account, ends = made
            found = self.stage.who(client_id=self.stage.people[account].fields["client_id"])
            return found if found is not None and self.stage.market.now() < ends else None
        return self.stage.who(access_token=token) if token else None

    def valid_until(self, token: str) -> datetime:
        """When a token ends."""
        made = self.tokens.get(token)
        return made[1] if made is not None else self.since + LIFE

    def make_token(self, person: Person) -> tuple[str, datetime]:
        """A token of an account, which ends the ones made before."""
        ends = self.stage.market.now() + LIFE
        self.tokens = {text: kept for text, kept in self.tokens.items() if kept[0] != person.account}
        token = f"twin.{person.account}.{len(self.tokens) + 1}-{ends.timestamp():.6f}"
        self.tokens[token] = (person.account, ends)
        return token, ends

    # --- orders -----------------------------------------------------------------------------------

    def listed(self, held: VenueOrder) -> Listed:
        """The scenario's row of an order's instrument."""
        return self.stage.market.rows[self.stage.market.symbols[held.instrument]]

    def by_security(self, segment: str, security_id: str) -> Listed | None:
        """The scenario's row under Dhan's name of it."""
        return next((row for row in self.stage.market.rows.values()
                     if words.segment_of(row) == segment and words.security_of(row) == security_id), None)  # fmt: skip

    def tag(self, held: VenueOrder) -> str:
        """An order's correlation id; a hand at Dhan's own screen gives none."""
        return self.tags.get(held.broker_order_id, "")

    def product(self, held: VenueOrder) -> str:
        """An order's product."""
        return self.products.get(held.broker_order_id, "CNC")

    def client(self, account: str) -> str:
        """An account's client id."""
        return self.stage.people[account].fields.get("client_id", account)

    def order(self, held: VenueOrder) -> dict[str, Any]:
        """An order as every reply has it."""
        return words.order(held, self.listed(held), self.client(held.account), self.tag(held), self.product(held))

    def orders(self, account: str) -> list[VenueOrder]:
        """The orders of an account that became any."""
        return [each for each in self.stage.state.orders.values() if each.account == account
                and (each.status != "REJECTED" or each.code == "by_hand")]  # fmt: skip

    def find(self, account: str, order_id: str) -> VenueOrder | None:
        """An order of an account by Dhan's id."""
        held = self.stage.state.orders.get(words.venue_id_of(order_id))
        return held if held is not None and held.account == account else None

    def deposit(self, account: str, symbol: str, quantity: Decimal, price: Decimal) -> None:
        """Put shares into an account's depository, for who tries what holdings look like."""
        row = self.stage.market.rows[symbol]
        self.holdings.setdefault(account, []).append({
            "exchange": "ALL", "tradingSymbol": symbol, "securityId": words.security_of(row), "isin": "INE000A01010",
            "totalQty": quantity, "dpQty": quantity, "t1Qty": 0, "availableQty": quantity, "collateralQty": 0,
            "avgCostPrice": price, "lastTradedPrice": row.bid,
        })  # fmt: skip


REFUSED = encoded({
    "errorType": "Invalid_Authentication", "errorCode": "DH-901",
    "errorMessage": "Client ID or user generated access token is invalid or expired.",
}).decode()  # fmt: skip


async def body_of(request: web.Request) -> dict[str, Any]:
    """A request's JSON object; answers DH-905 for anything else."""
    try:
        found = msgspec.json.decode(await request.read(), type=dict[str, Any])
    except msgspec.MsgspecError:
        text = encoded({"errorType": "Input_Exception", "errorCode": "DH-905", "errorMessage": "Invalid request body"})
        raise web.HTTPBadRequest(text=text.decode(), content_type="application/json") from None
    return found
