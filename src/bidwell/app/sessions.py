"""A broker session that can be made anew under the desk: with other credentials, or after a person asked for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bidwell.engine.ports import SessionLife, SessionReport, SessionState
from bidwell.model.errors import BrokerError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.ports import BrokerListener, BrokerOrder, BrokerSession, Capabilities, Snapshot
    from bidwell.model.ids import AccountId, ClientOrderId
    from bidwell.model.order import Order
    from bidwell.model.terms import Terms
    from bidwell.risk.approved import Approved

log = structlog.get_logger("bidwell")
_FIRST, _LONGEST = 1.0, 60.0


class Renewable:
    """`BrokerSession` over one that `make` makes; `make` raises ConfigError where there is no credential."""

    def __init__(self, account: AccountId, make: Callable[[], BrokerSession]) -> None:
        self._account = account
        self._make = make
        self._inner = make()
        self._listener: BrokerListener | None = None
        self._turn = asyncio.Lock()
        self._mending: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def inner(self) -> BrokerSession:
        """The session as it is now."""
        return self._inner

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._inner.capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        if self._closed:
            return SessionReport(SessionState(SessionLife.DEAD, "switched off"))
        return self._inner.report()

    async def connect(self, listener: BrokerListener) -> None:
        """Open the session and keep it open."""
        async with self._turn:
            self._listener, self._closed = listener, False
            await self._inner.connect(listener)

    async def close(self) -> None:
        """End the session for good."""
        self._closed = True
        await self._stop_mending()
        async with self._turn:
            await self._inner.close()

    async def switch_off(self) -> None:
        """End the session because its credential is gone."""
        await self.close()
        if self._listener is not None:
            self._listener.on_disconnected(self._account, "switched off: its credential was removed")

    async def renew(self) -> None:
        """Close the session and open one made anew; raises what its first attempt raises, and goes on trying."""
        await self._stop_mending()
        async with self._turn:
            await self._inner.close()
            self._inner = self._make()
            listener = self._listener
            if listener is None:
                return
            try:
                await self._inner.connect(listener)
            except BrokerError as problem:
                listener.on_disconnected(self._account, str(problem))
                self._mending = asyncio.get_running_loop().create_task(self._mend(listener))
                raise

    async def _mend(self, listener: BrokerListener) -> None:
        wait = _FIRST
        while True:
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST)
            try:
                async with self._turn:
                    await self._inner.connect(listener)
            except BrokerError as problem:
                log.info("session_still_down", problem=str(problem))
            else:
                return

    async def _stop_mending(self) -> None:
        task, self._mending = self._mending, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # --- what a session does --------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Send an order."""
        await self._open().submit(approved, attached)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book."""
        await self._open().cancel(order)

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask to work the order on other terms."""
        await self._open().replace(order, quantity, terms)

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id."""
        return await self._open().find(client_order_id)

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """The broker's orders that may be this one of ours."""
        return await self._open().candidates(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions and cash."""
        return await self._open().snapshot(since)

    def _open(self) -> BrokerSession:
        if self._closed:
            raise Unavailable("the session is switched off: nothing was sent")
        return self._inner
