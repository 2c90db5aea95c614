"""Something that was asked of a Gateway, until it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bidwell.brokers.ibkr import wire
from bidwell.brokers.ibkr.errors import judge
from bidwell.brokers.transport import Kind, Throttled
from bidwell.brokers.transport.caller import Denied
from bidwell.model.errors import BrokerError, ProtocolError, Unavailable

MOST_ROWS = 100_000
"""No answer has more rows."""


def unheard(_row: wire.Message) -> None:
    """Nobody waits for single rows."""


@dataclass
class Asked:
    """What was asked under a number, or as a list, and has come of it: no more than `most` rows, each `heard` by whoever asked."""

    most: int = MOST_ROWS
    heard: Callable[[wire.Message], None] = unheard
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    rows: list[wire.Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Whoever asked may have given up before the answer: nobody misses it then.
        self.done.add_done_callback(lambda done: done.cancelled() or done.exception())

    def take(self, row: wire.Message) -> None:
        """Another row has come."""
        if len(self.rows) >= self.most:
            self.fail(ProtocolError(f"the Gateway's answer has more than {self.most} rows"))
        else:
            self.rows.append(row)
            self.heard(row)

    def finish(self) -> None:
        """All has come."""
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, problem: BrokerError) -> None:
        """Nothing more will."""
        if not self.done.done():
            self.done.set_exception(problem)


def error_of(problem: wire.Problem) -> BrokerError:
    """The error for a question that the Gateway did not answer."""
    verdict = judge(problem.code, problem.text)
    if verdict.kind is Kind.THROTTLED:
        return Throttled(verdict.message, verdict.pause or 1.0)
    if verdict.kind is Kind.DOWN:
        return Unavailable(verdict.message)
    return ProtocolError(verdict.message) if verdict.kind is Kind.UNKNOWN else Denied(verdict)


def sentence_of(problem: wire.Problem) -> str:
    """What a person is told."""
    return judge(problem.code, problem.text).sentence
