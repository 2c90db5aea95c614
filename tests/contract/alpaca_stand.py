"""Alpaca's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.alpaca import AlpacaBroker, AlpacaConfig
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Scenario, Stage
from bidwell.twins.alpaca import AlpacaTwin
from bidwell.twins.alpaca.words import order_uuid
from bidwell.twins.scenario import Listed, Person
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, QUICK, TwinStand, serving

SYMBOL = "ACME"
ACME = InstrumentId("ACME.XNAS")
FIELDS = {"key_id": "PKTEST0001", "secret_key": "test-secret"}
SCENARIO = Scenario(
    accounts=(
        Person("plain", Decimal(100_000), FIELDS),
        Person("other", Decimal(5_000), {"key_id": "PKTEST0002", "secret_key": "other-secret"}),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), "Acme Corporation", exchange="NASDAQ"),
        Listed("BRK.B", Decimal(469), Decimal(470), "Berkshire Hathaway", exchange="NYSE"),
        Listed("BTC/USD", Decimal(97_990), Decimal(98_010), "Bitcoin", "crypto", "CRYPTO", lot=Decimal("0.000000001"),
               quantity=Decimal(5)),
        Listed("ACME310117C00100000", Decimal("5.10"), Decimal("5.20"), "", "option", multiplier=Decimal(100),
               underlying=SYMBOL, expiry=date(2031, 1, 17), strike=Decimal(100)),
    ),
)  # fmt: skip


@dataclass
class AlpacaStand(TwinStand[AlpacaConfig]):
    """`broker_contract.Stand` for Alpaca."""

    symbol = SYMBOL
    wrong: ClassVar = {"secret_key": "wrong"}
    poor = "insufficient buying power"
    kept = "order is not cancelable"
    resting = TimeInForce.GTC
    by_hand = "7f6d1a52-04c2-4f6e-8d4c-6ab8a7c7b111"

    def broker(self, config: AlpacaConfig | None = None) -> AlpacaBroker:
        return AlpacaBroker(config or self.config, self.account, SymbolBook(), WallClock(), SeededEntropy())

    def order_id(self, order: VenueOrder) -> str:
        return order_uuid(order.broker_order_id)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return f"P{int(theirs.rpartition('-')[2], 16):08d}"


@asynccontextmanager
async def alpaca_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[AlpacaStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock(), renew_ids=True)
    account = Account(AccountId("acc_plain"), "Plain", "alpaca", "plain", "USD")
    async with serving(stage, AlpacaTwin(stage), middlewares) as server:
        config = AlpacaConfig(FIELDS["key_id"], FIELDS["secret_key"], "twin", server.url, stream=QUICK,
                              answer_timeout=2.0, patience=0.5, rate=FREE)  # fmt: skip
        yield AlpacaStand(server, replace(config, **changes), account, ACME)
