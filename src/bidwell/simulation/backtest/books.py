"""The kernel's state: as lists for the interpreted kernel, as arrays for the compiled one."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.conditions import Conditions

FIELDS = ("account", "position", "mark", "multiplier", "lot", "tick", "orders", "working", "fills", "counts",
          "settings", "fees", "margins", "rate", "quotes")  # fmt: skip

ArrayBook = namedtuple("ArrayBook", FIELDS)  # type: ignore[misc]  # noqa: PYI024 - numba wants this kind
HEADROOM = 1_024
"""How many orders or fills one bar may add before the compiled kernel stops."""


class ListBook:
    """The interpreted kernel's state; the fields are `FIELDS`."""

    __slots__ = FIELDS

    account: list[float]
    position: list[float]
    mark: list[float]
    multiplier: list[float]
    lot: list[float]
    tick: list[float]
    orders: list[list[float]]
    working: list[int]
    fills: list[list[float]]
    counts: list[int]
    settings: list[float]
    fees: list[list[float]]
    margins: list[list[float]]
    rate: list[float]
    quotes: list[list[float]]

    def __init__(self, conditions: Conditions, instruments: int) -> None:
        self.account = [0.0] * layout.ACCOUNT_SIZE
        self.account[layout.CASH] = float(conditions.cash)
        self.position = [0.0] * instruments
        self.mark = [0.0] * instruments
        self.multiplier = [float(conditions.multiplier)] * instruments
        self.lot = [float(conditions.lot_size)] * instruments
        self.tick = [float(conditions.tick_size)] * instruments
        self.orders = []
        self.working = []
        self.fills = []
        self.counts = [0] * layout.COUNTS_SIZE
        self.counts[layout.BUSY] = int(conditions.cash_interest > 0.0)
        self.settings = conditions.settings()
        if instruments > 1:
            self.settings[layout.SIMPLE] = 0.0
        self.fees = [terms.row() for terms in conditions.fees.terms]
        self.margins = [conditions.margins() for _ in range(instruments)]
        self.rate = [1.0] * instruments
        self.quotes = [[-1.0] * layout.QUOTE_SIZE for _ in range(instruments)]


def array_book(conditions: Conditions, instruments: int, room: int = 8_192) -> Any:
    """A new compiled state with room for that many orders and fills."""
    plain = ListBook(conditions, instruments)
    found = {name: np.array(getattr(plain, name), dtype=np.float64) for name in FIELDS}
    found["counts"] = np.array(plain.counts, dtype=np.int64)
    found["working"] = np.zeros(4 * HEADROOM, dtype=np.int64)
    # A row is written whole before it is read: what is not used is never touched.
    found["orders"] = np.empty((room + HEADROOM, layout.ORDER_SIZE))
    found["fills"] = np.empty((room + HEADROOM, layout.FILL_SIZE))
    return ArrayBook(**found)


def grown(book: Any) -> Any:
    """The same state with twice the room for orders and fills."""
    return book._replace(
        orders=np.concatenate([book.orders, np.empty_like(book.orders)]),
        fills=np.concatenate([book.fills, np.empty_like(book.fills)]),
    )


def rows_of(book: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Orders and fills as two arrays, a row each, whichever kind the state is."""
    orders, fills = book.counts[layout.ORDERS], book.counts[layout.FILLS]
    if isinstance(book, ListBook):
        return (
            np.array(book.orders, dtype=np.float64).reshape(orders, layout.ORDER_SIZE),
            np.array(book.fills, dtype=np.float64).reshape(fills, layout.FILL_SIZE),
        )
    return book.orders[:orders].copy(), book.fills[:fills].copy()
