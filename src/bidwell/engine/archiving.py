"""The shell around retirement: archives finished intents at quiet moments, and asks the archive before a name counts as unknown.

An intent is archived durably first, then the journal says that it is retired, then the memory forgets it. While the archive
cannot be asked, what was heard of an order that may be retired waits: it is neither dropped nor taken for somebody else's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from bidwell.engine import retirement, tracking
from bidwell.engine.intake import Receipt, answer
from bidwell.engine.reconciliation import ours_of
from bidwell.engine.retired import KEY, ORDER
from bidwell.model.errors import JournalError, JournalUnavailable
from bidwell.model.order import CLOSED, Order, OrderStatus
from bidwell.model.retirement import Finished, IntentRecalled, IntentsRetired

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping
    from datetime import datetime

    from bidwell.engine.decider import Core
    from bidwell.engine.intake import Request
    from bidwell.engine.ports import Archive, BrokerEvent, BrokerOrder, Clock, Snapshot
    from bidwell.engine.recorder import Recorder
    from bidwell.engine.records import IntentRecord
    from bidwell.engine.sessions import Session
    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, ClientOrderId, IntentId

Archived = tuple[Finished, Order]

# So many intents are archived in one transaction, and so many are dealt with between two looks at the rest of the world.
_AT_ONCE = 100
_PIECE = 10
_LOOKED_AT = 300
# So many orders of reports are remembered as old news: brokers that list the whole day tell them again every few seconds.
_REMEMBERED = 20_000
_ASKED_AT_ONCE = 500
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0


class DeskPart(Protocol):
    """What retiring needs of the desk."""

    core: Core
    recorder: Recorder
    recovering: str | None
    sessions: dict[AccountId, Session]

    def flush(self) -> None:
        """Make what the core decided durable, then let it out."""
        ...

    def hear(self, account: AccountId, event: BrokerEvent) -> None:
        """Take a broker's message in."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside the desk for as long as it lives."""
        ...


class Archivist:
    """Retires and recalls the intents of one desk; without an archive nothing is retired and nothing can be recalled."""

    def __init__(self, desk: DeskPart, archive: Archive | None, retention: retirement.Retention, clock: Clock,
                 alarm: Callable[[str, dict[str, object]], None]) -> None:  # fmt: skip
        self.archive = archive
        self.durable = 0
        self._desk = desk
        self.retention = retention
        self._clock = clock
        self._alarm = alarm
        self._young: deque[IntentId] = deque()
        self._old: deque[IntentId] = deque()
        self._marks: deque[tuple[float, int]] = deque()
        self._old_news: dict[int, None] = {}
        self._busy = False
        self._not_before = 0.0
        self._pause = _FIRST_PAUSE

    @property
    def _state(self) -> State:
        return self._desk.core.state

    def begin(self, state: State) -> None:
        """Another state was folded: what it holds is looked at from the oldest on, once it has rested for long enough."""
        self._young = deque(state.intents)
        self._old.clear()
        self._marks.clear()
        self.durable = state.sequence

    def note(self, name: IntentId) -> None:
        """An intent was received, or recalled."""
        self._young.append(name)

    # --- retiring ---------------------------------------------------------------------------------

    def turn(self) -> None:
        """Take the next few finished intents out of memory, where nothing of the kind is under way."""
        if self.archive is None:
            return
        core = self._desk.core
        moment = core.monotonic()
        self._marks.append((moment, core.state.sequence))
        if self._busy or self._desk.recovering is not None or moment < self._not_before:
            return
        found = self._choose(moment)
        if found:
            self._busy = True
            self._desk.spawn(self._retire(self.archive, found))

    def _choose(self, moment: float) -> list[IntentRecord]:
        marks = self._marks
        while len(marks) > 1 and moment - marks[1][0] >= self.retention.seconds:
            marks.popleft()
        rested = marks[0][1] if moment - marks[0][0] >= self.retention.seconds else -1
        intents = self._state.intents
        found: list[IntentRecord] = []
        waiting: list[IntentId] = []
        for _ in range(_LOOKED_AT):
            if len(self._young) <= self.retention.newest:
                break
            record = intents.get(self._young[0])
            if record is not None and record.number >= rested:
                break
            self._old.append(self._young.popleft())
        for _ in range(min(len(self._old), _LOOKED_AT)):
            if len(found) >= _AT_ONCE:
                break
            record = intents.get(self._old.popleft())
            if record is None:
                continue
            if record.touched < rested and self._may(record):
                found.append(record)
            else:
                waiting.append(record.intent.id)
        self._old.extend(waiting)
        return found

    def _may(self, record: IntentRecord) -> bool:
        """Whether an intent may be retired now: it is finished, and nobody in this process still works on it."""
        core, state, name = self._desk.core, self._state, record.intent.id
        if (
            record.touched >= self.durable
            or not retirement.is_finished(state, record)
            or self._desk.recorder.runs(name)
        ):
            return False
        if name in core.mending.unwinding or name in core.mending.repairing:
            return False
        orders = [state.orders[one] for one in record.orders]
        return not core.holding.brackets.watches(orders) and all(self._at_rest(record, order) for order in orders)

    def _at_rest(self, record: IntentRecord, order: Order) -> bool:
        """Whether an order's lane is through with it, and its broker has agreed with our book since it last changed."""
        session = self._desk.sessions.get(order.account)
        if session is not None and (
            session.lane.queued(order.client_order_id) or order.client_order_id in session.asked or session.recalls
        ):
            return False
        left = order.status is not OrderStatus.DENIED
        return not (left and self.retention.reported) or (session is not None and session.agreed_up_to > record.touched)

    async def _retire(self, archive: Archive, records: list[IntentRecord]) -> None:
        core = self._desk.core
        left = {record.intent.id for record in records}
        try:
            kept: list[Finished] = []
            for first in range(0, len(records), _PIECE):
                kept += [
                    retirement.finished(core.state, one) for one in records[first : first + _PIECE] if self._may(one)
                ]
                await asyncio.sleep(0)
            await archive.keep(kept)
            for first in range(0, len(kept), _PIECE):
                if self._desk.core is core and self._desk.recovering is None:
                    left -= self._let_go(core, kept[first : first + _PIECE])
                    await asyncio.sleep(0)
            self._pause = _FIRST_PAUSE
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing was retired, and it is tried again
            self._failed(error)
            self._not_before = core.monotonic() + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        finally:
            self._busy = False
            if self._desk.core is core:
                self._old.extend(left)

    def _failed(self, error: Exception) -> None:
        known = isinstance(error, JournalError)
        self._alarm("archive_failed" if known else "retirement_failed", {"error": str(error) if known else repr(error)})

    def _let_go(self, core: Core, kept: list[Finished]) -> set[IntentId]:
        """Retire what stands as it was archived; what moved meanwhile is archived anew another time."""
        intents = core.state.intents
        gone = [record for one in kept if (record := intents.get(one.intent.id)) is not None
                and self._may(record) and retirement.finished(core.state, record) == one]  # fmt: skip
        names = tuple(record.intent.id for record in gone)
        if not names:
            return set()
        orders = [core.state.orders[name] for record in gone for name in record.orders]
        core.emit(IntentsRetired(self._clock.now(), names))
        core.forget(names, orders)
        for order in orders:
            if order.account in self._desk.sessions:
                self._desk.sessions[order.account].lane.last_hop.forget(order)
        self._desk.flush()
        return set(names)

    # --- recalling --------------------------------------------------------------------------------

    def holds(self, account: AccountId, name: str) -> bool:
        """Whether an order that is not in memory may be a retired one of the account's, and can be asked for."""
        return self.archive is not None and self._may_be_retired(account, name, name)

    def wait(self, account: AccountId, event: BrokerEvent) -> None:
        """A message waits until the archive has told whose order it is about."""
        session = self._desk.sessions[account]
        session.heard.note(event.client_order_id)
        session.recalls.append(event)
        if len(session.recalls) == 1 and self.archive is not None:
            self._desk.spawn(self._ask_until_told(self.archive, session))

    async def _ask_until_told(self, archive: Archive, session: Session) -> None:
        pause = _FIRST_PAUSE
        while session.recalls:
            event, core = session.recalls[0], self._desk.core
            try:
                found = await archive.by_orders([(session.account, event.client_order_id)])
                if self._desk.core is core and self._desk.recovering is None:
                    self._bring_back(found)
                    self._hear_again(session, event)
                    continue
            except Exception as error:  # noqa: BLE001 - what was heard must be neither dropped nor taken for a stranger's
                self._failed(error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _hear_again(self, session: Session, first: BrokerEvent) -> None:
        """Take in, in their order, the messages that waited for what is known now; the first of all in any case."""
        for event in list(session.recalls):
            if event is first or self._desk.core.named(session.account, event) is not None:
                session.recalls.remove(event)
                self._desk.hear(session.account, event)

    def _bring_back(self, found: Iterable[Finished]) -> None:
        core = self._desk.core
        for one in found:
            if one.intent.id not in core.state.intents:
                core.emit(IntentRecalled(self._clock.now(), one))
                core.holding.brackets.recall([core.state.orders[each.order.client_order_id] for each in one.orders])
                self.note(one.intent.id)

    async def without_retired(self, snapshot: Snapshot) -> Snapshot:
        """A report without the retired orders of which it tells nothing new; the others are recalled for it.

        Without an archive closed orders that may be retired are left out, as nobody can tell what they were.
        Raises JournalUnavailable while the archive cannot be asked: nothing may be concluded from the report then.
        """
        account = snapshot.account
        known: dict[str, Archived] = {}
        asked: set[int] = set()
        # While some are asked for, others may be retired.
        while unknown := [
            one for one in self._strange(snapshot) if id(one) not in asked and not self._is_old(account, one)
        ]:
            known.update(await self._archived(account, unknown))
            asked.update(map(id, unknown))
        told = {id(one): self._told(account, one, known) for one in self._strange(snapshot)}
        if not told:
            return snapshot
        orders = (told.get(id(one), one) for one in snapshot.orders)
        return replace(snapshot, orders=tuple(one for one in orders if one is not None))

    def _strange(self, snapshot: Snapshot) -> list[BrokerOrder]:
        """Orders of a report that are not in memory and may have been."""
        state, account = self._state, snapshot.account
        return [one for one in snapshot.orders if ours_of(state, account, one) is None
                and self._may_be_retired(account, one.client_order_id, one.broker_order_id)]  # fmt: skip

    def _told(self, account: AccountId, theirs: BrokerOrder, known: Mapping[str, Archived]) -> BrokerOrder | None:
        """What a report's order is to the comparison: itself, or nothing where it tells nothing new."""
        if self._is_old(account, theirs):
            return None
        name = theirs.client_order_id
        if name is not None and name in known and known[name][1].account != account:
            # Another account's name: it cannot be adopted under it.
            theirs, name = replace(theirs, client_order_id=None), None
        found = known.get(name or theirs.broker_order_id) or known.get(theirs.broker_order_id)
        if found is None:
            return None if self.archive is None and theirs.status in CLOSED else theirs
        finished, order = found
        if finished.intent.id in self._state.intents:
            return theirs
        if theirs.status in CLOSED and not tracking.from_report(account, order, theirs, self._clock.now()):
            self._old_news[_news(account, theirs)] = None
            if len(self._old_news) > _REMEMBERED:
                del self._old_news[next(iter(self._old_news))]
            return None
        self._bring_back([finished])
        return theirs

    def _is_old(self, account: AccountId, theirs: BrokerOrder) -> bool:
        """Whether a report said the same of a retired order before, when it was no news."""
        return bool(self._old_news) and _news(account, theirs) in self._old_news

    def _may_be_retired(self, account: AccountId, own: str | None, theirs: str) -> bool:
        retired = self._state.retired
        return (own is not None and retired.may_hold(ORDER, own)) or retired.may_hold(account, theirs)

    async def _archived(self, account: AccountId, unknown: list[BrokerOrder]) -> Mapping[str, Archived]:
        """Archived orders, by our ids in whatever account and by the broker's ids in this one."""
        found: dict[str, Archived] = {}
        if self.archive is None:
            return found
        names: list[tuple[AccountId | None, str]] = [(account, one.broker_order_id) for one in unknown]
        names += [(None, one.client_order_id) for one in unknown if one.client_order_id is not None]
        for first in range(0, len(names), _ASKED_AT_ONCE):
            for one in await self.archive.by_orders(names[first : first + _ASKED_AT_ONCE]):
                for each in one.orders:
                    found[each.order.client_order_id] = (one, each.order)
                    if each.order.account == account:
                        found.update(dict.fromkeys(each.order.broker_order_ids, (one, each.order)))
        return found

    # --- questions --------------------------------------------------------------------------------

    async def answered(self, request: Request) -> Receipt | None:
        """The first answer again where the request's key belongs to a retired intent.

        Raises Conflict for another body, JournalUnavailable while nobody can tell.
        """
        known = await self.of_key(request.key)
        if known is None:
            return None
        return answer(request, request.body_hash(), known.intent.id, known.body_hash, known.intent.received_at)

    async def received(self, key: str) -> tuple[IntentId, datetime] | None:
        """The intent of a key and when it was received, whether it was retired or not; raises JournalUnavailable."""
        state = self._state
        if key in state.keys:
            name = state.keys[key][0]
            return name, state.intents[name].intent.received_at
        known = await self.of_key(key)
        return None if known is None else (known.intent.id, known.intent.received_at)

    async def of_key(self, key: str) -> Finished | None:
        """The retired intent of a key; None, without a question, where there surely is none."""
        state = self._state
        if key in state.keys or not state.retired.may_hold(KEY, key):
            return None
        if self.archive is None:
            msg = "what is retired cannot be read here, so that a repeat could not be told from a new request"
            raise JournalUnavailable(msg)
        return await self.archive.by_key(key)

    async def of_orders(self, names: Iterable[ClientOrderId]) -> dict[ClientOrderId, Finished]:
        """The retired intents of orders of ours, by order."""
        retired = self._state.retired
        asked: list[tuple[AccountId | None, str]] = [(None, name) for name in names if retired.may_hold(ORDER, name)]
        found: dict[ClientOrderId, Finished] = {}
        if self.archive is None:
            return found
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            for one in await self.archive.by_orders(asked[first : first + _ASKED_AT_ONCE]):
                found.update({each.order.client_order_id: one for each in one.orders})
        return found

    async def of_intent(self, name: IntentId) -> Finished | None:
        """A retired intent."""
        if self.archive is None or not self._state.retired_intents:
            return None
        return await self.archive.by_intent(name)


def _news(account: AccountId, theirs: BrokerOrder) -> int:
    """What a report says of an order that is closed here, as a number: nothing else of it could change the order."""
    fills = tuple(fill.execution_id for fill in theirs.fills)
    return hash((account, theirs.broker_order_id, theirs.client_order_id, theirs.status, theirs.filled_quantity, fills))
