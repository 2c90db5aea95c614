from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.terms import Side
from bidwell.risk.exposure import added_quantity, exit_room, reduces
from tests.properties.samples import order, proposal, view

BUY, SELL = Side.BUY, Side.SELL


@pytest.mark.parametrize(
    ("side", "position", "buying", "selling", "exits", "room"),
    [
        (SELL, 100, 0, 0, 0, 100),
        (SELL, 100, 30, 0, 0, 100),
        (SELL, 100, 0, 30, 0, 70),
        (SELL, 100, 0, 0, 60, 40),
        (SELL, 100, 0, 30, 60, 10),
        (SELL, 100, 0, 150, 0, -50),
        (BUY, 100, 0, 0, 60, -100),
        (BUY, 100, 20, 0, 0, -120),
        (BUY, -100, 0, 0, 0, 100),
        (BUY, -100, 25, 0, 25, 50),
        (SELL, -100, 0, 10, 50, -110),
        (BUY, 0, 0, 0, 0, 0),
        (SELL, 0, 0, 5, 0, -5),
    ],
)
def test_the_room_is_the_position_less_what_open_orders_take(
    side: Side, position: int, buying: int, selling: int, exits: int, room: int
) -> None:
    seen = view(
        position=Decimal(position), open_buy=Decimal(buying), open_sell=Decimal(selling), exits_taken=Decimal(exits)
    )
    assert seen.headroom(side) == room
    assert exit_room(seen, side) == max(room, 0)


@pytest.mark.parametrize(("quantity", "added"), [("40", "0"), ("40.001", "0.001"), ("140", "100")])
def test_of_an_order_only_what_goes_beyond_the_room_adds(quantity: str, added: str) -> None:
    seen = view(position=Decimal(100), exits_taken=Decimal(60))
    asked = proposal(order(SELL, quantity), view=seen)
    assert added_quantity(asked, Decimal(quantity)) == Decimal(added)
    assert reduces(asked) is (added == "0")


def test_without_room_the_whole_order_adds() -> None:
    asked = proposal(order(BUY, "5"), view=view(position=Decimal(1)))
    assert added_quantity(asked, Decimal(5)) == 5
    assert not reduces(asked)
