"""TopstepX's twin in the tests' hands: in this process, reached over its sockets by the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.topstepx import TopstepxBroker, TopstepxConfig, TopstepxMarket, User
from bidwell.brokers.topstepx.hub import PING
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import StreamSettings
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.topstepx import TopstepxTwin
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, TwinStand, serving

NUMBER = "465"
SYMBOL = "CON.F.US.MCLE.F28"
OIL = InstrumentId("MCLF8.XNYM")
FIELDS = {"user_name": "tester", "api_key": "test-key", "account": "PRAC-V2-465"}
SCENARIO = Scenario(
    accounts=(
        Person(NUMBER, Decimal(100_000), FIELDS, leverage=Decimal(100)),
        Person("466", Decimal(50_000), FIELDS | {"account": "50KTC-V2-466"}, leverage=Decimal(100), fee=Decimal("0.37")),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "Micro Crude Oil: January 2028", "future",
               multiplier=Decimal(100), underlying="MCL", expiry=date(2027, 12, 17)),
        Listed("CON.F.US.EP.Z27", Decimal("6800.00"), Decimal("6800.25"), "E-Mini S&P 500: December 2027", "future",
               tick=Decimal("0.25"), multiplier=Decimal(50), underlying="ES", expiry=date(2027, 12, 17)),
        Listed("CON.F.US.JY6.Z27", Decimal("0.0065000"), Decimal("0.0065005"), "Japanese Yen: December 2027", "future",
               tick=Decimal("0.0000005"), multiplier=Decimal(12_500_000), underlying="6J", expiry=date(2027, 12, 13)),
    ),
)  # fmt: skip
QUICK = StreamSettings(login=10.0, backoff_first=0.01, backoff_most=0.05, ping=PING, ping_every=15.0, silence=30.0)


@dataclass
class TopstepxStand(TwinStand[TopstepxConfig]):
    """`broker_contract.Stand` for TopstepX."""

    book: SymbolBook = field(default_factory=SymbolBook)

    symbol = SYMBOL
    owner = NUMBER
    wrong: ClassVar = {"api_key": "wrong"}
    poor = "Insufficient margin."
    kept = "The order cannot be cancelled."
    by_hand = ""

    def broker(self, config: TopstepxConfig | None = None) -> TopstepxBroker:
        wanted = config or self.config
        return TopstepxBroker(wanted, self.account, self.user(wanted), self.book, WallClock())

    def user(self, config: TopstepxConfig | None = None) -> User:
        return User(config or self.config, WallClock(), SeededEntropy())

    def market(self) -> TopstepxMarket:
        return TopstepxMarket(self.config, self.user().login, self.book, WallClock(), asyncio.get_running_loop().time)

    async def market_token(self) -> str:
        """A token of the twin's making."""
        market = self.market()
        market.open()
        try:
            return await market.client.token()
        finally:
            await market.close()

    def order_id(self, order: VenueOrder) -> str:
        return str(order.number)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return f"P{int(theirs):08d}"


@asynccontextmanager
async def topstepx_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[TopstepxStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts of one user."""
    stage = Stage(SCENARIO, WallClock())
    account = Account(AccountId("acc_plain"), "Plain", "topstepx", NUMBER, "USD")
    async with serving(stage, TopstepxTwin(stage), middlewares) as server:
        config = TopstepxConfig(FIELDS["user_name"], FIELDS["api_key"], FIELDS["account"], "twin", server.url,
                                stream=QUICK, answer_timeout=2.0, patience=0.5, rate=FREE)  # fmt: skip
        yield TopstepxStand(server, replace(config, **changes), account, OIL)
