"""Vectorised strategies: arrays of signals or target weights instead of code, run by the same kernel.

They are strategies of a few lines that stay in the compiled subset, so that a run of arrays is a compiled run.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.strategy import Strategy


class Signals(Strategy):
    """Enter where `entries` is true and flat, leave where `exits` is; the same with short positions.

    Arrays of one value per bar, read at its close. Size: `quantity`, `notional`, or `percent` of the equity
    (100 where nothing is said). Raises InvalidInput for arrays of another length than the bars.
    """

    def __init__(
        self, entries: ArrayLike, exits: ArrayLike, short_entries: ArrayLike | None = None,
        short_exits: ArrayLike | None = None, *, quantity: float | None = None, notional: float | None = None,
        percent: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.given = {"entries": entries, "exits": exits, "short_entries": short_entries, "short_exits": short_exits}
        sizes = [(by, amount) for by, amount in enumerate((quantity, notional, percent)) if amount is not None]
        if len(sizes) > 1:
            raise InvalidInput("strategy.size", "say how much in one way", field="quantity")
        self.by, self.amount = sizes[0] if sizes else (2, 100.0)

    def prepare(self, bars: Bars) -> None:
        """Check the arrays and keep them as series."""
        for name, values in self.given.items():
            setattr(self, name, _flags(name, values, len(bars)))

    def on_bar(self, bar: Bar) -> None:  # noqa: ARG002 - the signals say all
        """Follow the signals."""
        if self.position > 0.0:
            if self.exits[-1]:
                self.close()
        elif self.position < 0.0:
            if self.short_exits[-1]:
                self.close()
        elif self.entries[-1]:
            self.enter_long()
        elif self.short_entries[-1]:
            self.enter_short()

    def enter_long(self) -> None:
        """Buy the size that was asked for."""
        if self.by == 0:
            self.buy(self.amount)
        elif self.by == 1:
            self.buy(notional=self.amount)
        else:
            self.buy(percent=self.amount)

    def enter_short(self) -> None:
        """Sell the size that was asked for."""
        if self.by == 0:
            self.sell(self.amount)
        elif self.by == 1:
            self.sell(notional=self.amount)
        else:
            self.sell(percent=self.amount)

    def inputs(self) -> str:
        """SHA-256 of the arrays."""
        return _digest([np.asarray(values, dtype=bool) for values in self.given.values() if values is not None])

    entries: Any
    exits: Any
    short_entries: Any
    short_exits: Any


class Targets(Strategy):
    """Hold a signed share of the equity: `weights` has one per bar (0.5 is half), read at its close; NaN keeps.

    Raises InvalidInput for an array of another length than the bars.
    """

    def __init__(self, weights: ArrayLike) -> None:
        super().__init__()
        self.given = weights

    def prepare(self, bars: Bars) -> None:
        """Check the array and keep it as a series."""
        self.weights: Any = np.asarray(self.given, dtype=np.float64)
        if self.weights.shape != (len(bars),):
            raise InvalidInput("backtest.weights", f"weights have the shape {self.weights.shape} over {len(bars)} bars")

    def on_bar(self, bar: Bar) -> None:  # noqa: ARG002 - the signals say all
        """Trade to the weight."""
        weight = self.weights[-1]
        if weight == weight:  # noqa: PLR0124 - NaN is not itself
            self.order_target_percent(weight * 100.0)

    def inputs(self) -> str:
        """SHA-256 of the weights."""
        return _digest([np.asarray(self.given, dtype=np.float64)])


def _flags(name: str, values: ArrayLike | None, length: int) -> NDArray[np.bool_]:
    if values is None:
        return np.zeros(length, dtype=np.bool_)
    flags = np.asarray(values)
    if flags.shape != (length,):
        raise InvalidInput("backtest.signals", f"{name} has the shape {flags.shape} over {length} bars", field=name)
    if flags.dtype.kind not in "bui":
        raise InvalidInput("backtest.signals", f"{name} holds {flags.dtype}, not booleans", field=name)
    return flags.astype(np.bool_)


def _digest(arrays: list[NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for each in arrays:
        digest.update(np.ascontiguousarray(each).tobytes())
    return digest.hexdigest()
