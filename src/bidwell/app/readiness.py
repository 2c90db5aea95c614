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

if TYPE_CHECKING:
    from datetime import date

    from bidwell.engine.desk import Desk
    from bidwell.server.context import ServerContext

BEFORE = timedelta(minutes=15)
"""How long before a session opens, by the market's clock."""

_LOOK = 2.0
log = structlog.get_logger("bidwell")


async def keep_checking(context: ServerContext, desk: Desk, pause: float = _LOOK) -> None:
    """Check every enabled account once before each session, until cancelled."""
    while True:
        await asyncio.sleep(pause)
        try:
            await check_if_due(context, desk)
            await settle(context, desk)
        except BidwellError as error:
            log.warning("readiness_not_checked", reason=str(error))


async def check_if_due(context: ServerContext, desk: Desk) -> bool:
    """Check and write down where a session is about to open and was not checked yet; whether it was due.

    A NO-GO is a violation too: it is shown wherever a person is, until somebody has seen it or it is mended.
    """
    moment = desk.market.market_time
    if desk.recovering is not None or moment is None:
        return False
    opens = desk.market.opens_after(desk.session_calendar, moment)
    if opens is None or opens - moment > BEFORE:
        return False
    session = desk.market.session_date(desk.session_calendar, opens)
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
