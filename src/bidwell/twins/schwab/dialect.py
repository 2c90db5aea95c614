"""The twin as a whole: who calls, what each fact means on the stream, and how Schwab says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.twins.scenario import Listed, Person, Scenario, us_options
from bidwell.twins.schwab import words
from bidwell.twins.schwab.account import AccountRoutes
from bidwell.twins.schwab.answers import encoded, fault
from bidwell.twins.schwab.data import MarketRoutes
from bidwell.twins.schwab.records import Records, number_of
from bidwell.twins.schwab.streamer import StreamRoutes
from bidwell.twins.schwab.trading import TradingRoutes
from bidwell.twins.stage import Stage

_BACK = "https://127.0.0.1"
_AAPL = Listed("AAPL", Decimal("229.98"), Decimal("230.02"), "APPLE INC", exchange="NASDAQ")
SCENARIO = Scenario(
    accounts=(
        Person("S10000001", Decimal(100_000), {
            "app_key": "TWINAPPKEY0001", "app_secret": "TWINSECRET1", "callback_url": _BACK, "account": "10000001",
            "auth_code": "twin-auth-code-0001"}),
        Person("S10000002", Decimal(50_000), {
            "app_key": "TWINAPPKEY0002", "app_secret": "TWINSECRET2", "callback_url": _BACK, "account": "10000002",
            "auth_code": "twin-auth-code-0002"}),
    ),
    instruments=(
        _AAPL,
        Listed("MSFT", Decimal("419.95"), Decimal("420.05"), "MICROSOFT CORP", exchange="NASDAQ"),
        Listed("IBM", Decimal("229.45"), Decimal("229.55"), "INTL BUSINESS MACHS", exchange="NYSE"),
        Listed("BRK/B", Decimal("469.90"), Decimal("470.10"), "BERKSHIRE HATHAWAY INC CLASS B", exchange="NYSE"),
        Listed("SPY", Decimal("580.10"), Decimal("580.12"), "SPDR S&P 500 ETF", exchange="NYSE Arca",
               extra={"asset": "ETF"}),
        *us_options(_AAPL, "AAPL  "),
    ),
    walk=True,
)  # fmt: skip


class SchwabTwin:
    """`twins.Dialect` for Charles Schwab."""

    name = "schwab"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        self.streams = StreamRoutes(self.records)
        trading = TradingRoutes(self.records)
        self._parts = (trading, AccountRoutes(self.records, trading), MarketRoutes(self.records), self.streams)
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str | bytes]]]] = {
            Placed: self._placed, Traded: self._traded, Closed: self._closed, Amended: self._amended,
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [route for part in self._parts for route in part.routes()]

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing has to be remembered."""

    # --- the stream ---------------------------------------------------------------------------------

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of the activity service."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _frame(self, account: str, venue_id: str, *kinds: str, **more: str) -> tuple[str, list[str | bytes]]:
        number = str(words.order_id(venue_id))
        said = [(account, kind, encoded({
            "SchwabOrderID": number, "AccountNumber": number_of(self.stage.people[account]),
            "BaseEvent": {"EventType": kind, f"{kind}Event": {"EventType": kind, "LegId": number, **more}},
        }).decode()) for kind in kinds]  # fmt: skip
        return account, [self.streams.activity(said)]

    def _placed(self, fact: Placed) -> tuple[str, list[str | bytes]]:
        return self._frame(fact.order.account, fact.order.broker_order_id, "OrderCreated", "OrderAccepted",
                           "ExecutionRequested", "ExecutionRequestCreated", "ExecutionRequestCompleted")  # fmt: skip

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        whole = self.stage.state.orders[fact.broker_order_id].status is OrderStatus.FILLED
        return self._frame(
            fact.account, fact.broker_order_id, "ExecutionCreated", *(["OrderFillCompleted"] if whole else [])
        )

    def _closed(self, fact: Closed) -> tuple[str, list[str | bytes]]:
        how = {OrderStatus.REJECTED: "SystemReject", OrderStatus.EXPIRED: "SystemCancel"}.get(
            fact.status, "ClientCancel"
        )
        kinds = ["CancelAccepted"] if fact.status is OrderStatus.CANCELED else []
        return self._frame(fact.account, fact.broker_order_id, *kinds, "OrderUROutCompleted", OutCancelType=how)

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        if not fact.new_id:
            return fact.account, []
        made = self._frame(fact.account, fact.new_id, "ChangeCreated", "ChangeAccepted")[1]
        return fact.account, made + self._frame(fact.account, fact.broker_order_id, "OrderUROutCompleted")[1]

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self.streams.prices(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """429, with the pause in seconds."""
        answer = fault(429, "Too Many Requests", "The limit of requests was reached")
        answer.headers["Retry-After"] = f"{seconds:g}"
        return answer

    def failed(self, status: int) -> web.Response:
        """5xx: a gateway's page, or Schwab's own words."""
        if status in {502, 504}:
            return web.Response(status=status, text="<html><body>Bad Gateway</body></html>", content_type="text/html")
        return fault(status, "Internal Server Error", "We are unable to complete your request.")

    def unauthorized(self) -> web.Response:
        """401."""
        return fault(401, "Unauthorized", "Client not authorized")
