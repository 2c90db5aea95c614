"""Tradovate's twin in the tests' hands: in this process, reached over its sockets by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import structs

from bidwell.app.clock import WallClock
from bidwell.brokers.tradovate import TradovateBroker, TradovateConfig
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.brokers.transport import StreamSettings
from bidwell.engine.ports import SessionLife
from bidwell.model.account import Account
from bidwell.model.futures import contract_symbol, product
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.model.terms import Side, TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.tradovate import TradovateTwin
from bidwell.twins.tradovate.dialect import login
from tests.contract.broker_stand import until
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, TwinStand, serving

YEAR = WallClock().now().year + 1
SYMBOL = contract_symbol("CL", YEAR, 12)
CRUDE = InstrumentId(f"{SYMBOL}.XNYM")
LATER = contract_symbol("CL", YEAR + 1, 12)
MICRO = contract_symbol("MES", YEAR, 12)


def crude(symbol: str, year: int) -> Listed:
    return Listed(symbol, Decimal("99.90"), Decimal("100.00"), "Crude Oil", "future", "NYMEX", multiplier=Decimal(1000),
                  underlying="CL", expiry=product("CL").last_day(year, 12), extra={"month": f"{year}12"})  # fmt: skip


SCENARIO = Scenario(
    accounts=(
        Person("DEMO1", Decimal(100_000), login("DEMO1"), leverage=Decimal(1000)),
        Person("DEMO2", Decimal(5_000), login("DEMO2"), leverage=Decimal(1000)),
        Person("POOR1", Decimal(5_000), login("POOR1", "poor", market_data="none"), leverage=Decimal(1000)),
    ),
    instruments=(
        crude(SYMBOL, YEAR), crude(LATER, YEAR + 1),
        Listed(MICRO, Decimal("6905.25"), Decimal("6905.50"), "Micro E-Mini S&P 500", "future", "CME", tick=Decimal("0.25"),
               multiplier=Decimal(5), underlying="MES", expiry=product("MES").last_day(YEAR, 12)),
    ),
)  # fmt: skip
QUICK = StreamSettings(heartbeat=10.0, login=10.0, backoff_first=0.01, backoff_most=0.05, ping="[]", ping_every=0.5)


@dataclass
class TradovateStand(TwinStand[TradovateConfig]):
    """`broker_contract.Stand` for Tradovate."""

    twin: TradovateTwin
    made: TradovateBroker | None = None

    symbol = SYMBOL
    owner = "DEMO1"
    wrong: ClassVar = {"password": "wrong"}
    poor = "not enough margin"
    kept = "the exchange did not cancel it"
    resting = TimeInForce.GTC
    by_hand = ""

    def broker(self, config: TradovateConfig | None = None) -> TradovateBroker:
        self.made = TradovateBroker(config or self.config, self.account, SymbolBook(), WallClock(), SeededEntropy())
        return self.made

    def order_id(self, order: VenueOrder) -> str:
        return number_of(order.broker_order_id)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return f"P{int(theirs) - 900_000:08d}"

    def desk_id(self, client_order_id: str) -> str:
        return client_order_id.partition("-")[0]

    async def end_session(self) -> None:
        await super().end_session()
        self.stage.kill("DEMO2", 3600)

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        number = await super().place_by_hand(side, quantity, limit_price)
        made = self.made
        if made is not None and made.report().state.life is SessionLife.ACTIVE and self.config.recheck:
            # Between two reads by REST a report is what the stream told: it tells of this order in a moment.
            await until(lambda: made.accepted_before(number), "the stream tells of it")
        return number


def number_of(venue_id: str) -> BrokerOrderId:
    return BrokerOrderId(str(900_000 + int(venue_id[1:])))


@asynccontextmanager
async def tradovate_stand(
    *,
    lifetime: float = 5400.0,
    ends_in: int = 0,
    points: str = "",
    **changes: Any,  # noqa: ANN401 - fields of several types
) -> AsyncIterator[TradovateStand]:
    """A twin with two accounts of one login, and one of another that has no market data.

    A session lives for `lifetime` seconds; the contract ends `ends_in` days from now, and a point of it is worth `points`,
    where that is said.
    """
    listed = SCENARIO.instruments[0]
    if ends_in:
        listed = structs.replace(listed, expiry=WallClock().now().date() + timedelta(days=ends_in))
    if points:
        listed = structs.replace(listed, multiplier=Decimal(points))
    scenario = structs.replace(SCENARIO, instruments=(listed, *SCENARIO.instruments[1:]))
    stage = Stage(scenario, WallClock())
    twin = TradovateTwin(stage, lifetime)
    given = login("DEMO1")
    account = Account(AccountId("acc_demo"), "Demo", "tradovate", "DEMO1", "USD")
    async with serving(stage, twin) as server:
        config = TradovateConfig(given["name"], given["password"], int(given["cid"]), given["sec"], "DEMO1", "twin",
                                 server.url, stream=QUICK, answer_timeout=2.0, patience=0.5, rate=FREE,
                                 lifetime=lifetime, login_pause=0.0, refused_pause=0.05, renew_again=0.05)  # fmt: skip
        yield TradovateStand(server, replace(config, **changes), account, CRUDE, twin)
