"""How much a result bears: dearer trading, and parameters a step away."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bidwell.simulation.backtest.fees import FeeModel, FeeTerms, percent
from bidwell.simulation.backtest.layout import FEE_NONE, FEE_TABLE, SLIP_NONE
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.finding import FAIL, PASS, WARN, Finding
from bidwell.simulation.research.sweep import sweep
from bidwell.simulation.research.trials import figures, row_of
from bidwell.strategy.bars import Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy

LEVELS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Percent of the notional that every fill costs on top of the given fees and slippage."""
NEAR, FAR = 0.05, 0.01
HELD = 0.5
AXES = 3


def costs(
    owner: type[Strategy], values: Mapping[str, Any], bars: Mapping[str, Bars], given: Mapping[str, Any], seed: int
) -> Finding:  # fmt: skip
    """Run with dearer and dearer fills on top of the given costs; where the gain ends is what the strategy bears."""
    rows: list[dict[str, float]] = []
    for level in LEVELS:
        fees = _dearer(given["fees"], level)
        result = backtest(owner(**values), bars, seed=seed, **{**given, "fees": fees})
        found = figures(row_of(result.equity, result.cash, len(result.fill_rows))[None, :], result.cash, result.time)
        rows.append(
            {"extra_percent": level, **{name: float(found[name][0]) for name in ("total_return", "sharpe", "fills")}}
        )
    even = _break_even(rows)
    free = given["fees"].code == FEE_NONE and given["slippage"].code == SLIP_NONE
    told = {"levels": rows, "break_even_percent": even, "given_costs": not free}
    if rows[0]["fills"] == 0:
        return Finding("costs", WARN, "nothing was traded", told)
    if rows[0]["total_return"] <= 0.0:
        return Finding("costs", WARN, "there is no gain that costs could take", told)
    bears = f"the gain bears {even:.3f} % more cost on every fill" if even is not None else (
        f"the gain bears more than {LEVELS[-1]:g} % more cost on every fill")  # fmt: skip
    if even is not None and even < FAR:
        return Finding("costs", FAIL, f"{bears}: no market is as cheap as that", told)
    if even is not None and even < NEAR:
        return Finding("costs", WARN, f"{bears}: a spread can take that", told)
    if free:
        return Finding("costs", WARN, f"{bears}, but the run itself paid neither fees nor slippage", told)
    return Finding("costs", PASS, bears, told)


def _dearer(model: FeeModel, level: float) -> FeeModel:
    """The model with so many percent of the notional more on every fill, whatever its caps."""
    if level == 0.0:
        return model
    if model.code != FEE_TABLE:
        return percent(model.terms[0].taker * 100.0 + level)
    return replace(
        model, terms=tuple(_levied(each, level / 100.0) for each in model.terms),
        tiers=tuple(replace(tier, terms=_levied(tier.terms, level / 100.0)) for tier in model.tiers),
    )  # fmt: skip


def _levied(terms: FeeTerms, share: float) -> FeeTerms:
    return replace(terms, buy=terms.buy + share, sell=terms.sell + share)


def _break_even(rows: list[dict[str, float]]) -> float | None:
    """Where the total return falls to zero, by a straight line between two levels."""
    for one, other in itertools.pairwise(rows):
        if one["total_return"] > 0.0 >= other["total_return"]:
            share = one["total_return"] / (one["total_return"] - other["total_return"])
            return one["extra_percent"] + share * (other["extra_percent"] - one["extra_percent"])
    return None


def plateau(
    owner: type[Strategy],
    values: Mapping[str, Any],
    bars: Mapping[str, Bars],
    given: Mapping[str, Any],
    objective: str,
    seed: int,
) -> Finding:
    """Run the neighbours of the parameters, one and two steps away: a result that they share is no accident of one."""
    centre = {name: values.get(name, param.default) for name, param in owner.parameters.items()}
    moved = {name: _around(param, centre[name]) for name, param in owner.parameters.items()}
    moved = {name: near for name, near in moved.items() if len(near) > 1}
    if not moved:
        return Finding("plateau", PASS, "there is no parameter to move", {})
    fixed = {name: [value] for name, value in centre.items() if name not in moved}
    spaces = [moved] if len(moved) <= AXES else [
        {**{name: [centre[name]] for name in moved}, one: near} for one, near in moved.items()
    ]  # fmt: skip
    seen: dict[tuple[Any, ...], float] = {}
    for space in spaces:
        found = sweep(owner, bars, {**space, **fixed}, objective=objective, seed=seed, **given)
        keys = [
            tuple(dict(zip(found.names, each, strict=True))[name] for name in centre) for each in found.combinations
        ]
        seen.update(zip(keys, found.columns[objective].tolist(), strict=True))
    own = seen.pop(tuple(centre.values()))
    near = np.array([value for value in seen.values() if math.isfinite(value)])
    return _judged(objective, own, near, len(seen))


def _judged(objective: str, own: float, near: np.ndarray[Any, Any], tried: int) -> Finding:
    told = {"objective": objective, "own": own, "neighbours": tried,
            "median": float(np.median(near)) if near.size else None,
            "worst": float(near.min()) if near.size else None, "best": float(near.max()) if near.size else None}  # fmt: skip
    name = objective.replace("_", " ")
    if not math.isfinite(own) or not near.size:
        return Finding("plateau", WARN, f"there is no {name} to compare", told)
    if own <= 0.0:
        return Finding("plateau", WARN, f"the {name} of {own:.3g} is nothing to stand on", told)
    share = float((near >= HELD * own).mean())
    told["share_held"] = share
    text = (
        f"{share:.0%} of {tried} neighbours keep half of the {name} of {own:.3g} or more (median {np.median(near):.3g})"
    )
    return Finding("plateau", PASS if share >= 0.5 else WARN if share >= 0.2 else FAIL,
                   text if share >= 0.5 else f"{text}: a peak, which may be luck", told)  # fmt: skip


def _around(param: Param[Any], value: Any) -> list[Any]:  # noqa: ANN401 - a parameter's value
    """A number's neighbours one and two steps away, within its range; for anything else the value alone."""
    if param.kind not in {int, float} or param.choices:
        return [value]
    by = param.step or (max(round(abs(value) * 0.1), 1) if param.kind is int else abs(value) * 0.1)
    found = {value}
    for steps in (-2, -1, 1, 2):
        near = value + steps * by
        low, high = param.low, param.high
        if by and (low is None or near >= low) and (high is None or near <= high):
            found.add(int(near) if param.kind is int else float(f"{near:.12g}"))
    return sorted(found)
