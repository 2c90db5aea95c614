from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.risk.figures import grouped, largest, money, percent, suggestion, text
from tests.properties.samples import proposal


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("1E+3", "1000"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
        ("5712.30", "5712.3"),
        ("-10.50", "-10.5"),
        ("123456789012345.123456789012", "123456789012345.123456789012"),
    ],
)
def test_a_figure_is_written_exactly_and_plainly(value: str, written: str) -> None:
    assert text(Decimal(value)) == written


def test_figures_for_reading_are_grouped() -> None:
    assert grouped(Decimal("1234567.8900")) == "1,234,567.89"
    assert money(Decimal(2500), "USD") == "2,500 USD"
    assert money(Decimal("5712.3"), "USD") == "5,712.30 USD"
    assert money(Decimal("-1234.567"), "USD") == "-1,234.57 USD"
    assert money(Decimal("1e40"), "USD").startswith("10,000,000")
    assert percent(Decimal("0.05")) == "5 %"
    assert percent(Decimal("0.0909090909")) == "9.09 %"


def test_a_suggestion_names_the_instrument_or_says_that_nothing_passes() -> None:
    assert suggestion(proposal(), Decimal(4)) == "4 AAPL would pass"
    assert suggestion(proposal(), Decimal(0)) == "no quantity would pass"


@pytest.mark.parametrize("estimate", ["9", "9.999999999999999999999999999", "10", "10.5", "11", "11.9"])
def test_the_largest_quantity_is_found_though_its_estimate_is_rounded(estimate: str) -> None:
    assert largest(proposal(), Decimal(estimate), lambda candidate: candidate <= 10) == 10


def test_the_largest_quantity_is_never_below_zero() -> None:
    assert largest(proposal(), Decimal(-5), lambda _: False) == 0
