from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.marketdata.paths import Shape, TouchStyle, draw, touch

LENGTHS = st.sampled_from([600, 3600, 12_600, 23_400, 86_400])


@st.composite
def shapes(draw_from: st.DrawFn) -> Shape:
    low = draw_from(st.integers(1, 100_000))
    high = low + draw_from(st.sampled_from([0, 1, 2, 7, 150, 4000]))
    within = st.integers(low, high)
    return Shape(
        open=draw_from(st.one_of(st.just(high), st.just(low), within)),
        high=high,
        low=low,
        close=draw_from(st.one_of(st.just(high), st.just(low), within)),
        volume=draw_from(st.integers(0, 600_000_000)),
        seconds=draw_from(LENGTHS),
        around_clock=draw_from(st.booleans()),
    )


@given(shapes(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_a_path_meets_open_high_low_close_and_volume_exactly(shape: Shape, seed: int) -> None:
    path = draw(shape, (seed,))
    assert path.last[0] == shape.open
    assert path.last[-1] == shape.close
    assert path.last.max() == shape.high
    assert path.last.min() == shape.low
    assert path.traded[-1] == shape.volume
    assert (np.diff(path.traded) >= 0).all()
    assert path.traded[0] >= 0
    opened, high, low, closed = path.turns
    assert (path.last[opened], path.last[high], path.last[low], path.last[closed]) == (
        shape.open, shape.high, shape.low, shape.close,
    )  # fmt: skip
    assert len(path.last) * path.step == shape.seconds


@given(shapes(), st.integers(0, 2**32), st.floats(0.1, 40), st.floats(1, 1e6))
@settings(max_examples=100, deadline=None)
def test_quotes_hold_the_last_price_and_stay_inside_the_days_range(
    shape: Shape, seed: int, spread: float, depth: float
) -> None:
    path = draw(shape, (seed, 1))
    book = touch(shape, path, TouchStyle(spread, depth, 100), (seed, 2))
    assert (book.bid < book.ask).all()
    assert (book.bid <= path.last).all()
    assert (book.ask >= path.last).all()
    assert book.bid.min() >= shape.low
    assert book.ask.max() <= max(shape.high, shape.low + 1)
    assert book.bid_quantity.min() >= 100
    assert (book.ask_quantity % 100 == 0).all()


def test_the_same_key_draws_the_same_path_and_another_key_another() -> None:
    shape = Shape(open=1000, high=1100, low=950, close=1050, volume=50_000, seconds=23_400)
    first, again, other = draw(shape, (7, 1)), draw(shape, (7, 1)), draw(shape, (7, 2))
    assert (first.last == again.last).all()
    assert (first.traded == again.traded).all()
    assert not (first.last == other.last).all()


def test_turnover_is_heavier_near_the_open_and_the_close_than_at_noon() -> None:
    shape = Shape(open=60_000, high=61_000, low=59_500, close=60_400, volume=20_000_000, seconds=23_400)
    halves = np.mean([np.diff(draw(shape, (seed,)).traded[::1799]) for seed in range(20)], axis=0)
    assert halves[0] > 1.5 * halves[6]
    assert halves[-1] > 1.2 * halves[6]


@pytest.mark.parametrize("seed", range(5))
def test_a_path_moves_in_small_steps(seed: int) -> None:
    shape = Shape(open=60_000, high=61_200, low=59_400, close=60_900, volume=20_000_000, seconds=23_400)
    steps = np.abs(np.diff(draw(shape, (seed,)).last))
    assert steps.max() < (shape.high - shape.low) / 8
