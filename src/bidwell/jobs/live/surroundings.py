"""The account as a run sees it, over all the accounts that it sends to, and the bars that are over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.engine.desk import Desk
from bidwell.engine.ports import HistorySource
from bidwell.jobs.live.hearing import Hearing
from bidwell.jobs.live.messages import Facts, Row
from bidwell.jobs.live.orders import Sender
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import AccountId
from bidwell.model.market import Bar
from bidwell.model.money import ZERO


def accounts_of(desk: Desk, sender: Sender) -> list[AccountId]:
    """The accounts that the run's orders reach now."""
    if sender.account is not None:
        return [sender.account]
    group = desk.state.groups.get(sender.group) if sender.group is not None else None
    return [member.account for member in group.members] if group is not None else []


def facts(desk: Desk, sender: Sender, hearing: Hearing) -> Facts:
    """Positions are the strategy's own shares, money that of whole accounts, in the first instrument's currency."""
    currency = next(iter(sender.instruments.values())).currency
    cash = equity = ZERO
    held: dict[str, Decimal] = dict.fromkeys(sender.instruments, ZERO)
    numbers: set[int] = set()
    for name in accounts_of(desk, sender):
        account, portfolio = desk.state.accounts[name], desk.state.portfolios.get(name)
        if portfolio is None:
            continue
        for symbol, instrument in sender.instruments.items():
            held[symbol] += portfolio.share(instrument.id, sender.strategy).quantity
        worth = desk.valuation(name)
        cash += _in(desk, portfolio.cash, currency)
        equity += _in(desk, {account.currency: worth.equity if worth is not None else ZERO}, currency)
        for order in desk.state.open_orders(name):
            number = hearing.order_number(order) if order.strategy == sender.strategy else None
            if number is not None:
                numbers.add(number)
    return Facts({symbol: float(quantity) for symbol, quantity in held.items()}, float(cash), float(equity),
                 sorted(numbers))  # fmt: skip


def _in(desk: Desk, money: Mapping[str, Decimal], currency: str) -> Decimal:
    """An amount in one currency; what no rate is known for counts for nothing."""
    total = ZERO
    for own, amount in money.items():
        try:
            total += amount * desk.market.rates.rate(own, currency)
        except CurrencyMismatch:
            continue
    return total


def row_of(bar: Bar) -> Row:
    """A bar as the strategy's process takes it."""
    at = int(bar.start.timestamp()) * 1_000_000_000
    return at, float(bar.open), float(bar.high), float(bar.low), float(bar.close), float(bar.volume)


async def finished_bars(source: HistorySource, sender: Sender, seconds: int, now: datetime,
                        count: int) -> dict[str, list[Row]]:  # fmt: skip
    """The newest `count` bars of each instrument that are over at the market's time `now`, oldest first."""
    found: dict[str, list[Row]] = {}
    for symbol, instrument in sender.instruments.items():
        bars = await source.bars(instrument.id, seconds, None, count + 1)
        over = [bar for bar in bars if bar.start + timedelta(seconds=seconds) <= now]
        found[symbol] = [row_of(bar) for bar in over[-count:]]
    return found


def moments_of(bars: Mapping[str, list[Row]], after: int) -> list[dict[str, Row]]:
    """Bars by the instant at which they began, those after `after` (nanoseconds), oldest first."""
    found: dict[int, dict[str, Row]] = {}
    for symbol, rows in bars.items():
        for row in rows:
            if row[0] > after:
                found.setdefault(row[0], {})[symbol] = row
    return [found[at] for at in sorted(found)]
