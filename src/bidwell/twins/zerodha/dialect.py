"""The twin as a whole: who has an account, what each fact means as an order update, and how Kite says that it failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import Stage
from bidwell.twins.zerodha.answers import refuse
from bidwell.twins.zerodha.data import MarketRoutes
from bidwell.twins.zerodha.margins import MarginRoutes
from bidwell.twins.zerodha.portfolio import PortfolioRoutes
from bidwell.twins.zerodha.records import Records
from bidwell.twins.zerodha.session import SessionRoutes
from bidwell.twins.zerodha.trading import TradingRoutes

_NICKEL = Decimal("0.05")
_TAIL = date(2027, 1, 28)
SCENARIO = Scenario(
    accounts=(
        Person("ZT0001", Decimal(1_000_000), {
            "api_key": "kitetwin0001", "api_secret": "twinsecret0001", "request_token": "twinrequesttoken0001"}, "INR"),
        Person("ZT0002", Decimal(500_000), {
            "api_key": "kitetwin0002", "api_secret": "twinsecret0002", "request_token": "twinrequesttoken0002"}, "INR"),
    ),
    instruments=(
        Listed("RELIANCE", Decimal("1399.90"), Decimal("1400.00"), "RELIANCE INDUSTRIES", exchange="NSE", currency="INR",
               tick=_NICKEL, extra={"token": "738561"}),
        Listed("INFY", Decimal("1573.40"), Decimal("1573.70"), "INFOSYS", exchange="NSE", currency="INR", tick=_NICKEL,
               extra={"token": "408065"}),
        Listed("SBIN", Decimal("829.90"), Decimal("830.00"), "STATE BANK OF INDIA", exchange="NSE", currency="INR",
               tick=_NICKEL, extra={"token": "779521"}),
        Listed("NIFTY 50", Decimal("25000.00"), Decimal("25000.00"), "NIFTY 50", exchange="NSE", currency="INR",
               tick=_NICKEL, extra={"token": "256265", "index": "yes"}),
        Listed("NIFTY27JANFUT", Decimal("25100.00"), Decimal("25101.00"), "NIFTY", "future", "NFO", "INR", _NICKEL,
               Decimal(75), underlying="NIFTY", expiry=_TAIL),
        Listed("NIFTY27JAN25000CE", Decimal("310.00"), Decimal("310.50"), "NIFTY", "option", "NFO", "INR", _NICKEL,
               Decimal(75), underlying="NIFTY", expiry=_TAIL, strike=Decimal(25_000)),
        Listed("NIFTY27JAN25000PE", Decimal("205.00"), Decimal("205.50"), "NIFTY", "option", "NFO", "INR", _NICKEL,
               Decimal(75), underlying="NIFTY", expiry=_TAIL, strike=Decimal(25_000), right="put"),
    ),
    walk=True,
)  # fmt: skip


class ZerodhaTwin:
    """`twins.Dialect` for Kite Connect."""

    name = "zerodha"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        self._market = MarketRoutes(self.records)
        self._parts = (
            SessionRoutes(self.records),
            TradingRoutes(self.records),
            PortfolioRoutes(self.records),
            MarginRoutes(self.records),
            self._market,
        )

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [route for part in self._parts for route in part.routes()]

    def issue(self, account: str) -> str:
        """The day's token of an account, without a login."""
        return self.records.issue(account)

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was changed."""
        self.records.on_outcomes(outcomes)

    # --- order updates ------------------------------------------------------------------------------

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The text frames of the ticker: the order as it stands with each fact."""
        if isinstance(outcome, Placed):
            return outcome.order.account, [self._frame(outcome.order)]
        if isinstance(outcome, Traded):
            held = self.stage.state.orders[outcome.broker_order_id]
            return outcome.account, [self._frame(_after(held, outcome.execution))]
        if isinstance(outcome, Closed | Amended):
            return outcome.account, [self._frame(self.stage.state.orders[outcome.broker_order_id])]
        return None

    def _frame(self, held: VenueOrder) -> str:
        row = self.records.row(held)
        more = {
            "user_id": held.account,
            "unfilled_quantity": int(held.quantity - held.filled),
            "app_id": 1,
            "checksum": "",
        }
        status = "UPDATE" if held.is_open and held.filled else row["status"]
        return msgspec.json.encode({"type": "order", "id": "", "data": row | more | {"status": status}}).decode()

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._market.prices(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """429."""
        answer = refuse(429, "Too many requests", "NetworkException")
        answer.headers["Retry-After"] = f"{seconds:g}"
        return answer

    def failed(self, status: int) -> web.Response:
        """5xx."""
        return refuse(status, "Gateway timed out" if status == 504 else "Something went wrong")

    def unauthorized(self) -> web.Response:
        """403."""
        return refuse(403, "Incorrect `api_key` or `access_token`.", "TokenException")


def _after(held: VenueOrder, execution: Execution) -> VenueOrder:
    """An order as it was right after one of its fills."""
    place = next(place for place, each in enumerate(held.fills) if each.execution_id == execution.execution_id)
    fills = held.fills[: place + 1]
    filled = sum((each.quantity for each in fills), ZERO)
    whole = filled >= held.quantity
    return msgspec.structs.replace(
        held, fills=fills, filled=filled, paid=sum((each.quantity * each.price for each in fills), ZERO),
        status=OrderStatus.FILLED if whole else OrderStatus.WORKING, closed_at=held.closed_at if whole else None,
    )  # fmt: skip
