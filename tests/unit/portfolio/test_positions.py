from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.position import Position
from bidwell.model.terms import Side
from bidwell.portfolio.positions import Booking, fold
from tests.properties.samples import AAPL, fill

ONE = Decimal(1)
LADDER = (("10", "100"), ("10", "120"), ("10", "110"))


def after(*fills: tuple[Side, str, str], method: Booking = Booking.FIFO, multiplier: Decimal = ONE) -> Position:
    position = Position(AAPL.id)
    for number, (side, quantity, price) in enumerate(fills):
        position, _ = fold(position, fill(side, quantity, price, name=f"e{number}"), multiplier, method)
    return position


def lots(position: Position) -> list[tuple[str, str]]:
    return [(str(lot.quantity), str(lot.price)) for lot in position.lots]


@pytest.mark.parametrize(
    ("method", "left", "realized"),
    [
        (Booking.FIFO, [("5", "120"), ("10", "110")], "350"),
        (Booking.LIFO, [("10", "100"), ("5", "120")], "250"),
        (Booking.HIFO, [("10", "100"), ("5", "110")], "200"),
        (Booking.AVERAGE, [("15", "110")], "300"),
    ],
)
def test_a_sale_out_of_a_long_takes_lots_by_its_method(
    method: Booking, left: list[tuple[str, str]], realized: str
) -> None:
    long = after(*((Side.BUY, *lot) for lot in LADDER), method=method)
    position, gain = fold(long, fill(Side.SELL, "15", "130"), ONE, method)
    assert (lots(position), gain) == (left, Decimal(realized))
    assert position.realized_pnl == gain


@pytest.mark.parametrize(
    ("method", "left", "realized"),
    [
        (Booking.FIFO, [("-5", "120"), ("-10", "110")], "250"),
        (Booking.LIFO, [("-10", "100"), ("-5", "120")], "350"),
        (Booking.HIFO, [("-10", "120"), ("-5", "110")], "200"),
        (Booking.AVERAGE, [("-15", "110")], "300"),
    ],
)
def test_a_purchase_into_a_short_takes_lots_by_its_method(
    method: Booking, left: list[tuple[str, str]], realized: str
) -> None:
    short = after(*((Side.SELL, *lot) for lot in LADDER), method=method)
    position, gain = fold(short, fill(Side.BUY, "15", "90"), ONE, method)
    assert (lots(position), gain) == (left, Decimal(realized))


@pytest.mark.parametrize("method", list(Booking))
def test_a_fill_through_zero_closes_all_and_opens_the_rest(method: Booking) -> None:
    position = after((Side.BUY, "10", "100"), (Side.SELL, "25", "90"), method=method)
    assert (lots(position), position.realized_pnl, position.cost) == ([("-15", "90")], Decimal(-100), Decimal(-1350))


@pytest.mark.parametrize("method", list(Booking))
def test_a_position_closed_to_the_last_unit_is_flat(method: Booking) -> None:
    position = after((Side.BUY, "3", "100"), (Side.BUY, "3", "101"), (Side.SELL, "6", "110"), method=method)
    assert position.is_flat
    assert (position.lots, position.cost, position.realized_pnl) == ((), Decimal(0), Decimal(57))


def test_the_multiplier_scales_cost_and_gain() -> None:
    position = after((Side.BUY, "2", "4500"), (Side.SELL, "1", "4510"), multiplier=Decimal(50))
    assert (position.cost, position.realized_pnl) == (Decimal(225_000), Decimal(500))


def test_an_average_that_does_not_end_keeps_cost_and_lots_together() -> None:
    opened = ((Side.BUY, "1", "100"), (Side.BUY, "2", "100.05"), (Side.SELL, "1", "100"))
    position = after(*opened, method=Booking.AVERAGE)
    assert position.cost == sum(lot.quantity * lot.price for lot in position.lots)
    assert abs(position.realized_pnl + Decimal("0.1") / 3) < Decimal("1e-9")
    assert len(position.lots) == 1


def test_lots_keep_the_execution_that_opened_them() -> None:
    position = after((Side.BUY, "5", "1"), (Side.BUY, "5", "2"), (Side.SELL, "7", "3"))
    assert [(lot.execution_id, lot.quantity) for lot in position.lots] == [("e1", Decimal(3))]


@pytest.mark.parametrize(("currency", "fees"), [("USD", "1.5"), (None, "1.5"), ("INR", "0")])
def test_a_fee_counts_where_it_is_in_the_instruments_currency(currency: str | None, fees: str) -> None:
    paid = fill(Side.BUY, "1", "100", fee=Decimal("1.5"))
    position, _ = fold(Position(AAPL.id), paid, ONE, currency=currency)
    assert position.fees == Decimal(fees)
