"""Lists and pages of intents that may have left the desk's memory: what is there, and beside it what is archived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Generic, TypeVar

from bidwell.engine.desk import Desk
from bidwell.engine.ports import Archive, Place
from bidwell.engine.retired import showing
from bidwell.model.ids import ClientOrderId, IntentId
from bidwell.model.order import Order
from bidwell.model.retirement import Finished
from bidwell.server.paging import cut, pack, unpack, wrong_cursor

T = TypeVar("T")


def shown(desk: Desk, known: Iterable[Finished]) -> Desk:
    """A desk to read from, in whose state archived intents stand beside those in memory."""
    archived = list(known)
    if not archived:
        return desk
    made = copy(desk)
    made.core = copy(desk.core)
    made.core.state = showing(desk.state, archived)
    return made


def archive_of(desk: Desk) -> Archive | None:
    """Where to look for what is not in memory; None where nothing was ever retired."""
    return desk.archivist.archive if desk.state.retired_intents else None


async def with_intent(desk: Desk, name: str) -> Desk:
    """A desk that knows the intent, if it was ever received."""
    if IntentId(name) in desk.state.intents:
        return desk
    known = await desk.archivist.of_intent(IntentId(name))
    return desk if known is None else shown(desk, [known])


async def with_order(desk: Desk, name: str) -> Desk:
    """A desk that knows the order, if there ever was one, under its own id."""
    if ClientOrderId(name) in desk.state.orders:
        return desk
    known = await desk.archivist.of_orders([ClientOrderId(name)])
    return shown(desk, [known[ClientOrderId(name)]]) if ClientOrderId(name) in known else desk


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """Where a list comes from: the items in memory, each one's place, and the archive's with the intent of each.

    `here` says whether an archived item is in memory again, `find` the place of one that a cursor names.
    """

    memory: Callable[[], Iterable[T]]
    place: Callable[[T], Place]
    here: Callable[[T], bool]
    archived: Callable[[Archive, Place | None, int], Awaitable[Sequence[tuple[Finished, T]]]]
    find: Callable[[Archive, str], Awaitable[Place | None]]

    def rank(self, item: T) -> tuple[datetime, str]:
        """What the list is sorted by."""
        place = self.place(item)
        return place.at, place.name


async def page(desk: Desk, source: Source[T], cursor: str | None, limit: int, *,
               in_memory: bool = False) -> tuple[Desk, list[T], str | None]:  # fmt: skip
    """A part of a list, the newest first, with the desk to read its items from and the cursor after it.

    `in_memory` is for what never leaves it. Raises JournalUnavailable while the archive cannot be asked.
    """
    archive = archive_of(desk)
    if archive is None or in_memory:
        part, following = cut(source.memory(), lambda item: source.place(item).name, cursor, limit)
        return desk, part, following
    rank = source.rank
    before = None if cursor is None else await _place(archive, source, unpack(cursor))
    bound = None if before is None else (before.at, before.name)
    found = nlargest(limit + 1, (item for item in source.memory() if bound is None or rank(item) < bound), key=rank)
    archived: list[tuple[Finished, T]] = []
    while len(archived) <= limit:
        rows = await source.archived(archive, before, limit + 1)
        # What was recalled is in memory again, and newer there.
        archived += [row for row in rows if not source.here(row[1])]
        if len(rows) <= limit:
            break
        before = source.place(rows[-1][1])
    merged: list[tuple[Finished | None, T]] = [(None, item) for item in found]
    merged += archived
    merged.sort(key=lambda row: rank(row[1]), reverse=True)
    taken = merged[:limit]
    following = pack(source.place(taken[-1][1]).name) if len(merged) > limit else None
    return shown(desk, (of for of, _ in taken if of is not None)), [item for _, item in taken], following


async def _place(archive: Archive, source: Source[T], name: str) -> Place:
    for item in source.memory():
        place = source.place(item)
        if place.name == name:
            return place
    found = await source.find(archive, name)
    if found is None:
        raise wrong_cursor()
    return found


def order_in(known: Finished, name: str) -> Order | None:
    """An order of an archived intent."""
    return next((one.order for one in known.orders if one.order.client_order_id == name), None)
