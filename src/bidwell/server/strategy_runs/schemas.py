"""Strategies at work."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from bidwell.server.fields import Body, Flag, Identifier, Instant, Name, View, Whole
from bidwell.server.strategy_files.schemas import Scalar, Source


class NewStrategyRun(Body):
    """A strategy to be put to work: a file's text, or a stored file and its version (the newest unless given)."""

    name: Name | None = None
    source: Source | None = None
    strategy: Identifier | None = Field(default=None, description="id of a strategy file")
    version: Annotated[Whole, Field(ge=1)] | None = None
    class_name: Annotated[str, StringConstraints(max_length=80)] | None = None
    instruments: Annotated[list[Identifier], Field(min_length=1, max_length=50, examples=[["AAPL.XNAS"]])]
    timeframe: Annotated[str, StringConstraints(max_length=10)] = Field(default="1m", examples=["5m"])
    group: Identifier | None = None
    account: Identifier | None = None
    parameters: Annotated[
        dict[str, Annotated[str, StringConstraints(max_length=200)]], Field(max_length=50, examples=[{"fast": "10"}])
    ] = Field(default_factory=dict)
    history: Annotated[Whole, Field(ge=1, le=20_000)] = Field(default=500, description="bars to begin with")


class StopBody(Body):
    """How to stop: with `flatten` its working orders are canceled and what it holds is closed."""

    flatten: Flag = False


class StrategyRunView(View):
    """A strategy at work; its orders are those of the desk's strategy of the same id."""

    id: str
    name: str
    class_name: str
    hash: str = Field(description="SHA-256 of the file's text")
    instruments: list[str]
    timeframe_seconds: Whole
    group: str | None
    account: str | None
    receiver_name: str
    parameters: dict[str, Scalar]
    status: str = Field(examples=["running"], description="running, stopped or failed")
    code: str
    reason: str
    line: Whole | None = Field(description="the strategy's own line, where a failure has one")
    created_at: Instant
    created_by: str
    ended_at: Instant | None
    positions: dict[str, str] = Field(description="what it holds, signed, by symbol")


class StrategyRunList(View):
    """The workspace's runs, newest first."""

    items: list[StrategyRunView]


class StrategyRunDetail(StrategyRunView):
    """One run with the text that it runs."""

    source: str


class RunLineView(View):
    """A line of a run's log; `level` is info, order, fill or error."""

    number: Whole
    at: Instant
    level: str
    text: str


class RunLog(View):
    """A run's log, oldest first; ask again with `after` the last number."""

    items: list[RunLineView]


class StrategyRunNews(View):
    """What the stream says of a run: how it stands, and lines that its log has not shown yet.

    `removed` is true of one that is forgotten; one whose `run` is null otherwise is to be fetched.
    """

    id: str
    removed: bool = False
    run: StrategyRunView | None = None
    lines: list[RunLineView]
