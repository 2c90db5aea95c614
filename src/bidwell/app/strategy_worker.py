"""The process of a strategy that runs on the desk: told on stdin, answering on what was stdout, a line each.

What the strategy prints goes to the run's log with its errors. A call that takes too long is ended with the
strategy's own line; the process ends when the desk closes stdin, whatever ended the desk.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from bidwell.app.strategies import bounded_memory, strategy_in
from bidwell.jobs.live.messages import Answer, Begin, Decided, Failed, Filled, History, Moment, Quoted, Ready, Told
from bidwell.jobs.live.player import Player
from bidwell.model.errors import BidwellError, InvalidInput
from bidwell.simulation.backtest.loop import files_of
from bidwell.simulation.backtest.watching import TimeIsUp, blamed, place_of
from bidwell.strategy.strategy import Strategy

_NICE = 5
_LINE = re.compile(r":(\d+): ")


class Desk:
    """The pipe to the desk."""

    def __init__(self) -> None:
        self._says = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self._decoder = msgspec.json.Decoder(Told)

    def hear(self) -> Told | None:
        """The next message, None when the desk is gone."""
        line = sys.stdin.buffer.readline()
        return self._decoder.decode(line) if line else None

    def say(self, answer: Answer) -> None:
        """Answer."""
        self._says.write(msgspec.json.encode(answer) + b"\n")


def main() -> None:
    """Load the strategy that the first message names, and call it for each of the others."""
    desk = Desk()
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    begin = desk.hear()
    if not isinstance(begin, Begin):
        return
    with bounded_memory(begin.memory):
        player = _load(desk, begin)
        if player is not None:
            _serve(desk, player, begin)
    sys.stdout.flush()
    # Threads and exit handlers of the strategy's own are not waited for.
    os._exit(0)


def _load(desk: Desk, begin: Begin) -> Player | None:
    made: list[Strategy] = []

    def load() -> Ready:
        found = strategy_in(Path(begin.file), begin.class_name)
        for name in begin.parameters:
            if name not in found.parameters:
                raise InvalidInput("strategy.parameter_unknown", f"{found.__name__} has no parameter {name}", field=name,
                                   hint=f"it has {', '.join(found.parameters) or 'none'}")  # fmt: skip
        strategy = found(**{name: found.parameters[name].read(text) for name, text in begin.parameters.items()})
        made.append(strategy)
        values = {name: getattr(strategy, name) for name in found.parameters}
        return Ready(found.__name__, values, found.on_quote is not Strategy.on_quote)

    answer = _guarded(load, {begin.file}, begin.seconds, "loading the file")
    desk.say(answer)
    return Player(made[0], begin.symbols, begin.number, begin.state) if isinstance(answer, Ready) else None


def _serve(desk: Desk, player: Player, begin: Begin) -> None:
    seconds = begin.first
    owner = type(player.strategy)
    files = files_of(owner)
    calls: dict[type, tuple[Callable[[Any], Decided], str]] = {
        Moment: (player.moment, "on_bar"), Filled: (player.filled, "on_fill"), Quoted: (player.quoted, "on_quote"),
    }  # fmt: skip
    while (told := desk.hear()) is not None:
        if isinstance(told, History):
            player.history(told.symbol, told.rows)
            continue
        call, name = calls[type(told)]
        answer = _guarded(partial(call, told), files, seconds, f"{owner.__name__}.{name}")
        desk.say(answer)
        seconds = begin.seconds
        if isinstance(answer, Failed):
            return


def _guarded(call: Callable[[], Answer], files: set[str], seconds: float, doing: str) -> Answer:
    """The call's answer, or what went wrong with the strategy's own line."""
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return call()
    except TimeIsUp as error:
        where = place_of(error, files)
        text = f"{doing} took longer than {seconds:g} s" + (f" at {where}" if where else "")
        return Failed("strategy.time_limit", text, "a call is to be over long before the next bar", _line(where))
    except MemoryError as error:
        where = place_of(error, files)
        return Failed(
            "strategy.memory", f"{doing} ran out of memory" + (f" at {where}" if where else ""), None, _line(where)
        )
    except Exception as error:  # noqa: BLE001 - whatever a strategy raises is its own failure
        return _failed(error, files, doing)
    except (SystemExit, KeyboardInterrupt) as error:
        return Failed("strategy.raised", f"{doing} ended the process: {type(error).__name__}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _failed(error: Exception, files: set[str], doing: str) -> Failed:
    place = _line(place_of(error, files))
    try:
        found: BidwellError = (
            error if isinstance(error, InvalidInput) and place is None else blamed(error, files, doing)
        )
    except BidwellError as other:
        found = other
    hint = found.hint if isinstance(found, InvalidInput) else None
    return Failed(found.code, str(found), hint, place or _line(str(found)))


def _line(text: str) -> int | None:
    found = _LINE.search(text)
    return int(found.group(1)) if found else None


def _time_is_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeIsUp


if __name__ == "__main__":
    main()
