"""What the twin keeps beside the venue: tags, varieties and product types by order, and what is of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.angelone import words
from bidwell.twins.angelone.session import SessionRoutes, StrangerError, body
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import Stage

Work = Callable[[dict[str, Any], str], web.Response]


@dataclass(slots=True)
class Net:
    """What was bought and sold of one instrument under one product type."""

    bought: Decimal = ZERO
    sold: Decimal = ZERO
    paid: Decimal = ZERO
    got: Decimal = ZERO

    @property
    def quantity(self) -> Decimal:
        """Signed."""
        return self.bought - self.sold

    @property
    def average(self) -> Decimal:
        """What one of the net cost."""
        return abs((self.paid - self.got) / self.quantity) if self.quantity else ZERO


class Records:
    """The twin's memory.

    `silent` are orders that were refused at once and never became any, `before` is how an order was that is changed.
    """

    def __init__(self, stage: Stage, sessions: SessionRoutes) -> None:
        self.stage = stage
        self.sessions = sessions
        self.tags: dict[str, str] = {}
        self.kinds: dict[str, tuple[str, str]] = {}
        self.silent: set[str] = set()
        self.before: dict[str, dict[str, Any]] = {}

    # --- who --------------------------------------------------------------------------------------

    def reading(self, work: Work) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A read as a handler: who calls, then `work` with what the request says."""

        async def handle(request: web.Request) -> web.Response:
            person = self.caller(request)
            if isinstance(person, web.Response):
                return person
            said = await _said(request)
            return await self.stage.play(
                request, On.READ, person.account, lambda _refusal, _first: (work(said, person.account), ())
            )

        return handle

    def caller(self, request: web.Request) -> Person | web.Response:
        """Who calls, or what a stranger is told."""
        try:
            return self.sessions.caller(request)
        except StrangerError as stranger:
            return stranger.answer

    # --- instruments ------------------------------------------------------------------------------

    def listed(self, instrument: str) -> Listed:
        """The scenario's row of an instrument."""
        return self.stage.market.rows[self.stage.market.symbols[instrument]]

    def by_token(self, exchange: str, token: str) -> Listed | None:
        """The row under a token."""
        for row in self.stage.market.rows.values():
            if (row.exchange, words.token(row)) == (exchange, token):
                return row
        return None

    # --- orders -----------------------------------------------------------------------------------

    def row(self, held: VenueOrder) -> dict[str, Any]:
        """An order as the list has it."""
        variety, product = self.kind(held)
        return words.order(
            held, self.listed(held.instrument), self.tags.get(held.broker_order_id, ""), variety, product
        )

    def kind(self, held: VenueOrder) -> tuple[str, str]:
        """Variety and product type."""
        return self.kinds.get(held.broker_order_id, ("NORMAL", "DELIVERY"))

    def today(self, account: str) -> list[VenueOrder]:
        """The orders of today, and those that still work."""
        now = words.india(self.stage.market.now()).date()
        return [each for each in self.stage.state.orders.values() if each.account == account
                and each.broker_order_id not in self.silent
                and (each.is_open or words.india(each.created_at).date() == now)]  # fmt: skip

    def fills(self, account: str) -> list[tuple[VenueOrder, Execution]]:
        """The fills of today, in their order."""
        now = words.india(self.stage.market.now()).date()
        found = [(held, done) for held in self.stage.state.orders.values() if held.account == account
                 for done in held.fills if words.india(done.at).date() == now]  # fmt: skip
        return sorted(found, key=lambda pair: (pair[1].at, pair[1].execution_id))

    # --- what is held -----------------------------------------------------------------------------

    def nets(self, account: str, *, before: bool) -> dict[tuple[str, str], Net]:
        """By symbol and product type: what was traded today, or before today."""
        now = words.india(self.stage.market.now()).date()
        found: defaultdict[tuple[str, str], Net] = defaultdict(Net)
        for held in self.stage.state.orders.values():
            for done in held.fills if held.account == account else ():
                if (words.india(done.at).date() < now) is before:
                    net = found[self.stage.market.symbols[held.instrument], self.kind(held)[1]]
                    if held.side.sign > 0:
                        net.bought, net.paid = net.bought + done.quantity, net.paid + done.quantity * done.price
                    else:
                        net.sold, net.got = net.sold + done.quantity, net.got + done.quantity * done.price
        return dict(found)


async def _said(request: web.Request) -> dict[str, Any]:
    return dict(request.match_info) | (await body(request) if request.can_read_body else {})


def first_of(outcomes: Sequence[object], kind: type[Any]) -> Any:  # noqa: ANN401 - of the kind that was asked for
    """The first outcome of a kind, None where there is none."""
    return next((each for each in outcomes if isinstance(each, kind)), None)
