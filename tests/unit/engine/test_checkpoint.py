"""A state written down whole: nothing of it is left out, and what is none is refused."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bidwell.engine import checkpoint
from bidwell.engine.risk_state import RiskState
from bidwell.engine.state import State
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import AccountId
from bidwell.portfolio.portfolio import Portfolio
from bidwell.simulation.proof.acts import plan
from bidwell.simulation.proof.play import play
from bidwell.simulation.proof.run import NEEDED


def test_every_part_of_a_state_is_written_down_or_reckoned_again() -> None:
    assert set(vars(State())) == set(checkpoint._PARTS) | checkpoint.DERIVED
    assert set(vars(Portfolio(AccountId("one")))) == set(checkpoint._HOLDINGS)
    assert {one.name for one in fields(RiskState)} > {"extremes"}


@pytest.mark.parametrize("body", [b"", b"\x80", b"nonsense", checkpoint.encode(State())[:-1]])
def test_what_is_no_state_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        checkpoint.decode(body)


def test_schedules_start_desks_from_states_that_were_written_down() -> None:
    assert "checkpoints" in NEEDED
    started = sum(play(plan(seed)).counts["checkpoints"] for seed in range(30))
    assert started > 0
