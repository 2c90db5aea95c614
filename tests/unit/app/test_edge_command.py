from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.app.cli import main
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.terms import Side
from bidwell.server.risk.edges import known

AAA, NOON = InstrumentId("AAA"), datetime(2026, 3, 2, 12, tzinfo=UTC)


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["bidwell", "edge", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out + captured.err


def test_results_that_are_written_down_are_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = said(monkeypatch, capsys, "--results", "2, 2 -1", "--json")
    found = json.loads(out)
    assert (code, found["count"], found["expectancy"], found["kelly"]) == (0, 3, "1", "0.5")
    code, out = said(monkeypatch, capsys, "--results", "2,2,-1")
    assert code == 0
    assert "+1.00 ± 1.00 a trade" in out
    assert "half of it is 25.0%" in out
    for wrong in (("--results", "2,x"), ("--results", "NaN"), (), ("--results", "1", "--account", "growth")):
        assert said(monkeypatch, capsys, *wrong)[0] == 1


def fill(number: int, side: Side, quantity: int) -> Fill:
    at = NOON + timedelta(minutes=number)
    return Fill(ExecutionId(f"x{number}"), ClientOrderId(f"o{number}"), AccountId("a"), AAA, side, Decimal(quantity), Decimal(10),
                Decimal(0), "USD", at, at)  # fmt: skip


def test_of_a_position_that_was_there_before_only_what_follows_a_flat_moment_is_told() -> None:
    fills = [fill(1, Side.SELL, 5), fill(2, Side.SELL, 5), fill(3, Side.BUY, 2), fill(4, Side.SELL, 2)]
    assert known(reversed(fills), {AAA: Decimal(0)}) == fills[2:]
    assert known(fills[2:], {AAA: Decimal(0)}) == fills[2:]
    assert known(fills[:1], {AAA: Decimal(3)}) == []
