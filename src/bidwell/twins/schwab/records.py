"""What the twin keeps beside the venue: instructions of orders, orders that were replaced, codes and tokens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.schwab import words
from bidwell.twins.schwab.answers import unauthorized
from bidwell.twins.stage import Stage

ACCESS, REFRESH = timedelta(minutes=30), timedelta(days=7)
PREFIX = "API"


@dataclass(frozen=True, slots=True)
class Replaced:
    """What the orders that one replaced had filled, in units and in executions."""

    filled: Decimal = ZERO
    count: int = 0


class Records:
    """The twin's memory.

    `codes` are auth codes and `refreshing`, `tokens` the tokens with the app that they open and when they end; `past` are
    the orders that were replaced, as they were then, by venue id.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.codes: dict[str, str] = {}
        self.refreshing: dict[str, tuple[str, datetime]] = {}
        self.tokens: dict[str, tuple[str, datetime]] = {}
        self.instructions: dict[str, str] = {}
        self.past: dict[str, tuple[str, dict[str, Any]]] = {}
        self.before: dict[str, Replaced] = {}
        self._made = 0

    # --- who --------------------------------------------------------------------------------------

    def next_name(self) -> str:
        """The venue's name for an order, which has none at Schwab."""
        self._made += 1
        return f"{PREFIX}{self._made}"

    def make(self, kind: str, app: str) -> str:
        """A code or a token."""
        self._made += 1
        return f"{kind}.{app}.{self._made}@"

    def login(self, app: str) -> dict[str, Any]:
        """The tokens of a new login."""
        refresh = self.make("R", app)
        self.refreshing[refresh] = (app, self.stage.market.now() + REFRESH)
        return self.renew(app, refresh)

    def renew(self, app: str, refresh: str) -> dict[str, Any]:
        """Another access token of a login."""
        access = self.make("I", app)
        self.tokens[access] = (app, self.stage.market.now() + ACCESS)
        return {"expires_in": int(ACCESS.total_seconds()), "token_type": "Bearer", "scope": "api",
                "refresh_token": refresh, "access_token": access, "id_token": "twin"}  # fmt: skip

    def proved(self, authorization: str) -> str:
        """The app that a Basic header proves; empty for none."""
        try:
            said = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        except (binascii.Error, UnicodeDecodeError):
            return ""
        key, _, secret = said.partition(":")
        known = self.stage.who(app_key=key, app_secret=secret)
        return key if known is not None else ""

    def accounts(self, authorization: str) -> list[Person]:
        """The accounts that `Bearer TOKEN` opens."""
        found = self.tokens.get(authorization.removeprefix("Bearer "))
        if found is None or self.stage.market.now() >= found[1]:
            return []
        people = [each for each in self.stage.people.values() if each.fields.get("app_key") == found[0]]
        return [each for each in people if self.stage.who(account=number_of(each)) is not None]

    def callers(self, request: web.Request) -> list[Person]:
        """The accounts of whoever calls; answers 401 for none."""
        found = self.accounts(request.headers.get("Authorization", ""))
        if not found:
            raise unauthorized()
        return found

    def caller(self, request: web.Request) -> Person:
        """The account in the address, else the first of whoever calls; answers 401 and 404."""
        people, key = self.callers(request), request.match_info.get("account")
        for each in people:
            if key is None or words.hash_of(number_of(each)) == key:
                return each
        raise web.HTTPNotFound(text='{"message":"Account not found","errors":[]}', content_type="application/json")

    # --- orders -----------------------------------------------------------------------------------

    def listed(self, held: VenueOrder) -> Listed:
        """The scenario's row of an order's instrument."""
        return self.stage.market.rows[self.stage.market.symbols[held.instrument]]

    def order(self, held: VenueOrder) -> dict[str, Any]:
        """An order as it stands."""
        before = self.before.get(held.broker_order_id, Replaced())
        usual = "BUY" if held.side is Side.BUY else "SELL"
        return words.order(held, self.listed(held), number_of(self.stage.people[held.account]),
                           self.instructions.get(held.broker_order_id, usual), before.filled, held.fills[before.count :])  # fmt: skip

    def replaced(self, old_id: str, new_id: str, before: dict[str, Any]) -> None:
        """Remember an order as it was when another took its place."""
        held, at = self.stage.state.orders[new_id], words.stamp(self.stage.market.now())
        self.past[old_id] = (new_id, before | {"status": "REPLACED", "closeTime": at, "cancelable": False,
                                               "editable": False, "remainingQuantity": ZERO})  # fmt: skip
        self.instructions[new_id] = self.instructions.get(old_id, "BUY" if held.side is Side.BUY else "SELL")

    def newest(self, venue_id: str) -> str:
        """The id under which an order works now."""
        while venue_id in self.past:
            venue_id = self.past[venue_id][0]
        return venue_id

    def rows(self, account: str) -> list[dict[str, Any]]:
        """Every order of an account that became any, those that were replaced as they were."""
        held = [each for each in self.stage.state.orders.values() if each.account == account
                and (each.status != "REJECTED" or each.code == "by_hand")]  # fmt: skip
        mine = {each.broker_order_id for each in held}
        past = [row for new_id, row in self.past.values() if self.newest(new_id) in mine]
        return sorted([*map(self.order, held), *past], key=lambda row: -int(row["orderId"]))

    def row(self, account: str, number: str) -> dict[str, Any] | None:
        """An order of an account by Schwab's number."""
        return next((row for row in self.rows(account) if str(row["orderId"]) == number), None)

    def find(self, account: str, number: str) -> VenueOrder | None:
        """An order that was not replaced, by Schwab's number."""
        held = self.stage.state.orders.get(words.venue_id_of(number))
        return held if held is not None and held.account == account else None


def number_of(person: Person) -> str:
    """An account's number."""
    return person.fields["account"]


def numbers(people: Iterable[Person]) -> list[dict[str, str]]:
    """Accounts with what their calls go under."""
    return [{"accountNumber": number_of(each), "hashValue": words.hash_of(number_of(each))} for each in people]
