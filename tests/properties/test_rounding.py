"""Rounding lands on the grid, never adds risk, and what it gives is an order that the lot rule lets pass."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bidwell.model.instrument import Rounding
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.rules import tick_lot
from tests.properties.samples import AAPL, COIN, account, order, proposal, view

CASES = 100_000
STEPS = [Decimal(step) for step in ("1e-12", "0.000001", "0.01", "0.05", "0.25", "0.3", "1", "7", "75", "100")]
FIGURES = st.decimals("0", "1e15", places=12, allow_nan=False, allow_infinity=False).filter(
    lambda figure: len(figure.as_tuple().digits) <= 28
)


@given(quantity=FIGURES, step=st.sampled_from(STEPS), sign=st.sampled_from([1, -1]))
def test_a_rounded_quantity_is_on_the_grid_and_never_larger(quantity: Decimal, step: Decimal, sign: int) -> None:
    rounded = AAPL.round_quantity(quantity * sign, step)
    assert rounded % step == 0
    assert abs(rounded) <= quantity
    assert quantity - abs(rounded) < step


@given(price=FIGURES, tick=st.sampled_from(STEPS))
def test_a_rounded_price_is_the_grid_price_that_was_asked_for(price: Decimal, tick: Decimal) -> None:
    instrument = replace(AAPL, tick_size=tick)
    down, nearest, up = (
        instrument.round_price(price, rounding) for rounding in (Rounding.DOWN, Rounding.NEAREST, Rounding.UP)
    )
    assert all(instrument.on_tick(rounded) for rounded in (down, nearest, up))
    assert down <= price <= up
    assert up - down in {Decimal(0), tick}
    assert nearest in {down, up}
    assert abs(nearest - price) * 2 <= tick


def test_a_hundred_thousand_rounded_orders_are_valid_or_denied() -> None:
    dice = random.Random(18)
    instruments = [
        replace(base, tick_size=tick, lot_size=lot) for base in (AAPL, COIN) for tick in STEPS[2:] for lot in STEPS[1:]
    ]
    owner = view(account=account())
    for _ in range(CASES):
        instrument = dice.choice(instruments)
        wanted = Decimal(dice.randrange(1, 10**12)).scaleb(-6)
        aimed = Decimal(dice.randrange(1, 10**9)).scaleb(-4)
        price = instrument.round_price(aimed, Rounding.DOWN) or instrument.tick_size
        quantity = instrument.round_quantity(wanted)
        asked = order(Side.BUY, quantity, terms=Terms(OrderType.LIMIT, limit_price=price))
        check = tick_lot.check(proposal(asked, instrument=instrument, view=owner))
        assert quantity <= wanted
        assert check.passed is (quantity > 0 and instrument.notional(quantity, price) >= instrument.min_notional)
