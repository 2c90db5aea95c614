"""Exchange rates of a run: what one unit of each currency is worth in the account's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.frames import frame_of
from bidwell.simulation.backtest.readings import nanoseconds
from bidwell.strategy.bars import EPOCH, Bars

_TIMES = ("ts", "start", "time", "timestamp", "datetime", "date")
_RATES = ("rate", "close", "mid")
Series = tuple[NDArray[np.int64], NDArray[np.float64]]


class Rates:
    """Rates by currency; each holds from its time on until the next.

    `given` maps a currency (EUR), or a pair with the account's (EURUSD, USDJPY), to a number, to bars, or to a
    frame or file with the columns ts and rate (or close). Raises InvalidInput for rates that are not above zero,
    or a name that is neither.
    """

    def __init__(self, currency: str, given: Mapping[str, Any] | None = None) -> None:
        if not _is_code(currency):
            raise InvalidInput("backtest.currency", f"currency {currency!r} is no code such as USD", field="currency")
        self.currency = currency
        self._series: dict[str, Series] = {}
        for name, each in (given or {}).items():
            other, turned = self._named(str(name).upper().replace("/", "").replace("-", ""))
            times, values = _series(each, str(name))
            if not (np.isfinite(values) & (values > 0.0)).all():
                raise InvalidInput("data.rates", f"a rate of {name} is not above zero", field="rates")
            self._series[other] = (times, 1.0 / values if turned else values)

    def over(self, currency: str, time: NDArray[np.int64]) -> NDArray[np.float64]:
        """The rate at each instant; raises InvalidInput where none is known."""
        if currency == self.currency:
            return np.ones(len(time))
        if currency not in self._series:
            raise InvalidInput("backtest.rates", f"there is no rate of {currency} to {self.currency}", field="rates",
                               hint=f'give rates={{"{currency}": …}}')  # fmt: skip
        times, values = self._series[currency]
        place = np.searchsorted(times, time, side="right") - 1
        if place[0] < 0:
            first = EPOCH.fromtimestamp(int(time[0]) / 1e9, tz=EPOCH.tzinfo)
            raise InvalidInput("backtest.rates", f"no rate of {currency} is known on {first:%Y-%m-%d}", field="rates",
                               hint="the series must begin before the bars")  # fmt: skip
        return np.asarray(values[place])

    def described(self) -> dict[str, Any]:
        """What a run's identity says of them."""
        return {name: [len(times), float(values.sum())] for name, (times, values) in self._series.items()}

    def _named(self, name: str) -> tuple[str, bool]:
        if _is_code(name):
            return name, False
        if len(name) >= 6 and name.endswith(self.currency):
            return name.removesuffix(self.currency), False
        if len(name) >= 6 and name.startswith(self.currency):
            return name.removeprefix(self.currency), True
        raise InvalidInput("data.rates", f"{name!r} is neither a currency nor a pair with {self.currency}",
                           field="rates")  # fmt: skip


def _is_code(text: str) -> bool:
    return 3 <= len(text) <= 5 and text.isalnum() and text.isupper()


def _series(given: Any, name: str) -> Series:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return np.array([np.iinfo(np.int64).min]), np.array([float(given)])
    if isinstance(given, Bars):
        return given.time, given.close
    frame = frame_of(given, "rates")
    stamp = next((each for each in _TIMES if each in frame.columns), None)
    column = next((each for each in _RATES if each in frame.columns), None)
    if stamp is None or column is None or frame.is_empty():
        raise InvalidInput("data.rates", f"rates of {name} need rows with the columns ts and rate", field="rates")
    ordered = frame.drop_nulls([stamp, column]).sort(stamp)
    return nanoseconds(ordered[stamp], name), ordered[column].cast(float).to_numpy()
