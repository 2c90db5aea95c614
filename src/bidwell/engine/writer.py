"""The journal's single writer: batches what is waiting into one durable append, then lets its effects out."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidwell.engine import codec
from bidwell.engine.ports import Entry
from bidwell.model import events as ev
from bidwell.model.errors import JournalError, JournalUnavailable
from bidwell.model.retirement import IntentRecalled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bidwell.engine.ports import Clock, Journal

Numbered = tuple[int, ev.Event]


@dataclass(slots=True)
class Batch:
    """Events of one stimulus, in the journal's form too, and what to do once they are durable."""

    events: Sequence[Numbered]
    entries: list[Entry]
    durable: asyncio.Future[datetime]
    after: Callable[[Sequence[Numbered], datetime], None]


class Writer:
    """Appends in order, one append at a time; whatever arrives meanwhile goes into the next one (group commit)."""

    def __init__(self, journal: Journal, clock: Clock, on_failure: Callable[[JournalError], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._on_failure = on_failure
        self._waiting: deque[Batch] = deque()
        self._wake = asyncio.Event()
        self._meanwhile: list[Callable[[], None]] = []
        self._failed: JournalError | None = None
        self.in_flight = False

    def put(self, events: Sequence[Numbered],
            after: Callable[[Sequence[Numbered], datetime], None]) -> asyncio.Future[datetime]:  # fmt: skip
        """Queue events; the future gives the time at which they were durable, or the journal's error."""
        durable: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
        # A caller that went away must not turn a lost append into an unobserved error.
        durable.add_done_callback(_observe)
        if self._failed is not None:
            durable.set_exception(self._failed)
            return durable
        # Put into the journal's form now, while the append before it is under way.
        self._waiting.append(Batch(events, [_entry(number, event) for number, event in events], durable, after))
        self._wake.set()
        return durable

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Call `work` while the next append is under way: the database works, and so does the caller."""
        self._meanwhile.append(work)

    @property
    def idle(self) -> bool:
        """Whether everything that was put is durable."""
        return not self._waiting and not self.in_flight

    async def run(self) -> None:
        """Write until canceled or until the journal fails; after a failure a new writer is needed."""
        batches: list[Batch] = []
        try:
            while self._failed is None:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting and self._failed is None:
                    batches = list(self._waiting)
                    self._waiting.clear()
                    await self._write(batches)
                    # Whoever waited for these is answered before the next append is prepared.
                    await asyncio.sleep(0)
        finally:
            # Nobody may wait for ever on a writer that is no more.
            if self._failed is None:
                self._failed = JournalUnavailable("the desk has stopped")
            self._give_up([*batches, *self._waiting], self._failed)

    async def _write(self, batches: list[Batch]) -> None:
        entries = [entry for batch in batches for entry in batch.entries]
        self.in_flight = True
        loop = asyncio.get_running_loop()
        for work in self._meanwhile:
            loop.call_soon(work)
        self._meanwhile.clear()
        try:
            if entries:
                await self._journal.append(entries)
        except JournalError as error:
            self._fail(error, batches)
            return
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing may be assumed of the append
            self._fail(JournalUnavailable(f"the append failed: {error!r}"), batches)
            return
        finally:
            self.in_flight = False
        now = self._clock.now()
        for batch in batches:
            if not batch.durable.done():
                batch.durable.set_result(now)
            batch.after(batch.events, now)

    def _fail(self, error: JournalError, batches: list[Batch]) -> None:
        self._failed = error
        self._give_up([*batches, *self._waiting], error)
        self._waiting.clear()
        self._on_failure(error)

    @staticmethod
    def _give_up(batches: Sequence[Batch], error: JournalError) -> None:
        for batch in batches:
            if not batch.durable.done():
                batch.durable.set_exception(error)


def _observe(future: asyncio.Future[datetime]) -> None:
    if not future.cancelled():
        future.exception()


def _entry(number: int, event: ev.Event) -> Entry:
    return Entry(number, event.at, type(event).__name__, codec.encode(event), intent_of(event))


def intent_of(event: ev.Event) -> str | None:
    """The intent that an event belongs to, where the event itself says so."""
    match event:
        case ev.IntentReceived(intent=intent):
            return intent.id
        case ev.IntentAllocated(intent=name) | ev.StagesRecorded(intent=name):
            return name
        case ev.UnwindEnded(intent=name) | ev.RepairEnded(intent=name) | ev.FillsCopied(intent=name):
            return name
        case ev.OrderApproved(order=order) | ev.OrderDenied(order=order):
            return order.intent
        case IntentRecalled(finished=finished):
            return finished.intent.id
        case _:
            return None
