from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model import events, held_events, retirement, risk_events
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.position import Position
from bidwell.model.terms import Side
from tests.properties.samples import AAPL, fill, quote


def test_a_fill_is_signed_by_its_side() -> None:
    assert fill(Side.BUY, "3", "10").signed_quantity == 3
    assert fill(Side.SELL, "3", "10").signed_quantity == -3


@pytest.mark.parametrize(
    ("quantity", "price"), [("0", "1"), ("-1", "1"), ("NaN", "1"), ("1", "NaN"), ("1", "Infinity")]
)
def test_what_is_not_an_execution_is_not_understood(quantity: str, price: str) -> None:
    with pytest.raises(ProtocolError):
        fill(Side.BUY, quantity, price)


def test_a_position_derives_its_average_and_its_unrealized_pnl() -> None:
    short = Position(AAPL.id, Decimal(-2), Decimal(-1000))
    assert short.average_price(Decimal(50)) == 10
    assert short.unrealized_pnl(Decimal(9), Decimal(50)) == 100
    assert not short.is_flat


def test_a_flat_position_has_no_average() -> None:
    assert Position(AAPL.id).average_price() is None
    assert Position(AAPL.id).is_flat


def test_the_middle_of_the_market_is_halfway() -> None:
    assert quote(bid="99", ask="101").mid == 100


def test_the_journal_knows_every_event_by_its_name() -> None:
    concrete = {
        name
        for module in (events, held_events, risk_events, retirement)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, events.Event) and kind not in {events.Event, events.OrderEvent}
    }
    assert set(events.KINDS) == concrete


def test_an_invalid_input_carries_code_field_and_hint() -> None:
    refused = InvalidInput("sizing.not_positive", "the size must be above zero", field="value", hint="use SELL")
    assert (refused.code, str(refused), refused.field, refused.hint) == (
        "sizing.not_positive", "the size must be above zero", "value", "use SELL",
    )  # fmt: skip
