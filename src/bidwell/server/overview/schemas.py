"""The frame of the desk page."""

from __future__ import annotations

from pydantic import Field

from bidwell.server.accounts.schemas import AccountSummary, StateView
from bidwell.server.fields import Instant, Number, View, Whole


class Workspace(View):
    """The workspace that is looked at; `mode` is live when any enabled account is."""

    id: str
    name: str
    currency: str
    mode: str = Field(examples=["paper"])


class FeedView(View):
    """Where prices come from and how old they are; `market_time` is the market clock."""

    name: str
    connected: bool
    label: str
    market_time: Instant | None
    speed: Number | None
    data_age_s: Number | None
    state: str = Field(examples=["ok"], description="ok, stale or disconnected")


class OrderPath(View):
    """Latencies from alert to broker acknowledgement over the last 100 orders."""

    p50_ms: Number | None
    p99_ms: Number | None
    count: Whole


class DeskClock(View):
    """The desk's wall clock."""

    now: Instant


class Overview(View):
    """Everything that the frame of the desk shows; sums are in the workspace's currency, null while a part is unknown."""

    workspace: Workspace
    version: str
    feed: FeedView
    equity: Number | None
    day_pnl: Number | None
    state: StateView
    accounts: list[AccountSummary]
    order_path: OrderPath
    clock: DeskClock
