"""Fyers' twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.fyers import FyersBroker, FyersConfig, Login
from bidwell.brokers.fyers.config import HEARTBEAT
from bidwell.brokers.fyers.symbols import SymbolBook
from bidwell.brokers.transport import StreamSettings
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import Clock
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.fyers import FyersTwin
from bidwell.twins.fyers.words import order_id, venue_id_of
from bidwell.twins.scenario import Listed, Person
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, TwinStand, serving

SYMBOL = "NSE:ACME-EQ"
ACME = InstrumentId("ACME.XNSE")
FIELDS = {"fy_id": "XA00001", "app_id": "TESTAPP1-100", "app_secret": "TESTSECRET", "pin": "1234",
          "auth_code": "test-auth-code"}  # fmt: skip
EXPIRY = date(2027, 1, 28)
SCENARIO = Scenario(
    accounts=(
        Person("plain", Decimal(100_000), FIELDS, "INR"),
        Person("other", Decimal(5_000), {"fy_id": "XA00002", "app_id": "TESTAPP2-100", "app_secret": "OTHER"}, "INR"),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "ACME INDUSTRIES LTD", exchange="NSE", currency="INR",
               extra={"token": "1333"}),
        Listed("BSE:GRAND-A", Decimal("130000.05"), Decimal("130000.15"), "GRAND TYRES", exchange="BSE", currency="INR",
               tick=Decimal("0.05"), extra={"token": "500290"}),
        Listed("NSE:NIFTY27JANFUT", Decimal(26000), Decimal(26002), "NIFTY 28 Jan 27 FUT", "future", "NSE", "INR",
               Decimal("0.10"), Decimal(75), underlying="NIFTY", expiry=EXPIRY, extra={"token": "49081"}),
        Listed("NSE:NIFTY27JAN26000CE", Decimal(310), Decimal("310.40"), "NIFTY 28 Jan 27 26000 CE", "option", "NSE",
               "INR", Decimal("0.05"), Decimal(75), underlying="NIFTY", expiry=EXPIRY, strike=Decimal(26000),
               extra={"token": "49090"}),
    ),
)  # fmt: skip
QUICK_ORDERS = StreamSettings(login=10.0, backoff_first=0.01, backoff_most=0.05, ping="ping", ping_every=0.05)
QUICK_PRICES = StreamSettings(login=10.0, backoff_first=0.01, backoff_most=0.05, ping=HEARTBEAT, ping_every=0.05)


@dataclass
class FyersStand(TwinStand[FyersConfig]):
    """`broker_contract.Stand` for Fyers."""

    twin: FyersTwin
    clock: Clock = field(default_factory=WallClock)

    symbol = SYMBOL
    wrong: ClassVar = {"access_token": "wrong.token.here"}
    poor = "RED:Margin Shortfall"
    kept = "order cannot be cancelled"
    by_hand = "byhand{}"

    def broker(self, config: FyersConfig | None = None) -> FyersBroker:
        used = config or self.config
        return FyersBroker(used, Login(used, self.clock, 0.0), self.account, SymbolBook(), self.clock, SeededEntropy())

    def order_id(self, order: VenueOrder) -> str:
        return order_id(order.broker_order_id)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return venue_id_of(theirs)


@asynccontextmanager
async def fyers_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[FyersStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock())
    twin = FyersTwin(stage)
    account = Account(AccountId("acc_plain"), "Plain", "fyers", FIELDS["fy_id"], "INR")
    async with serving(stage, twin, middlewares) as server:
        config = FyersConfig(
            FIELDS["app_id"], FIELDS["app_secret"], "http://127.0.0.1/back", twin.records.make_token("plain"),
            product=Product.INTRADAY, environment="twin", twin=server.url, orders=QUICK_ORDERS, prices=QUICK_PRICES,
            answer_timeout=2.0, patience=0.5, settle=0.01, lag=(0.01, 0.05, 0.2), rate=FREE,
        )  # fmt: skip
        yield FyersStand(server, replace(config, **changes), account, ACME, twin)
