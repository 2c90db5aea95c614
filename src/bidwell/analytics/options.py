"""Greeks of European options (Black and Scholes, 1973; Merton, 1973), and the volatility that a price implies.

Prices and strikes are per unit of the underlying, `years` is the time to expiry, `rate` and `carry` are continuous
yearly rates (`carry` what the underlying pays or costs: a dividend yield, a coin's interest), `volatility` is a year's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from bidwell.model.errors import InvalidInput

_NORMAL: Final = NormalDist()
_LOWEST, _HIGHEST = 1e-4, 20.0
_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Greeks:
    """What one unit of an option is worth, and how that moves.

    `delta` per unit of the underlying's price, `gamma` of delta per unit, `vega` per point (0.01) of volatility,
    `theta` per calendar day that passes, `rho` per point (0.01) of the rate.
    """

    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def greeks(spot: float, strike: float, years: float, volatility: float, *, call: bool, rate: float = 0.0,
           carry: float = 0.0) -> Greeks:  # fmt: skip
    """Reckon them; raises InvalidInput for figures that are no price, time or volatility."""
    _check(spot, strike, years)
    if not (math.isfinite(volatility) and volatility > 0 and math.isfinite(rate) and math.isfinite(carry)):
        raise InvalidInput("option.volatility", "volatility must be above zero, and rates finite", field="volatility")
    root = volatility * math.sqrt(years)
    upper = (math.log(spot / strike) + (rate - carry + volatility**2 / 2) * years) / root
    sign = 1.0 if call else -1.0
    paid, held = math.exp(-rate * years), math.exp(-carry * years)
    near, far = _NORMAL.cdf(sign * upper), _NORMAL.cdf(sign * (upper - root))
    density = _NORMAL.pdf(upper)
    decay = -spot * held * density * volatility / (2 * math.sqrt(years))
    return Greeks(
        price=sign * (spot * held * near - strike * paid * far), delta=sign * held * near,
        gamma=held * density / (spot * root), vega=spot * held * density * math.sqrt(years) / 100,
        theta=(decay - sign * rate * strike * paid * far + sign * carry * spot * held * near) / 365,
        rho=sign * strike * years * paid * far / 100,
    )  # fmt: skip


def implied_volatility(price: float, spot: float, strike: float, years: float, *, call: bool, rate: float = 0.0,
                       carry: float = 0.0) -> float | None:  # fmt: skip
    """The volatility at which the formula gives this price, by bisection; None for a price that none gives.

    That is a price at or below what the option is worth without any movement, or above the underlying or strike.
    """
    _check(spot, strike, years)
    low, high = _LOWEST, _HIGHEST

    def worth(volatility: float) -> float:
        return greeks(spot, strike, years, volatility, call=call, rate=rate, carry=carry).price

    if not worth(low) < price < worth(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if worth(middle) < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _check(spot: float, strike: float, years: float) -> None:
    if not all(math.isfinite(figure) and figure > 0 for figure in (spot, strike, years)):
        raise InvalidInput("option.figure", "spot, strike and time to expiry must be above zero", field="spot")
