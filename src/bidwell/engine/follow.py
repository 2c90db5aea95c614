"""What a group that follows knows of its leader's trading in one instrument; part of the replayed state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.model.ids import StrategyId
from bidwell.model.money import ZERO

if TYPE_CHECKING:
    from bidwell.model.account import Group
    from bidwell.model.ids import InstrumentId


@dataclass(slots=True)
class Follow:
    """One group and one of its leader's instruments.

    `moved` are signed fills that are not copied yet, `since` the earliest moment at which the first of them can
    have happened (None: unknown). `exiting` lasts from a copy that reduces until no follower holds too much.
    `copies` counts what was copied, `note` says why the last move became no intent.
    """

    moved: Decimal = ZERO
    since: datetime | None = None
    exiting: bool = False
    copies: int = 0
    note: str = ""


_PREFIX = "copy:"


def share_of(group: Group, instrument: InstrumentId) -> StrategyId:
    """Under which name the followers' positions keep what was copied: one for each leader and instrument of his."""
    return StrategyId(f"{_PREFIX}{group.id}:{group.leader}:{instrument}")


def is_share(name: str | None) -> bool:
    """Whether a strategy's name stands for what was copied from a leader."""
    return name is not None and name.startswith(_PREFIX)
