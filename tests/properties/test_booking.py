"""Lots, the ledger and strategies' shares, for any sequence of fills."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bidwell.model.ids import StrategyId
from bidwell.model.instrument import Instrument
from bidwell.model.position import Position
from bidwell.model.terms import Side
from bidwell.portfolio.ledger import LedgerName
from bidwell.portfolio.portfolio import Portfolio
from bidwell.portfolio.positions import Booking, fold
from tests.properties.samples import AAPL, ACCOUNT, COIN, EMINI, NOW, fill

SIDES = st.sampled_from(Side)
QUANTITIES = st.decimals("0.00000001", "1000000", places=8, allow_nan=False, allow_infinity=False)
PRICES = st.decimals("0.0001", "99999", places=4, allow_nan=False, allow_infinity=False)
SHARES = st.decimals("0.0001", "1000000", places=4, allow_nan=False, allow_infinity=False)
DOLLARS = st.decimals("1", "9999", places=4, allow_nan=False, allow_infinity=False)
FILLS = st.lists(st.tuples(SIDES, QUANTITIES, PRICES), min_size=1, max_size=30)
OWNERS = st.sampled_from([None, StrategyId("str_a"), StrategyId("str_b")])
FEES = st.decimals("-1", "50", places=4, allow_nan=False, allow_infinity=False)
Fills = Sequence[tuple[Side, Decimal, Decimal]]


def walk(fills: Fills, method: Booking, multiplier: Decimal) -> list[Position]:
    positions = [Position(AAPL.id)]
    for number, (side, quantity, price) in enumerate(fills):
        execution = fill(side, quantity, price, name=f"e{number}")
        positions.append(fold(positions[-1], execution, multiplier, method)[0])
    return positions


def flattened(fills: Fills) -> Fills:
    net = sum((quantity * side.sign for side, quantity, _ in fills), Decimal(0))
    if not net:
        return fills
    return [*fills, (Side.SELL if net > 0 else Side.BUY, abs(net), Decimal(100))]


def received(fills: Fills) -> Decimal:
    return sum((-quantity * side.sign * price for side, quantity, price in fills), Decimal(0))


@given(fills=FILLS, method=st.sampled_from(Booking), multiplier=st.sampled_from([Decimal(1), Decimal(50)]))
def test_lots_always_sum_to_the_quantity_and_to_the_cost(fills: Fills, method: Booking, multiplier: Decimal) -> None:
    net = Decimal(0)
    for (side, quantity, _), position in zip(fills, walk(fills, method, multiplier)[1:], strict=True):
        net += quantity * side.sign
        assert position.quantity == net
        assert sum(lot.quantity for lot in position.lots) == position.quantity
        assert sum(lot.quantity * lot.price * multiplier for lot in position.lots) == position.cost
        assert all(lot.quantity and (lot.quantity > 0) is (position.quantity > 0) for lot in position.lots)


@given(fills=FILLS, method=st.sampled_from([Booking.FIFO, Booking.LIFO, Booking.HIFO]))
def test_once_flat_all_that_was_received_is_realized(fills: Fills, method: Booking) -> None:
    closed = flattened(fills)
    last = walk(closed, method, Decimal(1))[-1]
    assert last.is_flat
    assert (last.cost, last.lots) == (Decimal(0), ())
    assert last.realized_pnl == received(closed)


@given(fills=st.lists(st.tuples(SIDES, SHARES, DOLLARS), min_size=1, max_size=30))
def test_once_flat_the_average_method_has_realized_the_same_to_the_last_digit(fills: Fills) -> None:
    closed = flattened(fills)
    last = walk(closed, Booking.AVERAGE, Decimal(1))[-1]
    assert (last.is_flat, last.cost) == (True, Decimal(0))
    assert last.realized_pnl == received(closed)


@given(fills=FILLS, method=st.sampled_from(Booking))
def test_a_flip_realizes_like_a_close_and_an_opening_one_after_the_other(fills: Fills, method: Booking) -> None:
    before = walk(fills, method, Decimal(1))[-1]
    if before.is_flat:
        return
    side = Side.SELL if before.quantity > 0 else Side.BUY
    whole, beyond, price = abs(before.quantity), Decimal(7), Decimal(55)
    flipped, realized = fold(before, fill(side, whole + beyond, price), Decimal(1), method)
    closed, first = fold(before, fill(side, whole, price), Decimal(1), method)
    opened, second = fold(closed, fill(side, beyond, price), Decimal(1), method)
    assert (flipped, realized) == (opened, first + second)
    assert second == 0


@given(
    fills=st.lists(st.tuples(SIDES, QUANTITIES, PRICES, OWNERS, FEES, st.sampled_from(["USD", "INR"])), max_size=30),
    instrument=st.sampled_from([AAPL, COIN, EMINI]),
    adjustments=st.lists(st.tuples(QUANTITIES, PRICES, SIDES), max_size=3),
)
def test_the_ledger_balances_and_agrees_with_cash_positions_and_realized_pnl(
    fills: Sequence[tuple[Side, Decimal, Decimal, StrategyId | None, Decimal, str]],
    instrument: Instrument,
    adjustments: Sequence[tuple[Decimal, Decimal, Side]],
) -> None:
    portfolio = Portfolio(ACCOUNT)
    portfolio.adjust_cash("USD", Decimal(1_000_000), "opening balance", NOW)
    for number, (side, quantity, price, owner, fee, currency) in enumerate(fills):
        execution = fill(
            side, quantity, price, name=f"e{number}", instrument=instrument.id, fee=fee, fee_currency=currency
        )
        portfolio.apply_fill(execution, instrument, owner)
    for quantity, price, side in adjustments:
        portfolio.adjust_position(instrument, quantity * side.sign, price, NOW, "correction")

    balances: dict[tuple[LedgerName, str], Decimal] = {}
    for entry in portfolio.entries:
        assert sum(one.amount for one in entry.postings if one.currency == "USD") == 0
        assert sum(one.amount for one in entry.postings if one.currency == "INR") == 0
        for one in entry.postings:
            key = (one.account_name, one.currency)
            balances[key] = balances.get(key, Decimal(0)) + one.amount

    def balance(name: LedgerName, currency: str) -> Decimal:
        return balances.get((name, currency), Decimal(0))

    position = portfolio.position(instrument.id)
    assert balance(LedgerName.CASH, "USD") == portfolio.cash["USD"]
    assert balance(LedgerName.CASH, "INR") == portfolio.cash.get("INR", Decimal(0))
    assert (
        -balance(LedgerName.REALIZED, "USD") == portfolio.realized_pnl.get("USD", Decimal(0)) == position.realized_pnl
    )
    assert balance(LedgerName.POSITIONS, "USD") == (position.cost if instrument.settles_notional else 0)
    assert sum(share.quantity for share in portfolio.shares.values()) == position.quantity
