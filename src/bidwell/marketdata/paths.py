"""What may have happened inside a session: a price path that meets its open, high, low, close and volume exactly.

The path is a Brownian bridge from open to close on a clock that runs fast near both: of many drawn coarsely the one
is taken whose extremes come nearest to the session's, it is drawn finely, shifted so that its highest and lowest
point are the high and the low, and folded back where it would still leave the range. All prices are whole ticks,
all volumes whole lots, and everything follows from the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CANDIDATES = 384
_KNOTS = 96


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a session: prices in ticks, volume in lots, its length in seconds.

    `around_clock` sessions have no opening and closing rush.
    """

    open: int
    high: int
    low: int
    close: int
    volume: int
    seconds: int
    around_clock: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A session second by second (or step by step).

    `last[i]` is the price in ticks and `traded[i]` the volume so far in lots at `i * step` seconds after the open;
    `turns` are the places of the open, high, low and close.
    """

    step: int
    last: Ints
    traded: Ints
    turns: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TouchStyle:
    """How a book looks: spread in basis points of the price, typical quantity at the touch and its step, in lots."""

    spread_bps: float
    depth: float
    board: int


@dataclass(frozen=True, slots=True)
class Touch:
    """Best bid and ask in ticks, and their quantities in lots, at each step of a path."""

    bid: NDArray[np.int32]
    ask: NDArray[np.int32]
    bid_quantity: NDArray[np.int32]
    ask_quantity: NDArray[np.int32]


def step_seconds(seconds: int) -> int:
    """How fine a session of this length is drawn: a second, or five for sessions beyond eight hours."""
    return 1 if seconds <= 8 * 3600 else 5


def draw(shape: Shape, key: Sequence[int]) -> Path:
    """Draw the path of a session; the same shape and key give the same path."""
    rng = np.random.default_rng(list(key))
    step = step_seconds(shape.seconds)
    count = shape.seconds // step
    pace = _pace(count, around_clock=shape.around_clock)
    rough = _rough(shape, pace, rng)
    turns = _turns(shape, rough)
    last = _fitted(shape, rough, turns, pace)
    return Path(step, last, _volumes(shape, last, pace, rng), turns)


def _pace(count: int, *, around_clock: bool) -> Floats:
    """Share of the session's variance and turnover in each step: U-shaped, or with a gentle daily wave."""
    at = (np.arange(count) + 0.5) / count
    if around_clock:
        shares = 1.0 + 0.35 * np.sin(2 * np.pi * (at - 0.25))
    else:
        shares = 1.0 + 3.0 * np.exp(-at / 0.07) + 1.6 * np.exp(-(1 - at) / 0.06)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _rough(shape: Shape, pace: Floats, rng: np.random.Generator) -> Floats:
    """A bridge from open to close whose highest and lowest point are near the session's, in ticks."""
    span, drift = shape.high - shape.low, shape.close - shape.open
    scales = rng.uniform(0.3, 1.0, size=(_CANDIDATES, 1)) * span
    walks = np.cumsum(rng.standard_normal((_CANDIDATES, _KNOTS)), axis=1) * scales / np.sqrt(_KNOTS)
    along = np.arange(1, _KNOTS + 1) / _KNOTS
    bridges = walks + (drift - walks[:, -1:]) * along
    above = np.abs(bridges.max(axis=1) - (shape.high - shape.open))
    below = np.abs(bridges.min(axis=1) - (shape.low - shape.open))
    best = int(np.argmin(above + below))
    clock = np.cumsum(pace) - pace / 2
    fine = np.cumsum(rng.standard_normal(len(pace)) * np.sqrt(pace)) * scales[best]
    knots = np.concatenate([[0.0], along])
    held = np.interp(clock, knots, np.interp(knots, clock, fine))
    coarse = np.interp(clock, knots, np.concatenate([[0.0], bridges[best]]))
    return np.asarray(shape.open + coarse + fine - held, dtype=np.float64)


def _turns(shape: Shape, rough: Floats) -> tuple[int, int, int, int]:
    """Where open, high, low and close lie: the extremes where the rough path has them, unless open or close is one."""
    end = len(rough) - 1
    high, low = 1 + int(rough[1:end].argmax()), 1 + int(rough[1:end].argmin())
    return 0, _edge(shape, shape.high, high, end), _edge(shape, shape.low, low, end), end


def _edge(shape: Shape, extreme: int, drawn: int, end: int) -> int:
    if extreme == shape.open:
        return 0
    return end if extreme == shape.close else drawn


def _fitted(shape: Shape, rough: Floats, turns: tuple[int, int, int, int], pace: Floats) -> Ints:
    """The rough path moved so that it passes the four prices, inside the range, on whole ticks."""
    span = shape.high - shape.low
    if span == 0:
        return np.full(len(rough), shape.open, dtype=np.int64)
    clock = np.cumsum(pace)
    # An extreme that coincides with the open or close carries the same price, so the order of keys is immaterial.
    known = dict(zip(turns, (shape.open, shape.high, shape.low, shape.close), strict=True))
    places = np.array(sorted(known))
    targets = np.array([known[place] for place in places.tolist()], dtype=np.float64)
    moved = rough + np.interp(clock, clock[places], targets - rough[places])
    folded = np.mod(moved - shape.low, 2 * span)
    folded = np.where(folded > span, 2 * span - folded, folded)
    ticks: Ints = np.clip(np.rint(folded), 0, span).astype(np.int64) + shape.low
    ticks[places] = targets.astype(np.int64)
    return ticks


def _volumes(shape: Shape, last: Ints, pace: Floats, rng: np.random.Generator) -> Ints:
    moves = np.abs(np.diff(last, prepend=last[0])).astype(np.float64)
    mean = float(moves.mean())
    weights = pace * rng.standard_gamma(0.6, size=len(pace))
    if mean > 0:
        weights *= 0.5 + moves / mean
    shares = np.cumsum(weights)
    traded: Ints = np.floor(shares / shares[-1] * shape.volume).astype(np.int64)
    traded[-1] = shape.volume
    return traded


def touch(shape: Shape, path: Path, style: TouchStyle, key: Sequence[int]) -> Touch:
    """Draw the quotes around a path: bid ≤ last ≤ ask, both inside the session's range, wider near the open."""
    rng = np.random.default_rng(list(key))
    count = len(path.last)
    held = max(1, 5 // path.step)
    groups = -(-count // held)
    rush = 1 + 1.5 * np.exp(-np.arange(groups) / (groups * 0.03))
    width = path.last.mean() * style.spread_bps * 1e-4 * rush * (0.5 + rng.standard_gamma(2.0, size=groups) / 4)
    spread = np.repeat(np.maximum(1, np.rint(width)), held)[:count].astype(np.int64)
    span = shape.high - shape.low
    spread = np.minimum(spread, max(span, 1))
    below = np.where(rng.random(count) < 0.5, spread, 0)
    ceiling = max(shape.high, shape.low + 1) - spread
    bid = np.minimum(np.maximum(path.last - below, shape.low), ceiling)
    quantities = rng.lognormal(0.0, 0.6, size=(2, groups)) * style.depth / style.board
    lots = np.repeat(np.maximum(1, np.rint(quantities)), held, axis=1)[:, :count] * style.board
    return Touch(
        bid.astype(np.int32),
        (bid + spread).astype(np.int32),
        lots[0].astype(np.int32),
        lots[1].astype(np.int32),
    )
