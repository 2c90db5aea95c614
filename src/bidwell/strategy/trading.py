"""The door through which a strategy trades; a backtest, paper and live each stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StrategyFill:
    """What `on_fill` is told: the order's number, signed quantity, price and fee, the bar, the position afterwards."""

    order: int
    symbol: str
    quantity: float
    price: float
    fee: float
    index: int
    position: float


class Trading(Protocol):
    """Orders, and the state of the account."""

    def submit(
        self, symbol: str | None, side: float, by: int, amount: float, limit: float, stop: float, trail: float,
        trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
    ) -> int:  # fmt: skip
        """Place an order; returns its number, -1 where nothing is to be done. 0.0 is a price not given."""
        ...

    def exercise(self, symbol: str | None, quantity: float | None) -> int:
        """Give notice of exercise of an option; returns its order's number, None being all that is held."""
        ...

    def cancel(self, order: int) -> bool:
        """Cancel an order; False where it is closed already."""
        ...

    def cancel_all(self, symbol: str | None) -> None:
        """Cancel every working order of an instrument."""
        ...

    def link(self, first: int, second: int) -> None:
        """Bind two orders: what one fills is taken off the other."""
        ...

    def note(self, text: str) -> None:
        """Write a line to the run's log."""
        ...

    def position(self, symbol: str) -> float:
        """Signed quantity held."""
        ...

    def cash(self) -> float:
        """Cash of the account."""
        ...

    def equity(self) -> float:
        """Cash and positions at the last prices."""
        ...
