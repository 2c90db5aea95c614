"""The twin as a whole: who calls, what each fact means on the order stream, and how Alpaca says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.alpaca import words
from bidwell.twins.alpaca.account import AccountRoutes
from bidwell.twins.alpaca.answers import reply
from bidwell.twins.alpaca.data import MarketRoutes
from bidwell.twins.alpaca.trading import TradingRoutes
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import Stage

SCENARIO = Scenario(
    accounts=(
        Person("PA0001", Decimal(100_000), {"key_id": "PKTWIN0001", "secret_key": "twin-secret-0001"}),
        Person("PA0002", Decimal(50_000), {"key_id": "PKTWIN0002", "secret_key": "twin-secret-0002"}),
    ),
    instruments=(
        Listed("AAPL", Decimal("229.98"), Decimal("230.02"), "Apple Inc. Common Stock", exchange="NASDAQ"),
        Listed("MSFT", Decimal("419.95"), Decimal("420.05"), "Microsoft Corporation Common Stock", exchange="NASDAQ"),
        Listed("IBM", Decimal("229.45"), Decimal("229.55"), "International Business Machines", exchange="NYSE"),
        Listed("BRK.B", Decimal("469.90"), Decimal("470.10"), "Berkshire Hathaway Inc. Class B", exchange="NYSE"),
        Listed("BTC/USD", Decimal(97990), Decimal(98010), "Bitcoin / US Dollar", "crypto", "CRYPTO",
               lot=Decimal("0.000000001"), quantity=Decimal(5)),
        Listed("AAPL270115C00230000", Decimal("20.10"), Decimal("20.30"), "AAPL Jan 15 2027 230 Call", "option",
               multiplier=Decimal(100), underlying="AAPL", expiry=date(2027, 1, 15), strike=Decimal(230)),
    ),
    walk=True,
)  # fmt: skip

_EVENTS = {OrderStatus.CANCELED: "canceled", OrderStatus.EXPIRED: "expired", OrderStatus.REJECTED: "rejected"}


class AlpacaTwin:
    """`twins.Dialect` for Alpaca.

    `names` are client order ids by venue id (a replacement has its own), `past` the orders that were replaced, as they
    were then, by venue id, with the id that replaced them.
    """

    name = "alpaca"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.names: dict[str, str] = {}
        self.taken: dict[tuple[str, str], str] = {}
        self.past: dict[str, tuple[str, dict[str, Any]]] = {}
        self.replaces: dict[str, str] = {}
        self.next_name: dict[str, str] = {}
        self.configurations: dict[str, dict[str, Any]] = {}
        self._parts = (TradingRoutes(self), AccountRoutes(self), MarketRoutes(self))
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str | bytes]]]] = {
            Placed: self._placed, Traded: self._traded, Closed: self._closed, Amended: self._amended,
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [route for part in self._parts for route in part.routes()]

    # --- who --------------------------------------------------------------------------------------

    def caller(self, request: web.Request) -> Person:
        """The account behind the two headers; answers 401 for none."""
        person = self.stage.who(key_id=request.headers.get("APCA-API-KEY-ID", ""),
                                secret_key=request.headers.get("APCA-API-SECRET-KEY", ""))  # fmt: skip
        if person is None:
            raise web.HTTPUnauthorized(text='{"message":"unauthorized"}', content_type="application/json")
        return person

    def listed(self, order: VenueOrder) -> Listed:
        """The scenario's row of an order's instrument."""
        return self.stage.market.rows[self.stage.market.symbols[order.instrument]]

    # --- orders -----------------------------------------------------------------------------------

    def order(self, held: VenueOrder) -> dict[str, Any]:
        """An order as a reply of its own has it."""
        venue_id = held.broker_order_id
        replaces = self.replaces.get(venue_id)
        return words.order(held, self.listed(held), words.order_uuid(venue_id),
                           self.names.get(venue_id, held.client_order_id),
                           words.order_uuid(replaces) if replaces else None)  # fmt: skip

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Remember names, and what an order was when it was replaced."""
        for outcome in outcomes:
            if isinstance(outcome, Amended) and outcome.new_id and outcome.broker_order_id not in self.past:
                self._rename(outcome)

    def _rename(self, fact: Amended) -> None:
        held = self.stage.state.orders[fact.new_id]
        old_id, new_id = fact.broker_order_id, fact.new_id
        before = words.order(held, self.listed(held), words.order_uuid(old_id),
                             self.names.get(old_id, held.client_order_id), None)  # fmt: skip
        at = words.stamp(fact.wall)
        earlier = self.replaces.get(old_id)
        self.past[old_id] = (new_id, before | {
            "status": "replaced", "replaced_at": at, "updated_at": at, "replaced_by": words.order_uuid(new_id),
            "replaces": words.order_uuid(earlier) if earlier else None, "filled_at": None,
        })  # fmt: skip
        self.replaces[new_id] = old_id
        name = self.next_name.pop(old_id, "") or words.named_uuid("order", new_id)
        self.names[new_id] = name
        self.taken[held.account, name] = new_id

    def newest(self, venue_id: str) -> str:
        """The id under which an order works now."""
        while venue_id in self.past:
            venue_id = self.past[venue_id][0]
        return venue_id

    def row(self, account: str, venue_id: str) -> dict[str, Any] | None:
        """An order of an account, replaced ones as they were."""
        held = self.stage.state.orders.get(self.newest(venue_id))
        if held is None or held.account != account:
            return None
        return self.past[venue_id][1] if venue_id in self.past else self.order(held)

    # --- the order stream ---------------------------------------------------------------------------

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of `trade_updates`."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _frame(self, event: str, row: dict[str, Any], **more: str | None) -> bytes:
        # Alpaca's paper host sends this text in binary frames.
        data = {"event": event, "execution_id": words.named_uuid(event, f"{row['id']}{more}"), **more,
                "timestamp": more.get("timestamp") or words.stamp(self.stage.market.now()),
                "order": words.lacking(row, words.STREAM_LACKS)}  # fmt: skip
        return msgspec.json.encode({"stream": "trade_updates", "data": data})

    def _placed(self, fact: Placed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders.get(fact.order.broker_order_id, fact.order)
        row = self.order(held) | {"status": "new", "filled_qty": "0", "filled_avg_price": None, "filled_at": None,
                                  "canceled_at": None}  # fmt: skip
        return fact.order.account, [self._frame("new", row)]

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        held, done = self.stage.state.orders[fact.broker_order_id], fact.execution
        upto = held.fills[: next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id) + 1]
        filled = sum((each.quantity for each in upto), ZERO)
        paid = sum((each.quantity * each.price for each in upto), ZERO)
        whole = filled >= held.quantity
        row = self.order(held) | {
            "filled_qty": words.text(filled), "filled_avg_price": words.text((paid / filled).quantize(Decimal("0.000001"))),
            "status": "filled" if whole else "partially_filled",
        }  # fmt: skip
        position = self.stage.state.accounts[fact.account].holdings.get(held.instrument)
        frame = self._frame(
            "fill" if whole else "partial_fill", row, price=words.text(done.price), qty=words.text(done.quantity),
            position_qty=words.text(position.quantity if position else ZERO), timestamp=words.stamp(done.at),
        )  # fmt: skip
        return fact.account, [frame]

    def _closed(self, fact: Closed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        return fact.account, [self._frame(_EVENTS[fact.status], self.order(held))]

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        if not fact.new_id:
            return fact.account, []
        held = self.stage.state.orders[self.newest(fact.new_id)]
        return fact.account, [self._frame("replaced", self.past[fact.broker_order_id][1]),
                              self._frame("new", self.order(held))]  # fmt: skip

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._parts[2].prices(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """429."""
        answer = reply(words.error(429, "rate limit exceeded"), 429)
        answer.headers["Retry-After"] = f"{seconds:g}"
        answer.headers["X-Ratelimit-Remaining"] = "0"
        return answer

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return reply(words.error(status, "internal server error occurred"), status)

    def unauthorized(self) -> web.Response:
        """401: that body alone has no code."""
        return reply({"message": "unauthorized"}, 401)
