"""The backtest benchmark's report, and that other engines fill as ours does where they can be installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.engines.cases import CASH, Cross, Exact, market
from bench.engines.limits import raw, raw_sweep
from bench.engines.others import PEERS, peers
from bench.engines.report import BEGIN, END, into, markdown, table
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.sweep import sweep

FIGURES: dict[str, Any] = {
    "bars": 500_000, "cores": 2, "python": "3.11.7", "raw_bars_s": 4e8, "python_bars_s": 4e6, "compiled_bars_s": 1.6e8,
    "signals_bars_s": 2e8, "compiled_call_bars_s": 1e8, "sweep_1000x2500_ms": 8.0, "sweep_100x100k_ms": 60.0,
    "weights_500x2520_ms": 9.0, "momentum_500x2520_ms": 6.0, "weights_call_ms": 25.0, "warm_start_s": 0.6,
    "cold_start_s": 0.7, "import_s": 0.01, "rss_mb": 129.0, "sweep_rss_mb": 205.0,
    "ratios": {"python": 100.0, "compiled": 2.5, "signals": 2.0, "sweep_1000x2500": 1.5, "sweep_100x100k": 1.4,
               "weights_500x2520": 3.0},
    "peers": {"bidwell": {"version": "this checkout", "bars": 100_000, "bars_s": 4e6, "compiled_bars_s": 1e8},
              "slow": {"version": "1.0", "bars_s": 2e4, "same_as_ours": False}, "gone": {"error": "cannot be installed"}},
}  # fmt: skip


def test_the_report_says_each_figure_beside_its_target() -> None:
    told = table(FIGURES)
    assert "200.0 M bars/s" in told
    assert "≥ 150 M" in told
    assert "200.0 ×" in told
    assert "NO" in told
    assert "cannot be installed" in told


def test_the_tables_of_a_document_are_renewed_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    into(page, markdown(FIGURES, "Quiet."))
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "Quiet." in text
    assert "old" not in text
    assert all(line.count("|") in {5, 6} for line in text.splitlines() if line.startswith("|"))
    page.write_text("no marks", "utf-8")
    with pytest.raises(SystemExit):
        into(page, "x")


def test_the_raw_limit_does_what_the_strategy_does() -> None:
    bars = market(3_000)
    strategy = Cross()
    strategy.prepare(bars)
    equity = bars.close * 0.0
    fills = raw(bars.open, bars.close, strategy.quick, strategy.calm, 0.001, CASH, equity)
    result = backtest(Cross(), bars, cash=CASH, fees=0.1, compile="never")
    assert fills == len(result.fill_rows)
    assert equity == pytest.approx(result.equity, rel=1e-12)


def test_the_raw_sweep_finds_what_the_sweep_finds() -> None:
    bars, grid = market(2_000), {"fast": range(5, 8), "slow": range(20, 40, 10)}
    found = sweep(Cross, bars, grid, cash=CASH, fees=0.1, compile="never")
    bare = raw_sweep(bars, grid, 0.001)
    assert bare[:, 0] == pytest.approx(found.columns["final_equity"], rel=1e-12)
    assert bare[:, 1] == pytest.approx(found.columns["max_drawdown"], rel=1e-9, abs=1e-15)


@pytest.mark.network
@pytest.mark.parametrize("name", list(PEERS))
def test_other_engines_fill_as_ours_does(name: str) -> None:
    told = peers(3_000, [name])
    assert told[name].get("error") is None
    assert told[name]["same_as_ours"]
    assert told["bidwell"]["fills"] == len(backtest(Exact(), market(3_000), cash=CASH, fees=0.1).fills)
