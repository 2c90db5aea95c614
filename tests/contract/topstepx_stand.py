"""TopstepX's twin in the tests' hands: in this process, reached over its sockets by the adapter."""

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
from bidwell.brokers.topstepx import TopstepxBroker, TopstepxConfig, TopstepxMarket, User
from bidwell.brokers.topstepx.hub import PING
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from bidwell.twins.topstepx import TopstepxTwin
from tests.contract.paper_stand import SeededEntropy

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
class TopstepxStand:
    """`broker_contract.Stand` for TopstepX."""

    server: TwinServer
    config: TopstepxConfig
    account: Account
    instrument: InstrumentId = OIL
    streams_only: bool = False
    book: SymbolBook = field(default_factory=SymbolBook)

    @property
    def stage(self) -> Stage:
        return self.server.stage

    def broker(self, config: TopstepxConfig | None = None) -> TopstepxBroker:
        wanted = config or self.config
        return TopstepxBroker(wanted, self.account, self.user(wanted), self.book, WallClock())

    def user(self, config: TopstepxConfig | None = None) -> User:
        return User(config or self.config, WallClock(), SeededEntropy())

    def broker_with_bad_credentials(self) -> TopstepxBroker:
        return self.broker(replace(self.config, api_key="wrong"))

    def broker_without_server(self) -> TopstepxBroker:
        return self.broker(replace(self.config, twin="http://127.0.0.1:1"))

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

    async def quote(self, bid: str, ask: str, quantity: str = "100000") -> None:
        self.stage.quote(SYMBOL, Decimal(bid), Decimal(ask), Decimal(quantity))

    async def close_market(self) -> None:
        self.stage.put_forward(timedelta(days=1))

    async def lose_next_ack(self) -> None:
        self.fault(MishapType.TIMEOUT, silent=True)

    async def accept_next_late(self, seconds: float) -> None:
        self.fault(MishapType.LATE, seconds=seconds)

    async def reject_next(self, code: str) -> None:
        self.fault(MishapType.REJECT, code=code, text="Insufficient margin.")

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
        self.fault(MishapType.REJECT, on=On.CANCEL, text="The order cannot be cancelled.")

    async def end_session(self) -> None:
        self.stage.kill(NUMBER, 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.DAY, "",
                        Decimal(limit_price))  # fmt: skip
        self.stage.publish(self.stage.submit(NUMBER, ticket))
        newest = max(self.stage.state.orders.values(), key=lambda each: each.number)
        return BrokerOrderId(str(newest.number))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(f"P{int(theirs):08d}", Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(f"P{int(theirs):08d}", OrderStatus.EXPIRED, "by hand")

    async def submissions(self, name: ClientOrderId) -> int:
        return int(self._books()["submissions"].get(name, 0))

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in self._books()["orders"] if order["client_order_id"] == name)

    def _books(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()[NUMBER]
        return book

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        self.stage.set_script(Script((Mishap(mishap, **more),)))


@asynccontextmanager
async def topstepx_stand(*, middlewares: Sequence[Middleware] = (), **changes: Any) -> AsyncIterator[TopstepxStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts of one user."""
    stage = Stage(SCENARIO, WallClock())
    server = TwinServer(stage, TopstepxTwin(stage), middlewares=middlewares)
    await server.start()
    config = TopstepxConfig(FIELDS["user_name"], FIELDS["api_key"], FIELDS["account"], "twin", server.url, stream=QUICK, answer_timeout=2.0, patience=0.5,
                            rate=Limits(Decimal(2000), 2000, 100))  # fmt: skip
    account = Account(AccountId("acc_plain"), "Plain", "topstepx", NUMBER, "USD")
    try:
        yield TopstepxStand(server, replace(config, **changes), account)
    finally:
        await server.stop()
        await asyncio.sleep(0)
