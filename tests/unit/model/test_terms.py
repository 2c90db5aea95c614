from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from tests.properties.samples import NOW

GOOD: list[dict[str, Any]] = [
    {"order_type": OrderType.MARKET},
    {"order_type": OrderType.LIMIT, "limit_price": Decimal("9.5")},
    {"order_type": OrderType.STOP, "stop_price": Decimal("9.5")},
    {"order_type": OrderType.STOP_LIMIT, "stop_price": Decimal("9.5"), "limit_price": Decimal("9.6")},
    {"order_type": OrderType.TRAILING_STOP, "trail_amount": Decimal("0.5")},
    {"order_type": OrderType.TRAILING_STOP, "trail_percent": Decimal("99.9")},
    {"time_in_force": TimeInForce.GTD, "expires_at": NOW},
]

BAD: list[tuple[str, dict[str, Any]]] = [
    ("terms.limit_price_missing", {"order_type": OrderType.LIMIT}),
    ("terms.stop_price_missing", {"order_type": OrderType.STOP_LIMIT, "limit_price": Decimal(1)}),
    ("terms.trail_amount_missing", {"order_type": OrderType.TRAILING_STOP}),
    ("terms.limit_price_unexpected", {"limit_price": Decimal(1)}),
    (
        "terms.stop_price_unexpected",
        {"order_type": OrderType.LIMIT, "limit_price": Decimal(1), "stop_price": Decimal(1)},
    ),
    ("terms.trail_amount_unexpected", {"trail_percent": Decimal(1)}),
    ("terms.trail", {"order_type": OrderType.TRAILING_STOP, "trail_amount": Decimal(1), "trail_percent": Decimal(1)}),
    ("terms.trail_percent_invalid", {"order_type": OrderType.TRAILING_STOP, "trail_percent": Decimal(100)}),
    ("terms.expires_at", {"time_in_force": TimeInForce.GTD}),
    ("terms.expires_at", {"expires_at": NOW}),
    ("terms.expires_at", {"time_in_force": TimeInForce.GTD, "expires_at": datetime(2026, 3, 2)}),  # noqa: DTZ001 - the bad input
]

UNBEARABLE = [
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "0",
    "-0",
    "-1",
    "1e30",
    "1.000000000000000000000000000000000000001",
]


@pytest.mark.parametrize("given", GOOD)
def test_prices_that_fit_the_type_are_taken(given: dict[str, Any]) -> None:
    assert Terms(**given) == Terms(**given)


@pytest.mark.parametrize(("code", "given"), BAD)
def test_prices_that_do_not_fit_the_type_are_refused_with_a_code(code: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Terms(**given)
    assert refused.value.code == code
    assert refused.value.field


@pytest.mark.parametrize("figure", UNBEARABLE)
@pytest.mark.parametrize(
    ("order_type", "name"),
    [
        (OrderType.LIMIT, "limit_price"),
        (OrderType.STOP, "stop_price"),
        (OrderType.TRAILING_STOP, "trail_amount"),
        (OrderType.TRAILING_STOP, "trail_percent"),
    ],
)
def test_a_price_that_cannot_be_reckoned_with_is_refused(figure: str, order_type: OrderType, name: str) -> None:
    given: dict[str, Any] = {"order_type": order_type, name: Decimal(figure)}
    with pytest.raises(InvalidInput, match=r"above zero|below 100"):
        Terms(**given)


def test_the_prices_are_the_absolute_ones() -> None:
    stop_limit = Terms(OrderType.STOP_LIMIT, stop_price=Decimal(9), limit_price=Decimal(8))
    assert stop_limit.prices == (Decimal(8), Decimal(9))
    assert Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(1)).prices == ()


def test_each_side_undoes_the_other() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)
    assert (Side.BUY.opposite, Side.SELL.opposite) == (Side.SELL, Side.BUY)


@pytest.mark.parametrize(
    "given",
    [
        {"stop_price": Decimal(9)},
        {"trail_amount": Decimal(1)},
        {"take_profit_price": Decimal(12)},
        {"stop_price": Decimal(9), "take_profit_price": Decimal(12)},
    ],
)
def test_protection_is_a_stop_a_target_or_both(given: dict[str, Any]) -> None:
    assert Protection(**given) == Protection(**given)


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("protection.empty", {}),
        ("protection.stop", {"stop_price": Decimal(9), "trail_amount": Decimal(1)}),
        *(("protection.invalid", {"stop_price": Decimal(figure)}) for figure in UNBEARABLE),
    ],
)
def test_protection_that_protects_nothing_is_refused(code: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Protection(**given)
    assert refused.value.code == code
