"""The class that a user derives from. The same file runs in a backtest, on paper and live."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bar, Bars, Quote
from bidwell.strategy.parameters import Param, parameters_of, valued
from bidwell.strategy.schedule import Schedule
from bidwell.strategy.sizing import (
    BY_NOTIONAL,
    BY_PERCENT,
    BY_QUANTITY,
    BY_RISK,
    CLOSING,
    TO_NOTIONAL,
    TO_PERCENT,
    TO_QUANTITY,
    VALIDITIES,
)
from bidwell.strategy.trading import StrategyFill, Trading


class Strategy:
    """Write `on_bar`, and `prepare` for indicators; parameters are `Param`s in the class body.

    Every array of the bars' length that `prepare` stores on `self` is, in `on_bar`, a series of the past:
    `self.quick[-1]` is its value now, and an index beyond the current bar raises IndexError. `position` is the
    signed quantity held of the current bar's instrument, `symbols` are those of the run. Orders placed at a bar meet the market from the next
    one on. Numbers, texts, lists and dicts kept on `self` survive a restart of a run on paper.
    Raises InvalidInput for an unknown parameter or one out of its range.
    """

    parameters: ClassVar[dict[str, Param[Any]]] = {}
    schedules: ClassVar[tuple[Schedule, ...]] = ()
    position: float = 0.0
    symbols: tuple[str, ...] = ()

    def __init__(self, **given: object) -> None:
        self._trading: Trading | None = None
        self.__dict__.update(valued(type(self), given))

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.parameters = parameters_of(cls)

    def on_start(self) -> None:
        """Set up what the strategy keeps on `self`; called once, before `prepare`."""

    def prepare(self, bars: Bars) -> None:
        """Compute indicators once, over all bars; called before the first bar, for each instrument."""

    def on_bar(self, bar: Bar) -> None:
        """Decide; called at the close of every bar."""

    def on_fill(self, fill: StrategyFill) -> None:
        """Hear of an own fill; called after the bar in which it happened, before `on_bar`."""

    def on_quote(self, quote: Quote) -> None:
        """Hear of a quote; called before `on_bar` where the data has quotes, and on paper as they come."""

    def on_schedule(self, at: datetime) -> None:
        """Act at a moment of `schedules`; called at the close of the bar with which it falls due, before `on_bar`.

        Over several instruments it is called once, and orders have to say their symbol.
        """

    def buy(
        self, quantity: float | None = None, *, notional: float | None = None, percent: float | None = None,
        risk: float | None = None, symbol: str | None = None, limit: float | None = None, stop: float | None = None,
        trail: float | None = None, trail_percent: float | None = None, stop_loss: float | None = None,
        take_profit: float | None = None, exit_trail: float | None = None, time_in_force: str = "GTC",
    ) -> int:  # fmt: skip
        """Place an order to buy; returns its number.

        Size: units, or `notional` money, or `percent` of the equity, or the money at `risk` down to `stop_loss`;
        sized at the current close. Type: market, or with `limit`, `stop`, both, or a trailing distance.
        `stop_loss`, `take_profit` and `exit_trail` (a distance) are exits, of which one cancels the others.
        """
        by, amount = _size(quantity, notional, percent, risk)
        return (self._trading or _idle()).submit(
            symbol, 1.0, by, amount,
            0.0 if limit is None else _price(limit), 0.0 if stop is None else _price(stop),
            0.0 if trail is None else _price(trail), 0.0 if trail_percent is None else _price(trail_percent) / 100.0,
            VALIDITIES[time_in_force], 0.0 if stop_loss is None else _price(stop_loss),
            0.0 if take_profit is None else _price(take_profit), 0.0 if exit_trail is None else _price(exit_trail),
        )  # fmt: skip

    def sell(
        self, quantity: float | None = None, *, notional: float | None = None, percent: float | None = None,
        risk: float | None = None, symbol: str | None = None, limit: float | None = None, stop: float | None = None,
        trail: float | None = None, trail_percent: float | None = None, stop_loss: float | None = None,
        take_profit: float | None = None, exit_trail: float | None = None, time_in_force: str = "GTC",
    ) -> int:  # fmt: skip
        """Place an order to sell, which may open a short position; the rest as `buy`."""
        by, amount = _size(quantity, notional, percent, risk)
        return (self._trading or _idle()).submit(
            symbol, -1.0, by, amount,
            0.0 if limit is None else _price(limit), 0.0 if stop is None else _price(stop),
            0.0 if trail is None else _price(trail), 0.0 if trail_percent is None else _price(trail_percent) / 100.0,
            VALIDITIES[time_in_force], 0.0 if stop_loss is None else _price(stop_loss),
            0.0 if take_profit is None else _price(take_profit), 0.0 if exit_trail is None else _price(exit_trail),
        )  # fmt: skip

    def close(
        self, percent: float = 100.0, *, symbol: str | None = None, limit: float | None = None,
        stop: float | None = None, trail: float | None = None, trail_percent: float | None = None,
    ) -> int:  # fmt: skip
        """Exit a share of the position, at the market or as the prices say; never opens one. -1 when flat."""
        return (self._trading or _idle()).submit(
            symbol, 0.0, CLOSING, percent,
            0.0 if limit is None else _price(limit), 0.0 if stop is None else _price(stop),
            0.0 if trail is None else _price(trail), 0.0 if trail_percent is None else _price(trail_percent) / 100.0,
            0, 0.0, 0.0, 0.0,
        )  # fmt: skip

    def exercise(self, quantity: float | None = None, *, symbol: str | None = None) -> int:
        """Exercise so many contracts of a long American option, or all; carried out at the session's end.

        Returns the number of its order, which is rejected for other instruments; -1 where all is asked for already.
        """
        return (self._trading or _idle()).exercise(symbol, quantity)

    def order_target(self, quantity: float, *, symbol: str | None = None) -> int:
        """Trade at the market to a signed position; -1 where it is there already."""
        return (self._trading or _idle()).submit(
            symbol, 0.0, TO_QUANTITY, quantity, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0
        )

    def order_target_percent(self, percent: float, *, symbol: str | None = None) -> int:
        """Trade at the market to a position worth a signed percentage of the equity."""
        return (self._trading or _idle()).submit(symbol, 0.0, TO_PERCENT, percent, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0)

    def order_target_notional(self, notional: float, *, symbol: str | None = None) -> int:
        """Trade at the market to a position worth a signed amount of money."""
        return (self._trading or _idle()).submit(
            symbol, 0.0, TO_NOTIONAL, notional, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0
        )

    def cancel(self, order: int) -> bool:
        """Cancel an order by its number; False where it is closed already."""
        return (self._trading or _idle()).cancel(order)

    def cancel_all(self, *, symbol: str | None = None) -> None:
        """Cancel every working order of an instrument."""
        (self._trading or _idle()).cancel_all(symbol)

    def oco(self, first: int, second: int) -> None:
        """Bind two orders, so that what one fills is taken off the other."""
        (self._trading or _idle()).link(first, second)

    def log(self, text: str) -> None:
        """Write a line to the run's log, with the current bar's time."""
        (self._trading or _idle()).note(str(text))

    def position_of(self, symbol: str) -> float:
        """The signed quantity held of any instrument of the run."""
        return (self._trading or _idle()).position(symbol)

    @property
    def cash(self) -> float:
        """Cash of the account."""
        return (self._trading or _idle()).cash()

    @property
    def equity(self) -> float:
        """Cash and positions at the last prices."""
        return (self._trading or _idle()).equity()


def _size(
    quantity: float | None, notional: float | None, percent: float | None, risk: float | None
) -> tuple[int, float]:
    if quantity is not None:
        if notional is None and percent is None and risk is None:
            return BY_QUANTITY, quantity
    elif notional is not None:
        if percent is None and risk is None:
            return BY_NOTIONAL, notional
    elif percent is not None:
        if risk is None:
            return BY_PERCENT, percent
    elif risk is not None:
        return BY_RISK, risk
    raise InvalidInput(
        "strategy.size", "say how much, in one way: quantity, notional, percent or risk", field="quantity"
    )


def _price(given: float) -> float:
    return given if given > 0.0 else -1.0


def _idle() -> Trading:
    raise InvalidInput("strategy.not_running", "a strategy can trade only while it runs")
