"""Reading sources in a process beside the desk: parsing holds the interpreter, and a desk has orders to send."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from bidwell.jobs.backtests.worker import environment
from bidwell.model.errors import InvalidInput
from bidwell.strategy.validation.finding import Validation

PATIENCE = 15.0
KEPT = 64
_LONGEST_ANSWER = 1 << 24


class SourceReader:
    """Asks one process what sources hold, one after the other; it is started when first needed, and anew when it died."""

    def __init__(self, command: Sequence[str], patience: float = PATIENCE) -> None:
        self._command = command
        self._patience = patience
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._known: OrderedDict[bytes, Validation] = OrderedDict()

    async def validate(self, source: str) -> Validation:
        """What a source holds and what is wrong with it; raises InvalidInput for one that cannot be read in time."""
        key = hashlib.sha256(source.encode()).digest()
        async with self._turn:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            try:
                async with asyncio.timeout(self._patience):
                    found = await self._ask(source)
            except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
                await self._end()
                raise InvalidInput("strategy.unreadable", "this source cannot be read", field="source",
                                   hint="make it shorter or plainer") from error  # fmt: skip
            except asyncio.CancelledError:
                # Its answer would be taken for that to the next question.
                await self._end()
                raise
            self._known[key] = found
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            return found

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ask(self, source: str) -> Validation:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, env=environment(), limit=_LONGEST_ANSWER,
            )  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise ConnectionError("the reader has no pipes")
        process.stdin.write(msgspec.json.encode(source) + b"\n")
        await process.stdin.drain()
        return msgspec.json.decode(await process.stdout.readuntil(b"\n"), type=Validation)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
