"""What one run did, in figures that can be compared exactly: prices in ticks, quantities in lots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Key(NamedTuple):
    """Which order: the bar on which it was decided, its place among that bar's, and which leg of it."""

    bar: int
    place: int
    leg: str = "entry"


class Deal(NamedTuple):
    """A fill: the bar, signed lots, the price in ticks."""

    bar: int
    lots: int
    ticks: int


@dataclass(slots=True)
class Ordered:
    """An order: what kind, how it ended, why, and its fills; `fee` is their sum."""

    kind: str
    status: str = ""
    reason: str = ""
    deals: list[Deal] = field(default_factory=list)
    fee: float = 0.0


@dataclass(slots=True)
class Refusal:
    """An order that the desk or the venue did not take: a code of `comparing.Code`, and the words."""

    code: str
    text: str


@dataclass(slots=True)
class Record:
    """One run: its orders, what was refused, the equity after each bar, and bars whose path mattered."""

    name: str
    orders: dict[Key, Ordered]
    equity: NDArray[np.float64]
    refusals: dict[Key, Refusal] = field(default_factory=dict)
    ambiguous: set[int] = field(default_factory=set)

    @property
    def fills(self) -> int:
        """How many fills there were."""
        return sum(len(order.deals) for order in self.orders.values())
