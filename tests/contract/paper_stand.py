"""The paper venue in the tests' hands: in this process or in one of its own, always over its socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from bidwell.app.clock import WallClock
from bidwell.brokers.paper import PaperAdmin, PaperBroker, PaperConfig, read_config, wire
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.market import Bar
from bidwell.model.money import Rates
from bidwell.model.session import Session, SessionTable
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.floor import VenueSettings
from bidwell.simulation.orders import AccountSpec
from bidwell.simulation.scripted import ScriptedMarket, coin, share
from bidwell.simulation.server import VenueServer
from tests.contract.broker_stand import Stand

OPENS = datetime(2013, 3, 4, 14, 30, tzinfo=UTC)
CLOSES = datetime(2013, 3, 4, 21, 0, tzinfo=UTC)
ACME = InstrumentId("ACME.TEST")
SPEC = AccountSpec("plain", "USD", Decimal(100_000))


class SeededEntropy:
    def __init__(self) -> None:
        self._random = Random(7)

    def bits(self, count: int) -> int:
        return self._random.getrandbits(count)


def scripted_market() -> ScriptedMarket:
    """One share on a session table, one coin, a rate, and an hour of bars."""
    sessions = tuple(
        Session((OPENS + timedelta(days=day)).date(), OPENS + timedelta(days=day), CLOSES + timedelta(days=day))
        for day in range(3)
    )
    bars = [
        Bar(ACME, OPENS - timedelta(minutes=60 - minute), 60, Decimal(99), Decimal(101), Decimal(98), Decimal(100),
            Decimal(1000 + minute))
        for minute in range(60)
    ]  # fmt: skip
    return ScriptedMarket(
        OPENS,
        [share("ACME", calendar="XTST"), coin("BTC")],
        rates=Rates({("USD", "INR"): Decimal("54.25")}),
        tables={"XTST": SessionTable("XTST", sessions)},
        bars=bars,
    )


def quick(config: PaperConfig) -> PaperConfig:
    """The config with a heart that beats fast enough for a test."""
    return replace(config, heartbeat=0.05, silence=0.3, backoff_first=0.01, backoff_most=0.05, answer_timeout=2.0)


@asynccontextmanager
async def serving(
    folder: Path, market: ScriptedMarket, *specs: AccountSpec, settings: VenueSettings | None = None
) -> AsyncIterator[VenueServer]:
    """A venue in this process; an error of the server is raised at the end."""
    server = VenueServer(folder, market, WallClock(), specs or (SPEC,), settings=settings)
    task = asyncio.create_task(server.run())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        yield server
    finally:
        server.stop()
        await task


@dataclass
class PaperStand(Stand):
    """`broker_contract.Stand` for the paper venue."""

    server: VenueServer
    market: ScriptedMarket
    config: PaperConfig
    admin: PaperAdmin
    account: Account
    instrument: InstrumentId = ACME
    streams_only: bool = True

    def broker(self) -> PaperBroker:
        return PaperBroker(self.config, self.account, WallClock(), SeededEntropy())

    def broker_with_bad_credentials(self) -> PaperBroker:
        return PaperBroker(replace(self.config, token="wrong"), self.account, WallClock(), SeededEntropy())

    def broker_without_server(self) -> PaperBroker:
        return PaperBroker(replace(self.config, port=1), self.account, WallClock(), SeededEntropy())

    async def quote(self, bid: str, ask: str, quantity: str = "100000") -> None:
        at = self.market.now() + timedelta(seconds=1)
        size = Decimal(quantity)
        row = wire.WireQuote(self.instrument, Decimal(bid), Decimal(ask), Decimal(ask), size, size, at, Decimal(0))
        await self.admin.push_quotes([row])
        await asyncio.sleep(0)

    async def close_market(self) -> None:
        self.market.move_to(CLOSES)

    async def lose_next_ack(self) -> None:
        await self._fault(fault="ack_lost")

    async def accept_next_late(self, seconds: float) -> None:
        await self._fault(fault="late_accept", seconds=seconds)

    async def reject_next(self, code: str) -> None:
        await self._fault(fault="reject", code=code)

    async def say_next_twice(self) -> None:
        await self._fault(fault="duplicate")

    async def reorder_next(self) -> None:
        await self._fault(fault="reorder", seconds=0.05)

    async def fill_next_in_part(self, fraction: str) -> None:
        await self._fault(fault="partial", fraction=fraction, seconds=0.05)

    async def garble_next(self) -> None:
        await self._fault(fault="malformed")

    async def break_on_next(self, *, processed: bool) -> None:
        await self._fault(fault="disconnect", processed=processed)

    async def fall_silent(self, seconds: float) -> None:
        await self._fault(fault="mute", seconds=seconds)

    async def refuse_next_cancel(self) -> None:
        await self._fault(fault="reject", on="cancel")

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = wire.Ticket(
            "", self.instrument, side, Decimal(quantity), OrderType.LIMIT, TimeInForce.GTC, Decimal(limit_price)
        )  # fmt: skip
        return BrokerOrderId(await self.admin.place(self.account.broker_account, ticket))

    async def submissions(self, name: ClientOrderId) -> int:
        return int((await self._books())["submissions"].get(name, 0))

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in (await self._books())["orders"] if order["client_order_id"] == name)

    async def _books(self) -> dict[str, Any]:
        name = self.account.broker_account
        books: dict[str, Any] = (await self.admin.dump(name))["accounts"][name]
        return books

    async def _fault(self, **fault: object) -> None:
        await self.admin.set_faults({"faults": [fault]})


@asynccontextmanager
async def paper_stand(folder: Path, settings: VenueSettings | None = None) -> AsyncIterator[PaperStand]:
    """A venue with one account, and an admin at it."""
    market = scripted_market()
    async with serving(folder, market, settings=settings) as server:
        config = quick(read_config(folder))
        admin = PaperAdmin(config, SeededEntropy())
        await admin.connect()
        account = Account(AccountId("acc_plain"), "Plain", "paper", "plain", "USD")
        try:
            yield PaperStand(server, market, config, admin, account)
        finally:
            await admin.close()
