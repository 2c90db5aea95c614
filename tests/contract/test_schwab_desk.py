# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
"""A desk with an account at Charles Schwab: an answer that is lost, one of two orders that fit, a session that begins anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

import pytest

from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.desk_orders import DeskOrders
from bidwell.app.sessions import Renewable
from bidwell.brokers.schwab import SchwabBroker, SchwabFeed, SchwabMarket
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.engine import resolving
from bidwell.engine.desk import Desk, World
from bidwell.engine.intake import Request
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, WorkspaceId
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import Order, OrderStatus
from bidwell.model.session import SessionTable
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.gate import Gate
from bidwell.twins.mishaps import MishapType
from tests.contract.broker_stand import until
from tests.contract.schwab_stand import ACME, FIELDS, SchwabStand, schwab_stand

ACCOUNT = AccountId("acc_schwab")
LIMIT = Terms(OrderType.LIMIT, Decimal("90.00"), time_in_force=TimeInForce.GTC)
_KEYS = count(1)


class Calendars:
    """Sessions that are always open, on Sundays too."""

    def table(self, calendar: str) -> SessionTable:
        return SessionTable(calendar, (), always_open=True)


@dataclass
class Room:
    """A desk over the twin."""

    stand: SchwabStand
    desk: Desk
    session: Renewable

    async def send(self, quantity: str, terms: Terms) -> Order:
        request = Request(f"k{next(_KEYS)}", Source.TICKET, ACME, Side.BUY, Sizing(SizingBy.QUANTITY, Decimal(quantity)),
                          terms, account=ACCOUNT)  # fmt: skip
        receipt = await self.desk.receive(request)
        state = self.desk.state
        await until(lambda: bool(state.intents[receipt.intent].orders), "the order")
        return state.orders[state.intents[receipt.intent].orders[0]]

    async def becomes(self, order: Order, status: OrderStatus) -> Order:
        orders, name = self.desk.state.orders, order.client_order_id
        await until(lambda: orders[name].status is status, f"{status}, and it is {orders[name].status}")
        return orders[name]

    async def one_of_two(self) -> tuple[Order, BrokerOrderId, BrokerOrderId]:
        """An order of ours whose answer was lost, its number at Schwab, and that of one by hand that fits as well."""
        self.stand.fault(MishapType.TIMEOUT, silent=True)
        order = await self.send("10", LIMIT)
        await until(lambda: len(self.stand.twin.records.rows("plain")) == 1, "it is there")
        byhand = await self.stand.place_by_hand(Side.BUY, "10", "90.00")
        await until(lambda: any(each.code == "in_doubt" for each in self.session.report().troubles), "a person is told")
        await self.rested(order)
        return order, BrokerOrderId(str(int(byhand) - 1)), byhand

    async def rested(self, order: Order) -> None:
        """The quarantine of an order is over."""
        doubts = self.desk.sessions[ACCOUNT].doubts
        await until(lambda: order.client_order_id in doubts, "it is looked up")
        doubts[order.client_order_id].since -= 1000

    def externals(self) -> list[Decimal]:
        return [each.quantity for each in self.desk.state.orders.values() if each.external]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with schwab_stand(answer_timeout=0.3) as stand:
        clock, entropy, book, user = WallClock(), SystemEntropy(), SymbolBook(), stand.user()
        stand.account = Account(ACCOUNT, "Schwab", "schwab", FIELDS["account"], "USD")
        memory = DeskOrders(lambda: desk.state, ACCOUNT)
        session = Renewable(ACCOUNT, lambda: SchwabBroker(stand.config, stand.account, user, book, clock, memory))
        desk = Desk(World(MemoryJournal(), Market(Calendars()), Gate(), clock, entropy, Calendars(), lambda _account: session,
                          lambda _what, _facts: None, lambda _error: None))  # fmt: skip
        await desk.start()
        reader = stand.broker()
        listed = await reader.listing(["ACME"])
        await reader.close()
        wide = Limits(max_open_orders=100, duplicate_window=Decimal(0))
        now = clock.now()
        for event in (ev.WorkspaceNamed(now, WorkspaceId("main"), "Main", "USD"), *(ev.InstrumentListed(now, one) for one in listed),
                      ev.AccountDefined(now, stand.account), ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), wide)):  # fmt: skip
            await desk.define(event)
        feed = SchwabFeed(user, SchwabMarket(stand.config, user, book, clock), clock)
        await feed.connect(desk)
        await feed.follow([ACME])
        await until(lambda: ACME in desk.market.quotes, "the quotes")
        await until(lambda: desk.core.reconciled(ACCOUNT), "the account is reconciled")
        yield Room(stand, desk, session)
        await desk.stop()
        await feed.close()


async def test_a_desk_finds_an_order_whose_answer_was_lost_and_sends_it_once(room: Room) -> None:
    filled = await room.becomes(await room.send("10", Terms()), OrderStatus.FILLED)
    assert filled.average_price == Decimal(100)
    room.stand.fault(MishapType.TIMEOUT, silent=True)
    found = await room.becomes(await room.send("5", Terms()), OrderStatus.FILLED)
    assert await room.stand.submissions(found.client_order_id) == 2
    assert room.desk.state.portfolios[ACCOUNT].cash == {"USD": Decimal("98500.00")}
    assert room.externals() == []


async def test_an_order_that_may_be_either_of_two_waits_for_a_person_and_neither_is_taken_for_a_strangers(
    room: Room,
) -> None:
    room.stand.fault(MishapType.TIMEOUT, silent=True)
    order = await room.send("10", LIMIT)
    await until(lambda: len(room.stand.twin.records.rows("plain")) == 1, "it is there")
    byhand = await room.stand.place_by_hand(Side.BUY, "10", "90.00")
    other = await room.stand.place_by_hand(Side.BUY, "7", "90.00")
    await until(lambda: room.externals() == [Decimal(7)], "a report")
    await until(lambda: any(each.code == "in_doubt" for each in room.session.report().troubles), "a person is told")
    # The rest of the account goes on being compared.
    await room.stand.fill_by_hand(other, "7")
    portfolio = room.desk.state.portfolios[ACCOUNT]
    await until(lambda: ACME in portfolio.positions and portfolio.positions[ACME].quantity == 7, "the fill")
    await until(lambda: room.desk.sessions[ACCOUNT].detail == "reconciled", "the comparison")
    assert room.desk.state.orders[order.client_order_id].in_doubt
    for each in (byhand, BrokerOrderId(str(int(byhand) - 1))):
        await room.stand.expire_by_hand(each)
    await room.becomes(order, OrderStatus.EXPIRED)


async def test_a_person_says_which_of_two_that_fit_is_ours_and_what_it_filled_is_booked_once(room: Room) -> None:
    order, ours, byhand = await room.one_of_two()
    seen = await resolving.look(room.desk, order.client_order_id)
    assert [(each.theirs.broker_order_id, each.external) for each in seen] == [(ours, None), (byhand, None)]
    await room.stand.fill_by_hand(ours, "4")
    await resolving.identify(room.desk, order.client_order_id, ours, actor="me", reason="seen at Schwab")
    found = room.desk.state.orders[order.client_order_id]
    assert (found.status, found.broker_order_ids, found.filled_quantity) == (OrderStatus.WORKING, (ours,), 4)
    await until(lambda: room.externals() == [Decimal(10)], "the other one is somebody else's")
    await until(lambda: room.desk.sessions[ACCOUNT].detail == "reconciled", "the comparison")
    assert room.desk.state.portfolios[ACCOUNT].positions[ACME].quantity == 4
    assert await room.stand.submissions(found.client_order_id) == 1
    await room.session.renew()
    await until(lambda: room.desk.core.reconciled(ACCOUNT), "the account is reconciled")
    await room.desk.cancel(order.client_order_id, "me")
    await room.becomes(order, OrderStatus.CANCELED)
    assert room.externals() == [Decimal(10)]


async def test_an_order_that_came_too_late_to_fit_is_adopted_and_becomes_ours_by_a_persons_word(room: Room) -> None:
    room.stand.fault(MishapType.ERROR, processed=False, status=502)
    order = await room.send("10", LIMIT)
    await until(lambda: room.desk.state.orders[order.client_order_id].reason != "", "the answer is lost")
    late = await room.stand.place_by_hand(Side.BUY, "6", "90.00")
    await until(lambda: room.externals() == [Decimal(6)], "a report")
    await room.rested(order)
    await room.stand.fill_by_hand(late, "2")
    await until(lambda: ACME in room.desk.state.portfolios[ACCOUNT].positions, "the fill")
    (seen,) = await resolving.look(room.desk, order.client_order_id)
    assert seen.external is not None
    await resolving.identify(room.desk, order.client_order_id, late, actor="me", reason="changed at Schwab")
    found = room.desk.state.orders[order.client_order_id]
    assert (found.status, found.quantity, found.filled_quantity) == (OrderStatus.WORKING, 6, 2)
    await room.stand.fill_by_hand(late, "4")
    await room.becomes(order, OrderStatus.FILLED)
    await until(lambda: room.desk.sessions[ACCOUNT].detail == "reconciled", "the comparison")
    assert room.desk.state.portfolios[ACCOUNT].positions[ACME].quantity == 6
    assert not room.desk.state.foreign.get(ACCOUNT)


async def test_a_person_says_that_neither_is_ours_and_both_are_somebody_elses(room: Room) -> None:
    order, _, _ = await room.one_of_two()
    await resolving.confirm_dead(room.desk, order.client_order_id, actor="me", reason="both were placed by hand")
    assert room.desk.state.orders[order.client_order_id].status is OrderStatus.REJECTED
    await until(lambda: room.externals() == [Decimal(10), Decimal(10)], "a report")


async def test_a_session_that_begins_anew_finds_what_the_last_one_left_in_doubt(room: Room) -> None:
    room.stand.fault(MishapType.TIMEOUT, silent=True)
    order = await room.send("10", LIMIT)
    await until(lambda: len(room.stand.twin.records.rows("plain")) == 1, "it is there")
    await room.session.renew()
    found = await room.becomes(order, OrderStatus.WORKING)
    assert len(found.broker_order_ids) == 1
    assert room.externals() == []
