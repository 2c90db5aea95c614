"""What every indicator promises: batch equals stream, NaN restarts, warm-up, and no look ahead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bidwell.strategy.indicators as door
from bidwell.model.errors import ConfigError
from bidwell.strategy.indicators import execution
from bidwell.strategy.indicators.registry import load

Array = npt.NDArray[np.float64]
NAMES = sorted(load())


def bars(count: int, seed: int, flat: float = 0.2) -> dict[str, Array]:
    """A walk with bars that stand still, bars without range and bars without volume."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(0.0, 0.01, count) * (rng.random(count) > flat)
    close = np.round(50.0 * np.exp(np.cumsum(moves)), 2)
    opened = np.concatenate([close[:1], close[:-1]])
    wide = rng.random(count) > flat
    high = np.maximum(opened, close) + np.round(rng.random(count), 2) * wide
    low = np.minimum(opened, close) - np.round(rng.random(count), 2) * wide
    volume = np.where(rng.random(count) > flat, rng.integers(1, 10_000, count), 0).astype(float)
    return {
        "open": opened, "high": high, "low": low, "close": close, "volume": volume,
        "x": close, "y": high, "difference": moves,
    }  # fmt: skip


def batch(name: str, prices: dict[str, Array]) -> list[Array]:
    indicator = load()[name]
    made: Any = indicator(*[prices[k] for k in indicator.inputs])
    return list(made) if isinstance(made, tuple) else [made]


def same_bits(one: Array, other: Array) -> bool:
    return bool(
        np.array_equal(np.isnan(one), np.isnan(other))
        and one[~np.isnan(one)].tobytes() == other[~np.isnan(other)].tobytes()
    )


def streamed(name: str, prices: dict[str, Array]) -> Array:
    indicator = load()[name]
    state = indicator.stream()
    return np.array([state.update(*bar) for bar in zip(*[prices[k] for k in indicator.inputs], strict=True)])


def enough(name: str) -> int:
    """Bars for two starts of an indicator, and for a stream to run out of the room that it begins with."""
    indicator = load()[name]
    return max(2 * indicator.warm_up() + 60, indicator._plan(indicator._values((), {})).history + 300)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), gaps=st.lists(st.floats(0.0, 0.999), max_size=2))
def test_batch_and_stream_agree_bit_for_bit_across_gaps(name: str, seed: int, gaps: list[float]) -> None:
    prices = bars(enough(name), seed)
    for gap in gaps:
        inputs = load()[name].inputs
        prices[inputs[seed % len(inputs)]][int(gap * enough(name))] = math.nan
    one_by_one = streamed(name, prices)
    for place, whole in enumerate(batch(name, prices)):
        assert same_bits(whole, one_by_one[:, place])


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), piece=st.integers(1, 97))
def test_the_size_of_the_pieces_does_not_matter(name: str, seed: int, piece: int) -> None:
    count = enough(name)
    prices = bars(count, seed)
    inputs = load()[name].inputs
    for gap in (seed % count, seed // 7 % count):
        prices[inputs[gap % len(inputs)]][gap] = math.nan
    whole = batch(name, prices)
    usual = execution.CHUNK
    execution.CHUNK = piece
    try:
        pieces = batch(name, prices)
    finally:
        execution.CHUNK = usual
    assert all(same_bits(a, b) for a, b in zip(whole, pieces, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_value_never_depends_on_later_bars(name: str) -> None:
    prices = bars(800, 11)
    whole = batch(name, prices)
    for cut in (1, 333, 799):
        early = batch(name, {k: v[:cut] for k, v in prices.items()})
        assert all(same_bits(a[:cut], b) for a, b in zip(whole, early, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_warm_up_is_as_long_as_it_says(name: str) -> None:
    indicator = load()[name]
    values = batch(name, bars(800, 3, flat=0.0))
    first = [int(np.flatnonzero(~np.isnan(value))[0]) for value in values]
    assert max(first) == indicator.warm_up()


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_single_bars_give_arrays_of_their_length(name: str) -> None:
    for count in (0, 1):
        assert [len(value) for value in batch(name, bars(count, 1))] == [count] * len(load()[name].outputs)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_left_as_they_were(name: str) -> None:
    prices = bars(300, 5)
    before = {k: v.copy() for k, v in prices.items()}
    batch(name, prices)
    assert all(np.array_equal(prices[k], before[k]) for k in prices)


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_formula_and_a_source(name: str) -> None:
    indicator = load()[name]
    assert len(indicator.formula) > 10
    assert indicator.source
    assert indicator.formula.endswith(".")


def test_there_are_more_than_a_hundred() -> None:
    assert len(NAMES) >= 100


def test_a_flat_series_has_no_deviation() -> None:
    price = np.full(200, 123.456)
    assert np.nanmax(load()["stddev"](price, 20)) == 0.0
    assert np.nanmax(np.abs(load()["sma"](price, 20) - 123.456)) < 1e-12


def test_a_stream_tells_when_it_is_ready() -> None:
    state = load()["sma"].stream(3)
    seen = []
    for price in (1.0, 2.0, 3.0, math.nan, 4.0):
        state.update(price)
        seen.append((state.ready, state.value))
    assert [ready for ready, _ in seen] == [False, False, True, False, False]
    assert seen[2][1] == 2.0


@pytest.mark.parametrize("period", [0, -3, 2.5, True, "ten", 10**9])
def test_a_wrong_period_is_refused(period: object) -> None:
    with pytest.raises(ConfigError, match="period"):
        load()["sma"](np.arange(10.0), period)


@pytest.mark.parametrize(
    ("arguments", "named", "text"),
    [
        ((), {}, "needs close"),
        ((np.zeros((3, 3)),), {}, "2 dimensions"),
        ((np.array(["a", "b"]),), {}, "not an array of numbers"),
        ((np.zeros(3), 2, 3, 4), {}, "takes 1 parameters"),
        ((np.zeros(3), 2), {"period": 3}, "given twice"),
        ((np.zeros(3),), {"periods": 3}, "not a parameter"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: tuple[object, ...], named: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        load()["sma"](*arguments, **named)


def test_inputs_of_different_lengths_are_refused() -> None:
    with pytest.raises(ConfigError, match="different lengths"):
        load()["medprice"](np.zeros(3), np.zeros(4))


def test_an_unknown_name_is_an_attribute_error() -> None:
    unknown = "smma"
    with pytest.raises(AttributeError, match="no indicator called smma"):
        getattr(door, unknown)


def test_the_door_lists_its_names() -> None:
    assert "sma" in dir(door)
    assert "sma" in door.names()
