"""How a group stands: the convergence of its last wish, what is unfinished, and its followers' drift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from bidwell.engine import convergence, copies, copying
from bidwell.engine.desk import Desk
from bidwell.engine.follow import share_of
from bidwell.engine.state import IntentRecord
from bidwell.model.account import Group
from bidwell.model.ids import InstrumentId
from bidwell.model.order import Order
from bidwell.server.groups import schemas
from bidwell.server.intents import reads as intents
from bidwell.server.retired import archive_of, shown

_LOOKED_AT = 200
_AT_LEAST = 20
_MOVING = {convergence.Standing.WAITING, convergence.Standing.WORKING, convergence.Standing.IN_DOUBT,
           convergence.Standing.UNDOING}  # fmt: skip


async def of(desk: Desk, group: Group, now: datetime) -> schemas.GroupStanding:
    """One group; its last 200 wishes are looked at, of those that left the memory at most as many as make it 20."""
    desk = await _remembering(desk, group)
    records = list(islice(_records(desk, group), _LOOKED_AT))
    standings = [{part.standing for part in convergence.parts(desk.state, record)} for record in records]
    last = records[0] if records else None
    seen = convergence.parts(desk.state, last) if last is not None else ()
    return schemas.GroupStanding(
        group=group.id, last_intent=last.intent.id if last is not None else None,
        last_at=last.intent.received_at if last is not None else None,
        convergence=intents.convergence_view(desk, last, seen) if last is not None else None,
        unfinished=sum(bool(found & _MOVING) for found in standings),
        drifted=sum(convergence.Standing.DRIFTED in found for found in standings),
        followers=followers(desk, group, now),
    )  # fmt: skip


async def _remembering(desk: Desk, group: Group) -> Desk:
    """A desk that knows the group's last wishes also where they were retired."""
    archive = archive_of(desk)
    lacks = _AT_LEAST - len(list(islice(_records(desk, group), _AT_LEAST)))
    if archive is None or lacks <= 0:
        return desk
    return shown(desk, await archive.intents(None, _AT_LEAST, group=group.id))


def _records(desk: Desk, group: Group) -> Iterator[IntentRecord]:
    for record in reversed(desk.state.intents.values()):
        if record.intent.group == group.id:
            yield record


def followers(desk: Desk, group: Group, now: datetime) -> list[schemas.Follower]:
    """Each follower in each instrument that the leader has traded since the group follows him."""
    if group.leader is None:
        return []
    traded = [instrument for name, instrument in desk.state.follows if name == group.id]
    return [_follower(desk, group, instrument, part) for instrument in traded
            for part in copying.followers(desk.state, desk.market, group, instrument, now)]  # fmt: skip


def _follower(desk: Desk, group: Group, instrument: InstrumentId, part: copies.Part) -> schemas.Follower:
    state = desk.state
    account, theirs, ours = (state.accounts.get(part.account), state.instruments.get(instrument),
                             state.instruments.get(part.instrument))  # fmt: skip
    last = _last(desk, group, instrument, part)
    return schemas.Follower(
        account=part.account, account_name=account.name if account else part.account, instrument=part.instrument,
        symbol=ours.symbol if ours else part.instrument, leader_instrument=instrument,
        leader_symbol=theirs.symbol if theirs else instrument, leader_position=copies.leading(state, group, instrument),
        target=part.target, actual=part.actual, drift=part.actual - part.target,
        following=_following(desk, group, instrument, part),
        reason=_reason(desk, last, state.follows[(group.id, instrument)].note) if part.actual != part.target else "",
    )  # fmt: skip


def _following(desk: Desk, group: Group, instrument: InstrumentId, part: copies.Part) -> schemas.Following:
    if not part.listed:
        return schemas.Following.UNLISTED
    share = share_of(group, instrument)
    waits = any(desk.state.intents[name].intent.strategy == share and part.account not in desk.state.intents[name].decided
                for name in desk.state.undecided)  # fmt: skip
    moving = any(order.strategy == share for order in desk.state.book(part.account, part.instrument))
    if waits or moving or desk.state.follows[(group.id, instrument)].moved:
        return schemas.Following.COPYING
    if part.actual == part.target:
        return schemas.Following.IN_LINE
    return schemas.Following.AHEAD if part.excess else schemas.Following.BEHIND


def _last(desk: Desk, group: Group, instrument: InstrumentId, part: copies.Part) -> Order | None:
    """The follower's newest copy."""
    share = share_of(group, instrument)
    for record in islice(_records(desk, group), _LOOKED_AT):
        for name in record.orders:
            order = desk.state.orders[name]
            if order.account == part.account and order.strategy == share:
                return order
    return None


def _reason(desk: Desk, last: Order | None, note: str) -> str:
    if last is None:
        return note or "it held less than its part before the group followed"
    denial = desk.state.traces[last.client_order_id].denial
    return denial.message if denial is not None else last.reason or "the leader's earlier position is not copied"
