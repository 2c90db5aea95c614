"""What goes wrong in one schedule, and how often each thing did: drawn from the seed, in streams of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """Everything that can go wrong; each schedule meets a random subset."""

    ACK_LOST = "ack_lost"
    LATE = "late"
    LATE_BEYOND_QUARANTINE = "late_beyond_quarantine"
    LOST = "lost"
    ERROR_TAKEN = "error_taken"
    ERROR_NOT_TAKEN = "error_not_taken"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    GARBLED = "garbled"
    DISCONNECT = "disconnect"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    MUTE = "mute"
    QUERY_FAILED = "query_failed"
    INCOMPLETE = "incomplete"
    JOURNAL_FAILED_BEFORE = "journal_failed_before"
    JOURNAL_FAILED_AFTER = "journal_failed_after"
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    CLOCK_STEP = "clock_step"
    FEED_STALLED = "feed_stalled"
    RESTATED = "restated"
    CANCELED_THOUGH_FILLED = "canceled_though_filled"
    NO_EXECUTIONS = "no_executions"
    MANUAL_ORDER = "manual_order"


REQUEST_FAULTS = (
    Fault.ACK_LOST, Fault.LATE, Fault.LATE_BEYOND_QUARANTINE, Fault.LOST, Fault.ERROR_TAKEN, Fault.ERROR_NOT_TAKEN,
    Fault.THROTTLED, Fault.UNREACHABLE, Fault.GARBLED, Fault.DISCONNECT,
)  # fmt: skip
EVENT_FAULTS = (Fault.DUPLICATE, Fault.REORDER, Fault.MUTE, Fault.DISCONNECT)
QUERY_FAULTS = (Fault.QUERY_FAILED, Fault.INCOMPLETE, Fault.DISCONNECT)
JOURNAL_FAULTS = (
    Fault.JOURNAL_FAILED_BEFORE, Fault.JOURNAL_FAILED_AFTER, Fault.CRASH_BEFORE, Fault.CRASH_AFTER,
)  # fmt: skip


@dataclass(slots=True)
class Weather:
    """Which faults a schedule meets and how likely each is at every chance; calm once `storm` is over.

    `strikes` counts by (fault, stage): submit, cancel, replace, event, query, snapshot, journal kind, …
    """

    random: Random
    faults: frozenset[Fault]
    chance: float
    storm: bool = True
    strikes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def strike(self, among: tuple[Fault, ...], stage: str) -> Fault | None:
        """The fault that hits now, or None; every call draws equally often, so that seeds stay comparable."""
        hit, pick = self.random.random(), self.random.random()
        if not self.storm or hit >= self.chance:
            return None
        able = [fault for fault in among if fault in self.faults]
        if not able:
            return None
        fault = able[int(pick * len(able))]
        self.strikes[(fault, stage)] += 1
        return fault

    def note(self, fault: Fault, stage: str) -> None:
        """Count something that the schedule itself did wrong."""
        self.strikes[(fault, stage)] += 1


def calm() -> Weather:
    """No faults at all."""
    return Weather(Random(0), frozenset(), 0.0, storm=False)  # noqa: S311 - nothing is drawn from it
