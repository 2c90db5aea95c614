from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bidwell.model.errors import ConfigError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import CONTRACTS, Forex, Index, Option, Right, Rounding
from tests.properties.samples import AAPL, COIN, EMINI


@pytest.mark.parametrize(
    ("price", "rounding", "rounded"),
    [
        ("100.12", Rounding.NEAREST, "100.0"),
        ("100.25", Rounding.NEAREST, "100.0"),
        ("100.75", Rounding.NEAREST, "101.0"),
        ("100.26", Rounding.NEAREST, "100.5"),
        ("100.49", Rounding.DOWN, "100.0"),
        ("100.01", Rounding.UP, "100.5"),
        ("-0.1", Rounding.DOWN, "-0.5"),
        ("-0.1", Rounding.UP, "0"),
        ("-0.4", Rounding.NEAREST, "-0.5"),
        ("100.5", Rounding.UP, "100.5"),
        ("100.5", Rounding.DOWN, "100.5"),
    ],
)
def test_a_price_lands_on_the_tick_grid(price: str, rounding: Rounding, rounded: str) -> None:
    assert COIN.round_price(Decimal(price), rounding) == Decimal(rounded)


@pytest.mark.parametrize(
    ("quantity", "step", "rounded"),
    [
        ("3.9", None, "3"),
        ("-3.9", None, "-3"),
        ("0.9", None, "0"),
        ("3.96", "0.1", "3.9"),
        ("2.999999999999999999999999999", None, "2"),
        ("0.9999999999999999999999999999", None, "0"),
    ],
)
def test_a_quantity_is_cut_toward_zero(quantity: str, step: str | None, rounded: str) -> None:
    grid = None if step is None else Decimal(step)
    assert AAPL.round_quantity(Decimal(quantity), grid) == Decimal(rounded)


def test_the_largest_figure_rounds_on_the_finest_grid() -> None:
    finest = replace(AAPL, tick_size=Decimal("1e-12"), lot_size=Decimal("1e-12"))
    assert finest.round_quantity(Decimal("1e15")) == Decimal("1e15")
    assert finest.round_price(Decimal("1e15")) == Decimal("1e15")


def test_a_price_is_on_the_tick_or_not() -> None:
    assert EMINI.on_tick(Decimal("4500.25"))
    assert not EMINI.on_tick(Decimal("4500.30"))


def test_notional_counts_the_multiplier_and_no_sign() -> None:
    assert EMINI.notional(Decimal(-2), Decimal(4500)) == 450_000


def test_an_index_cannot_be_traded_and_a_future_moves_no_notional() -> None:
    assert AAPL.tradable
    assert not replace(AAPL, contract=Index()).tradable
    assert AAPL.settles_notional
    assert not EMINI.settles_notional


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": InstrumentId("aapl.xnas")}, "SYMBOL.VENUE"),
        ({"id": InstrumentId("AAPL")}, "SYMBOL.VENUE"),
        ({"symbol": "<AAPL>"}, "characters"),
        ({"tick_size": Decimal(0)}, "tick_size"),
        ({"tick_size": Decimal("1e-13")}, "12 decimals"),
        ({"tick_size": Decimal("NaN")}, "tick_size"),
        ({"lot_size": Decimal(-1)}, "lot_size"),
        ({"lot_size": Decimal("Infinity")}, "lot_size"),
        ({"multiplier": Decimal("1e16")}, "multiplier"),
        ({"min_notional": Decimal(-1)}, "min_notional"),
        ({"min_notional": Decimal("NaN")}, "min_notional"),
    ],
)
def test_an_instrument_that_could_not_be_rounded_or_shown_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        replace(AAPL, **changes)


def test_every_contract_is_found_by_its_type() -> None:
    option = Option(AAPL.id, date(2026, 6, 19), Decimal(250), Right.CALL)
    pair = Forex("EUR")
    made = (AAPL.contract, option, EMINI.contract, pair, COIN.contract, Index())
    assert {one.type: type(one) for one in made} == CONTRACTS
