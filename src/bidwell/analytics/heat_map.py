"""A metric over two parameters as a table of cells, drawn as SVG or as a page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from bidwell.analytics.drawing import svg, text

Floats = npt.NDArray[np.float64]
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
WIDTH, LEFT, TOP, BOTTOM, LEGEND = 900.0, 70.0, 10.0, 46.0, 74.0
STEPS = 8
LABELS = 22
NUMBERS = 240
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --text: #12161d; --soft: #4b5563; --none: #e2e6ec;
  --gain: 11 122 108; --loss: 198 48 62; --strong: #fff; }
@media (prefers-color-scheme: dark) { :root { --ground: #0b0e14; --text: #e6e9ef; --soft: #9aa4b2; --none: #232a36;
  --gain: 46 184 166; --loss: 240 97 109; --strong: #0b0e14; } }
svg { font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; width: 100%; height: auto; }
svg text { fill: var(--text); } svg text.soft { fill: var(--soft); } svg text.strong { fill: var(--strong); }
svg rect { stroke: var(--ground); stroke-width: 1; } svg rect.none { fill: var(--none); }
svg rect.best { stroke: var(--text); stroke-width: 2.5; }
"""
_SHADES = "".join(
    f"svg rect.{kind}{n} {{ fill: rgb(var(--{kind}) / {(n + 1) / STEPS:.3f}); }}\n"
    for kind in ("gain", "loss")
    for n in range(STEPS)
)
_PAGE = """
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; } h1 { font-size: 1.3rem; font-weight: 600; }
dl { display: flex; flex-wrap: wrap; gap: .4rem 2.2rem; } dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; }
p { color: var(--soft); font-size: .9rem; }
"""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`values[row][column]` of `metric` where `y[row]` and `x[column]` stand; NaN where nothing was tried.

    `best` is the row and the column of the highest value.
    """

    x_name: str
    y_name: str
    metric: str
    x: tuple[Any, ...]
    y: tuple[Any, ...]
    values: Floats
    best: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON; None where nothing was tried."""
        cells = [[value if np.isfinite(value) else None for value in row] for row in self.values.tolist()]
        return {"x_name": self.x_name, "y_name": self.y_name, "metric": self.metric, "x": list(self.x),
                "y": list(self.y), "values": cells, "best": list(self.best)}  # fmt: skip


def of_cells(x: Sequence[Any], y: Sequence[Any] | None, values: Floats, names: tuple[str, str], metric: str) -> HeatMap:
    """Sort trials into cells; of several in one cell the highest counts. Without `y` there is one row."""
    columns, rows = _sorted(x), _sorted(y) if y is not None else ("",)
    across, down = {each: n for n, each in enumerate(columns)}, {each: n for n, each in enumerate(rows)}
    cells = np.full((len(rows), len(columns)), np.nan)
    for place, value in enumerate(values.tolist()):
        spot = down[y[place]] if y is not None else 0, across[x[place]]
        if np.isfinite(value) and not cells[spot] >= value:
            cells[spot] = value
    best = int(np.argmax(np.where(np.isfinite(cells), cells, -np.inf)))
    return HeatMap(names[0], names[1], metric, columns, rows, cells, divmod(best, len(columns)))


def _sorted(values: Sequence[Any]) -> tuple[Any, ...]:
    found = set(values)
    return (
        tuple(sorted(found)) if all(isinstance(each, int | float) for each in found) else tuple(dict.fromkeys(values))
    )


def draw(heat: HeatMap) -> str:
    """The SVG, whose colours are left to a style sheet: rect.gain0 … rect.loss7, rect.none, rect.best."""
    columns, rows = len(heat.x), len(heat.y)
    wide = (WIDTH - LEFT - LEGEND) / columns
    tall = min(max(wide * 0.62, 14.0), 46.0) if rows > 1 else 46.0
    height = TOP + rows * tall + BOTTOM
    finite = np.abs(heat.values[np.isfinite(heat.values)])
    reach = float(finite.max()) if finite.size and finite.max() > 0.0 else 1.0
    parts: list[str] = []
    for row in range(rows):
        # The greatest value of y stands at the top, as on any chart.
        top = TOP + (rows - 1 - row) * tall
        for column in range(columns):
            parts += _cell(heat, row, column, (LEFT + column * wide, top, wide, tall), reach)
    row, column = heat.best
    parts.append(_rect(LEFT + column * wide, TOP + (rows - 1 - row) * tall, wide, tall, "best", 'fill="none"'))
    parts += _labels(heat, wide, tall, height)
    parts += _legend(reach, height)
    return svg(WIDTH, height, parts, f"{heat.metric.replace('_', ' ')} over {heat.x_name} and {heat.y_name}")


def standing_svg(heat: HeatMap) -> str:
    """An SVG file with its own colours."""
    drawn = draw(heat).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return drawn.replace(">", f"><style>{_STYLE}{_SHADES}</style>", 1) + "\n"


def page(heat: HeatMap, told: Sequence[tuple[str, str]] = ()) -> str:
    """A page that stands alone, without scripts and without network."""
    title = f"{heat.metric.replace('_', ' ').capitalize()} over {heat.x_name}" + (
        f" and {heat.y_name}" if heat.y_name else ""
    )
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in told)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}{_SHADES}{_PAGE}</style></head>'
        f"<body><h1>{escape(title)}</h1><dl>{facts}</dl>{draw(heat)}"
        "<p>The outlined cell is the best. A best cell amid others like it is worth more than one that stands alone.</p>"
        "</body></html>\n"
    )


def _cell(heat: HeatMap, row: int, column: int, box: tuple[float, float, float, float], reach: float) -> list[str]:
    left, top, wide, tall = box
    value = float(heat.values[row, column])
    where = f"{heat.x_name} {heat.x[column]}" + (f", {heat.y_name} {heat.y[row]}" if heat.y_name else "")
    if not np.isfinite(value):
        return [_rect(left, top, wide, tall, "none", "", f"{where}: nothing")]
    step = min(int(abs(value) / reach * STEPS), STEPS - 1)
    parts = [_rect(left, top, wide, tall, f"{'loss' if value < 0 else 'gain'}{step}", "", f"{where}: {value:.6g}")]
    if heat.values.size <= NUMBERS and wide >= 34.0:
        kind = "strong" if step >= STEPS // 2 + 1 else ""
        parts.append(text(left + wide / 2, top + tall / 2 + 4, _short(value), kind, "middle"))
    return parts


def _rect(left: float, top: float, wide: float, tall: float, kind: str, more: str = "", tip: str = "") -> str:
    title = f"<title>{escape(tip)}</title>" if tip else ""
    extra = f" {more}" if more else ""
    return (f'<rect x="{left:.2f}" y="{top:.2f}" width="{wide:.2f}" height="{tall:.2f}" class="{kind}"{extra}>'
            f"{title}</rect>")  # fmt: skip


def _labels(heat: HeatMap, wide: float, tall: float, height: float) -> list[str]:
    rows, skip = len(heat.y), max(-(-len(heat.x) // LABELS), 1)
    parts = [
        text(LEFT + (column + 0.5) * wide, height - BOTTOM + 16, _named(heat.x[column]), "soft", "middle")
        for column in range(0, len(heat.x), skip)
    ]
    parts.append(text(LEFT + (WIDTH - LEFT - LEGEND) / 2, height - 8, heat.x_name, "", "middle"))
    if heat.y_name:
        parts.append(text(4, height - BOTTOM + 16, heat.y_name))
        parts += [
            text(LEFT - 8, TOP + (rows - row - 0.5) * tall + 4, _named(heat.y[row]), "soft", "end")
            for row in range(0, rows, max(round(14.0 / tall), 1))
        ]
    return parts


def _legend(reach: float, height: float) -> list[str]:
    left, tall = WIDTH - LEGEND + 14, (height - TOP - BOTTOM) / (2 * STEPS)
    parts = []
    for n in range(STEPS):
        parts.append(_rect(left, TOP + (STEPS - 1 - n) * tall, 12, tall, f"gain{n}"))
        parts.append(_rect(left, TOP + (STEPS + n) * tall, 12, tall, f"loss{n}"))
    ends = ((TOP + 9, reach), (TOP + STEPS * tall + 4, 0.0), (TOP + 2 * STEPS * tall, -reach))
    return parts + [text(left + 17, place, _short(value), "soft") for place, value in ends]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _named(value: Any) -> str:  # noqa: ANN401 - a parameter's value
    return f"{value:g}" if isinstance(value, float) else str(value)
