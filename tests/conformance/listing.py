"""Write the lists that come out of the registries: `python -m tests.conformance.listing` renews them.

docs/indicators.md, docs/metrics.md, docs/conformance.md, and the types of `bidwell.indicators`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from bidwell.analytics.metrics import METRICS
from bidwell.strategy.indicators.indicator import Indicator
from bidwell.strategy.indicators.registry import FAMILIES, load
from tests.conformance.cases import CASES, DIFFERENT, VECTORS

ROOT = Path(__file__).resolve().parents[2]
STUB = "src/bidwell/strategy/indicators/__init__.pyi"

INDICATORS_HEAD = """# Indicators

```python
from bidwell import indicators

fast = indicators.sma(close, 10)                    # an array in, an array of the same length out
bands = indicators.bbands(close, period=20)         # several outputs come as a named tuple: bands.upper
state = indicators.rsi.stream(14)                   # bar by bar: state.update(price), state.value, state.ready
```

Inputs are one-dimensional arrays, pandas or Polars series, oldest value first; `open`, `high`, `low`, `close` and
`volume` are the columns of bars. Results are float64 arrays.

- The first `warm_up()` values are NaN: an indicator says nothing before its windows are full.
- A NaN in an input gives NaN there, and the indicator starts afresh after it.
- A value never depends on a later bar.
- The stream gives the same values as the batch, bit for bit: both run the same compiled loop, which can stop and go
  on at any bar. Results do not depend on how the bars are cut into pieces.
- Loops are compiled when an indicator is first called and kept on disk beside the package, or in `NUMBA_CACHE_DIR`.

`bench/indicators.py` times each against TA-Lib; what agrees with whom is in [conformance.md](conformance.md).

"""

METRICS_HEAD = """# Metrics

```python
from bidwell import metrics

metrics.sharpe_ratio(returns)                       # daily returns as fractions
metrics.calmar_ratio(returns, periods_per_year=12)  # monthly ones
metrics.METRICS["alpha"].formula                    # this table as data
```

Returns are simple returns by period, as fractions. NaN is left out; what is undefined is NaN. A figure by year takes
`periods_per_year`, 252 unless given. Round-trip figures take net profits, oldest first.

## Round trips and the tear sheet

```python
from bidwell.analytics import exporting, tearsheet
from bidwell.analytics.report import Report
from bidwell.analytics.round_trips import Path, from_fills, with_excursions

trips = with_excursions(from_fills(fills), {"SPY": Path(at, high, low)})   # MAE and MFE from the bars
report = Report("Averages cross", at, equity, start=100_000, round_trips=trips, benchmark=spy, costs={"Fees": 412.50})
tearsheet.write(report, "sheet.html")               # one file, no scripts, no network; light, dark and print
exporting.write_json(report, "sheet.json")          # and write_csv, write_parquet into a folder
```

A round trip runs from flat to flat; a fill that turns the position closes one and opens the next, and its fee is split
by quantity. Figures by period are made of the last equity of each UTC date, so that a run on minutes and one on days
are judged alike; the periods of a year follow from their spacing unless given.

"""

CONFORMANCE_HEAD = """# What agrees with whom

Every line is a test that runs where the reference values are at hand (`tests/conformance`) or where TA-Lib is installed
(`tests/unit/indicators/test_talib.py`). Agreement means: within 1e-9 of the value (of 1 where it is smaller), or within
half a unit of the last digit that the reference prints. "from bar" says where two series that start from different
seeds have met. "plus" says how much more is allowed, and why: some files were printed or computed in fewer digits
than 1e-9 needs.

"""


def indicators_page() -> str:
    parts = [INDICATORS_HEAD]
    for family in FAMILIES:
        chosen = [i for i in load().values() if i.family == family]
        parts.append(
            f"## {family.capitalize()}\n\n| name | inputs | parameters | outputs | formula | source |\n|---|---|---|---|---|---|\n"
        )
        for i in chosen:
            values = ", ".join(f"{p.name}={p.default}" for p in i.parameters) or "–"
            outputs = "–" if i.outputs == ("value",) else ", ".join(i.outputs)
            parts.append(
                f"| `{i.name}` | {', '.join(i.inputs)} | {values} | {outputs} | {cell(i.formula)} | {i.source} |\n"
            )
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def metrics_page() -> str:
    parts = [METRICS_HEAD]
    for group, members in groupby(sorted(METRICS.values(), key=lambda m: m.group), key=lambda m: m.group):
        parts.append(f"## {group.capitalize()}\n\n| name | unit | formula | source |\n|---|---|---|---|\n")
        parts += [f"| `{m.name}` | {m.unit} | {cell(m.formula)} | {m.source} |\n" for m in members]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def conformance_page() -> str:
    oracle = sorted(name for name, i in load().items() if "TA-Lib" in i.source)
    parts = [CONFORMANCE_HEAD, f"## TA-Lib 0.8: {len(oracle)} indicators, every bar within 1e-9\n\n"]
    parts.append(", ".join(f"`{name}`" for name in oracle) + "\n\n")
    for source, cases in groupby(CASES, key=lambda case: case.source):
        listed = list(cases)
        parts.append(
            f"## {source}: {len(listed)} columns\n\n| file | column | indicator | parameters | remarks |\n|---|---|---|---|---|\n"
        )
        for case in listed:
            values = ", ".join(f"{k}={v}" for k, v in case.parameters.items()) or "defaults"
            remarks = [
                f"from bar {case.start}" * (case.start > 30),
                f"plus {case.slack:g}" * (case.slack > 0.0),
                case.note,
            ]
            name = case.file.partition("/")[2]
            parts.append(
                f"| {name} | {case.column} | `{case.indicator}` | {values} | {'; '.join(filter(None, remarks))} |\n"
            )
        parts.append("\n")
    parts.append(f"## backtrader: {len(VECTORS)} cases, three bars each, to the sixth decimal\n\n")
    parts.append(", ".join(f"{name} (`{VECTORS[name][0]}`)" for name in sorted(VECTORS)) + "\n\n")
    parts.append(
        "## Metrics\n\nAll cases of empyrical-reloaded in the reference file (alpha, beta, beta fragility, volatility, growth, Calmar,\n"
    )
    parts.append(
        "cumulative returns, downside risk, excess Sharpe, drawdown, rolling figures, Sharpe, simple returns, Sortino, stability,\n"
    )
    parts.append(
        "up capture) to its decimals, and all of skfolio (mean, partial moment, semi-variance and -deviation, skew, kurtosis,\n"
    )
    parts.append(
        "worst return, CVaR, EVaR, drawdown, CDaR, ulcer index; weighted and not) to its seven decimals. Two differ by choice:\n"
    )
    parts.append(
        "skfolio's ulcer index does not count the starting equity as a peak (ours does unless `from_start=False`), and its\n"
    )
    parts.append(
        "EVaR of a sample whose worst return carries a twentieth of the weight stops its search short of the bound.\n\n"
    )
    parts.append("## What differs, or is not ours\n\n| reference | why |\n|---|---|\n")
    parts += [f"| {name} | {why} |\n" for name, why in DIFFERENT.items()]
    return "".join(parts)


def stub() -> str:
    lines = [
        '"""The types of `bidwell.indicators`, written from the registry by tests/conformance/listing.py."""',
        "",
        "from typing import Literal, NamedTuple",
        "",
        "import numpy as np",
        "import numpy.typing as npt",
        "",
        "from bidwell.strategy.indicators.execution import Stream as Stream",
        "from bidwell.strategy.indicators.indicator import Indicator as Indicator",
        "",
        "Array = npt.NDArray[np.float64]",
        "",
        "def names() -> list[str]: ...",
        "",
    ]
    for i in sorted(load().values(), key=lambda i: i.name):
        lines += typed(i)
    return "\n".join(lines)


def typed(i: Indicator) -> list[str]:
    title = "".join(part.capitalize() for part in i.name.split("_"))
    inputs = "".join(f", {name}: npt.ArrayLike" for name in i.inputs)
    values = "".join(f", {p.name}: {p.annotation} = {p.default!r}" for p in i.parameters).replace("'", '"')
    made = "Array" if i.outputs == ("value",) else f"{title}Values"
    lines = []
    if made != "Array":
        lines += [f"class {made}(NamedTuple):", *(f"    {name}: Array" for name in i.outputs), ""]
    return [
        *lines,
        f"class _{title}(Indicator):",
        f"    def __call__(self{inputs}{values}) -> {made}: ...  # type: ignore[override]",
        f"    def stream(self{values}) -> Stream: ...  # type: ignore[override]",
        f"    def warm_up(self{values}) -> int: ...  # type: ignore[override]",
        "",
        f"{i.name}: _{title}",
        "",
    ]


PAGES: dict[str, Callable[[], str]] = {
    "docs/indicators.md": indicators_page,
    "docs/metrics.md": metrics_page,
    "docs/conformance.md": conformance_page,
    STUB: stub,
}


def main() -> None:
    for name, write in PAGES.items():
        (ROOT / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
