from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.analytics.round_trips import Path, from_arrays, from_fills, with_excursions
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.terms import Side

START = datetime(2024, 3, 4, 14, 30, tzinfo=UTC)
DAYS = np.arange("2024-01-01", "2024-01-11", dtype="datetime64[D]")


def fill(number: int, side: Side, quantity: str, price: str, fee: str = "0", account: str = "one") -> Fill:
    at = START + timedelta(minutes=number)
    return Fill(
        ExecutionId(f"e{number}"), ClientOrderId(f"o{number}"), AccountId(account), InstrumentId("SPY"), side,
        Decimal(quantity), Decimal(price), Decimal(fee), "USD", at, at,
    )  # fmt: skip


def test_a_round_trip_runs_from_flat_to_flat_over_several_fills() -> None:
    fills = [
        fill(0, Side.BUY, "10", "100", "1"),
        fill(1, Side.BUY, "30", "104", "3"),
        fill(9, Side.SELL, "40", "110", "4"),
    ]
    [trip] = from_fills(fills)
    assert (trip.side, trip.quantity, trip.entry_price, trip.exit_price) == ("long", 40.0, 103.0, 110.0)
    assert (trip.fees, trip.profit) == (8.0, 272.0)
    assert trip.held == timedelta(minutes=9)
    assert trip.return_on_entry == pytest.approx(272.0 / 4120.0)


def test_a_fill_through_zero_closes_one_and_opens_the_next_with_its_share_of_the_fee() -> None:
    fills = [fill(0, Side.BUY, "10", "50"), fill(1, Side.SELL, "25", "60", "5"), fill(2, Side.BUY, "15", "55")]
    long, short = from_fills(fills)
    assert (long.side, long.profit, long.fees) == ("long", 98.0, 2.0)
    assert (short.side, short.quantity, short.profit, short.fees) == ("short", 15.0, 72.0, 3.0)


def test_an_open_position_is_no_round_trip_yet() -> None:
    assert from_fills([fill(0, Side.BUY, "10", "50"), fill(1, Side.SELL, "4", "60")]) == []


def test_accounts_are_kept_apart_and_multipliers_count() -> None:
    fills = [fill(0, Side.BUY, "1", "10", account="a"), fill(1, Side.SELL, "1", "12", account="b")]
    assert from_fills(fills) == []
    closed = from_fills([fill(0, Side.BUY, "2", "10"), fill(1, Side.SELL, "2", "12")], {"SPY": Decimal(50)})
    assert (closed[0].profit, closed[0].notional) == (200.0, 1000.0)


def test_decimal_tenths_close_to_flat_in_floats() -> None:
    fills = [fill(k, Side.BUY, "0.1", "10") for k in range(3)] + [fill(4, Side.SELL, "0.3", "11")]
    assert [trip.profit for trip in from_fills(fills)] == [pytest.approx(0.3)]


def test_excursions_are_read_from_the_bars_on_the_way() -> None:
    times = DAYS.astype("datetime64[ns]")
    high = np.array([10, 12, 20, 11, 10, 10, 10, 10, 10, 10.0])
    low = np.array([9, 8, 7, 6, 9, 9, 9, 9, 9, 9.0])
    trips = from_arrays(DAYS[[1, 3]], [5, -5], [10.0, 9.0], instrument="X")
    [trip] = with_excursions(trips, {"X": Path(times, high, low)})
    assert [trip.adverse, trip.favourable] == pytest.approx([-0.4, 1.0])
    assert trip.bars == 2
    [short] = with_excursions(
        from_arrays(DAYS[[1, 3]], [-5, 5], [10.0, 9.0], instrument="X"), {"X": Path(times, high, low)}
    )
    assert [short.adverse, short.favourable] == pytest.approx([-1.0, 0.4])


def test_without_prices_excursions_stay_unknown() -> None:
    [trip] = with_excursions(from_arrays(DAYS[:2], [1, -1], [1.0, 2.0]), {})
    assert math.isnan(trip.adverse)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        from_arrays(DAYS[:2], [1.0], [1.0])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(1, 99), st.integers(0, 5)), max_size=30))
def test_profits_of_round_trips_are_the_cash_that_came_back(rows: list[tuple[int, int, int]]) -> None:
    position = sum(quantity for quantity, _, _ in rows)
    if position:
        rows = [*rows, (-position, 50, 1)]
    at = np.arange(len(rows)).astype("datetime64[s]")
    trips = from_arrays(at, [q for q, _, _ in rows], [p for _, p, _ in rows], [f for _, _, f in rows])
    cash = -sum(q * p for q, p, _ in rows) - sum(f for _, _, f in rows)
    assert sum(trip.profit for trip in trips) == pytest.approx(cash)
    assert sum(trip.fees for trip in trips) == pytest.approx(sum(f for _, _, f in rows))
