"""Fire drills at brokers' twins: through to the end, and up to what does not work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bidwell.app import drill
from bidwell.app.brokerage import brokerage
from bidwell.app.clock import WallClock
from bidwell.app.drill import Drill, offered
from bidwell.model.errors import InvalidInput
from bidwell.twins.mishaps import Mishap, MishapType, On, Script
from bidwell.twins.registry import TWINS, make


@asynccontextmanager
async def drilling(broker: str) -> AsyncIterator[Drill]:
    server = make(broker, WallClock(), 0)
    await server.start()
    scenario = server.stage.scenario
    made = Drill(brokerage(broker), server, scenario.accounts[0], scenario.instruments[0])
    try:
        yield made
    finally:
        await made.desk.stop()
        await server.stop()


@pytest.mark.parametrize("broker", ["alpaca", "topstepx", "fyers", "schwab", "zerodha"])
async def test_what_must_work_is_tried_with_the_brokers_own_adapter(broker: str) -> None:
    async with drilling(broker) as tried:
        # The lost answer is left out here: it takes as long as the adapter waits for one.
        for step in (tried.connects, tried.rests_and_is_canceled, tried.halts, tried.fills_and_flattens,
                     tried.agrees_at_the_end):  # fmt: skip
            assert await step()


async def test_the_first_step_that_fails_ends_the_drill_and_says_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drill, "STEP", 1.0)
    async with drilling("alpaca") as tried:
        reject = Mishap(MishapType.REJECT, on=On.SUBMIT, count=None, code="40310000", text="no buying power")
        tried._server.stage.set_script(Script((reject,)))
        steps = await drill._steps(tried)
    assert [(step.name, step.passed) for step in steps] == [("connect", True), ("rest_and_cancel", False)]
    assert "REJECTED" in steps[-1].said


async def test_every_broker_but_the_paper_venue_can_be_drilled_at() -> None:
    assert [broker for broker in TWINS if not offered(broker)] == []
    assert not offered("paper")
    with pytest.raises(InvalidInput, match="no twin"):
        await drill.run("paper")
