"""What a portfolio is worth in one currency at given prices and rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO, Rates
from bidwell.portfolio.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Valuation:
    """A portfolio in `currency`.

    `equity` is cash plus the worth of positions (for futures their unrealized P&L). Exposures are notional:
    gross sums absolute values, net signed ones. `missing` names the positions without a price, which count
    at cost.
    """

    currency: str
    equity: Decimal
    cash: Decimal
    gross_exposure: Decimal
    net_exposure: Decimal
    unrealized_pnl: Decimal
    missing: tuple[InstrumentId, ...] = ()


def value(
    portfolio: Portfolio,
    instruments: Mapping[InstrumentId, Instrument],
    price_of: Callable[[InstrumentId], Decimal | None],
    rates: Rates,
    currency: str,
) -> Valuation:
    """Value a portfolio in `currency`.

    Raises CurrencyMismatch where a rate is unknown: an amount that cannot be converted is never left out.
    """
    cash = sum((amount * rates.rate(held, currency) for held, amount in portfolio.cash.items() if amount), ZERO)
    equity, gross, net, unrealized = cash, ZERO, ZERO, ZERO
    missing: list[InstrumentId] = []
    for ident, position in portfolio.positions.items():
        if not position.quantity:
            continue
        instrument = instruments[ident]
        rate = rates.rate(instrument.currency, currency)
        price = price_of(ident)
        if price is None:
            missing.append(ident)
            notional = position.cost * rate
            gain = ZERO
        else:
            notional = position.quantity * price * instrument.multiplier * rate
            gain = notional - position.cost * rate
        equity += notional if instrument.settles_notional else gain
        gross += abs(notional)
        net += notional
        unrealized += gain
    return Valuation(currency, equity, cash, gross, net, unrealized, tuple(missing))
