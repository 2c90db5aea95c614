"""What the twin keeps beside the venue: tokens, the tags of orders, and what each fill won."""

from __future__ import annotations

import base64
import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage
from bidwell.twins.topstepx import words

LASTS = timedelta(hours=24)


class Records:
    """The twin's memory."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.tags: dict[str, str] = {}
        self.taken: dict[tuple[str, str], str] = {}
        self._tokens: dict[str, tuple[str, str, datetime]] = {}
        self._numbers = itertools.count(1)

    # --- who --------------------------------------------------------------------------------------

    def log_in(self, user_name: str, api_key: str) -> str | None:
        """A token for a key, None for one that opens nothing."""
        if self.stage.who(user_name=user_name, api_key=api_key) is None:
            return None
        ends = self.stage.market.now() + LASTS
        parts = [{"alg": "none"}, {"sub": user_name, "jti": next(self._numbers), "exp": int(ends.timestamp())}]
        token = ".".join((*(_base64(msgspec.json.encode(each)) for each in parts), _base64(b"twin")))
        self._tokens[token] = (user_name, api_key, ends)
        return token

    def log_out(self, token: str) -> bool:
        """End a token."""
        return self._tokens.pop(token, None) is not None

    def renewed(self, token: str) -> str | None:
        """The token that takes over from one."""
        known = self._tokens.get(token)
        return None if known is None else self.log_in(known[0], known[1])

    def people(self, token: str) -> list[Person]:
        """The accounts that a token opens: none for one that is unknown, ended or killed."""
        known = self._tokens.get(token)
        if known is None or known[2] <= self.stage.market.now():
            return []
        user_name, api_key, _ = known
        if self.stage.who(user_name=user_name, api_key=api_key) is None:
            return []
        return [each for each in self.stage.people.values()
                if (each.fields.get("user_name"), each.fields.get("api_key")) == (user_name, api_key)]  # fmt: skip

    def callers(self, request: web.Request) -> list[Person]:
        """The accounts behind a request's token; answers 401 for none."""
        found = self.people(token_of(request))
        if not found:
            raise web.HTTPUnauthorized
        return found

    # --- orders -----------------------------------------------------------------------------------

    def listed(self, held: VenueOrder) -> Listed:
        """The scenario's row of an order's instrument."""
        return self.stage.market.rows[self.stage.market.symbols[held.instrument]]

    def order(self, held: VenueOrder, **as_it_was: Any) -> dict[str, Any]:  # noqa: ANN401 - what `words.order` takes
        """An order as a reply has it."""
        tag = self.tags.get(held.broker_order_id, held.client_order_id)
        return words.order(held, self.listed(held), tag, **as_it_was)

    def orders(self, account: str) -> list[VenueOrder]:
        """An account's orders in the order of their numbers."""
        found = [each for each in self.stage.state.orders.values() if each.account == account]
        return sorted(found, key=lambda each: each.number)

    def fills(self, account: str) -> list[tuple[VenueOrder, Execution, Decimal | None]]:
        """An account's fills in their order, each with what it won: None where it only opened."""
        pairs = [(held, done) for held in self.orders(account) for done in held.fills]
        held_so_far: dict[str, tuple[Decimal, Decimal]] = {}
        found: list[tuple[VenueOrder, Execution, Decimal | None]] = []
        for held, done in sorted(pairs, key=lambda pair: pair[1].execution_id):
            quantity, mean = held_so_far.get(held.instrument, (ZERO, ZERO))
            signed = done.quantity * held.side.sign
            after = quantity + signed
            gain = None
            if quantity * signed < 0:
                closed = min(abs(quantity), done.quantity)
                sign = 1 if quantity > 0 else -1
                gain = (done.price - mean) * closed * sign * self.listed(held).multiplier
                mean = mean if after * quantity > 0 else done.price
            else:
                mean = (quantity * mean + signed * done.price) / after
            held_so_far[held.instrument] = (after, mean)
            found.append((held, done, gain))
        return found

    def positions(self, account: str) -> list[dict[str, Any]]:
        """What an account holds."""
        holdings = self.stage.state.accounts[account].holdings
        return [self.position(account, name) for name in holdings]

    def position(self, account: str, instrument: str) -> dict[str, Any]:
        """What an account holds of an instrument."""
        symbol = self.stage.market.symbols[instrument]
        number = 6000 + list(self.stage.market.rows).index(symbol)
        holding = self.stage.state.accounts[account].holdings[instrument]
        last = max(done.at for held, done, _ in self.fills(account) if held.instrument == instrument)
        return words.position(account, number, self.stage.market.rows[symbol], holding, last)

    def account(self, person: Person) -> dict[str, Any]:
        """An account with its balance."""
        held = self.stage.state.accounts[person.account]
        return words.account(person, held.cash.get(held.spec.currency, ZERO))


def token_of(request: web.Request) -> str:
    """The token that a request carries, in its header or, on a hub, in its address."""
    return request.query.get("access_token") or request.headers.get("Authorization", "").removeprefix("Bearer ")


def _base64(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
