"""What a metric is: a function with a formula, a source and a unit, kept in one table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Unit = Literal["fraction", "ratio", "count", "money", "series"]
Function = TypeVar("Function", bound=Callable[..., Any])

SPAN = 252.0


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the table: `compute` is the function itself, its docstring the formula."""

    name: str
    group: str
    unit: Unit
    source: str
    formula: str
    compute: Callable[..., Any]


METRICS: dict[str, Metric] = {}


def metric(group: str, unit: Unit, source: str) -> Callable[[Function], Function]:
    """Enter a function into the table under its name."""

    def enter(function: Function) -> Function:
        METRICS[function.__name__] = Metric(
            function.__name__, group, unit, source, cleandoc(function.__doc__ or ""), function
        )
        return function

    return enter


def known(values: npt.ArrayLike) -> Array:
    """Return the values as floats without the NaN among them."""
    column = np.asarray(values, dtype=np.float64).ravel()
    return column[~np.isnan(column)]


def excess(returns: npt.ArrayLike, rate: npt.ArrayLike) -> Array:
    """Return the returns less a rate, one number or one for each period, without NaN; raises ValueError."""
    column = np.asarray(returns, dtype=np.float64).ravel()
    less = np.asarray(rate, dtype=np.float64)
    if less.ndim and less.shape != column.shape:
        raise ValueError(f"{column.size} returns and {less.size} rates do not pair")
    return known(column - less)


def paired(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Array, Array]:
    """Return two series of one length without the places where either is NaN; raises ValueError."""
    a = np.asarray(one, dtype=np.float64).ravel()
    b = np.asarray(other, dtype=np.float64).ravel()
    if a.shape != b.shape:
        raise ValueError(f"{a.size} and {b.size} values do not pair")
    both = ~(np.isnan(a) | np.isnan(b))
    return a[both], b[both]


def weighed(values: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Array, Array]:
    """Return the values without NaN and their weights, which sum to 1."""
    column = np.asarray(values, dtype=np.float64).ravel()
    there = ~np.isnan(column)
    if weights is None:
        share = np.ones(column.size)
    else:
        share = np.asarray(weights, dtype=np.float64).ravel()
        if share.shape != column.shape:
            raise ValueError(f"{column.size} values and {share.size} weights do not pair")
    share = share[there]
    total = float(share.sum())
    return column[there], share / total if total > 0.0 else share


def over(above: float, below: float) -> float:
    """Return above / below: infinite with the sign of `above` over 0, and NaN for 0 over 0."""
    if below != 0.0:
        return above / below
    return math.nan if above == 0.0 or math.isnan(above) else math.copysign(math.inf, above)


def deviation(values: Array) -> float:
    """Return the sample standard deviation; 0 where the values differ by rounding only, NaN for fewer than two."""
    if values.size < 2:
        return math.nan
    spread = float(values.std(ddof=1))
    return 0.0 if spread <= 1e-14 * float(np.abs(values).max(initial=0.0)) else spread
