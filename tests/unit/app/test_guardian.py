"""When the guardian acts, and what it keeps in files: the watch's counting, the fence, the local journal."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bidwell.app.guardian import local, record
from bidwell.app.guardian.fence import EVERYBODY, Fence
from bidwell.app.guardian.local import LocalJournal
from bidwell.app.guardian.pulse import Charge, Pulse, line, read_charge, read_pulse
from bidwell.app.guardian.record import Action, Record, Stage
from bidwell.app.guardian.seeing import Seer
from bidwell.app.guardian.telling import told
from bidwell.app.guardian.watch import BREACH_AFTER, Cause, Sight, Trigger, Watch
from bidwell.engine import codec
from bidwell.engine.ports import Entry
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.errors import Fenced
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.limits import BreachAction, Limits, LockUntil, Scope, ScopeType
from bidwell.model.market import Quote
from bidwell.server.guardian_view import GuardianView
from bidwell.simulation.proof import nouns
from tests.unit.engine.workbench import AAA, limit, opened, virtually

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ONE = AccountId("one")
HOLDING = Sight((ONE,), trading=True)
IDLE = Sight()


def pulse(reason: str = "", heard_at: datetime | None = None) -> Pulse:
    return Pulse(1, 10, not reason, reason, heard_at)


def looks(watch: Watch, sight: Sight, seconds: float, step: float = 0.25) -> Trigger | None:
    """Look as often as a guardian would; what it says last."""
    said = None
    for _ in range(round(seconds / step)):
        said = watch.look(step, sight)
    return said


def test_a_desk_that_says_nothing_is_acted_for_after_the_set_time_and_not_before() -> None:
    watch = Watch(5, None)
    assert looks(watch, HOLDING, 4.75) is None
    trigger = watch.look(0.25, HOLDING)
    assert trigger is not None
    assert (trigger.cause, trigger.accounts) == (Cause.SILENT, (ONE,))


def test_nothing_is_done_where_nothing_is_held_or_worked() -> None:
    assert looks(Watch(5, 5), IDLE, 60) is None


def test_any_word_of_an_able_desk_begins_the_count_anew() -> None:
    watch = Watch(5, None)
    looks(watch, HOLDING, 4.75)
    watch.hear(pulse())
    assert looks(watch, HOLDING, 4.75) is None


def test_a_desk_that_talks_but_cannot_act_is_acted_for_with_its_own_reason() -> None:
    watch, said = Watch(5, None), None
    for _ in range(10):
        watch.hear(pulse("the journal cannot be written"))
        said = said or looks(watch, HOLDING, 0.5)
    assert said is not None
    assert said.cause is Cause.UNABLE
    assert "the journal cannot be written" in said.reason


def test_a_machine_that_slept_has_not_been_silent() -> None:
    watch = Watch(5, None)
    assert watch.look(8 * 3600, HOLDING) is None


def test_a_breach_is_left_to_the_desk_for_a_moment_and_then_acted_on_for_that_account_alone() -> None:
    watch = Watch(30, None)
    two = AccountId("two")
    seen = Sight((ONE, two), {two: "Daily loss of Two is at 600 of 500"})
    assert looks(watch, seen, BREACH_AFTER - 0.25) is None
    assert looks(watch, HOLDING, 0.25) is None
    trigger = looks(watch, seen, BREACH_AFTER)
    assert trigger is not None
    assert (trigger.cause, trigger.accounts) == (Cause.BREACH, (two,))


def test_a_mute_market_is_acted_on_only_where_that_was_asked_for_and_while_it_is_open() -> None:
    asked, not_asked = Watch(600, 10), Watch(600, None)
    for watch in (asked, not_asked):
        watch.hear(pulse(heard_at=NOW))
    assert looks(not_asked, HOLDING, 60) is None
    assert looks(asked, Sight((ONE,)), 60) is None
    looks(asked, HOLDING, 9)
    asked.hear(pulse(heard_at=NOW + timedelta(seconds=9)))
    assert looks(asked, HOLDING, 9.75) is None
    trigger = asked.look(0.25, HOLDING)
    assert trigger is not None
    assert trigger.cause is Cause.DATA


# --- what it sees --------------------------------------------------------------------------------


@virtually
async def test_what_is_held_or_worked_is_at_risk_and_a_breach_is_seen_until_somebody_locked_the_account() -> None:
    bench = await opened(limits=Limits(max_open_orders=100))
    account, seer = AccountId("acc_0"), Seer()
    await bench.until(lambda: account in bench.desk.state.risk.marks)

    def seen() -> Sight:
        return seer.look(bench.desk.state, bench.desk.market, bench.clock.now())

    assert seen() == Sight()
    await bench.send("rest", quantity="5", terms=limit("70"))
    await bench.until(lambda: bool(bench.live()))
    assert seen() == Sight((account,))
    receipt = await bench.send("buy", quantity="100")
    await bench.until(lambda: bench.order(receipt).filled_quantity == Decimal(100))
    assert seen() == Sight((account,), trading=True)

    # A limit that the desk's own watch only denies by is not flattened for by anybody.
    loss = Limits(max_daily_loss=Decimal(1000))
    scope = Scope(ScopeType.ACCOUNT, account)
    bench.desk.abandon()
    bench.desk.state.apply(ev.LimitsSet(bench.clock.now(), scope, loss))
    price = nouns.quote(AAA.id, Decimal(80), 1000, bench.listing.now(), bench.clock.now())
    bench.desk.market.take([price], bench.desk.state.instruments)
    assert seen().breached == {}
    bench.desk.state.apply(
        ev.LimitsSet(bench.clock.now(), scope, replace(loss, on_breach=BreachAction.FLATTEN_AND_LOCK))
    )
    assert "Daily loss of acc_0 is at 2,0" in seen().breached[account]
    bench.desk.state.apply(rev.AccountLocked(bench.clock.now(), account, "daily_loss", "reached", LockUntil.RELEASED))
    assert seen().breached == {}


# --- the pipe ------------------------------------------------------------------------------------


def test_what_is_said_over_the_pipe_is_read_as_it_was_meant() -> None:
    charge = Charge("dbname=x password=y", "replay", "vault.key", twins=False, after=30.0, data_age=None)
    assert read_charge(line(charge)) == charge
    assert "password" not in repr(charge)
    quote = Quote(
        InstrumentId("A"), Decimal("1.10"), Decimal("1.20"), Decimal("1.15"), Decimal(5), Decimal(5), NOW, NOW
    )
    said = Pulse(3, 7, able=True, heard_at=NOW, market_time=NOW, quotes=(quote,))
    assert line(said).count(b"\n") == 1
    assert read_pulse(line(said)) == said


# --- the fence -----------------------------------------------------------------------------------


def test_the_fence_bars_the_lease_that_it_was_raised_for_and_no_later_one(tmp_path: Path) -> None:
    guardian, desk = Fence(tmp_path / "guardian"), Fence(tmp_path / "guardian")
    assert not desk.bars(1)
    guardian.set(4)
    assert desk.bars(4)
    assert not desk.bars(5)
    guardian.set(EVERYBODY)
    assert desk.bars(10**9)
    assert Fence(tmp_path / "guardian").mark == EVERYBODY


def test_a_fence_that_cannot_be_read_bars_everybody(tmp_path: Path) -> None:
    fence = Fence(tmp_path / "guardian")
    (tmp_path / "guardian" / "fence").write_text("?" * 20)
    assert fence.bars(10**9)


# --- the local journal ---------------------------------------------------------------------------


def entry(seq: int, reason: str) -> Entry:
    event = ev.CashAdjusted(NOW, ONE, "USD", Decimal(seq), reason)
    return Entry(seq, NOW, type(event).__name__, codec.encode(event))


async def written(folder: Path, *entries: Entry) -> Path:
    journal = LocalJournal(folder, "x", 100)
    for one in entries:
        await journal.append([one])
    assert await journal.head() == entries[-1].seq
    assert [one async for one in journal.read(100)] == []
    with pytest.raises(Fenced):
        _ = [one async for one in journal.read(0)]
    journal.close()
    return journal.path


@pytest.mark.parametrize("room", [True, False])
def test_what_was_written_without_a_database_is_read_back_and_kept_once_it_is_adopted(
    tmp_path: Path,
    room: bool,
) -> None:
    if room:
        local.set_room_aside(tmp_path)
    path = asyncio.run(written(tmp_path, entry(101, "a"), entry(102, "b \0 c")))
    assert local.pending(tmp_path) == [path]
    assert [event.reason for event in local.read(path) if isinstance(event, ev.CashAdjusted)] == ["a", "b \0 c"]
    local.settle(path)
    assert local.pending(tmp_path) == []
    assert [one.name for one in (tmp_path / "adopted").iterdir()] == ["x.jsonl"]


def test_a_line_that_was_cut_off_was_never_acted_on(tmp_path: Path) -> None:
    path = asyncio.run(written(tmp_path, entry(101, "a"), entry(102, "b")))
    path.write_bytes(path.read_bytes()[:-5])
    assert len(local.read(path)) == 1


# --- what it says of itself ----------------------------------------------------------------------


def test_a_guardian_that_runs_no_more_is_off_whatever_it_said_last(tmp_path: Path) -> None:
    assert record.read(tmp_path) is None
    place = tmp_path / record.FOLDER
    place.mkdir()
    record.write(place, Record(1, NOW, Stage.ACTING, 30, None, 0, 0, "", (), (), 0))
    found = record.read(tmp_path)
    assert found is not None
    assert found.stage is Stage.OFF
    lock = record.take(place)
    assert lock is not None
    assert record.take(place) is None
    assert record.running(tmp_path) is not None


def test_what_it_says_is_told_in_words_and_is_well_only_while_it_watches(tmp_path: Path) -> None:
    def said(now: datetime = NOW, *, enabled: bool = True) -> GuardianView:
        return told(tmp_path, now, enabled=enabled, after=30, data_age=None)

    assert "was stopped" in said().said
    assert "--no-guardian" in said(enabled=False).said
    place = tmp_path / record.FOLDER
    place.mkdir()
    lock = record.take(place)
    assert lock is not None
    watching = Record(os.getpid(), NOW, Stage.WATCHING, 30, None, 0.4, 0, "", ("growth",), (), 7)
    record.write(place, watching)
    assert said().ok
    assert (said().said, said().worry_s) == ("watches: 1 account at risk, acts after 30 s without a desk that can", 0)
    assert not said(NOW + timedelta(minutes=1)).ok
    action = Action(NOW, "silent", "the desk has said nothing for 30 s", ("growth",), locally=True)
    record.write(place, replace(watching, stage=Stage.ACTING, last=action))
    assert said().said == "is flattening growth: the desk has said nothing for 30 s"
    record.write(place, replace(watching, stage=Stage.HANDING_OVER, adopting=1, last=action))
    assert "hands over" in said().said
    assert not said().ok
    os.close(lock)
    assert (said().stage, said().ok) == ("off", False)
