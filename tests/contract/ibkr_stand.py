"""A Gateway's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from bidwell.app.clock import WallClock
from bidwell.brokers.ibkr import IbkrBroker, IbkrConfig, Link
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.model.account import Account
from bidwell.model.futures import contract_symbol, product
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.ibkr import GatewayServer, IbkrTwin
from bidwell.twins.ibkr.dialect import login
from bidwell.twins.ibkr.session import owner
from bidwell.twins.ibkr.words import permanent_id, venue_id
from bidwell.twins.scenario import Listed, Person
from bidwell.twins.stage import ORDERS
from tests.contract.broker_stand import NotOfferedError
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, QUICK, TwinStand

ACME = InstrumentId("ACME.XNAS")
YEAR = WallClock().now().year + 1
CRUDE = contract_symbol("CL", YEAR, 12)
CALL = "ACME270115C00100000"
SCENARIO = Scenario(
    accounts=(
        Person("DU100", Decimal(100_000), login("DU100")),
        Person("DU200", Decimal(5_000), login("DU200"), fee=Decimal("0.35")),
    ),
    instruments=(
        Listed("ACME", Decimal("99.90"), Decimal("100.00"), "ACME CORP", exchange="NASDAQ"),
        Listed("BRK B", Decimal(469), Decimal(470), "BERKSHIRE HATHAWAY INC-CL B", exchange="NYSE"),
        Listed("DARK", Decimal(9), Decimal(10), "DARK MARKETS", exchange="NYSE", extra={"market_data": "none"}),
        Listed("VOD", Decimal(9), Decimal(10), "VODAFONE GROUP", exchange="LSE", currency="GBP"),
        Listed(CRUDE, Decimal("70.10"), Decimal("70.12"), "Crude Oil", "future", "NYMEX", multiplier=Decimal(1000),
               underlying="CL", expiry=product("CL").last_day(YEAR, 12), extra={"month": f"{YEAR}12"}),
        Listed(CALL, Decimal("5.10"), Decimal("5.20"), "ACME Jan15'27 100 CALL", "option", "NASDAQ", multiplier=Decimal(100),
               underlying="ACME", expiry=date(2027, 1, 15), strike=Decimal(100)),
    ),
)  # fmt: skip
PACE = replace(QUICK, ping=b"49\x001\x00", ping_every=0.15, silence=0.5)


@dataclass
class IbkrStand(TwinStand[IbkrConfig]):
    """`broker_contract.Stand` for Interactive Brokers."""

    twin: IbkrTwin

    symbol = "ACME"
    owner = "DU100"
    wrong: ClassVar = {"account": "DU900"}
    poor = "available funds are insufficient"
    kept = "the exchange did not cancel it"
    resting = TimeInForce.GTC
    by_hand = ""

    def broker(self, config: IbkrConfig | None = None, link: Link | None = None) -> IbkrBroker:
        return IbkrBroker(config or self.config, self.account, SymbolBook(), WallClock(), SeededEntropy(), link)

    def broker_without_server(self) -> IbkrBroker:
        return self.broker(self.changed(port=1))

    def order_id(self, order: VenueOrder) -> str:
        return str(permanent_id(order.broker_order_id))

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return venue_id(int(theirs))

    def desk_id(self, client_order_id: str) -> str:
        return client_order_id.partition("-")[0]

    async def end_session(self) -> None:
        self.stage.kill("", 3600)

    def say(self, *messages: bytes) -> None:
        """Let the Gateway say something to the desk."""
        self.stage.lines.tell(owner(self.config.client_id), messages, ORDERS)

    # An order is answered by no message of its own: these have nothing that they could strike.

    async def throttle_next(self, seconds: float) -> None:
        raise NotOfferedError

    async def fail_next(self, *, processed: bool) -> None:
        raise NotOfferedError

    async def answer_next_unreadably(self) -> None:
        raise NotOfferedError


@asynccontextmanager
async def ibkr_stand(*, listed: Sequence[Listed] = (), **changes: Any) -> AsyncIterator[IbkrStand]:  # noqa: ANN401 - fields of several types
    """A Gateway that is logged in for two accounts; `listed` is listed there too."""
    stage = Stage(Scenario(SCENARIO.accounts, (*SCENARIO.instruments, *listed)), WallClock())
    twin = IbkrTwin(stage)
    server = GatewayServer(stage, twin)
    await server.start()
    config = IbkrConfig("DU100", "127.0.0.1", server.port, 0, "twin", stream=PACE, answer_timeout=2.0, patience=2.0, fee_wait=0.3,
                        rate=FREE, history_rate=FREE)  # fmt: skip
    account = Account(AccountId("acc_ibkr"), "IBKR", "ibkr", "DU100", "USD")
    try:
        yield IbkrStand(server, replace(config, **changes), account, ACME, twin)
    finally:
        await server.stop()
        await asyncio.sleep(0)
