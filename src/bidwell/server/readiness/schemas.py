"""The readiness board."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from bidwell.model.account import Mode
from bidwell.server.fields import Body, Flag, Instant, View, Whole


class Verdict(StrEnum):
    """How a check came out: only a fail makes an account a NO-GO."""

    PASS = "pass"  # noqa: S105 - a verdict
    WARN = "warn"
    FAIL = "fail"


class RepairBy(StrEnum):
    """call: this API repairs it on request. page: a page of the screen. login: the broker's own login page."""

    CALL = "call"
    PAGE = "page"
    LOGIN = "login"


class Repair(View):
    """What mends a check: `to` is a page's path or a login page's address, empty for a call."""

    by: RepairBy
    label: str
    to: str


class ReadinessCheck(View):
    """One check with its verdict in a sentence."""

    id: str
    label: str
    verdict: Verdict
    said: str
    repair: Repair | None = None


class ScheduledCheck(View):
    """What the check before a session found."""

    at: Instant
    session: str
    go: Flag
    failed: list[str]


class AccountReadiness(View):
    """One account: GO when no check fails. `opens_at` is when its next session begins, null while one is open."""

    account: str
    name: str
    broker: str
    mode: Mode
    go: Flag
    armed: Flag
    checks: list[ReadinessCheck]
    opens_at: Instant | None
    scheduled: ScheduledCheck | None


class Board(View):
    """Every enabled account, NO-GO first."""

    at: Instant
    items: list[AccountReadiness]
    go: Whole
    no_go: Whole


class RepairBody(Body):
    """Which check to mend."""

    check: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$"), Field(examples=["book"])]
