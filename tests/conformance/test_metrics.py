"""Metrics against the published cases of empyrical and skfolio."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from bidwell.analytics import metrics
from tests.conformance.sources import SHARED, vectors

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the reference values are not on this machine")

EMPYRICAL = "metrics/empyrical_cases.json"
SKFOLIO = "metrics/skfolio_measures.json"
Array = npt.NDArray[np.float64]
YEAR = {"daily": 252.0, "weekly": 52.0, "monthly": 12.0, "quarterly": 4.0, "yearly": 1.0}
CALLS: dict[str, Callable[..., Any]] = {
    "est_beta_fragility_heuristic": metrics.beta_fragility,
    "test_alpha_beta": lambda r, b: [metrics.alpha(r, b), metrics.beta(r, b)],
    "test_annual_volatility": lambda r, p: metrics.annual_volatility(r, YEAR[p]),
    "test_beta": metrics.beta,
    "test_cagr": lambda r, p: metrics.cagr(r, YEAR[p]),
    "test_calmar": lambda r, p: metrics.calmar_ratio(r, YEAR[p]),
    "test_cum_returns": lambda r, start: path(r, float(start)),
    "test_cum_returns_final": lambda r, start: final(r, float(start)),
    "test_cum_returns_final_df": lambda r, start: path(r, float(start)),
    "test_downside_risk": lambda r, q, p: metrics.downside_risk(r, rate(q), YEAR[p]),
    "test_excess_sharpe": lambda r, b: metrics.excess_sharpe(r, np.broadcast_to(b, r.shape)),
    "test_max_drawdown": metrics.max_drawdown,
    "test_roll_alpha_beta": lambda r, b, w: np.column_stack([metrics.rolling_alpha(r, b, w), metrics.rolling_beta(r, b, w)]),
    "test_roll_sharpe_ratio": metrics.rolling_sharpe,
    "test_sharpe_ratio": lambda r, f: metrics.sharpe_ratio(r, rate(f)),
    "test_simple_returns": metrics.simple_returns,
    "test_sortino": lambda r, q, p: metrics.sortino_ratio(r, rate(q), YEAR[p]),
    "test_stability_of_timeseries": metrics.stability,
    "test_up_capture": metrics.up_capture,
}  # fmt: skip


def final(returns: Array, start: float) -> float:
    growth = metrics.total_return(returns)
    return growth if start == 0.0 else start * (1.0 + growth)


def path(returns: Array, start: float) -> Array:
    growth = metrics.cumulative_returns(returns)
    return growth if start == 0.0 else start * (1.0 + growth)


def rate(value: Any) -> Any:  # noqa: ANN401 - numbers stand as text there, series as they are
    return float(value) if isinstance(value, str) else value


def series(value: Any) -> Any:  # noqa: ANN401 - a name, a list or a number of the file
    """What a row's argument means: a series by its name, a list of them for a frame, or the value itself."""
    if not isinstance(value, str):
        return value
    named = vectors(EMPYRICAL)["inputs"] | vectors(EMPYRICAL)["named_expected"]
    sign, name = (-1.0, value[1:]) if value.startswith("-") else (1.0, value)
    sign, name = (2.0, name[4:]) if name.startswith("2 * ") else (sign, name)
    if name.endswith("[1:]"):
        return np.concatenate([[math.nan], series(name[:-4])[1:]])
    if name not in named:
        return value
    entry = named[name]
    if isinstance(entry, dict) and "columns" in entry:
        return [sign * floats(column) for column in entry["columns"].values()]
    return sign * floats(entry["values"] if isinstance(entry, dict) else entry)


def floats(values: Any) -> Array:  # noqa: ANN401 - JSON
    return np.array([math.nan if v is None else float(v) for v in values])


def together(returns: Array, other: Any) -> list[Any]:  # noqa: ANN401 - a series, a number or a word
    """Pair two series as their dates do: all begin on the same one."""
    if isinstance(other, np.ndarray):
        count = max(returns.size, other.size)
        return [np.pad(column, (0, count - column.size), constant_values=math.nan) for column in (returns, other)]
    return [returns, other]


def rows() -> Iterator[Any]:
    if not SHARED.exists():
        return
    for name, groups in vectors(EMPYRICAL)["cases"].items():
        for group in groups:
            for index, row in enumerate(group["rows"]):
                decimals = row[-1] if "decimal_places" in group["args"] else group["decimals"][0]
                body = row[:-1] if "decimal_places" in group["args"] else row
                places = 8 if isinstance(decimals, str) and not decimals.isdigit() else int(decimals)
                yield pytest.param(name, body, places, id=f"{name}-{group['cls']}-{index}")


def close(got: Any, expected: Any, tolerance: float) -> bool:  # noqa: ANN401 - numbers and lists of them
    a = np.atleast_1d(np.asarray(got, dtype=np.float64)).ravel()
    b = np.atleast_1d(np.asarray(expected, dtype=np.float64)).ravel()
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-9, atol=tolerance, equal_nan=True))


def wanted(value: Any) -> Any:  # noqa: ANN401 - JSON
    value = series(value)
    if isinstance(value, dict):
        value = value["values"]
    if value is None:
        return math.nan
    if isinstance(value, list):
        return [wanted(entry) for entry in value]
    return float(value) if isinstance(value, (str, int)) else value


@pytest.mark.parametrize(("name", "row", "places"), list(rows()))
def test_agrees_with_empyrical(name: str, row: list[Any], places: int) -> None:
    arguments, expected = [series(value) for value in row[:-1]], wanted(row[-1])
    if isinstance(arguments[0], np.ndarray) and len(arguments) > 1:
        arguments[:2] = together(arguments[0], arguments[1])
    frames = [value for value in arguments if isinstance(value, list)]
    if frames:
        columns = [[v[k] if isinstance(v, list) else v for v in arguments] for k in range(len(frames[0]))]
        got: Any = [CALLS[name](*column) for column in columns]
        got = got if len(np.atleast_1d(expected)) == len(got) else got[0]
    else:
        got = CALLS[name](*arguments)
    assert close(got, expected, 1.5 * 10.0**-places), (got, expected)


def inputs(name: str) -> list[Array]:
    """The series that a row of skfolio's names: apple's returns and others'."""
    if name == "all_nan":
        return [np.full(7, math.nan)]
    if name.endswith("nan"):
        first = floats([0.15 if name == "2d_nan" else None, 0.1, -0.5, None, None, -0.3, 0.8])
        return [first] if name == "1d_nan" else [first, floats([0.15, 0.1, -0.5, 0.3, 0.2, -0.3, 0.8])]
    prices = pl.read_parquet(SHARED / vectors(SKFOLIO)["data"])
    wide = {str(symbol): prices_of(prices, str(symbol)) for symbol in ("AAPL", "AMD")}
    chosen = ("AAPL",) if name == "1d" else ("AAPL", "AMD")
    return [metrics.simple_returns(wide[symbol]) for symbol in chosen]


def prices_of(prices: pl.DataFrame, symbol: str) -> Array:
    if symbol in prices.columns:
        return prices[symbol].to_numpy()
    return prices.filter(pl.col("symbol") == symbol).sort("ts")["close"].to_numpy()


MEASURES: dict[str, Callable[..., float]] = {
    "test_mean": metrics.mean_return,
    "test_first_lower_partial_moment": metrics.first_lower_partial_moment,
    "test_semi_variance": lambda r, a, w, biased: metrics.semi_variance(r, a, w, biased=biased),
    "test_semi_deviation": lambda r, a, w, biased: metrics.semi_deviation(r, a, w, biased=biased),
    "test_skew": metrics.skewness,
    "test_kurtosis": metrics.kurtosis,
    "test_worst_return": lambda r: -metrics.worst_return(r),
    "test_cvar": lambda r, w: metrics.conditional_value_at_risk(r, 0.95, w),
    "test_evar": metrics.entropic_value_at_risk,
    "test_max_drawdown": lambda r, compounded: -metrics.max_drawdown(r, compounded=compounded),
    "test_cdar": lambda r, compounded: metrics.conditional_drawdown(r, compounded=compounded),
    "test_ulcer_index": lambda r, compounded: metrics.ulcer_index(r, compounded=compounded, from_start=False),
}


# Where a twentieth of the weight or more lies on the worst return, the least bound is that return; its search stops short.
DIFFERENT = {("test_evar", "1d_nan")}


def measures() -> Iterator[Any]:
    if not SHARED.exists():
        return
    for case in vectors(SKFOLIO)["cases"]:
        for index, row in enumerate(case["rows"]):
            if case["test"] in MEASURES and (case["test"], row[0]) not in DIFFERENT:
                yield pytest.param(case["test"], case["args"].split(","), row, id=f"{case['test']}-{index}")


@pytest.mark.parametrize(("name", "arguments", "row"), list(measures()))
def test_agrees_with_skfolio(name: str, arguments: list[str], row: list[Any]) -> None:
    expected = wanted(row[-1])
    got = []
    for returns in inputs(row[0]):
        values: list[Any] = []
        for argument, value in zip(arguments[1:-1], row[1:-1], strict=True):
            drawn = np.random.default_rng(0).random(returns.size) if value and argument == "sample_weight" else None
            weights = None if drawn is None else drawn / drawn.sum()
            values.append(weights if argument == "sample_weight" else value)
        got.append(MEASURES[name](returns, *values))
    assert close(got, expected, 1.5e-7), (got, expected)
