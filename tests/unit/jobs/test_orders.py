"""What a strategy placed as a request to the desk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bidwell.jobs.live.messages import Placed
from bidwell.jobs.live.orders import Sender, key_of, number_in, request_of
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, StrategyId
from bidwell.model.intent import SizingBy, Source
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.scripted import share
from bidwell.strategy import sizing

SENDER = Sender("srn_1", "Test", StrategyId("srn_1"), None, AccountId("a"), {"ACME": share("ACME")})


def placed(number: int, **changes: Any) -> Placed:  # noqa: ANN401 - fields of an order
    terms = {"symbol": "ACME", "side": 1.0, "by": sizing.BY_QUANTITY, "amount": 2.0, "price": 100.0, **changes}
    return Placed(number, **terms)


@pytest.mark.parametrize(
    ("changes", "by", "value", "kind"),
    [
        ({"by": sizing.BY_NOTIONAL, "amount": 500.0}, SizingBy.NOTIONAL, "500", OrderType.MARKET),
        ({"by": sizing.BY_PERCENT, "amount": 12.5}, SizingBy.PERCENT_OF_EQUITY, "12.5", OrderType.MARKET),
        ({"by": sizing.CLOSING, "amount": 50.0}, SizingBy.CLOSE, "50", OrderType.MARKET),
        ({"by": sizing.TO_QUANTITY, "amount": -3.0}, SizingBy.TARGET, "-3", OrderType.MARKET),
        ({"by": sizing.TO_NOTIONAL, "amount": 250.0}, SizingBy.TARGET, "2.5", OrderType.MARKET),
        ({"by": sizing.TO_PERCENT, "amount": -5.0}, SizingBy.TARGET, "-5", OrderType.MARKET),
        ({"limit": 99.994}, SizingBy.QUANTITY, "2", OrderType.LIMIT),
        ({"stop": 99.99, "validity": sizing.DAY}, SizingBy.QUANTITY, "2", OrderType.STOP),
        ({"stop": 101.0, "limit": 102.0}, SizingBy.QUANTITY, "2", OrderType.STOP_LIMIT),
        ({"trail": 0.004}, SizingBy.QUANTITY, "2", OrderType.TRAILING_STOP),
        ({"trail_share": 0.025}, SizingBy.QUANTITY, "2", OrderType.TRAILING_STOP),
    ],
)
def test_every_way_of_ordering_becomes_a_request(
    changes: dict[str, Any], by: SizingBy, value: str, kind: OrderType
) -> None:
    intent = request_of(placed(1, stop_loss=80.004, take_profit=130.0, **changes), SENDER, 7, 10_000.0)
    assert (intent.key, intent.source, intent.strategy, intent.account) == (
        "run:srn_1:7:1",
        Source.STRATEGY,
        "srn_1",
        "a",
    )
    assert (intent.sizing.by, str(intent.sizing.value), intent.terms.order_type) == (by, value, kind)
    assert intent.protection is not None
    assert (intent.protection.stop_price, intent.protection.take_profit_price) == (Decimal("80.00"), Decimal("130.00"))
    assert intent.terms.time_in_force is (
        TimeInForce.DAY if kind is OrderType.MARKET or "validity" in changes else TimeInForce.GTC
    )
    if kind is OrderType.TRAILING_STOP and "trail" in changes:
        assert intent.terms.trail_amount == Decimal("0.01")
    if kind is OrderType.LIMIT:
        assert intent.terms.limit_price == Decimal("99.99")


def test_sides_and_keys() -> None:
    assert request_of(placed(1), SENDER, 7, 0.0).side is Side.BUY
    assert request_of(placed(1, side=-1.0), SENDER, 7, 0.0).side is Side.SELL
    assert request_of(placed(1, by=sizing.TO_QUANTITY), SENDER, 7, 0.0).side is None
    assert number_in(key_of("srn_1", 5, 42), "srn_1") == 42
    assert number_in(key_of("srn_2", 5, 42), "srn_1") is None
    assert number_in("alert:srn_1:5:42", "srn_1") is None


@pytest.mark.parametrize("wrong", [{"amount": 1e30}, {"trail": 1.0, "limit": 90.0}, {"amount": float("nan")}])
def test_what_no_order_can_say_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        request_of(placed(1, **wrong), SENDER, 7, 0.0)
