"""A desk with an account at TopstepX under Topstep's own rules: the gate, the fills, the loss at which it is closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.brokers.topstepx import TopstepxBroker, TopstepxFeed
from bidwell.engine import funding
from bidwell.engine.desk import Desk, World
from bidwell.engine.intake import Request
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.funded import Stage
from bidwell.model.ids import AccountId, InstrumentId, WorkspaceId
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import Order, OrderStatus
from bidwell.model.session import SessionTable
from bidwell.model.terms import Side, Terms
from bidwell.risk.funded.library import Library, shipped
from bidwell.risk.gate import Gate
from tests.contract.broker_stand import until
from tests.contract.topstepx_stand import SYMBOL, TopstepxStand, topstepx_stand

COMBINE = "466"
ACCOUNT = AccountId("acc_combine")
OIL, YEN, EMINI = InstrumentId("MCLF8.XNYM"), InstrumentId("6JZ7.XCME"), InstrumentId("ESZ7.XCME")


class Calendars:
    """Sessions that are always open: the programme's hours are what is looked at here."""

    def table(self, calendar: str) -> SessionTable:
        return SessionTable(calendar, (), always_open=True)


@dataclass
class Room:
    """A desk over the twin."""

    stand: TopstepxStand
    desk: Desk

    async def send(self, instrument: InstrumentId, quantity: str, side: Side = Side.BUY) -> Order:
        request = Request(f"k{next(_KEYS)}", Source.TICKET, instrument, side, Sizing(SizingBy.QUANTITY, Decimal(quantity)), Terms(),
                          account=ACCOUNT)  # fmt: skip
        receipt = await self.desk.receive(request)
        state = self.desk.state
        await until(lambda: any(state.orders[name].status in {OrderStatus.DENIED, OrderStatus.FILLED}
                                for name in state.intents[receipt.intent].orders), "the order's end")  # fmt: skip
        return state.orders[state.intents[receipt.intent].orders[0]]

    def denied_by(self, order: Order) -> str:
        found = self.desk.state.traces[order.client_order_id].denial
        assert found is not None
        return found.rule


_KEYS = count(1)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """It is Monday morning in Chicago at the twin."""
    async with topstepx_stand() as stand:
        clock, entropy = WallClock(), SystemEntropy()
        now = clock.now()
        monday = (now + timedelta(days=7 - now.weekday())).replace(hour=15, minute=0)
        stand.stage.put_forward(monday - now)
        config = replace(stand.config, account=COMBINE)

        def connect(_account: Account) -> TopstepxBroker:
            return stand.broker(config)

        desk = Desk(World(MemoryJournal(), Market(Calendars()), Gate(), clock, entropy, Calendars(), connect,
                          lambda _what, _facts: None, lambda _error: None))  # fmt: skip
        stand.account = Account(ACCOUNT, "Combine", "topstepx", COMBINE, "USD", leverage=Decimal(100))
        await desk.start()
        reader = stand.broker(config)
        listed = await reader.listing([SYMBOL, "ESZ7", "6JZ7"])
        await reader.close()
        wide = Limits(max_open_orders=100, duplicate_window=Decimal(0))
        for event in (ev.WorkspaceNamed(now, WorkspaceId("main"), "Main", "USD"), *(ev.InstrumentListed(now, one) for one in listed),
                      ev.AccountDefined(now, stand.account), ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), wide)):  # fmt: skip
            await desk.define(event)
        feed = TopstepxFeed(config, stand.market(), stand.book, clock, entropy)
        await feed.connect(desk)
        await feed.follow([each.id for each in listed])
        await stand.quote("99.90", "100.00")
        stand.stage.quote("CON.F.US.EP.Z27", Decimal(6800), Decimal("6800.25"))
        stand.stage.quote("CON.F.US.JY6.Z27", Decimal("0.0065"), Decimal("0.0065005"))
        await until(lambda: set(desk.market.quotes) == {OIL, YEN, EMINI}, "the quotes")
        await until(lambda: desk.core.reconciled(ACCOUNT), "the account is reconciled")
        book = Library(shipped()).at("topstep-combine-50k", monday.date())
        await desk.act_on_risk(lambda guard: funding.attach(guard.core, ACCOUNT, book, "ada"))
        yield Room(stand, desk)
        await desk.stop()
        await feed.close()


async def test_topsteps_contracts_and_losses_rule_an_account_at_topstepx(room: Room) -> None:
    funded = room.desk.state.risk.funded[ACCOUNT]
    assert (funded.base, funded.progress.balance) == (Decimal(50_000), Decimal(50_000))
    # Five contracts, of which a micro is a tenth.
    assert room.denied_by(await room.send(EMINI, "6")) == "max_contracts"
    assert room.denied_by(await room.send(OIL, "51")) == "max_contracts"
    filled = await room.send(OIL, "20")
    assert (filled.status, filled.average_price) == (OrderStatus.FILLED, Decimal(100))
    assert room.denied_by(await room.send(YEN, "4")) == "max_contracts"
    assert list(room.stand.stage.books()[COMBINE]["positions"].items()) == [(SYMBOL, "20")]
    # A point of 20 micro contracts is 2,000 dollars: 51 cents down is past the daily loss.
    await room.stand.quote("99.40", "99.49")
    await until(lambda: not room.stand.stage.books()[COMBINE]["positions"], "everything is closed")
    await until(lambda: room.desk.state.risk.funded[ACCOUNT].progress.day_locked, "the day is locked")
    assert room.desk.state.risk.funded[ACCOUNT].progress.stage is Stage.EVALUATION
    # What the fills moved on the desk is what the balance moved there.
    there = Decimal(room.stand.stage.books()[COMBINE]["cash"]["USD"])
    assert there == 50_000 - 20 * 60 - 40 * Decimal("0.37")
    await until(lambda: room.desk.state.portfolios[ACCOUNT].cash["USD"] == there, "the fill that closed it")
    assert room.denied_by(await room.send(OIL, "1")) == "halt"
    assert [order["status"] for order in room.stand.stage.books()[COMBINE]["orders"]] == ["FILLED", "FILLED"]


async def test_outside_topsteps_hours_nothing_is_entered(room: Room) -> None:
    room.stand.stage.put_forward(timedelta(hours=6, minutes=30))  # after 15:10 in Chicago, before 17:00
    await room.stand.quote("99.90", "100.00")
    await until(lambda: room.desk.market.quotes[OIL].occurred_at.hour >= 21, "the time")
    assert room.denied_by(await room.send(OIL, "1")) == "trading_hours"
