"""Orders and fills over REST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.terms import Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.angelone import words
from bidwell.twins.angelone.answers import refuse, reply
from bidwell.twins.angelone.records import Records, first_of
from bidwell.twins.angelone.session import body
from bidwell.twins.mishaps import On
from bidwell.twins.orders import cancel, figure, refused

_ORDERS = "/rest/secure/angelbroking/order/v1"
_TAG = ("Ordertag length should not exceed 20 characters", "AB4008")
_CAUTION = "AB4036"
_UNKNOWN = ("Order not found", "AB1013")
_SYMBOL = ("Symbol Not Found", "AB1009")
_WRONG = {"variety": ("Invalid Order Variety", "AB1008"), "producttype": ("Invalid Product Type", "AB1012")}
_INTERNAL = ("Something Went Wrong, Please Try After Sometime", "AB1004")
_BY_TYPE = {"MARKET": (False, False), "LIMIT": (True, False), "STOPLOSS_MARKET": (False, True),
            "STOPLOSS_LIMIT": (True, True)}  # fmt: skip
Said = Mapping[str, Any]


class _WrongError(Exception):
    """A request that Angel One would not take, with its code where there is one."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class TradingRoutes:
    """/order/v1."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage
        self._named = 0

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        reading = self._records.reading
        return [
            web.post(f"{_ORDERS}/placeOrder", self.place),
            web.post(f"{_ORDERS}/modifyOrder", self.modify),
            web.post(f"{_ORDERS}/cancelOrder", self.cancel),
            web.get(f"{_ORDERS}/getOrderBook", reading(self.listing)),
            web.get(f"{_ORDERS}/details/{{unique}}", reading(self.details)),
            web.get(f"{_ORDERS}/getTradeBook", reading(self.trades)),
        ]

    # --- placing ----------------------------------------------------------------------------------

    async def place(self, request: web.Request) -> web.Response:
        """POST placeOrder: nobody asks whether a tag was used before."""
        person = self._records.caller(request)
        if isinstance(person, web.Response):
            return person
        said = await body(request)
        tag = str(said.get("ordertag") or "")
        if len(tag) > words.MOST_TAG:
            return refuse(*_TAG)
        try:
            ticket = self._ticket(said, tag)
            kind = (_choice(said, "variety", words.VARIETIES), _choice(said, "producttype", words.PRODUCTS))
        except _WrongError as problem:
            return refuse(str(problem), problem.code)

        def work(refusal: Refusal | None, first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            outcomes = self._stage.submit(person.account, ticket, refusal, first)
            return self._placed(tag, kind, outcomes, by_script=refusal is not None), outcomes

        return await self._stage.play(request, On.SUBMIT, person.account, work, [ticket])

    def _ticket(self, said: Said, tag: str) -> Ticket:
        row = self._records.by_token(str(said.get("exchange", "")), str(said.get("symboltoken", "")))
        listed = self._stage.market.instrument(row.symbol) if row is not None else None
        if row is None or listed is None or row.symbol != said.get("tradingsymbol"):
            raise _WrongError(*_SYMBOL)
        word = _choice(said, "ordertype", words.TYPES)
        limited, stopped = _BY_TYPE[word]
        quantity = _figure(said, "quantity")
        price, trigger = _figure(said, "price"), _figure(said, "triggerprice")
        if quantity is None or (limited and price is None) or (stopped and trigger is None):
            raise _WrongError("Invalid quantity, price or triggerprice")
        # The venue holds a name against a second order, as Angel One does not: each gets one of its own.
        self._named += 1
        return Ticket(listed.id, Side(_choice(said, "transactiontype", ("BUY", "SELL"))), quantity, words.TYPES[word],
                      words.DURATIONS[_choice(said, "duration", words.DURATIONS)], f"{tag}_{self._named}" if tag else "",
                      price if limited else None, trigger if stopped else None)  # fmt: skip

    def _placed(self, tag: str, kind: tuple[str, str], outcomes: Sequence[Outcome], *, by_script: bool) -> web.Response:
        declined = first_of(outcomes, Declined)
        fact = declined or first_of(outcomes, Placed)
        if fact is None:
            return refuse(*_INTERNAL)
        venue_id = fact.order.broker_order_id
        if declined is not None and (by_script or fact.order.code == "price.tick"):
            self._records.silent.add(venue_id)
            return refuse(*((fact.order.reason, _CAUTION) if by_script
                            else ("The order price is not multiple of the tick size", "")))  # fmt: skip
        # What its risk system refuses is taken in first, and rejected by its status.
        self._records.tags[venue_id], self._records.kinds[venue_id] = tag, kind
        return self._numbered(fact.order)

    def _numbered(self, held: VenueOrder) -> web.Response:
        row = self._records.listed(held.instrument)
        return reply({"script": row.symbol, "orderid": words.order_id(held), "uniqueorderid": words.unique_id(held)})

    # --- changing ---------------------------------------------------------------------------------

    async def modify(self, request: web.Request) -> web.Response:
        """POST modifyOrder: the order keeps its number."""
        person = self._records.caller(request)
        if isinstance(person, web.Response):
            return person
        said = await body(request)
        held = self._held(person.account, said)
        if held is None:
            return refuse(*_UNKNOWN)
        try:
            changes = _changes(held, said)
        except _WrongError as problem:
            return refuse(str(problem), problem.code)

        def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            self._records.before[held.broker_order_id] = self._records.row(held)
            outcomes = self._stage.venue.replace(person.account, changes, held.broker_order_id, refusal=refusal)
            why = refused(outcomes)
            answer = self._numbered(held) if why is None else refuse(f"Order cannot be modified: {why.reason}")
            return answer, outcomes

        return await self._stage.play(request, On.REPLACE, person.account, work)

    async def cancel(self, request: web.Request) -> web.Response:
        """POST cancelOrder."""
        person = self._records.caller(request)
        if isinstance(person, web.Response):
            return person
        held = self._held(person.account, await body(request))
        if held is None:
            return refuse(*_UNKNOWN)

        def said(refusal: Refusal | None) -> web.Response:
            if refusal is not None:
                return refuse(f"Order cannot be cancelled: {refusal.reason}")
            return self._numbered(held)

        return await cancel(self._stage, request, person.account, held, said)

    def _held(self, account: str, said: Said) -> VenueOrder | None:
        """The order that a change names, by its number and its variety."""
        ident = str(said.get("orderid", ""))
        held = self._stage.state.orders.get(words.venue_id(ident))
        if held is None or held.account != account or words.order_id(held) != ident:
            return None
        return held if self._records.kind(held)[0] == said.get("variety") else None

    # --- reading ----------------------------------------------------------------------------------

    def listing(self, _said: Said, account: str) -> web.Response:
        """GET getOrderBook: nothing where there is none."""
        return reply([self._records.row(each) for each in self._records.today(account)] or None)

    def details(self, said: Said, account: str) -> web.Response:
        """GET details/{uniqueorderid}."""
        for each in self._records.today(account):
            if words.unique_id(each) == said["unique"]:
                return reply(self._records.row(each))
        return refuse(*_UNKNOWN)

    def trades(self, _said: Said, account: str) -> web.Response:
        """GET getTradeBook."""
        return reply([words.trade(held, done, self._records.listed(held.instrument), self._records.kind(held)[1])
                      for held, done in self._records.fills(account)] or None)  # fmt: skip


def _choice(said: Said, name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    word = str(said.get(name, ""))
    if word not in known:
        raise _WrongError(*_WRONG.get(name, (f"Invalid {name}", "")))
    return word


def _figure(said: Said, name: str) -> Decimal | None:
    try:
        return figure(said.get(name))
    except ValueError:
        raise _WrongError(f"Invalid {name}") from None


def _changes(held: VenueOrder, said: Said) -> Ticket:
    word = _choice(said, "ordertype", words.TYPES)
    limited, stopped = _BY_TYPE[word]
    force = words.DURATIONS.get(str(said.get("duration")), TimeInForce.DAY)
    return Ticket(
        held.instrument, held.side, _figure(said, "quantity") or held.quantity, words.TYPES[word], force, "",
        (_figure(said, "price") or held.limit_price) if limited else None,
        (_figure(said, "triggerprice") or held.stop_price) if stopped else None,
    )  # fmt: skip
