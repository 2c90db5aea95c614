"""Target weights over many instruments in one compiled pass; the rules are those of `matching` in short.

Self-contained, so that its compiled code on disk never outlives a change elsewhere. Places count as unsigned numbers:
those that may be below zero count from the end, and each access would ask.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def on_lot(quantity: float, lot: float) -> float:
    """The quantity cut toward zero to the lot; a lot of 0 is any fraction."""
    if lot == 0.0:
        return quantity
    whole = float(round(quantity / lot))
    if abs(quantity / lot - whole) > 1e-9 * max(1.0, whole):
        whole = float(math.floor(quantity / lot))
    return whole * lot


@njit(cache=True, error_model="numpy")
def passed(
    side: float, held: float, quantity: float, unit: float, equity: float, other: float, fee: float, leverage: float,
    shorting: bool, lot: float,
) -> float:  # fmt: skip
    """How much of an order the account can carry after its fee."""
    closing = 0.0 if held * side >= 0.0 else min(quantity, abs(held))
    opening = quantity - closing
    if opening <= 0.0:
        return quantity
    if side < 0.0 and not shorting:
        return closing
    kept = abs(held) - closing
    if opening * unit <= leverage * (equity - quantity * unit * fee) - other - kept * unit + 1e-9 * abs(equity):
        return quantity
    most = closing + max(leverage * equity - other - kept * unit, 0.0) / unit
    room = leverage * (equity - most * unit * fee) - other - kept * unit
    cut = max(room, 0.0) / unit
    return on_lot(closing + cut, lot) if cut > 1e-9 * quantity else closing


@njit(cache=True, error_model="numpy")
def trade(
    prices: Any, due: Any, held: Any, mark: Any, cash: float, worth: float, gross: float, fee: float, slip: float,
    leverage: float, shorting: bool, lot: float, multiplier: float, traded: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """Fill what is due at these prices, in the order of the instruments; returns cash, worth and gross exposure."""
    for k in range(np.uint64(len(prices))):
        price = prices[k]
        if not price > 0.0:
            continue
        before = held[k]
        worth -= before * mark[k] * multiplier
        gross -= abs(before) * mark[k] * multiplier
        if due[k] != 0.0:
            side = math.copysign(1.0, due[k])
            got = price * (1.0 + side * slip)
            unit = got * multiplier
            quantity = abs(due[k])
            due[k] = 0.0
            # The first lines of `passed` without a branch: whether a rebalancing buys or sells cannot be foreseen.
            against = -before * side
            closing = min(quantity, max(against, 0.0))
            opening = quantity - closing
            equity = cash + worth + before * unit
            room = leverage * (equity - quantity * unit * fee) - gross - (abs(before) - closing) * unit
            beyond = (opening * unit - (room + 1e-9 * abs(equity))) * opening
            if beyond > 0.0 or (not shorting and side < 0.0):
                quantity = passed(side, before, quantity, unit, equity, gross, fee, leverage, shorting, lot)
            if quantity > 0.0:
                notional = got * quantity * multiplier
                cash = cash - side * notional - notional * fee
                after = before + side * quantity
                held[k] = 0.0 if abs(after) < 1e-12 * quantity else after
                traded[k] = side * quantity
        mark[k] = price
        worth += held[k] * price * multiplier
        gross += abs(held[k]) * price * multiplier
    return cash, worth, gross


@njit(cache=True, error_model="numpy")
def aim(weights: Any, closes: Any, held: Any, equity: float, lot: float, multiplier: float, due: Any) -> None:
    """What leads from what is held, and under way, to the weights of the equity."""
    for k in range(np.uint64(len(weights))):
        weight = weights[k]
        if weight == weight and closes[k] > 0.0:  # noqa: PLR0124 - NaN is not itself
            target = equity * (weight * 100.0) * 0.01 / (closes[k] * multiplier)
            whole = on_lot(abs(target), lot)
            change = math.copysign(whole, target) - held[k] - due[k]
            due[k] += math.copysign(on_lot(abs(change), lot), change)


@njit(cache=True, error_model="numpy")
def exposed(held: Any, mark: Any, multiplier: float) -> tuple[float, float]:
    """The worth and the gross exposure of what is held."""
    worth = 0.0
    gross = 0.0
    for k in range(np.uint64(len(held))):
        each = held[k] * mark[k] * multiplier
        worth += each
        gross += abs(each)
    return worth, gross


@njit(cache=True, error_model="numpy")
def run_weights(
    opens: Any, closes: Any, weights: Any, cash: float, fee: float, slip: float, leverage: float, shorting: bool,
    at_close: bool, lot: float, multiplier: float, held: Any, due: Any, mark: Any, start: int, stop: int, traded: Any,
    moneys: Any, equity: Any,
) -> float:  # fmt: skip
    """Run instants `start` to `stop` of the matrices (instant × instrument); returns the cash at the end."""
    width = opens.shape[1]
    worth, gross = exposed(held, mark, multiplier)
    for i in range(start, stop):
        if not at_close:
            cash, worth, gross = trade(opens[i], due, held, mark, cash, worth, gross, fee, slip, leverage, shorting,
                                       lot, multiplier, traded[i])  # fmt: skip
        total = cash
        worth = 0.0
        gross = 0.0
        for k in range(np.uint64(width)):
            if closes[i, k] > 0.0:
                mark[k] = closes[i, k]
            each = held[k] * mark[k] * multiplier
            total += each
            worth += each
            gross += abs(each)
        aim(weights[i], closes[i], held, total, lot, multiplier, due)
        if at_close:
            cash, worth, gross = trade(closes[i], due, held, mark, cash, worth, gross, fee, slip, leverage, shorting,
                                       lot, multiplier, traded[i])  # fmt: skip
            total = cash
            for k in range(np.uint64(width)):
                total += held[k] * mark[k] * multiplier
        moneys[i] = cash
        equity[i] = total
    return cash
