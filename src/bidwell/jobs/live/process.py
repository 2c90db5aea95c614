"""The strategy's process as the desk sees it: one question at a time, answered in time or ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bidwell.jobs.backtests.worker import environment
from bidwell.jobs.live.messages import Answer, Begin, Decided, Failed, Filled, History, Moment, Quoted, Ready

STARTING = 60.0
GRACE = 10.0
LONGEST_LINE = 8 << 20
MOST_OUTPUT = 20_000
_DECODER: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class StrategyProcess:
    """A process that holds one strategy; whoever asks has to wait for the answer before asking again."""

    def __init__(self, command: Sequence[str], begin: Begin, folder: Path) -> None:
        self._command = command
        self._begin = begin
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._printing: asyncio.Task[None] | None = None
        self._output = bytearray()
        self._patience = begin.first

    async def start(self) -> Ready | Failed:
        """Start it and load the strategy."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=environment(), cwd=self._folder, start_new_session=True,
            limit=LONGEST_LINE,
        )  # fmt: skip
        self._printing = asyncio.create_task(self._gather(self._process))
        answer = await self._ask(self._begin, STARTING)
        return answer if isinstance(answer, Ready | Failed) else _nonsense()

    async def history(self, told: History) -> None:
        """Tell it bars that were before."""
        await self._send(told)

    async def call(self, told: Moment | Filled | Quoted) -> Decided | Failed:
        """Have the strategy called; one that does not answer in time is ended."""
        seconds, self._patience = self._patience, self._begin.seconds
        answer = await self._ask(told, seconds + GRACE)
        return answer if isinstance(answer, Decided | Failed) else _nonsense()

    def printed(self) -> list[str]:
        """Whole lines that the strategy printed since this was asked last."""
        whole, newline, rest = bytes(self._output).rpartition(b"\n")
        if not newline:
            return []
        self._output[:] = rest
        return whole.decode("utf-8", "replace").splitlines()

    async def end(self) -> None:
        """End it with whatever it started."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        if self._printing is not None:
            await asyncio.gather(self._printing, return_exceptions=True)

    async def _send(self, told: Begin | History | Moment | Filled | Quoted) -> None:
        if self._process is None or self._process.stdin is None:
            return
        # A process that is gone is noticed by its missing answer.
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._process.stdin.write(msgspec.json.encode(told) + b"\n")
            await self._process.stdin.drain()

    async def _ask(self, told: Begin | Moment | Filled | Quoted, seconds: float) -> Answer:
        await self._send(told)
        process = self._process
        if process is None or process.stdout is None:
            return Failed("strategy.process", "the strategy's process was not started")
        try:
            async with asyncio.timeout(seconds):
                line = await process.stdout.readline()
        except TimeoutError:
            await self.end()
            return Failed("strategy.hung", f"the strategy's process did not answer within {seconds:g} s and was ended")
        except ValueError:
            await self.end()
            return Failed("strategy.process", "the strategy's process said more in one line than it may")
        if not line:
            return Failed("strategy.process", f"the strategy's process ended {await _how(process)}",
                          "what it printed is in the log; a killed one mostly means that the machine ran out of memory")  # fmt: skip
        try:
            return _DECODER.decode(line)
        except msgspec.MsgspecError:
            await self.end()
            return _nonsense()

    async def _gather(self, process: asyncio.subprocess.Process) -> None:
        """Read what the strategy prints, so that it never waits for us, and keep the newest part."""
        if process.stderr is None:
            return
        while piece := await process.stderr.read(65_536):
            self._output += piece
            del self._output[: max(len(self._output) - MOST_OUTPUT, 0)]


async def _how(process: asyncio.subprocess.Process) -> str:
    status = await process.wait()
    return f"by the signal {signal.Signals(-status).name}" if status < 0 else f"with the status {status}"


def _nonsense() -> Failed:
    return Failed("strategy.process", "the strategy's process said what cannot be read")
