"""How a strategy's wish becomes an order of the kernel: sizing at its own price or the last one, kind, exits.

Every function is in the subset that runs both interpreted (on lists) and compiled (on arrays): see `compiled`.
Prices that were not given are 0.0; prices and amounts that make no sense give a rejected order, which says why.
"""

from __future__ import annotations

from typing import Any

from bidwell.simulation.backtest.accounts import equity_of, on_lot
from bidwell.simulation.backtest.layout import (
    BAD_PRICE,
    BAD_QUANTITY,
    BUSY,
    BY_NOTIONAL,
    BY_PERCENT,
    BY_QUANTITY,
    BY_STRATEGY,
    CLOSING,
    GROUP,
    GROUPS,
    INSTRUMENT,
    KIND,
    LEFT,
    LIMITED,
    MARKET,
    MOST_WORKING,
    NO_REASON,
    OPEN,
    ORDERS,
    REASON,
    REJECTED,
    SIDE,
    STATUS,
    STOP_LIMITED,
    STOPPING,
    TO_PERCENT,
    TO_QUANTITY,
    TOO_MANY,
    TRAILING,
    WAITING,
    WORKING,
)
from bidwell.simulation.backtest.life import cancel
from bidwell.simulation.backtest.rows import keep_order, keep_working

Book = Any
Row = Any


def submit(
    book: Book, k: int, i: int, price: float, side: float, by: int, amount: float, limit: float, stop: float,
    trail: float, trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
) -> int:  # fmt: skip
    """Place an order at bar `i` where instrument `k` was last seen at `price`; returns its number, -1 for none."""
    book.mark[k] = price
    tick = book.tick[k]
    if tick != 0.0:
        limit, stop, trail = nearest(tick, limit), nearest(tick, stop), nearest(tick, trail)
        stop_loss, take_profit = nearest(tick, stop_loss), nearest(tick, take_profit)
        exit_trail = nearest(tick, exit_trail)
    exits = 0.0
    if by == BY_QUANTITY:
        quantity = amount
    elif by < TO_QUANTITY:
        quantity = sized(book, k, limit if limit > 0.0 else stop if stop > 0.0 else price, by, amount, stop_loss)
    else:
        change = book.position[k] * -0.01 * amount if by == CLOSING else wanted(book, k, price, by, amount)
        if change == 0.0:
            return -1
        exits = 1.0 if by == CLOSING else 0.0
        side = 1.0 if change > 0.0 else -1.0
        quantity = abs(change)
    whole = quantity if 0.0 < quantity < 1e18 else 0.0
    if book.lot[k] != 0.0:
        whole = on_lot(book, k, whole)
    kind = MARKET
    if limit != 0.0:
        kind = LIMITED if stop == 0.0 else STOP_LIMITED
    elif stop != 0.0:
        kind = STOPPING
    elif trail != 0.0 or trail_share != 0.0:
        kind = TRAILING
    reason = NO_REASON
    if (limit < 0.0 or stop < 0.0 or trail < 0.0 or trail_share < 0.0 or trail_share >= 1.0 or stop_loss < 0.0
            or take_profit < 0.0 or exit_trail < 0.0):  # fmt: skip
        reason = BAD_PRICE
    elif whole <= 0.0:
        if by >= TO_QUANTITY:
            return -1
        reason = BAD_QUANTITY
    elif book.counts[WORKING] >= book.settings[MOST_WORKING]:
        reason = TOO_MANY
    legs = (stop_loss != 0.0) + (take_profit != 0.0) + (exit_trail != 0.0)
    status = OPEN if reason == NO_REASON else REJECTED
    ident = keep_order(book, k, side, kind, whole, limit, stop, trail, trail_share, price, 0.0,
                       legs, status, i, exits, validity)  # fmt: skip
    if reason != NO_REASON:
        book.orders[ident][REASON] = reason
        legs = 0
    else:
        keep_working(book, ident)
        book.counts[BUSY] = 1
    if legs > 0:
        attach(book, k, i, side, whole, price, stop_loss, take_profit, exit_trail)
    return ident


def at_market(book: Book, k: int, i: int, price: float, side: float, by: int, amount: float) -> int:
    """What `submit` does with a plain market order of a quantity, or one that closes: the usual case in short.

    Compiled code calls this where a strategy names no price. The row is the same, and what is not plain goes there.
    """
    quantity = amount
    if by == CLOSING:
        change = book.position[k] * -0.01 * amount
        side = 1.0 if change > 0.0 else -1.0
        quantity = abs(change)
    counts = book.counts
    plain = 0.0 < quantity < 1e18 and book.lot[k] == 0.0 and counts[WORKING] < book.settings[MOST_WORKING]
    if not plain:
        return submit(book, k, i, price, side, by, amount, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0)
    book.mark[k] = price
    exits = 1.0 if by == CLOSING else 0.0
    ident = keep_order(book, k, side, MARKET, quantity, 0.0, 0.0, 0.0, 0.0, price, 0.0, 0, OPEN, i, exits, 0)
    keep_working(book, ident)
    counts[BUSY] = 1
    return ident


def nearest(tick: float, price: float) -> float:
    """A price that was given, on the tick grid and at least a tick; of two equally near the even multiple."""
    if price <= 0.0:
        return price
    return float(max(round(price / tick), 1) * tick)


def attach(
    book: Book, k: int, i: int, side: float, quantity: float, price: float, stop_loss: float, take_profit: float,
    exit_trail: float,
) -> None:  # fmt: skip
    """Keep the exits of an entry, which wait for its fills; one exit's fill takes off the others."""
    book.counts[GROUPS] += 1
    group = float(book.counts[GROUPS])
    if stop_loss != 0.0:
        keep_order(book, k, -side, STOPPING, quantity, 0.0, stop_loss, 0.0, 0.0, price, group, 0, WAITING, i, 1.0, 0)
    if exit_trail != 0.0:
        keep_order(book, k, -side, TRAILING, quantity, 0.0, 0.0, exit_trail, 0.0, price, group, 0, WAITING, i, 1.0, 0)
    if take_profit != 0.0:
        keep_order(book, k, -side, LIMITED, quantity, take_profit, 0.0, 0.0, 0.0, price, group, 0, WAITING, i, 1.0, 0)


def sized(book: Book, k: int, price: float, by: int, amount: float, stop_loss: float) -> float:
    """The quantity that an amount of money, a share of the equity or a risk stands for."""
    unit = price * book.multiplier[k]
    if by == BY_NOTIONAL:
        return float(amount / unit)
    if by == BY_PERCENT:
        return float(equity_of(book) * amount * 0.01 / unit)
    distance = abs(price - stop_loss) * book.multiplier[k]
    return float(amount / distance) if distance > 0.0 and stop_loss > 0.0 else 0.0


def wanted(book: Book, k: int, price: float, by: int, amount: float) -> float:
    """The signed change that leads to a target position, market orders under way counted in."""
    if by == TO_QUANTITY:
        target = amount
    else:
        unit = price * book.multiplier[k]
        target = equity_of(book) * amount * 0.01 / unit if by == TO_PERCENT else amount / unit
    lot_target = on_lot(book, k, abs(target)) if abs(target) < 1e18 else 0.0
    signed = lot_target if target > 0.0 else -lot_target
    return float(signed - book.position[k] - under_way(book, k))


def under_way(book: Book, k: int) -> float:
    """What working market orders will change."""
    total = 0.0
    for place in range(book.counts[WORKING]):
        row = book.orders[book.working[place]]
        if row[INSTRUMENT] == k and row[KIND] == MARKET and row[STATUS] == OPEN:
            total += row[SIDE] * row[LEFT]
    return total


def link(book: Book, first: int, second: int) -> None:
    """Bind two orders: what one fills is taken off the other."""
    if first < 0 or second < 0:
        return
    group = max(book.orders[first][GROUP], book.orders[second][GROUP])
    if group == 0.0:
        book.counts[GROUPS] += 1
        group = float(book.counts[GROUPS])
    book.orders[first][GROUP] = group
    book.orders[second][GROUP] = group


def withdraw(book: Book, ident: int, i: int) -> bool:
    """Cancel an order that the strategy no longer wants."""
    return ident >= 0 and cancel(book, ident, i, BY_STRATEGY)


def withdraw_all(book: Book, k: int, i: int) -> None:
    """Cancel every working order of an instrument."""
    for place in range(book.counts[WORKING]):
        row = book.orders[book.working[place]]
        if row[INSTRUMENT] == k and row[STATUS] == OPEN:
            cancel(book, book.working[place], i, BY_STRATEGY)


def take_back(book: Book, ident: int, i: int) -> bool:
    """Cancel an order by a number that a strategy has; False for one that there is not."""
    return bool(0 <= ident < book.counts[ORDERS] and withdraw(book, ident, i))


def price_given(price: float) -> float:
    """A price as a strategy gave it: -1.0 where it is none."""
    return float(price) if price > 0.0 else -1.0


def worth(book: Book, price: float) -> float:
    """The equity where the first instrument stands at `price`."""
    book.mark[0] = price
    return equity_of(book)


def at(series: Row, i: int, index: int) -> float:
    """A series' value: from the current bar backwards below 0, from the first one on otherwise."""
    place = i + 1 + index if index < 0 else index
    if place < 0 or place > i:
        raise IndexError("list index out of range")
    value: float = series[place]
    return value
