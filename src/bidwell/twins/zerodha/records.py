"""What the twin keeps beside the venue: logins and their tokens, tags, products, what was changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.simulation.facts import Amended
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage
from bidwell.twins.zerodha import words
from bidwell.twins.zerodha.answers import problem

_ENDS = time(6, 0)
_REQUEST_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """A login's token: whose, and until when."""

    account: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """What an account's orders made of an instrument under one product: of today, and of the days before."""

    bought: Decimal = ZERO
    paid: Decimal = ZERO
    sold: Decimal = ZERO
    received: Decimal = ZERO
    overnight: Decimal = ZERO
    overnight_cost: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What is held."""
        return self.overnight + self.bought - self.sold


class Records:
    """The twin's memory."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.tags: dict[str, str] = {}
        self.products: dict[str, str] = {}
        self.varieties: dict[str, str] = {}
        self.modified: set[str] = set()
        self._requests: dict[str, Token] = {}
        self._tokens: dict[str, Token] = {}
        self._issued = 0
        rows = stage.market.rows
        self._token_of = {symbol: _token(row, place) for place, (symbol, row) in enumerate(rows.items(), start=1)}
        self._symbol_of = {token: symbol for symbol, token in self._token_of.items()}

    # --- logins -----------------------------------------------------------------------------------

    def request(self, account: str) -> str:
        """A request token, as the browser is sent back with after a login: good once, and for minutes."""
        token = self._name("request", account)
        self._requests[token] = Token(account, self.stage.market.now() + _REQUEST_LIFE)
        return token

    def redeem(self, person: Person, request: str) -> str | None:
        """The day's token for a request token; None for one that is spent, old or another's.

        One that the scenario gives a person is good any time, for trials without anybody at the login page.
        """
        if request and request == person.fields.get("request_token"):
            return self.issue(person.account)
        found = self._requests.pop(request, None)
        if found is None or found.account != person.account or found.ends_at <= self.stage.market.now():
            return None
        return self.issue(person.account)

    def issue(self, account: str) -> str:
        """A token that lives until 6 o'clock in the morning; the one before of the account is dead."""
        self._tokens = {name: each for name, each in self._tokens.items() if each.account != account}
        token = self._name("access", account)
        now = self.stage.market.now().astimezone(words.INDIA)
        ends = datetime.combine(now.date(), _ENDS, words.INDIA)
        self._tokens[token] = Token(account, ends if ends > now else ends + timedelta(days=1))
        return token

    def end(self, token: str) -> None:
        """Log out."""
        self._tokens.pop(token, None)

    def person(self, key: str, token: str) -> Person | None:
        """The account that a key and its token open."""
        found = self._tokens.get(token)
        if found is None or found.ends_at <= self.stage.market.now():
            return None
        person = self.stage.who(api_key=key)
        return person if person is not None and person.account == found.account else None

    def caller(self, request: web.Request) -> Person:
        """The account behind the header; answers 403 for none."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        key, _, token = rest.partition(":")
        person = self.person(key, token) if scheme == "token" else None
        if person is None:
            said = problem(403, "Incorrect `api_key` or `access_token`.", "TokenException")
            raise web.HTTPForbidden(text=said.decode(), content_type="application/json")
        return person

    def _name(self, what: str, account: str) -> str:
        self._issued += 1
        return hashlib.sha256(f"{what}/{account}/{self._issued}/{self.stage.market.now()}".encode()).hexdigest()[:32]

    # --- instruments ------------------------------------------------------------------------------

    def token_of(self, symbol: str) -> int:
        """An instrument's token."""
        return self._token_of[symbol]

    def by_token(self, token: int) -> Listed | None:
        """The instrument of a token."""
        symbol = self._symbol_of.get(token)
        return None if symbol is None else self.stage.market.rows[symbol]

    def by_key(self, key: str) -> Listed | None:
        """The instrument of EXCHANGE:SYMBOL."""
        exchange, _, symbol = key.partition(":")
        row = self.stage.market.rows.get(symbol)
        return row if row is not None and row.exchange == exchange else None

    # --- orders -----------------------------------------------------------------------------------

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was changed."""
        self.modified |= {outcome.broker_order_id for outcome in outcomes if isinstance(outcome, Amended)}

    def row(self, held: VenueOrder) -> dict[str, Any]:
        """An order as the list has it."""
        listed = self.stage.market.rows[self.stage.market.symbols[held.instrument]]
        ident = held.broker_order_id
        return words.order(held, listed, self.token_of(listed.symbol), held.account, product=self.product(held),
                           tag=self.tags.get(ident, ""), variety=self.varieties.get(ident, "regular"),
                           modified=ident in self.modified)  # fmt: skip

    def product(self, held: VenueOrder) -> str:
        """The product of an order; one that was placed by hand is carried on."""
        return self.products.get(held.broker_order_id, "NRML")

    def orders(self, account: str) -> list[VenueOrder]:
        """The day's orders of an account in the order of their arrival."""
        today = words.day(self.stage.market.now())
        found = [each for each in self.stage.state.orders.values() if each.account == account
                 and (each.is_open or words.day(each.created_at) == today)
                 # What was refused at the door never was an order.
                 and (each.status != "REJECTED" or each.broker_order_id in self.products)]  # fmt: skip
        return sorted(found, key=lambda each: each.number)

    def lots(self, account: str) -> dict[tuple[str, str], Lot]:
        """What an account holds, by symbol and product."""
        today = words.day(self.stage.market.now())
        found: dict[tuple[str, str], Lot] = {}
        for held in self.stage.state.orders.values():
            if held.account != account:
                continue
            key = (self.stage.market.symbols[held.instrument], self.product(held))
            for fill in held.fills:
                found[key] = _booked(found.get(key, Lot()), fill.quantity, fill.price, held.side.sign,
                                     carried=words.day(fill.at) < today)  # fmt: skip
        return found


def _booked(lot: Lot, quantity: Decimal, price: Decimal, sign: int, *, carried: bool) -> Lot:
    worth = quantity * price
    if carried:
        return Lot(lot.bought, lot.paid, lot.sold, lot.received, lot.overnight + sign * quantity,
                   lot.overnight_cost + sign * worth)  # fmt: skip
    if sign > 0:
        return Lot(lot.bought + quantity, lot.paid + worth, lot.sold, lot.received, lot.overnight, lot.overnight_cost)
    return Lot(lot.bought, lot.paid, lot.sold + quantity, lot.received + worth, lot.overnight, lot.overnight_cost)


def _token(row: Listed, place: int) -> int:
    if "token" in row.extra:
        return int(row.extra["token"])
    return (1000 + place) * 256 + (words.INDICES if row.extra.get("index") else words.SEGMENTS[row.exchange])
