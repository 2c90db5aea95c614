"""The twin as a whole: what each fact means on the user hub, and how TopstepX says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import Stage
from bidwell.twins.topstepx import words
from bidwell.twins.topstepx.account import AccountRoutes
from bidwell.twins.topstepx.answers import event
from bidwell.twins.topstepx.data import DataRoutes
from bidwell.twins.topstepx.hubs import HubRoutes
from bidwell.twins.topstepx.records import Records
from bidwell.twins.topstepx.session import SessionRoutes
from bidwell.twins.topstepx.trading import TradingRoutes

_KEY = {"user_name": "twin", "api_key": "twin-key-0001"}
_QUARTER = date(2027, 12, 17)
# What the documents' sample of a half-turn in the E-mini costs.
_FEE = Decimal("1.4")
SCENARIO = Scenario(
    accounts=(
        Person("10001", Decimal(150_000), {**_KEY, "account": "PRAC-V2-10001"}, leverage=Decimal(100), fee=_FEE),
        Person("10002", Decimal(50_000), {**_KEY, "account": "50KTC-V2-10002"}, leverage=Decimal(100), fee=_FEE),
    ),
    instruments=(
        Listed("CON.F.US.EP.Z27", Decimal("6800.00"), Decimal("6800.25"), "E-Mini S&P 500: December 2027", "future",
               tick=Decimal("0.25"), multiplier=Decimal(50), underlying="ES", expiry=_QUARTER, quantity=Decimal(50)),
        Listed("CON.F.US.ENQ.Z27", Decimal("25000.00"), Decimal("25000.25"), "E-mini NASDAQ-100: December 2027",
               "future", tick=Decimal("0.25"), multiplier=Decimal(20), underlying="NQ", expiry=_QUARTER,
               quantity=Decimal(20)),
        Listed("CON.F.US.MES.Z27", Decimal("6800.00"), Decimal("6800.25"), "Micro E-mini S&P 500: December 2027",
               "future", tick=Decimal("0.25"), multiplier=Decimal(5), underlying="MES", expiry=_QUARTER,
               quantity=Decimal(200)),
        Listed("CON.F.US.MNQ.Z27", Decimal("25000.00"), Decimal("25000.25"), "Micro E-mini Nasdaq-100: December 2027",
               "future", tick=Decimal("0.25"), multiplier=Decimal(2), underlying="MNQ", expiry=_QUARTER,
               quantity=Decimal(200)),
        Listed("CON.F.US.CLE.Z27", Decimal("68.20"), Decimal("68.21"), "Crude Light: December 2027", "future",
               tick=Decimal("0.01"), multiplier=Decimal(1000), underlying="CL", expiry=date(2027, 11, 19),
               quantity=Decimal(20)),
        Listed("CON.F.US.GCE.Z27", Decimal("4100.0"), Decimal("4100.1"), "Gold (Globex): December 2027", "future",
               tick=Decimal("0.1"), multiplier=Decimal(100), underlying="GC", expiry=date(2027, 12, 29),
               quantity=Decimal(20)),
    ),
    walk=True,
)  # fmt: skip

_MADE, _CHANGED = 0, 1


class TopstepxTwin:
    """`twins.Dialect` for TopstepX."""

    name = "topstepx"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        self._hubs = HubRoutes(self.records)
        self._parts = (SessionRoutes(self.records), TradingRoutes(self.records), AccountRoutes(self.records),
                       DataRoutes(self.records), self._hubs)  # fmt: skip
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str | bytes]]]] = {
            Placed: self._placed, Traded: self._traded, Closed: self._closed, Amended: self._amended,
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Every URL."""
        return [route for part in self._parts for route in part.routes()]

    # --- the user hub -------------------------------------------------------------------------------

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is kept beside the venue's own book."""

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames by which the user hub tells of an outcome."""
        tell = self._events.get(type(outcome))
        return tell(outcome) if tell is not None else None

    def _order(self, venue_id: str, action: int, **as_it_was: Any) -> str:  # noqa: ANN401 - what `words.order` takes
        row = words.hub_order(self.records.order(self.stage.state.orders[venue_id], **as_it_was))
        return event("GatewayUserOrder", {"action": action, "data": row})

    def _placed(self, fact: Placed) -> tuple[str, list[str | bytes]]:
        venue_id = fact.order.broker_order_id
        return fact.order.account, [self._order(venue_id, _MADE, upto=0, status=OrderStatus.WORKING)]

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        upto = 1 + next(i for i, each in enumerate(held.fills) if each.execution_id == fact.execution.execution_id)
        filled = sum((each.quantity for each in held.fills[:upto]), Decimal(0))
        status = OrderStatus.FILLED if filled >= held.quantity else OrderStatus.WORKING
        gain = next(gain for _, done, gain in self.records.fills(fact.account)
                    if done.execution_id == fact.execution.execution_id)  # fmt: skip
        row = words.trade(held, fact.execution, self.records.listed(held), gain)
        person = self.stage.people[fact.account]
        return fact.account, [
            event("GatewayUserTrade", {"action": _MADE, "data": row}),
            self._order(fact.broker_order_id, _CHANGED, upto=upto, status=status),
            *self._position(fact.account, held.instrument),
            event("GatewayUserAccount", {"action": _CHANGED, "data": self.records.account(person)}),
        ]  # fmt: skip

    def _position(self, account: str, instrument: str) -> list[str | bytes]:
        if instrument not in self.stage.state.accounts[account].holdings:
            return []
        row = self.records.position(account, instrument)
        return [event("GatewayUserPosition", {"action": _CHANGED, "data": row})]

    def _closed(self, fact: Closed) -> tuple[str, list[str | bytes]]:
        return fact.account, [self._order(fact.broker_order_id, _CHANGED)]

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        return fact.account, [self._order(fact.broker_order_id, _CHANGED)]

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._hubs.prices(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """429."""
        return web.Response(status=429, headers={"Retry-After": f"{seconds:g}"})

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return web.Response(status=status, text="upstream error")

    def unauthorized(self) -> web.Response:
        """401 without a body."""
        return web.Response(status=401)
