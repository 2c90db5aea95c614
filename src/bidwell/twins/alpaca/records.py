"""What the twin keeps beside the venue: names of replacements, orders as they were when they were replaced, settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bidwell.simulation.facts import Amended
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.alpaca import words
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage


class Records:
    """The twin's memory.

    `names` are client order ids by venue id (a replacement has its own), `past` the orders that were replaced, as they
    were then, by venue id, with the id that replaced them.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.names: dict[str, str] = {}
        self.taken: dict[tuple[str, str], str] = {}
        self.past: dict[str, tuple[str, dict[str, Any]]] = {}
        self.replaces: dict[str, str] = {}
        self.next_name: dict[str, str] = {}
        self.configurations: dict[str, dict[str, Any]] = {}

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
