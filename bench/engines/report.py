"""The backtest benchmark's figures as text, as Markdown, and in a document between two marks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- bench backtest: begin -->", "<!-- bench backtest: end -->"
TARGETS = {
    "signals": ("signals and weights as arrays", "≥ 150 M"), "compiled": ("the same class, compiled", "≥ 100 M"),
    "python": ("`on_bar` in Python, whole call", "≥ 3 M"),
}  # fmt: skip
TIMES = {
    "sweep_1000x2500_ms": ("sweep 1,000 combinations × 2,500 bars", "≤ 10 ms", "sweep_1000x2500"),
    "sweep_100x100k_ms": ("sweep 100 × 100,000", "≤ 80 ms", "sweep_100x100k"),
    "weights_500x2520_ms": ("500 instruments × 2,520 days, daily weights", "≤ 15 ms", "weights_500x2520"),
    "momentum_500x2520_ms": ("the same, monthly momentum", "≤ 15 ms", ""),
    "weights_call_ms": ("daily weights, whole call", "", ""),
}
STARTS = {
    "warm_start_s": ("command to first result", "≤ 0.8 s"), "cold_start_s": ("the same, empty caches", "≤ 4 s"),
    "import_s": ("`import bidwell`, beyond Python itself", "≤ 0.15 s"),
}  # fmt: skip
MEMORY = {"rss_mb": ("a run of {bars:,} bars", ""), "sweep_rss_mb": ("sweep 100 × 100,000", "< 400 MB")}


def rows_of(figures: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What was measured: name, figure, how many times the raw limit, target."""
    ratios = figures["ratios"]
    raw = figures["raw_bars_s"]
    found = [(f"raw numba loop, {figures['bars']:,} bars", f"{raw / 1e6:,.0f} M bars/s", "1.0", "")]
    for name, (words, target) in TARGETS.items():
        found.append((words, f"{figures[f'{name}_bars_s'] / 1e6:,.1f} M bars/s", f"{ratios[name]:,.1f}", target))
    found.append(("compiled, whole call", f"{figures['compiled_call_bars_s'] / 1e6:,.1f} M bars/s", "", ""))
    for name, (words, target, ratio) in TIMES.items():
        found.append((words, f"{figures[name]:,.1f} ms", f"{ratios[ratio]:,.1f}" if ratio else "", target))
    found += [(words, f"{figures[name]:.2f} s", "", target) for name, (words, target) in STARTS.items()]
    found += [(f"memory: {words.format(bars=figures['bars'])}", f"{figures[name]:,.0f} MB", "", target)
              for name, (words, target) in MEMORY.items()]  # fmt: skip
    return found


def peer_rows(figures: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Each engine: name, version, bars per second, how many times ours is as fast, same fills and equity."""
    found: list[tuple[str, str, str, str, str]] = []
    told = figures["peers"]
    ours = told.get("bidwell", {})
    for name, peer in told.items():
        if "error" in peer:
            found.append((name, "", peer["error"], "", ""))
            continue
        rate = peer["bars_s"]
        same = "" if name == "bidwell" else "yes" if peer["same_as_ours"] else "NO"
        found.append((name, peer["version"], f"{rate:,.0f}", f"{ours['bars_s'] / rate:,.1f} ×", same))
        if name == "bidwell":
            fast = peer["compiled_bars_s"]
            found.append(("bidwell, compiled", peer["version"], f"{fast:,.0f}", f"{rate / fast:,.2f} ×", "yes"))
    return found


def table(figures: dict[str, Any]) -> str:
    """The figures as text."""
    lines = [f"{name:46} {value:>18} {ratio:>7} {target:>10}" for name, value, ratio, target in
             [("", "", "× raw", "target"), *rows_of(figures)]]  # fmt: skip
    if figures["peers"]:
        head = ("engine", "version", "bars/s", "Python path is", "same")
        lines += ["", *(f"{a:20} {b:16} {c:>16} {d:>16} {e:>5}" for a, b, c, d, e in [head, *peer_rows(figures)])]
    return "\n".join(lines)


def markdown(figures: dict[str, Any], note: str = "") -> str:
    """The figures as the tables of docs/benchmarks.md."""
    day = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")  # noqa: TID251 - the day of the measurement, on paper
    said = f"`bidwell bench backtest --markdown`, {day}, {figures['cores']} cores, Python {figures['python']}"
    lines = [
        f"{said}.{' ' + note if note else ''}",
        "",
        "| what | figure | × the raw loop's time | target |",
        "|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(row)} |" for row in rows_of(figures)]
    if figures["peers"]:
        bars = figures["peers"]["bidwell"]["bars"]
        lines += ["", f"The same strategy over {bars:,} bars in other engines:", ""]
        lines += [
            "| engine | version | bars/s | ours, in Python, is | same fills and equity |",
            "|---|---|---|---|---|",
        ]
        lines += [f"| {' | '.join(row)} |" for row in peer_rows(figures)]
    return "\n".join(lines)


def into(path: Path, text: str) -> None:
    """Put the text between the marks of a document."""
    whole = path.read_text("utf-8")
    head, begun, rest = whole.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not begun or not ended:
        msg = f"{path} has no marks {BEGIN} and {END}"
        raise SystemExit(msg)
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")
