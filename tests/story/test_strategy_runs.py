"""A strategy's file on paper: started from the command line, killed with its desk, stopped, with nothing sent twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import RunningDesk
from tests.story.test_command_line import bidwell

ALTERNATES = """
from bidwell import Bar, Bars, Param, Strategy, StrategyFill, indicators


class Alternates(Strategy):
    size = Param(5, 1, 100)

    def prepare(self, bars: Bars) -> None:
        self.bars_seen = 0
        self.fills_heard = 0
        self.average = indicators.sma(bars.close, 3)

    def on_bar(self, bar: Bar) -> None:
        self.bars_seen += 1
        if self.bars_seen % 2:
            self.log(f"bar {self.bars_seen} at {bar.close:.2f}, average {self.average[-1]:.2f}")
            # Sizes that differ, so that no order looks like a repetition of the last one.
            self.order_target(0 if self.position else self.size + self.bars_seen % 19)

    def on_fill(self, fill: StrategyFill) -> None:
        self.fills_heard += 1
        self.log(f"heard {fill.quantity:+g} after {self.fills_heard}")
"""

FAILS = """
from bidwell import Bar, Strategy


class Fails(Strategy):
    def on_bar(self, bar: Bar) -> None:
        raise ValueError("no more")
"""


def lines(desk: RunningDesk, run: str) -> list[dict[str, Any]]:
    desk.own()
    found: list[dict[str, Any]] = desk.browser.get(f"/api/v1/w/main/strategy-runs/{run}/log?limit=1000")["items"]
    return found


def sent(desk: RunningDesk, run: str) -> list[dict[str, Any]]:
    page = desk.browser.get("/api/v1/w/main/intents?limit=200&source=strategy")["items"]
    return [one for one in page if one["strategy"] == run]


def start(desk: RunningDesk, file: Path, *options: str) -> str:
    done = bidwell(
        desk, "strategy", "run", str(file), "--instrument", "AAPL", "--account", "growth", *options, "--json"
    )
    assert done.returncode == 0, done
    name: str = json.loads(done.stdout)["id"]
    return name


def test_a_file_runs_on_paper_and_goes_on_after_its_desk_was_killed(desk: RunningDesk, tmp_path: Path) -> None:
    file = tmp_path / "alternates.py"
    file.write_text(ALTERNATES)
    desk.start("--speed", "300").own()
    desk.wait_reconciled()
    run = start(desk, file, "--set", "size=7")
    desk.until(f"/api/v1/w/main/strategy-runs/{run}/log?limit=1000",
               lambda found: sum("heard" in line["text"] for line in found["items"]) >= 2)  # fmt: skip
    assert "running" in bidwell(desk, "strategy", "list").stdout
    desk.kill()
    last = lines(desk.start("--speed", "300"), run)[-1]["number"]
    after = desk.until(
        f"/api/v1/w/main/strategy-runs/{run}/log?limit=1000&after={last}",
        lambda found: sum("heard" in line["text"] for line in found["items"]) >= 2,
    )["items"]
    stopped = bidwell(desk, "strategy", "stop", run, "--flatten", "--json")
    assert json.loads(stopped.stdout)["status"] == "stopped"
    desk.until(f"/api/v1/w/main/strategy-runs/{run}", lambda found: found["positions"] == {})
    told = [line["text"] for line in lines(desk, run)]
    assert any("they are history" in text for text in told)
    assert after[-1]["text"] in told
    # What it counted went on from where it was kept: every fill that reached the strategy has a number of its own.
    heard = [int(text.rpartition(" ")[2]) for text in told if text.startswith("heard")]
    assert heard == sorted(set(heard))
    intents = sent(desk, run)
    orders = [one["note"] for one in intents if one["note"].startswith("order")]
    assert len(set(orders)) == len(orders) > 2
    assert all(one["source"] == "strategy" and one["account"] == "growth" for one in intents)
    targets = {int(one["sizing"]["value"]) for one in intents if one["sizing"]["by"] == "target"}
    assert 0 in targets <= {0, *range(7, 26)}


def test_a_strategy_that_fails_is_shown_with_its_line_and_can_be_forgotten(owned: RunningDesk, tmp_path: Path) -> None:
    file = tmp_path / "fails.py"
    file.write_text(FAILS)
    owned.wait_reconciled()
    run = start(owned, file)
    found = owned.until(f"/api/v1/w/main/strategy-runs/{run}", lambda one: one["status"] == "failed")
    assert found["line"] == 7
    assert "ValueError: no more" in found["reason"]
    assert "failed" in bidwell(owned, "strategy", "list").stdout
    assert "no more" in bidwell(owned, "strategy", "log", run).stdout
    assert bidwell(owned, "strategy", "remove", run).returncode == 0
    assert owned.browser.call("GET", f"/api/v1/w/main/strategy-runs/{run}").status == 404


@pytest.mark.parametrize(
    ("source", "options", "code"),
    [
        ("import os\n" + FAILS, (), "forbidden.import"),
        (ALTERNATES, ("--set", "size=1000"), "strategy.parameter"),
    ],
)
def test_what_cannot_run_is_refused_with_a_code(
    owned: RunningDesk, tmp_path: Path, source: str, options: tuple[str, ...], code: str
) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(source)
    done = bidwell(owned, "strategy", "run", str(file), "--instrument", "AAPL", "--account", "growth", *options)
    assert done.returncode == 1
    assert f"[{code}]" in done.stderr


SUMS = """
from bidwell import Bar, Strategy, StrategyFill


class Sums(Strategy):
    def on_start(self) -> None:
        self.bars = self.fills = 0
        self.total = 0.0

    def on_bar(self, bar: Bar) -> None:
        self.bars += 1
        units = 1 + self.bars % 23
        if self.position > 60:
            self.sell(units)
        else:
            self.buy(units)

    def on_fill(self, fill: StrategyFill) -> None:
        self.fills += 1
        self.total += fill.quantity
        self.log(f"total {self.total:g} of {self.fills}")
"""


@pytest.mark.prove
def test_kills_at_any_moment_lose_no_fill_and_double_no_order(desk: RunningDesk, tmp_path: Path) -> None:
    file = tmp_path / "sums.py"
    file.write_text(SUMS)
    desk.start("--speed", "300").own()
    desk.wait_reconciled()
    run = start(desk, file)
    log = f"/api/v1/w/main/strategy-runs/{run}/log?limit=1000"
    for _ in range(5):
        last = lines(desk, run)[-1]["number"]
        desk.until(f"{log}&after={last}", lambda found: len(found["items"]) > 5, 60.0)
        desk.kill()
        desk.start("--speed", "300").own()
    last = lines(desk, run)[-1]["number"]
    desk.until(f"{log}&after={last}", lambda found: any("total" in line["text"] for line in found["items"]), 60.0)
    bidwell(desk, "strategy", "stop", run)
    # Fills that came while it was stopping are told when it is at work again; what reduces passes a halt.
    bidwell(desk, "strategy", "resume", run)
    bidwell(desk, "halt", "--reason", "the books are compared")

    def agreed(found: dict[str, Any]) -> bool:
        told = [line["text"].split()[1] for line in found["items"] if line["text"].startswith("total")]
        own = desk.browser.get(f"/api/v1/w/main/strategy-runs/{run}")["positions"].get("AAPL", "0")
        held = [one["quantity"] for one in desk.browser.get("/api/v1/w/main/positions")["items"]]
        return bool(told) and told[-1] == own and held == [own]

    desk.until(log, agreed, 60.0)
    notes = [one["note"] for one in sent(desk, run)]
    assert len(notes) == len(set(notes)) > 20
