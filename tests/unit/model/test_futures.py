from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.model.futures import MONTH_CODES, PRODUCTS, contract, contract_symbol, product, split_symbol
from bidwell.model.instrument import Future
from bidwell.risk.funded.library import shipped

TODAY = date(2026, 11, 21)


def test_a_contract_is_its_exchange_symbol_at_its_exchange() -> None:
    found = contract("ES", 2026, 12, Decimal("0.25"), Decimal(50))
    assert (found.id, found.symbol, found.name) == ("ESZ6.XCME", "ESZ6", "E-mini S&P 500 Dec 2026")
    assert (found.tick_size, found.multiplier, found.lot_size) == (Decimal("0.25"), Decimal(50), Decimal(1))
    assert (found.currency, found.calendar) == ("USD", "CMES")
    assert found.contract == Future("ES", date(2026, 12, 18))
    assert found.root == "ES"


@pytest.mark.parametrize(
    ("root", "year", "month", "last"),
    [
        ("ES", 2025, 12, "2025-12-19"), ("MNQ", 2026, 6, "2026-06-18"),  # the third Friday is a holiday
        ("YM", 2026, 3, "2026-03-20"), ("NKD", 2025, 12, "2025-12-11"), ("6E", 2025, 12, "2025-12-15"),
        ("6C", 2025, 12, "2025-12-16"), ("M6E", 2026, 3, "2026-03-16"), ("CL", 2025, 12, "2025-11-20"),
        ("CL", 2026, 1, "2025-12-19"), ("MCL", 2025, 12, "2025-11-19"), ("NG", 2025, 12, "2025-11-25"),
        ("QG", 2025, 12, "2025-11-24"), ("RB", 2025, 12, "2025-11-28"), ("GC", 2025, 12, "2025-12-29"),
        ("ZN", 2025, 12, "2025-12-19"), ("ZF", 2025, 12, "2025-12-31"), ("ZC", 2025, 12, "2025-12-12"),
        ("HE", 2025, 12, "2025-12-12"), ("LE", 2025, 12, "2025-12-31"), ("MBT", 2025, 12, "2025-12-26"),
    ],
)  # fmt: skip
def test_a_contract_ends_on_the_day_that_its_specification_says(root: str, year: int, month: int, last: str) -> None:
    assert product(root).last_day(year, month).isoformat() == last


@pytest.mark.parametrize("root", PRODUCTS)
def test_every_month_of_every_product_ends_on_a_weekday_near_it_and_its_symbol_leads_back(root: str) -> None:
    for year in range(2024, 2034):
        for month in range(1, 13):
            last = product(root).last_day(year, month)
            assert last.weekday() < 5
            assert -31 < (date(year, month, 1) - last).days < 21
            assert split_symbol(contract_symbol(root, year, month), date(year, 1, 1)) == (root, year, month)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ESZ6", ("ES", 2026, 12)), ("esz26 ", ("ES", 2026, 12)), ("ESH7", ("ES", 2027, 3)), ("ESZ5", ("ES", 2025, 12)),
        ("ESZ4", ("ES", 2034, 12)), ("6EU7", ("6E", 2027, 9)), ("M2KZ6", ("M2K", 2026, 12)), ("ZZ6", None), ("ES", None),
        ("ESA6", None), ("XYZZ6", None), ("", None), ("ESZ126", None),
    ],
)  # fmt: skip
def test_a_symbol_is_read_with_its_year_near_today(text: str, meant: tuple[str, int, int] | None) -> None:
    if meant is not None:
        assert split_symbol(text, TODAY) == meant
        return
    with pytest.raises(InvalidInput, match="no futures symbol"):
        split_symbol(text, TODAY)


def test_a_broker_whose_point_is_worth_something_else_is_refused() -> None:
    with pytest.raises(ConfigError, match="worth 50 USD, not 5"):
        contract("ES", 2026, 12, Decimal("0.25"), Decimal(5))
    with pytest.raises(ConfigError, match="no futures product"):
        contract("XX", 2026, 12, Decimal("0.25"), Decimal(5))


def test_the_twelve_month_codes_are_the_exchanges() -> None:
    assert MONTH_CODES == "FGHJKMNQUVXZ"


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_a_funded_rulebook_weighs_is_a_product_under_that_name(name: str) -> None:
    assert set(tomllib.loads(shipped()[name]).get("weights", {})) <= set(PRODUCTS)
