"""The readiness board looked at by itself before each session, and what it found written down."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bidwell.app import demo
from bidwell.engine.guarding import NOT_READY, Guard
from bidwell.model import risk_events as rev
from bidwell.model.errors import BidwellError
from bidwell.model.ids import AccountId
from bidwell.server.readiness import reads
from bidwell.server.readiness.checks import moment_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from bidwell.engine.desk import Desk
    from bidwell.server.context import ServerContext

BEFORE = timedelta(minutes=15)
"""How long before a session opens."""

_LOOK = 2.0
log = structlog.get_logger("bidwell")


async def keep_checking(context: ServerContext, desk: Desk, pause: float = _LOOK) -> None:
    """Check every enabled account once before each session, until cancelled."""
    seen: datetime | None = None
    while True:
        await asyncio.sleep(pause)
        try:
            moment = moment_of(context, desk, context.clock.now())
            await check_if_due(context, desk, seen)
            seen = moment
            await settle(context, desk)
        except BidwellError as error:
            log.warning("readiness_not_checked", reason=str(error))


async def check_if_due(context: ServerContext, desk: Desk, seen: datetime | None = None) -> bool:
    """Check and write down where a session is about to open and was not checked yet; whether it was due.

    `seen` is the moment of the last look: a clock that jumped over the time before a session, as a replay's does over the
    night and a laptop's while it sleeps, makes the check due at once.
    A NO-GO is a violation too: it is shown wherever a person is, until somebody has seen it or it is mended.
    """
    session = _due(desk, moment_of(context, desk, context.clock.now()), seen)
    if desk.recovering is not None or session is None:
        return False
    due = [name for name, one in desk.state.accounts.items() if one.enabled and not _known(desk, name, session)]
    if not due:
        return False
    board = await reads.board(context, demo.WORKSPACE, desk)
    for found in board.items:
        name = AccountId(found.account)
        if name not in due:
            continue
        wrong = reads.failed(found.checks)
        failed = tuple(one.id for one in wrong)
        await desk.define(rev.ReadinessChecked(context.clock.now(), name, session, failed))
        if failed:
            said = f"NO-GO before the session of {session}: " + "; ".join(
                f"{one.label.lower()}: {one.said}" for one in wrong
            )
            await desk.act_on_risk(partial(Guard.not_ready, account=name, session=session, said=said))
            log.warning("readiness_no_go", account=name, session=session.isoformat(), failed=list(failed))
    return True


def _due(desk: Desk, moment: datetime, seen: datetime | None) -> date | None:
    """The session that is about to open, or that the clock has jumped into."""
    market, calendar = desk.market, desk.session_calendar
    if market.closes_after(calendar, moment) is None:
        return None
    opens = market.opens_after(calendar, moment)
    if opens is not None:
        return market.session_date(calendar, opens) if opens - moment <= BEFORE else None
    if seen is None:
        return None
    session, opening = market.session_date(calendar, moment), market.opens_after(calendar, seen)
    jumped = market.session_date(calendar, seen) != session or (opening is not None and opening - seen > BEFORE)
    return session if jumped else None


async def settle(context: ServerContext, desk: Desk) -> None:
    """Resolve what was told of accounts that have become ready since."""
    told = [
        one.opened
        for one in desk.state.risk.violations.values()
        if one.opened.rule == NOT_READY and one.resolved is None
    ]
    if not told or desk.recovering is not None:
        return
    board = await reads.board(context, demo.WORKSPACE, desk)
    going = {found.account for found in board.items if found.go}
    for one in told:
        if one.account in going:
            await desk.act_on_risk(partial(Guard.resolve, ident=one.id, actor="desk", note="every check passes now"))


def _known(desk: Desk, account: AccountId, session: date) -> bool:
    last = desk.state.risk.readiness.get(account)
    return last is not None and last.session >= session
