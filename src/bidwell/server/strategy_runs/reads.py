"""Strategies at work as the API shows them."""

from __future__ import annotations

from typing import Any

import msgspec

from bidwell.engine.desk import Desk
from bidwell.model.ids import AccountId, GroupId
from bidwell.server.running import StrategyRuns
from bidwell.server.strategy_runs import schemas
from bidwell.storage.research.strategy_runs import RunLine, StrategyRun


def line_view(line: RunLine) -> schemas.RunLineView:
    """A line of a log."""
    return schemas.RunLineView(number=line.number, at=line.at, level=line.level, text=line.text)


def view(desk: Desk, runs: StrategyRuns, run: StrategyRun) -> schemas.StrategyRunView:
    """A run with what it holds now."""
    return schemas.StrategyRunView(**fields(desk, runs, run))


def fields(desk: Desk, runs: StrategyRuns, run: StrategyRun) -> dict[str, Any]:
    """The fields of a run's view."""
    if run.group is not None:
        group = desk.state.groups.get(GroupId(run.group))
        receiver = group.name if group is not None else run.group
    else:
        account = desk.state.accounts.get(AccountId(run.account or ""))
        receiver = account.name if account is not None else str(run.account)
    return {
        "id": run.id, "name": run.name, "class_name": run.class_name, "hash": run.hash,
        "instruments": msgspec.json.decode(run.symbols), "timeframe_seconds": run.seconds, "group": run.group,
        "account": run.account, "receiver_name": receiver, "parameters": msgspec.json.decode(run.parameters),
        "status": run.status, "code": run.code, "reason": run.reason, "line": run.line, "created_at": run.created_at,
        "created_by": run.created_by, "ended_at": run.ended_at, "positions": runs.held(run),
    }  # fmt: skip
