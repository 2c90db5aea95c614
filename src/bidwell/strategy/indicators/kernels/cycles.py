"""Ehlers' Hilbert transform discriminator, as TA-Lib computes it."""

from __future__ import annotations

import math
from typing import Any

from bidwell.strategy.indicators.graph import Array, compiled, kernel

FIRST = 0.0962
SECOND = 0.5769
# Places in the state: a ring of seven values for each of the five filtered series, then the scalars.
SMOOTH, DETREND, QUADRATURE, IN_PHASE, SCALARS = 0, 7, 14, 21, 28


@compiled
def pushed(s: Array, place: int, value: float) -> None:
    """Put the newest of seven values first."""
    for j in range(6, 0, -1):
        s[place + j] = s[place + j - 1]
    s[place] = value


@compiled
def hilbert(s: Array, place: int, lift: float) -> Any:  # noqa: ANN401 - numbers in an array
    """Return the Hilbert transform of the last seven values."""
    return (FIRST * s[place] + SECOND * s[place + 2] - SECOND * s[place + 4] - FIRST * s[place + 6]) * lift


@kernel(1, 2, lookback=lambda f, w: 32, history=lambda f, w: 4, state=28 + 9)
def mesa(
    x: Array, fast: float, slow: float, s: Array, start: int, stop: int, off: int, mama: Array, fama: Array
) -> None:
    """The first 12 bars fill the price filter only, and output starts at bar 32."""
    i2, q2, re, im, period, phase, a, b = s[28], s[29], s[30], s[31], s[32], s[33], s[34], s[35]
    for i in range(max(start, 3 - off), stop):
        if i + off < 12:
            continue
        smooth = (4.0 * x[i] + 3.0 * x[i - 1] + 2.0 * x[i - 2] + x[i - 3]) / 10.0
        lift = 0.075 * period + 0.54
        pushed(s, SMOOTH, smooth)
        pushed(s, DETREND, hilbert(s, SMOOTH, lift))
        pushed(s, QUADRATURE, hilbert(s, DETREND, lift))
        pushed(s, IN_PHASE, s[DETREND + 3])
        i1, q1 = s[IN_PHASE], s[QUADRATURE]
        ji, jq = hilbert(s, IN_PHASE, lift), hilbert(s, QUADRATURE, lift)
        before_i, before_q = i2, q2
        i2 = 0.2 * (i1 - jq) + 0.8 * i2
        q2 = 0.2 * (q1 + ji) + 0.8 * q2
        re = 0.2 * (i2 * before_i + q2 * before_q) + 0.8 * re
        im = 0.2 * (i2 * before_q - q2 * before_i) + 0.8 * im
        turned = period
        if im != 0.0 and re != 0.0:
            turned = 2.0 * math.pi / math.atan(im / re)
        turned = min(turned, 1.5 * period)
        turned = max(turned, 0.67 * period)
        turned = min(50.0, max(6.0, turned))
        period = 0.2 * turned + 0.8 * period
        angle = math.atan(q1 / i1) * (180.0 / math.pi) if i1 != 0.0 else 0.0
        delta = max(1.0, phase - angle)
        phase = angle
        rate = max(fast / delta, slow) if delta > 1.0 else fast
        a = rate * x[i] + (1.0 - rate) * a
        b = 0.5 * rate * a + (1.0 - 0.5 * rate) * b
        if i + off >= 32:
            mama[i] = a
            fama[i] = b
    s[28], s[29], s[30], s[31], s[32], s[33], s[34], s[35] = i2, q2, re, im, period, phase, a, b
