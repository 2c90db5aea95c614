"""Round trips: from the fill that opens a position to the one that closes it, with what happened on the way.

A round trip begins when a position leaves zero and ends when it is back at zero. Fills in between add to it or
take from it; a fill that turns the position closes one round trip and opens the next with what is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

from bidwell.model.fill import Fill

Side = Literal["long", "short"]
Array = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
# A position this small against what was traded is the rounding of sums, not a position.
DUST = 1e-9


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One position from open to flat.

    `quantity` is the most that was held, prices are averages weighted by quantity, `profit` is net of `fees` and in
    the instrument's currency. `adverse` and `favourable` are the worst and best open profit per entry notional on the
    way (MAE ≤ 0 ≤ MFE), NaN where no prices were given. `bars` is how many bars it was held, 0 if unknown.
    """

    instrument: str
    side: Side
    quantity: float
    opened_at: datetime
    closed_at: datetime
    entry_price: float
    exit_price: float
    profit: float
    fees: float
    multiplier: float = 1.0
    adverse: float = math.nan
    favourable: float = math.nan
    bars: int = 0

    @property
    def notional(self) -> float:
        """Entry price times quantity times multiplier."""
        return abs(self.entry_price) * self.quantity * self.multiplier

    @property
    def return_on_entry(self) -> float:
        """Net profit over the entry notional; NaN for an entry at 0."""
        return self.profit / self.notional if self.notional else math.nan

    @property
    def held(self) -> timedelta:
        """How long it was open."""
        return self.closed_at - self.opened_at


class _Position:
    """One instrument's way from zero to zero; sides are kept apart so that averages need no division on the way."""

    def __init__(self, instrument: str, multiplier: float) -> None:
        self.instrument = instrument
        self.multiplier = multiplier
        self._clear()

    def _clear(self) -> None:
        self.held = 0.0
        self.most = 0.0
        self.entered = self.entered_money = self.left = self.left_money = self.fees = 0.0
        self.opened_at: datetime | None = None

    def take(self, quantity: float, price: float, fee: float, at: datetime) -> list[RoundTrip]:
        """Fold one fill of a signed quantity; return the round trip that it closes."""
        closing = min(abs(quantity), abs(self.held)) if quantity * self.held < 0.0 else 0.0
        opening = abs(quantity) - closing
        share = fee / abs(quantity) if quantity else 0.0
        done: list[RoundTrip] = []
        if closing:
            self.left += closing
            self.left_money += closing * price
            self.fees += share * closing
            self.held += math.copysign(closing, quantity)
            if abs(self.held) <= DUST * self.entered:
                done.append(self._close(at))
        if opening > DUST * max(abs(quantity), self.entered):
            if self.opened_at is None:
                self.opened_at = at
            self.entered += opening
            self.entered_money += opening * price
            self.fees += share * opening
            self.held += math.copysign(opening, quantity)
            self.most = max(self.most, abs(self.held))
            self.long = self.held > 0.0
        return done

    def _close(self, at: datetime) -> RoundTrip:
        gross = (self.left_money - self.entered_money) * self.multiplier * (1.0 if self.long else -1.0)
        trip = RoundTrip(
            self.instrument,
            "long" if self.long else "short",
            self.most,
            self.opened_at or at,
            at,
            self.entered_money / self.entered,
            self.left_money / self.left,
            gross - self.fees,
            self.fees,
            self.multiplier,
        )
        self._clear()
        return trip


def from_fills(fills: Iterable[Fill], multipliers: Mapping[str, Decimal | float] | None = None) -> list[RoundTrip]:
    """Fold fills in the order of `occurred_at` into closed round trips, oldest close first; open ones are left out.

    Positions are kept apart by account and instrument. `multipliers` gives contract multipliers, 1 where absent.
    """
    factors = multipliers or {}
    positions: dict[tuple[str, str], _Position] = {}
    trips: list[RoundTrip] = []
    for fill in sorted(fills, key=lambda fill: fill.occurred_at):
        key = (fill.account, fill.instrument)
        if key not in positions:
            positions[key] = _Position(fill.instrument, float(factors.get(fill.instrument, 1)))
        signed, price, fee = float(fill.signed_quantity), float(fill.price), float(fill.fee)
        trips += positions[key].take(signed, price, fee, fill.occurred_at)
    return trips


def from_arrays(
    at: npt.ArrayLike,
    quantity: npt.ArrayLike,
    price: npt.ArrayLike,
    fee: npt.ArrayLike | None = None,
    instrument: Sequence[str] | str = "",
    multiplier: float = 1.0,
) -> list[RoundTrip]:
    """Fold columns of fills, in their order, into closed round trips.

    `at` is datetime64 or nanoseconds since 1970 in UTC, `quantity` is signed (negative sells), `instrument` is one
    name or one for each fill. Raises ValueError for columns of different lengths.
    """
    times = instants(at)
    signed = np.asarray(quantity, dtype=np.float64)
    prices = np.asarray(price, dtype=np.float64)
    fees = np.zeros(signed.size) if fee is None else np.asarray(fee, dtype=np.float64)
    names = [instrument] * signed.size if isinstance(instrument, str) else list(instrument)
    if len({times.size, signed.size, prices.size, fees.size, len(names)}) > 1:
        raise ValueError("the columns of fills have different lengths")
    positions: dict[str, _Position] = {}
    trips: list[RoundTrip] = []
    for k, name in enumerate(names):
        position = positions.setdefault(name, _Position(name, multiplier))
        trips += position.take(float(signed[k]), float(prices[k]), float(fees[k]), moment(times[k]))
    return trips


def instants(at: npt.ArrayLike) -> Times:
    """Return times as datetime64[ns] in UTC, from datetime64, nanoseconds or aware datetimes."""
    column = np.asarray(at)
    if column.dtype == object:
        column = np.array(
            [np.datetime64(value.astimezone(UTC).replace(tzinfo=None), "ns") for value in column.tolist()]
        )
    return column.astype("datetime64[ns]")


def moment(at: np.datetime64) -> datetime:
    """Return an instant as an aware datetime, cut to microseconds."""
    stamp: datetime = at.astype("datetime64[us]").astype(object)
    return stamp.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Path:
    """Prices of an instrument over time: instants in order, highs and lows of the same length."""

    at: Times
    high: Array
    low: Array


def with_excursions(trips: Iterable[RoundTrip], paths: Mapping[str, Path]) -> list[RoundTrip]:
    """Add to each round trip its MAE, MFE and bars held, from the bars that open from its entry to its exit.

    A trip of an instrument without prices stays as it is.
    """
    found: list[RoundTrip] = []
    for trip in trips:
        path = paths.get(trip.instrument)
        if path is None or not trip.entry_price:
            found.append(trip)
            continue
        first = int(np.searchsorted(path.at, np.datetime64(trip.opened_at.replace(tzinfo=None), "ns"), side="left"))
        after = int(np.searchsorted(path.at, np.datetime64(trip.closed_at.replace(tzinfo=None), "ns"), side="right"))
        # The fills' own prices count too: they may lie outside the bars, or no bar may open in between.
        marks = [trip.entry_price, trip.exit_price]
        top = max([*marks, *path.high[first:after].tolist()])
        bottom = min([*marks, *path.low[first:after].tolist()])
        up, down = (top - trip.entry_price) / abs(trip.entry_price), (bottom - trip.entry_price) / abs(trip.entry_price)
        worst, best = (down, up) if trip.side == "long" else (-up, -down)
        found.append(replace(trip, adverse=worst, favourable=best, bars=max(0, after - first - 1)))
    return found
