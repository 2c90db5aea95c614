"""Zerodha's twin in the tests' hands: in this process, reached over its socket by the adapter."""

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
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.brokers.transport.indian import Product
from bidwell.brokers.zerodha import ZerodhaBroker, ZerodhaConfig
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from bidwell.twins.zerodha import ZerodhaTwin
from bidwell.twins.zerodha.words import order_id, venue_id
from tests.contract.paper_stand import SeededEntropy

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
QUICK = StreamSettings(heartbeat=10.0, login=10.0, backoff_first=0.01, backoff_most=0.05)


@dataclass
class ZerodhaStand:
    """`broker_contract.Stand` for Zerodha."""

    server: TwinServer
    config: ZerodhaConfig
    account: Account
    masters: Masters = field(default_factory=Masters)
    instrument: InstrumentId = ACME
    streams_only: bool = False

    @property
    def stage(self) -> Stage:
        return self.server.stage

    @property
    def twin(self) -> ZerodhaTwin:
        dialect = self.stage.dialect
        assert isinstance(dialect, ZerodhaTwin)
        return dialect

    def broker(self, config: ZerodhaConfig | None = None) -> ZerodhaBroker:
        return ZerodhaBroker(config or self.config, self.account, self.masters, WallClock(), SeededEntropy())

    def renewed(self) -> ZerodhaConfig:
        """The config with a login of now, by the market's clock."""
        token = self.twin.issue("AB1234")
        return replace(self.config, access_token=token, logged_in_at=self.stage.market.now())

    def broker_with_bad_credentials(self) -> ZerodhaBroker:
        return self.broker(replace(self.config, access_token="wrong"))

    def broker_without_server(self) -> ZerodhaBroker:
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
        self.fault(
            MishapType.REJECT,
            code=code,
            text="Insufficient funds. Required margin is 1000.00 but available margin is 0.00.",
        )

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
        self.stage.kill("AB1234", 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.DAY,
                        "HAND", Decimal(limit_price))  # fmt: skip
        outcomes = self.stage.submit("AB1234", ticket)
        self.stage.publish(outcomes)
        return BrokerOrderId(order_id(self.stage.state.named["AB1234", ticket.client_order_id]))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(venue_id(theirs), Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(venue_id(theirs), OrderStatus.EXPIRED, "by hand")

    async def submissions(self, name: ClientOrderId) -> int:
        found = self._books()["submissions"].items()
        return sum(int(count) for inner, count in found if inner.partition("_")[0] == name)

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in self._books()["orders"] if order["client_order_id"].partition("_")[0] == name)

    def _books(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()["AB1234"]
        return book

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        self.stage.set_script(Script((Mishap(mishap, **more),)))


@asynccontextmanager
async def zerodha_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[ZerodhaStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, WallClock())
    twin = ZerodhaTwin(stage)
    server = TwinServer(stage, twin, middlewares=middlewares)
    await server.start()
    wide = Limits(Decimal(2000), 2000, 100)
    config = ZerodhaConfig(
        FIELDS["api_key"], FIELDS["api_secret"], twin.issue("AB1234"), WallClock().now(), "twin", Product.INTRADAY,
        server.url, stream=QUICK, answer_timeout=2.0, patience=0.5, settling=0.05, order_rate=wide, read_rate=wide,
        quote_rate=wide, history_rate=wide,
    )  # fmt: skip
    account = Account(AccountId("acc_plain"), "Plain", "zerodha", "AB1234", "INR")
    try:
        yield ZerodhaStand(server, replace(config, **changes), account)
    finally:
        await server.stop()
        await asyncio.sleep(0)
