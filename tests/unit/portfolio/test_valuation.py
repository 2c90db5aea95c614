from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import InstrumentId
from bidwell.model.money import Rates
from bidwell.model.terms import Side
from bidwell.portfolio.portfolio import Portfolio
from bidwell.portfolio.valuation import Valuation, value
from tests.properties.samples import AAPL, ACCOUNT, EMINI, NOW, TATA, fill

INSTRUMENTS = {one.id: one for one in (AAPL, EMINI, TATA)}
RATES = Rates({("USD", "INR"): Decimal(80)})
PRICES = {AAPL.id: Decimal(110), EMINI.id: Decimal(4510), TATA.id: Decimal(800)}


def held(*fills: tuple[InstrumentId, Side, str, str]) -> Portfolio:
    portfolio = Portfolio(ACCOUNT)
    portfolio.adjust_cash("USD", Decimal(10_000), "opening balance", NOW)
    for number, (instrument, side, quantity, price) in enumerate(fills):
        portfolio.apply_fill(
            fill(side, quantity, price, name=f"e{number}", instrument=instrument), INSTRUMENTS[instrument]
        )
    return portfolio


def worth(portfolio: Portfolio, prices: dict[InstrumentId, Decimal], currency: str = "USD") -> Valuation:
    return value(portfolio, INSTRUMENTS, prices.get, RATES, currency)


def test_long_and_short_count_in_equity_by_their_sign_and_in_gross_without() -> None:
    found = worth(held((AAPL.id, Side.BUY, "10", "100"), (TATA.id, Side.SELL, "10", "880")), PRICES)
    assert (found.equity, found.unrealized_pnl) == (Decimal(10_110), Decimal(110))
    assert (found.gross_exposure, found.net_exposure) == (Decimal(1200), Decimal(1000))
    assert found.cash == Decimal(9110)
    assert found.missing == ()


def test_a_future_counts_its_unrealized_pnl_in_equity_and_its_notional_in_exposure() -> None:
    found = worth(held((EMINI.id, Side.SELL, "1", "4500")), PRICES)
    assert (found.equity, found.unrealized_pnl) == (Decimal(9500), Decimal(-500))
    assert (found.gross_exposure, found.net_exposure) == (Decimal(225_500), Decimal(-225_500))


def test_a_position_without_a_price_counts_at_cost_and_is_named() -> None:
    found = worth(held((AAPL.id, Side.BUY, "10", "100"), (EMINI.id, Side.BUY, "1", "4500")), {})
    assert (found.equity, found.unrealized_pnl, found.gross_exposure) == (
        Decimal(10_000), Decimal(0), Decimal(226_000),
    )  # fmt: skip
    assert found.missing == (AAPL.id, EMINI.id)


def test_all_is_converted_into_the_asked_currency() -> None:
    found = worth(held((TATA.id, Side.BUY, "1", "800")), PRICES, "INR")
    assert (found.currency, found.equity, found.gross_exposure) == ("INR", Decimal(800_000), Decimal(800))


def test_a_flat_position_needs_no_price() -> None:
    found = worth(held((AAPL.id, Side.BUY, "1", "100"), (AAPL.id, Side.SELL, "1", "90")), {})
    assert (found.equity, found.missing) == (Decimal(9990), ())


def test_an_unknown_rate_is_an_error_and_never_left_out() -> None:
    with pytest.raises(CurrencyMismatch):
        value(held((AAPL.id, Side.BUY, "1", "100")), INSTRUMENTS, PRICES.get, Rates(), "EUR")


def test_spent_cash_of_a_currency_without_a_rate_is_no_error() -> None:
    portfolio = held()
    portfolio.adjust_cash("JPY", Decimal(5), "in", NOW)
    portfolio.adjust_cash("JPY", Decimal(-5), "out", NOW)
    assert worth(portfolio, {}).equity == 10_000
