"""How the benchmarks measure: in turns, by the median; whole commands; peak memory of a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROUNDS = 7


_CLOCK = [time.perf_counter]


def use_processor_time() -> None:
    """Let `timed` count this thread's processor time: what others do on the machine then matters less."""
    _CLOCK[0] = time.thread_time


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work on one core takes."""
    clock = _CLOCK[0]
    began = clock()
    work()
    return clock() - began


def waited(work: Callable[[], object]) -> float:
    """Seconds until a piece of work on any number of cores is done."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(runs: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each, measured in turns after a first round that does not count."""
    for each in runs.values():
        each()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, each in runs.items():
            seconds[name].append(each())
    return {name: statistics.median(found) for name, found in seconds.items()}


def seconds_of(command: list[str], environment: Mapping[str, str]) -> float:
    """Seconds of a whole command."""
    return waited(lambda: subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment}))


def peak_memory(code: str, folder: Path) -> float:
    """Peak resident memory, in MB, of a new process that runs this code; on Linux."""
    # What getrusage tells begins with the memory of the process that started this one.
    tail = "\nprint(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])"
    done = subprocess.run([sys.executable, "-c", code + tail], check=True, capture_output=True, text=True, cwd=folder)
    return int(done.stdout.split()[-1]) / 1024
