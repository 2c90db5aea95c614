"""How the kernel's orders wake, shrink and end; the rules are stated in docs/backtest.md.

Every function is in the subset that runs both interpreted (on lists) and compiled (on arrays): see `compiled`.
"""

from __future__ import annotations

from typing import Any

from bidwell.simulation.backtest.layout import (
    BEST,
    CANCELED,
    CHILDREN,
    CLOSED,
    END_OF_VALIDITY,
    ENTRY_GONE,
    EXIT,
    GROUP,
    INSTRUMENT,
    IOC,
    KIND,
    LEFT,
    MARKET,
    NOTHING_TO_CLOSE,
    OPEN,
    PLACED,
    QUANTITY,
    REASON,
    SIBLING_FILLED,
    SIDE,
    STATUS,
    VALIDITY,
    WAITING,
    WITHIN,
    WORKING,
)
from bidwell.simulation.backtest.rows import keep_working

Book = Any
Row = Any


def wake(book: Book, ident: int, row: Row, quantity: float, i: int, price: float) -> None:
    """An entry filled: its exits cover what it filled, from this bar on."""
    for child in range(ident + 1, ident + 1 + int(row[CHILDREN])):
        leg = book.orders[child]
        if leg[STATUS] == WAITING:
            leg[STATUS] = OPEN
            leg[QUANTITY] = 0.0
            leg[LEFT] = 0.0
            leg[PLACED] = i - 1
            leg[BEST] = price
            # A market entry fills at the open, so that the whole range comes after it.
            leg[WITHIN] = -1.0 if row[KIND] == MARKET else float(i)
            keep_working(book, child)
        if leg[STATUS] == OPEN:
            leg[QUANTITY] += quantity
            leg[LEFT] += quantity


def shrink_siblings(book: Book, ident: int, row: Row, quantity: float, i: int) -> None:
    """One order of a group filled: the others cover that much less."""
    for place in range(book.counts[WORKING]):
        other = book.working[place]
        leg = book.orders[other]
        if other != ident and leg[GROUP] == row[GROUP] and leg[STATUS] == OPEN:
            leg[LEFT] -= quantity
            if leg[LEFT] <= 1e-12 * quantity:
                end(leg, CANCELED, SIBLING_FILLED, i)


def drop_exits(book: Book, k: int, ident: int, side: float, i: int) -> None:
    """The position is flat or turned over: exits that were working for it go."""
    for place in range(book.counts[WORKING]):
        other = book.working[place]
        leg = book.orders[other]
        if other != ident and leg[EXIT] != 0.0 and leg[SIDE] == side and leg[INSTRUMENT] == k and leg[STATUS] == OPEN:
            end(leg, CANCELED, NOTHING_TO_CLOSE, i)


def end(row: Row, status: int, reason: int, i: int) -> None:
    """Close an order with a reason."""
    row[STATUS] = status
    row[REASON] = reason
    row[CLOSED] = i


def close_family(book: Book, ident: int, row: Row, i: int) -> None:
    """An entry closed without a fill: exits that wait for it go."""
    for child in range(ident + 1, ident + 1 + int(row[CHILDREN])):
        leg = book.orders[child]
        if leg[STATUS] == WAITING:
            end(leg, CANCELED, ENTRY_GONE, i)


def cancel(book: Book, ident: int, i: int, reason: int) -> bool:
    """Cancel an open order; False where it is closed already."""
    row = book.orders[ident]
    if row[STATUS] != OPEN and row[STATUS] != WAITING:
        return False
    end(row, CANCELED, reason, i)
    close_family(book, ident, row, i)
    return True


def tidy(book: Book, i: int) -> None:
    """Drop closed orders from the working list, and IOC orders after the bar that they met."""
    kept = 0
    for place in range(book.counts[WORKING]):
        ident = book.working[place]
        row = book.orders[ident]
        if row[STATUS] == OPEN and row[VALIDITY] == IOC and row[PLACED] < i:
            end(row, CANCELED, END_OF_VALIDITY, i)
        if row[STATUS] == OPEN:
            book.working[kept] = ident
            kept += 1
        elif row[CHILDREN] > 0:
            close_family(book, ident, row, i)
    book.counts[WORKING] = kept


def awaken_later(book: Book, ident: int, row: Row, i: int) -> None:
    """Exits of an entry at the close meet the next bar first."""
    for child in range(ident + 1, ident + 1 + int(row[CHILDREN])):
        leg = book.orders[child]
        if leg[STATUS] == OPEN:
            leg[PLACED] = i
            leg[WITHIN] = -1.0
