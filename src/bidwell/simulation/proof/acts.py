"""What happens in a schedule, drawn from its seed: the world's shape, the faults it meets, and the acts in time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from bidwell.engine.ports import DedupeScope
from bidwell.engine.retirement import Retention
from bidwell.model.account import OnFailure, Policy
from bidwell.simulation.proof.nouns import Lacks
from bidwell.simulation.proof.weather import Fault

STORM = 4.0
"""Virtual seconds of faults; afterwards everything that is late arrives and the world comes to rest."""


class Act(StrEnum):
    """What users, the market, the brokers and the machine do."""

    ENTER = "enter"
    ENTER_GROUP = "enter_group"
    BRACKET = "bracket"
    SIGNAL = "signal"
    SIGNAL_EXIT = "signal_exit"
    SIGNAL_TARGET = "signal_target"
    CLOSE = "close"
    CLOSE_ALL = "close_all"
    REPEAT = "repeat"
    CONFLICT = "conflict"
    BURST = "burst"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"
    REPLACE = "replace"
    RAISE = "raise"
    PRESS = "press"
    HALT = "halt"
    RELEASE = "release"
    REDEFINE = "redefine"
    CRASH = "crash"
    CUT = "cut"
    STEP_CLOCK = "step_clock"
    STALL_FEED = "stall_feed"
    RESTATE = "restate"
    LIE = "lie"
    BY_HAND = "by_hand"
    DEPOSIT = "deposit"
    LEAD = "lead"
    ENTER_MENDED = "enter_mended"
    HOLD = "hold"
    GUARD = "guard"
    RESOLVE = "resolve"


_WEIGHTS: dict[Act, int] = {
    Act.ENTER: 10, Act.ENTER_GROUP: 7, Act.BRACKET: 4, Act.SIGNAL: 9, Act.SIGNAL_EXIT: 7, Act.SIGNAL_TARGET: 3,
    Act.CLOSE: 4, Act.CLOSE_ALL: 2, Act.REPEAT: 4, Act.CONFLICT: 1, Act.BURST: 3, Act.CANCEL: 6, Act.CANCEL_ALL: 1,
    Act.REPLACE: 5, Act.RAISE: 2, Act.PRESS: 2, Act.HALT: 2, Act.RELEASE: 2, Act.REDEFINE: 1,
}  # fmt: skip
_OF_FAULTS: dict[Fault, tuple[Act, int]] = {
    Fault.CRASH_AFTER: (Act.CRASH, 2), Fault.DISCONNECT: (Act.CUT, 3), Fault.CLOCK_STEP: (Act.STEP_CLOCK, 3),
    Fault.FEED_STALLED: (Act.STALL_FEED, 3), Fault.RESTATED: (Act.RESTATE, 3),
    Fault.CANCELED_THOUGH_FILLED: (Act.LIE, 3), Fault.MANUAL_ORDER: (Act.BY_HAND, 4),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """An act at a virtual second, with the seed of its own choices."""

    at: float
    act: Act
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule: everything that is decided before it begins."""

    seed: int
    accounts: int
    instruments: int
    scopes: tuple[DedupeScope, ...]
    policies: tuple[Policy, ...]
    on_failure: OnFailure
    max_position: int
    faults: frozenset[Fault]
    chance: float
    acts: tuple[Planned, ...]
    copying: bool = False
    mending: bool = False
    lacks: tuple[Lacks, ...] = ()
    retention: Retention | None = None
    nameless: frozenset[int] = frozenset()


_OFTEN = 8
_COPYING, _MENDING, _LACKING, _RETIRING, _NAMELESS = 0.35, 0.3, 0.35, 0.7, 0.5
_WANTS = (Lacks.NOTHING, Lacks.EXITS, Lacks.EXITS, Lacks.STOPS)


def plan(seed: int, focus: frozenset[Fault] = frozenset(), often: tuple[Act, ...] = (), *, bare: bool = False,
         able: bool = False, keeping: bool = False, naming: bool = False) -> Plan:  # fmt: skip
    """Draw a schedule from its seed; `focus` adds faults to those drawn, and `often` makes some acts likelier.

    `bare` leaves out leaders and groups that repair, `able` brokers that lack something, `keeping` that finished intents
    are retired, `naming` brokers that keep no id of ours: seeds that failed before there were any mean what they meant.
    """
    wants = Random(seed ^ 0x57A1)  # noqa: S311 - a schedule must be repeatable
    lacking = not (bare or able) and (wants.random() < _LACKING or bool({Act.HOLD, Act.GUARD} & set(often)))
    more = Random(seed ^ 0x1EAD)  # noqa: S311 - a schedule must be repeatable
    copying = not bare and (more.random() < _COPYING or Act.LEAD in often)
    mending = not bare and (more.random() < _MENDING or Act.ENTER_MENDED in often)
    random = Random(seed)  # noqa: S311 - a schedule must be repeatable
    accounts = random.choice((1, 2, 2, 3, 3, 4))
    faults = frozenset(random.sample(tuple(Fault), random.choice((0, 2, 3, 4, 5, 6, 8)))) | focus
    weights = dict(_WEIGHTS)
    if random.random() < 0.5:
        weights[Act.DEPOSIT] = 1
    for fault in sorted(faults):
        if fault in _OF_FAULTS:
            act, weight = _OF_FAULTS[fault]
            weights[act] = weight
    weights |= {Act.LEAD: 12} if copying else {}
    weights |= {Act.ENTER_MENDED: 8} if mending else {}
    weights |= {Act.HOLD: 6, Act.GUARD: 14} if lacking else {}
    for act in often:
        weights[act] = weights.get(act, 1) * _OFTEN
    kinds, odds = list(weights), list(weights.values())
    count = random.randint(5, 14)
    times = sorted(random.uniform(0.3, STORM) for _ in range(count))
    acts = tuple(Planned(round(at, 4), random.choices(kinds, odds)[0], random.getrandbits(32)) for at in times)
    apart = naming or bare or able
    hands = Random(seed ^ 0x0A3E)  # noqa: S311 - a schedule must be repeatable
    nameless = frozenset() if apart else _nameless(hands, accounts)
    if nameless:
        acts += tuple(_resolving(hands))
    return Plan(
        seed=seed, accounts=accounts, instruments=random.choice((1, 1, 2)),
        scopes=tuple(DedupeScope.NONE if place in nameless else scope for place, scope in enumerate(
            [random.choice((DedupeScope.FOREVER, DedupeScope.FOREVER, DedupeScope.OPEN_ONLY, DedupeScope.NONE))
             for _ in range(accounts)])),
        policies=(random.choice((Policy.EQUAL, Policy.RATIO, Policy.WEIGHTED, Policy.PROPORTIONAL, Policy.FIXED)),
                  random.choice((Policy.EQUAL, Policy.RATIO))),
        on_failure=random.choice((OnFailure.CONTINUE, OnFailure.CONTINUE, OnFailure.UNWIND)),
        max_position=random.choice((12, 25, 60)), faults=faults,
        chance=random.choice((0.15, 0.3, 0.5) if focus else (0.03, 0.08, 0.15, 0.3)), acts=acts,
        copying=copying, mending=mending,
        lacks=tuple(wants.choice(_WANTS) for _ in range(accounts)) if lacking else (),
        nameless=nameless,
        retention=None if keeping else _retention(Random(seed ^ 0xF06E)),  # noqa: S311 - a schedule must be repeatable
    )  # fmt: skip


def _nameless(random: Random, accounts: int) -> frozenset[int]:
    """The accounts whose brokers keep no id of ours."""
    if random.random() >= _NAMELESS:
        return frozenset()
    return frozenset(place for place in range(accounts) if random.random() < _NAMELESS)


def _resolving(random: Random) -> list[Planned]:
    """A person looks at what is in doubt now and then."""
    return [Planned(round(random.uniform(0.5, STORM), 4), Act.RESOLVE, random.getrandbits(32)) for _ in range(3)]


def _retention(random: Random) -> Retention | None:
    """How soon finished intents are retired: far sooner than by a desk, so that late news finds them gone."""
    if random.random() >= _RETIRING:
        return None
    return Retention(random.randint(0, 3), random.choice((0.0, 0.2, 0.8)), reported=random.random() < 0.5)
