"""How much of what is quoted an order may take."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Participation(msgspec.Struct, frozen=True):
    """The share of the touch (or of a bar's volume) that may be filled before the next quote (or bar) comes.

    Each account sees the whole touch, as paper accounts do; with `shared` all accounts of the venue draw on
    the same one. `unlimited` fills everything at the touch whatever is quoted.
    """

    percent: Decimal = Decimal(100)
    shared: bool = False
    unlimited: bool = False


class Touch:
    """What was taken of one instrument's current quote or bar, by side and taker."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: dict[tuple[str, bool], Decimal] = {}

    def renew(self) -> None:
        """Start a new quote: everything is there again."""
        if self._taken:
            self._taken.clear()

    def left(self, model: Participation, account: str, *, buying: bool, quoted: Decimal) -> Decimal | None:
        """What may still be taken; None is without bound."""
        if model.unlimited:
            return None
        most = quoted if model.percent == 100 else quoted * model.percent / 100
        taken = self._taken.get(("" if model.shared else account, buying))
        return most if taken is None else most - taken

    def take(self, model: Participation, account: str, *, buying: bool, quantity: Decimal) -> None:
        """Note what a fill took."""
        key = ("" if model.shared else account, buying)
        self._taken[key] = self._taken.get(key, Decimal(0)) + quantity
