"""The run that keeps a ledger: currencies, corporate actions, settlement, expiry, sessions, quotes, fees by volume.

It is the run of several instruments with dates between the bars. The kernel books every fill at its whole worth in
the account's currency. What belongs to a future's worth, and has not been paid as variation, is its *leg*: equity
holds it against the position, cash leaves it out. Money of other currencies lies in `balances`, which the kernel's
cash contains at the rate of the moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl

from bidwell.model.instrument import Future, Index, Option, Right
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.account_books import LEDGER, AccountBooks
from bidwell.simulation.backtest.accounts import on_lot, watch
from bidwell.simulation.backtest.circumstances import Circumstances, Held
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.corporate import EPOCH, CorporateAction
from bidwell.simulation.backtest.exercising import Exercises
from bidwell.simulation.backtest.layout import CASH, FILLS, WORKING
from bidwell.simulation.backtest.life import end, tidy
from bidwell.simulation.backtest.margining import futures_margin, option_margin
from bidwell.simulation.backtest.quotes import QuoteBars
from bidwell.simulation.backtest.rows import keep_fill, keep_order
from bidwell.simulation.backtest.sessions import session_days
from bidwell.simulation.backtest.several import SeveralRun
from bidwell.simulation.backtest.volumes import Volumes
from bidwell.strategy.bars import Bars
from bidwell.strategy.strategy import Strategy


class LedgeredRun(SeveralRun):
    """One strategy over instruments of any contract and currency."""

    dated = True

    def __init__(
        self, strategy: Strategy, bars: Mapping[str, Bars], conditions: Conditions, circumstances: Circumstances
    ) -> None:
        super().__init__(strategy, bars, conditions, circumstances.held)
        self.conditions = conditions
        self.held: list[Held] = list(circumstances.held)
        self.account_currency = circumstances.rates.currency
        self.convert = circumstances.convert
        self.actions: list[list[CorporateAction]] = [list(circumstances.actions.get(each, ())) for each in bars]
        self.days = session_days(self.time, circumstances.calendar)
        self.curves = {
            each.currency: circumstances.rates.over(each.currency, self.time)
            for each in self.held
            if each.currency != self.account_currency
        }
        self.balances = dict.fromkeys(self.curves, 0.0)
        self.rate = dict.fromkeys([self.account_currency, *self.curves], 1.0)
        self.legs = [0.0] * len(self.held)
        self.options = {k for k, each in enumerate(self.held) if isinstance(each.contract, Option)}
        self.futures = [k for k, each in enumerate(self.held) if isinstance(each.contract, Future)]
        self.ended: set[int] = set()
        self.exercises = Exercises(self, circumstances.settlements)
        self.accounted = 0
        self.entries: list[tuple[int, str, str, str, float, float]] = []
        self.fill_rates: list[float] = []
        self.splits: list[tuple[int, int, float]] = []
        self.gross = np.zeros(len(self.time))
        self.borrowed = 0.0
        self.volumes = Volumes(conditions.fees)
        self.last_day = [-(1 << 40)] * len(self.held)
        self.book.settings[layout.SIMPLE] = 0.0
        for k, each in enumerate(self.held):
            if isinstance(each.contract, Future):
                self.book.margins[k] = futures_margin(each, conditions, 1.0)

    def cash(self) -> float:
        """Cash of the account in its currency, balances of others at the rate of the moment."""
        return self.book.account[CASH] - self._embedded()

    def _embedded(self) -> float:
        return sum(self.legs[k] * self.rate[self.held[k].currency] for k in self.futures)

    def submit(
        self, symbol: str | None, side: float, by: int, amount: float, limit: float, stop: float, trail: float,
        trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
    ) -> int:  # fmt: skip
        """Place an order; one for an index or an ended contract is rejected."""
        ident = super().submit(symbol, side, by, amount, limit, stop, trail, trail_share, validity, stop_loss,
                               take_profit, exit_trail)  # fmt: skip
        k = self.current if symbol is None else self.known(symbol)
        if ident >= 0 and (k in self.ended or isinstance(self.held[k].contract, Index)):
            self.cancel(ident)
            row = self.book.orders[ident]
            row[layout.STATUS] = layout.REJECTED
            row[layout.REASON] = layout.CONTRACT_ENDED if k in self.ended else layout.UNTRADABLE
        elif ident >= 0 and k in self.options:
            self._margin_options()
        return ident

    def exercise(self, symbol: str | None, quantity: float | None) -> int:
        """Take a notice of exercise, which is carried out at the session's end."""
        k = self.current if symbol is None else self.known(symbol)
        return self.exercises.ask(k, quantity)

    def cancel_all(self, symbol: str | None) -> None:
        """Cancel every working order of an instrument, and its notices of exercise."""
        super().cancel_all(symbol)
        self.exercises.withdraw(self.current if symbol is None else self.known(symbol))

    def begin(self, instant: int, here: list[int], rows: list[int]) -> None:
        """What happens before the bars of an instant: rates, a new session, corporate actions, quotes, margins."""
        day = int(self.days[instant])
        if self.curves:
            self._revalue(instant)
        self.book.settings[layout.SESSION] = float(day)
        if instant == 0 or self.days[instant - 1] != day:
            self.book.fees = self.volumes.rows(day)
        for k in here:
            if self.last_day[k] < day:
                self.last_day[k] = day
                while self.actions[k] and self.actions[k][0].day <= day:
                    self._act(k, self.actions[k].pop(0))
            bars = self.all[k]
            if isinstance(bars, QuoteBars):
                self.book.quotes[k] = bars.quotes[rows[k]].tolist()
        if instant == 0 or self.days[instant - 1] != day:
            self.exercises.settle(day)
        if self.options:
            self._margin_options()

    def charge(self, cost: float) -> None:
        """Take interest on what is owed, and say so in the ledger."""
        super().charge(cost)
        self.entries.append((self.instant, "", "interest", self.account_currency, -cost, -cost))

    def earn(self, gain: float) -> None:
        """Pay interest on idle cash, and say so in the ledger."""
        super().earn(gain)
        self.entries.append((self.instant, "", "interest", self.account_currency, gain, gain))

    def secured(self) -> float:
        """What short positions but futures are worth: a future brings in no proceeds."""
        book = self.book
        return sum(-held * book.mark[k] * book.multiplier[k] for k, held in enumerate(book.position)
                   if held < 0.0 and k not in self.futures)  # fmt: skip

    def finish(self, instant: int) -> None:
        """What happens after everybody decided; after the last bar of a session, settlement and expiry."""
        book = self.book
        if book.account[layout.BORROWED] != self.borrowed:
            cost = self.borrowed - book.account[layout.BORROWED]
            self.borrowed = book.account[layout.BORROWED]
            self.entries.append((instant, "", "borrow", self.account_currency, cost, cost))
        self.gross[instant] = sum(
            abs(held) * book.mark[k] * book.multiplier[k] for k, held in enumerate(book.position) if held
        )
        if instant + 1 < len(self.time) and self.days[instant + 1] == self.days[instant]:
            return
        day = int(self.days[instant])
        self._end_day(day)
        self.exercises.carry_out()
        for k, each in enumerate(self.held):
            if not each.plain and k not in self.ended:
                self._finish(k, each, day)

    def _end_day(self, day: int) -> None:
        """Orders for the day end with the session in which they worked."""
        book = self.book
        if not book.counts[WORKING]:
            return
        for ident in book.working[: book.counts[WORKING]]:
            row = book.orders[ident]
            if row[layout.STATUS] == layout.OPEN and row[layout.VALIDITY] == layout.DAY and row[layout.LAST_DAY] == day:
                end(row, layout.EXPIRED, layout.END_OF_VALIDITY, self.instant)
        tidy(book, self.instant)

    def _finish(self, k: int, each: Held, day: int) -> None:
        contract = each.contract
        if isinstance(contract, Future):
            self._settle_variation(k)
        if isinstance(contract, Future | Option) and contract.expiry.toordinal() - EPOCH <= day:
            self.conclude(k)

    def conclude(self, k: int, value: float | None = None) -> None:
        """End a contract: its orders go, and what is held of it is settled, an option by a settlement value if one is said."""
        self._withdraw(k)
        held = self.book.position[k]
        if held != 0.0 and k in self.options:
            self.exercises.expire(k, value)
        elif held != 0.0:
            self.deliver(k, -held, self.last[k], layout.SETTLED)
        self.ended.add(k)
        self._account_fills()
        watch(self.book)

    def _revalue(self, instant: int) -> None:
        """Take over the instant's rates; money of another currency changes its worth."""
        for currency, curve in self.curves.items():
            before, now = self.rate[currency], float(curve[instant])
            if now == before and instant:
                continue
            self.rate[currency] = now
            legs = sum(leg for leg, each in zip(self.legs, self.held, strict=True) if each.currency == currency)
            # A leg moves against the position that it belongs to: that is no gain of anybody's.
            self.book.account[CASH] += legs * (now - before)
            change = (self.balances[currency] - legs) * (now - before)
            if abs(change) > 1e-9:
                self._post("", "revaluation", currency, 0.0, change)
            for k, each in enumerate(self.held):
                if each.currency == currency:
                    self.book.rate[k] = now
                    self.book.multiplier[k] = each.multiplier * now
                    if isinstance(each.contract, Future):
                        self.book.margins[k] = futures_margin(each, self.conditions, now)

    def _act(self, k: int, action: CorporateAction) -> None:
        """A dividend on what was held before its ex-date, then the split."""
        book, each = self.book, self.held[k]
        if action.dividend and book.position[k]:
            self._pay(k, "dividend", book.position[k] * action.dividend * each.multiplier)
        if action.split == 1.0:
            return
        self._split(k, action.split)
        for option in self.options - self.ended:
            # One that is listed later has its strike in the new prices.
            if self.held[option].underlying == each.symbol and self.last[option]:
                self._split(option, action.split)

    def _split(self, k: int, split: float) -> None:
        """Positions, orders and the last price of an instrument, and an option's strike, after a split."""
        book, each = self.book, self.held[k]
        if isinstance(each.contract, Option):
            # So many more contracts at a strike so much lower: what the clearing house does for whole splits.
            strike = each.contract.strike / Decimal(str(split))
            self.held[k] = replace(each, contract=replace(each.contract, strike=strike))
        self.splits.append((k, book.counts[FILLS], split))
        book.mark[k] /= split
        self.last[k] /= split
        held = book.position[k] * split
        whole = on_lot(book, k, abs(held))
        book.position[k] = whole if held > 0.0 else -whole
        left = held - book.position[k]
        if abs(left) > 1e-9:
            self._pay(k, "cash in lieu", left * book.mark[k] * each.multiplier)
        for place in range(book.counts[WORKING]):
            row = book.orders[book.working[place]]
            if row[layout.INSTRUMENT] == k:
                self._split_order(k, row, split)
        # Exits that wait for their entry are not among the working orders.
        for row in book.orders:
            if row[layout.INSTRUMENT] == k and row[layout.STATUS] == layout.WAITING:
                self._split_order(k, row, split)

    def _split_order(self, k: int, row: list[float], split: float) -> None:
        for column in (layout.QUANTITY, layout.LEFT):
            row[column] = on_lot(self.book, k, row[column] * split)
        for column in (layout.LIMIT, layout.STOP, layout.TRAIL, layout.BEST):
            row[column] /= split
        if row[layout.LEFT] <= 0.0:
            end(row, layout.CANCELED, layout.BAD_QUANTITY, self.instant)

    def _settle_variation(self, k: int) -> None:
        """Pay what a future won or lost since its last settlement, at the session's last price."""
        book, each = self.book, self.held[k]
        payment = book.position[k] * self.last[k] * each.multiplier + self.legs[k]
        if book.position[k] == 0.0 and self.legs[k] == 0.0:
            return
        self.legs[k] -= payment
        if each.currency in self.balances and self.convert:
            self.balances[each.currency] -= payment
        if payment:
            self.entries.append((self.instant, each.symbol, "variation", each.currency, payment,
                                 payment * self.rate[each.currency]))  # fmt: skip

    def deliver(self, k: int, quantity: float, price: float, reason: int) -> None:
        """Book a fill that no order asked for and no fee is due on."""
        book = self.book
        side = 1.0 if quantity > 0.0 else -1.0
        ident = keep_order(book, k, side, layout.MARKET, abs(quantity), 0.0, 0.0, 0.0, 0.0, price, 0.0, 0,
                           layout.FILLED, self.instant, 0.0, 0)  # fmt: skip
        self.fill(ident, quantity, price, reason)

    def fill(self, ident: int, quantity: float, price: float, reason: int) -> None:
        """Fill an order by a settlement, without a fee; quantity is signed."""
        book = self.book
        row = book.orders[ident]
        k = int(row[layout.INSTRUMENT])
        row[layout.LEFT] = 0.0
        row[layout.STATUS] = layout.FILLED
        row[layout.CLOSED] = self.instant
        row[layout.REASON] = reason
        book.account[CASH] -= quantity * price * book.multiplier[k]
        book.position[k] += quantity
        keep_fill(book, ident, self.instant, k, quantity, price, 0.0, book.account[CASH], book.position[k])
        self._account_fills()

    def _withdraw(self, k: int) -> None:
        book = self.book
        for row in book.orders:
            if row[layout.INSTRUMENT] == k and row[layout.STATUS] in {layout.OPEN, layout.WAITING}:
                end(row, layout.CANCELED, layout.CONTRACT_ENDED, self.instant)
        tidy(book, self.instant)

    def _margin_options(self) -> None:
        """Renew the margins of options that are held or ordered: the others' do not matter now."""
        book = self.book
        selling = dict.fromkeys((k for k in self.options if book.position[k] != 0.0), 0.0)
        for ident in book.working[: book.counts[WORKING]]:
            row = book.orders[ident]
            k = int(row[layout.INSTRUMENT])
            if k in self.options and row[layout.STATUS] == layout.OPEN:
                selling[k] = selling.get(k, 0.0) + (row[layout.LEFT] if row[layout.SIDE] < 0.0 else 0.0)
        short: dict[int, float] = {}
        for k, sold in selling.items():
            each = self.held[k]
            if isinstance(each.contract, Option) and each.contract.right is Right.CALL:
                u = self.number[each.underlying]
                short[u] = short.get(u, 0.0) + max(sold - book.position[k], 0.0) * self.exercises.shares(k)
        for k in selling:
            each = self.held[k]
            u = self.number[each.underlying]
            call = isinstance(each.contract, Option) and each.contract.right is Right.CALL
            # Shares cover calls where they cover all of them, those that working orders would sell included.
            covered = call and short[u] > 0.0 and book.position[u] >= short[u]
            self._margin_option(k, each, u, covered=covered)

    def _margin_option(self, k: int, each: Held, u: int, *, covered: bool) -> None:
        # Before its first bar an underlying is as dear as the strike.
        spot = self.last[u] or float(each.contract.strike) if isinstance(each.contract, Option) else 0.0
        self.book.margins[k] = option_margin(each, self.conditions, self.rate[each.currency], spot, self.held[u],
                                             covered=covered)  # fmt: skip

    def _pay(self, k: int, kind: str, amount: float) -> None:
        """Money that comes in (or goes out) without a fill."""
        each = self.held[k]
        if each.currency in self.balances and not self.convert:
            self.balances[each.currency] += amount
        self._post(each.symbol, kind, each.currency, amount, amount * self.rate[each.currency])

    def _post(self, symbol: str, kind: str, currency: str, amount: float, worth: float) -> None:
        self.book.account[CASH] += worth
        self.entries.append((self.instant, symbol, kind, currency, amount, worth))

    def _tell(self, rows: list[int]) -> None:
        self._account_fills()
        super()._tell(rows)

    def _account_fills(self) -> None:
        """Take new fills into legs, balances and volumes; their cash is what the account really has."""
        book = self.book
        for row in book.fills[self.accounted :]:
            k = int(row[layout.FILL_INSTRUMENT])
            each = self.held[k]
            rate = self.rate[each.currency]
            flow = -row[layout.FILL_QUANTITY] * row[layout.FILL_PRICE] * each.multiplier
            future = isinstance(each.contract, Future)
            if future:
                self.legs[k] += flow
            if each.currency in self.balances:
                if not self.convert:
                    self.balances[each.currency] += flow - row[layout.FILL_FEE] / rate
                elif future:
                    self.balances[each.currency] += flow
            row[layout.FILL_CASH] -= self._embedded()
            self.fill_rates.append(rate)
            self.volumes.add(int(self.days[self.instant]), abs(row[layout.FILL_QUANTITY]), abs(flow))
        self.accounted = book.counts[FILLS]

    def books(self) -> AccountBooks:
        """What the run's account holds beside fills and equity."""
        frame = pl.DataFrame([(int(self.time[at]), *rest) for at, *rest in self.entries],
                             schema={**LEDGER, "ts": pl.Int64}, orient="row")  # fmt: skip
        owners = np.array([row[layout.FILL_INSTRUMENT] for row in self.book.fills])
        splits = np.ones(len(owners))
        for k, fills, split in self.splits:
            splits[:fills][owners[:fills] == k] *= split
        return AccountBooks(
            ledger=frame.select(pl.col(name).cast(kind) for name, kind in LEDGER.items()), balances=self._money(), rates=np.array(self.fill_rates), splits=splits,
            multipliers={each.symbol: each.multiplier for each in self.held}, gross=self.gross[: len(self.time)],
        )  # fmt: skip

    def _money(self) -> dict[str, float]:
        """The cash of each currency at the end."""
        legs = dict.fromkeys(self.rate, 0.0)
        for leg, each in zip(self.legs, self.held, strict=True):
            legs[each.currency] += leg
        others = {name: balance - legs[name] for name, balance in self.balances.items()}
        own = self.book.account[CASH] - legs[self.account_currency]
        return {self.account_currency: own - sum(self.balances[name] * self.rate[name] for name in others), **others}
