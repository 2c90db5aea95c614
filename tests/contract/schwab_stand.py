"""Schwab's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.schwab import Login, SchwabBroker, SchwabConfig, User
from bidwell.brokers.schwab.broker.matching import DeskOrders
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.engine.ports import Clock
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.schwab import SchwabTwin
from bidwell.twins.schwab.records import PREFIX
from bidwell.twins.schwab.words import order_id, venue_id_of
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, QUICK, TwinStand, serving

SYMBOL = "ACME"
ACME = InstrumentId("ACME.XNAS")
BACK = "https://127.0.0.1"
FIELDS = {"app_key": "TESTAPPKEY", "app_secret": "TESTSECRET", "callback_url": BACK, "account": "12345678",
          "auth_code": "test-auth-code"}  # fmt: skip
OPTION = "ACME  270115C00100000"
SCENARIO = Scenario(
    accounts=(
        Person("plain", Decimal(100_000), FIELDS),
        Person("second", Decimal(5_000), FIELDS | {"account": "12345679"}),
        Person("other", Decimal(5_000), {"app_key": "OTHERAPPKEY", "app_secret": "OTHER", "callback_url": BACK,
                                         "account": "87654321"}),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "ACME CORP", exchange="NASDAQ"),
        Listed("BRK/B", Decimal(469), Decimal(470), "BERKSHIRE HATHAWAY", exchange="NYSE"),
        Listed("SPY", Decimal("580.10"), Decimal("580.12"), "SPDR S&P 500", exchange="NYSE Arca",
               extra={"asset": "ETF"}),
        Listed(OPTION, Decimal("5.10"), Decimal("5.20"), "", "option", multiplier=Decimal(100), underlying=SYMBOL,
               expiry=date(2027, 1, 15), strike=Decimal(100)),
    ),
)  # fmt: skip


@dataclass
class SchwabStand(TwinStand[SchwabConfig]):
    """`broker_contract.Stand` for Schwab; an order has no id of ours there, so all that came over the interface count."""

    twin: SchwabTwin
    clock: Clock = field(default_factory=WallClock)

    symbol = SYMBOL
    wrong: ClassVar = {"refresh_token": "wrong", "access_token": "ended"}
    poor = "Insufficient funds"
    kept = "it is being worked"
    resting = TimeInForce.GTC

    def broker(self, config: SchwabConfig | None = None, desk: DeskOrders | None = None) -> SchwabBroker:
        used = config or self.config
        return SchwabBroker(used, self.account, self.user(used), SymbolBook(), self.clock, desk)

    def user(self, config: SchwabConfig | None = None) -> User:
        used = config or self.config
        return User(used, Login(used, self.clock, 0.0), self.clock, SeededEntropy())

    def order_id(self, order: VenueOrder) -> str:
        return str(order_id(order.broker_order_id))

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return venue_id_of(theirs)

    async def submissions(self, name: ClientOrderId) -> int:
        assert name
        return sum(count for said, count in self._book()["submissions"].items() if said.startswith(PREFIX))

    async def orders_under(self, name: ClientOrderId) -> int:
        assert name
        return sum(1 for order in self._book()["orders"] if order["client_order_id"].startswith(PREFIX))


@asynccontextmanager
async def schwab_stand(
    *,
    middlewares: Sequence[Middleware] = (),
    listed: Sequence[Listed] = (),
    **changes: Any,  # noqa: ANN401 - fields of several types
) -> AsyncIterator[SchwabStand]:
    """A twin with two accounts of one login and one of another; `listed` is listed there too."""
    clock = WallClock()
    scenario = Scenario(SCENARIO.accounts, (*SCENARIO.instruments, *listed))
    stage = Stage(scenario, clock, renew_ids=True)
    twin = SchwabTwin(stage)
    tokens = twin.records.login(FIELDS["app_key"])
    account = Account(AccountId("acc_plain"), "Plain", "schwab", FIELDS["account"], "USD")
    async with serving(stage, twin, middlewares) as server:
        config = SchwabConfig(
            FIELDS["app_key"], FIELDS["app_secret"], BACK, FIELDS["account"], tokens["refresh_token"], clock.now(),
            tokens["access_token"], clock.now() + timedelta(minutes=30), "twin", server.url, stream=QUICK,
            answer_timeout=2.0, patience=0.5, gather=0.0, lag=(0.01, 0.05, 0.2), again=0.05, rate=FREE,
        )  # fmt: skip
        yield SchwabStand(server, replace(config, **changes), account, ACME, twin)
