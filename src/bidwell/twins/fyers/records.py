"""What the twin keeps beside the venue: tags and products of orders, codes and tokens, holdings."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.simulation.orders import VenueOrder
from bidwell.twins.fyers import words
from bidwell.twins.fyers.answers import encoded
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage

LIFE = timedelta(hours=18)


class Records:
    """The twin's memory.

    `codes` are auth codes and `refreshing` refresh tokens by their text, with their account; `tokens` are access tokens
    with their account, when they end and their key of the price stream.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.tags: dict[str, str] = {}
        self.products: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.refreshing: dict[str, str] = {}
        self.tokens: dict[str, tuple[str, datetime, str]] = {}
        self.holdings: dict[str, list[dict[str, Any]]] = {}
        self._made = 0

    # --- who --------------------------------------------------------------------------------------

    def caller(self, request: web.Request, code: int = -16) -> Person:
        """The account behind the header; answers 401 for none."""
        person = self.person(request.headers.get("Authorization", ""))
        if person is None:
            said = {-16: "Could not authenticate the user", -15: "Please provide valid token"}[code]
            text = encoded({"s": "error", "code": code, "message": said}).decode()
            raise web.HTTPUnauthorized(text=text, content_type="application/json")
        return person

    def person(self, authorization: str) -> Person | None:
        """The account that `APP-100:TOKEN` opens."""
        app, _, token = authorization.partition(":")
        found = self.tokens.get(token)
        if found is None or self.stage.people[found[0]].fields.get("app_id") != app:
            return None
        return self.alive(found[0]) if self.stage.market.now() < found[1] else None

    def by_token(self, token: str) -> Person | None:
        """The account that a token alone opens."""
        found = self.tokens.get(token)
        return None if found is None else self.alive(found[0])

    def alive(self, account: str) -> Person | None:
        """An account whose login was not killed."""
        return self.stage.who(fy_id=self.stage.people[account].fields["fy_id"])

    def by_key(self, key: str) -> Person | None:
        """The account that a key of the price stream opens."""
        account = next((kept[0] for kept in self.tokens.values() if kept[2] == key), None)
        return None if account is None else self.alive(account)

    def make_code(self, account: str) -> str:
        """An auth code, good once."""
        self._made += 1
        code = f"code-{account}-{self._made}"
        self.codes[code] = account
        return code

    def make_token(self, account: str) -> str:
        """An access token that says when it ends, as the vendor's do."""
        self._made += 1
        ends = self.stage.market.now() + LIFE
        key = hashlib.sha256(f"{account}/{self._made}".encode()).hexdigest()[:24]
        claims = {"sub": "access_token", "exp": int(ends.timestamp()), "fy_id": account, "hsm_key": key,
                  "jti": self._made}  # fmt: skip
        head, body = (base64.urlsafe_b64encode(msgspec.json.encode(each)).decode().rstrip("=")
                      for each in ({"alg": "none", "typ": "JWT"}, claims))  # fmt: skip
        token = f"{head}.{body}.twin"
        self.tokens[token] = (account, ends, key)
        return token

    # --- orders -----------------------------------------------------------------------------------

    def listed(self, held: VenueOrder) -> Listed:
        """The scenario's row of an order's instrument."""
        return self.stage.market.rows[self.stage.market.symbols[held.instrument]]

    def tag(self, held: VenueOrder) -> str:
        """An order's tag; a hand at Fyers' own screen gives none."""
        return self.tags.get(held.broker_order_id, "")

    def product(self, held: VenueOrder) -> str:
        """An order's product."""
        return self.products.get(held.broker_order_id, "CNC")

    def order(self, held: VenueOrder, number: int = 1) -> dict[str, Any]:
        """An order of the day's list."""
        return words.order(held, self.listed(held), held.account, self.tag(held), self.product(held), number)

    def orders(self, account: str) -> list[VenueOrder]:
        """The orders of an account that became any."""
        return [each for each in self.stage.state.orders.values() if each.account == account
                and (each.status != "REJECTED" or each.code == "by_hand")]  # fmt: skip

    def find(self, account: str, order_id: str) -> VenueOrder | None:
        """An order of an account by Fyers' id."""
        held = self.stage.state.orders.get(words.venue_id_of(order_id))
        return held if held is not None and held.account == account else None

    def deposit(self, account: str, symbol: str, quantity: Decimal, price: Decimal) -> None:
        """Put shares into an account's depository, for who tries what holdings look like."""
        row = self.stage.market.rows[symbol]
        rows = self.holdings.setdefault(account, [])
        rows.append({
            "costPrice": price, "id": len(rows), "fyToken": words.token_of(row), "symbol": symbol,
            "isin": "INE000A01010", "quantity": quantity, "exchange": 10, "segment": 10, "qty_t1": 0,
            "remainingQuantity": quantity, "collateralQuantity": 0, "remainingPledgeQuantity": quantity,
            "pl": (row.bid - price) * quantity, "ltp": row.bid, "marketVal": row.bid * quantity, "holdingType": "HLD",
        })  # fmt: skip


async def body_of(request: web.Request) -> dict[str, Any]:
    """A request's JSON object; answers -50 for anything else."""
    try:
        found = msgspec.json.decode(await request.read(), type=dict[str, Any])
    except msgspec.MsgspecError:
        text = encoded({"s": "error", "code": -50, "message": "Invalid params"}).decode()
        raise web.HTTPBadRequest(text=text, content_type="application/json") from None
    return found
