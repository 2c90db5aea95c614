"""How late messages are, by a clock whose distance from ours is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bidwell.engine.lateness import Lateness
from bidwell.model.ids import AccountId

ONE, TWO = AccountId("one"), AccountId("two")
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@given(st.integers(-86_400, 86_400), st.lists(st.integers(0, 10_000), min_size=1))
def test_a_message_is_as_late_as_it_was_slower_than_the_fastest(apart: int, delays: list[int]) -> None:
    now = 1000.0
    lateness = Lateness(lambda: now)
    for number, delay in enumerate(delays):
        now = 1000.0 + number + delay / 1000
        late = lateness.heard(ONE, START + timedelta(seconds=apart + number))
        assert abs(late.total_seconds() - (delay - min(delays[: number + 1])) / 1000) < 1e-5


def test_accounts_have_clocks_of_their_own() -> None:
    lateness = Lateness(lambda: 50.0)
    assert lateness.heard(ONE, START) == timedelta(0)
    assert lateness.heard(TWO, START - timedelta(hours=1)) == timedelta(0)
    assert lateness.heard(ONE, START - timedelta(seconds=3)) == timedelta(seconds=3)
