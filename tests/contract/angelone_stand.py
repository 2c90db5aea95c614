"""Angel One's twin in the tests' hands: in this process, reached over its socket by the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bidwell.app.clock import WallClock
from bidwell.brokers.angelone import AngelBroker, AngelConfig, AngelFeed, AngelMarket, Library, Login
from bidwell.brokers.angelone.config import Gate
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.brokers.transport.indian import Product
from bidwell.engine.ports import Clock
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.angelone import AngelTwin
from bidwell.twins.angelone.words import order_id, venue_id
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from tests.contract.paper_stand import SeededEntropy

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
_PLENTY = dict.fromkeys(Gate, Limits(Decimal(2000), 2000, 100))


@dataclass
class AngelStand:
    """`broker_contract.Stand` for Angel One."""

    server: TwinServer
    twin: AngelTwin
    config: AngelConfig
    account: Account
    instrument: InstrumentId = ACME
    streams_only: bool = False

    @property
    def stage(self) -> Stage:
        return self.server.stage

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

    def broker_with_bad_credentials(self) -> AngelBroker:
        return self.broker(replace(self.config, pin="0000"))

    def broker_without_server(self) -> AngelBroker:
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
        self.fault(MishapType.REJECT, code=code, text="The order cannot be processed as the token is categorised under "
                   "cautionary listings by the exchange.")  # fmt: skip

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
        self.fault(MishapType.REJECT, on=On.CANCEL, text="the exchange is being asked")

    async def end_session(self) -> None:
        self.stage.kill("plain", 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        name = f"by-hand-{self.stage.state.number}"
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.DAY, name,
                        Decimal(limit_price))  # fmt: skip
        outcomes = self.stage.submit("plain", ticket)
        self.stage.publish(outcomes)
        return BrokerOrderId(order_id(self.stage.state.named["plain", name]))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(venue_id(theirs), Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(venue_id(theirs), OrderStatus.EXPIRED, "by hand")

    async def submissions(self, name: ClientOrderId) -> int:
        said = self._books()["submissions"]
        return sum(int(count) for known, count in said.items() if known.partition("_")[0] == name)

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in self._books()["orders"] if order["client_order_id"].partition("_")[0] == name)

    def _books(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()["plain"]
        return book

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        self.stage.set_script(Script((Mishap(mishap, **more),)))


@asynccontextmanager
async def angelone_stand(clock: Clock | None = None, **changes: Any) -> AsyncIterator[AngelStand]:  # noqa: ANN401 - fields of several types
    """A twin with two accounts."""
    stage = Stage(SCENARIO, clock or WallClock())
    twin = AngelTwin(stage)
    server = TwinServer(stage, twin)
    await server.start()
    config = AngelConfig(FIELDS["client_code"], FIELDS["pin"], FIELDS["api_key"], FIELDS["totp_secret"], Product.INTRADAY,
                         "twin", server.url, answer_timeout=2.0, patience=0.5, lag=0.02, minding=0.02, login_pause=0.02,
                         longest_login_pause=0.02, rates=_PLENTY, stream=QUICK)  # fmt: skip
    account = Account(AccountId("acc_plain"), "Plain", "angelone", "A1001", "INR")
    try:
        yield AngelStand(server, twin, replace(config, **changes), account)
    finally:
        await server.stop()
        await asyncio.sleep(0)
