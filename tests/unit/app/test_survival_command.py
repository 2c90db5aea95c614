from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bidwell.app.cli import main
from bidwell.simulation.backtest.result import Result


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored run of forty days that win 200 and lose 100 in turn."""
    days = np.arange(40)
    time = (days * 86_400 + 1_772_463_600) * 1_000_000_000
    equity = 50_000 + np.cumsum(np.where(days % 2, -100.0, 200.0))

    def rows() -> tuple[np.ndarray, np.ndarray]:
        return np.empty((0, 20)), np.empty((0, 10))

    run = Result(("A",), time, equity, rows, 50_000.0, 1.0, "python")
    monkeypatch.setattr(Result, "load", staticmethod(lambda _: run))


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["bidwell", "survival", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    return int(code or 0), capsys.readouterr().out


def test_the_odds_of_a_stored_run_are_told(
    stored: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = (str(tmp_path), "--plan", "topstep-combine-50k", "--paths", "400", "--folder", str(tmp_path))
    code, out = said(monkeypatch, capsys, *words, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["passed"]["share"] > 0.9
    assert len(found["balances"]) == 251
    code, out = said(monkeypatch, capsys, *words)
    assert (code, "No promise of compliance" in out) == (0, True)
    code, _ = said(monkeypatch, capsys, str(tmp_path), "--plan", "nothing", "--folder", str(tmp_path))
    assert code == 1


def test_a_plan_may_be_a_file(
    stored: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("""firm = "Mine"
plan = "Own"
currency = "USD"
effective_from = 2026-01-01
source = "made up"
read_on = 2026-01-01
zone = "UTC"
rolls_at = 00:00:00
[[phase]]
id = "mine"
phase = "evaluation"
size = 50000
profit_target = 1000
[phase.maximum_loss]
amount = 90
basis = "static"
""")
    code, out = said(monkeypatch, capsys, str(tmp_path), "--plan", str(file), "--paths", "200", "--json")
    assert (code, json.loads(out)["failed"]["share"] > 0.3) == (0, True)
