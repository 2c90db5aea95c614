"""Portfolio risk against closed forms, hand-worked figures and identities that must hold."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from bidwell.analytics.portfolio_risk import SHOCKS, Shock, assess, stress
from bidwell.model.errors import InvalidInput

HAND = {"A": np.array([-0.05, -0.04, -0.03, -0.02, -0.01, 0.0, 0.01, 0.02, 0.03, 0.04] * 2)}


def test_the_historical_tail_is_that_of_the_returns_themselves() -> None:
    found = assess({"A": 1000.0}, HAND, confidence=0.9)
    # Twenty returns: the worst two are −5 %, the next two −4 %; the 10 % quantile lies nine tenths from 2nd to 3rd.
    assert found.historical.var == pytest.approx(1000 * (0.05 - 0.9 * 0.01))
    assert found.historical.cvar == pytest.approx(50.0)
    longer = assess({"A": 1000.0}, HAND, confidence=0.9, horizon=4)
    assert longer.historical.var == pytest.approx(2 * found.historical.var)


def test_the_parametric_tail_has_its_closed_form() -> None:
    found = assess({"A": -2000.0}, HAND, confidence=0.99, horizon=5)
    mean, deviation = 2000 * 0.005 * 5, 2000 * float(HAND["A"].std(ddof=1)) * math.sqrt(5)
    z = NormalDist().inv_cdf(0.99)
    assert found.parametric.var == pytest.approx(deviation * z - mean)
    assert found.parametric.cvar == pytest.approx(deviation * NormalDist().pdf(z) / 0.01 - mean)
    assert (found.gross, found.net) == (2000.0, -2000.0)


def test_monte_carlo_agrees_with_the_normal_it_draws_from_and_with_its_seed() -> None:
    random = np.random.default_rng(1)
    shared = random.normal(0, 0.01, 500)
    returns = {"A": shared + random.normal(0, 0.005, 500), "B": shared * 0.5 + random.normal(0, 0.01, 500)}
    found = assess({"A": 10_000.0, "B": -4000.0}, returns, confidence=0.95, horizon=10)
    assert found.monte_carlo.var == pytest.approx(found.parametric.var, rel=0.03)
    assert found.monte_carlo.cvar == pytest.approx(found.parametric.cvar, rel=0.03)
    again = assess({"A": 10_000.0, "B": -4000.0}, returns, confidence=0.95, horizon=10)
    assert again.monte_carlo == found.monte_carlo


def test_components_sum_to_the_value_at_risk_but_for_the_mean_and_a_hedge_takes_away() -> None:
    random = np.random.default_rng(2)
    base = random.normal(0, 0.02, 300)
    base -= base.mean()
    returns = {"A": base, "B": base * 0.9}
    found = assess({"A": 1000.0, "B": -500.0}, returns)
    assert sum(share.component for share in found.shares) == pytest.approx(found.parametric.var)
    assert found.shares[1].component < 0
    assert np.allclose(found.correlations, 1.0)


def test_beta_volatility_and_concentration() -> None:
    random = np.random.default_rng(3)
    market = random.normal(0, 0.01, 250)
    returns = {"A": market * 2.0, "B": market * 0.5, "C": np.zeros(250)}
    found = assess({"A": 300.0, "B": 600.0, "C": 100.0}, returns, benchmark=market)
    assert found.beta == pytest.approx(0.3 * 2 + 0.6 * 0.5)
    assert [share.beta for share in found.shares] == pytest.approx([2.0, 0.5, 0.0])
    assert found.volatility == pytest.approx(0.9 * float(market.std(ddof=1)) * math.sqrt(252))
    assert found.herfindahl == pytest.approx(0.09 + 0.36 + 0.01)
    assert found.effective == pytest.approx(1 / 0.46)
    assert found.correlations[0].tolist() == pytest.approx([1.0, 1.0, 0.0])


def test_a_flat_position_says_nothing_and_pasts_are_cut_to_the_shortest() -> None:
    returns = {"A": HAND["A"], "B": np.concatenate([np.ones(5), HAND["A"]]), "C": np.zeros(1)}
    found = assess({"A": 1.0, "B": 1.0, "C": 0.0}, returns)
    assert (found.names, found.periods) == (("A", "B"), 20)


@pytest.mark.parametrize(
    ("worths", "returns", "more", "code"),
    [
        ({}, {}, {}, "risk.no_positions"),
        ({"A": 1.0}, {}, {}, "risk.too_few_returns"),
        ({"A": 1.0}, {"A": np.zeros(19)}, {}, "risk.too_few_returns"),
        ({"A": 1.0}, {"A": np.full(30, np.nan)}, {}, "risk.returns"),
        ({"A": 1.0}, HAND, {"confidence": 1.0}, "risk.confidence"),
        ({"A": 1.0}, HAND, {"horizon": 0}, "risk.confidence"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(
    worths: dict[str, float], returns: dict[str, np.ndarray], more: dict[str, float], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        assess(worths, returns, **more)  # type: ignore[arg-type] # figures of either kind
    assert refused.value.code == code


def test_a_scenario_moves_by_beta_or_exactly_and_never_below_nothing() -> None:
    worths, betas = {"A": 1000.0, "B": -500.0, "C": 100.0}, {"A": 1.5, "B": 1.0, "C": None}
    assert stress(worths, betas, Shock("down", -0.1)) == pytest.approx({"A": -150.0, "B": 50.0, "C": -10.0})
    custom = Shock("own", -0.1, (("A", 0.02),))
    assert stress(worths, betas, custom)["A"] == pytest.approx(20.0)
    assert stress({"A": 1000.0}, {"A": 5.0}, Shock("deep", -0.5)) == {"A": -1000.0}
    with pytest.raises(InvalidInput):
        stress(worths, betas, Shock("wrong", 0.0, (("A", -1.5),)))
    assert len({shock.name for shock in SHOCKS}) == len(SHOCKS)
