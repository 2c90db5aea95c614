"""Who leads a workspace: this process, once it has the lease and for as long as it surely holds it, or another one.

A desk may send while `Leadership.leads` says so. It counts from before each renewal was asked for, on a clock that
also runs while the process is stopped or the machine sleeps, so that it ends here before another desk can begin.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bidwell.model.errors import ConfigError, Fenced
from bidwell.storage.errors import LeaseHeld, StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bidwell.app.claim import DataFolder
    from bidwell.storage.lease import Lease

LEASE = timedelta(seconds=5)
RENEW = 1.0
LOOK = 0.2
_GRACE = 1.0
# Unlike CLOCK_MONOTONIC it counts the time that the machine slept, where the system has it.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
log = structlog.get_logger("bidwell")


def _seconds() -> float:
    return time.clock_gettime(_CLOCK)


def home_of(folder: DataFolder) -> str:
    """The data folder's name in the lease; whoever reads the database learns nothing about the folder's secrets."""
    return hashlib.sha256(folder.secret("holder")).hexdigest()[:16]


def holder_of(folder: DataFolder, *, standby: bool) -> str:
    """Who asks for the lease.

    A plain desk has its data folder for itself, so that the folder and the machine name it for good: killed and
    started again it takes its own lease at once. A standby shares the folder and is named for its process.
    """
    place = f"{home_of(folder)}@{socket.gethostname()}"
    return f"{place}/{os.getpid()}-{time.monotonic_ns():x}" if standby else place


class Leadership:
    """The lease of one workspace in the hands of this process; `stopping` is set when it has passed to another.

    `barred` says of a lease's number whether the guardian has fenced it off.
    """

    def __init__(
        self,
        lease: Lease,
        holder: str,
        close: Callable[[], Awaitable[None]],
        stopping: asyncio.Event,
        barred: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self._lease = lease
        self._holder = holder
        self._stopping = stopping
        self._barred = barred
        self.close = close
        self._until = 0.0
        self.token = 0
        self.lost: Fenced | None = None

    def leads(self) -> bool:
        """Whether nobody else can hold the lease now, and the guardian has not fenced this desk off."""
        return self.lost is None and _seconds() < self._until and not self.barred

    @property
    def barred(self) -> bool:
        """Whether the guardian acts in this desk's place."""
        return self._barred(self.token)

    def detail(self) -> tuple[bool, str]:
        """For the readiness page."""
        if self.leads():
            return True, f"leads this workspace, token {self.token}"
        if self.barred:
            return False, "the guardian acts in this desk's place; nothing is sent"
        return False, "leads no more" if self.lost else "the lease has run out and is being renewed; nothing is sent"

    async def take(self) -> None:
        """Take the lease when it is free; raises LeaseHeld, StorageUnavailable."""
        asked = _seconds()
        self.token = await self._lease.acquire(self._holder, LEASE)
        self._until = asked + LEASE.total_seconds()

    async def seize(self, over: int) -> None:
        """Take the lease from the desk that has it under the token `over`; raises LeaseHeld, StorageUnavailable."""
        asked = _seconds()
        self.token = await self._lease.seize(self._holder, LEASE, over)
        self._until = asked + LEASE.total_seconds()

    async def take_soon(self) -> None:
        """Take the lease, waiting for one that a desk which is gone has left; raises LeaseHeld by one that lives."""
        deadline = _seconds() + LEASE.total_seconds() + _GRACE
        while True:
            try:
                await self.take()
            except LeaseHeld:
                if _seconds() > deadline:
                    raise
                await asyncio.sleep(LOOK)
            else:
                return

    async def stand_by(self, home: str, waiting: Callable[[LeaseHeld], None], mend: Callable[[], object]) -> None:
        """Wait for the lease for as long as it takes.

        `waiting` hears by whom it is held. `mend` (blocking) brings the database back where that is ours to do.
        Raises ConfigError when the workspace was last led from another data folder: its paper accounts and
        secrets are not here.
        """
        while True:
            try:
                found = await self._lease.held_by()
                if found is not None and not found.startswith(f"{home}@"):
                    msg = ("this workspace was last led from another data folder: stand by on that folder, which has "
                           "its paper accounts and secrets, or start without --standby to move the workspace here")  # fmt: skip
                    raise ConfigError(msg)
                await self.take()
            except LeaseHeld as error:
                waiting(error)
            except StorageUnavailable as error:
                log.warning("standby_without_database", reason=str(error))
                await asyncio.to_thread(mend)
            else:
                return
            await asyncio.sleep(LOOK)

    async def keep(self) -> None:
        """Renew the lease until cancelled, or until it has passed to another desk or the guardian acts in our place."""
        due, free = _seconds() + RENEW, False
        while self.lost is None:
            await asyncio.sleep(LOOK)
            # A desk that takes over from the guardian leads before it has adopted what that one did, and is let in then.
            if free and self.barred:
                self.lose(Fenced("the guardian acts in this desk's place"))
            free = free or not self.barred
            if self.lost is not None or _seconds() < due:
                continue
            due = _seconds() + RENEW
            asked = _seconds()
            try:
                await self._lease.renew(self.token, LEASE)
            except Fenced as error:
                self.lose(error)
            except StorageUnavailable as error:
                log.warning("lease_not_renewed", reason=str(error))
            else:
                self._until = asked + LEASE.total_seconds()

    def lose(self, error: Fenced) -> None:
        """Another desk leads: this one sends nothing more, for good."""
        if self.lost is None:
            self.lost = error
            log.error("fenced", reason=str(error), number=self.token)
            self._stopping.set()

    async def release(self) -> None:
        """Let another desk take over at once; a database that is away lets the lease run out instead."""
        try:
            await self._lease.release(self.token)
        except StorageUnavailable as error:
            log.warning("lease_not_released", reason=str(error))
