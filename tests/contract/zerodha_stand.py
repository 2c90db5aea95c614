"""Zerodha's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.transport.indian import Product
from bidwell.brokers.zerodha import ZerodhaBroker, ZerodhaConfig
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.zerodha import ZerodhaTwin
from bidwell.twins.zerodha.words import order_id, venue_id
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, QUICK, TwinStand, serving

SYMBOL = "ACME"
ACME = InstrumentId("ACME.XNSE")
FIELDS = {"api_key": "kitetest0001", "api_secret": "testsecret0001"}
NICKEL = Decimal("0.05")
NEXT = date(2031, 1, 30)
SCENARIO = Scenario(
    accounts=(
        Person("AB1234", Decimal(100_000), FIELDS, "INR"),
        Person("CD5678", Decimal(5_000), {"api_key": "kitetest0002", "api_secret": "testsecret0002"}, "INR"),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "ACME INDUSTRIES", exchange="NSE", currency="INR", tick=NICKEL,
               extra={"token": "408065"}),
        Listed("SBIN", Decimal(829), Decimal(830), "STATE BANK OF INDIA", exchange="BSE", currency="INR", tick=NICKEL),
        Listed("NIFTY 50", Decimal(25_000), Decimal(25_000), "NIFTY 50", exchange="NSE", currency="INR", tick=NICKEL,
               extra={"token": "256265", "index": "yes"}),
        Listed("NIFTY31JANFUT", Decimal(25_100), Decimal(25_101), "NIFTY", "future", "NFO", "INR", NICKEL, Decimal(75),
               underlying="NIFTY", expiry=NEXT),
        Listed("NIFTY31JAN25000CE", Decimal(310), Decimal("310.50"), "NIFTY", "option", "NFO", "INR", NICKEL, Decimal(75),
               underlying="NIFTY", expiry=NEXT, strike=Decimal(25_000)),
    ),
)  # fmt: skip


@dataclass
class ZerodhaStand(TwinStand[ZerodhaConfig]):
    """`broker_contract.Stand` for Zerodha."""

    twin: ZerodhaTwin
    masters: Masters = field(default_factory=Masters)

    symbol = SYMBOL
    owner = "AB1234"
    wrong: ClassVar = {"access_token": "wrong"}
    poor = "Insufficient funds. Required margin is 1000.00 but available margin is 0.00."
    kept = "order is not cancelable"
    by_hand = "HAND"

    def broker(self, config: ZerodhaConfig | None = None) -> ZerodhaBroker:
        return ZerodhaBroker(config or self.config, self.account, self.masters, WallClock(), SeededEntropy())

    def renewed(self) -> ZerodhaConfig:
        """The config with a login of now, by the market's clock."""
        return self.changed(access_token=self.twin.issue(self.owner), logged_in_at=self.stage.market.now())

    def order_id(self, order: VenueOrder) -> str:
        return order_id(order)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return venue_id(theirs)

    def desk_id(self, client_order_id: str) -> str:
        return client_order_id.partition("_")[0]


@asynccontextmanager
async def zerodha_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[ZerodhaStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock())
    twin = ZerodhaTwin(stage)
    account = Account(AccountId("acc_plain"), "Plain", "zerodha", "AB1234", "INR")
    async with serving(stage, twin, middlewares) as server:
        config = ZerodhaConfig(
            FIELDS["api_key"], FIELDS["api_secret"], twin.issue("AB1234"), WallClock().now(), "twin", Product.INTRADAY,
            server.url, stream=QUICK, answer_timeout=2.0, patience=0.5, settling=0.05, order_rate=FREE, read_rate=FREE,
            quote_rate=FREE, history_rate=FREE,
        )  # fmt: skip
        yield ZerodhaStand(server, replace(config, **changes), account, ACME, twin)
