from __future__ import annotations

import json

import pytest

from bidwell.strategy.validation import Validation, checking, validate

GOOD = '''
import numpy as np
from bidwell import Bar, Bars, Param, Strategy, indicators


class Cross(Strategy):
    """Crosses.

    More words.
    """

    fast = Param(10, 2, 50, about="bars of the quick average")
    slow = Param(30, low=5, high=200, step=5)
    kind = Param("sma", choices=("sma", "ema"))

    def prepare(self, bars: Bars) -> None:
        self.quick = indicators.sma(bars.close, self.fast)
        self.past = bars.close

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.past[-2]:
            self.buy(1)
'''


def codes(found: Validation) -> list[tuple[int, str]]:
    return [(each.line, each.code) for each in found.findings]


def test_a_good_file_is_told_with_its_parameters_and_hooks() -> None:
    found = validate(GOOD)
    assert found.runs
    assert found.findings == ()
    (strategy,) = found.strategies
    assert (strategy.name, strategy.line, strategy.about, strategy.hooks) == (
        "Cross", 6, "Crosses.", ("prepare", "on_bar"),
    )  # fmt: skip
    fast, slow, kind = strategy.parameters
    assert (fast.name, fast.kind, fast.default, fast.low, fast.high, fast.about) == (
        "fast", "int", 10, 2, 50, "bars of the quick average",
    )  # fmt: skip
    assert (slow.low, slow.high, slow.step) == (5, 200, 5)
    assert (kind.kind, kind.choices) == ("str", ("sma", "ema"))


def test_what_is_told_is_json_and_the_same_text_is_read_once() -> None:
    before = checking._read.cache_info().hits
    told = json.dumps(validate(GOOD).as_json())
    assert json.loads(told)["strategies"][0]["parameters"][0]["name"] == "fast"
    assert json.dumps(validate(GOOD).as_json()) == told
    assert checking._read.cache_info().hits > before


BODY = "from bidwell import Param, Strategy\nclass S(Strategy):\n    {}\n    def on_bar(self, bar): pass\n"


@pytest.mark.parametrize(
    ("source", "line", "code"),
    [
        ("def\n", 1, "strategy.syntax"),
        ("x = (\n1\n", 1, "strategy.syntax"),
        ("\0", 1, "strategy.syntax"),
        ("x = 1\n", 1, "strategy.class"),
        (BODY.format("p = Param(1, 2, 3)"), 3, "strategy.parameter"),
        (BODY.format("p = Param(9, 2, 3)"), 3, "strategy.parameter"),
        (BODY.format("p = Param(2, 3, 1)"), 3, "strategy.parameter"),
        (BODY.format("p = Param()"), 3, "strategy.parameter"),
        (BODY.format("p = Param('x', choices=('a', 'b'))"), 3, "strategy.parameter"),
        (BODY.format("async def on_fill(self, fill): pass"), 3, "strategy.async"),
        (BODY.format("def prepare(self): pass"), 3, "strategy.arguments"),
        ("from bidwell import Strategy\nclass S(Strategy):\n    x = 1\n", 2, "strategy.idle"),
        ("import os\n" + GOOD, 1, "forbidden.import"),
        ("from urllib.request import urlopen\n" + GOOD, 1, "forbidden.import"),
        ("from . import other\n" + GOOD, 1, "forbidden.import"),
        ("from bidwell.storage import vault\n" + GOOD, 1, "forbidden.import"),
        (GOOD + "\n\nopen('x')\n", 25, "forbidden.builtin"),
        (GOOD + "\n\n().__class__.__subclasses__()\n", 25, "forbidden.attribute"),
        ("#" * (checking.LONGEST + 1), 1, "strategy.too_long"),
    ],
)
def test_what_cannot_run_is_an_error_at_its_line(source: str, line: int, code: str) -> None:
    found = validate(source)
    assert not found.runs
    assert (line, code) in codes(found)


def in_prepare(text: str) -> str:
    return GOOD.replace("        self.past = bars.close\n", f"        self.past = bars.close\n        {text}\n")


def in_on_bar(text: str) -> str:
    return GOOD.replace("            self.buy(1)\n", f"            {text}\n")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (in_prepare("self.next = np.roll(bars.close, -1)"), "look_ahead.shift"),
        (in_prepare("self.next = frame.shift(periods=-2)"), "look_ahead.shift"),
        (in_prepare("self.smooth = np.gradient(bars.close)"), "look_ahead.two_sided"),
        (in_prepare("self.mid = frame.rolling(5, center=True).mean()"), "look_ahead.centered"),
        (in_prepare("self.back = bars.close[::-1]"), "look_ahead.reversed"),
        (in_prepare("self.last = bars.close[-1]"), "look_ahead.last"),
        (in_prepare("self.next = [bars.close[i + 1] for i in range(9)]"), "look_ahead.next"),
        (in_prepare("self.top = bars.high.max()"), "look_ahead.whole"),
        (in_prepare("self.top = np.max(bars.high)"), "look_ahead.whole"),
        (in_on_bar("self.buy(self.past[bar.index + 1])"), "look_ahead.next"),
        (in_on_bar("self.log(str(datetime.now()))"), "clock"),
    ],
)
def test_looks_at_the_future_are_warned_of(source: str, code: str) -> None:
    found = validate(source)
    assert code in {each.code for each in found.findings}
    assert found.runs


def test_keeping_all_bars_is_an_error() -> None:
    found = validate(in_prepare("self.all = bars"))
    assert [each.code for each in found.errors] == ["look_ahead.bars"]


def test_shifting_back_and_rolling_windows_are_no_smell() -> None:
    for text in ("self.before = np.roll(bars.close, 1)", "self.top = bars.close.cumsum()", "self.x = max(1, 2)"):
        assert validate(in_prepare(text)).findings == ()


BACKTRADERS = """
import backtrader as bt


class Cross(bt.Strategy):
    \"\"\"Crosses.\"\"\"

    params = (("fast", 10), ("slow", 30.5), ("data", None))

    def next(self):
        if self.quick[0] > self.data.close[1]:
            self.buy()


class Other(Cross):
    params = dict(name="x", on=True)

    def next(self):
        pass
"""


def test_backtraders_files_are_told_with_their_parameters() -> None:
    found = validate(BACKTRADERS)
    assert found.runs
    assert [(each.line, each.code) for each in found.findings] == [(11, "look_ahead.next")]
    cross, other = found.strategies
    assert (cross.engine, cross.about, cross.hooks) == ("backtrader", "Crosses.", ("next",))
    assert [(one.name, one.kind, one.default) for one in cross.parameters] == [
        ("fast", "int", 10), ("slow", "float", 30.5),
    ]  # fmt: skip
    assert [(one.name, one.default) for one in other.parameters] == [("name", "x"), ("on", True)]
    assert validate(GOOD).strategies[0].engine == "bidwell"
