"""How late a broker's messages come, by its own clock, whose distance from ours is not known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bidwell.model.ids import AccountId


class Lateness:
    """Each message's time on its way beyond that of the account's fastest message so far.

    The difference between two clocks is the same for every message, so it falls out. `monotonic` gives seconds of a
    clock that cannot be set back.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._fastest: dict[AccountId, float] = {}

    def heard(self, account: AccountId, occurred_at: datetime) -> timedelta:
        """How much longer than the fastest this message, of what happened at `occurred_at`, has taken until now."""
        took = self._monotonic() - occurred_at.timestamp()
        fastest = min(took, self._fastest.get(account, took))
        self._fastest[account] = fastest
        return timedelta(seconds=took - fastest)
