"""`bidwell margin`: one order or a basket to the desk's margin route, and its answer as a table or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bidwell.app.cli import main

LINE = {"account": "acc_1", "name": "Growth", "told": "told", "currency": "INR", "required": "34786.73",
        "available": "96426.33", "code": "", "reason": ""}  # fmt: skip
SOLD = {"instrument": "NIFTY261229C26000.XNSE", "side": "SELL", "quantity": "75", "required": "95983.73"}
BOUGHT = {"instrument": "NIFTY261229C26500.XNSE", "side": "BUY", "quantity": "75", "required": "521.25"}


class Desk:
    """Stands in for the running desk's API."""

    answer: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def __init__(self, data: Path | None) -> None:
        pass

    def get(self, _path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        known = {"NIFTY261229C26000": "NIFTY261229C26000.XNSE", "NIFTY261229C26500": "NIFTY261229C26500.XNSE"}
        name = query["q"]
        return {"items": [{"id": known[name], "symbol": name}] if name in known else []}

    def post(self, path: str, body: dict[str, Any], _patience: float) -> dict[str, Any]:
        Desk.asked.append((path, body))
        return Desk.answer


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidwell.app.remote.Remote", Desk)
    monkeypatch.setattr(Desk, "asked", [])
    monkeypatch.setattr(Desk, "answer", {"accounts": [LINE | {"orders": [SOLD, BOUGHT]}]})


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["bidwell", "margin", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out + captured.err


def test_a_basket_is_one_question(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("sell", "75", "NIFTY261229C26000", "--limit", "210", "--account", "acc_1", "--with",
             "buy 75 NIFTY261229C26500 95")  # fmt: skip
    code, out = said(monkeypatch, capsys, *words)
    assert code == 0
    ((path, body),) = Desk.asked
    assert path == "/preview/margin"
    first, second = body["intents"]
    assert first == {
        "instrument": SOLD["instrument"], "side": "SELL", "sizing": {"by": "quantity", "value": "75"}, "account": "acc_1",
        "terms": {"order_type": "LIMIT", "limit_price": "210", "time_in_force": "DAY"},
    }  # fmt: skip
    assert (second["side"], second["instrument"], second["terms"]["limit_price"]) == ("BUY", BOUGHT["instrument"], "95")
    assert "34786.73 INR" in out
    assert "96426.33 INR" in out
    assert "sell 75 NIFTY261229C26000.XNSE alone 95983.73 INR" in out
    code, out = said(monkeypatch, capsys, *words, "--json")
    assert (code, json.loads(out)) == (0, Desk.answer)


def test_what_is_not_told_has_its_reason(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    line: dict[str, Any] = LINE | {
        "told": "not_told",
        "required": None,
        "available": None,
        "reason": "the session is down",
        "orders": [],
    }
    monkeypatch.setattr(Desk, "answer", {"accounts": [line]})
    code, out = said(monkeypatch, capsys, "buy", "75", "NIFTY261229C26000", "--group", "all")
    assert code == 0
    assert "the session is down" in out
    assert Desk.asked[0][1]["intents"][0]["group"] == "all"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("buy", "75", "NOSUCH"), "instrument.unknown"),
        (("buy", "75", "NIFTY261229C26000", "--with", "buy 75"), "margin.with"),
        (("buy", "75", "NIFTY261229C26000", "--with", "buy 75 NOSUCH"), "instrument.unknown"),
    ],
)
def test_what_is_no_order_is_refused_before_anybody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    assert said(monkeypatch, capsys, *words)[0] == 1
    ended, out = said(monkeypatch, capsys, *words, "--json")
    assert ended == 1
    assert json.loads(out)["error"]["code"] == code
    assert not Desk.asked
