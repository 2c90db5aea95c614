"""What becomes of a run's options: exercise on notice, settlement in the morning of the last day, expiry.

A notice is an order of the kind EXERCISE, which no bar meets: it is carried out after the last bar of its session, as
the clearing house does with a day's notices, and can be canceled until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bidwell.model.instrument import Index, Option, Right
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.accounts import affordable, on_lot, watch
from bidwell.simulation.backtest.books import ListBook
from bidwell.simulation.backtest.circumstances import Held
from bidwell.simulation.backtest.corporate import EPOCH
from bidwell.simulation.backtest.life import end
from bidwell.simulation.backtest.rows import keep_notice

LEAST_IN_THE_MONEY = 0.01
"""From this much on the clearing house exercises an option at its expiry (OCC rule 805)."""


class Ledger(Protocol):
    """The run that keeps the ledger, as far as its options need it."""

    book: ListBook
    held: list[Held]
    number: dict[str, int]
    last: list[float]
    ended: set[int]
    time: NDArray[np.int64]
    instant: int

    def conclude(self, k: int, value: float | None = None) -> None:
        """End a contract, settled by a value where one is said."""

    def deliver(self, k: int, quantity: float, price: float, reason: int) -> None:
        """Book a fill that no order asked for."""

    def fill(self, ident: int, quantity: float, price: float, reason: int) -> None:
        """Fill an order by a settlement."""


class Exercises:
    """The options of a run that keeps a ledger; `settlements` are the values of those settled in the morning."""

    def __init__(self, run: Ledger, settlements: Mapping[str, float]) -> None:
        self.run = run
        self.settlements = {run.number[symbol]: price for symbol, price in settlements.items()}
        self.notices: list[int] = []

    def ask(self, k: int, quantity: float | None) -> int:
        """Take a notice of exercise; returns its order's number, -1 where all that is held is under notice already."""
        book = self.run.book
        free = book.position[k] - self._under_notice(k)
        reason = self._refusal(k)
        if reason == layout.NO_REASON and quantity is None and free <= 0.0:
            return -1
        amount = free if quantity is None else quantity
        whole = on_lot(book, k, amount) if 0.0 < amount < 1e18 else 0.0
        if reason == layout.NO_REASON and whole <= 0.0:
            reason = layout.BAD_QUANTITY
        ident = keep_notice(book, k, whole, self.run.last[k], self.run.instant, reason)
        if reason == layout.NO_REASON:
            self.notices.append(ident)
        return ident

    def withdraw(self, k: int) -> None:
        """Cancel an instrument's notices."""
        for ident in self.notices:
            row = self.run.book.orders[ident]
            if row[layout.INSTRUMENT] == k and row[layout.STATUS] == layout.OPEN:
                end(row, layout.CANCELED, layout.BY_STRATEGY, self.run.instant)

    def carry_out(self) -> None:
        """Carry out the session's notices, each as far as what it names is still held."""
        if not self.notices:
            return
        for ident in self.notices:
            if self.run.book.orders[ident][layout.STATUS] == layout.OPEN:
                self._carry_out(ident)
        self.notices.clear()
        watch(self.run.book)

    def settle(self, day: int) -> None:
        """Settle, before a session's first bar, what ends with it and has a settlement value."""
        for k, value in self.settlements.items():
            contract = self.run.held[k].contract
            if isinstance(contract, Option) and k not in self.run.ended and contract.expiry.toordinal() - EPOCH <= day:
                self.run.conclude(k, value)

    def expire(self, k: int, spot: float | None = None) -> None:
        """An option at its expiry: worthless, paid in cash, or its underlying delivered at the strike.

        `spot` is the settlement value; without one the underlying's last price counts.
        """
        run = self.run
        held = run.book.position[k]
        worth = self._worth(k, spot)
        if round(worth, 9) < LEAST_IN_THE_MONEY:
            run.deliver(k, -held, 0.0, layout.WORTHLESS)
            return
        reason = layout.EXERCISED if held > 0.0 else layout.ASSIGNED
        if self._in_cash(k):
            run.deliver(k, -held, worth, reason)
            return
        run.deliver(k, -held, 0.0, reason)
        self._deliver(k, held, reason)

    def shares(self, k: int) -> float:
        """How much of its underlying a contract stands for: what one is worth a point, per what one of the other is."""
        return self.run.held[k].multiplier / self.run.held[self._underlying(k)].multiplier

    def _refusal(self, k: int) -> int:
        contract = self.run.held[k].contract
        if not isinstance(contract, Option):
            return layout.NO_OPTION
        if k in self.run.ended:
            return layout.CONTRACT_ENDED
        if contract.european:
            return layout.EUROPEAN
        return layout.NO_REASON if self.run.book.position[k] > 0.0 else layout.NOT_LONG

    def _under_notice(self, k: int) -> float:
        rows = [self.run.book.orders[ident] for ident in self.notices]
        return sum(row[layout.LEFT] for row in rows
                   if row[layout.INSTRUMENT] == k and row[layout.STATUS] == layout.OPEN)  # fmt: skip

    def _carry_out(self, ident: int) -> None:
        run = self.run
        row = run.book.orders[ident]
        k = int(row[layout.INSTRUMENT])
        quantity = min(row[layout.LEFT], run.book.position[k])
        worth = self._worth(k)
        cash = self._in_cash(k)
        reason = layout.NO_REASON
        if quantity <= 0.0:
            reason = layout.NOTHING_TO_CLOSE
        elif cash and worth <= 0.0:
            reason = layout.OUT_OF_THE_MONEY
        elif not cash:
            reason = self._beyond_means(k, quantity)
        if reason != layout.NO_REASON:
            refused = reason in {layout.NO_BUYING_POWER, layout.NO_SHORTING}
            end(row, layout.REJECTED if refused else layout.CANCELED, reason, run.instant)
            return
        left = row[layout.LEFT] - quantity
        run.fill(ident, -quantity, worth if cash else 0.0, layout.EXERCISED)
        if left > 0.0:
            row[layout.LEFT] = left
            end(row, layout.CANCELED, layout.NOTHING_TO_CLOSE, run.instant)
        if not cash:
            self._deliver(k, quantity, layout.EXERCISED)

    def _deliver(self, k: int, contracts: float, reason: int) -> None:
        """The underlying of so many contracts, signed, at the strike."""
        contract = self.run.held[k].contract
        if isinstance(contract, Option):
            way = 1.0 if contract.right is Right.CALL else -1.0
            strike = float(contract.strike)
            self.run.deliver(self._underlying(k), contracts * self.shares(k) * way, strike, reason)

    def _beyond_means(self, k: int, contracts: float) -> int:
        """Why the account could not carry what the exercise would deliver; no reason where it can."""
        run, book = self.run, self.run.book
        contract = run.held[k].contract
        if not isinstance(contract, Option):
            return layout.NO_OPTION
        u = self._underlying(k)
        side = 1.0 if contract.right is Right.CALL else -1.0
        wanted = contracts * self.shares(k)
        row = [0.0] * layout.ORDER_SIZE
        row[layout.QUANTITY] = row[layout.LEFT] = wanted
        mark = book.mark[u]
        book.position[k] -= contracts
        passed = affordable(book, u, row, side, float(contract.strike), wanted, False, int(run.time[run.instant]))
        book.position[k] += contracts
        book.mark[u] = mark
        if passed >= wanted * (1.0 - 1e-9):
            return layout.NO_REASON
        return layout.NO_SHORTING if side < 0.0 and book.settings[layout.SHORTING] == 0.0 else layout.NO_BUYING_POWER

    def _worth(self, k: int, spot: float | None = None) -> float:
        """What a unit of the option is worth when it is exercised, never below zero."""
        contract = self.run.held[k].contract
        if not isinstance(contract, Option):
            return 0.0
        at = self.run.last[self._underlying(k)] if spot is None else spot
        strike = float(contract.strike)
        return max(at - strike if contract.right is Right.CALL else strike - at, 0.0)

    def _in_cash(self, k: int) -> bool:
        contract = self.run.held[k].contract
        index = isinstance(self.run.held[self._underlying(k)].contract, Index)
        return index or (isinstance(contract, Option) and contract.cash_settled)

    def _underlying(self, k: int) -> int:
        return self.run.number[self.run.held[k].underlying]
