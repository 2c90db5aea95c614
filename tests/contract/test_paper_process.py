"""The venue in a process of its own: what it acknowledged outlives kill -9, and clients that stop or die harm nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.paper import PaperAdmin, PaperBroker, read_config, wire
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ConfigError
from bidwell.model.events import OrderAccepted, OrderFilled, OrderRejected
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Side, Terms
from tests.contract.broker_stand import Ear, approved, limit_terms, now, until
from tests.contract.paper_stand import ACME, OPENS, SeededEntropy, quick

ACCOUNTS = 3
Starter = Callable[[], Awaitable["Venue"]]


class Venue:
    """One run of the venue's process."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process) -> None:
        self.folder = folder
        self.process = process

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def admin(self) -> PaperAdmin:
        admin = PaperAdmin(read_config(self.folder), SeededEntropy())
        await admin.connect()
        return admin

    def broker(self, number: int, silence: float = 5.0) -> PaperBroker:
        account = Account(AccountId(f"acc-{number}"), "Paper", "paper", f"paper-{number}", "USD")
        config = replace(quick(read_config(self.folder)), silence=silence)
        return PaperBroker(config, account, WallClock(), SeededEntropy())


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Starter]:
    runs: list[Venue] = []

    async def starter() -> Venue:
        address = tmp_path / "address.json"
        address.unlink(missing_ok=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.contract.venue_process", str(tmp_path), str(ACCOUNTS), str(64 * 1024),
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        runs.append(Venue(tmp_path, process))
        await until(address.exists, "the venue's address", 15.0)
        return runs[-1]

    yield starter
    for run in runs:
        await run.kill()


def order(number: int, account: int, terms: Terms | None = None) -> Order:
    return Order(
        ClientOrderId(f"KILL{number:014d}"), AccountId(f"acc-{account}"), ACME, Side.BUY, Decimal(1), terms or Terms(), now(),
    )  # fmt: skip


def quote(second: int, bid: str, ask: str) -> wire.WireQuote:
    quantity = Decimal(10**9)
    return wire.WireQuote(
        ACME, Decimal(bid), Decimal(ask), Decimal(ask), quantity, quantity, OPENS + timedelta(seconds=second), Decimal(0)
    )  # fmt: skip


def told(ears: list[Ear]) -> tuple[dict[str, str], set[str]]:
    """What the clients were told: order ids by client id, and execution ids."""
    accepted: dict[str, str] = {}
    executed: set[str] = set()
    for ear in ears:
        for event in ear.events:
            if isinstance(event, OrderAccepted):
                accepted[event.client_order_id] = str(event.broker_order_id)
            elif isinstance(event, OrderFilled):
                executed.add(f"{event.client_order_id} {event.fill.execution_id}")
            assert not isinstance(event, OrderRejected)
    return accepted, executed


async def books(venue: Venue) -> dict[str, dict[str, Any]]:
    admin = await venue.admin()
    accounts = (await admin.dump())["accounts"]
    await admin.close()
    return {one["client_order_id"]: one for account in accounts.values() for one in account["orders"]}


async def test_kill_9_of_the_venue_loses_nothing_that_it_acknowledged(start: Starter) -> None:
    """Three rounds under load, across log rotations, each ended by kill -9 at a moment of its own."""
    number = 0
    accepted: dict[str, str] = {}
    executed: set[str] = set()
    for round_ in range(3):
        venue = await start()
        admin = await venue.admin()
        await admin.push_quotes([quote(round_ + 1, "99.90", "100.00")])
        ears = [Ear() for _ in range(ACCOUNTS)]
        brokers = [venue.broker(account) for account in range(ACCOUNTS)]
        for broker, ear in zip(brokers, ears, strict=True):
            await broker.connect(ear)
        sent, enough = 0, 300 + 70 * round_
        while sum(len(ear.events) for ear in ears) < enough:
            if sent - sum(len(ear.events) for ear in ears) < 200:
                for account, broker in enumerate(brokers):
                    number += 1
                    sent += 1
                    terms = None if number % 3 else limit_terms("90.00")
                    await broker.submit(approved(order(number, account, terms)))
            await asyncio.sleep(0)
        await venue.kill()
        await asyncio.sleep(0.05)
        now_accepted, now_executed = told(ears)
        assert len(now_accepted) > 20
        accepted |= now_accepted
        executed |= now_executed
        for broker in brokers:
            await broker.close()
        await admin.close()
    venue = await start()
    found = await books(venue)
    assert {name: found[name]["broker_order_id"] for name in accepted} == accepted
    there = {f"{name} {fill['execution_id']}" for name, one in found.items() for fill in one["fills"]}
    assert executed <= there
    assert any((venue.folder / f"image-{generation:08d}.bin").exists() for generation in range(1, 200))


async def test_a_session_mends_itself_when_the_venue_comes_back(start: Starter) -> None:
    venue = await start()
    broker, ear = venue.broker(0), Ear()
    await broker.connect(ear)
    working = order(1, 0, limit_terms("90.00"))
    await broker.submit(approved(working))
    await ear.hears(working.client_order_id, OrderAccepted)
    port = read_config(venue.folder).port
    await venue.kill()
    await until(lambda: ear.states[-1].startswith("down"), "the loss is noticed")
    with pytest.raises(BrokerError):
        await broker.submit(approved(order(2, 0)))
    await broker.close()
    again = await start()
    assert port
    broker = again.broker(0)
    await broker.connect(ear)
    found = await broker.find(working.client_order_id)
    assert found is not None
    assert found.status is OrderStatus.WORKING
    assert await broker.find(ClientOrderId("KILL00000000000002")) is None
    await broker.close()


async def test_matching_goes_on_while_no_client_is_there(start: Starter) -> None:
    venue = await start()
    admin = await venue.admin()
    await admin.push_quotes([quote(1, "99.90", "100.00")])
    broker, ear = venue.broker(0), Ear()
    await broker.connect(ear)
    waiting = order(1, 0, limit_terms("95.00"))
    await broker.submit(approved(waiting))
    await ear.hears(waiting.client_order_id, OrderAccepted)
    await broker.close()
    await admin.push_quotes([quote(2, "94.90", "95.00")])
    await broker.connect(ear)
    await until(lambda: ear.states.count("up") == 2, "the second session")
    found = await broker.find(waiting.client_order_id)
    assert found is not None
    assert found.status is OrderStatus.FILLED
    assert not ear.fills(waiting.client_order_id)
    await broker.close()
    await admin.close()


async def test_a_client_that_stops_reading_holds_nobody_up(start: Starter) -> None:
    venue = await start()
    admin = await venue.admin()
    await admin.push_quotes([quote(1, "99.90", "100.00")])
    config = read_config(venue.folder)
    reader, writer = await asyncio.open_connection("127.0.0.1", config.port, limit=1024)
    login = f'{{"type":"login","token":"{config.token}","role":"feed"}}\n'
    writer.write(login.encode())
    broker, ear = venue.broker(1), Ear()
    await broker.connect(ear)
    for second in range(200):
        await admin.push_quotes([quote(second + 2, "99.90", "100.00")])
    one = order(1, 1)
    await broker.submit(approved(one))
    await ear.hears(one.client_order_id, OrderFilled)
    assert reader is not None
    writer.close()
    await writer.wait_closed()
    await broker.close()
    await admin.close()


async def test_the_venue_goes_on_after_it_was_stopped_and_continued(start: Starter) -> None:
    venue = await start()
    admin = await venue.admin()
    await admin.push_quotes([quote(1, "99.90", "100.00")])
    broker, ear = venue.broker(0, silence=0.3), Ear()
    await broker.connect(ear)
    os.kill(venue.process.pid, signal.SIGSTOP)
    one = order(1, 0)
    await broker.submit(approved(one))
    await until(lambda: ear.states[-1].startswith("down"), "the silence is noticed")
    os.kill(venue.process.pid, signal.SIGCONT)
    await until(lambda: ear.states[-1] == "up", "the session is mended")
    found = await broker.find(one.client_order_id)
    assert found is not None
    assert found.status is OrderStatus.FILLED
    await broker.close()
    await admin.close()


async def test_a_polite_end_leaves_no_lock_behind(start: Starter) -> None:
    venue = await start()
    venue.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(venue.process.wait(), 5.0) == 0
    again = await start()
    assert again.process.returncode is None


async def test_an_address_of_a_venue_that_left_is_refused_or_unavailable(tmp_path: Path) -> None:
    (tmp_path / "address.json").write_text("{}")
    with pytest.raises(ConfigError):
        read_config(tmp_path)
