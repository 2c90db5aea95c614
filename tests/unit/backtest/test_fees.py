"""Fees worked by hand. The sources and their dates stand beside each case."""

from __future__ import annotations

from typing import Any

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.fees import FeeModel, FeeTerms, Tier
from bidwell.strategy.bars import Bars
from tests.unit.backtest.markets import DAY, bars
from tests.unit.backtest.test_matching import ran

LATE = 20_600
"""Days since 1970 of 2026-05-27."""


def market(price: float, day: int = 1) -> Bars:
    row = (price, price, price, price)
    plain = bars(row, row, row, row)
    return Bars("X", plain.time + (day - 1) * DAY, plain.open, plain.high, plain.low, plain.close, plain.volume)


def round_trip(model: FeeModel, quantity: float, price: float, day: int = 1) -> list[float]:
    result = ran(market(price, day), {0: lambda s: s.buy(quantity), 1: lambda s: s.close()}, fees=model, cash=1e9)
    return [float(each) for each in result.fills["fee"]]


@pytest.mark.parametrize(
    ("quantity", "price", "fee"),
    # Interactive Brokers, "Commissions Stocks", fixed examples, as of 2024.
    [(100, 25.0, 1.0), (1_000, 25.0, 5.0), (1_000, 0.25, 2.5), (200, 25.0, 1.0), (201, 25.0, 1.005)],
)
def test_ibkr_fixed_is_the_broker_s_own_example(quantity: float, price: float, fee: float) -> None:
    assert round_trip(fees.ibkr_fixed(), quantity, price) == pytest.approx([fee, fee])


@pytest.mark.parametrize(
    ("monthly", "fee"),
    # The same page's tiers, for 1,000 shares at 25; a boundary belongs to the lower tier.
    [(0, 3.5), (300_000, 3.5), (300_001, 2.0), (3_000_001, 1.5), (20_000_001, 1.0), (100_000_001, 0.5)],
)
def test_ibkr_tiered_goes_by_the_month_s_shares(monthly: float, fee: float) -> None:
    assert round_trip(fees.ibkr_tiered(monthly_volume=monthly), 1_000, 25.0) == pytest.approx([fee, fee])


def test_ibkr_tiered_has_a_minimum_and_a_cap() -> None:
    assert round_trip(fees.ibkr_tiered(), 10, 25.0)[0] == pytest.approx(0.35)
    assert round_trip(fees.ibkr_tiered(), 1_000, 0.05)[0] == pytest.approx(0.5)


def test_the_month_s_own_shares_lower_the_tier_from_the_next_day_on() -> None:
    model = fees.ibkr_tiered(by_volume=True)
    acts = {each: (lambda s: s.buy(301_000)) for each in range(3)}
    row = (10.0, 10.0, 10.0, 10.0)
    found = ran(bars(row, row, row, row), acts, fees=model, cash=1e9).fills["fee"].to_list()
    assert found == pytest.approx([301_000 * 0.0035, 301_000 * 0.002, 301_000 * 0.002])


def test_a_seller_of_us_shares_pays_the_sec_by_date_and_finra() -> None:
    # Section 31 advisories: 27.80 per million until 2025-05-13, 0.00 from 2025-05-14; FINRA 0.000166 a share.
    before = 20_000  # 2024-10-04
    bought, sold = round_trip(fees.ibkr_fixed(regulatory=True), 1_000, 25.0, before)
    assert (bought, sold) == pytest.approx((5.0, 5.0 + 25_000 * 27.8e-6 + 0.166))
    assert round_trip(fees.ibkr_fixed(regulatory=True), 1_000, 25.0, LATE)[1] == pytest.approx(5.166)
    assert round_trip(fees.ibkr_fixed(regulatory=True), 100_000, 25.0, LATE)[1] == pytest.approx(500.0 + 8.3)
    clearing = 0.2 + 3.5 * (0.000175 + 0.000563)
    assert round_trip(fees.ibkr_tiered(regulatory=True), 1_000, 25.0, before)[0] == pytest.approx(3.5 + clearing)


def test_a_cme_contract_pays_commission_exchange_and_nfa() -> None:
    # Interactive Brokers 0.85 up to 1,000 contracts, CME 1.38 for an E-mini and 0.35 for a micro, NFA 0.02; 2026.
    assert round_trip(fees.cme("ES"), 3, 4000.0) == pytest.approx([6.75, 6.75])
    assert round_trip(fees.cme("mes", commission=0.25), 1, 4000.0)[0] == pytest.approx(0.62)
    assert round_trip(fees.cme("CL", exchange=1.5), 1, 70.0)[0] == pytest.approx(2.37)
    with pytest.raises(InvalidInput, match="exchange's fee for CL"):
        fees.cme("CL")


@pytest.mark.parametrize(("volume", "maker", "taker"), [(0, 0.4, 0.6), (9_999, 0.4, 0.6), (10_000, 0.25, 0.4),
                                                         (4e8, 0.0, 0.05)])  # fmt: skip
def test_crypto_tiers_go_by_thirty_days(volume: float, maker: float, taker: float) -> None:
    # Coinbase Advanced, as CCXT 4.5 lists it.
    terms = fees.crypto("coinbase", volume=volume).terms[0]
    assert (terms.maker * 100, terms.taker * 100) == pytest.approx((maker, taker))


DATES = {"2021": 18_800, "2023-04": 19_500, "2024-10": 20_000, "2026-04": LATE}


@pytest.mark.parametrize(
    ("segment", "date", "quantity", "price", "bought", "sold"),
    [
        # Delivery, 100 at 1,000: STT 0.1 % both ways, stamp 0.015 % on the buy, NSE, SEBI 10 a crore, 18 % on the two.
        ("delivery", "2024-10", 100, 1_000.0, 100 + 15 + 3.07 * 1.18, 100 + 3.07 * 1.18),
        ("delivery", "2026-04", 100, 1_000.0, 100 + 15 + 3.17 * 1.18, 100 + 3.17 * 1.18),
        # Intraday, 100 at 1,000: 20 brokerage is less than 0.03 %; STT 0.025 % on the sale.
        ("intraday", "2021", 100, 1_000.0, 23.55 * 1.18 + 3, 23.55 * 1.18 + 25),
        ("intraday", "2023-04", 100, 100.0, 3.335 * 1.18 + 0.3, 3.335 * 1.18 + 2.5),
        # A futures contract of 20 lakh: STT 400 until March 2026 and 1,000 from April (Budget 2026).
        ("futures", "2024-10", 100, 20_000.0, (20 + 34.6 + 2) * 1.18 + 40, (20 + 34.6 + 2) * 1.18 + 400),
        ("futures", "2026-04", 100, 20_000.0, (20 + 36.6 + 2) * 1.18 + 40, (20 + 36.6 + 2) * 1.18 + 1_000),
        # Options, premium 100 × 100: STT 0.1 % and 0.15 % of the premium sold.
        ("options", "2024-10", 100, 100.0, (20 + 3.503 + 0.01) * 1.18 + 0.3, (20 + 3.503 + 0.01) * 1.18 + 10),
        ("options", "2026-04", 100, 100.0, (20 + 3.553 + 0.01) * 1.18 + 0.3, (20 + 3.553 + 0.01) * 1.18 + 15),
    ],
)
def test_the_indian_schedule_by_segment_and_date(
    segment: str, date: str, quantity: float, price: float, bought: float, sold: float
) -> None:
    assert round_trip(fees.india(segment), quantity, price, DATES[date]) == pytest.approx([bought, sold])


def test_a_change_of_terms_counts_from_its_first_day() -> None:
    # 1 April 2026 is day 20,544: the future's sale on the day before still pays 0.02 %.
    for day, stt in ((20_544 - 2, 0.0002), (20_544 - 1, 0.0005)):
        row = (20_000.0,) * 4
        plain = bars(row, row, row)
        early = Bars("X", plain.time + (day - 1) * DAY, plain.open, plain.high, plain.low, plain.close, plain.volume)
        fee = ran(early, {0: lambda s: s.sell(1)}, fees=fees.india("futures")).fills["fee"][0]
        service = 20_000.0 * ((0.0000173 if stt == 0.0002 else 0.0000183) + 0.000001)
        assert fee == pytest.approx((6.0 + service) * 1.18 + 20_000.0 * stt)


@pytest.mark.parametrize(
    "make",
    [
        lambda: fees.percent(-0.1), lambda: fees.india("commodity"), lambda: fees.crypto("nowhere"),
        lambda: fees.tiered("x", []), lambda: fees.tiered("x", [(5.0, 0.1, 0.1)]),
        lambda: fees.tiered("x", [(0.0, 0.1, 0.1), (0.0, 0.1, 0.1)]),
        lambda: FeeModel("x", tiers=(Tier(0.0, FeeTerms()),), measure="bushels"),
    ],
)  # fmt: skip
def test_a_schedule_that_makes_no_sense_is_refused(make: Any) -> None:
    with pytest.raises(InvalidInput):
        make()
