"""One intent as a bundle: what the screen shows and every event of it, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bidwell.engine.desk import Desk
from bidwell.engine.ports import Entry
from bidwell.engine.state import IntentRecord
from bidwell.server.fields import View, instant, plain
from bidwell.server.intents import reads as intents
from bidwell.server.intents.schemas import IntentDetail
from bidwell.server.journal import reads, schemas
from bidwell.server.ports import JournalReader

FORMAT = "bidwell.intent/1"
_MOST = 100_000


class _OfOrder(msgspec.Struct):
    client_order_id: str = ""
    order: str = ""


_of_order = msgspec.json.Decoder(_OfOrder)


class IntentExport(View):
    """One intent as a bundle: what the screen shows, and every event of it and of its orders, in order."""

    format: str = FORMAT
    workspace: str
    exported_at: str
    intent: IntentDetail
    events: list[schemas.JournalEntry]


async def bundle(desk: Desk, journal: JournalReader, record: IntentRecord, workspace: str, at: str) -> IntentExport:
    """The bundle of one intent."""
    name, orders = str(record.intent.id), frozenset(map(str, record.orders))

    def keep(entry: Entry) -> bool:
        if entry.intent_id is not None:
            return entry.intent_id == name
        return _order_of(entry) in orders

    found = await reads.forward(journal, 0, _MOST, keep)
    return IntentExport(workspace=workspace, exported_at=at, intent=intents.detail(desk, record),
                        events=[reads.view(entry) for entry in found])  # fmt: skip


def _order_of(entry: Entry) -> str:
    """The order that an event is about, or nothing."""
    if b'"client_order_id"' not in entry.body:
        return ""
    try:
        return _of_order.decode(entry.body).client_order_id
    except msgspec.DecodeError:
        return ""


def text(export: IntentExport) -> str:
    """The bundle for a reader: what was asked, how long each stage took, each account, and what happened when."""
    return "\n".join(_lines(export)) + "\n"


def _lines(export: IntentExport) -> Iterator[str]:
    intent = export.intent
    side = f"{intent.side} " if intent.side else ""
    yield f"Intent {intent.id} in workspace {export.workspace}, exported {export.exported_at}"
    yield f"  {side}{plain(intent.sizing.value)} ({intent.sizing.by}) {intent.symbol}, {intent.terms.order_type}"
    yield f"  to {intent.receiver_name}, from {intent.source} by {intent.actor or 'nobody named'}"
    yield f"  received {instant(intent.received_at)}, valid until {instant(intent.valid_until)}"
    yield f"  {intent.status}: {intent.converged} of {intent.accounts} accounts converged"
    if intent.replay_of:
        yield f"  a replay of {intent.replay_of}"
    yield from ("", "Stages (milliseconds since receipt)")
    yield from (
        f"  {stage.label:<13}{plain(stage.start_ms):>10} + {plain(stage.duration_ms)}" for stage in intent.stages
    )
    yield from ("", "Accounts")
    for part in intent.convergence.parts:
        why = f": {part.reason}" if part.reason else ""
        yield f"  {part.account_name}: {part.standing}, {plain(part.actual)} of {plain(part.target)} {part.symbol}{why}"
    for order in intent.orders:
        yield f"  order {order.client_order_id} in {order.account_name}: {order.side} {plain(order.quantity)}, {order.status}"
        yield from (f"    {'passed' if check.passed else 'DENIED'} {check.rule}"
                    + (f" ({check.current} of {check.limit} {check.unit})" if check.limit else "")
                    + (f": {check.message}" if check.message else "") for check in order.checks)  # fmt: skip
    yield from ("", "Events")
    yield from (f"  {entry.seq:>8} {instant(entry.occurred_at)} {entry.kind}" for entry in export.events)
