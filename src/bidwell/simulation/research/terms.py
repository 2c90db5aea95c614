"""The conditions of all runs of a search, as `backtest` takes them: the kernel's own, and the circumstances around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from bidwell.simulation.backtest.circumstances import Circumstances, Given, circumstances_of, plain_conditions, table_of
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.run import fee_model, slippage_model
from bidwell.strategy.bars import Bars

AROUND = ("instruments", "currency", "rates", "convert", "actions", "adjust", "calendar", "settlements")


@dataclass(frozen=True)
class Terms:
    """Conditions, and what a run was told of its instruments, currencies, corporate actions and sessions."""

    conditions: Conditions
    around: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, cash: float, fees: Any, slippage: Any, told: Mapping[str, Any]) -> Self:  # noqa: ANN401 - see `backtest`
        """What the keywords of `backtest` say; raises InvalidInput where they make no sense, TypeError for others."""
        rest = dict(told)
        calendars = rest.pop("calendars", None)
        around = {name: rest.pop(name) for name in AROUND if name in rest}
        if not isinstance(around.get("instruments", {}), Mapping):
            around["instruments"] = tuple(around["instruments"] or ())
        if "calendar" in around:
            around["calendar"] = table_of(around["calendar"], calendars)
        if isinstance(rest.get("borrow"), Mapping):
            around["borrow"] = rest.pop("borrow")
        return cls(Conditions(cash=cash, fees=fee_model(fees), slippage=slippage_model(slippage), **rest), around)

    def given(self) -> dict[str, Any]:
        """The same as keywords of `backtest`."""
        plain = {each.name: getattr(self.conditions, each.name) for each in fields(self.conditions)}
        return {**plain, **self.around}

    def settled(self, bars: Mapping[str, Bars]) -> tuple[dict[str, Bars], Self]:
        """The bars of a whole run, within sessions and adjusted, and what is left to tell runs on parts of them.

        So that prices of a part are those of the whole: a split after its end is in them too.
        """
        kept, _, around = self.met(bars)
        left = {**self.around, "actions": around.actions, "adjust": "raw",
                "settlements": around.settlements}  # fmt: skip
        return kept, replace(self, around=left)

    def within(self, bars: Mapping[str, Bars]) -> Self:
        """The same for a part in which not every instrument has bars."""
        told = dict(self.around)
        if told.get("actions"):
            told["actions"] = {symbol: each for symbol, each in told["actions"].items() if symbol in bars}
        if told.get("settlements"):
            told["settlements"] = {symbol: each for symbol, each in told["settlements"].items() if symbol in bars}
        known = told.get("instruments")
        if isinstance(known, Mapping):
            told["instruments"] = {symbol: each for symbol, each in known.items() if symbol in bars}
        elif known:
            told["instruments"] = tuple(each for each in known if str(each.id) in bars or each.symbol in bars)
        return replace(self, around=told)

    def met(self, bars: Mapping[str, Bars]) -> tuple[dict[str, Bars], Conditions, Circumstances]:
        """What the kernel runs on and under; the circumstances say what keeps it from running alone."""
        told = dict(self.around)
        borrow = told.pop("borrow", self.conditions.borrow)
        given = Given(
            told.get("instruments"), told.get("currency", "USD"), told.get("rates"), told.get("convert", True),
            told.get("actions"), told.get("adjust", "raw"), told.get("calendar"), told.get("settlements"), borrow,
        )  # fmt: skip
        kept, around = circumstances_of(given, bars, self.conditions)
        return kept, plain_conditions(self.conditions, around.held), around
