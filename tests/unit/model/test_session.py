from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bidwell.model.errors import ConfigError
from bidwell.model.session import Session, SessionTable


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


FRIDAY = Session(date(2026, 3, 6), at(6, 14, 30), at(6, 21))
MONDAY_MORNING = Session(date(2026, 3, 9), at(9, 13, 30), at(9, 16))
MONDAY_AFTERNOON = Session(date(2026, 3, 9), at(9, 17), at(9, 20))
TABLE = SessionTable("XTST", (FRIDAY, MONDAY_MORNING, MONDAY_AFTERNOON))
ALWAYS = SessionTable("24/7", (), always_open=True)


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        (at(5, 15), None),
        (at(6, 14, 29), None),
        (at(6, 14, 30), FRIDAY),
        (at(6, 20, 59), FRIDAY),
        (at(6, 21), None),
        (at(7, 15), None),
        (at(9, 15), MONDAY_MORNING),
        (at(9, 16, 30), None),
        (at(9, 17), MONDAY_AFTERNOON),
        (at(10, 15), None),
    ],
)
def test_a_session_opens_inclusive_and_closes_exclusive(moment: datetime, session: Session | None) -> None:
    assert TABLE.at(moment) == session
    assert TABLE.is_open(moment) is (session is not None)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (at(6, 10), date(2026, 3, 6)),
        (at(6, 15), date(2026, 3, 6)),
        (at(6, 22), date(2026, 3, 9)),
        (at(9, 16, 30), date(2026, 3, 9)),
        (at(12, 1), date(2026, 3, 12)),
    ],
)
def test_a_moment_counts_to_the_open_session_or_the_next(moment: datetime, day: date) -> None:
    assert TABLE.date_of(moment) == day


def test_the_last_session_has_no_next() -> None:
    assert TABLE.next_after(at(9, 16, 30)) == MONDAY_AFTERNOON
    assert TABLE.next_after(at(9, 18)) is None


def test_a_day_closes_when_its_last_stretch_does() -> None:
    assert TABLE.close_of(date(2026, 3, 9)) == at(9, 20)
    assert TABLE.close_of(date(2026, 3, 8)) is None


def test_a_market_that_never_closes_counts_by_utc_days() -> None:
    assert ALWAYS.is_open(at(8, 3))
    assert ALWAYS.at(at(8, 3)) is None
    assert ALWAYS.date_of(at(8, 3)) == date(2026, 3, 8)


@pytest.mark.parametrize(
    "sessions",
    [
        (MONDAY_MORNING, FRIDAY),
        (FRIDAY, Session(FRIDAY.date, FRIDAY.closes_at - timedelta(minutes=1), FRIDAY.closes_at + timedelta(hours=1))),
        (Session(FRIDAY.date, FRIDAY.closes_at, FRIDAY.opens_at),),
    ],
)
def test_sessions_that_do_not_follow_one_another_are_refused(sessions: tuple[Session, ...]) -> None:
    with pytest.raises(ConfigError, match="XTST"):
        SessionTable("XTST", sessions)
