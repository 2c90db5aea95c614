"""How figures are written: a true minus, thin groups, and nothing where there is no figure."""

from __future__ import annotations

import math

NONE = "–"


def _signed(written: str) -> str:
    return written.replace("-", "−")


def percent(value: float, digits: int = 2, *, sign: bool = False) -> str:
    """Write a fraction in percent."""
    if not math.isfinite(value):
        return NONE if math.isnan(value) else ("∞" if value > 0 else "−∞")
    rounded = round(value * 100.0, digits) + 0.0
    return _signed(f"{rounded:{'+' if sign else ''},.{digits}f}\u202f%")


def plain(value: float, digits: int = 2) -> str:
    """Write a number."""
    if not math.isfinite(value):
        return NONE if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return _signed(f"{round(value, digits) + 0.0:,.{digits}f}")


def whole(value: float) -> str:
    """Write a count."""
    return plain(value, 0)


def compact(value: float) -> str:
    """Write a number for an axis: 1.2k, 3M."""
    size = abs(value)
    for scale, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= scale * 0.9999:
            return _signed(f"{value / scale:.4g}{letter}")
    return _signed(f"{value + 0.0:.4g}")
