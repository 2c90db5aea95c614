"""The twin as a whole: who calls, what each fact means on the order stream, and how Fyers says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.fyers import words
from bidwell.twins.fyers.account import AccountRoutes
from bidwell.twins.fyers.answers import bad, encoded
from bidwell.twins.fyers.data import MarketRoutes
from bidwell.twins.fyers.records import Records
from bidwell.twins.fyers.trading import TradingRoutes
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import Stage

_TICK = Decimal("0.05")
_PENDING, _TRADED = 6, 2
SCENARIO = Scenario(
    accounts=(
        Person("XT00001", Decimal(1_000_000), {
            "fy_id": "XT00001", "app_id": "TWINAPP01-100", "app_secret": "TWINSECRET1", "pin": "1234",
            "auth_code": "twin-auth-code-0001", "redirect_uri": "https://127.0.0.1/"}, "INR"),
        Person("XT00002", Decimal(500_000), {
            "fy_id": "XT00002", "app_id": "TWINAPP02-100", "app_secret": "TWINSECRET2", "pin": "4321",
            "auth_code": "twin-auth-code-0002", "redirect_uri": "https://127.0.0.1/"}, "INR"),
    ),
    instruments=(
        Listed("NSE:RELIANCE-EQ", Decimal("1480.10"), Decimal("1480.20"), "RELIANCE INDUSTRIES LTD", exchange="NSE",
               currency="INR", tick=Decimal("0.10"), extra={"token": "2885"}),
        Listed("NSE:HDFCBANK-EQ", Decimal("985.40"), Decimal("985.45"), "HDFC BANK LTD", exchange="NSE", currency="INR",
               tick=_TICK, extra={"token": "1333"}),
        Listed("NSE:INFY-EQ", Decimal("1525.00"), Decimal("1525.10"), "INFOSYS LIMITED", exchange="NSE", currency="INR",
               tick=Decimal("0.10"), extra={"token": "1594"}),
        Listed("NSE:SBIN-EQ", Decimal("870.20"), Decimal("870.25"), "STATE BANK OF INDIA", exchange="NSE",
               currency="INR", tick=_TICK, extra={"token": "3045"}),
        Listed("NSE:NIFTY50-INDEX", Decimal("26040.50"), Decimal("26040.50"), "NIFTY50-INDEX", exchange="NSE", currency="INR",
               tick=_TICK, extra={"token": "26000", "index": "NIFTY"}),
        Listed("NSE:NIFTY26DECFUT", Decimal("26050.00"), Decimal("26052.00"), "NIFTY 29 Dec 26 FUT", "future", "NSE",
               "INR", Decimal("0.10"), Decimal(75), underlying="NIFTY", expiry=date(2026, 12, 29),
               extra={"token": "49081"}),
        Listed("NSE:NIFTY26DEC26000CE", Decimal("310.00"), Decimal("310.40"), "NIFTY 29 Dec 26 26000 CE", "option",
               "NSE", "INR", _TICK, Decimal(75), underlying="NIFTY", expiry=date(2026, 12, 29), strike=Decimal(26000),
               extra={"token": "49090"}),
    ),
    walk=True,
)  # fmt: skip


class FyersTwin:
    """`twins.Dialect` for Fyers."""

    name = "fyers"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        self._trading = TradingRoutes(self.records)
        self.market = MarketRoutes(self.records)
        self._parts = (self._trading, AccountRoutes(self.records, self._trading), self.market)
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
        """The events of the order stream."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _order(self, held: VenueOrder, status: int, fills: Sequence[Execution]) -> str:
        row = words.streamed(self.records.order(held), fills, status)
        return encoded({"s": "ok", "orders": row}).decode()

    def _placed(self, fact: Placed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders.get(fact.order.broker_order_id, fact.order)
        return held.account, [self._order(held, _PENDING, ())]

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        held, done = self.stage.state.orders[fact.broker_order_id], fact.execution
        place = next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id)
        upto = held.fills[: place + 1]
        whole = sum(each.quantity for each in upto) >= held.quantity
        fill = words.streamed_trade(self._trading.trades_of(held)[place])
        return held.account, [self._order(held, _TRADED if whole else _PENDING, upto),
                              encoded({"s": "ok", "trades": fill}).decode()]  # fmt: skip

    def _closed(self, fact: Closed) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        return held.account, [self._order(held, words.STATUSES[fact.status], held.fills)]

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        return held.account, [self._order(held, _PENDING, held.fills)]

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self.market.prices(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """429, with the pause in seconds and in milliseconds."""
        answer = bad(-429, "request limit reached", 429)
        answer.headers["Retry-After"] = f"{seconds:g}"
        answer.headers["X-Retry-After-Ms"] = f"{seconds * 1000:.0f}"
        return answer

    def failed(self, status: int) -> web.Response:
        """5xx: a gateway's page, or Fyers' own words."""
        if status in {502, 504}:
            return web.Response(status=status, text="<html><body>Bad Gateway</body></html>", content_type="text/html")
        return bad(-99, "Internal server error", status)

    def unauthorized(self) -> web.Response:
        """401."""
        return bad(-16, "Could not authenticate the user", 401)
