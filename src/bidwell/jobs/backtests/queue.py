"""The queue of runs: a few at a time, each in a worker process, every ending kept."""

from __future__ import annotations

import asyncio
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bidwell.engine.ports import Clock, Entropy
from bidwell.jobs.backtests.request import Order, RunRequest, Said
from bidwell.jobs.backtests.worker import Ending, Worker
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import time_ordered_id
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.research.backtest_runs import INTERRUPTED, BacktestRun, BacktestRuns, Status

MOST_WAITING = 100
TELL_EVERY = 0.25
UNFINISHED = ".unfinished"
_AGAIN = 1.0
_ENDINGS = {"backtest.canceled": Status.CANCELED, "backtest.interrupted": Status.INTERRUPTED}
log = structlog.get_logger("bidwell.backtests")


@dataclass(slots=True)
class Live:
    """A run that has not ended, with its progress; `total` is 0 until the worker said how far it is."""

    workspace: str
    run: BacktestRun
    request: RunRequest
    done: int = 0
    total: int = 0
    told: float = 0.0
    worker: Worker | None = None
    canceled: bool = False
    waiting: asyncio.TimerHandle | None = field(default=None, repr=False)


# The workspace, the run, and how many of how many steps are done (of 0 while nobody knows).
Listener = Callable[[str, BacktestRun, int, int], None]


class BacktestQueue:
    """Runs at most `workers` runs at a time; `command` starts a worker, `root` is where finished runs are kept."""

    def __init__(self, runs: BacktestRuns, root: Path, catalog: Path, command: Sequence[str], clock: Clock,
                 entropy: Entropy, workers: int = 1) -> None:  # fmt: skip
        self._runs = runs
        self._root = root
        self._catalog = catalog
        self._command = command
        self._clock = clock
        self._entropy = entropy
        self._workers = workers
        self._live: dict[str, Live] = {}
        self._queue: deque[Live] = deque()
        self._wake = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[Listener] = []
        self._closing = False

    async def start(self, workspaces: Iterable[str]) -> None:
        """Mark what an earlier desk left unfinished, clear its half-made folders, and begin to work."""
        for workspace in workspaces:
            for run in await self._runs.interrupt(workspace, self._clock.now()):
                log.warning("backtest.interrupted", workspace=workspace, run=run)
        for folder in self._root.glob(f"*/*{UNFINISHED}"):
            shutil.rmtree(folder, ignore_errors=True)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]

    async def close(self) -> None:
        """End every worker; what had not ended here is marked as interrupted, and nothing of another desk's."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for live in self._live.values():
            if live.worker is not None:
                live.worker.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for live in list(self._live.values()):
            live.run = replace(live.run, status=Status.INTERRUPTED, code="backtest.interrupted", reason=INTERRUPTED,
                               finished_at=self._clock.now())  # fmt: skip
            try:
                await self._runs.change(live.workspace, live.run)
            except StorageUnavailable as error:
                # The next desk to start finds the run open, and marks it itself.
                log.warning("backtest.not_marked", run=live.run.id, reason=str(error))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every change of a run, its progress a few times a second; returns how to stop hearing."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def current(self, workspace: str, run: str) -> tuple[BacktestRun, int, int] | None:
        """A run that has not ended, with its progress."""
        live = self._of(workspace, run)
        return None if live is None else (live.run, live.done, live.total)

    async def submit(self, workspace: str, asked: dict[str, Any], source: str, actor: str) -> BacktestRun:
        """Keep a run and queue it; `asked` are the fields of `RunRequest` without the source.

        Raises InvalidInput when too many are waiting.
        """
        request = msgspec.convert({**asked, "source": source}, RunRequest)
        if sum(live.workspace == workspace for live in self._live.values()) >= MOST_WAITING:
            raise InvalidInput("backtest.queue_full", f"{MOST_WAITING} runs are waiting already",
                               hint="wait for some of them, or cancel some")  # fmt: skip
        now = self._clock.now()
        name = time_ordered_id("run", int(now.timestamp() * 1000), self._entropy.bits(35)).lower()
        run = BacktestRun(name, request.kind, request.strategy, Status.QUEUED, asked, now, actor)
        await self._runs.add(workspace, run)
        live = self._live[name] = Live(workspace, run, request)
        self._queue.append(live)
        self._tell(live)
        async with self._wake:
            self._wake.notify()
        return run

    async def cancel(self, workspace: str, run: str) -> bool:
        """Stop a run, queued or running; False where it has ended."""
        live = self._of(workspace, run)
        if live is None:
            return False
        live.canceled = True
        if live in self._queue:
            self._queue.remove(live)
            await self._end(live, Ending(Said(code="backtest.canceled", reason="canceled before it began"), ""))
        elif live.worker is not None:
            await live.worker.cancel()
        return True

    async def remove(self, workspace: str, run: str) -> None:
        """Delete an ended run with its files."""
        await self._runs.remove(workspace, run)
        await asyncio.to_thread(shutil.rmtree, self._root / workspace / run, ignore_errors=True)

    def _of(self, workspace: str, run: str) -> Live | None:
        found = self._live.get(run)
        return found if found is not None and found.workspace == workspace else None

    # --- work ------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            async with self._wake:
                await self._wake.wait_for(lambda: bool(self._queue))
                live = self._queue.popleft()
            try:
                ending = await self._run(live)
            except Exception as error:
                log.exception("backtest.not_started", run=live.run.id)
                ending = Ending(Said(code="backtest.crashed", reason=f"the worker could not be started: {error}"), "")
            await self._end(live, ending)

    async def _run(self, live: Live) -> Ending:
        final = self._root / live.workspace / live.run.id
        folder = final.with_name(final.name + UNFINISHED)
        await asyncio.to_thread(_prepare, folder, live.request)
        order = Order(live.request, str(folder), str(self._catalog))
        live.worker = Worker(self._command, order, lambda done, total: self._progress(live, done, total))
        live.run = replace(live.run, status=Status.RUNNING, started_at=self._clock.now())
        if live.canceled:
            return Ending(Said(code="backtest.canceled", reason="canceled before it began"), "")
        await self._keep(live)
        self._tell(live)
        try:
            ending = await live.worker.run()
            if ending.said.summary is not None:
                await asyncio.to_thread(folder.replace, final)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return ending

    async def _end(self, live: Live, ending: Ending) -> None:
        said = ending.said
        status = Status.DONE if said.summary is not None else _ENDINGS.get(said.code, Status.FAILED)
        reason = said.reason if said.hint is None else f"{said.reason}\n{said.hint}"
        live.run = replace(live.run, status=status, code=said.code, reason=reason, line=said.line,
                           summary=said.summary or {}, output=ending.output, finished_at=self._clock.now())  # fmt: skip
        if live.waiting is not None:
            live.waiting.cancel()
            live.waiting = None
        await self._keep(live)
        self._live.pop(live.run.id, None)
        self._tell(live)

    async def _keep(self, live: Live) -> None:
        """Keep how a run stands; while the database is away that waits, as everything does."""
        while True:
            try:
                await self._runs.change(live.workspace, live.run)
            except StorageUnavailable:
                await asyncio.sleep(_AGAIN)
            else:
                return

    # --- telling ---------------------------------------------------------------------------------

    def _progress(self, live: Live, done: int, total: int) -> None:
        live.done, live.total = done, total
        loop = asyncio.get_running_loop()
        if live.waiting is None:
            live.waiting = loop.call_at(max(live.told + TELL_EVERY, loop.time()), self._tell, live)

    def _tell(self, live: Live) -> None:
        live.waiting = None
        live.told = asyncio.get_running_loop().time()
        for listener in list(self._listeners):
            listener(live.workspace, live.run, live.done, live.total)


def _prepare(folder: Path, request: RunRequest) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    (folder / "strategy.py").write_text(request.source, encoding="utf-8")
