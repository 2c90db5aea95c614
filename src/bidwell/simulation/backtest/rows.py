"""How the interpreted kernel keeps its rows: lists that grow. `array_rows` has the compiled kernel's way."""

from __future__ import annotations

from typing import Any

from bidwell.simulation.backtest.layout import EXERCISE, FILLS, NO_OPTION, OPEN, ORDERS, REASON, REJECTED, WORKING

Book = Any


def keep_order(
    book: Book, k: int, side: float, kind: int, quantity: float, limit: float, stop: float, trail: float,
    trail_share: float, best: float, group: float, children: int, status: int, i: int, exits: float, validity: int,
) -> int:  # fmt: skip
    """Keep a new order in the order of `layout`; returns its number."""
    counts = book.counts
    ident: int = counts[ORDERS]
    counts[ORDERS] = ident + 1
    book.orders.append(
        [k, side, kind, quantity, quantity, limit, stop, trail, trail_share, best, group, children, status, i, -1, 0,
         exits, 0.0, validity, 0, 0.0, 0.0, -1.0]
    )  # fmt: skip
    return ident


def keep_working(book: Book, ident: int) -> None:
    """Put an order at the end of the working ones."""
    counts = book.counts
    place = counts[WORKING]
    working = book.working
    if place < len(working):
        working[place] = ident
    else:
        working.append(ident)
    counts[WORKING] = place + 1


def keep_fill(
    book: Book, ident: int, i: int, k: int, quantity: float, price: float, fee: float, cash: float, held: float
) -> None:
    """Keep a fill in the order of `layout`."""
    book.counts[FILLS] += 1
    book.fills.append([ident, i, k, quantity, price, fee, cash, held])


def keep_notice(book: Book, k: int, quantity: float, price: float, i: int, reason: int) -> int:
    """Keep a notice of exercise, an order that no bar meets; one with a reason is rejected for it."""
    status = REJECTED if reason else OPEN
    ident = keep_order(book, k, -1.0, EXERCISE, quantity, 0.0, 0.0, 0.0, 0.0, price, 0.0, 0, status, i, 1.0, 0)
    book.orders[ident][REASON] = reason
    return ident


def no_option(book: Book, k: int, i: int, quantity: float | None) -> int:
    """A notice of exercise of what is no option, rejected."""
    told = quantity if quantity is not None and 0.0 < quantity < 1e18 else 0.0
    return keep_notice(book, k, told, book.mark[k], i, NO_OPTION)
