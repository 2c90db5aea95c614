"""When and at what price the kernel fills an order against a bar; the rules are stated in docs/backtest.md.

Every function is in the subset that runs both interpreted (on lists) and compiled (on arrays): see `compiled`.
An order that meets the market (at the open, or when it is set off) gets the price it meets; one that rests gets
its limit. Within a bar stops go before limits, and an order that its own bar's entry woke trusts only what is
known to come after, unless the run is optimistic.
"""

from __future__ import annotations

from typing import Any

from bidwell.simulation.backtest.accounts import (
    accrue,
    affordable,
    below_maintenance,
    charge,
    commission_paid,
    earn,
    fee_of,
    on_tick,
    slipped,
    watch,
)
from bidwell.simulation.backtest.layout import (
    BEST,
    BORROW_RATE,
    CANCELED,
    CASH,
    CASH_RATE,
    CHILDREN,
    CLOSED,
    DAY,
    DAY_NANOSECONDS,
    END_OF_VALIDITY,
    EXIT,
    EXPIRED,
    FEE_MODEL,
    FEE_PERCENT,
    FEE_PLAIN,
    FEES,
    FILLED,
    GROUP,
    INSTRUMENT,
    INTEREST_RATE,
    KIND,
    LAST_DAY,
    LEFT,
    LIMIT,
    LIMITED,
    MARGIN_CALL,
    MARKET,
    NO_BUYING_POWER,
    NO_SHORTING,
    NOTHING_TO_CLOSE,
    OPEN,
    OPTIMISTIC,
    PARTICIPATION,
    PLACED,
    QUOTE_CLOSE,
    QUOTE_HIGH,
    QUOTE_LOW,
    QUOTE_OPEN,
    QUOTED,
    REASON,
    REJECTED,
    SESSION,
    SHORTING,
    SIDE,
    SIMPLE,
    SLIP_MODEL,
    SLIP_NONE,
    STATUS,
    STOP,
    STOP_LIMITED,
    TO_SELL,
    TRAIL,
    TRAIL_SHARE,
    TRAILING,
    TRIGGERED,
    VALIDITY,
    WITHIN,
    WORKING,
)
from bidwell.simulation.backtest.life import (
    awaken_later,
    cancel,
    close_family,
    drop_exits,
    end,
    shrink_siblings,
    tidy,
    wake,
)
from bidwell.simulation.backtest.rows import keep_fill, keep_order, keep_working

Book = Any
Row = Any


def step(
    book: Book,
    k: int,
    i: int,
    open_: float,
    high: float,
    low: float,
    close: float,
    volume: float,
    time: int,
    since: int,
) -> None:
    """Bar `i` of instrument `k` passes: interest, borrow, expiry, matching at the open and within the range, margin."""
    settings = book.settings
    if settings[INTEREST_RATE] > 0.0:
        charge(book, since, time)
    if settings[CASH_RATE] > 0.0:
        earn(book, since, time)
    if settings[BORROW_RATE] > 0.0:
        accrue(book, k, since, time)
    left = settings[PARTICIPATION] * volume if settings[PARTICIPATION] > 0.0 else -1.0
    if book.counts[WORKING] == 1 and left < 0.0 and lone_market(book, k, i, open_, volume, time):
        book.counts[WORKING] = 0
    elif book.counts[WORKING] > 0:
        rests, left = at_open(book, k, i, open_, volume, time, left)
        if rests:
            within(book, k, i, high, low, close, volume, time, left)
        tidy(book, i)
    after_bar(book, k, i, close)


def after_bar(book: Book, k: int, i: int, close: float) -> None:
    """A bar has passed: the position is worth its close, and what is held on margin is looked at."""
    book.mark[k] = close
    if book.position[k] < 0.0 or book.account[CASH] < 0.0:
        margin(book, i)
    watch(book)


def lone_market(book: Book, k: int, i: int, open_: float, volume: float, time: int) -> bool:
    """The usual case in short: one plain market order. True when it is closed; otherwise nothing has happened."""
    ident = book.working[0]
    row = book.orders[ident]
    if row[KIND] != MARKET or row[STATUS] != OPEN or row[INSTRUMENT] != k or row[PLACED] >= i:
        return False
    if row[CHILDREN] > 0 or row[VALIDITY] != 0:
        return False
    if not plain_fill(book, k, i, ident, row, open_):
        # A quote may fill an order in parts, which then goes on.
        if book.settings[QUOTED] != 0.0:
            return False
        fill(book, k, i, ident, row, open_, False, volume, time, -1.0)
    return True


def plain_fill(book: Book, k: int, i: int, ident: int, row: Row, price: float) -> bool:
    """What `fill` does for one instrument, a plain fee and no slippage, where the whole order is within its means.

    The figures are reckoned in the same order as there, so that nothing depends on which of the two was used.
    """
    settings = book.settings
    if settings[SIMPLE] == 0.0:
        return False
    side = row[SIDE]
    quantity = row[LEFT]
    before = book.position[k]
    held = before + side * quantity
    account = book.account
    notional = price * quantity * book.multiplier[k]
    fee = notional * settings[FEE_PERCENT]
    cash = account[CASH] - side * notional - fee
    if before == 0.0:
        if row[EXIT] != 0.0 or side < 0.0 or cash < 0.0:
            return False
    elif held != 0.0 or before < 0.0:
        return False
    account[CASH] = cash
    account[FEES] += fee
    book.position[k] = held
    row[LEFT] = 0.0
    row[STATUS] = FILLED
    row[CLOSED] = i
    keep_fill(book, ident, i, k, side * quantity, price, fee, cash, held)
    return True


def at_open(book: Book, k: int, i: int, open_: float, volume: float, time: int, left: float) -> tuple[bool, float]:
    """Fill what the open reaches, in order of placing; returns whether anything rests, and the volume left."""
    rests = False
    session = int(book.settings[SESSION])
    today = time // DAY_NANOSECONDS if session < 0 else session
    for place in range(book.counts[WORKING]):
        ident = book.working[place]
        row = book.orders[ident]
        if row[STATUS] != OPEN or row[INSTRUMENT] != k or row[PLACED] >= i:
            continue
        if row[VALIDITY] != 0 and overdue(row, today, i):
            continue
        kind = row[KIND]
        met = seen(book, k, row[SIDE], QUOTE_OPEN, open_)
        if kind == MARKET:
            left = fill(book, k, i, ident, row, met, False, volume, time, left)
        else:
            price = price_at_open(book, row, kind, met)
            if price > 0.0:
                left = fill(book, k, i, ident, row, price, False, volume, time, left)
        if row[STATUS] == OPEN or row[CHILDREN] > 0:
            rests = True
    return rests, left


def seen(book: Book, k: int, side: float, which: int, price: float) -> float:
    """What an order of a side meets: the bar's price, or where there are quotes, bid or ask of that moment."""
    if book.settings[QUOTED] == 0.0:
        return price
    quotes = book.quotes[k]
    return float(quotes[which + 1] if side > 0.0 else quotes[which])


def overdue(row: Row, today: int, i: int) -> bool:
    """Expire a DAY order when its first working day is over; note that day."""
    if row[VALIDITY] == DAY:
        if row[LAST_DAY] == 0:
            row[LAST_DAY] = today
        elif row[LAST_DAY] < today:
            end(row, EXPIRED, END_OF_VALIDITY, i)
            return True
    return False


def price_at_open(book: Book, row: Row, kind: int, open_: float) -> float:
    """The open where it is as good as a resting order's limit or beyond its stop, else 0."""
    side = row[SIDE]
    if kind != LIMITED and row[TRIGGERED] == 0.0:
        if side * (open_ - level_of(book, row)) < 0.0:
            return 0.0
        row[TRIGGERED] = 1.0
        if kind != STOP_LIMITED:
            return open_
    return open_ if side * (open_ - row[LIMIT]) <= 0.0 else 0.0


def level_of(book: Book, row: Row) -> float:
    """Where a stop is set off; a trailing stop follows its best price, on the tick grid away from the market."""
    if row[KIND] != TRAILING:
        return float(row[STOP])
    distance = row[TRAIL] if row[TRAIL] > 0.0 else row[BEST] * row[TRAIL_SHARE]
    return on_tick(book, int(row[INSTRUMENT]), row[BEST] + row[SIDE] * distance, row[SIDE])


def within(
    book: Book, k: int, i: int, high: float, low: float, close: float, volume: float, time: int, left: float
) -> None:
    """Fill what the bar's range reaches: stops before limits, limits before stops in an optimistic run.

    Each pass looks at the working orders anew, so that exits which an entry wakes in this bar are seen.
    """
    optimistic = book.settings[OPTIMISTIC] != 0.0
    for turn in range(4):
        limits = (turn % 2 == 0) == optimistic
        place = 0
        while place < book.counts[WORKING]:
            ident = book.working[place]
            place += 1
            row = book.orders[ident]
            if row[STATUS] != OPEN or row[INSTRUMENT] != k or row[PLACED] >= i or row[KIND] == MARKET:
                continue
            if (turn > 1) != (row[WITHIN] == i):
                continue
            resting = row[KIND] == LIMITED or row[TRIGGERED] != 0.0
            if resting != limits:
                continue
            known = turn < 2 or limits == optimistic
            side = row[SIDE]
            last = seen(book, k, side, QUOTE_CLOSE, close)
            reach_high = seen(book, k, side, QUOTE_HIGH, high) if known else last
            reach_low = seen(book, k, side, QUOTE_LOW, low) if known else last
            price = (
                limit_price(row, reach_high, reach_low)
                if limits
                else stop_price(book, row, i, reach_high, reach_low, last)
            )
            if price > 0.0:
                left = fill(book, k, i, ident, row, price, limits, volume, time, left)


def limit_price(row: Row, high: float, low: float) -> float:
    """A resting limit's own price where the range reaches it, else 0."""
    limit = row[LIMIT]
    if row[SIDE] > 0.0:
        return float(limit) if low <= limit else 0.0
    return float(limit) if high >= limit else 0.0


def stop_price(book: Book, row: Row, i: int, high: float, low: float, close: float) -> float:
    """The price at which the range sets off a stop, else 0; moves a trailing stop's best."""
    side = row[SIDE]
    level = level_of(book, row)
    far = high if side > 0.0 else low
    if side * (far - level) < 0.0:
        if row[KIND] != TRAILING:
            return 0.0
        near = low if side > 0.0 else high
        if side * (near - row[BEST]) >= 0.0:
            return 0.0
        row[BEST] = near
        level = level_of(book, row)
        if side * (close - level) < 0.0:
            return 0.0
    row[TRIGGERED] = 1.0
    if row[KIND] != STOP_LIMITED:
        return level
    if side * (level - row[LIMIT]) <= 0.0:
        return level
    row[WITHIN] = i
    return 0.0


def fill(
    book: Book, k: int, i: int, ident: int, row: Row, price: float, maker: bool, volume: float, time: int, left: float
) -> float:
    """Fill an order as far as position, volume and buying power allow; returns the volume that is left (-1: any)."""
    side = row[SIDE]
    held = book.position[k]
    quantity = row[LEFT]
    if row[EXIT] != 0.0:
        quantity = min(quantity, abs(held)) if held * side < 0.0 else 0.0
        if quantity <= 0.0:
            end(row, CANCELED, NOTHING_TO_CLOSE, i)
            return left
    if left >= 0.0 and quantity > left:
        quantity = left
        if quantity <= 0.0:
            return left
    if book.settings[QUOTED] != 0.0:
        offered = book.quotes[k][TO_SELL + int(side > 0.0)]
        if 0.0 <= offered < quantity:
            quantity = offered
            if quantity <= 0.0:
                return left
    if row[LIMIT] == 0.0 and book.settings[SLIP_MODEL] != SLIP_NONE:
        price = slipped(book, k, side, price, quantity, volume)
    passed = affordable(book, k, row, side, price, quantity, maker, time)
    if passed <= 0.0:
        shorts = side < 0.0 and book.settings[SHORTING] == 0.0
        end(row, REJECTED, NO_SHORTING if shorts else NO_BUYING_POWER, i)
        close_family(book, ident, row, i)
        return left
    booked(book, k, i, ident, row, side, price, passed, maker, time)
    if book.settings[QUOTED] != 0.0 and book.quotes[k][TO_SELL + int(side > 0.0)] >= 0.0:
        book.quotes[k][TO_SELL + int(side > 0.0)] -= passed
    if row[STATUS] == OPEN and passed < quantity:
        end(row, CANCELED, NO_BUYING_POWER, i)
    return left - passed if left >= 0.0 else left


def booked(
    book: Book, k: int, i: int, ident: int, row: Row, side: float, price: float, quantity: float, maker: bool, time: int
) -> None:
    """Book a fill: fee, cash, position, the order itself, its exits and siblings."""
    notional = price * quantity * book.multiplier[k]
    fee = fee_of(book, k, row, side, quantity, notional, maker, time)
    if book.settings[FEE_MODEL] > FEE_PLAIN:
        commission_paid(book, k, row, quantity, notional, maker, time)
    account = book.account
    cash = account[CASH] - side * notional - fee
    account[CASH] = cash
    account[FEES] += fee
    before = book.position[k]
    held = before + side * quantity
    if abs(held) < 1e-12 * quantity:
        held = 0.0
    book.position[k] = held
    remaining = row[LEFT] - quantity
    row[LEFT] = remaining
    if remaining <= 1e-12 * quantity:
        row[LEFT] = 0.0
        row[STATUS] = FILLED
        row[CLOSED] = i
    keep_fill(book, ident, i, k, side * quantity, price, fee, cash, held)
    if row[GROUP] != 0.0:
        shrink_siblings(book, ident, row, quantity, i)
    if before * side < 0.0 and held * before <= 0.0 and book.counts[WORKING] > 1:
        drop_exits(book, k, ident, side, i)
    if row[CHILDREN] > 0:
        wake(book, ident, row, quantity, i, price)


def margin(book: Book, i: int) -> None:
    """Close every position at the next open when the account falls below its maintenance margin."""
    if not below_maintenance(book):
        return
    for place in range(book.counts[WORKING]):
        row = book.orders[book.working[place]]
        if row[STATUS] == OPEN and row[REASON] != MARGIN_CALL:
            cancel(book, book.working[place], i, MARGIN_CALL)
    tidy(book, i)
    for k in range(len(book.position)):
        held = book.position[k]
        if held != 0.0 and not called(book, k):
            side = -1.0 if held > 0.0 else 1.0
            ident = keep_order(
                book, k, side, MARKET, abs(held), 0.0, 0.0, 0.0, 0.0, book.mark[k], 0.0, 0, OPEN, i, 1.0, 0
            )
            book.orders[ident][REASON] = MARGIN_CALL
            keep_working(book, ident)


def called(book: Book, k: int) -> bool:
    """Whether a margin call's order works already for an instrument."""
    for place in range(book.counts[WORKING]):
        row = book.orders[book.working[place]]
        if row[INSTRUMENT] == k and row[REASON] == MARGIN_CALL:
            return True
    return False


def settle_close(book: Book, k: int, i: int, close: float, volume: float, time: int) -> None:
    """Fill this bar's market orders at its close, in runs that fill there."""
    left = book.settings[PARTICIPATION] * volume if book.settings[PARTICIPATION] > 0.0 else -1.0
    for place in range(book.counts[WORKING]):
        ident = book.working[place]
        row = book.orders[ident]
        if row[STATUS] == OPEN and row[INSTRUMENT] == k and row[KIND] == MARKET and row[PLACED] == i:
            left = fill(book, k, i, ident, row, seen(book, k, row[SIDE], QUOTE_CLOSE, close), False, volume, time, left)
            awaken_later(book, ident, row, i)
    tidy(book, i)
    book.mark[k] = close
    watch(book)
