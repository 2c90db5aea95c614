"""Reconciliation put together from sessions, state and journal."""

from __future__ import annotations

from collections.abc import Sequence

from bidwell.engine import codec, resolving
from bidwell.engine.desk import Desk
from bidwell.engine.ports import Entry
from bidwell.engine.sessions import Session
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.server.breaks import DONE, handling_of, title_of
from bidwell.server.journal.reads import backward
from bidwell.server.orders.reads import terms_view
from bidwell.server.ports import JournalReader
from bidwell.server.reconciliation import schemas

_KIND = ev.AccountReconciled.__name__
_URGENCY = {
    schemas.Standing.DIFFERS: 0, schemas.Standing.FAILED: 1, schemas.Standing.DISCONNECTED: 2,
    schemas.Standing.READING: 3, schemas.Standing.OFF: 4, schemas.Standing.AGREES: 5,
}  # fmt: skip


def difference(one: ev.Break) -> schemas.Difference:
    """One difference in words."""
    handling = handling_of(one)
    return schemas.Difference(type=one.type, title=title_of(one), subject=one.subject, ours=one.ours,
                              theirs=one.theirs, repair=one.repair, handling=handling,
                              handling_label=DONE[handling])  # fmt: skip


def account(desk: Desk, found: Account) -> schemas.AccountReconciliation:
    """One account."""
    session, last = desk.sessions.get(found.id), desk.state.reconciliations.get(found.id)
    differences = [difference(one) for one in last.breaks] if last is not None else []
    standing = _standing(found, session)
    doubts = [_in_doubt(desk, one) for one in resolving.doubtful(desk, found.id)]
    return schemas.AccountReconciliation(
        account=found.id, account_name=found.name, broker=found.broker, standing=standing,
        detail=_detail(found, session), passed_at=session.passed_at if session else None,
        agreed_at=session.agreed_at if session else None,
        next_at=session.next_at if session and session.connected else None,
        changed_at=last.at if last is not None else None,
        needs_person=(sum(one.handling is ev.Handling.PERSON for one in differences)
                      + sum(not one.obstacle for one in doubts)),
        waiting=sum(one.handling is ev.Handling.WAITING for one in differences),
        external_orders=len(desk.state.foreign.get(found.id, ())), differences=differences,
        in_doubt=doubts,
    )  # fmt: skip


def _in_doubt(desk: Desk, one: resolving.Doubtful) -> schemas.OrderInDoubt:
    order = one.order
    instrument = desk.state.instruments.get(order.instrument)
    return schemas.OrderInDoubt(
        client_order_id=order.client_order_id, intent=order.intent, instrument=order.instrument,
        symbol=instrument.symbol if instrument is not None else order.instrument, side=order.side,
        quantity=order.quantity, terms=terms_view(order.terms), status=order.status, sent_at=one.sent_at,
        reason=order.reason, obstacle=one.obstacle,
    )  # fmt: skip


def _standing(found: Account, session: Session | None) -> schemas.Standing:
    if session is None or not found.enabled:
        return schemas.Standing.OFF
    if not session.connected:
        return schemas.Standing.DISCONNECTED
    if session.failure:
        return schemas.Standing.FAILED
    if session.reconciled:
        return schemas.Standing.AGREES
    return schemas.Standing.DIFFERS if session.gaps else schemas.Standing.READING


def _detail(found: Account, session: Session | None) -> str:
    if not found.enabled:
        return "the account is switched off"
    return session.detail if session is not None else "no broker session"


def accounts(desk: Desk) -> schemas.ReconciliationList:
    """Every account, those that need somebody first, else in the accounts' own order."""
    found = [account(desk, one) for one in desk.state.accounts.values()]
    found.sort(key=lambda one: (not one.needs_person, _URGENCY[one.standing]))
    agreeing = sum(one.standing is schemas.Standing.AGREES for one in found)
    return schemas.ReconciliationList(items=found, agreeing=agreeing, accounts=len(found))


async def history(desk: Desk, journal: JournalReader, before: int, limit: int, only: AccountId | None,
                  kind: ev.BreakType | None, handling: ev.Handling | None) -> list[tuple[int, schemas.Pass]]:  # fmt: skip
    """At most `limit` comparisons below a sequence that match, newest first."""
    filtered = kind is not None or handling is not None

    def keep(entry: Entry) -> bool:
        if entry.kind != _KIND:
            return False
        event = _event(entry)
        if only is not None and event.account != only:
            return False
        return not filtered or any(_matches(one, kind, handling) for one in event.breaks)

    rows = await backward(journal, before, limit, keep)
    return [(entry.seq, _pass(desk, entry, _event(entry).breaks)) for entry in rows]


def _event(entry: Entry) -> ev.AccountReconciled:
    event = codec.decode(entry.kind, entry.body)
    if not isinstance(event, ev.AccountReconciled):
        msg = f"entry {entry.seq} is a {entry.kind}"
        raise TypeError(msg)
    return event


def _matches(one: ev.Break, kind: ev.BreakType | None, handling: ev.Handling | None) -> bool:
    return (kind is None or one.type is kind) and (handling is None or handling_of(one) is handling)


def _pass(desk: Desk, entry: Entry, breaks: Sequence[ev.Break]) -> schemas.Pass:
    event = _event(entry)
    known = desk.state.accounts.get(event.account)
    return schemas.Pass(seq=entry.seq, at=event.at, account=event.account,
                        account_name=known.name if known is not None else event.account, clean=event.clean,
                        differences=[difference(one) for one in breaks])  # fmt: skip
