"""Greeks against published figures, against differences of the price, and back through the implied volatility."""

from __future__ import annotations

import math

import pytest

from bidwell.analytics.options import greeks, implied_volatility
from bidwell.model.errors import InvalidInput


def test_the_textbook_figures() -> None:
    # Hull, Options, Futures, and Other Derivatives: S 42, K 40, r 10 %, half a year, 20 %: call 4.76, put 0.81;
    # S 49, K 50, r 5 %, 20 weeks, 20 %: delta 0.522, gamma 0.066, vega 12.1, theta -4.31 a year, rho 8.91.
    assert greeks(42, 40, 0.5, 0.2, call=True, rate=0.1).price == pytest.approx(4.76, abs=0.005)
    assert greeks(42, 40, 0.5, 0.2, call=False, rate=0.1).price == pytest.approx(0.81, abs=0.005)
    found = greeks(49, 50, 0.3846, 0.2, call=True, rate=0.05)
    assert found.delta == pytest.approx(0.522, abs=5e-4)
    assert found.gamma == pytest.approx(0.066, abs=5e-4)
    assert found.vega * 100 == pytest.approx(12.1, abs=0.05)
    assert found.theta * 365 == pytest.approx(-4.31, abs=0.005)
    assert found.rho * 100 == pytest.approx(8.91, abs=0.005)


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("carry", [0.0, 0.03, 0.08])
def test_every_greek_is_the_difference_of_prices(call: bool, carry: float) -> None:
    def price(spot: float = 95.0, years: float = 0.7, volatility: float = 0.35, rate: float = 0.04) -> float:
        return greeks(spot, 100, years, volatility, call=call, rate=rate, carry=carry).price

    found, step = greeks(95, 100, 0.7, 0.35, call=call, rate=0.04, carry=carry), 1e-4
    assert found.delta == pytest.approx((price(95 + step) - price(95 - step)) / (2 * step), rel=1e-5)
    assert found.gamma == pytest.approx((price(95.01) - 2 * price() + price(94.99)) / 1e-4, rel=1e-3)
    assert found.vega * 100 == pytest.approx(
        (price(volatility=0.35 + step) - price(volatility=0.35 - step)) / (2 * step), rel=1e-5
    )
    assert found.theta * 365 == pytest.approx(
        (price(years=0.7 - step) - price(years=0.7 + step)) / (2 * step), rel=1e-5
    )
    assert found.rho * 100 == pytest.approx((price(rate=0.04 + step) - price(rate=0.04 - step)) / (2 * step), rel=1e-5)


def test_a_call_less_a_put_is_the_forward() -> None:
    call, put = (greeks(95, 100, 0.7, 0.35, call=call, rate=0.04, carry=0.02).price for call in (True, False))
    assert call - put == pytest.approx(95 * math.exp(-0.014) - 100 * math.exp(-0.028))


@pytest.mark.parametrize("volatility", [0.05, 0.2, 0.9, 3.0])
def test_the_implied_volatility_gives_the_price_back(volatility: float) -> None:
    price = greeks(100, 110, 0.25, volatility, call=False, rate=0.03).price
    assert implied_volatility(price, 100, 110, 0.25, call=False, rate=0.03) == pytest.approx(volatility, rel=1e-6)


def test_what_no_volatility_gives_is_none_and_nonsense_is_refused() -> None:
    assert implied_volatility(9.9, 110, 100, 0.25, call=True) is None
    assert implied_volatility(111, 110, 100, 0.25, call=True) is None
    for spot, strike, years, volatility in (
        (0, 1, 1, 1),
        (1, math.nan, 1, 1),
        (1, 1, 0, 1),
        (1, 1, 1, 0),
        (1, 1, 1, math.inf),
    ):
        with pytest.raises(InvalidInput):
            greeks(spot, strike, years, volatility, call=True)
