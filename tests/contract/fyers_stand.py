"""Fyers' twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aiohttp.typedefs import Middleware

from bidwell.app.clock import WallClock
from bidwell.brokers.fyers import FyersBroker, FyersConfig, Login
from bidwell.brokers.fyers.config import HEARTBEAT
from bidwell.brokers.fyers.symbols import SymbolBook
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import Clock
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.fyers import FyersTwin
from bidwell.twins.fyers.words import order_id, venue_id_of
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from tests.contract.paper_stand import SeededEntropy

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
QUICK = StreamSettings(login=10.0, backoff_first=0.01, backoff_most=0.05, ping="ping", ping_every=0.05)
QUICK_PRICES = StreamSettings(login=10.0, backoff_first=0.01, backoff_most=0.05, ping=HEARTBEAT, ping_every=0.05)
FREE = Limits(Decimal(2000), 2000, 100)


@dataclass
class FyersStand:
    """`broker_contract.Stand` for Fyers."""

    server: TwinServer
    twin: FyersTwin
    config: FyersConfig
    account: Account
    clock: Clock = field(default_factory=WallClock)
    instrument: InstrumentId = ACME
    streams_only: bool = False

    @property
    def stage(self) -> Stage:
        return self.server.stage

    def broker(self, config: FyersConfig | None = None) -> FyersBroker:
        used = config or self.config
        return FyersBroker(used, Login(used, self.clock, 0.0), self.account, SymbolBook(), self.clock, SeededEntropy())

    def broker_with_bad_credentials(self) -> FyersBroker:
        return self.broker(replace(self.config, access_token="wrong.token.here"))

    def broker_without_server(self) -> FyersBroker:
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
        self.fault(MishapType.REJECT, code=code, text="RED:Margin Shortfall")

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
        self.fault(MishapType.REJECT, on=On.CANCEL, text="order cannot be cancelled")

    async def end_session(self) -> None:
        self.stage.kill("plain", 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.DAY,
                        "byhand1", Decimal(limit_price))  # fmt: skip
        self.stage.publish(self.stage.submit("plain", ticket))
        return BrokerOrderId(order_id(self.stage.state.named["plain", ticket.client_order_id].broker_order_id))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(venue_id_of(theirs), Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(venue_id_of(theirs), OrderStatus.EXPIRED, "by hand")

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
async def fyers_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[FyersStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock())
    twin = FyersTwin(stage)
    server = TwinServer(stage, twin, middlewares=middlewares)
    await server.start()
    config = FyersConfig(
        FIELDS["app_id"], FIELDS["app_secret"], "http://127.0.0.1/back", twin.records.make_token("plain"),
        product=Product.INTRADAY, environment="twin", twin=server.url, orders=QUICK, prices=QUICK_PRICES,
        answer_timeout=2.0, patience=0.5, settle=0.01, lag=(0.01, 0.05, 0.2), rate=FREE,
    )  # fmt: skip
    account = Account(AccountId("acc_plain"), "Plain", "fyers", FIELDS["fy_id"], "INR")
    try:
        yield FyersStand(server, twin, replace(config, **changes), account)
    finally:
        await server.stop()
        await asyncio.sleep(0)
