"""The tear sheet: one HTML file that stands alone, without scripts and without network.

Entry points: `to_html(report)`, `write(report, path)`. Every text that comes from outside is escaped, and the page
forbids itself to load anything. Light and dark follow the reader's system; on paper it is light.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from importlib import resources
from pathlib import Path

import numpy as np

from bidwell.analytics import charts, metrics
from bidwell.analytics.drawing import MONTHS
from bidwell.analytics.metrics.drawdowns import spells
from bidwell.analytics.report import Report, monthly_returns
from bidwell.analytics.round_trips import RoundTrip, moment
from bidwell.analytics.wording import NONE, percent, plain, whole

Write = Callable[[float], str]

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
LISTED: dict[str, tuple[tuple[str, str, Write], ...]] = {
    "Return": (
        ("total_return", "Total return", percent), ("cagr", "Annual growth", percent),
        ("best_return", "Best period", percent), ("worst_return", "Worst period", percent),
        ("positive_periods", "Periods with gain", percent), ("stability", "Stability (R²)", plain),
    ),
    "Risk": (
        ("annual_volatility", "Volatility", percent), ("downside_risk", "Downside deviation", percent),
        ("value_at_risk", "Value at risk 95 %", percent), ("conditional_value_at_risk", "Expected shortfall 95 %", percent),
        ("skewness", "Skewness", plain), ("kurtosis", "Kurtosis", plain), ("tail_ratio", "Tail ratio", plain),
    ),
    "Drawdown": (
        ("max_drawdown", "Maximum drawdown", percent), ("average_drawdown", "Average drawdown", percent),
        ("longest_drawdown", "Longest, in periods", whole), ("time_under_water", "Time under water", percent),
        ("ulcer_index", "Ulcer index", percent), ("conditional_drawdown", "Drawdown at risk 95 %", percent),
    ),
    "Ratios": (
        ("sharpe_ratio", "Sharpe", plain), ("sortino_ratio", "Sortino", plain), ("calmar_ratio", "Calmar", plain),
        ("omega_ratio", "Omega", plain), ("martin_ratio", "Martin", plain), ("gain_to_pain", "Gain to pain", plain),
        ("probabilistic_sharpe", "P(true Sharpe > 0)", percent), ("recovery_factor", "Recovery factor", plain),
    ),
    "Against the benchmark": (
        ("active_return", "Active return", percent), ("alpha", "Alpha", percent), ("beta", "Beta", plain),
        ("correlation", "Correlation", plain), ("tracking_error", "Tracking error", percent),
        ("information_ratio", "Information ratio", plain), ("up_capture", "Up capture", plain),
        ("down_capture", "Down capture", plain), ("batting_average", "Batting average", percent),
    ),
    "Round trips": (
        ("round_trips", "Closed", whole), ("win_rate", "Win rate", percent), ("profit_factor", "Profit factor", plain),
        ("payoff_ratio", "Payoff ratio", plain), ("expectancy", "Expectancy", plain),
        ("average_win", "Average win", plain), ("average_loss", "Average loss", plain),
        ("largest_win", "Largest win", plain), ("largest_loss", "Largest loss", plain),
        ("longest_losing_streak", "Losses in a row", whole), ("average_days_held", "Days held", plain),
        ("average_adverse", "Average MAE", percent), ("average_favourable", "Average MFE", percent),
        ("system_quality", "System quality", plain), ("kelly_fraction", "Kelly fraction", percent),
    ),
}  # fmt: skip


def write(report: Report, path: str | Path) -> Path:
    """Write the tear sheet to a file and return its path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(to_html(report), encoding="utf-8")
    return target


def to_html(report: Report) -> str:
    """Return the tear sheet as one HTML document."""
    style = resources.files("bidwell.analytics").joinpath("tearsheet.css").read_text(encoding="utf-8")
    body = "".join(
        [
            _header(report),
            _key(report),
            _section("Equity", charts.equity_chart(report), _scale(report), _legend(report)),
            _section("Monthly returns", _heat(report)),
            _pair(
                _section("Return by year", charts.yearly_chart(report), legend=_legend(report, "box")),
                _section(
                    "Rolling Sharpe ratio", charts.rolling_chart(report), f"{report.window} periods", _legend(report)
                ),
            ),
            _pair(
                _section("Distribution of returns", charts.distribution_chart(report), "periods that moved"),
                _section("Gross exposure", charts.exposure_chart(report), "of equity"),
            ),
            _pair(_section("Worst drawdowns", _drawdowns(report)), _section("Costs", _costs(report))),
            _trips(report),
            _section("Figures", _figures(report), _basis(report)),
            _footer(report),
        ]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>{style}</style></head><body><main>{body}</main></body></html>\n"
    )


def _section(title: str, content: str, note: str = "", legend: str = "") -> str:
    if not content:
        return ""
    small = f"<small>{escape(note)}</small>" if note else ""
    return f"<section>{legend}<h2>{escape(title)}{small}</h2>{content}</section>"


def _pair(*sections: str) -> str:
    shown = [section for section in sections if section]
    return f'<div class="pair">{"".join(shown)}</div>' if shown else ""


def _scale(report: Report) -> str:
    return f"{report.currency}, logarithmic" if charts.is_logarithmic(report) else report.currency


def _legend(report: Report, kind: str = "") -> str:
    if report.benchmark_path is None:
        return ""
    mine, theirs = escape(report.title), escape(report.benchmark_name)
    return (
        f'<div class="legend"><span><i class="{kind}"></i>{mine}</span>'
        f'<span><i class="{kind} second"></i>{theirs}</span></div>'
    )


def _header(report: Report) -> str:
    first, last = moment(report.path.at[0]), moment(report.path.at[-1])
    subtitle = f"<p>{escape(report.subtitle)}</p>" if report.subtitle else ""
    return (
        f"<header><div><h1>{escape(report.title)}</h1>{subtitle}</div>"
        f'<p class="when">{_day(first)} – {_day(last)}</p></header>'
    )


def _day(at: object) -> str:
    stamp = f"{at:%Y-%m-%d}"
    return f"{int(stamp[8:])} {MONTHS[int(stamp[5:7]) - 1]} {stamp[:4]}"


def _key(report: Report) -> str:
    mine, theirs = report.figures, report.benchmark_figures
    name = report.benchmark_name
    entries = [
        (
            "Final equity",
            f"{plain(mine['final_equity'], 0)}",
            f"{report.currency}, from {plain(report.first_equity, 0)}",
        ),
        *[
            (label, shape(mine[key]), f"{name} {shape(theirs[key])}" if theirs else "")
            for key, label, shape in (
                ("total_return", "Total return", percent),
                ("cagr", "Annual growth", percent),
                ("sharpe_ratio", "Sharpe ratio", plain),
                ("max_drawdown", "Maximum drawdown", percent),
                ("annual_volatility", "Volatility", percent),
            )
        ],
    ]
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}{f'<small>{escape(note)}</small>' if note else ''}</dd></div>"
        for label, value, note in entries
    )
    return f'<dl class="key">{cells}</dl>'


def _heat(report: Report) -> str:
    table = monthly_returns(report)
    values = [abs(value) for row in table.values() for month, value in row.items() if month and math.isfinite(value)]
    deepest = float(np.quantile(values, 0.95)) if values else 0.0
    head = "".join(f"<th>{name}</th>" for name in ("", *MONTHS, "Year"))
    rows = []
    for year, row in table.items():
        cells = "".join(_cell(row.get(month), deepest) for month in range(1, 13))
        rows.append(f'<tr><td>{year}</td>{cells}<td class="whole">{percent(row[0], 1)}</td></tr>')
    return f'<div class="scroll"><table class="heat"><tr>{head}</tr>{"".join(rows)}</table></div>'


def _cell(value: float | None, deepest: float) -> str:
    if value is None or not math.isfinite(value):
        return "<td></td>"
    depth = min(1.0, abs(value) / deepest) if deepest else 0.0
    if round(value, 6) == 0.0:
        return f'<td class="cell none">{percent(0.0, 1)}</td>'
    kind = "gain" if value > 0.0 else "loss"
    return f'<td class="cell {kind}" style="--depth:{8 + 47 * depth:.0f}%">{percent(value, 1)}</td>'


def _drawdowns(report: Report) -> str:
    returns = np.nan_to_num(report.returns)
    found = sorted(spells(metrics.drawdowns(returns)), key=lambda spell: spell[2])[:6]
    if not found:
        return ""
    at = report.path.at
    rows = []
    for first, after, depth in found:
        recovered = _day(moment(at[after])) if after < len(at) else "not yet"
        begun = _day(moment(at[max(first - 1, 0)]))
        rows.append((begun, recovered, whole(after - first), percent(depth)))
    return _table(("Peak", "Recovered", "Periods", "Depth"), rows)


def _costs(report: Report) -> str:
    profit = report.figures["profit"]
    paid = sum(report.costs.values())
    if not report.costs:
        return ""
    rows = [("Profit before costs", plain(profit + paid), "")]
    for name, amount in report.costs.items():
        share = amount / (profit + paid) if profit + paid > 0.0 else math.nan
        rows.append((name, plain(-amount), percent(share, 1)))
    rows.append(("Profit", plain(profit), ""))
    return _table((f"In {report.currency}", "", "of gross"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{top}</tr>{body}</table></div>'


def _trips(report: Report) -> str:
    trips = report.round_trips
    if not trips:
        return ""
    ranked = sorted(trips, key=lambda trip: trip.profit, reverse=True)
    chosen = ranked if len(ranked) <= 10 else [*ranked[:5], *ranked[-5:]]
    return (
        _pair(
            _section("Round trips by close", charts.trips_chart(trips), "net return on entry"),
            _section("Result by worst open loss", charts.excursion_chart(trips), "MAE, of entry"),
        )
        + _section("Best and worst round trips", _trip_table(chosen), f"of {len(trips)}")
        + _pair(*_attribution(trips))
    )


def _trip_table(trips: Sequence[RoundTrip]) -> str:
    head = (
        "Instrument",
        "Side",
        "Opened",
        "Closed",
        "Quantity",
        "Entry",
        "Exit",
        "MAE",
        "MFE",
        "Fees",
        "Profit",
        "Return",
    )
    rows = [
        (
            trip.instrument, trip.side, f"{trip.opened_at:%Y-%m-%d}", f"{trip.closed_at:%Y-%m-%d}",
            f"{trip.quantity:,.6g}", f"{trip.entry_price:,.6g}", f"{trip.exit_price:,.6g}", percent(trip.adverse, 1),
            percent(trip.favourable, 1), plain(trip.fees), plain(trip.profit), percent(trip.return_on_entry),
        )
        for trip in trips
    ]  # fmt: skip
    return _table(head, rows)


def _attribution(trips: Sequence[RoundTrip]) -> list[str]:
    by = (
        ("By instrument", lambda trip: trip.instrument),
        ("By side", lambda trip: trip.side),
        ("By hour of entry, UTC", lambda trip: f"{trip.opened_at:%H}:00"),
    )
    sections = []
    for title, key in by:
        groups: dict[str, list[float]] = {}
        for trip in trips:
            groups.setdefault(key(trip), []).append(trip.profit)
        ranked = sorted(groups.items(), key=lambda item: sum(item[1]), reverse=True)
        if title.startswith("By hour"):
            ranked.sort()
        if len(ranked) < 2:
            continue
        shown = ranked if len(ranked) <= 12 else [*ranked[:6], *ranked[-6:]]
        rows = [
            (name, whole(len(profits)), percent(metrics.win_rate(profits), 0), plain(sum(profits)))
            for name, profits in shown
        ]
        sections.append(_section(title, _table(("", "Round trips", "Won", "Profit"), rows)))
    return sections


def _figures(report: Report) -> str:
    mine, theirs = report.figures, report.benchmark_figures
    blocks = []
    for group, entries in LISTED.items():
        known = [(key, label, shape) for key, label, shape in entries if key in mine]
        if not known:
            continue
        both = any(key in theirs for key, _, _ in known)
        head = f"<tr><th></th><th>Run</th><th>{escape(report.benchmark_name)}</th></tr>" if both else ""
        rows = "".join(
            f"<tr><td>{escape(label)}</td><td>{escape(shape(mine[key]))}</td>"
            + (f"<td>{escape(shape(theirs[key]) if key in theirs else NONE)}</td>" if both else "")
            + "</tr>"
            for key, label, shape in known
        )
        blocks.append(f"<div><h3>{escape(group)}</h3><table>{head}{rows}</table></div>")
    return f'<div class="columns">{"".join(blocks)}</div>'


def _basis(report: Report) -> str:
    count = len(report.returns)
    return f"{count:,} periods, {report.per_year:g} in a year; no risk-free rate"


def _footer(report: Report) -> str:
    entries = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.details.items())
    details = f"<dl>{entries}</dl>" if entries else ""
    return f"<footer>{details}Past results, and simulated ones all the more, say little about future ones. Made with Bidwell.</footer>"
