"""Many schedules on all cores, the broken engines beside the sound one, and the report of it all."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bidwell.simulation.proof.acts import plan
from bidwell.simulation.proof.mutants import MUTANTS
from bidwell.simulation.proof.play import play
from bidwell.simulation.proof.shrinking import shrink
from bidwell.simulation.proof.weather import Fault

CHUNK = 25
ENOUGH = 500
"""From so many schedules on, a fault that never struck fails the run."""

MUTANT_SEEDS = 600
"""A mutant that lives through so many schedules is reported alive."""

_SHOWN = 5
_LISTED = 1000
NEEDED = ("in_doubt", "absent", "resurrected", "resent", "external", "crashes", "unwound", "repaired",
          "copied", "held", "triggered", "held_again", "retired", "recalled", "answered_again", "archive_failed",
          "identified", "never_there", "checkpoints")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A failing seed, what it broke, and, for the first few, its smallest trace."""

    seed: int
    invariants: tuple[int, ...]
    texts: tuple[str, ...]
    trace: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """What a run came to; `table` counts by fault and stage, `counts` what the orders went through."""

    schedules: int = 0
    violations: int = 0
    mutants: int = 0
    mutants_killed: int = 0
    seconds: float = 0.0
    schedules_per_s: float = 0.0
    seed: int = 0
    broken: list[Broken] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    table: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether nothing was broken, every mutant was killed, and everything that can go wrong did."""
        return not (self.violations or self.alive or self.missing)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {**asdict(self), "sound": self.sound}


@dataclass(slots=True)
class _Part:
    schedules: int = 0
    strikes: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave garbage to the end of a chunk: a schedule is short, and looking for cycles takes a fifth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
        gc.collect()


@_without_collecting()
def _play_some(first: int, count: int) -> _Part:
    part = _Part()
    for seed in range(first, first + count):
        outcome = play(plan(seed))
        part.schedules += 1
        part.strikes.update(outcome.strikes)
        part.counts.update(outcome.counts)
        if outcome.violations:
            part.broken.append(_broken(seed, small=len(part.broken) < 1))
    return part


def _broken(seed: int, *, small: bool) -> Broken:
    outcome = shrink(plan(seed)) if small else play(plan(seed), traced=True)
    numbers = tuple(sorted({violation.invariant for violation in outcome.violations}))
    return Broken(seed, numbers, tuple(violation.text for violation in outcome.violations[:_SHOWN]),
                  tuple(outcome.trace) if small else ())  # fmt: skip


def kill(place: int, seed: int) -> int | None:
    """The seed under which a mutant was told from the sound engine, or None where it lived."""
    mutant = MUTANTS[place]
    with mutant.at_work():
        for one in range(seed, seed + MUTANT_SEEDS):
            try:
                outcome = play(plan(one, mutant.focus, mutant.often))
            except Exception:  # noqa: BLE001 - an engine so broken that its schedule cannot be played is found out
                return one
            if outcome.violations:
                return one
    return None


def run(schedules: int, seed: int, processes: int | None = None, *, mutants: bool = True,
        progress: Callable[[int, int], None] = lambda _done, _all: None) -> Report:  # fmt: skip
    """Play `schedules` seeds from `seed` on, and every mutant until it is killed.

    `progress` hears how many pieces of work are done, of how many. Needs no real time: what it reports is the
    same for the same seed on every machine, but for the seconds.
    """
    workers = processes or os.cpu_count() or 1
    report = Report(seed=seed, mutants=len(MUTANTS) if mutants else 0)
    chunks = list(_chunks(schedules, seed))
    done, whole = 0, len(chunks) + report.mutants
    strikes: Counter[tuple[str, str]] = Counter()
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(workers) as pool:
        began = time.monotonic()
        for part in pool.map(_play_some, *zip(*chunks, strict=True)) if chunks else ():
            done += 1
            progress(done, whole)
            report.schedules += part.schedules
            report.violations += len(part.broken)
            for one in part.broken[: max(_LISTED - len(report.broken), 0)]:
                report.broken.append(one if len(report.broken) < _SHOWN else replace(one, trace=()))
            strikes.update(part.strikes)
            counts.update(part.counts)
        report.seconds = round(time.monotonic() - began, 3)
        if mutants:
            for mutant, killed in zip(MUTANTS, pool.map(kill, range(len(MUTANTS)), [seed] * len(MUTANTS)), strict=True):
                done += 1
                progress(done, whole)
                if killed is None:
                    report.alive.append(mutant.name)
    report.mutants_killed = report.mutants - len(report.alive)
    report.schedules_per_s = round(report.schedules / report.seconds, 1) if report.seconds else 0.0
    _tabulate(report, strikes, counts)
    return report


def _chunks(schedules: int, seed: int) -> Iterator[tuple[int, int]]:
    for first in range(0, schedules, CHUNK):
        yield seed + first, min(CHUNK, schedules - first)


def _tabulate(report: Report, strikes: Counter[tuple[str, str]], counts: Counter[str]) -> None:
    for (fault, stage), count in sorted(strikes.items()):
        report.table.setdefault(str(fault), {})[stage] = count
    report.counts = dict(sorted(counts.items()))
    if report.schedules >= ENOUGH:
        report.missing = [str(fault) for fault in Fault if str(fault) not in report.table]
        report.missing += [name for name in NEEDED if not counts[name]]
