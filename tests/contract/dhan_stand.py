"""Dhan's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.dhan import DhanBroker, DhanConfig, Login
from bidwell.brokers.dhan.config import Rates
from bidwell.brokers.dhan.symbols import SymbolBook
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import Clock
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.dhan import DhanTwin
from bidwell.twins.dhan.words import order_id, venue_id_of
from bidwell.twins.scenario import Listed, Person
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, QUICK, TwinStand, serving

SYMBOL = "ACME"
ACME = InstrumentId("ACME.XNSE")
SECURITY = "1333"
FIELDS = {"client_id": "1000000001", "access_token": "test-access-token-1", "pin": "123456",
          "totp_secret": "JBSWY3DPEHPK3PXP"}  # fmt: skip
EXPIRY = date(2027, 1, 28)
SCENARIO = Scenario(
    accounts=(
        Person("plain", Decimal(100_000), FIELDS, "INR"),
        Person("other", Decimal(5_000), {"client_id": "1000000002", "access_token": "test-access-token-2"}, "INR"),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "Acme Industries", exchange="NSE", currency="INR",
               extra={"security_id": SECURITY}),
        Listed("GRAND", Decimal("130000.05"), Decimal("130000.15"), "Grand Tyres", exchange="BSE", currency="INR",
               tick=Decimal("0.05"), extra={"security_id": "500290"}),
        Listed("NIFTY-Jan2027-FUT", Decimal(26000), Decimal(26002), "NIFTY JAN FUT", "future", "NSE", "INR",
               Decimal("0.10"), Decimal(75), underlying="NIFTY", expiry=EXPIRY,
               extra={"security_id": "49081", "index": "yes"}),
        Listed("NIFTY-Jan2027-26000-CE", Decimal(310), Decimal("310.40"), "NIFTY 28 JAN 26000 CALL", "option", "NSE",
               "INR", Decimal("0.05"), Decimal(75), underlying="NIFTY", expiry=EXPIRY, strike=Decimal(26000),
               extra={"security_id": "49090", "index": "yes"}),
    ),
)  # fmt: skip


@dataclass
class DhanStand(TwinStand[DhanConfig]):
    """`broker_contract.Stand` for Dhan."""

    twin: DhanTwin
    clock: Clock = field(default_factory=WallClock)

    symbol = SYMBOL
    wrong: ClassVar = {"access_token": "wrong"}
    poor = "Insufficient Funds"
    kept = "Order can not be cancelled"

    def broker(self, config: DhanConfig | None = None) -> DhanBroker:
        used = config or self.config
        return DhanBroker(used, Login(used, self.clock, 0.0), self.account, SymbolBook(), self.clock, SeededEntropy())

    def order_id(self, order: VenueOrder) -> str:
        return order_id(order.broker_order_id)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return venue_id_of(theirs)


@asynccontextmanager
async def dhan_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[DhanStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock())
    twin = DhanTwin(stage)
    account = Account(AccountId("acc_plain"), "Plain", "dhan", "1000000001", "INR")
    async with serving(stage, twin, middlewares) as server:
        config = DhanConfig(
            FIELDS["client_id"], FIELDS["access_token"], product=Product.INTRADAY, environment="twin", twin=server.url,
            stream=QUICK, answer_timeout=2.0, patience=0.5, settle=0.01, lag=(0.01, 0.05, 0.2),
            rates=Rates(FREE, FREE, FREE, FREE),
        )  # fmt: skip
        yield DhanStand(server, replace(config, **changes), account, ACME, twin)
