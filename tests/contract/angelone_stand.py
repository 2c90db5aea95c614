"""Angel One's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from bidwell.app.clock import WallClock
from bidwell.brokers.angelone import AngelBroker, AngelConfig, AngelFeed, AngelMarket, Library, Login
from bidwell.brokers.angelone.config import Gate
from bidwell.brokers.transport import StreamSettings
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import Clock
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.angelone import AngelTwin
from bidwell.twins.angelone.words import order_id, venue_id
from bidwell.twins.scenario import Listed, Person
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, TwinStand, serving

SYMBOL = "ACME-EQ"
ACME = InstrumentId("ACME.XNSE")
NIFTY = InstrumentId("NIFTY.XNSE")
CALL = InstrumentId("ACME301231C100.XNSE")
FUTURE = InstrumentId("ACME301231F.XNSE")
SENSEX_CALL = InstrumentId("SENSEX301231C80000.XBOM")
FIELDS = {
    "client_code": "A1001",
    "pin": "1234",
    "api_key": "testkey1",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
}
OTHER = FIELDS | {"client_code": "A1002", "pin": "4321"}
_END = date(2030, 12, 31)
_CENT = Decimal("0.05")
SCENARIO = Scenario(
    accounts=(Person("plain", Decimal(100_000), FIELDS, currency="INR"),
              Person("other", Decimal(5_000), OTHER, currency="INR")),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "ACME", exchange="NSE", currency="INR", tick=_CENT,
               extra={"token": "3045"}),
        Listed("ZINC-BE", Decimal("469.00"), Decimal("470.00"), "ZINC", exchange="NSE", currency="INR", tick=_CENT,
               extra={"token": "777"}),
        Listed("ACME", Decimal("99.80"), Decimal("100.10"), "ACME", exchange="BSE", currency="INR", tick=_CENT,
               extra={"token": "500001"}),
        Listed("Nifty 50", Decimal(26000), Decimal(26000), "NIFTY", exchange="NSE", currency="INR", tick=_CENT,
               extra={"token": "99926000", "type": "AMXIDX"}),
        Listed("ACME31DEC30100CE", Decimal("5.10"), Decimal("5.20"), "ACME", "option", "NFO", "INR", _CENT,
               lot=Decimal(75), underlying="ACME", expiry=_END, strike=Decimal(100), extra={"token": "54321"}),
        Listed("ACME31DEC30FUT", Decimal("101.00"), Decimal("101.10"), "ACME", "future", "NFO", "INR", _CENT,
               lot=Decimal(75), underlying="ACME", expiry=_END, extra={"token": "54399"}),
        Listed("SENSEX30D3180000CE", Decimal("410.00"), Decimal("411.00"), "SENSEX", "option", "BFO", "INR", _CENT,
               lot=Decimal(20), underlying="SENSEX", expiry=_END, strike=Decimal(80_000),
               extra={"token": "870001", "type": "OPTIDX"}),
    ),
)  # fmt: skip
QUICK = StreamSettings(heartbeat=10.0, login=10.0, backoff_first=0.01, backoff_most=0.05, ping="ping", ping_every=0.05,
                       silence=30.0)  # fmt: skip


@dataclass
class AngelStand(TwinStand[AngelConfig]):
    """`broker_contract.Stand` for Angel One."""

    twin: AngelTwin

    symbol = SYMBOL
    wrong: ClassVar = {"pin": "0000"}
    poor = "The order cannot be processed as the token is categorised under cautionary listings by the exchange."
    kept = "the exchange is being asked"

    def login(self, config: AngelConfig | None = None, clock: Clock | None = None) -> Login:
        return Login(config or self.config, clock or WallClock())

    def broker(self, config: AngelConfig | None = None, clock: Clock | None = None) -> AngelBroker:
        config, clock = config or self.config, clock or WallClock()
        return AngelBroker(config, self.account, Library(), self.login(config, clock), clock, SeededEntropy())

    def market(self, library: Library | None = None) -> AngelMarket:
        return AngelMarket(self.config, library or Library(), self.login(), WallClock())

    def feed(self, library: Library) -> AngelFeed:
        login = self.login()
        market = AngelMarket(self.config, library, login, WallClock())
        return AngelFeed(self.config, market, library, login, WallClock(), SeededEntropy())

    def order_id(self, order: VenueOrder) -> str:
        return order_id(order)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return venue_id(theirs)

    def desk_id(self, client_order_id: str) -> str:
        return client_order_id.partition("_")[0]


@asynccontextmanager
async def angelone_stand(clock: Clock | None = None, **changes: Any) -> AsyncIterator[AngelStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, clock or WallClock())
    twin = AngelTwin(stage)
    account = Account(AccountId("acc_plain"), "Plain", "angelone", "A1001", "INR")
    async with serving(stage, twin) as server:
        config = AngelConfig(FIELDS["client_code"], FIELDS["pin"], FIELDS["api_key"], FIELDS["totp_secret"],
                             Product.INTRADAY, "twin", server.url, answer_timeout=2.0, patience=0.5, lag=0.02,
                             minding=0.02, login_pause=0.02, longest_login_pause=0.02, rates=dict.fromkeys(Gate, FREE),
                             stream=QUICK)  # fmt: skip
        yield AngelStand(server, replace(config, **changes), account, ACME, twin)
