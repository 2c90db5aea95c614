"""Plain SVG: scales, paths, ticks and text, with every text escaped and every colour left to the style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """The inner area of a chart in user units, and the values that its edges stand for."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        """Return the place of a value along x."""
        low, high = self.x
        return self.left + (value - low) / ((high - low) or 1.0) * self.width

    def down(self, value: float) -> float:
        """Return the place of a value along y; higher values are further up."""
        low, high = self.y
        return self.top + (high - value) / ((high - low) or 1.0) * self.height


def svg(width: float, height: float, parts: Sequence[str], label: str) -> str:
    """Return the drawing; `label` is read aloud in its place."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}" '
        f'preserveAspectRatio="xMidYMid meet">{"".join(parts)}</svg>'
    )


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    """Return a text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def bar(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> str:
    """Return a rectangle; `tip` shows when the pointer rests on it."""
    title = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{max(height, 0.5):.1f}" class="{kind}">{title}</rect>'


def dot(x: float, y: float, radius: float, kind: str, tip: str = "") -> str:
    """Return a circle; `tip` shows when the pointer rests on it."""
    title = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}">{title}</circle>'


def thin(x: Array, y: Array, limit: int = 1400) -> tuple[Array, Array]:
    """Keep the lowest and highest value of each stretch, so that a long line keeps its shape."""
    known = np.isfinite(y)
    x, y = x[known], y[known]
    if y.size <= limit:
        return x, y
    kept: list[int] = [0]
    for part in np.array_split(np.arange(y.size), limit // 2):
        low, high = int(part[np.argmin(y[part])]), int(part[np.argmax(y[part])])
        kept += sorted({low, high})
    places = np.unique([*kept, y.size - 1])
    return x[places], y[places]


def path(box: Box, x: Array, y: Array, kind: str, floor: float | None = None) -> str:
    """Return a line through the points, or with `floor` the area down (or up) to that value."""
    x, y = thin(x, y)
    if not y.size:
        return ""
    points = [f"{box.across(float(a)):.1f} {box.down(float(b)):.1f}" for a, b in zip(x, y, strict=True)]
    track = "M" + "L".join(points)
    if floor is not None:
        base = box.down(floor)
        track += f"L{box.across(float(x[-1])):.1f} {base:.1f}L{box.across(float(x[0])):.1f} {base:.1f}Z"
    return f'<path d="{track}" class="{kind}"/>'


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round values from low to high, about `count` of them."""
    span = high - low
    if not math.isfinite(span) or span <= 0.0:
        return [low]
    rough = span / max(count, 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1.0, 2.0, 2.5, 5.0, 10.0) if unit * k >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def padded(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """Return the limits with room above and below; equal ones are set apart."""
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room


def date_ticks(first: float, last: float) -> list[tuple[float, str]]:
    """Return places in days since 1970 and their labels: years, months or days, about eight of them."""
    span = last - first
    start, end = np.datetime64(math.floor(first), "D"), np.datetime64(math.ceil(last), "D")
    if span > 900:
        years = np.arange(start.astype("datetime64[Y]"), end.astype("datetime64[Y]") + np.timedelta64(1, "Y"))
        years = years[:: max(1, math.ceil(years.size / 11))]
        return _within(years, lambda day: str(day)[:4], first, last)
    if span > 70:
        months = np.arange(start.astype("datetime64[M]"), end.astype("datetime64[M]") + np.timedelta64(1, "M"))
        months = months[:: max(1, math.ceil(months.size / 9))]
        return _within(months, lambda day: f"{MONTHS[int(str(day)[5:7]) - 1]} {str(day)[2:4]}", first, last)
    days = np.arange(start, end + np.timedelta64(1, "D"))
    days = days[:: max(1, math.ceil(days.size / 8))]
    return _within(days, lambda day: f"{int(str(day)[8:10])} {MONTHS[int(str(day)[5:7]) - 1]}", first, last)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _within(
    marks: npt.NDArray[np.datetime64], label: Callable[[np.datetime64], str], first: float, last: float
) -> list[tuple[float, str]]:
    days = marks.astype("datetime64[D]")
    places = days.astype(np.int64).tolist()
    return [(float(p), label(d)) for p, d in zip(places, days, strict=True) if first <= p <= last]
