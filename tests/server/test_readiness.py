"""GO and NO-GO as the API tells them, what arming asks of them, what repairs them, and the guardian's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bidwell.app.readiness import _due, check_if_due, settle
from bidwell.engine.ports import SessionLife, SessionReport, SessionState
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.account import Mode
from bidwell.model.ids import AccountId
from bidwell.model.limits import LockUntil, Scope, ScopeType, TradingState
from bidwell.model.role import Role
from bidwell.model.session import Session, SessionTable
from bidwell.server.guardian_view import GuardianView
from bidwell.server.ports import Linked
from bidwell.server.readiness import checks
from bidwell.server.readiness.checks import moment_of
from tests.server.house import MAIN, PASSWORD, House, Person, until

W = "/api/v1/w/main"
LIVE = AccountId("main-second")


async def told(person: Person, path: str) -> Any:  # noqa: ANN401 - whatever JSON the route answers
    answer = await person.get(f"{W}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def board(person: Person) -> dict[str, Any]:
    """The rows of the board by account, each with its checks by id."""
    found = await told(person, "/readiness")
    assert found["go"] + found["no_go"] == len(found["items"])
    return {row["account"]: row | {"checks": {one["id"]: one for one in row["checks"]}} for row in found["items"]}


def failing(row: dict[str, Any]) -> set[str]:
    return {name for name, one in row["checks"].items() if one["verdict"] == "fail"}


async def make_live(home: House) -> None:
    """Let an account be one with real money, halted as such a one begins."""
    now = home.clock.now()
    await home.desk.define(ev.AccountDefined(now, replace(home.desk.state.accounts[LIVE], mode=Mode.LIVE), "test"))
    await home.desk.set_trading_state(Scope(ScopeType.ACCOUNT, LIVE), TradingState.HALTED, "not armed", "test")


def word(*, ok: bool) -> GuardianView:
    return GuardianView(enabled=True, ok=ok, stage="watching" if ok else "off", said="watches" if ok else "was stopped",
                        looked_at=None, after_s=Decimal(30), data_age_s=None, worry_s=0, mute_s=0, exposed=[], breached=[],
                        adopting=0, last=None)  # fmt: skip


async def test_an_account_with_nothing_wrong_is_a_go_and_says_why(home: House) -> None:
    rows = await board(await home.member(MAIN, Role.VIEWER))
    assert set(rows) == {"main-plain", "main-second", "main-tight"}
    for row in rows.values():
        assert row["go"], row
        assert {"session", "instruments", "data", "margin", "book", "permission", "journal"} <= set(row["checks"])
        assert all(one["said"] for one in row["checks"].values())


@pytest.mark.parametrize("wrong", ["halted", "locked", "stale", "unpriced", "foreign", "fault"])
async def test_each_thing_that_is_wrong_makes_its_account_a_no_go_and_names_what_mends_it(
    home: House, wrong: str
) -> None:
    trader, name, now = await home.member(MAIN, Role.TRADER), AccountId("main-plain"), home.clock.now()
    desk = home.desk
    if wrong == "halted":
        await desk.set_trading_state(Scope(ScopeType.ACCOUNT, name), TradingState.HALTED, "lunch", "test")
        expected = {"permission"}
    elif wrong == "locked":
        await desk.define(rev.AccountLocked(now, name, "guardian", "the desk hung", LockUntil.RELEASED))
        expected = {"permission"}
    elif wrong == "stale":
        home.clock.ahead = timedelta(hours=2)
        expected = {"data"}
    elif wrong == "unpriced":
        desk.core.emit(ev.CashAdjusted(now, name, "JPY", desk.state.portfolios[name].cash["USD"], "paid in"))
        expected = {"margin", "book"}
    elif wrong == "foreign":
        desk.state.foreign[name] = {next(iter(desk.state.orders), "X"): None}  # type: ignore[dict-item] # any id will do
        expected = {"book"}
    else:
        desk.sessions[name].connected = False
        expected = {"session", "book"}
    row = (await board(trader))[name]
    assert not row["go"]
    assert failing(row) & expected
    assert failing(row) <= expected | {"data"}
    repairable = [one for one in row["checks"].values() if one["verdict"] == "fail" and one["id"] != "data"]
    assert all(one["repair"] or one["id"] == "margin" for one in repairable), repairable


async def test_a_live_account_that_waits_for_arming_is_a_go_and_is_armed_only_as_one(home: House) -> None:
    await make_live(home)
    owner = await home.member(MAIN, Role.OWNER)
    row = (await board(owner))[LIVE]
    assert (row["go"], row["armed"], row["checks"]["permission"]["verdict"]) == (True, False, "warn")

    home.context.guardian = lambda: word(ok=False)
    release = {"scope": {"type": "account", "id": LIVE}, "password": PASSWORD}
    refused = await owner.post(f"{W}/release", json=release)
    assert (refused.status_code, refused.json()["code"]) == (409, "readiness.no_go")
    assert "guardian" in refused.json()["detail"]
    home.context.guardian = lambda: word(ok=True)
    assert (await owner.post(f"{W}/release", json=release)).status_code == 202
    assert (await board(owner))[LIVE]["armed"]


async def test_without_a_guardian_paper_is_warned_and_live_is_a_no_go(home: House) -> None:
    await make_live(home)
    home.context.guardian = lambda: word(ok=False)
    viewer = await home.member(MAIN, Role.VIEWER)
    rows = await board(viewer)
    assert (rows["main-plain"]["go"], rows["main-plain"]["checks"]["guardian"]["verdict"]) == (True, "warn")
    assert failing(rows[LIVE]) == {"guardian"}
    assert (await told(viewer, "/guardian"))["said"] == "was stopped"


class OneDrill:
    """Drills whose outcome a test decides."""

    def __init__(self) -> None:
        self.passes = False

    def offered(self, broker: str) -> bool:
        return broker == "paper"

    async def run(self, broker: str) -> tuple[rev.DrillStep, ...]:
        assert broker == "paper"
        return rev.DrillStep("connect", passed=True, said="up"), rev.DrillStep("halt", self.passes, "an entry left")


async def test_arming_asks_for_a_drill_that_passed_lately_with_this_version(home: House) -> None:
    await make_live(home)
    drills = home.context.drills = OneDrill()
    owner = await home.member(MAIN, Role.OWNER)

    async def drilled() -> str:
        answer = await owner.post(f"{W}/readiness/{LIVE}/repair", json={"check": "drill"})
        assert answer.status_code == 202, answer.text
        return str((await board(owner))[LIVE]["checks"]["drill"]["said"])

    rows = await board(owner)
    assert "drill" not in rows["main-plain"]["checks"]
    assert failing(rows[LIVE]) == {"drill"}
    assert await drilled() == "failed at halt: an entry left"
    release = {"scope": {"type": "account", "id": LIVE}, "password": PASSWORD}
    assert (await owner.post(f"{W}/release", json=release)).json()["code"] == "readiness.no_go"
    drills.passes = True
    assert (await drilled()).startswith("passed")
    known = home.desk.state.risk.drills["paper"]
    for stale in (replace(known, at=known.at - timedelta(days=8)), replace(known, version="0")):
        await home.desk.define(stale)
        assert failing((await board(owner))[LIVE]) == {"drill"}
    assert (await drilled()).startswith("passed")
    assert (await owner.post(f"{W}/release", json=release)).status_code == 202


async def test_a_repair_compares_the_book_and_what_only_a_person_mends_is_refused(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    before = home.desk.sessions[LIVE].passed_at
    answer = await trader.post(f"{W}/readiness/{LIVE}/repair", json={"check": "book"})
    assert answer.status_code == 202, answer.text
    await until(lambda: home.desk.sessions[LIVE].passed_at != before)
    refused = await trader.post(f"{W}/readiness/{LIVE}/repair", json={"check": "margin"})
    assert (refused.status_code, refused.json()["code"]) == (422, "readiness.by_hand")


def linked(home: House, *, proxied: bool = False, **report: Any) -> checks.Subject:  # noqa: ANN401 - fields of a report
    """An account as if it were connected over the network, with this report of its session."""
    state = report.pop("state", SessionState(SessionLife.ACTIVE))
    said = Linked("live", "1", "", SessionReport(state, **report), proxied=proxied)
    account = replace(home.desk.state.accounts[LIVE], mode=Mode.LIVE)
    return checks.Subject(home.context, home.desk, account, said, None, None, home.clock.now())


async def test_a_clock_that_differs_from_the_brokers_is_told_with_its_sign(home: House) -> None:
    for seconds, verdict in ((0.9, "pass"), (-0.9, "pass"), (3, "warn"), (-3, "warn"), (6, "fail"), (-6, "fail")):
        found = checks.clock(linked(home, skew=timedelta(seconds=seconds)))
        assert found is not None
        assert found.verdict == verdict
        assert ("behind" if seconds > 0 else "ahead of") in found.said
    assert checks.clock(replace(linked(home), linked=None)) is None


async def test_a_session_whose_token_ends_too_early_is_a_fail_and_says_how_to_get_another(home: House) -> None:
    now = home.clock.now()
    assert checks.session(linked(home)).verdict == "pass"
    ended = checks.session(linked(home, state=SessionState(SessionLife.EXPIRING, until=now - timedelta(minutes=1))))
    assert (ended.verdict, ended.repair and ended.repair.by) == ("fail", "call")
    lost = SessionState(SessionLife.NEEDS_LOGIN, "log in again", "https://broker.test/login")
    found = checks.session(linked(home, state=lost))
    assert found.repair is not None
    assert (found.verdict, found.said, found.repair.to) == ("fail", "log in again", "https://broker.test/login")
    long = checks.session(linked(home, state=SessionState(SessionLife.EXPIRING, until=now + timedelta(days=9))))
    assert long.verdict == "pass"


async def test_the_way_out_is_told_and_a_live_account_in_rupees_without_a_proxy_is_warned(home: House) -> None:
    subject = linked(home)
    rupees = replace(subject, account=replace(subject.account, currency="INR"))
    said = [checks.egress(one) for one in (subject, rupees, replace(rupees, linked=linked(home, proxied=True).linked))]
    assert [one.verdict for one in said if one is not None] == ["pass", "warn", "pass"]


async def test_each_session_is_checked_once_before_it_opens_and_the_finding_is_kept(home: House) -> None:
    desk, moment = home.desk, home.desk.market.market_time
    assert moment is not None
    opens = moment + timedelta(minutes=30)
    table = SessionTable("TEST", (Session(opens.date(), opens, opens + timedelta(hours=6)),))
    desk.market._calendars = type("One", (), {"table": lambda _self, _name: table})()
    assert not await check_if_due(home.context, desk)
    desk.market.market_time = opens + timedelta(minutes=1)
    assert _due(desk, opens + timedelta(minutes=1), None) is None
    assert _due(desk, opens + timedelta(minutes=1), opens - timedelta(minutes=10)) is None
    assert _due(desk, opens + timedelta(minutes=1), moment) == opens.date()
    # A live market's own clock stands still over the night: there the wall's tells when a session is near.
    assert moment_of(replace(home.context, speeds={}), desk, opens) == opens
    desk.market.market_time = opens - timedelta(minutes=10)
    await desk.set_trading_state(Scope(ScopeType.ACCOUNT, LIVE), TradingState.HALTED, "lunch", "test")
    assert await check_if_due(home.context, desk)
    assert not await check_if_due(home.context, desk)
    found = await board(await home.member(MAIN, Role.VIEWER))
    assert found["main-plain"]["scheduled"]["go"]
    assert found[LIVE]["scheduled"]["session"] == opens.date().isoformat()
    assert found[LIVE]["scheduled"]["failed"] == ["permission"]
    assert found[LIVE]["opens_at"] is not None

    trader = await home.member(MAIN, Role.TRADER)
    (warned,) = (await told(trader, "/risk/violations"))["items"]
    assert (warned["account"], warned["rule"], warned["severity"], warned["state"]) == (
        LIVE,
        "readiness",
        "warning",
        "open",
    )
    assert "permission: halted: lunch" in warned["message"]
    await settle(home.context, desk)
    assert [one["id"] for one in (await told(trader, "/risk/violations"))["items"]] == [warned["id"]]
    await desk.set_trading_state(Scope(ScopeType.ACCOUNT, LIVE), TradingState.ACTIVE, "", "test")
    await settle(home.context, desk)
    (mended,) = (await told(trader, "/risk/violations?state=all"))["items"]
    assert (mended["state"], mended["resolved_by"]) == ("resolved", "desk")
