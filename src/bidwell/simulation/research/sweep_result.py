"""What a search gave: a table of trials, the best of them, a heat map, and how much of it may be luck."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.analytics import heat_map, overfitting
from bidwell.analytics.heat_map import HeatMap
from bidwell.analytics.overfitting import Overfitting, block_bounds
from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.batch import SQUARES, SUMS
from bidwell.simulation.backtest.stored import plain
from bidwell.simulation.research.trials import METRICS, figures, pace_of

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
SUFFIXES = (".csv", ".html", ".json", ".parquet", ".svg")


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A finished search. `rows` are the figures of each trial as `batch` lays them out; use `table`.

    `speed` is "compiled" or "python", and `why` says what kept the strategy from being compiled.
    """

    names: tuple[str, ...]
    combinations: Sequence[Values]
    rows: Floats
    errors: Sequence[str]
    cash: float
    time: NDArray[np.int64]
    objective: str
    search: str
    speed: str
    why: str = ""
    identify: Callable[[], Mapping[str, Any]] = dict

    def __len__(self) -> int:
        return len(self.combinations)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What was searched: hashes of code and data, conditions, seed, version."""
        return {**self.identify(), "search": self.search, "objective": self.objective}

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """The metrics as arrays, one value per trial: see `trials.figures`."""
        return figures(self.rows, self.cash, self.time)

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per trial: its parameters, its metrics, and `error` where any failed."""
        found: dict[str, Any] = dict(zip(self.names, map(list, zip(*self.combinations, strict=True)), strict=True))
        found |= {name: pl.Series(name, column, nan_to_null=True) for name, column in self.columns.items()}
        frame = pl.DataFrame(found).with_columns(pl.col("fills").cast(pl.Int64))
        if not any(self.errors):
            return frame
        return frame.with_columns(pl.Series("error", [error or None for error in self.errors], dtype=pl.String))

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is the reader's own
        """The table as a pandas frame; needs pandas."""
        import pandas as pd  # noqa: PLC0415 - not a dependency of ours

        return pd.DataFrame(self.table.to_dict(as_series=False))

    @cached_property
    def place(self) -> int:
        """The row with the highest objective, the first of equals; raises InvalidInput where none has one."""
        column = self.columns[self.objective]
        if not np.isfinite(column).any():
            raise InvalidInput("sweep.objective", f"no trial has a {self.objective}", field="objective")
        return int(np.nanargmax(np.where(np.isfinite(column), column, np.nan)))

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of the trial with the highest objective."""
        return dict(zip(self.names, self.combinations[self.place], strict=True))

    @property
    def best_metrics(self) -> dict[str, float]:
        """The metrics of the same trial."""
        return {name: float(column[self.place]) for name, column in self.columns.items()}

    @cached_property
    def succeeded(self) -> NDArray[np.bool_]:
        """Which trials have figures."""
        return ~np.isnan(self.rows[:, 0])

    @property
    def deflated_sharpe(self) -> float:
        """The probability that the best Sharpe ratio is above what luck gives over so many trials.

        See `overfitting.deflated_sharpe`; every trial that moved counts as an independent one, which is strict.
        """
        year = math.sqrt(pace_of(self.time))
        ratios = self.columns["sharpe"] / year
        moved = self.succeeded & (self.columns["volatility"] > 0.0)
        if moved.sum() < 1:
            return math.nan
        place = int(np.argmax(np.where(moved, ratios, -np.inf)))
        variance = float(np.var(ratios[moved], ddof=1)) if moved.sum() > 1 else 0.0
        return overfitting.deflated_sharpe(
            float(ratios[place]), len(self.time), float(self.columns["skew"][place]),
            float(self.columns["kurtosis"][place]), int(moved.sum()), variance,
        )  # fmt: skip

    @cached_property
    def overfitting(self) -> Overfitting:
        """The probability of backtest overfitting; raises InvalidInput for too few trials or bars."""
        counts = np.diff(block_bounds(len(self.time)))
        if counts.min() < 2:
            raise InvalidInput("overfitting.periods", f"{len(self.time)} bars are too few for {len(counts)} blocks")
        kept = self.rows[self.succeeded]
        return overfitting.from_block_sums(counts.astype(np.float64), kept[:, SUMS:SQUARES], kept[:, SQUARES:])

    def trust(self) -> dict[str, Any]:
        """Deflated Sharpe ratio and probability of overfitting, None where there is too little to tell."""
        deflated = self.deflated_sharpe
        found: dict[str, Any] = {"deflated_sharpe": deflated if math.isfinite(deflated) else None}
        try:
            told = self.overfitting
        except InvalidInput as error:
            return {**found, "probability_of_overfitting": None, "probability_of_loss": None, "why": str(error)}
        return {**found, "probability_of_overfitting": told.probability, "probability_of_loss": told.loss}

    def heat_map(self, x: str | None = None, y: str | None = None, metric: str | None = None) -> HeatMap:
        """A metric over two parameters, the best of what else was tried in each cell; raises InvalidInput."""
        chosen = metric or self.objective
        if chosen not in METRICS:
            raise InvalidInput("sweep.metric", f"{chosen} is no metric", field="metric")
        axes = [
            name for name in self.names if len({values[self.names.index(name)] for values in self.combinations}) > 1
        ]
        across = x or next((name for name in axes if name != y), self.names[0])
        down = y or next((name for name in axes if name != across), None)
        for name in (across, down):
            if name is not None and name not in self.names:
                raise InvalidInput("sweep.axis", f"{name} was not searched", field="x")
        places = [self.names.index(name) for name in (across, down) if name is not None]
        return heat_map.of_cells(
            [values[places[0]] for values in self.combinations],
            [values[places[1]] for values in self.combinations] if down is not None else None,
            self.columns[chosen], (across, down or ""), chosen,
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        found: dict[str, Any] = plain({
            "identity": self.identity, "search": self.search, "objective": self.objective, "speed": self.speed,
            "why": self.why, "trials": len(self), "failed": int((~self.succeeded).sum()), "best": self.best,
            "best_metrics": self.best_metrics, **self.trust(), "table": self.table.to_dicts(),
        })  # fmt: skip
        return found

    def save(self, path: str | Path) -> Path:
        """Write the table to a .parquet, .csv or .json file, or the heat map to an .html or .svg one."""
        target = Path(path)
        if target.suffix.lower() not in SUFFIXES:
            raise InvalidInput("sweep.save", f"{target.name} ends in none of {', '.join(SUFFIXES)}", field="out")
        target.parent.mkdir(parents=True, exist_ok=True)
        match target.suffix.lower():
            case ".parquet":
                self.table.write_parquet(target, compression="zstd")
            case ".csv":
                self.table.write_csv(target)
            case ".json":
                target.write_text(json.dumps(self.as_dict(), indent=1, allow_nan=False) + "\n", "utf-8")
            case ".svg":
                target.write_text(heat_map.standing_svg(self.heat_map()), "utf-8")
            case _:
                target.write_text(heat_map.page(self.heat_map(), self._told()), "utf-8")
        return target

    def _told(self) -> list[tuple[str, str]]:
        trust = self.trust()
        shown = [("Trials", f"{len(self):,}"), ("Best", ", ".join(f"{k} {v}" for k, v in self.best.items()))]
        shown += [(self.objective.replace("_", " ").capitalize(), f"{self.best_metrics[self.objective]:.4g}")]
        names = {"deflated_sharpe": "Deflated Sharpe", "probability_of_overfitting": "Probability of overfitting"}
        return shown + [(names[key], f"{trust[key]:.1%}") for key in names if trust[key] is not None]
