"""Indicators against TA-Lib, the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.indicators import market, pairs
from bidwell.strategy.indicators.registry import load

talib = pytest.importorskip("talib", reason="TA-Lib is not installed")

BARS = market(3_000)
CALLS = pairs(talib)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_agrees_with_talib_within_a_billionth(name: str) -> None:
    indicator = load()[name]
    made: Any = indicator(**{k: BARS[k] for k in indicator.inputs})
    ours = list(made) if isinstance(made, tuple) else [made]
    answer = CALLS[name](BARS)
    theirs = list(answer) if isinstance(answer, (tuple, list)) else [answer]
    for mine, reference in zip(ours, theirs, strict=False):
        known = ~np.isnan(reference)
        assert known.sum() > 2_900
        assert not np.isnan(mine[known]).any()
        np.testing.assert_allclose(mine[known], reference[known], rtol=1e-9, atol=1e-9)


def test_every_indicator_with_an_oracle_names_it_as_its_source() -> None:
    named = {name for name, indicator in load().items() if "TA-Lib" in indicator.source}
    assert set(CALLS) <= named
