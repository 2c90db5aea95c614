"""One worker process from start to end: told what to run, heard, bounded in time, ended with all its children."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bidwell.jobs.backtests.request import CANCEL, Order, Said

Progress = Callable[[int, int], None]
STARTING = 30.0
GRACE = 1.0
LONGEST_LINE = 1 << 20
MOST_OUTPUT = 20_000
_INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "BIDWELL_CACHE",
    "PYTHONPYCACHEPREFIX",
    # Where an interpreter that was put together elsewhere finds its own library.
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker ended: its last word, and what the strategy printed."""

    said: Said
    output: str


def environment(inherited: dict[str, str] | None = None) -> dict[str, str]:
    """The few variables that a worker gets: none of them is a secret of the desk's."""
    present = dict(os.environ) if inherited is None else inherited
    found = {name: present[name] for name in _INHERITED if name in present}
    return {
        **found,
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "POLARS_MAX_THREADS": "2",
    }


class Worker:
    """A worker process; `cancel` asks it to stop and ends it when it does not."""

    def __init__(self, command: Sequence[str], order: Order, progress: Progress, starting: float = STARTING) -> None:
        self._command = command
        self._starting = starting
        self._order = order
        self._progress = progress
        self._process: asyncio.subprocess.Process | None = None
        self._canceled = False
        self._last: Said | None = None
        self._output = bytearray()

    async def run(self) -> Ending:
        """Run to the end, which is within the time limit and some seconds for starting and stopping."""
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=environment(), cwd=Path(self._order.folder), start_new_session=True,
            limit=LONGEST_LINE,
        )  # fmt: skip
        self._process = process
        if self._canceled:
            self._kill()
        overdue = False
        try:
            async with asyncio.timeout(self._order.request.time_limit + self._starting):
                await asyncio.gather(self._tell(process), self._listen(process), self._gather(process))
                await process.wait()
        except TimeoutError:
            overdue = True
        finally:
            self._kill()
            await process.wait()
        return Ending(self._judge(process.returncode or 0, overdue=overdue), self._output.decode("utf-8", "replace"))

    async def cancel(self) -> None:
        """Ask the worker to stop between two bars; one that does not is ended after some seconds."""
        self._canceled = True
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(ConnectionError, RuntimeError):
            process.stdin.write(CANCEL)
        try:
            async with asyncio.timeout(GRACE):
                await process.wait()
        except TimeoutError:
            self._kill()

    def end(self) -> None:
        """End the worker now."""
        self._canceled = True
        self._kill()

    # --- its pipes ---------------------------------------------------------------------------------

    async def _tell(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                process.stdin.write(msgspec.json.encode(self._order) + b"\n")
                await process.stdin.drain()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                self._last = Said(code="backtest.crashed", reason="the worker said more in one line than it may")
                self._kill()
                return
            if not line:
                return
            try:
                said = msgspec.json.decode(line, type=Said)
            except msgspec.DecodeError:
                self._last = Said(code="backtest.crashed", reason="the worker said what cannot be read")
                self._kill()
                return
            if said.total:
                self._progress(said.done, said.total)
            else:
                self._last = said

    async def _gather(self, process: asyncio.subprocess.Process) -> None:
        """Keep the first part of what the strategy prints, and read on so that it never waits for us."""
        if process.stderr is None:
            return
        while piece := await process.stderr.read(65_536):
            room = MOST_OUTPUT - len(self._output)
            self._output += piece[:room]

    # --- its end -----------------------------------------------------------------------------------

    def _kill(self) -> None:
        """End the process and whatever it started; its group is its own."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _judge(self, status: int, *, overdue: bool) -> Said:
        if self._last is not None and (self._last.code or self._last.summary is not None):
            return self._last
        if self._canceled:
            return Said(code="backtest.canceled", reason="canceled")
        if overdue:
            limit = self._order.request.time_limit
            return Said(code="backtest.time_limit", reason=f"the run took longer than its limit of {limit:g} s",
                        hint="raise the time limit, or use fewer bars")  # fmt: skip
        how = f"by the signal {signal.Signals(-status).name}" if status < 0 else f"with the status {status}"
        return Said(code="backtest.crashed", reason=f"the worker process ended {how} before the run was done",
                    hint="what it printed is below; a killed worker mostly means that the machine ran out of memory")  # fmt: skip
