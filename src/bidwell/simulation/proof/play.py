"""One schedule, played from its seed to its rest, and judged."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from bidwell.model.ids import ClientOrderId
from bidwell.simulation.proof.acting import Actor
from bidwell.simulation.proof.acts import STORM, Plan
from bidwell.simulation.proof.gossip import Gossip
from bidwell.simulation.proof.judge import Violation
from bidwell.simulation.proof.loop import run_virtually
from bidwell.simulation.proof.resting import compare, unsettled
from bidwell.simulation.proof.stage import Stage
from bidwell.simulation.proof.weather import Fault

_LONGEST = 40.0
_STEP = 0.25
_REST = 3.6
"""So long nothing must have happened: two reports, which may tell what no stream told."""
_LONGEST_REST = 24.0


@dataclass(slots=True)
class Outcome:
    """What a schedule came to; `digest` is the hash of the state at rest."""

    plan: Plan
    violations: list[Violation]
    strikes: Counter[tuple[str, str]]
    counts: Counter[str]
    trace: list[str]
    digest: str


def play(plan: Plan, *, traced: bool = False) -> Outcome:
    """Play one schedule."""
    return run_virtually(_play(plan, traced=traced))


async def _play(plan: Plan, *, traced: bool) -> Outcome:
    stage = Stage(plan, traced=traced)
    try:
        await _act_out(stage)
    except Exception as error:  # noqa: BLE001 - whatever a schedule raises is what it found
        stage.judge.break_(0, f"the schedule ended with {error!r}")
    _count(stage)
    stage.desk.abandon()
    return Outcome(
        plan, stage.judge.violations, stage.weather.strikes, stage.counts, stage.trace, stage.desk.state.hash()
    )


async def _act_out(stage: Stage) -> None:
    plan = stage.plan
    loop = asyncio.get_running_loop()
    actor = Actor(stage)
    await stage.furnish()
    market = loop.create_task(stage.trade())
    acts = [loop.create_task(actor.perform(one)) for one in plan.acts]
    if plan.retention is not None:
        acts.append(loop.create_task(Gossip(stage).go_on()))
    await asyncio.sleep(max(STORM - loop.time(), 0.0))
    stage.weather.storm = False
    stage.stalled_until = 0.0
    await asyncio.gather(*acts)
    while (left := unsettled(stage)) and loop.time() < _LONGEST:
        await asyncio.sleep(_STEP)
        await actor.resolve()
    market.cancel()
    await _come_to_rest(stage, actor)
    left = left and unsettled(stage)
    if left:
        stage.judge.break_(7, f"did not come to rest: {left}")
    else:
        compare(stage, actor.acknowledged)


async def _come_to_rest(stage: Stage, actor: Actor) -> None:
    """Wait until nothing has left the desk and nothing has been filled for as long as reports take to tell of it.

    A fill that was told last of all may have begun a repair or a copy, whose own fills a report has yet to tell.
    """
    loop = asyncio.get_running_loop()
    since, seen = loop.time(), (stage.judge.checks, stage.venue.state.executions)
    until = since + _LONGEST_REST
    while loop.time() - since < _REST and loop.time() < until:
        await asyncio.sleep(_STEP)
        await actor.resolve()
        now = (stage.judge.checks, stage.venue.state.executions)
        if now != seen or unsettled(stage):
            since, seen = loop.time(), now


def _count(stage: Stage) -> None:
    """What the schedule saw, for the table that must hold no zero."""
    counts, journal, state = stage.counts, stage.journal, stage.unforgotten()
    counts["in_doubt"] += len({*journal.doubted, *journal.absent})
    counts["absent"] += len(journal.absent)
    absent = (state.orders[ClientOrderId(name)] for name in journal.absent)
    counts["resurrected"] += sum(1 for order in absent if order.broker_order_ids)
    counts["resent"] += sum(1 for sent in stage.judge.sent.values() if sent.times > 1)
    counts["orders"] += len(state.orders)
    counts["fills"] += stage.venue.state.executions
    counts["intents"] += len(state.intents)
    counts["checks"] += stage.judge.checks
    counts["external"] += len([order for order in state.orders.values() if order.external])
    counts["retired"] += journal.retired
    counts["recalled"] += journal.recalled
    counts["late"] += stage.weather.strikes[(Fault.LATE_BEYOND_QUARANTINE, "submit")]
