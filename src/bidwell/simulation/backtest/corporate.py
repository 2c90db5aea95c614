"""Corporate actions: reading them, and prices adjusted for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.frames import frame_of
from bidwell.strategy.bars import Bars

EPOCH = date(1970, 1, 1).toordinal()
_DATES = ("ex_date", "date", "ts", "start", "time", "timestamp")
_SPLITS = ("split", "split_ratio", "splits", "stock_splits")
_DIVIDENDS = ("dividend", "dividends", "amount")
HOW = ("raw", "split", "total")


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """What happens to a share from `ex_date` on: `split` new shares for one, `dividend` of money for each old one.

    Raises InvalidInput for a split that is not above zero or a dividend below it.
    """

    ex_date: date
    split: float = 1.0
    dividend: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 < self.split < float("inf") and 0.0 <= self.dividend < float("inf")):
            raise InvalidInput("data.actions", f"the action of {self.ex_date} splits by {self.split} and pays "
                               f"{self.dividend}", field="actions", hint="a split is above zero, a dividend not below")  # fmt: skip

    @property
    def day(self) -> int:
        """The ex-date in days since 1970."""
        return self.ex_date.toordinal() - EPOCH


Actions = Mapping[str, tuple[CorporateAction, ...]]


def actions_of(given: Any, symbols: Sequence[str]) -> dict[str, tuple[CorporateAction, ...]]:
    """Actions by symbol, in order of their dates.

    `given` is a frame or a Parquet or CSV file with the columns date, split and dividend (either may be missing or
    empty) and, for several instruments, symbol; a list of `CorporateAction`; or a mapping of symbol to those. Two
    actions of one day become one. Raises InvalidInput for what is none of these, or for a symbol without data.
    """
    if given is None:
        return {}
    found: dict[str, list[CorporateAction]] = {}
    if isinstance(given, Mapping):
        for symbol, each in given.items():
            found[str(symbol)] = _listed(each, str(symbol)).get(str(symbol), [])
    else:
        only = symbols[0] if len(symbols) == 1 else ""
        found = _listed(given, only)
    unknown = [symbol for symbol in found if symbol not in symbols]
    if unknown:
        raise InvalidInput("data.actions", f"there are actions of {unknown[0]!r}, and no bars", field="actions",
                           hint=f"the data has {', '.join(symbols[:20])}")  # fmt: skip
    return {symbol: _merged(each) for symbol, each in found.items() if each}


def _listed(given: Any, symbol: str) -> dict[str, list[CorporateAction]]:
    if isinstance(given, Iterable) and not isinstance(given, str | pl.DataFrame) and not hasattr(given, "columns"):
        rows = list(given)
        if all(isinstance(each, CorporateAction) for each in rows):
            return {symbol: rows}
    frame = frame_of(given, "actions")
    dated = next((name for name in _DATES if name in frame.columns), None)
    split = next((name for name in _SPLITS if name in frame.columns), None)
    dividend = next((name for name in _DIVIDENDS if name in frame.columns), None)
    if dated is None or (split is None and dividend is None):
        raise InvalidInput("data.actions", "actions need a column date, and split or dividend", field="actions")
    if not symbol and "symbol" not in frame.columns:
        raise InvalidInput("data.actions", "actions of several instruments need a column symbol", field="symbol")
    found: dict[str, list[CorporateAction]] = {}
    for row in frame.iter_rows(named=True):
        action = CorporateAction(
            date_of(row[dated]), _figure(row, split, 1.0) or 1.0, _figure(row, dividend, 0.0),
        )  # fmt: skip
        found.setdefault(str(row["symbol"]) if "symbol" in row else symbol, []).append(action)
    return found


def _figure(row: Mapping[str, Any], name: str | None, missing: float) -> float:
    value = None if name is None else row[name]
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return missing
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InvalidInput("data.actions", f"{name} {value!r} is no number", field="actions") from None


def date_of(value: Any, what: str = "actions") -> date:
    """A date, a moment's date, or an ISO text; raises InvalidInput under `data.` and `what` for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise InvalidInput(f"data.{what}", f"{value!r} is no date", field=what) from None


def _merged(actions: Iterable[CorporateAction]) -> tuple[CorporateAction, ...]:
    days: dict[date, CorporateAction] = {}
    for each in sorted(actions, key=lambda action: action.ex_date):
        before = days.get(each.ex_date)
        days[each.ex_date] = each if before is None else replace(
            before, split=before.split * each.split, dividend=before.dividend + each.dividend
        )  # fmt: skip
    return tuple(each for each in days.values() if each.split != 1.0 or each.dividend != 0.0)


def adjusted(
    bars: Bars, days: NDArray[np.int64], actions: Sequence[CorporateAction], how: str
) -> tuple[Bars, tuple[CorporateAction, ...]]:
    """Bars adjusted backwards, and the actions that a run on them still has to apply.

    `days` is each bar's session in days since 1970. "split": prices before a split are divided and volumes
    multiplied by it, dividends are left and divided by later splits. "total": dividends are taken out of earlier
    prices too, each by the factor 1 - dividend / last close before it (the method of CRSP). "raw": as they are.
    """
    if how == "raw" or not actions:
        return bars, tuple(actions)
    prices, volumes = np.ones(len(bars)), np.ones(len(bars))
    left: list[CorporateAction] = []
    later = 1.0
    for action in reversed(actions):
        before = int(np.searchsorted(days, action.day, side="left"))
        if how == "split" and action.dividend:
            left.append(CorporateAction(action.ex_date, 1.0, action.dividend / (later * action.split)))
        later *= action.split
        if before == 0:
            continue
        factor = 1.0 / action.split
        if how == "total" and action.dividend:
            close = float(bars.close[before - 1])
            if action.dividend >= close:
                raise InvalidInput("data.actions", f"the dividend of {action.ex_date} is not below the close before "
                                   f"it, {close:g}", field="actions")  # fmt: skip
            factor *= 1.0 - action.dividend / close
        prices[:before] *= factor
        volumes[:before] *= action.split
    columns = {name: getattr(bars, name) * prices for name in ("open", "high", "low", "close")}
    return replace(bars, **columns, volume=bars.volume * volumes), tuple(reversed(left))
