"""The twin as a whole: who calls, what each fact means on the order stream, and how Alpaca says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import Outcome
from bidwell.twins.alpaca import words
from bidwell.twins.alpaca.account import AccountRoutes
from bidwell.twins.alpaca.answers import reply
from bidwell.twins.alpaca.data import MarketRoutes
from bidwell.twins.alpaca.records import Records
from bidwell.twins.alpaca.trading import TradingRoutes
from bidwell.twins.scenario import Listed, Person, Scenario, us_options
from bidwell.twins.stage import Stage

_AAPL = Listed("AAPL", Decimal("229.98"), Decimal("230.02"), "Apple Inc. Common Stock", exchange="NASDAQ")
SCENARIO = Scenario(
    accounts=(
        Person("PA0001", Decimal(100_000), {"key_id": "PKTWIN0001", "secret_key": "twin-secret-0001"}),
        Person("PA0002", Decimal(50_000), {"key_id": "PKTWIN0002", "secret_key": "twin-secret-0002"}),
    ),
    instruments=(
        _AAPL,
        Listed("MSFT", Decimal("419.95"), Decimal("420.05"), "Microsoft Corporation Common Stock", exchange="NASDAQ"),
        Listed("IBM", Decimal("229.45"), Decimal("229.55"), "International Business Machines", exchange="NYSE"),
        Listed("BRK.B", Decimal("469.90"), Decimal("470.10"), "Berkshire Hathaway Inc. Class B", exchange="NYSE"),
        Listed("BTC/USD", Decimal(97990), Decimal(98010), "Bitcoin / US Dollar", "crypto", "CRYPTO",
               lot=Decimal("0.000000001"), quantity=Decimal(5)),
        *us_options(_AAPL, "AAPL"),
    ),
    walk=True,
)  # fmt: skip

_EVENTS = {OrderStatus.CANCELED: "canceled", OrderStatus.EXPIRED: "expired", OrderStatus.REJECTED: "rejected"}


class AlpacaTwin:
    """`twins.Dialect` for Alpaca."""

    name = "alpaca"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        self._parts = (TradingRoutes(self.records), AccountRoutes(self.records), MarketRoutes(self.records))
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str | bytes]]]] = {
            Placed: self._placed, Traded: self._traded, Closed: self._closed, Amended: self._amended,
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [route for part in self._parts for route in part.routes()]

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Remember names, and what an order was when it was replaced."""
        self.records.on_outcomes(outcomes)

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
        row = self.records.order(held) | {"status": "new", "filled_qty": "0", "filled_avg_price": None, "filled_at": None,
                                  "canceled_at": None}  # fmt: skip
        return fact.order.account, [self._frame("new", row)]

    def _traded(self, fact: Traded) -> tuple[str, list[str | bytes]]:
        held, done = self.stage.state.orders[fact.broker_order_id], fact.execution
        upto = held.fills[: next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id) + 1]
        filled = sum((each.quantity for each in upto), ZERO)
        paid = sum((each.quantity * each.price for each in upto), ZERO)
        whole = filled >= held.quantity
        row = self.records.order(held) | {
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
        return fact.account, [self._frame(_EVENTS[fact.status], self.records.order(held))]

    def _amended(self, fact: Amended) -> tuple[str, list[str | bytes]]:
        if not fact.new_id:
            return fact.account, []
        held = self.stage.state.orders[self.records.newest(fact.new_id)]
        return fact.account, [self._frame("replaced", self.records.past[fact.broker_order_id][1]),
                              self._frame("new", self.records.order(held))]  # fmt: skip

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
