"""How the compiled kernel keeps its rows: arrays with room, which `books.ArrayBook` grows between two bars."""

from __future__ import annotations

from typing import Any

from bidwell.simulation.backtest.layout import (
    BEST,
    CHILDREN,
    CLOSED,
    COMMISSION,
    EXIT,
    FILL_BAR,
    FILL_CASH,
    FILL_FEE,
    FILL_INSTRUMENT,
    FILL_ORDER,
    FILL_POSITION,
    FILL_PRICE,
    FILL_QUANTITY,
    FILLS,
    GROUP,
    INSTRUMENT,
    KIND,
    LAST_DAY,
    LEFT,
    LIMIT,
    ORDERS,
    PLACED,
    QUANTITY,
    REASON,
    SIDE,
    STATUS,
    STOP,
    TRAIL,
    TRAIL_SHARE,
    TRIGGERED,
    TURNOVER,
    VALIDITY,
    WITHIN,
    WORKING,
)

Book = Any


def keep_order(
    book: Book, k: int, side: float, kind: int, quantity: float, limit: float, stop: float, trail: float,
    trail_share: float, best: float, group: float, children: int, status: int, i: int, exits: float, validity: int,
) -> int:  # fmt: skip
    """Keep a new order in the order of `layout`; returns its number."""
    ident: int = book.counts[ORDERS]
    book.counts[ORDERS] = ident + 1
    row = book.orders[ident]
    row[INSTRUMENT] = k
    row[SIDE] = side
    row[KIND] = kind
    row[QUANTITY] = quantity
    row[LEFT] = quantity
    row[LIMIT] = limit
    row[STOP] = stop
    row[TRAIL] = trail
    row[TRAIL_SHARE] = trail_share
    row[BEST] = best
    row[GROUP] = group
    row[CHILDREN] = children
    row[STATUS] = status
    row[PLACED] = i
    row[CLOSED] = -1.0
    row[REASON] = 0.0
    row[EXIT] = exits
    row[TRIGGERED] = 0.0
    row[VALIDITY] = validity
    row[LAST_DAY] = 0.0
    row[COMMISSION] = 0.0
    row[TURNOVER] = 0.0
    row[WITHIN] = -1.0
    return ident


def keep_working(book: Book, ident: int) -> None:
    """Put an order at the end of the working ones."""
    book.working[book.counts[WORKING]] = ident
    book.counts[WORKING] += 1


def keep_fill(
    book: Book, ident: int, i: int, k: int, quantity: float, price: float, fee: float, cash: float, held: float
) -> None:
    """Keep a fill in the order of `layout`."""
    row = book.fills[book.counts[FILLS]]
    book.counts[FILLS] += 1
    row[FILL_ORDER] = ident
    row[FILL_BAR] = i
    row[FILL_INSTRUMENT] = k
    row[FILL_QUANTITY] = quantity
    row[FILL_PRICE] = price
    row[FILL_FEE] = fee
    row[FILL_CASH] = cash
    row[FILL_POSITION] = held
