from __future__ import annotations

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bar
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy


class Cross(Strategy):
    fast = Param(10, 2, 50)
    share = Param(0.5, 0.0, 1.0)
    average = Param("sma", choices=("sma", "ema"))
    reverse = Param(False)

    def on_bar(self, bar: Bar) -> None:
        self.buy(self.fast)


def test_a_parameter_reads_as_its_value() -> None:
    assert (Cross().fast, Cross(fast=5).fast, Cross(share=1).share) == (10, 5, 1.0)
    assert list(Cross.parameters) == ["fast", "share", "average", "reverse"]


@pytest.mark.parametrize(
    "given",
    [
        {"fast": 1},
        {"fast": 51},
        {"fast": 3.5},
        {"fast": True},
        {"share": float("nan")},
        {"average": "wma"},
        {"quick": 3},
    ],
)
def test_a_value_out_of_its_range_type_or_choices_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Cross(**given)


@pytest.mark.parametrize(
    ("name", "text", "value"), [("fast", "7", 7), ("share", "0.25", 0.25), ("reverse", "true", True)]
)
def test_a_text_is_read_in_the_type_of_its_parameter(name: str, text: str, value: object) -> None:
    assert Cross.parameters[name].read(text) == value


def test_a_text_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidInput, match="fast must be of type int"):
        Cross.parameters["fast"].read("ten")


def test_a_default_keeps_to_its_own_range() -> None:
    with pytest.raises(InvalidInput):
        Param(1, 2, 3)


def test_a_strategy_trades_only_while_it_runs() -> None:
    with pytest.raises(InvalidInput, match="only while it runs"):
        Cross().buy(1)


def test_a_size_is_said_in_one_way() -> None:
    with pytest.raises(InvalidInput, match="in one way"):
        Cross().buy(1, percent=5)
    with pytest.raises(InvalidInput, match="in one way"):
        Cross().sell()
