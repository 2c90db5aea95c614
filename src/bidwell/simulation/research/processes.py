"""Worker processes on this machine for strategies that run in Python: one interpreter each, fed through pipes.

They are programs of their own rather than copies of this process, so that a script needs no guard around its main
part, threads of this process do no harm, and a worker can be ended at any moment.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import lru_cache
from types import ModuleType, TracebackType
from typing import IO, Any, Self

import cloudpickle
import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.batch import Recipe
from bidwell.simulation.backtest.loop import written
from bidwell.simulation.research.trials import Job

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
_SIZE = struct.Struct("<Q")
_LOOK = 0.2


def packed(job: Job, plan: Recipe | None = None) -> bytes:
    """A job, and its recipe, with the strategy's class by value, so that it can be made where its file is not."""
    own = {sys.modules[each.__module__] for each in written(job.owner) if each.__module__ in sys.modules}
    by_value = [module for module in own if not _installed(module)]
    for module in by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        return bytes(cloudpickle.dumps((job, plan)))
    except Exception as error:
        raise InvalidInput("sweep.workers", f"{job.owner.__name__} cannot be sent to another process: {error}",
                           hint="keep what cannot be copied out of the strategy's file, or use workers=1") from error  # fmt: skip
    finally:
        for module in by_value:
            cloudpickle.unregister_pickle_by_value(module)


def _installed(module: ModuleType) -> bool:
    return module.__name__ == "__main__" or module.__name__.partition(".")[0] in {"bidwell", *sys.stdlib_module_names}


def send(pipe: IO[bytes], content: bytes) -> None:
    """Write one message: its length, and itself."""
    pipe.write(_SIZE.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Read one message; None at the end."""
    head = pipe.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    (size,) = _SIZE.unpack(head)
    content = pipe.read(size)
    return content if len(content) == size else None


class Processes:
    """So many workers, which end with the `with` block; raises InvalidInput when one of them dies."""

    def __init__(self, job: Job, count: int) -> None:
        self.job = job
        self.count = count
        self._content = packed(job)
        self._free: list[subprocess.Popen[bytes]] = []
        self._all: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._closed = False
        self._threads = ThreadPoolExecutor(count)

    def run(self, combinations: Sequence[Values]) -> Iterator[list[tuple[int, Floats, str]]]:
        """Run every combination; yields those that are done, and now and then nothing, so that a caller may stop."""
        share = max(min(len(combinations) // (8 * self.count), 64), 1)
        waiting = {
            self._threads.submit(self._ask, start, combinations[start : start + share])
            for start in range(0, len(combinations), share)
        }
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_LOOK, return_when=FIRST_COMPLETED)
                yield [each for future in done for each in future.result()]
        finally:
            _forget(waiting)

    def _ask(self, start: int, part: Sequence[Values]) -> list[tuple[int, Floats, str]]:
        worker = self._worker()
        if worker.stdin is None or worker.stdout is None:
            raise InvalidInput("sweep.worker", "a worker process has no pipes")
        try:
            send(worker.stdin, pickle.dumps(list(part)))
            content = receive(worker.stdout)
        except OSError:
            content = None
        if content is None:
            status = worker.wait()
            why = "was killed, perhaps for want of memory" if status < 0 else f"ended with status {status}"
            raise InvalidInput("sweep.worker", f"a worker process {why}", hint="use fewer workers, or workers=1")
        rows, errors = pickle.loads(content)  # noqa: S301 - from a child of this process
        with self._lock:
            self._free.append(worker)
        return [(start + place, row, error) for place, (row, error) in enumerate(zip(rows, errors, strict=True))]

    def _worker(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._free:
                return self._free.pop()
        command = [sys.executable, "-m", "bidwell.simulation.research.worker"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
        # In a session of its own, so that Ctrl-C is answered here alone; a worker ends when its input does.
        worker = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        with self._lock:
            self._all.append(worker)
            if self._closed:
                worker.kill()
        if worker.stdin is not None:
            send(worker.stdin, self._content)
        return worker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            worker.wait()


def _forget(futures: set[Future[Any]]) -> None:
    for future in futures:
        future.cancel()


def answer(job: Job, content: bytes) -> bytes:
    """What a worker answers to a message: rows and errors."""
    found = [job.run(values) for values in pickle.loads(content)]  # noqa: S301 - from the parent process
    return pickle.dumps(([row for row, _ in found], [error for _, error in found]))


@lru_cache(maxsize=2)
def unpacked(content: bytes) -> tuple[Job, Recipe | None]:
    """What `packed` packed."""
    found: tuple[Job, Recipe | None] = cloudpickle.loads(content)
    return found
