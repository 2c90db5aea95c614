from __future__ import annotations

from decimal import Decimal

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.risk.calculator import edge, r_multiple, size_from_risk

D = Decimal


@pytest.mark.parametrize(
    ("risk", "entry", "stop", "unit", "step", "size"),
    [
        ("500", "100", "95", "1", "1", "100"), ("499.99", "100", "95", "1", "1", "99"),
        ("500", "95", "100", "1", "1", "100"), ("1000", "5000.25", "4990.25", "50", "1", "2"),
        ("10", "50000", "49000", "1", "0.0001", "0.01"), ("1", "100", "95", "1", "1", "0"),
    ],
)  # fmt: skip
def test_a_size_never_risks_more_than_was_said(
    risk: str, entry: str, stop: str, unit: str, step: str, size: str
) -> None:
    found = size_from_risk(D(risk), D(entry), D(stop), D(unit), D(step))
    assert found == D(size)
    assert found * abs(D(entry) - D(stop)) * D(unit) <= D(risk)


@pytest.mark.parametrize(("risk", "stop"), [("0", "95"), ("-1", "95"), ("NaN", "95"), ("5", "100"), ("5", "Infinity")])
def test_nonsense_is_refused(risk: str, stop: str) -> None:
    with pytest.raises(InvalidInput):
        size_from_risk(D(risk), D(100), D(stop), D(1), D(1))


def test_r_multiples_are_signed_by_gain_on_either_side() -> None:
    assert r_multiple(D(100), D(95), D(110)) == 2
    assert r_multiple(D(100), D(105), D(90)) == 2
    assert r_multiple(D(100), D(95), D("92.5")) == D("-1.5")
    with pytest.raises(InvalidInput):
        r_multiple(D(100), D(100), D(1))


def test_kelly_and_expectancy_of_a_known_edge() -> None:
    # Six wins of 2 against four losses of 1: W = 0.6, payoff 2, so 0.6 - 0.4 / 2 = 0.4 and 0.8 a result.
    found = edge([D(2)] * 6 + [D(-1)] * 4)
    assert (found.wins, found.payoff, found.expectancy, found.kelly) == (D("0.6"), D(2), D("0.8"), D("0.4"))
    assert edge([D(-1), D(-1), D(1)]).kelly == 0
    assert edge([D(1)]).kelly is None
    assert edge([D(1)]).error is None
    # Spread of 2, 2, -1 around 1 is 1 + 1 + 4; over n - 1 and n that is 6 / 2 / 3 = 1.
    assert edge([D(2), D(2), D(-1)]).error == 1
    with pytest.raises(InvalidInput):
        edge([])
