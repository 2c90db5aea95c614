"""Alpaca's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.alpaca import AlpacaBroker, AlpacaConfig
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.alpaca import AlpacaTwin
from bidwell.twins.alpaca.words import order_uuid
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from tests.contract.paper_stand import SeededEntropy

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
        Listed("ACME270115C00100000", Decimal("5.10"), Decimal("5.20"), "", "option", multiplier=Decimal(100),
               underlying=SYMBOL, expiry=date(2027, 1, 15), strike=Decimal(100)),
    ),
)  # fmt: skip
QUICK = StreamSettings(heartbeat=10.0, login=10.0, backoff_first=0.01, backoff_most=0.05)


@dataclass
class AlpacaStand:
    """`broker_contract.Stand` for Alpaca."""

    server: TwinServer
    config: AlpacaConfig
    account: Account
    instrument: InstrumentId = ACME
    streams_only: bool = False

    @property
    def stage(self) -> Stage:
        return self.server.stage

    def broker(self, config: AlpacaConfig | None = None) -> AlpacaBroker:
        return AlpacaBroker(config or self.config, self.account, SymbolBook(), WallClock(), SeededEntropy())

    def broker_with_bad_credentials(self) -> AlpacaBroker:
        return self.broker(replace(self.config, secret_key="wrong"))

    def broker_without_server(self) -> AlpacaBroker:
        return self.broker(replace(self.config, twin="http://127.0.0.1:1"))

    async def quote(self, bid: str, ask: str, quantity: str = "100000") -> None:
        self.stage.quote(SYMBOL, Decimal(bid), Decimal(ask), Decimal(quantity))

    async def close_market(self) -> None:
        self.stage.put_forward(timedelta(days=1))

    async def lose_next_ack(self) -> None:
        self.fault(MishapType.TIMEOUT, silent=True)

    async def accept_next_late(self, seconds: float) -> None:
        self.fault(MishapType.LATE, seconds=seconds)

    async def reject_next(self, code: str) -> None:
        self.fault(MishapType.REJECT, code=code, text="insufficient buying power")

    async def reject_next_later(self) -> None:
        self.fault(MishapType.REJECTED_LATER, seconds=0.02)

    async def say_next_twice(self) -> None:
        self.fault(MishapType.DUPLICATE)

    async def reorder_next(self) -> None:
        self.fault(MishapType.REORDER)

    async def fill_next_in_part(self, fraction: str) -> None:
        self.fault(MishapType.PARTIAL, fraction=Decimal(fraction), seconds=0.05)

    async def garble_next(self) -> None:
        self.fault(MishapType.MALFORMED)

    async def break_on_next(self, *, processed: bool) -> None:
        self.fault(MishapType.DISCONNECT, processed=processed)

    async def fall_silent(self, seconds: float) -> None:
        self.fault(MishapType.MUTE, seconds=seconds)

    async def throttle_next(self, seconds: float) -> None:
        self.fault(MishapType.THROTTLE, seconds=seconds)

    async def fail_next(self, *, processed: bool) -> None:
        self.fault(MishapType.ERROR, processed=processed, status=502)

    async def answer_next_unreadably(self) -> None:
        self.fault(MishapType.GARBAGE)

    async def refuse_next_cancel(self) -> None:
        self.fault(MishapType.REJECT, on=On.CANCEL, text="order is not cancelable")

    async def end_session(self) -> None:
        self.stage.kill("plain", 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.GTC,
                        "7f6d1a52-04c2-4f6e-8d4c-6ab8a7c7b111", Decimal(limit_price))  # fmt: skip
        outcomes = self.stage.submit("plain", ticket)
        self.stage.publish(outcomes)
        return BrokerOrderId(order_uuid(self.stage.state.named["plain", ticket.client_order_id].broker_order_id))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(f"P{int(theirs.rpartition('-')[2], 16):08d}", Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(f"P{int(theirs.rpartition('-')[2], 16):08d}", OrderStatus.EXPIRED, "by hand")

    async def submissions(self, name: ClientOrderId) -> int:
        return int(self._books()["submissions"].get(name, 0))

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in self._books()["orders"] if order["client_order_id"] == name)

    def _books(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()["plain"]
        return book

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        self.stage.set_script(Script((Mishap(mishap, **more),)))


@asynccontextmanager
async def alpaca_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[AlpacaStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock(), renew_ids=True)
    server = TwinServer(stage, AlpacaTwin(stage), middlewares=middlewares)
    await server.start()
    config = AlpacaConfig(FIELDS["key_id"], FIELDS["secret_key"], "twin", server.url, stream=QUICK, answer_timeout=2.0,
                          patience=0.5, rate=Limits(Decimal(2000), 2000, 100))  # fmt: skip
    account = Account(AccountId("acc_plain"), "Plain", "alpaca", "plain", "USD")
    try:
        yield AlpacaStand(server, replace(config, **changes), account)
    finally:
        await server.stop()
        await asyncio.sleep(0)
