"""The strategy's side of a run on the desk, without a process: what a backtest would do is what it does."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bidwell.jobs.live.messages import Facts, Filled, Linked, Moment, Placed, Quoted, Row, Withdrawn
from bidwell.jobs.live.player import Player
from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy import sizing
from bidwell.strategy.bars import Bar, Bars, Quote
from bidwell.strategy.parameters import Param
from bidwell.strategy.schedule import Schedule
from bidwell.strategy.strategy import Strategy
from bidwell.strategy.trading import StrategyFill
from tests.unit.backtest.markets import random_bars


def rows(bars: Bars) -> list[Row]:
    columns = (bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return [
        (int(t), float(o), float(h), float(low), float(c), float(v))
        for t, o, h, low, c, v in zip(*columns, strict=True)
    ]


class Counts(Strategy):
    size = Param(2, 1, 10)

    def prepare(self, bars: Bars) -> None:
        self.seen = 0
        self.fills: list[float] = []
        self.level = np.convolve(bars.close, np.ones(3) / 3.0)[: len(bars)]

    def on_bar(self, bar: Bar) -> None:
        self.seen += 1
        if self.seen % 3 == 0:
            self.buy(self.size, stop_loss=bar.close * 0.9)
        SERIES.append((bar.nanoseconds, self.level[-1], self.level[0], self.seen))

    def on_fill(self, fill: StrategyFill) -> None:
        self.fills.append(fill.quantity)
        self.log(f"fill of order {fill.order}, holds {fill.position:g}")


SERIES: list[tuple[int, float, float, int]] = []


def test_the_series_are_those_of_a_backtest_over_the_same_bars() -> None:
    bars = random_bars(60)
    SERIES.clear()
    backtest(Counts, bars, compile="never")
    wanted = [each[:3] for each in SERIES]
    SERIES.clear()
    player = Player(Counts(), ["X"])
    player.history("X", rows(bars)[:20])
    for row in rows(bars)[20:]:
        player.moment(Moment({"X": row}, Facts()))
    np.testing.assert_allclose([each[:3] for each in SERIES], wanted[20:], rtol=1e-12)
    assert [each[3] for each in SERIES] == list(range(1, 41))


def test_orders_are_collected_with_numbers_that_go_on() -> None:
    made = rows(random_bars(10))
    player = Player(Counts(size=4), ["X"], number=7)
    acts = [act for row in made for act in player.moment(Moment({"X": row}, Facts())).acts]
    assert [(act.number, act.amount, act.side) for act in acts if isinstance(act, Placed)] == [
        (7, 4, 1.0), (8, 4, 1.0), (9, 4, 1.0),
    ]  # fmt: skip
    assert isinstance(acts[0], Placed)
    assert acts[0].price == made[2][4]
    assert acts[0].stop_loss == pytest.approx(made[2][4] * 0.9)


def test_what_is_kept_on_self_comes_back_in_a_new_process_before_anything_is_called() -> None:
    made = rows(random_bars(20))
    first = Player(Counts(), ["X"])
    for row in made[:5]:
        last = first.moment(Moment({"X": row}, Facts()))
    assert last.state == {"seen": 5, "fills": []}
    second = Player(Counts(), ["X"], last.number, last.state)
    second.history("X", made[:6])
    told = second.filled(Filled(0, "X", 2.0, 100.0, 0.0, Facts({"X": 2.0})))
    assert told.state == {"seen": 5, "fills": [2.0]}
    assert told.log == ["fill of order 0, holds 2"]
    assert second.moment(Moment({"X": made[6]}, Facts())).state["seen"] == 6


class Asks(Strategy):
    def on_bar(self, bar: Bar) -> None:
        DOES[0](self)


DOES: list[Any] = [None]


def asked(does: Any, facts: Facts = Facts({"X": 3.0}, 10.0, 20.0, [5])) -> Any:  # noqa: B008, ANN401 - whatever a strategy asks
    DOES[0] = does
    player = Player(Asks(), ["X"], number=6)
    return player.moment(Moment({"X": (0, 1.0, 1.0, 1.0, 1.0, 1.0)}, facts))


def test_nothing_is_sent_where_nothing_is_to_be_done() -> None:
    for does in (lambda s: s.order_target(3.0), lambda s: s.cancel(99), lambda s: s.position_of("X")):
        assert asked(does).acts == []
    assert asked(lambda s: s.close(), Facts()).acts == []
    assert asked(lambda s: s.order_target_percent(0), Facts()).acts == []


def test_cancels_pairs_and_targets_are_asked_of_the_desk() -> None:
    assert asked(lambda s: s.cancel(5)).acts == [Withdrawn(5)]
    assert asked(lambda s: s.cancel_all()).acts == [Withdrawn(symbol="X")]
    pair = asked(lambda s: s.oco(s.sell(1, limit=2.0), s.sell(1, stop=0.5))).acts
    assert pair[-1] == Linked(6, 7)
    (target,) = asked(lambda s: s.order_target_percent(50)).acts
    assert (target.by, target.amount, target.price) == (sizing.TO_PERCENT, 50, 1.0)
    assert asked(lambda s: s.cancel(s.buy(1))).acts == []


def test_figures_that_are_no_order_are_refused_in_the_log() -> None:
    for does in (
        lambda s: s.buy(math.nan),
        lambda s: s.buy(1, limit=-1.0),
        lambda s: s.buy(0),
        lambda s: s.buy(math.inf),
    ):
        answer = asked(does)
        assert answer.acts == []
        assert "was refused" in answer.log[0]
        assert answer.number == 7


def test_an_unknown_symbol_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="not in this run"):
        asked(lambda s: s.buy(1, symbol="Y"))


class Hoards(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.many = {1, 2}
        self.names = {"a": [1.0, None, True]}


def test_what_a_restart_cannot_keep_is_told_once() -> None:
    player = Player(Hoards(), ["X"])
    answers = [player.moment(Moment({"X": row}, Facts())) for row in rows(random_bars(3))]
    assert [answer.log for answer in answers] == [["self.many is a set, which a restart does not keep"], [], []]
    assert answers[0].state == {"names": {"a": [1.0, None, True]}}


class Swells(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.text = "x" * (2 << 20)


def test_a_state_that_grows_without_end_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="more than"):
        Player(Swells(), ["X"]).moment(Moment({"X": rows(random_bars(1))[0]}, Facts()))


class Listens(Strategy):
    schedules = (Schedule("12:00"),)

    def on_schedule(self, at: datetime) -> None:
        self.log(f"due {at:%d %H:%M}")

    def on_quote(self, quote: Quote) -> None:
        self.log(f"{quote.symbol} {quote.mid}")

    def on_bar(self, bar: Bar) -> None:
        self.log(f"bar {bar.time:%H:%M} of {bar.symbol}")


def test_schedules_and_quotes_are_told_as_in_a_backtest() -> None:
    noon = int(datetime(2024, 1, 2, 12, tzinfo=UTC).timestamp()) * 10**9
    hour = 3600 * 10**9
    player = Player(Listens(), ["X", "Y"])
    player.history("X", [(noon - hour, 1.0, 1.0, 1.0, 1.0, 1.0)])
    both = dict.fromkeys(("X", "Y"), (noon, 1.0, 1.0, 1.0, 1.0, 1.0))
    assert player.moment(Moment(both, Facts())).log == ["due 02 12:00", "bar 12:00 of X", "bar 12:00 of Y"]
    later = {"X": (noon + hour, 1.0, 1.0, 1.0, 1.0, 1.0)}
    assert player.moment(Moment(later, Facts())).log == ["bar 13:00 of X"]
    quoted = Quoted("Y", noon + hour, 1.0, 3.0, 2.0, 5.0, 5.0, Facts())
    assert player.quoted(quoted).log == ["Y 2.0"]


class Early(Strategy):
    def on_start(self) -> None:
        self.heard = 0

    def prepare(self, bars: Bars) -> None:
        self.prepared = len(bars)

    def on_quote(self, quote: Quote) -> None:
        self.heard += 1

    def on_bar(self, bar: Bar) -> None:
        pass


def test_a_quote_may_come_before_any_bar_and_after_a_restart() -> None:
    quote = Quoted("X", 0, 1.0, 3.0, 2.0, 5.0, 5.0, Facts())
    first = Player(Early(), ["X"])
    assert first.quoted(quote).state == {"heard": 1}
    assert first.moment(Moment({"X": (0, 1.0, 1.0, 1.0, 1.0, 1.0)}, Facts())).state == {"heard": 1, "prepared": 1}
    second = Player(Early(), ["X"], 0, {"heard": 5, "prepared": 9})
    assert second.quoted(quote).state == {"heard": 6, "prepared": 9}
    assert second.moment(Moment({"X": (0, 1.0, 1.0, 1.0, 1.0, 1.0)}, Facts())).state["heard"] == 6


def test_a_notice_of_exercise_is_refused_with_a_word_on_where_it_can_be_given() -> None:
    class Exercises(Strategy):
        def on_bar(self, bar: Bar) -> None:
            self.exercise(symbol=bar.symbol)

    player = Player(Exercises(), ["X"])
    with pytest.raises(InvalidInput, match="cannot be exercised from a run on the desk") as refused:
        player.moment(Moment({"X": rows(random_bars(1))[0]}, Facts()))
    assert refused.value.code == "strategy.exercise"
