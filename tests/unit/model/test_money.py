from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.errors import CurrencyMismatch
from bidwell.model.money import Money, Rates, bearable

TABLE = {("USD", "INR"): Decimal(80), ("EUR", "USD"): Decimal("1.25"), ("COIN", "USD"): Decimal(50_000)}


def test_money_of_one_currency_adds_subtracts_and_negates() -> None:
    one, two = Money(Decimal("1.10"), "USD"), Money(Decimal("2.20"), "USD")
    assert one + two == Money(Decimal("3.30"), "USD")
    assert one - two == Money(Decimal("-1.10"), "USD")
    assert -one == Money(Decimal("-1.10"), "USD")


def test_money_of_two_currencies_does_not_combine() -> None:
    dollars, rupees = Money(Decimal(1), "USD"), Money(Decimal(1), "INR")
    with pytest.raises(CurrencyMismatch):
        _ = dollars + rupees
    with pytest.raises(CurrencyMismatch):
        _ = dollars - rupees


@pytest.mark.parametrize(
    ("first", "second", "rate"),
    [
        ("USD", "USD", "1"),
        ("USD", "INR", "80"),
        ("INR", "USD", "0.0125"),
        ("EUR", "INR", "100"),
        ("INR", "EUR", "0.01"),
        ("COIN", "EUR", "40000"),
        ("EUR", "COIN", "0.000025"),
    ],
)
def test_a_rate_is_found_straight_inverted_or_crossed(first: str, second: str, rate: str) -> None:
    assert Rates(TABLE).rate(first, second) == Decimal(rate)


def test_money_converts_at_the_rate() -> None:
    assert Rates(TABLE).convert(Money(Decimal(3), "EUR"), "INR") == 300


def test_a_pair_without_a_way_between_is_a_mismatch() -> None:
    with pytest.raises(CurrencyMismatch, match="USD and JPY"):
        Rates(TABLE).rate("USD", "JPY")


def test_a_straight_rate_goes_before_a_cross() -> None:
    rates = Rates(TABLE)
    rates.set("EUR", "INR", Decimal(99))
    assert rates.rate("EUR", "INR") == 99


def test_of_two_ways_the_same_is_taken_whatever_was_known_first() -> None:
    ways = {("A", "X"): Decimal(2), ("X", "B"): Decimal(3), ("A", "Y"): Decimal(5), ("Y", "B"): Decimal(7)}
    backwards = dict(reversed(ways.items()))
    assert Rates(ways).rate("A", "B") == Rates(backwards).rate("A", "B") == 6


def test_the_pairs_are_a_copy() -> None:
    rates = Rates(TABLE)
    rates.pairs().clear()
    assert rates.pairs() == TABLE


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_positive_and_finite(rate: str) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        Rates().set("USD", "INR", Decimal(rate))


@pytest.mark.parametrize(
    ("figure", "fits"),
    [
        ("1e15", True),
        ("-1e15", True),
        ("0", True),
        ("1.000000000000000000000000001", True),
        ("1000000000000000.1", False),
        ("1.0000000000000000000000000001", False),
        ("NaN", False),
        ("sNaN", False),
        ("Infinity", False),
    ],
)
def test_a_figure_is_bearable_while_arithmetic_keeps_it_exactly(figure: str, fits: bool) -> None:
    assert bearable(Decimal(figure)) is fits
