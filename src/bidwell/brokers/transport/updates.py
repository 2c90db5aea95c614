"""The order stream's ear, as far as no broker differs: events in their order, those first that REST has to complete."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from typing import ClassVar, Generic, Protocol, TypeVar

from bidwell.brokers.transport.memory import Recent
from bidwell.engine.ports import BrokerEvent
from bidwell.model.errors import BrokerError, Refused

T = TypeVar("T")


class Owner(Protocol):
    """The session that an order stream belongs to."""

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None: ...

    def accepted_before(self, order_id: str) -> bool: ...

    def came_up(self) -> None: ...

    def went_down(self, reason: str) -> None: ...

    def lost(self, problem: BrokerError) -> None: ...

    def heard(self) -> None: ...

    def trouble(self, what: str, problem: BrokerError | str, code: str = "") -> None: ...

    def reread(self, reason: str) -> None: ...


class OrderUpdates(ABC, Generic[T]):
    """`transport.Ear` but for `greet` and `hear`, which `_take` what came.

    A piece that `_told` cannot tell at once is completed by `_look`, which may ask REST, and holds up those behind it, so
    that the desk hears everything in its order.
    """

    channel: ClassVar[str] = "order stream"
    piece: ClassVar[str] = "an event"

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._mentions: Recent[str | int, int] = Recent()
        self._waiting: deque[T] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop what is being looked up."""
        worker, self._worker = self._worker, None
        self._waiting.clear()
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def mentions(self, order_id: str | int) -> int:
        """How often the stream has spoken of an order."""
        return self._mentions.get(order_id, 0)

    def mentioned(self, order_id: str | int) -> bool:
        """Whether the stream has said anything of an order."""
        return order_id in self._mentions

    # --- transport.Ear ----------------------------------------------------------------------------

    def up(self) -> None:
        """The desk is to read what was missed; what still waited is in that."""
        self._waiting.clear()
        self._owner.came_up()

    def down(self, reason: str) -> None:
        """The connection is gone."""
        self._owner.went_down(reason)

    def refused(self, problem: Refused) -> None:
        """The login does not open the stream any more."""
        self._owner.lost(problem)

    # --- for the adapter --------------------------------------------------------------------------

    def _mention(self, order_id: str | int) -> None:
        self._mentions[order_id] = self.mentions(order_id) + 1

    def _take(self, piece: T) -> None:
        """Tell what came, at once or behind what waits."""
        if not self._waiting and self._told(piece):
            return
        self._waiting.append(piece)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._catch_up())

    def _told(self, piece: T) -> bool:  # noqa: ARG002 - the hook's
        """Tell what came; False where something has to be looked up first."""
        return False

    @abstractmethod
    async def _look(self, piece: T) -> None:
        """Look up what a piece needs, and tell it; raises BrokerError."""

    def _not_completed(self, piece: T, problem: BrokerError) -> None:  # noqa: ARG002 - the hook's
        """A look failed: the account is read anew, and what waits is in that."""
        self._owner.trouble(self.channel, problem)
        self._owner.reread(f"{self.piece} that could not be completed: {problem}")
        self._waiting.clear()

    async def _catch_up(self) -> None:
        while self._waiting:
            piece = self._waiting[0]
            try:
                await self._look(piece)
            except BrokerError as problem:
                self._not_completed(piece, problem)
            if self._waiting and self._waiting[0] is piece:
                self._waiting.popleft()
