"""A desk with an account at Zerodha: delivery beside intraday, an answer that is lost, a login that ends and another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count

import pytest

from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.sessions import Renewable
from bidwell.brokers.transport.indian import Product
from bidwell.brokers.zerodha import ZerodhaFeed, ZerodhaMarket
from bidwell.engine.desk import Desk, World
from bidwell.engine.intake import Request
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.ports import SessionLife
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, InstrumentId, WorkspaceId
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import Order, OrderStatus
from bidwell.model.session import SessionTable
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.gate import Gate
from bidwell.simulation.orders import Ticket
from bidwell.twins.mishaps import MishapType
from bidwell.twins.scenario import inner_id
from tests.contract.broker_stand import until
from tests.contract.zerodha_stand import ACME, ZerodhaStand, zerodha_stand

ACCOUNT = AccountId("acc_kite")
CALL = InstrumentId("NIFTY310130C25000.XNSE")
_KEYS = count(1)


class Calendars:
    """Sessions that are always open, on Sundays too."""

    def table(self, calendar: str) -> SessionTable:
        return SessionTable(calendar, (), always_open=True)


@dataclass
class Room:
    """A desk over the twin."""

    stand: ZerodhaStand
    desk: Desk
    session: Renewable

    async def send(self, instrument: InstrumentId, quantity: str, side: Side = Side.BUY) -> Order:
        request = Request(f"k{next(_KEYS)}", Source.TICKET, instrument, side, Sizing(SizingBy.QUANTITY, Decimal(quantity)),
                          Terms(), account=ACCOUNT)  # fmt: skip
        receipt = await self.desk.receive(request)
        state = self.desk.state
        await until(lambda: any(state.orders[name].status in {OrderStatus.DENIED, OrderStatus.FILLED}
                                for name in state.intents[receipt.intent].orders), "the order's end")  # fmt: skip
        return state.orders[state.intents[receipt.intent].orders[0]]

    def position(self, instrument: InstrumentId) -> Decimal:
        held = self.desk.state.portfolios[ACCOUNT].positions.get(instrument)
        return held.quantity if held is not None else Decimal(0)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with zerodha_stand(product=Product.DELIVERY, answer_timeout=1.0) as stand:
        clock, entropy = WallClock(), SystemEntropy()
        stand.account = Account(ACCOUNT, "Kite", "zerodha", "AB1234", "INR")
        session = Renewable(ACCOUNT, stand.broker)
        desk = Desk(World(MemoryJournal(), Market(Calendars()), Gate(), clock, entropy, Calendars(), lambda _account: session,
                          lambda _what, _facts: None, lambda _error: None))  # fmt: skip
        await desk.start()
        reader = stand.broker()
        listed = await reader.listing(["NSE:ACME", "NFO:NIFTY31JAN25000CE"])
        await reader.close()
        wide = Limits(max_open_orders=100, duplicate_window=Decimal(0))
        now = clock.now()
        for event in (ev.WorkspaceNamed(now, WorkspaceId("main"), "Main", "INR"), *(ev.InstrumentListed(now, one) for one in listed),
                      ev.AccountDefined(now, stand.account), ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), wide)):  # fmt: skip
            await desk.define(event)
        feed = ZerodhaFeed(stand.config, ZerodhaMarket(stand.config, stand.masters, clock), clock, entropy)
        await feed.connect(desk)
        await feed.follow([each.id for each in listed])
        await until(lambda: {ACME, CALL} <= set(desk.market.quotes), "the quotes")
        await until(lambda: desk.core.reconciled(ACCOUNT), "the account is reconciled")
        yield Room(stand, desk, session)
        await desk.stop()
        await feed.close()


async def test_a_desk_finds_an_order_whose_answer_was_lost_and_sends_it_once(room: Room) -> None:
    filled = await room.send(ACME, "10")
    assert (filled.status, filled.average_price) == (OrderStatus.FILLED, Decimal(100))
    room.stand.fault(MishapType.TIMEOUT, silent=True)
    found = await room.send(ACME, "5")
    assert found.status is OrderStatus.FILLED
    assert await room.stand.submissions(found.client_order_id) == 1
    assert room.position(ACME) == 15
    assert room.desk.state.portfolios[ACCOUNT].cash == {"INR": Decimal("98500.00")}


async def test_a_position_that_was_opened_in_kite_for_the_day_is_closed_as_what_it_is(room: Room) -> None:
    stage = room.stand.stage
    ticket = Ticket(inner_id("NIFTY31JAN25000CE"), Side.BUY, Decimal(75), OrderType.MARKET, TimeInForce.DAY, "HAND")
    outcomes = stage.submit("AB1234", ticket)
    room.stand.twin.records.products[stage.state.named["AB1234", "HAND"].broker_order_id] = "MIS"
    stage.publish(outcomes)
    await until(lambda: room.position(CALL) == 75, "the position of another's making")
    room.desk.reconcile_now(ACCOUNT)
    await until(lambda: room.stand.twin.records.lots("AB1234") != {}, "the twin's book")
    broker = room.session.inner
    await until(lambda: "MIS" in broker._reading.by_product(CALL), "the report")  # type: ignore[attr-defined] # the adapter's own
    sold = await room.send(CALL, "75", Side.SELL)
    assert sold.status is OrderStatus.FILLED
    lots = {product: lot.net for (_, product), lot in room.stand.twin.records.lots("AB1234").items()}
    assert lots == {"MIS": Decimal(0)}
    assert room.position(CALL) == 0


async def test_after_a_login_elsewhere_and_another_here_the_desk_goes_on(room: Room) -> None:
    room.stand.twin.records.end(room.stand.config.access_token)
    room.desk.reconcile_now(ACCOUNT)
    await until(lambda: room.session.report().state.life is SessionLife.NEEDS_LOGIN, "the end is told")
    await until(lambda: not room.desk.core.reconciled(ACCOUNT), "nothing leaves meanwhile")
    room.stand.config = replace(room.stand.renewed(), product=Product.DELIVERY)
    await room.session.renew()
    await until(lambda: room.desk.core.reconciled(ACCOUNT), "the account is reconciled again")
    assert (await room.send(ACME, "1")).status is OrderStatus.FILLED
