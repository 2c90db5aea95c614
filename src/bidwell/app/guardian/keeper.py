"""The desk's side of its guardian: it starts the process, tells it how things are, and starts it again when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from bidwell.app.guardian import pulse, record
from bidwell.app.guardian.pulse import Charge, Pulse
from bidwell.app.guardian.seeing import wanted_quotes

if TYPE_CHECKING:
    from bidwell.app.claim import DataFolder
    from bidwell.app.leadership import Leadership
    from bidwell.engine.desk import Desk
    from bidwell.model.ids import InstrumentId
    from bidwell.model.market import Quote

# The desk's own start comes first: on two cores the guardian would take half of it.
_FIRST = 1.0
_AGAIN = 2.0
_HUNG = 60.0
_HANDING_OVER = 15.0
# With many accounts it takes a while to know what is held, and an order should not wait for it.
_WANTED_FOR = 2.0
log = structlog.get_logger("bidwell")


def stop(folder: DataFolder) -> bool:
    """End the guardian of this folder, which hands over what it is about; True when there was one."""
    pid = record.running(folder.path)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _HANDING_OVER
    while record.running(folder.path) == pid:
        if time.monotonic() > deadline:
            log.error("guardian_does_not_end", process=pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            deadline += _HANDING_OVER
        time.sleep(0.02)
    return True


class Keeper:
    """Keeps one guardian beside a desk that leads."""

    def __init__(self, folder: DataFolder, charge: Charge, desk: Desk, leadership: Leadership) -> None:
        self._folder = folder
        self._charge = charge
        self._desk = desk
        self._leadership = leadership
        self._pipe: asyncio.WriteTransport | None = None
        self._told: dict[InstrumentId, Quote] = {}
        self._wanted: set[InstrumentId] = set()
        self._wanted_again = 0.0
        self._ended = False

    async def run(self) -> None:
        """Keep a guardian running and informed, until cancelled."""
        await asyncio.sleep(_FIRST)
        while not self._ended:
            try:
                process = self._start()
                await self._inform(process)
            except OSError as error:
                # A full disk or a lack of processes passes, and a desk without a guardian is told on the screen.
                log.warning("guardian_not_started", reason=str(error))
            else:
                if not self._ended:
                    log.warning("restarted", what="the guardian was gone", status=process.returncode)
            finally:
                if self._pipe is not None:
                    self._pipe.close()
                    self._pipe = None
            await asyncio.sleep(_AGAIN)

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._folder.logs / "guardian.log").open("ab") as said:
            command = [sys.executable, "-m", "bidwell.app.guardian.process", str(self._folder.path)]
            return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True)

    async def _inform(self, process: subprocess.Popen[bytes]) -> None:
        self._told = {}
        loop = asyncio.get_running_loop()
        self._pipe, _ = await loop.connect_write_pipe(asyncio.Protocol, process.stdin)
        self._pipe.write(pulse.line(self._charge))
        read_at = loop.time()
        while process.poll() is None and not self._pipe.is_closing():
            # A guardian that does not read is no reason to keep pulses for it, and after a while none to keep it.
            if not self._pipe.get_write_buffer_size():
                self._pipe.write(pulse.line(self._pulse()))
                read_at = loop.time()
            elif loop.time() - read_at > _HUNG:
                log.error("guardian_hangs", process=process.pid)
                process.kill()
            await asyncio.sleep(pulse.EVERY)
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, _AGAIN)

    def _pulse(self) -> Pulse:
        desk, market = self._desk, self._desk.market
        changed = []
        moment = asyncio.get_running_loop().time()
        if moment >= self._wanted_again:
            self._wanted, self._wanted_again = wanted_quotes(desk.state), moment + _WANTED_FOR
        for name in self._wanted:
            quote = market.quotes.get(name)
            if quote is not None and self._told.get(name) is not quote:
                self._told[name] = quote
                changed.append(quote)
        reason = desk.recovering or ("" if self._leadership.leads() else self._leadership.detail()[1])
        return Pulse(self._leadership.token, desk.state.sequence, not reason, reason, market.last_received_at,
                     market.market_time, tuple(changed))  # fmt: skip

    async def farewell(self) -> None:
        """The desk ends in good order: nobody is to act in its place. One that was fenced off says nothing."""
        self._ended = True
        if self._pipe is not None and self._leadership.lost is None:
            self._pipe.write(
                pulse.line(Pulse(self._leadership.token, self._desk.state.sequence, able=True, leaving=True))
            )
            self._pipe.close()
