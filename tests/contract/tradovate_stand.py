"""Tradovate's twin in the tests' hands: in this process, reached over its sockets by the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from bidwell.app.clock import WallClock
from bidwell.brokers.tradovate import TradovateBroker, TradovateConfig
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.engine.ports import SessionLife
from bidwell.model.account import Account
from bidwell.model.futures import contract_symbol, product
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.facts import Placed
from bidwell.simulation.orders import Ticket
from bidwell.twins import Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from bidwell.twins.tradovate import TradovateTwin
from bidwell.twins.tradovate.dialect import login
from tests.contract.broker_stand import until
from tests.contract.paper_stand import SeededEntropy

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
class TradovateStand:
    """`broker_contract.Stand` for Tradovate."""

    server: TwinServer
    twin: TradovateTwin
    config: TradovateConfig
    account: Account
    instrument: InstrumentId = CRUDE
    streams_only: bool = False
    made: TradovateBroker | None = None

    @property
    def stage(self) -> Stage:
        return self.server.stage

    def broker(self, config: TradovateConfig | None = None) -> TradovateBroker:
        self.made = TradovateBroker(config or self.config, self.account, SymbolBook(), WallClock(), SeededEntropy())
        return self.made

    def broker_with_bad_credentials(self) -> TradovateBroker:
        return self.broker(replace(self.config, password="wrong"))

    def broker_without_server(self) -> TradovateBroker:
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
        self.fault(MishapType.REJECT, code=code, text="not enough margin")

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
        self.fault(MishapType.REJECT, on=On.CANCEL, text="the exchange did not cancel it")

    async def end_session(self) -> None:
        self.stage.kill("DEMO1", 3600)
        self.stage.kill("DEMO2", 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.GTC, "",
                        Decimal(limit_price))  # fmt: skip
        outcomes = self.stage.submit("DEMO1", ticket)
        self.stage.publish(outcomes)
        number = next(number_of(each.order.broker_order_id) for each in outcomes if isinstance(each, Placed))
        made = self.made
        if made is not None and made.report().state.life is SessionLife.ACTIVE and self.config.recheck:
            # Between two reads by REST a report is what the stream told: it tells of this order in a moment.
            await until(lambda: made.accepted_before(number), "the stream tells of it")
        return number

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(f"P{int(theirs) - 900_000:08d}", Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(f"P{int(theirs) - 900_000:08d}", OrderStatus.EXPIRED, "by hand")

    async def submissions(self, name: ClientOrderId) -> int:
        counts = self._books()["submissions"]
        return sum(int(count) for known, count in counts.items() if known == name or known.startswith(f"{name}-"))

    async def orders_under(self, name: ClientOrderId) -> int:
        orders = self._books()["orders"]
        return sum(1 for order in orders if order["client_order_id"].split("-")[0] == name)

    def _books(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()["DEMO1"]
        return book

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        self.stage.set_script(Script((Mishap(mishap, **more),)))


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
    server = TwinServer(stage, twin)
    await server.start()
    given = login("DEMO1")
    config = TradovateConfig(given["name"], given["password"], int(given["cid"]), given["sec"], "DEMO1", "twin", server.url,
                             stream=QUICK, answer_timeout=2.0, patience=0.5, rate=Limits(Decimal(2000), 2000, 100),
                             lifetime=lifetime, login_pause=0.0, refused_pause=0.05, renew_again=0.05)  # fmt: skip
    account = Account(AccountId("acc_demo"), "Demo", "tradovate", "DEMO1", "USD")
    try:
        yield TradovateStand(server, twin, replace(config, **changes), account)
    finally:
        await server.stop()
        await asyncio.sleep(0)
