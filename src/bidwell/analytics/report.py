"""What a tear sheet tells: the equity of a run by period, its round trips, and every figure made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bidwell.analytics import metrics
from bidwell.analytics.round_trips import RoundTrip, Times, instants
from bidwell.model.errors import ConfigError

Array = npt.NDArray[np.float64]
Figures = dict[str, float]
YEAR = np.timedelta64(31_556_952, "s")
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Series:
    """Values at instants in order."""

    at: Times
    value: Array


@dataclass(frozen=True)
class Report:
    """A run in plain columns, from which the figures and the tear sheet are made.

    `at` is datetime64, nanoseconds since 1970 or aware datetimes, in order and UTC; `equity` the account's worth then;
    `start` the equity before the first of them (the first value unless given). `benchmark` is a level (a price or an
    index) at the same instants. `exposure` is gross exposure per equity at the same instants. `costs` are amounts of
    money paid, `details` what a reader should know about the run, both by name. Raises ConfigError for series
    that are empty, of different lengths, not in order or not finite.
    """

    title: str
    at: npt.ArrayLike
    equity: npt.ArrayLike
    start: float | None = None
    round_trips: Sequence[RoundTrip] = ()
    benchmark: npt.ArrayLike | None = None
    benchmark_name: str = "Benchmark"
    exposure: npt.ArrayLike | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    periods_per_year: float | None = None
    subtitle: str = ""

    def __post_init__(self) -> None:
        """Refuse what no figure can be made of."""
        times, equity = instants(self.at), np.asarray(self.equity, dtype=np.float64)
        if equity.ndim != 1 or not equity.size:
            raise ConfigError("a tear sheet needs at least one value of equity")
        columns = {"equity": self.equity, "benchmark": self.benchmark, "exposure": self.exposure}
        for name, column in columns.items():
            if column is None:
                continue
            values = np.asarray(column, dtype=np.float64)
            if values.shape != times.shape:
                raise ConfigError(f"{name} has {values.size} values at {times.size} instants")
            if name != "exposure" and not np.isfinite(values).all():
                raise ConfigError(f"{name} has values that are not finite")
        if times.size > 1 and not bool((np.diff(times) > np.timedelta64(0, "ns")).all()):
            raise ConfigError("the instants are not in order, or one comes twice")

    @cached_property
    def _last(self) -> npt.NDArray[np.int64]:
        days = instants(self.at).astype("datetime64[D]")
        return np.asarray(np.flatnonzero(np.append(days[1:] != days[:-1], True)), dtype=np.int64)

    def _by_period(self, column: npt.ArrayLike) -> Series:
        return Series(instants(self.at)[self._last], np.asarray(column, dtype=np.float64)[self._last])

    @cached_property
    def path(self) -> Series:
        """The equity at the last instant of each UTC date that has one: the periods of every figure."""
        return self._by_period(self.equity)

    @cached_property
    def first_equity(self) -> float:
        """The equity before the first period."""
        return float(np.asarray(self.equity, dtype=np.float64)[0]) if self.start is None else float(self.start)

    @cached_property
    def returns(self) -> Array:
        """The return of each period; a period that begins at or below 0 has none (NaN)."""
        return _growth(np.concatenate([[self.first_equity], self.path.value]))

    @cached_property
    def benchmark_path(self) -> Series | None:
        """The benchmark at the same periods, scaled to begin with the first equity."""
        if self.benchmark is None:
            return None
        level = np.asarray(self.benchmark, dtype=np.float64)
        series = self._by_period(level)
        return Series(series.at, series.value / level[0] * self.first_equity)

    @cached_property
    def benchmark_returns(self) -> Array | None:
        """The benchmark's return of each period; the first is measured from its first level."""
        path = self.benchmark_path
        return None if path is None else _growth(np.concatenate([[self.first_equity], path.value]))

    @cached_property
    def exposure_path(self) -> Series | None:
        """The exposure at the last instant of each period."""
        return None if self.exposure is None else self._by_period(self.exposure)

    @cached_property
    def per_year(self) -> float:
        """Periods in a year: as given, or told from the spacing (252, 365 with week-ends, 52, 12, 4 or 1)."""
        return self.periods_per_year or usual_periods(self.path.at)

    @cached_property
    def window(self) -> int:
        """Periods of the rolling figures: half a year, but no more than a third of the run."""
        return max(2, min(round(self.per_year / 2), len(self.returns) // 3))

    @cached_property
    def figures(self) -> Figures:
        """Every figure of the run by name; NaN where it is not defined."""
        made = period_figures(self.returns, self.per_year)
        made["final_equity"] = float(self.path.value[-1])
        made["profit"] = made["final_equity"] - self.first_equity
        if self.benchmark_returns is not None:
            made |= relative_figures(self.returns, self.benchmark_returns, self.per_year)
        if self.exposure_path is not None:
            held = self.exposure_path.value
            made["average_exposure"] = float(np.nanmean(held)) if np.isfinite(held).any() else math.nan
            made["time_in_market"] = float((np.nan_to_num(held) != 0.0).mean())
        return made | trip_figures(self.round_trips)

    @cached_property
    def benchmark_figures(self) -> Figures:
        """The figures of the benchmark's own returns; empty without one."""
        return {} if self.benchmark_returns is None else period_figures(self.benchmark_returns, self.per_year)


def _growth(levels: Array) -> Array:
    before = levels[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(before > 0.0, levels[1:] / before - 1.0, math.nan), dtype=np.float64)


def usual_periods(at: Times) -> float:
    """Return how many periods such a spacing has in a year."""
    if at.size < 2:
        return 252.0
    days = float(np.median(np.diff(at)) / DAY)
    for least, count in ((200.0, 1.0), (60.0, 4.0), (20.0, 12.0), (4.0, 52.0)):
        if days >= least:
            return count
    weekend = np.isin(at.astype("datetime64[D]").astype(np.int64) % 7, (2, 3))
    return 365.0 if float(weekend.mean()) > 0.15 else 252.0


ANNUAL: tuple[Callable[..., float], ...] = (
    metrics.cagr, metrics.mean_annual_return, metrics.annual_volatility, metrics.adjusted_sharpe,
    metrics.calmar_ratio, metrics.martin_ratio, metrics.pain_ratio, metrics.burke_ratio,
)  # fmt: skip
PLAIN: tuple[Callable[..., float], ...] = (
    metrics.total_return, metrics.best_return, metrics.worst_return, metrics.positive_periods, metrics.max_drawdown,
    metrics.average_drawdown, metrics.longest_drawdown, metrics.time_under_water, metrics.ulcer_index,
    metrics.conditional_drawdown, metrics.skewness, metrics.kurtosis, metrics.value_at_risk,
    metrics.conditional_value_at_risk, metrics.tail_ratio, metrics.omega_ratio, metrics.gain_to_pain,
    metrics.gain_loss_ratio, metrics.probabilistic_sharpe, metrics.stability, metrics.recovery_factor,
)  # fmt: skip
RELATIVE: tuple[Callable[..., float], ...] = (
    metrics.beta, metrics.correlation, metrics.batting_average,
)  # fmt: skip
RELATIVE_ANNUAL: tuple[Callable[..., float], ...] = (
    metrics.active_return, metrics.tracking_error, metrics.information_ratio, metrics.up_capture, metrics.down_capture,
)  # fmt: skip
TRIPS: tuple[Callable[..., float], ...] = (
    metrics.win_rate, metrics.profit_factor, metrics.expectancy, metrics.payoff_ratio, metrics.average_win,
    metrics.average_loss, metrics.largest_win, metrics.largest_loss, metrics.longest_winning_streak,
    metrics.longest_losing_streak, metrics.system_quality, metrics.kelly_fraction,
)  # fmt: skip


def period_figures(returns: Array, per_year: float) -> Figures:
    """Return the figures that need nothing but returns."""
    made = {function.__name__: function(returns) for function in PLAIN}
    made |= {function.__name__: function(returns, periods_per_year=per_year) for function in ANNUAL}
    made["downside_risk"] = metrics.downside_risk(returns, 0.0, per_year)
    made["sharpe_ratio"] = metrics.sharpe_ratio(returns, 0.0, per_year)
    made["sortino_ratio"] = metrics.sortino_ratio(returns, 0.0, per_year)
    return made


def relative_figures(returns: Array, benchmark: Array, per_year: float) -> Figures:
    """Return the figures against a benchmark."""
    made = {function.__name__: function(returns, benchmark) for function in RELATIVE}
    made |= {function.__name__: function(returns, benchmark, periods_per_year=per_year) for function in RELATIVE_ANNUAL}
    made["alpha"] = metrics.alpha(returns, benchmark, 0.0, per_year)
    return made


def trip_figures(trips: Sequence[RoundTrip]) -> Figures:
    """Return the figures of round trips."""
    profits = np.array([trip.profit for trip in trips])
    made: Figures = {"round_trips": float(len(trips))}
    if len(trips):
        made |= {function.__name__: function(profits) for function in TRIPS}
        made["average_days_held"] = float(np.mean([trip.held.total_seconds() for trip in trips])) / 86_400.0
        for name, values in (("adverse", [t.adverse for t in trips]), ("favourable", [t.favourable for t in trips])):
            seen = np.array(values)[~np.isnan(values)]
            made[f"average_{name}"] = float(seen.mean()) if seen.size else math.nan
    return made


def monthly_returns(report: Report) -> dict[int, dict[int, float]]:
    """Return compounded returns by year and month (1 to 12); key 0 is the whole year."""
    return _calendar(report.path.at, report.returns)


def benchmark_monthly_returns(report: Report) -> dict[int, dict[int, float]]:
    """Return the same for the benchmark; empty without one."""
    return {} if report.benchmark_returns is None else _calendar(report.path.at, report.benchmark_returns)


def _calendar(at: Times, returns: Array) -> dict[int, dict[int, float]]:
    months = at.astype("datetime64[M]").astype(np.int64)
    table: dict[int, dict[int, float]] = {}
    for month in np.unique(months).tolist():
        row = table.setdefault(1970 + month // 12, {})
        row[month % 12 + 1] = metrics.total_return(returns[months == month])
        row[0] = (1.0 + row.get(0, 0.0)) * (1.0 + row[month % 12 + 1]) - 1.0
    return table
