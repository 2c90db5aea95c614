"""Strategies at work wired: where their files are put, how a process is started, and the market that they hear."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from bidwell.app import demo
from bidwell.jobs.live.running import Surroundings
from bidwell.jobs.live.supervisor import StrategyRuns
from bidwell.storage.research.strategy_runs import StrategyRunRows

if TYPE_CHECKING:
    from bidwell.app.installation import Installation

WORKER = (sys.executable, "-m", "bidwell.app.strategy_worker")


def open_strategy_runs(built: Installation) -> StrategyRuns:
    """Take strategies in; those of an earlier desk begin again once this one knows its accounts."""
    world = Surroundings(demo.WORKSPACE, built.desk, built.journal, built.history, StrategyRunRows(built.pool),
                         built.clock, lease=built.leadership.token)  # fmt: skip
    runs = StrategyRuns(world, built.entropy, WORKER, built.folder.path / "strategy_runs")
    built.fan.quotes.append(runs.on_quotes)
    built.tasks.append(asyncio.create_task(runs.restore()))
    built.before_close.append(runs.close)
    return runs
