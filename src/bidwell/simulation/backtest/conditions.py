"""What a run happens under: money, fees, slippage, when orders fill, what the account may do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.fees import FeeModel
from bidwell.simulation.backtest.fees import none as no_fees
from bidwell.simulation.backtest.slippage import SlippageModel
from bidwell.simulation.backtest.slippage import none as no_slippage

MOST_WORKING_ORDERS = 1_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of a run; raises InvalidInput where one makes no sense.

    `fill`: "next_open" (market orders fill at the next bar's open), "close" (at the close that was decided on) or
    "quote" (at the bid or ask that was decided on).
    `participation`: the share of a bar's volume that may be filled, None for no bound. `leverage`: exposure per
    equity. `maintenance`: the equity per exposure below which everything is closed at the next open. `borrow`:
    the yearly rate on short positions, `interest` that on cash below zero, `cash_interest` what idle cash earns, fractions.
    `intrabar`: "pessimistic" or "optimistic", for bars that touch both stop and target. `lot_size` 0 allows any fraction, `tick_size` 0 any price.
    """

    cash: float = 100_000.0
    fees: FeeModel = field(default_factory=no_fees)
    slippage: SlippageModel = field(default_factory=no_slippage)
    fill: str = "next_open"
    leverage: float = 1.0
    maintenance: float = 0.25
    shorting: bool = True
    participation: float | None = None
    borrow: float = 0.0
    interest: float = 0.0
    cash_interest: float = 0.0
    intrabar: str = "pessimistic"
    lot_size: float = 0.0
    tick_size: float = 0.0
    multiplier: float = 1.0

    def __post_init__(self) -> None:
        _among("fill", self.fill, ("next_open", "close", "quote"))
        _among("intrabar", self.intrabar, ("pessimistic", "optimistic"))
        for name in ("cash", "leverage", "multiplier"):
            _number(name, getattr(self, name), above_zero=True)
        for name in ("maintenance", "borrow", "interest", "cash_interest", "lot_size", "tick_size"):
            _number(name, getattr(self, name), above_zero=False)
        if self.participation is not None and not 0.0 < self.participation <= 1.0:
            raise InvalidInput("backtest.participation", "participation must be above 0 and at most 1",
                               field="participation")  # fmt: skip

    def settings(self) -> list[float]:
        """The kernel's settings, in the order of `layout`."""
        found = [0.0] * layout.SETTINGS_SIZE
        found[layout.LEVERAGE] = float(self.leverage)
        found[layout.MAINTENANCE] = float(self.maintenance)
        found[layout.SHORTING] = float(self.shorting)
        found[layout.PARTICIPATION] = self.participation or 0.0
        found[layout.OPTIMISTIC] = float(self.intrabar == "optimistic")
        found[layout.BORROW_RATE] = float(self.borrow)
        found[layout.INTEREST_RATE] = float(self.interest)
        found[layout.CASH_RATE] = float(self.cash_interest)
        found[layout.FEE_MODEL] = float(self.fees.code)
        found[layout.FEE_PERCENT] = self.fees.terms[0].taker
        found[layout.SLIP_MODEL] = float(self.slippage.code)
        found[layout.SLIP_AMOUNT] = self.slippage.amount
        found[layout.SLIP_CAP] = self.slippage.cap
        found[layout.AT_CLOSE] = float(self.fill != "next_open")
        found[layout.QUOTED] = float(self.fill == "quote")
        found[layout.SESSION] = -1.0
        plain = self.fees.code <= layout.FEE_PLAIN and self.slippage.code == layout.SLIP_NONE
        found[layout.SIMPLE] = float(plain and self.fill != "quote")
        found[layout.MOST_WORKING] = float(MOST_WORKING_ORDERS)
        return found

    @property
    def interpreted(self) -> str:
        """Why a run under these conditions cannot be compiled; empty where it can."""
        if self.fill == "quote":
            return "quotes are met in Python"
        return "fees go by volume in Python" if self.fees.tiers else ""

    def margins(self) -> list[float]:
        """A plain instrument's margins, in the order of `layout`: its worth to open, `maintenance` of it to keep."""
        found = [0.0] * layout.MARGIN_SIZE
        found[layout.LONG_SHARE] = found[layout.SHORT_SHARE] = 1.0
        found[layout.KEEP_LONG_SHARE] = found[layout.KEEP_SHORT_SHARE] = float(self.maintenance)
        found[layout.BORROW] = float(self.borrow)
        return found


def _among(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InvalidInput(f"backtest.{name}", f"{name} {value!r} is not known", field=name,
                           hint=f"one of {', '.join(known)}")  # fmt: skip


def _number(name: str, value: float, *, above_zero: bool) -> None:
    if not math.isfinite(value) or value < 0.0 or (above_zero and value == 0.0):
        wanted = "above zero" if above_zero else "zero or above"
        raise InvalidInput(f"backtest.{name}", f"{name} must be {wanted}, not {value}", field=name)
