"""Money rules of the kernel: equity, buying power, fees, slippage, borrow and margin.

Every function is in the subset that runs both interpreted (on lists) and compiled (on arrays): see `compiled`.
"""

from __future__ import annotations

import math
from typing import Any

from bidwell.simulation.backtest.layout import (
    BORROW,
    BORROWED,
    BUSY,
    CASH,
    CASH_RATE,
    COMMISSION,
    EARNED,
    FEE_BUY,
    FEE_CAP,
    FEE_CAP_SHARE,
    FEE_FROM,
    FEE_MAKER,
    FEE_MINIMUM,
    FEE_MODEL,
    FEE_NONE,
    FEE_ORDER,
    FEE_PERCENT,
    FEE_PLAIN,
    FEE_SELL,
    FEE_SERVICE,
    FEE_TAKER,
    FEE_TAX,
    FEE_UNIT,
    FEE_UNIT_BOTH,
    FEE_UNIT_SELL,
    FEE_UNIT_SELL_CAP,
    INTEREST,
    INTEREST_RATE,
    KEEP_LONG_SHARE,
    KEEP_LONG_UNIT,
    KEEP_SHORT_SHARE,
    KEEP_SHORT_UNIT,
    LEFT,
    LEVERAGE,
    LONG_SHARE,
    LONG_UNIT,
    QUANTITY,
    SHORT_SHARE,
    SHORT_UNIT,
    SHORTING,
    SLIP_AMOUNT,
    SLIP_CAP,
    SLIP_FIXED,
    SLIP_MODEL,
    SLIP_SHARE,
    SLIP_VOLUME,
    TURNOVER,
    WORKING,
    YEAR_NANOSECONDS,
)

Book = Any
Row = Any


def equity_of(book: Book) -> float:
    """Cash and every position at its mark."""
    total: float = book.account[CASH]
    for k in range(len(book.position)):
        held = book.position[k]
        if held != 0.0:
            total += held * book.mark[k] * book.multiplier[k]
    return total


def exposure_of(book: Book) -> float:
    """The worth of every position at its mark, without its sign, weighed by its initial margin."""
    total = 0.0
    for k in range(len(book.position)):
        held = book.position[k]
        if held != 0.0:
            total += weighed(book, k, held, abs(held) * book.mark[k] * book.multiplier[k])
    return total


def weighed(book: Book, k: int, held: float, worth: float) -> float:
    """What a position, worth so much, takes of the buying power; for a plain share, its worth."""
    terms = book.margins[k]
    if held > 0.0:
        return float(worth * terms[LONG_SHARE] + held * terms[LONG_UNIT])
    return float(worth * terms[SHORT_SHARE] - held * terms[SHORT_UNIT])


def kept_of(book: Book) -> float:
    """The equity that every position at its mark has to be kept with."""
    total = 0.0
    for k in range(len(book.position)):
        held = book.position[k]
        if held != 0.0:
            worth = abs(held) * book.mark[k] * book.multiplier[k]
            terms = book.margins[k]
            if held > 0.0:
                total += worth * terms[KEEP_LONG_SHARE] + held * terms[KEEP_LONG_UNIT]
            else:
                total += worth * terms[KEEP_SHORT_SHARE] - held * terms[KEEP_SHORT_UNIT]
    return total


def on_lot(book: Book, k: int, quantity: float) -> float:
    """The quantity cut toward zero to the lot; a lot of 0 is any fraction."""
    lot = book.lot[k]
    if lot == 0.0:
        return quantity
    whole = float(round(quantity / lot))
    if abs(quantity / lot - whole) > 1e-9 * max(1.0, whole):
        whole = float(math.floor(quantity / lot))
    return float(whole * lot)


def on_tick(book: Book, k: int, price: float, side: float) -> float:
    """The price moved against the side onto the tick grid; a tick of 0 leaves it."""
    tick = book.tick[k]
    if tick == 0.0:
        return price
    steps = float(round(price / tick))
    if abs(price / tick - steps) > 1e-9 * max(1.0, steps):
        steps = float(math.ceil(price / tick)) if side > 0.0 else float(math.floor(price / tick))
    return float(max(steps, 1.0) * tick)


def slipped(book: Book, k: int, side: float, price: float, quantity: float, volume: float) -> float:
    """The price that an order without a limit gets where the market stands at `price`."""
    settings = book.settings
    model = settings[SLIP_MODEL]
    amount = settings[SLIP_AMOUNT]
    if model == SLIP_FIXED:
        moved = price + side * amount
    elif model == SLIP_SHARE:
        moved = price * (1.0 + side * amount)
    else:
        share = settings[SLIP_CAP]
        if volume > 0.0:
            share = min(quantity / volume, share)
        moved = price * (1.0 + side * amount * (share * share if model == SLIP_VOLUME else math.sqrt(share)))
    return on_tick(book, k, max(moved, price * 0.01), side)


def fee_of(
    book: Book, k: int, row: Row, side: float, quantity: float, notional: float, maker: bool, time: int
) -> float:
    """What a fill costs on top of what its order has paid."""
    model = book.settings[FEE_MODEL]
    if model == FEE_NONE:
        return 0.0
    if model == FEE_PLAIN:
        return float(notional * book.settings[FEE_PERCENT])
    # Terms are in the instrument's currency, the account in its own.
    rate = book.rate[k]
    terms = book.fees[fee_place(book, time)]
    local = notional / rate
    paid = row[COMMISSION]
    total = commission(terms, row[QUANTITY] - row[LEFT] + quantity, row[TURNOVER] + local, maker)
    charged = max(total - paid, 0.0)
    service = local * terms[FEE_SERVICE]
    levy = local * (terms[FEE_BUY] if side > 0.0 else terms[FEE_SELL]) + quantity * terms[FEE_UNIT_BOTH]
    if side < 0.0:
        levy += min(quantity * terms[FEE_UNIT_SELL], terms[FEE_UNIT_SELL_CAP])
    return float((charged + service + (charged + service) * terms[FEE_TAX] + levy) * rate)


def fee_place(book: Book, time: int) -> int:
    """The place in the fee table of the terms in force at `time`."""
    table = book.fees
    place = 0
    for each in range(1, len(table)):
        if table[each][FEE_FROM] <= time:
            place = each
    return place


def commission(terms: Row, quantity: float, turnover: float, maker: bool) -> float:
    """An order's whole commission, its minimum and caps applied once."""
    share = terms[FEE_MAKER] if maker else terms[FEE_TAKER]
    total = max(share * turnover + terms[FEE_UNIT] * quantity + terms[FEE_ORDER], terms[FEE_MINIMUM])
    return float(min(min(total, terms[FEE_CAP_SHARE] * turnover), terms[FEE_CAP]))


def commission_paid(book: Book, k: int, row: Row, quantity: float, notional: float, maker: bool, time: int) -> None:
    """Note on the order what its fill paid, so that a minimum counts once; in the instrument's currency."""
    terms = book.fees[fee_place(book, time)]
    local = notional / book.rate[k]
    total = commission(terms, row[QUANTITY] - row[LEFT] + quantity, row[TURNOVER] + local, maker)
    row[COMMISSION] = max(row[COMMISSION], total)
    row[TURNOVER] += local


def affordable(
    book: Book, k: int, row: Row, side: float, price: float, quantity: float, maker: bool, time: int
) -> float:
    """How much of the quantity the account can carry after the fee; what reduces a position always passes."""
    held = book.position[k]
    closing = 0.0 if held * side >= 0.0 else min(quantity, abs(held))
    opening = quantity - closing
    if opening <= 0.0:
        return quantity
    if side < 0.0 and book.settings[SHORTING] == 0.0:
        return closing
    unit = price * book.multiplier[k]
    weight = weighed(book, k, side, unit)
    fee = fee_of(book, k, row, side, quantity, quantity * unit, maker, time)
    leverage = book.settings[LEVERAGE]
    if len(book.position) == 1:
        equity = book.account[CASH] + held * unit
        other = 0.0
    else:
        book.mark[k] = price
        equity = equity_of(book)
        other = exposure_of(book) - weighed(book, k, held, abs(held) * unit)
    kept = abs(held) if closing == 0.0 else abs(held) - closing
    if opening * weight <= leverage * (equity - fee) - other - kept * weight + 1e-9 * abs(equity):
        return quantity
    if weight <= 0.0:
        return closing
    # The fee of what could be carried without one is at least that of what is left with one.
    most = closing + max(leverage * equity - other - kept * weight, 0.0) / weight
    fee = fee_of(book, k, row, side, most, most * unit, maker, time)
    room = leverage * (equity - fee) - other - kept * weight
    cut = max(room, 0.0) / weight
    # What is only left over by rounding is not worth an order.
    return float(on_lot(book, k, closing + cut) if cut > 1e-9 * quantity else closing)


def accrue(book: Book, k: int, since: int, time: int) -> None:
    """Charge the borrow of a short position for the span between two bars, at its last mark."""
    rate = book.margins[k][BORROW]
    held = book.position[k]
    if held < 0.0:
        cost = -held * book.mark[k] * book.multiplier[k] * rate * ((time - since) / YEAR_NANOSECONDS)
        book.account[CASH] -= cost
        book.account[BORROWED] += cost


def charge(book: Book, since: int, time: int) -> None:
    """Charge interest on cash below zero for the span between two bars."""
    cash = book.account[CASH]
    if cash < 0.0:
        cost = -cash * book.settings[INTEREST_RATE] * ((time - since) / YEAR_NANOSECONDS)
        book.account[CASH] -= cost
        book.account[INTEREST] += cost


def earn(book: Book, since: int, time: int) -> None:
    """Pay interest on idle cash for the span between two bars: what is above zero and secures no short position."""
    idle = book.account[CASH]
    for k in range(len(book.position)):
        held = book.position[k]
        if held < 0.0:
            idle += held * book.mark[k] * book.multiplier[k]
    if idle > 0.0:
        gain = idle * book.settings[CASH_RATE] * ((time - since) / YEAR_NANOSECONDS)
        book.account[CASH] += gain
        book.account[EARNED] += gain


def watch(book: Book) -> None:
    """Set BUSY when the next bar needs the kernel: an order works, cash bears interest, or a position is on margin."""
    counts = book.counts
    counts[BUSY] = 1
    if counts[WORKING] > 0 or book.account[CASH] < 0.0 or book.settings[CASH_RATE] > 0.0:
        return
    for k in range(len(book.position)):
        if book.position[k] < 0.0:
            return
    counts[BUSY] = 0


def below_maintenance(book: Book) -> bool:
    """Whether the account no longer covers what its positions have to be kept with."""
    kept = kept_of(book)
    return bool(kept > 0.0 and equity_of(book) < kept)
