"""The twin as a whole: who calls, what each fact means on the order stream, and how Dhan says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.dhan import words
from bidwell.twins.dhan.account import AccountRoutes
from bidwell.twins.dhan.answers import encoded, problem
from bidwell.twins.dhan.data import MarketRoutes
from bidwell.twins.dhan.records import REFUSED, Records
from bidwell.twins.dhan.trading import TradingRoutes
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import Stage

_TICK = Decimal("0.05")
SCENARIO = Scenario(
    accounts=(
        Person("1000000001", Decimal(1_000_000), {
            "client_id": "1000000001", "access_token": "twin-dhan-access-token-0001", "pin": "123456",
            "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}, "INR"),
        Person("1000000002", Decimal(500_000), {
            "client_id": "1000000002", "access_token": "twin-dhan-access-token-0002", "pin": "654321",
            "totp_secret": "KRUGKIDROVUWG2ZAKRUGKIDROVUWG2ZA"}, "INR"),
    ),
    instruments=(
        Listed("RELIANCE", Decimal("1480.10"), Decimal("1480.20"), "Reliance Industries", exchange="NSE", currency="INR",
               tick=Decimal("0.10"), extra={"security_id": "2885"}),
        Listed("HDFCBANK", Decimal("985.40"), Decimal("985.45"), "HDFC Bank", exchange="NSE", currency="INR", tick=_TICK,
               extra={"security_id": "1333"}),
        Listed("INFY", Decimal("1525.00"), Decimal("1525.10"), "Infosys", exchange="NSE", currency="INR",
               tick=Decimal("0.10"), extra={"security_id": "1594"}),
        Listed("SBIN", Decimal("870.20"), Decimal("870.25"), "State Bank of India", exchange="NSE", currency="INR",
               tick=_TICK, extra={"security_id": "3045"}),
        Listed("NIFTY", Decimal("26040.50"), Decimal("26040.50"), "Nifty 50", exchange="NSE", currency="INR", tick=_TICK,
               extra={"security_id": "13", "segment": "IDX_I"}),
        Listed("NIFTY-Dec2026-FUT", Decimal("26050.00"), Decimal("26052.00"), "NIFTY DEC FUT", "future", "NSE", "INR",
               Decimal("0.10"), Decimal(75), underlying="NIFTY", expiry=date(2026, 12, 29),
               extra={"security_id": "49081", "index": "yes"}),
        Listed("NIFTY-Dec2026-26000-CE", Decimal("310.00"), Decimal("310.40"), "NIFTY 29 DEC 26000 CALL", "option",
               "NSE", "INR", _TICK, Decimal(75), underlying="NIFTY", expiry=date(2026, 12, 29), strike=Decimal(26000),
               extra={"security_id": "49090", "index": "yes"}),
    ),
    walk=True,
)  # fmt: skip


class DhanTwin:
    """`twins.Dialect` for Dhan."""

    name = "dhan"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        trading = TradingRoutes(self.records)
        self._market = MarketRoutes(self.records, trading)
        self._parts = (trading, AccountRoutes(self.records, trading), self._market)
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str | bytes]]]] = {
            Placed: self._placed, Traded: self._traded, Closed: self._closed, Amended: self._amended,
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [route for part in self._parts for route in part.routes()]

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing has to be remembered."""

    # --- the order stream ---------------------------------------------------------------------------

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The alerts of the order stream."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _alert(
        self, held: VenueOrder, status: str, fills: Sequence[Execution], at: datetime
    ) -> tuple[str, list[str | bytes]]:
        records = self.records
        data = words.alert(held, records.listed(held), records.client(held.account), records.tag(held),
                           records.product(held), status, fills, at)  # fmt: skip
        return held.account, [encoded({"Data": data, "Type": "order_alert"}).decode()]

    def _placed(self, fact: Placed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders.get(fact.order.broker_order_id, fact.order)
        return self._alert(held, "PENDING", (), held.created_at)

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        held, done = self.stage.state.orders[fact.broker_order_id], fact.execution
        upto = held.fills[: next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id) + 1]
        whole = sum(each.quantity for each in upto) >= held.quantity
        return self._alert(held, "TRADED" if whole else "PART_TRADED", upto, done.at)

    def _closed(self, fact: Closed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        return self._alert(held, words.STATUSES[fact.status], held.fills, fact.wall)

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        status = "PART_TRADED" if held.status is OrderStatus.WORKING and held.filled else "PENDING"
        return self._alert(held, status, held.fills, fact.wall)

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._market.prices(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, _seconds: float) -> web.Response:
        """429; Dhan does not say for how long."""
        return problem(429, "DH-904", "Too many requests on server from single user breaching rate limits")

    def failed(self, status: int) -> web.Response:
        """5xx: a gateway's page, or Dhan's own words."""
        if status in {502, 504}:
            page = f"<html><head><title>{status}</title></head><body>Bad Gateway</body></html>"
            return web.Response(status=status, text=page, content_type="text/html")
        return problem(status, "DH-908", "Internal server error")

    def unauthorized(self) -> web.Response:
        """401."""
        return web.Response(status=401, text=REFUSED, content_type="application/json")
