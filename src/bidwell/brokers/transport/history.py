"""Past bars of a broker that answers for so much time at once: asked for backwards, until there are enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from bidwell.model.market import Bar

_MOST_ASKED = 20
# Bars lie in session hours only: to find `count` of them the question reaches this much further back.
_REACH = 6
_SLACK = timedelta(days=5)


async def bars_before(
    end: datetime, seconds: int, count: int, at_once: timedelta | None,
    ask: Callable[[datetime, datetime], Awaitable[Iterable[Bar]]],
) -> list[Bar]:  # fmt: skip
    """At most `count` bars of `seconds` that start before `end`, oldest first.

    `ask` gives the bars between two moments, which may lie `at_once` apart at the most, or as far as one likes.
    """
    if count <= 0:
        return []
    found: dict[datetime, Bar] = {}
    start = end - timedelta(seconds=seconds) * count * _REACH - _SLACK
    last = end
    for _ in range(_MOST_ASKED):
        first = start if at_once is None else max(start, last - at_once)
        found |= {bar.start: bar for bar in await ask(first, last)}
        last = first
        if len(found) >= count or first <= start:
            break
    return [found[at] for at in sorted(found) if at < end][-count:]
