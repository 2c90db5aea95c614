"""The guardian's process: `python -m bidwell.app.guardian.process DATA`, with its charge and the desk's pulses on stdin."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from bidwell.app import demo
from bidwell.app.claim import DataFolder
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.connections import BrokerConnections, Sealed
from bidwell.app.guardian import acting, local, record
from bidwell.app.guardian.fence import Fence
from bidwell.app.guardian.following import Follower
from bidwell.app.guardian.pulse import Charge, Pulse, read_charge, read_pulse
from bidwell.app.guardian.record import Action, Record, Stage
from bidwell.app.guardian.seeing import Seer
from bidwell.app.guardian.watch import Sight, Trigger, Watch
from bidwell.brokers.paper.broker.feed import PaperFeed
from bidwell.brokers.paper.config import read_config
from bidwell.engine.market import Market
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.errors import BidwellError, BrokerError
from bidwell.server.log import configure
from bidwell.storage.checkpoints import Checkpoints
from bidwell.storage.errors import LeaseHeld, StorageUnavailable
from bidwell.storage.pool import Pool
from bidwell.storage.tail import JournalTail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.engine.desk import Desk
    from bidwell.model.market import Quote

LOOK = 0.25
_FOLLOW, _SEE, _SAY, _CREDENTIALS = 1.0, 0.5, 1.0, 30.0
_QUIET = 2.0
_AGAIN = 1.0
_PATIENCE = 1.0
_REACHED = 4.0
_LONGEST_LINE = 64 * 1024 * 1024
log = structlog.get_logger("bidwell")


class Guardian:
    """One workspace's guardian, from its charge until the desk leaves in good order or a new one takes its place."""

    def __init__(self, folder: DataFolder, charge: Charge) -> None:
        self._folder = folder
        self._charge = charge
        clock, entropy = WallClock(), SystemEntropy()
        calendars = CompiledCalendars(folder.cache)
        self._pool = Pool(charge.conninfo, size=2)
        self._market = Market(calendars)
        connections = BrokerConnections(Sealed(self._pool, Path(charge.vault_key_file), folder.path), clock, entropy,
                                        charge.feed, twins=charge.twins, polled=True)  # fmt: skip
        self.stop = asyncio.Event()
        place = folder.path / record.FOLDER
        self.means = acting.Means(folder, charge.conninfo, clock, entropy, calendars, self._market, connections, Fence(place),
                                  self.stop, self._lead)  # fmt: skip
        self._follower = Follower(JournalTail(self._pool, demo.WORKSPACE), Checkpoints(self._pool, demo.WORKSPACE))
        self._watch = Watch(charge.after, charge.data_age)
        self._sight = Sight()
        self._seer = Seer()
        self._desk: Desk | None = None
        self._feed: PaperFeed | None = None
        self._stage = Stage.WATCHING
        self._last: Action | None = None
        self._due: dict[str, float] = {}
        self._accounts = 0
        self._reading = asyncio.Lock()
        self._reached_at = float("-inf")
        self.token = 0
        self.sequence = 0
        self.alone = False

    # --- what it hears ----------------------------------------------------------------------------

    def hear(self, pulse: Pulse) -> None:
        """The desk said how it is."""
        if pulse.leaving:
            self.stop.set()
            return
        self.token, self.sequence = max(self.token, pulse.token), pulse.sequence
        self._watch.hear(pulse)
        self._market.take(pulse.quotes, self._follower.state.instruments)
        if pulse.market_time is not None:
            self._market.market_time = pulse.market_time

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """Prices of its own, while the desk says nothing."""
        if self._desk is not None:
            self._desk.on_quotes(quotes)
        else:
            self._market.take(quotes, self._follower.state.instruments)
        self._watch.heard(self._market.last_received_at)

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        """Its own feed's connection changed."""
        log.debug("feed", name=name, connected=connected, detail=detail)

    def _lead(self, desk: Desk | None) -> None:
        self._desk = desk

    # --- its life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Watch until told to stop, or until there is neither a desk nor anything at risk."""
        loop = asyncio.get_running_loop()
        before = loop.time()
        while not self.stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self.stop.wait()
            now = loop.time()
            trigger = await self._look(now - before)
            before = now
            if trigger is not None and self._is_due("act", _AGAIN):
                await self._act(trigger)
                before = loop.time()
            elif local.pending(self.means.place) and self._database and self._is_due("adopt", _AGAIN):
                await self._adopt()
            self._say()
            if self.alone and not self._sight.exposed and not local.pending(self.means.place) and self._known():
                log.info("guardian_ends", reason="the desk is gone and nothing is at risk")
                return

    async def close(self) -> None:
        """End what was opened."""
        if self._feed is not None:
            await self._feed.close()
        self._stage = Stage.OFF
        self._say(at_once=True)
        await self._pool.close()

    def _is_due(self, what: str, every: float) -> bool:
        now = asyncio.get_running_loop().time()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True

    def _known(self) -> bool:
        """Whether its book is as new as the last pulse said."""
        return not self._follower.acted_on and self._follower.state.sequence >= self.sequence

    async def _look(self, elapsed: float) -> Trigger | None:
        await self._mind_feed()
        if self._is_due("see", _SEE):
            self._sight = self._seer.look(self._follower.state, self._market, self.means.clock.now())
        return self._watch.look(elapsed, self._sight)

    # --- the database -----------------------------------------------------------------------------

    async def follow(self) -> None:
        """Follow the journal and learn credentials, until cancelled; a database that is away is no reason to stop."""
        while True:
            await asyncio.sleep(LOOK)
            if self._stage is Stage.ACTING:
                continue
            try:
                async with self._reading:
                    await self._read()
            except StorageUnavailable as error:
                log.debug("guardian_without_database", reason=str(error))
            except BidwellError as error:
                log.warning("guardian_cannot_read", reason=str(error))

    async def _read(self) -> None:
        """Read where there may be news; while the desk is in question this is also how the database is known to be there."""
        if (self._watch.worry > 1 or not self._known()) and self._is_due("follow", _FOLLOW):
            await self._follower.catch_up()
            self._reached_at = asyncio.get_running_loop().time()
        known = len(self._follower.state.accounts)
        if self._is_due("credentials", _CREDENTIALS) or known != self._accounts:
            self._accounts = known
            await self.means.connections.load()

    @property
    def _database(self) -> bool:
        """Whether the database was there a moment ago."""
        return asyncio.get_running_loop().time() - self._reached_at < _REACHED

    async def _adopt(self) -> None:
        self._stage = Stage.HANDING_OVER
        self._follower.acted_on = True
        try:
            await acting.adopt(self.means, self.token)
        except (StorageUnavailable, LeaseHeld) as error:
            log.info("guardian_hands_over_later", reason=str(error))
        else:
            log.info("guardian_handed_over")
            self._stage = Stage.WATCHING

    async def _mind_feed(self) -> None:
        """Have prices of its own for as long as the desk brings none."""
        quiet = self._watch.silent > _QUIET
        if quiet and self._feed is None and self._is_due("feed", _AGAIN):
            self._feed = PaperFeed(read_config(self._folder.venue), self.means.clock, self.means.entropy)
            try:
                await self._feed.connect(self)
            except BrokerError as error:
                log.warning("guardian_without_prices", reason=str(error))
                await self._feed.close()
                self._feed = None
        elif not quiet and self._feed is not None:
            await self._feed.close()
            self._feed = None

    # --- acting -----------------------------------------------------------------------------------

    async def _act(self, trigger: Trigger) -> None:
        self._stage = Stage.ACTING
        self._last = Action(self.means.clock.now(), str(trigger.cause), trigger.reason, tuple(trigger.accounts))
        self._say(at_once=True)
        try:
            flat = await self._flatten(trigger)
        except LeaseHeld as error:
            # A standby leads: it watches over these accounts now, and sends a guardian of its own.
            self._failed(str(error))
            self._watch = Watch(self._charge.after, self._charge.data_age)
        except (acting.Interrupted, BidwellError, OSError) as error:
            self._failed(str(error))
        else:
            if flat:
                self._last = replace(self._last, flat_at=self.means.clock.now())
                log.info("guardian_is_done", seconds=(self.means.clock.now() - self._last.at).total_seconds())
        self._stage = Stage.HANDING_OVER if local.pending(self.means.place) else Stage.WATCHING
        self._say(at_once=True)

    async def _flatten(self, trigger: Trigger) -> bool:
        if self._database and not local.pending(self.means.place):
            try:
                return await self._by_journal(trigger)
            except StorageUnavailable as error:
                log.warning("guardian_without_database", reason=str(error))
        if self._last is not None:
            self._last = replace(self._last, locally=True)
        self._follower.acted_on = True
        return await acting.without_database(self.means, trigger, self._follower.state)

    async def _by_journal(self, trigger: Trigger) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE), self._reading:
                await self._follower.catch_up()
        except TimeoutError as error:
            raise StorageUnavailable("the database does not answer") from error
        self._follower.acted_on = True
        return await acting.with_journal(self.means, trigger, self._follower.state, self.token)

    def _failed(self, reason: str) -> None:
        log.error("guardian_failed", reason=reason)
        if self._last is not None:
            self._last = replace(self._last, failure=reason)

    # --- what it says -----------------------------------------------------------------------------

    def _say(self, *, at_once: bool = False) -> None:
        if not at_once and not self._is_due("say", _SAY):
            return
        watch, seen = self._watch, self._sight
        said = Record(
            os.getpid(), self.means.clock.now(), self._stage, self._charge.after, self._charge.data_age,
            round(watch.worry, 2), round(watch.mute, 2), watch.reason, tuple(seen.exposed), tuple(seen.breached),
            self._follower.state.sequence, len(local.pending(self.means.place)), self._last,
        )  # fmt: skip
        try:
            record.write(self.means.place, said)
        except OSError as error:
            log.warning("guardian_cannot_say", reason=str(error))


async def _hear(guardian: Guardian, reader: asyncio.StreamReader) -> None:
    while text := await reader.readline():
        try:
            guardian.hear(read_pulse(text))
        except msgspec.DecodeError as error:
            log.warning("pulse_unreadable", reason=str(error))
    guardian.alone = True


async def _main(path: Path) -> int:
    configure(as_json=True)
    folder = DataFolder(path)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    charge = read_charge(await reader.readline())
    place = folder.path / record.FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    if record.take(place) is None:
        log.error("guardian_is_there", folder=str(place))
        return 1
    local.set_room_aside(place)
    guardian = Guardian(folder, charge)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, guardian.stop.set)
    beside = [asyncio.create_task(_hear(guardian, reader)), asyncio.create_task(guardian.follow())]
    try:
        await guardian.run()
    finally:
        for task in beside:
            task.cancel()
        await guardian.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(Path(sys.argv[1]))))
