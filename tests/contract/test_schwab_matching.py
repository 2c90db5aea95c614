"""An order whose answer was lost is found at Schwab by what it is, and stays in doubt wherever that leaves a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from bidwell.brokers.schwab import parse, wire
from bidwell.brokers.schwab.broker.matching import LATEST, Findings, Ledger, NothingKnown
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
ACME = InstrumentId("ACME.XNAS")
LIMIT = Terms(OrderType.LIMIT, Decimal("90.00"), time_in_force=TimeInForce.DAY)


class Hand:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = AT

    def now(self) -> datetime:
        return self.at


class Desk:
    """What a desk remembers over a restart."""

    def __init__(self) -> None:
        self.orders: list[tuple[Order, datetime]] = []
        self.owners: dict[str, str] = {}

    def sent(self) -> Sequence[tuple[Order, datetime]]:
        return self.orders

    def owner(self, order_id: BrokerOrderId) -> ClientOrderId | None:
        found = self.owners.get(order_id)
        return None if found is None else ClientOrderId(found)


def ours(name: str, **changes: Any) -> Order:  # noqa: ANN401 - fields of several types
    order = Order(ClientOrderId(name), AccountId("acc"), ACME, Side.BUY, Decimal(10), LIMIT, AT)
    return replace(order, **changes)


def theirs(number: int, *, seconds: float = 1, **changes: object) -> wire.Order:
    at = (AT + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    row: dict[str, object] = {
        "orderId": number, "status": "WORKING", "orderType": "LIMIT", "duration": "DAY", "quantity": 10,
        "filledQuantity": 0, "price": 90, "enteredTime": at,
        "orderLegCollection": [{"instruction": "BUY", "quantity": 10,
                                "instrument": {"symbol": "ACME", "assetType": "EQUITY"}}],
    }  # fmt: skip
    return msgspec.convert(row | changes, wire.Order, strict=False)


def made(desk: Desk | None = None) -> tuple[Ledger, Hand]:
    book, clock = SymbolBook(), Hand()
    book.learn([wire.Listed("ACME", "NASDAQ", "EQUITY"), wire.Listed("EMCA", "NASDAQ", "EQUITY")])
    return Ledger(book, clock, desk or NothingKnown(), 10.0), clock


def lost(ledger: Ledger, *names: str, **changes: Any) -> None:  # noqa: ANN401 - fields of several types
    for name in names:
        ledger.sending(ours(name, **changes))
        ledger.lost(ClientOrderId(name))


def settled(ledger: Ledger, *rows: wire.Order) -> Findings:
    return ledger.settle(list(parse.flat(rows)))


def test_the_one_order_that_fits_is_ours() -> None:
    ledger, _ = made()
    lost(ledger, "A")
    found = settled(ledger, theirs(1), theirs(2, price=91), theirs(3, quantity=11), theirs(4, duration="FILL_OR_KILL"))
    assert not found.doubts
    assert not found.held
    assert ledger.chain(ClientOrderId("A")) == ("1",)
    assert [ledger.name(str(each)) for each in (1, 2, 3, 4)] == ["A", None, None, None]


def test_an_order_of_another_time_side_type_or_instrument_is_not_ours() -> None:
    other = {"instruction": "BUY", "quantity": 10, "instrument": {"symbol": "EMCA", "assetType": "EQUITY"}}
    sells = other | {"instruction": "SELL", "instrument": {"symbol": "ACME", "assetType": "EQUITY"}}
    for row in (
        theirs(1, seconds=-10), theirs(1, seconds=LATEST.total_seconds() + 10), theirs(1, orderLegCollection=[other]),
        theirs(1, orderLegCollection=[sells]), theirs(1, orderType="MARKET"), theirs(1, enteredTime="soon"),
        theirs(1, orderLegCollection=[other, sells]),
    ):  # fmt: skip
        ledger, _ = made()
        lost(ledger, "A")
        assert settled(ledger, row) == Findings()
        assert not ledger.chain(ClientOrderId("A"))


def test_two_orders_that_fit_leave_ours_in_doubt_and_out_of_every_report() -> None:
    ledger, _ = made()
    lost(ledger, "A")
    found = settled(ledger, theirs(1), theirs(2))
    assert found.held == {"1", "2"}
    assert "1, 2" in found.doubts[ClientOrderId("A")]
    assert not ledger.chain(ClientOrderId("A"))


def test_two_orders_of_ours_and_one_that_fits_are_both_in_doubt() -> None:
    ledger, _ = made()
    lost(ledger, "A", "B")
    found = settled(ledger, theirs(1))
    assert set(found.doubts) == {"A", "B"}
    assert found.held == {"1"}
    assert ledger.name("1") is None


def test_orders_of_ours_that_differ_are_told_apart() -> None:
    ledger, _ = made()
    lost(ledger, "A")
    lost(ledger, "B", quantity=Decimal(7))
    assert not settled(ledger, theirs(1), theirs(2, quantity=7)).doubts
    assert (ledger.name("1"), ledger.name("2")) == ("A", "B")


def test_an_order_with_a_number_fits_nothing_else() -> None:
    ledger, _ = made()
    ledger.sending(ours("A"))
    ledger.numbered(ClientOrderId("A"), "1")
    lost(ledger, "B")
    assert not settled(ledger, theirs(1)).doubts
    assert not ledger.chain(ClientOrderId("B"))
    settled(ledger, theirs(1), theirs(2))
    assert ledger.name("2") == "B"


def test_what_fits_is_held_back_while_the_answer_may_still_come() -> None:
    ledger, _ = made()
    ledger.sending(ours("A"))
    found = settled(ledger, theirs(1))
    assert found.held == {"1"}
    assert "awaited" in found.awaited[ClientOrderId("A")]
    ledger.numbered(ClientOrderId("A"), "1")
    assert settled(ledger, theirs(1)) == Findings()


def test_once_none_of_those_that_fit_works_or_filled_ours_is_over_too() -> None:
    ledger, _ = made()
    lost(ledger, "A")
    assert settled(ledger, theirs(1, status="CANCELED"), theirs(2)).held == {"1", "2"}
    assert settled(ledger, theirs(1, status="CANCELED"), theirs(2, status="CANCELED", filledQuantity=1)).doubts
    found = settled(ledger, theirs(1, status="CANCELED"), theirs(2, status="EXPIRED"))
    assert found == Findings()
    assert ledger.name("1") == "A"


def test_after_a_restart_the_desk_tells_what_is_looked_for_and_whose_each_order_is() -> None:
    desk = Desk()
    desk.orders = [(ours("A", status=OrderStatus.SUBMITTED), AT)]
    desk.owners = {"1": "CLOSED"}
    ledger, clock = made(desk)
    clock.at = AT + timedelta(seconds=30)
    assert ledger.reach(clock.at) < AT
    assert not settled(ledger, theirs(1)).doubts
    assert not ledger.chain(ClientOrderId("A"))
    settled(ledger, theirs(1), theirs(2))
    assert (ledger.name("1"), ledger.name("2")) == ("CLOSED", "A")


def test_an_order_that_was_sent_just_before_a_restart_is_not_concluded_on_yet() -> None:
    desk = Desk()
    desk.orders = [(ours("A", status=OrderStatus.SUBMITTED), AT)]
    ledger, clock = made(desk)
    clock.at = AT + timedelta(seconds=3)
    assert settled(ledger, theirs(1)).held == {"1"}


def test_the_order_that_took_anothers_place_is_found_when_the_answer_to_the_change_was_lost() -> None:
    ledger, _ = made()
    ledger.numbered(ClientOrderId("A"), "1")
    gone = theirs(1, status="REPLACED", closeTime="2026-11-20T15:31:00+0000")
    ledger.changing(ClientOrderId("A"), under_way=True)
    assert settled(ledger, gone, theirs(2, seconds=60, price=91)).held == {"2"}
    ledger.changing(ClientOrderId("A"), under_way=False)
    assert settled(ledger, gone, theirs(2, seconds=60, price=91), theirs(3, seconds=300)) == Findings()
    assert ledger.chain(ClientOrderId("A")) == ("1", "2")


def test_two_orders_that_may_have_taken_anothers_place_are_a_doubt() -> None:
    ledger, _ = made()
    ledger.numbered(ClientOrderId("A"), "1")
    gone = theirs(1, status="REPLACED", closeTime="2026-11-20T15:31:00+0000")
    found = settled(ledger, gone, theirs(2, seconds=60), theirs(3, seconds=62))
    assert found.held == {"2", "3"}
    assert ClientOrderId("A") in found.doubts


def test_a_successor_that_is_named_is_taken_before_one_that_fits() -> None:
    for named in ("2", 2, {"orderId": 2}):
        ledger, _ = made()
        ledger.numbered(ClientOrderId("A"), "1")
        gone = theirs(1, status="REPLACED", closeTime="2026-11-20T15:31:00+0000", replacingOrderCollection=[named])
        assert settled(ledger, gone, theirs(2, seconds=60), theirs(3, seconds=62)) == Findings()
        assert ledger.chain(ClientOrderId("A")) == ("1", "2")


def test_a_clock_that_is_off_is_reckoned_with() -> None:
    book = SymbolBook()
    book.learn([wire.Listed("ACME", "NASDAQ", "EQUITY")])
    for skew, fits in ((timedelta(seconds=-60), True), (None, False)):
        ledger = Ledger(book, Hand(), NothingKnown(), 10.0, lambda told=skew: told)  # type: ignore[misc]  # bound now
        lost(ledger, "A")
        settled(ledger, theirs(1, seconds=-58))
        assert bool(ledger.chain(ClientOrderId("A"))) is fits


def test_a_successor_that_is_not_listed_yet_is_waited_for() -> None:
    ledger, clock = made()
    ledger.numbered(ClientOrderId("A"), "1")
    gone = theirs(1, status="REPLACED", closeTime="2026-11-20T15:31:00+0000")
    clock.at = AT + timedelta(seconds=70)
    assert settled(ledger, gone).held == {"1"}
    clock.at = AT + timedelta(minutes=10)
    assert settled(ledger, gone) == Findings()


def test_an_order_that_was_placed_and_replaced_by_hand_stays_one() -> None:
    desk = Desk()
    desk.owners = {"1": "EXTERNAL"}
    ledger, _ = made(desk)
    settled(ledger, theirs(1, status="REPLACED", closeTime="2026-11-20T15:31:00+0000"), theirs(2, seconds=60))
    assert ledger.chain(ClientOrderId("EXTERNAL")) == ("1", "2")


def test_what_fits_an_order_that_a_person_closed_at_the_desk_is_reported() -> None:
    desk = Desk()
    ledger, _ = made(desk)
    desk.orders = [(ours("A", status=OrderStatus.SUBMITTED), AT)]
    lost(ledger, "A")
    assert settled(ledger, theirs(1), theirs(2)).held == {"1", "2"}
    desk.orders = []
    assert settled(ledger, theirs(1), theirs(2)) == Findings()
    assert ledger.name("1") is None
