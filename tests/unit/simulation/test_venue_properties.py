from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.simulation.facts import Fact
from bidwell.simulation.floor import VenueSettings
from bidwell.simulation.state import VenueState
from tests.unit.simulation.worlds import Operation, assert_sound, open_all, operations, play, world


@settings(max_examples=200, deadline=None)
@given(operations, st.booleans())
def test_cash_and_positions_are_the_fold_of_the_fills_and_nothing_fills_twice(
    day: list[Operation], renew_ids: bool
) -> None:
    here = world(settings=VenueSettings(renew_ids=renew_ids))
    facts = [each for each in open_all(here) if isinstance(each, Fact)]
    for operation in day:
        facts.extend(each for each in play(here, operation) if isinstance(each, Fact))
        assert_sound(here, facts)


@settings(max_examples=60, deadline=None)
@given(operations)
def test_the_facts_alone_give_the_state_again(day: list[Operation]) -> None:
    here = world()
    facts = [each for each in open_all(here) if isinstance(each, Fact)]
    for operation in day:
        facts.extend(each for each in play(here, operation) if isinstance(each, Fact))
    again = VenueState()
    for fact in facts:
        again.apply(fact)
    assert again.image() == here.venue.state.image()


@settings(max_examples=20, deadline=None)
@given(operations)
def test_a_day_played_twice_is_the_same_day(day: list[Operation]) -> None:
    first, second = world(), world()
    for here in (first, second):
        open_all(here)
        for operation in day:
            play(here, operation)
    assert first.venue.state.image() == second.venue.state.image()
