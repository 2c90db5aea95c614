"""Target weights over many instruments in one compiled pass; the rules are those of `matching` in short.

Self-contained, so that its compiled code on disk never outlives a change elsewhere.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit


@njit(cache=True)
def on_lot(quantity: float, lot: float) -> float:
    """The quantity cut toward zero to the lot; a lot of 0 is any fraction."""
    if lot == 0.0:
        return quantity
    whole = float(round(quantity / lot))
    if abs(quantity / lot - whole) > 1e-9 * max(1.0, whole):
        whole = float(math.floor(quantity / lot))
    return whole * lot


@njit(cache=True)
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


@njit(cache=True)
def trade(
    prices: Any, due: Any, held: Any, mark: Any, cash: float, worth: float, gross: float, fee: float, slip: float,
    leverage: float, shorting: bool, lot: float, multiplier: float, traded: Any, paid: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """Fill what is due at these prices, in the order of the instruments; returns cash, worth and gross exposure."""
    for k in range(len(prices)):
        price = prices[k]
        if not price > 0.0:
            continue
        before = held[k]
        worth -= before * mark[k] * multiplier
        gross -= abs(before) * mark[k] * multiplier
        if due[k] != 0.0:
            side = 1.0 if due[k] > 0.0 else -1.0
            got = price * (1.0 + side * slip)
            unit = got * multiplier
            quantity = passed(side, before, abs(due[k]), unit, cash + worth + before * unit, gross, fee, leverage,
                              shorting, lot)  # fmt: skip
            due[k] = 0.0
            if quantity > 0.0:
                notional = got * quantity * multiplier
                cash = cash - side * notional - notional * fee
                after = before + side * quantity
                held[k] = 0.0 if abs(after) < 1e-12 * quantity else after
                traded[k] = side * quantity
                paid[k] = got
        mark[k] = price
        worth += held[k] * price * multiplier
        gross += abs(held[k]) * price * multiplier
    return cash, worth, gross


@njit(cache=True)
def aim(weights: Any, closes: Any, held: Any, equity: float, lot: float, multiplier: float, due: Any) -> None:
    """What leads from what is held, and under way, to the weights of the equity."""
    for k in range(len(weights)):
        weight = weights[k]
        if weight == weight and closes[k] > 0.0:  # noqa: PLR0124 - NaN is not itself
            target = equity * (weight * 100.0) * 0.01 / (closes[k] * multiplier)
            whole = on_lot(abs(target), lot)
            change = (whole if target > 0.0 else -whole) - held[k] - due[k]
            step = on_lot(abs(change), lot)
            due[k] += step if change > 0.0 else -step


@njit(cache=True)
def run_weights(
    opens: Any, closes: Any, weights: Any, cash: float, fee: float, slip: float, leverage: float, shorting: bool,
    at_close: bool, lot: float, multiplier: float, held: Any, due: Any, mark: Any, start: int, stop: int, traded: Any,
    paid: Any, moneys: Any, equity: Any,
) -> float:  # fmt: skip
    """Run instants `start` to `stop` of the matrices (instant × instrument); returns the cash at the end."""
    width = opens.shape[1]
    for i in range(start, stop):
        worth = 0.0
        gross = 0.0
        for k in range(width):
            worth += held[k] * mark[k] * multiplier
            gross += abs(held[k]) * mark[k] * multiplier
        if not at_close:
            cash, worth, gross = trade(opens[i], due, held, mark, cash, worth, gross, fee, slip, leverage, shorting,
                                       lot, multiplier, traded[i], paid[i])  # fmt: skip
        total = cash
        for k in range(width):
            if closes[i, k] > 0.0:
                mark[k] = closes[i, k]
            total += held[k] * mark[k] * multiplier
        aim(weights[i], closes[i], held, total, lot, multiplier, due)
        if at_close:
            worth = total - cash
            gross = 0.0
            for k in range(width):
                gross += abs(held[k]) * mark[k] * multiplier
            cash, worth, gross = trade(closes[i], due, held, mark, cash, worth, gross, fee, slip, leverage, shorting,
                                       lot, multiplier, traded[i], paid[i])  # fmt: skip
            total = cash
            for k in range(width):
                total += held[k] * mark[k] * multiplier
        moneys[i] = cash
        equity[i] = total
    return cash
