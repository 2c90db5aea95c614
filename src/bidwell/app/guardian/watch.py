"""When the guardian must act: a desk that is silent or unable, a breach that it leaves alone, a market that is mute.

Seconds are those in which the guardian itself was awake: a machine that slept has not been silent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bidwell.app.guardian.pulse import Pulse
    from bidwell.model.ids import AccountId

BREACH_AFTER: Final = 3.0
"""Seconds that a desk which is well has for a breach of its own limits; it takes a quarter of one."""

_LONGEST_LOOK: Final = 1.0


class Cause(StrEnum):
    """Why the guardian acts."""

    SILENT = "silent"
    UNABLE = "unable"
    BREACH = "breach"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Trigger:
    """The guardian must act for these accounts; `reason` is a sentence for people."""

    cause: Cause
    reason: str
    accounts: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen at one look.

    `exposed` hold or work something, `breached` are in breach and not locked, with a sentence each, and `trading` says
    whether the market of anything that is held is open.
    """

    exposed: tuple[AccountId, ...] = ()
    breached: Mapping[AccountId, str] = field(default_factory=dict)
    trading: bool = False


class Watch:
    """Counts how long each thing has been wrong; `after` and `data_age` in seconds."""

    def __init__(self, after: float, data_age: float | None) -> None:
        self._after = after
        self._data_age = data_age
        self._breached: dict[AccountId, float] = {}
        self._heard_at: datetime | None = None
        self.silent = 0.0
        self.unable = 0.0
        self.mute = 0.0
        self.reason = ""
        self._able = True

    @property
    def worry(self) -> float:
        """Seconds since the desk was last known to be well."""
        return max(self.silent, self.unable)

    def hear(self, pulse: Pulse) -> None:
        """The desk said how it is."""
        self.silent = 0.0
        self._able, self.reason = pulse.able, pulse.reason
        self.heard(pulse.heard_at)

    def heard(self, at: datetime | None) -> None:
        """The newest price came then, to whomever."""
        if at is not None and (self._heard_at is None or at > self._heard_at):
            self._heard_at, self.mute = at, 0.0

    def look(self, elapsed: float, sight: Sight) -> Trigger | None:
        """Count the seconds since the last look; what has to be done now, if anything."""
        elapsed = min(elapsed, _LONGEST_LOOK)
        self.silent += elapsed
        self.unable = 0.0 if self._able else self.unable + elapsed
        self.mute = self.mute + elapsed if sight.trading else 0.0
        self._breached = {name: self._breached.get(name, 0.0) + elapsed for name in sight.breached}
        return self._desk(sight) or self._breach(sight) or self._data(sight)

    def _desk(self, sight: Sight) -> Trigger | None:
        if not sight.exposed:
            return None
        if self.silent >= self._after:
            return Trigger(Cause.SILENT, f"the desk has said nothing for {self._after:g} s", sight.exposed)
        if self.unable >= self._after:
            return Trigger(
                Cause.UNABLE, f"the desk has been unable to act for {self._after:g} s: {self.reason}", sight.exposed
            )
        return None

    def _breach(self, sight: Sight) -> Trigger | None:
        late = [name for name, seconds in self._breached.items() if seconds >= BREACH_AFTER]
        if not late:
            return None
        said = "; ".join(sight.breached[name] for name in late)
        return Trigger(Cause.BREACH, f"{said}, and the desk has done nothing for {BREACH_AFTER:g} s", tuple(late))

    def _data(self, sight: Sight) -> Trigger | None:
        if self._data_age is None or self.mute < self._data_age or not sight.exposed:
            return None
        return Trigger(
            Cause.DATA, f"no price has come for {self._data_age:g} s while the market is open", sight.exposed
        )
