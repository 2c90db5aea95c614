"""The board put together, and what arming asks of it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bidwell.engine.desk import Desk
from bidwell.model.account import Account, Mode
from bidwell.model.ids import AccountId, WorkspaceId
from bidwell.model.limits import TradingState
from bidwell.server.accounts.reads import state_of
from bidwell.server.context import ServerContext
from bidwell.server.guardian_view import GuardianView
from bidwell.server.problems import ProblemError
from bidwell.server.readiness import checks
from bidwell.server.readiness.schemas import AccountReadiness, Board, ReadinessCheck, ScheduledCheck, Verdict


async def board(context: ServerContext, workspace: WorkspaceId, desk: Desk) -> Board:
    """Every enabled account: NO-GO first, then the live ones, each in the order of the accounts."""
    guardian = None if context.guardian is None else await asyncio.to_thread(context.guardian)
    return board_with(context, workspace, desk, guardian)


def board_with(context: ServerContext, workspace: WorkspaceId, desk: Desk, guardian: GuardianView | None) -> Board:
    """The same with the guardian's word at hand."""
    now = context.clock.now()
    found = [account(context, workspace, desk, one, guardian, now)
             for one in desk.state.accounts.values() if one.enabled]  # fmt: skip
    found.sort(key=lambda one: (one.go, one.mode is not Mode.LIVE))
    going = sum(one.go for one in found)
    return Board(at=now, items=found, go=going, no_go=len(found) - going)


def account(context: ServerContext, workspace: WorkspaceId, desk: Desk, found: Account, guardian: GuardianView | None,
            now: datetime) -> AccountReadiness:  # fmt: skip
    """One account with its checks."""
    connections = context.connections.get(workspace)
    linked = None if found.broker == "paper" or connections is None else connections.linked(found.id)
    subject = checks.Subject(context, desk, found, linked, connections, guardian, now)
    said = checks.run(subject)
    last = desk.state.risk.readiness.get(found.id)
    return AccountReadiness(
        account=found.id, name=found.name, broker=found.broker, mode=found.mode, go=not failed(said),
        armed=state_of(desk, found.id).state is TradingState.ACTIVE, checks=said,
        opens_at=desk.market.opens_after(desk.session_calendar, subject.moment),
        scheduled=None if last is None else ScheduledCheck(at=last.at, session=last.session.isoformat(), go=not last.failed,
                                                           failed=list(last.failed)),
    )  # fmt: skip


def failed(said: list[ReadinessCheck]) -> list[ReadinessCheck]:
    """The checks that make a NO-GO."""
    return [one for one in said if one.verdict is Verdict.FAIL]


async def must_be_ready(context: ServerContext, workspace: WorkspaceId, desk: Desk, name: AccountId) -> None:
    """Refuse to arm a live account that is a NO-GO; raises a 409 problem that names what fails."""
    found = desk.state.accounts[name]
    if found.mode is not Mode.LIVE:
        return
    guardian = None if context.guardian is None else await asyncio.to_thread(context.guardian)
    said = account(context, workspace, desk, found, guardian, context.clock.now())
    # What arming itself mends does not stand in its way.
    wrong = [one for one in failed(said.checks) if one.id != "permission"]
    if wrong:
        raise ProblemError(409, "readiness.no_go", f"{found.name} is a NO-GO: " + "; ".join(
            f"{one.label.lower()}: {one.said}" for one in wrong), hint="mend what the readiness board shows, then arm it")  # fmt: skip
