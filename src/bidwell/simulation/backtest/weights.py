"""Target weights over many instruments: `Weights` as a strategy, and its compiled run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.watching import Watch
from bidwell.strategy.bars import Bars

CHUNK = 4_096
Floats = NDArray[np.float64]


class Weights:
    """Hold signed shares of the equity: a matrix of one row per instant and one column per instrument; NaN keeps.

    The columns follow the order of the data's symbols, the rows all instants at which any of them has a bar. A row
    is read at its close, and orders fill in the order of the symbols.
    """

    def __init__(self, matrix: ArrayLike) -> None:
        self.matrix = np.ascontiguousarray(matrix, dtype=np.float64)

    def inputs(self) -> str:
        """SHA-256 of the matrix."""
        return hashlib.sha256(self.matrix.tobytes()).hexdigest()


class WeightsRun:
    """The compiled run of `Weights`; raises InvalidInput for conditions that it does not know."""

    def __init__(self, weights: Weights, bars: Mapping[str, Bars], conditions: Conditions) -> None:
        self.conditions = conditions
        self.speed = "compiled"
        self.why = ""
        self.fee, self.slip = _shares(conditions)
        self.time, self.opens, self.closes = matrices(list(bars.values()))
        if weights.matrix.shape != self.opens.shape:
            raise InvalidInput("backtest.weights", f"weights have the shape {weights.matrix.shape}, and the data "
                               f"{self.opens.shape} (instants, instruments)", field="weights")  # fmt: skip
        self.weights = weights.matrix
        self.traded = np.zeros_like(self.opens)
        self.moneys = np.zeros(len(self.time))
        self.equity = np.zeros(len(self.time))

    def go(self, watch: Watch) -> None:
        """Run every instant."""
        from bidwell.simulation.backtest.fused import run_weights  # noqa: PLC0415 - numba, and only here

        length, width = self.opens.shape
        held, due, mark = np.zeros(width), np.zeros(width), np.zeros(width)
        terms = self.conditions
        cash = float(terms.cash)
        for start in range(0, length, CHUNK):
            stop = min(start + CHUNK, length)
            cash = run_weights(
                self.opens, self.closes, self.weights, cash, self.fee, self.slip, float(terms.leverage), terms.shorting,
                terms.fill == "close", float(terms.lot_size), float(terms.multiplier), held, due, mark, start, stop,
                self.traded, self.moneys, self.equity,
            )  # fmt: skip
            watch.passed(stop, length)

    def equity_curve(self) -> Floats:
        """The equity after every instant."""
        return self.equity

    def rows(self) -> tuple[Floats, Floats]:
        """Orders (each filled at once) and fills as the kernel's rows."""
        bar, instrument = np.nonzero(self.traded)
        quantity = self.traded[bar, instrument]
        met = self.closes if self.conditions.fill == "close" else self.opens
        price = met[bar, instrument] * (1.0 + np.sign(quantity) * self.slip)
        fee = np.abs(quantity) * price * self.conditions.multiplier * self.fee
        flow = -quantity * price * self.conditions.multiplier - fee
        fills = np.zeros((len(bar), layout.FILL_SIZE))
        fills[:, layout.FILL_ORDER] = np.arange(len(bar))
        fills[:, layout.FILL_BAR] = bar
        fills[:, layout.FILL_INSTRUMENT] = instrument
        fills[:, layout.FILL_QUANTITY] = quantity
        fills[:, layout.FILL_PRICE] = price
        fills[:, layout.FILL_FEE] = fee
        fills[:, layout.FILL_CASH] = self.conditions.cash + np.cumsum(flow)
        fills[:, layout.FILL_POSITION] = _positions(instrument, quantity)
        return _orders_of(fills, at_close=self.conditions.fill == "close"), fills


def _orders_of(fills: Floats, *, at_close: bool) -> Floats:
    orders = np.zeros((len(fills), layout.ORDER_SIZE))
    orders[:, layout.INSTRUMENT] = fills[:, layout.FILL_INSTRUMENT]
    orders[:, layout.SIDE] = np.sign(fills[:, layout.FILL_QUANTITY])
    orders[:, layout.QUANTITY] = np.abs(fills[:, layout.FILL_QUANTITY])
    orders[:, layout.STATUS] = layout.FILLED
    orders[:, layout.PLACED] = fills[:, layout.FILL_BAR] - (0 if at_close else 1)
    orders[:, layout.CLOSED] = fills[:, layout.FILL_BAR]
    return orders


def _positions(instrument: NDArray[np.int64], quantity: Floats) -> Floats:
    after = np.zeros(len(quantity))
    for k in np.unique(instrument):
        mine = instrument == k
        sums = np.cumsum(quantity[mine])
        sums[np.abs(sums) < 1e-9 * np.abs(quantity[mine])] = 0.0
        after[mine] = sums
    return after


def matrices(bars: list[Bars]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """All instants, and opens and closes as matrices (instant × instrument), NaN where there is no bar."""
    first = bars[0].time
    if all(len(each) == len(first) and np.array_equal(each.time, first) for each in bars):
        return first, np.stack([each.open for each in bars], axis=1), np.stack([each.close for each in bars], axis=1)
    time = np.unique(np.concatenate([each.time for each in bars]))
    opens = np.full((len(time), len(bars)), np.nan)
    closes = np.full((len(time), len(bars)), np.nan)
    for k, each in enumerate(bars):
        rows = np.searchsorted(time, each.time)
        opens[rows, k] = each.open
        closes[rows, k] = each.close
    return time, opens, closes


def _shares(conditions: Conditions) -> tuple[float, float]:
    if conditions.fees.code == layout.FEE_TABLE or conditions.slippage.code not in {
        layout.SLIP_NONE,
        layout.SLIP_SHARE,
    }:
        raise InvalidInput("backtest.weights", "a run of weights takes fees and slippage in percent", field="fees")
    if (
        conditions.participation is not None
        or conditions.borrow > 0.0
        or conditions.interest > 0.0
        or conditions.cash_interest > 0.0
        or conditions.tick_size > 0.0
    ):
        raise InvalidInput("backtest.weights", "a run of weights knows no participation, borrow, interest or ticks",
                           hint="write the strategy as a class")  # fmt: skip
    return conditions.fees.terms[0].taker, conditions.slippage.amount
