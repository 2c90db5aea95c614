from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.model.terms import Side
from bidwell.portfolio.ledger import LedgerEntry, LedgerName, Posting, for_adjustment, for_cash, for_fill
from tests.properties.samples import AAPL, EMINI, NOW, fill

BOUGHT = fill(Side.BUY, "10", "100")
SOLD = fill(Side.SELL, "10", "110")


def amounts(entry: LedgerEntry) -> dict[tuple[str, str], Decimal]:
    return {(str(one.account_name), one.currency): one.amount for one in entry.postings}


def test_postings_that_do_not_sum_to_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="do not balance"):
        LedgerEntry(NOW, "wrong", (Posting(LedgerName.CASH, "USD", Decimal(1)),))


def test_postings_balance_in_each_currency_by_itself() -> None:
    crossed = (Posting(LedgerName.CASH, "USD", Decimal(1)), Posting(LedgerName.FEES, "INR", Decimal(-1)))
    with pytest.raises(ValueError, match="do not balance"):
        LedgerEntry(NOW, "crossed", crossed)


def test_a_purchase_turns_cash_into_position() -> None:
    entry = for_fill(AAPL, BOUGHT, Decimal(0), Decimal(1000))
    assert amounts(entry) == {("cash", "USD"): Decimal(-1000), ("positions", "USD"): Decimal(1000)}


def test_a_sale_brings_its_proceeds_and_realizes_the_rest() -> None:
    entry = for_fill(AAPL, SOLD, Decimal(100), Decimal(-1000))
    assert amounts(entry) == {
        ("cash", "USD"): Decimal(1100),
        ("positions", "USD"): Decimal(-1000),
        ("realized", "USD"): Decimal(-100),
    }


def test_a_fee_is_paid_in_its_own_currency() -> None:
    entry = for_fill(AAPL, replace(BOUGHT, fee=Decimal(40), fee_currency="INR"), Decimal(0), Decimal(1000))
    assert amounts(entry)["cash", "INR"] == -40
    assert amounts(entry)["fees", "INR"] == 40


def test_a_future_moves_only_what_it_realized() -> None:
    assert for_fill(EMINI, BOUGHT, Decimal(0), Decimal(50_000)).postings == ()
    entry = for_fill(EMINI, SOLD, Decimal(500), Decimal(-50_000))
    assert amounts(entry) == {("cash", "USD"): Decimal(500), ("realized", "USD"): Decimal(-500)}


def test_cash_from_outside_is_capital() -> None:
    entry = for_cash("USD", Decimal(-250), "withdrawal", NOW)
    assert amounts(entry) == {("cash", "USD"): Decimal(-250), ("capital", "USD"): Decimal(250)}
    assert (entry.memo, entry.at) == ("withdrawal", NOW)


def test_an_adjusted_position_moves_capital_and_no_cash() -> None:
    entry = for_adjustment(AAPL, Decimal(0), Decimal(500), "opening balance", NOW)
    assert amounts(entry) == {("capital", "USD"): Decimal(-500), ("positions", "USD"): Decimal(500)}
