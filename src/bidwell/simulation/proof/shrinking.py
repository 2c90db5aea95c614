"""Makes a failing schedule small: without the acts, faults and accounts that it fails without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bidwell.simulation.proof.acts import Plan
from bidwell.simulation.proof.play import Outcome, play

_TRIES = 120


def shrink(plan: Plan) -> Outcome:
    """The smallest schedule found that breaks the same invariant, played with its trace."""
    wanted = {violation.invariant for violation in play(plan).violations}
    tries = _TRIES
    smaller = True
    while smaller and tries > 0:
        smaller = False
        for candidate in _smaller(plan):
            tries -= 1
            if wanted & {violation.invariant for violation in play(candidate).violations}:
                plan, smaller = candidate, True
                break
            if tries <= 0:
                break
    return play(plan, traced=True)


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Candidates, the boldest first: half of the acts, then each act and each fault by itself."""
    half = len(plan.acts) // 2
    if half:
        yield replace(plan, acts=plan.acts[:half])
        yield replace(plan, acts=plan.acts[half:])
    for place in range(len(plan.acts)):
        yield replace(plan, acts=(*plan.acts[:place], *plan.acts[place + 1 :]))
    for fault in sorted(plan.faults):
        yield replace(plan, faults=plan.faults - {fault})
