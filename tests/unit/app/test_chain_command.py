"""`bidwell accounts chain`: expiries and a chain from the desk's routes, as a table or JSON, asked again while it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bidwell.app.cli import chain, main
from bidwell.model.errors import InvalidInput


def option(right: str, strike: int, *, listed: bool = False, bid: str | None = "310.10") -> dict[str, Any]:
    name = f"NIFTY261229{right}{strike}"
    return {"id": f"{name}.XNSE", "symbol": name, "pick": f"{name}.XNSE", "bid": bid, "ask": "310.60", "last": "310.35",
            "listed": listed}  # fmt: skip


CHAIN = {
    "underlying": "NIFTY.XNSE", "expiry": "2026-12-29", "currency": "INR", "tick_size": "0.05", "lot_size": "75",
    "multiplier": "1", "last": "26045.50", "at_the_money": "26000", "strikes": 18, "reason": "",
    "read_at": "2026-11-22T04:00:00.000000Z",
    "rows": [{"strike": "26000", "call": option("C", 26000, listed=True), "put": option("P", 26000, bid=None)},
             {"strike": "26100", "call": None, "put": option("P", 26100)}],
}  # fmt: skip


class Desk:
    """Stands in for the running desk's API; it reads the list for as many questions as `reading` says."""

    expiries: ClassVar[list[str]] = []
    asked: ClassVar[list[tuple[str, dict[str, str | None]]]] = []
    reading: ClassVar[list[str]] = []

    def __init__(self, data: Path | None) -> None:
        pass

    def get(self, path: str, **query: str | None) -> Any:  # noqa: ANN401 - JSON
        Desk.asked.append((path, query))
        if Desk.reading:
            raise InvalidInput(Desk.reading.pop(), "not yet")
        return {"underlying": "NIFTY.XNSE", "items": Desk.expiries} if path.endswith("/expiries") else CHAIN


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidwell.app.remote.Remote", Desk)
    monkeypatch.setattr(chain, "PAUSE", 0.0)
    monkeypatch.setattr(Desk, "asked", [])
    monkeypatch.setattr(Desk, "reading", [])
    monkeypatch.setattr(Desk, "expiries", ["2026-12-29", "2027-01-28"])


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["bidwell", "accounts", "chain", "acc_1", "NIFTY", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out + captured.err


def test_without_an_expiry_the_nearest_chain_comes_with_the_expiries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = said(monkeypatch, capsys)
    assert code == 0
    assert Desk.asked == [
        ("/accounts/acc_1/options/expiries", {"underlying": "NIFTY"}),
        ("/accounts/acc_1/options/chain", {"underlying": "NIFTY", "expiry": None, "strikes": "20"}),
    ]
    lines = out.splitlines()
    assert lines[0] == "expiries: 2026-12-29, 2027-01-28"
    assert "NIFTY.XNSE 26045.50 INR" in lines[1]
    (money,) = [line for line in lines if "at the money" in line]
    assert money.split()[:6] == ["NIFTY261229C26000.XNSE", "(listed)", "310.10", "310.60", "310.35", "26000"]
    assert money.split()[6] == "–"
    assert "2 of 18 strikes" in lines[-1]
    code, out = said(monkeypatch, capsys, "--json")
    assert (code, json.loads(out)) == (0, CHAIN | {"expiries": Desk.expiries})


def test_one_expiry_is_asked_for_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(monkeypatch, capsys, "--expiry", "2027-01-28", "--strikes", "5")
    assert code == 0
    assert Desk.asked == [
        ("/accounts/acc_1/options/chain", {"underlying": "NIFTY", "expiry": "2027-01-28", "strikes": "5"})
    ]
    assert "expiries:" not in out


def test_a_list_that_is_being_read_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Desk, "reading", ["options_reading", "options_reading"])
    assert said(monkeypatch, capsys)[0] == 0
    assert len(Desk.asked) == 4
    monkeypatch.setattr(Desk, "reading", ["options_reading"])
    monkeypatch.setattr(chain, "LONGEST_READ", 0.0)
    ended, out = said(monkeypatch, capsys, "--json")
    assert (ended, json.loads(out)["error"]["code"]) == (1, "options_reading")


@pytest.mark.parametrize(
    ("reading", "expiries", "code"),
    [(["options.no_chains"], ["2026-12-29"], "options.no_chains"), ([], [], "options.none")],
)
def test_what_makes_no_chain_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reading: list[str],
    expiries: list[str],
    code: str,
) -> None:
    monkeypatch.setattr(Desk, "reading", reading)
    monkeypatch.setattr(Desk, "expiries", expiries)
    ended, out = said(monkeypatch, capsys, "--json")
    assert (ended, json.loads(out)["error"]["code"]) == (1, code)
    assert said(monkeypatch, capsys, "--strikes", "0")[0] == 2
