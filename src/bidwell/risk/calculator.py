"""What a trader reckons before an order: size from risk, R multiples, Kelly's fraction, expectancy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from bidwell.model.errors import InvalidInput
from bidwell.model.money import ZERO, bearable

_SHOWN: Final = Decimal("0.000001")
_WIDE: Final = Context(prec=60)


def size_from_risk(risk: Decimal, entry: Decimal, stop: Decimal, unit: Decimal, step: Decimal) -> Decimal:
    """The quantity that loses at most `risk` from entry to stop; `unit` is what one point is worth per quantity.

    It is cut to whole steps, so that rounding never adds risk. Raises InvalidInput for figures without meaning.
    """
    for name, figure in (("risk", risk), ("unit", unit), ("step", step)):
        if not bearable(figure) or figure <= 0:
            raise InvalidInput("calculator.figure", f"{name} must be above zero", field=name)
    if not bearable(entry) or not bearable(stop) or entry == stop:
        raise InvalidInput("calculator.stop", "the stop must lie apart from the entry", field="stop")
    return risk / (abs(entry - stop) * unit) // step * step


def r_multiple(entry: Decimal, stop: Decimal, exit_price: Decimal) -> Decimal:
    """What an exit brings in units of the risk taken (Van Tharp): above zero is a gain, whichever side was traded."""
    if entry == stop:
        raise InvalidInput("calculator.stop", "the stop must lie apart from the entry", field="stop")
    return (exit_price - entry) / (entry - stop)


@dataclass(frozen=True, slots=True)
class Edge:
    """What a list of results says: part of wins, payoff ratio, expectancy per result, and Kelly's fraction.

    `error` is the expectancy's standard error, None of a single result: an expectancy within two of them of zero may be luck.
    """

    wins: Decimal
    payoff: Decimal | None
    expectancy: Decimal
    kelly: Decimal | None
    error: Decimal | None = None

    def shown(self) -> dict[str, Decimal | None]:
        """Every figure to six places."""
        found = {"wins": self.wins, "payoff": self.payoff, "expectancy": self.expectancy, "error": self.error,
                 "kelly": self.kelly}  # fmt: skip
        return {
            name: None if one is None else one.quantize(_SHOWN, context=_WIDE).normalize(_WIDE)
            for name, one in found.items()
        }


def edge(results: Sequence[Decimal]) -> Edge:
    """Judge results in money or in R; Kelly's fraction is W − (1 − W) ÷ payoff (Kelly, 1956), at least zero.

    Payoff and fraction are None where nothing was lost or nothing won. Raises InvalidInput without a result.
    """
    if not results:
        raise InvalidInput("calculator.results", "at least one result is needed", field="results")
    won = [one for one in results if one > 0]
    lost = [-one for one in results if one < 0]
    wins = Decimal(len(won)) / len(results)
    payoff = (sum(won, ZERO) / len(won)) / (sum(lost, ZERO) / len(lost)) if won and lost else None
    kelly = None if payoff is None else max(wins - (1 - wins) / payoff, ZERO)
    mean = sum(results, ZERO) / len(results)
    spread = sum(((one - mean) ** 2 for one in results), ZERO)
    error = (spread / (len(results) - 1) / len(results)).sqrt() if len(results) > 1 else None
    return Edge(wins, payoff, mean, kelly, error)
