"""Survival odds of a stored backtest under a rulebook, as the page draws them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from bidwell.model.errors import InvalidInput
from bidwell.model.funded import Rulebook
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.survival import LEVELS, days_of, survival


def odds(folder: Path, book: Rulebook, factor: float, paths: int, longest: int, seed: int) -> dict[str, Any]:
    """Judge the run in a folder; `factor` multiplies its money on top of the plan's size over its cash.

    Raises Missing where the folder has no result, InvalidInput for one that cannot be read or is too short.
    """
    result = Result.load(folder)
    if result.time.size == 0 or not result.cash > 0:
        raise InvalidInput("survival.days", "the run has no day with money in it", field="id")
    days = days_of(result, book)
    scale = float(book.size) / result.cash * factor
    found = survival(result, book, paths=paths, longest=longest, seed=seed, scale=scale)
    return {
        "rulebook": book.id, "scale": scale, "days": int(days.profit.size),
        "bars_per_day": result.time.size / days.profit.size, "paths": paths, "longest": longest, "seed": seed,
        "passed": asdict(found.passed), "failed": asdict(found.failed), "open": asdict(found.open),
        "days_to_pass": found.days_to_pass, "days_to_fail": found.days_to_fail, "reasons": found.reasons,
        "levels": list(LEVELS), "balances": found.balances.tolist(), "start": float(book.balance),
        "floor": float(book.balance - book.maximum_loss.amount),
        "target": None if book.profit_target is None else float(book.balance + book.profit_target),
    }  # fmt: skip
