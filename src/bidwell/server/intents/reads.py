"""Intents put together from state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from bidwell.engine.convergence import Part, Standing, asks_for_it, deadline, orphans
from bidwell.engine.convergence import parts as convergence_of
from bidwell.engine.desk import Desk
from bidwell.engine.ports import Archive, Place
from bidwell.engine.retired import record_of
from bidwell.engine.state import IntentRecord
from bidwell.model.ids import IntentId
from bidwell.model.intent import Source
from bidwell.model.order import Order, OrderStatus
from bidwell.model.retirement import Finished
from bidwell.server import retired
from bidwell.server.intents import schemas, waterfall
from bidwell.server.orders import reads as orders
from bidwell.server.problems import not_found


def find(desk: Desk, name: str) -> IntentRecord:
    """The intent of this workspace, or a 404 problem."""
    record = desk.state.intents.get(IntentId(name))
    if record is None:
        raise not_found("intent", name)
    return record


async def page(desk: Desk, source: Source | None, instrument: str | None, cursor: str | None,
               limit: int) -> tuple[Desk, list[IntentRecord], str | None]:  # fmt: skip
    """Intents that match, the newest first, with the desk to read them from and the cursor after them."""
    return await retired.page(desk, retired.Source(
        partial(_newest_first, desk, source, instrument), _place, lambda record: record.intent.id in desk.state.intents,
        partial(_archived, source, instrument), _find), cursor, limit)  # fmt: skip


def _newest_first(desk: Desk, source: Source | None, instrument: str | None) -> Iterator[IntentRecord]:
    for record in reversed(desk.state.intents.values()):
        intent = record.intent
        if (source is None or intent.source is source) and (instrument is None or intent.instrument == instrument):
            yield record


def _place(record: IntentRecord) -> Place:
    return Place(record.intent.received_at, record.intent.id)


async def _archived(source: Source | None, instrument: str | None, archive: Archive, before: Place | None,
                    limit: int) -> list[tuple[Finished, IntentRecord]]:  # fmt: skip
    found = await archive.intents(before, limit, source=source, instrument=instrument)
    return [(one, record_of(one)) for one in found]


async def _find(archive: Archive, name: str) -> Place | None:
    known = await archive.by_intent(IntentId(name))
    return None if known is None else _place(record_of(known))


def entries(desk: Desk, record: IntentRecord) -> list[Order]:
    """The children that the intent itself asked for, without the exits attached to them."""
    found = (desk.state.orders[name] for name in record.orders)
    return [order for order in found if order.leg == 0]


_MOVING = frozenset({Standing.WAITING, Standing.WORKING, Standing.IN_DOUBT, Standing.UNDOING})


def status_of(desk: Desk, record: IntentRecord, children: list[Order], parts: Sequence[Part]) -> str:
    """received, working, converged, partly, denied or undone.

    converged: every account is where the wish wanted it. partly: all are at rest, some are elsewhere.
    """
    if record.intent.id in desk.state.undecided:
        return "working" if children else "received"
    found = {part.standing for part in parts}
    if found & _MOVING:
        return "working"
    if record.unwound:
        return "undone"
    if found == {Standing.CONVERGED}:
        return "converged"
    return "denied" if found <= {Standing.DENIED} else "partly"


def convergence_view(desk: Desk, record: IntentRecord, parts: Sequence[Part]) -> schemas.Convergence:
    """Target against actual for each account."""
    repairs = asks_for_it(record)
    return schemas.Convergence(
        converged=_converged(parts), accounts=len(parts), orphans=len(orphans(desk.state, record)),
        repairing=repairs, until=deadline(record) if repairs else None,
        parts=[part_view(desk, part) for part in parts],
    )  # fmt: skip


def part_view(desk: Desk, part: Part) -> schemas.ConvergencePart:
    """One account's part."""
    account, instrument = desk.state.accounts.get(part.account), desk.state.instruments.get(part.instrument)
    return schemas.ConvergencePart(
        account=part.account, account_name=account.name if account else part.account, instrument=part.instrument,
        symbol=instrument.symbol if instrument else part.instrument, target=part.target, actual=part.actual,
        standing=part.standing, reason=part.reason, tries=part.tries,
    )  # fmt: skip


def _converged(parts: Sequence[Part]) -> int:
    return sum(part.standing is Standing.CONVERGED for part in parts)


def receiver_name(desk: Desk, group: str | None, account: str | None) -> str:
    """The receiving group's or account's name, its id when it is no more."""
    for known in desk.state.groups.values():
        if known.id == group:
            return known.name
    for holder in desk.state.accounts.values():
        if holder.id == account:
            return holder.name
    return group or account or ""


def summary(desk: Desk, record: IntentRecord) -> schemas.IntentSummary:
    """One intent in a list."""
    return schemas.IntentSummary(**_summary(desk, record, convergence_of(desk.state, record)))


def _summary(desk: Desk, record: IntentRecord, parts: Sequence[Part]) -> dict[str, Any]:
    intent = record.intent
    children = entries(desk, record)
    instrument = desk.state.instruments.get(intent.instrument)
    return {
        "id": intent.id, "source": intent.source, "instrument": intent.instrument,
        "symbol": instrument.symbol if instrument else intent.instrument, "side": intent.side,
        "sizing": schemas.SizingView(by=intent.sizing.by, value=intent.sizing.value),
        "terms": orders.terms_view(intent.terms), "group": intent.group, "account": intent.account,
        "strategy": intent.strategy, "receiver_name": receiver_name(desk, intent.group, intent.account),
        "received_at": intent.received_at, "valid_until": intent.valid_until, "actor": intent.actor,
        "note": intent.note, "status": status_of(desk, record, children, parts), "children": len(children),
        "filled": sum(order.status is OrderStatus.FILLED for order in children),
        "denied": sum(order.status is OrderStatus.DENIED for order in children),
        "working": sum(order.is_open for order in children),
        "in_doubt": sum(order.in_doubt for order in children), "converged": _converged(parts),
        "accounts": len(parts), "replay_of": intent.replay_of,
    }  # fmt: skip


def detail(desk: Desk, record: IntentRecord) -> schemas.IntentDetail:
    """One intent with its waterfall, its parts and its orders."""
    stages, standing = waterfall.stages(desk, record), convergence_of(desk.state, record)
    names = desk.state.accounts
    parts = [
        schemas.AllocationView(
            account=part.account, account_name=names[part.account].name if part.account in names else part.account,
            instrument=part.instrument, side=part.side, quantity=part.quantity, note=part.note,
        )
        for part in record.allocations.values()
    ]  # fmt: skip
    last = stages[-1]
    return schemas.IntentDetail(
        **_summary(desk, record, standing), stages=stages,
        total_ms=last.start_ms + last.duration_ms if len(stages) > 1 else None, allocations=parts,
        orders=[orders.detail(desk, desk.state.orders[name]) for name in record.orders], policy=record.policy,
        reference=record.reference, convergence=convergence_view(desk, record, standing),
    )  # fmt: skip
