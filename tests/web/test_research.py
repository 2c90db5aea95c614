"""Strategies and backtests on the screen, in a real browser, with real workers behind them."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from tests.story.running import RunningDesk
from tests.web.playing import Stage

pytestmark = pytest.mark.browser

FILES = "/api/v1/w/main/strategy-files"
RUNS = "/api/v1/w/main/backtests"
DATA = "AAPL.XNAS@1D"
BUYER = """from bidwell import Bar, Strategy


class Buyer(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if not self.position:
            self.buy(2)
"""


def template() -> str:
    return resources.files("bidwell.strategy.templates").joinpath("averages_cross.py").read_text(encoding="utf-8")


def keep(desk: RunningDesk, name: str, source: str) -> str:
    made = desk.browser.call("POST", FILES, {"name": name, "source": source})
    assert made.status == 201, made
    return str(made.body["id"])


def start(desk: RunningDesk, strategy: str, **more: Any) -> str:  # noqa: ANN401 - any part of a run
    """Start a run through the API, as a program would."""
    made = desk.browser.call("POST", RUNS, {"strategy": strategy, "data": [DATA], **more})
    assert made.status == 202, made
    return str(made.body["id"])


def test_a_strategy_becomes_a_result_is_compared_swept_and_mended(stage: Stage, desk: RunningDesk) -> None:
    line = "        if self.quick[-1] > self.calm[-1] and not self.position:"

    def broken(_: object) -> object:
        failing = template().replace(line, f"        print('about to fail')\n        1 / 0\n{line}")
        run = start(desk, keep(desk, "Broken", failing))
        desk.until(f"{RUNS}/{run}", lambda found: found["status"] == "failed")
        return {"run": run}

    def endless(_: object) -> object:
        return {
            "run": start(desk, keep(desk, "Endless", template().replace(line, f"        while True: pass\n{line}")))
        }

    def buyer(_: object) -> object:
        return {"strategy": keep(desk, "Buyer", BUYER)}

    def source(_: object) -> object:
        return template().replace("Param(10.0", "Param(8.0")

    desk.until(f"{RUNS}/data", lambda found: DATA in {one["name"] for one in found["items"]})
    stage.play("research", desk, {"broken": broken, "endless": endless, "source": source, "buyer": buyer})
