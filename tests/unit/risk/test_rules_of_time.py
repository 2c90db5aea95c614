"""Trading hours, news windows and the mandatory stop, each at its boundary and over clock changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from bidwell.model.events import Check
from bidwell.model.limits import Hours, Limits, Window
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.rules import news_window, protective_stop, trading_hours
from bidwell.risk.windows import described, ending, inside
from tests.properties.samples import market, order, proposal, stop, view

CHICAGO, NEW_YORK = "America/Chicago", "America/New_York"
NIGHT = Window(time(17), time(15, 10), CHICAGO, (0, 1, 2, 3, 6))


def ask(hours: tuple[Hours, ...], moment: datetime, side: Side = Side.BUY, position: str = "0") -> Check:
    seen = view(Limits(trading_hours=hours), position=Decimal(position))
    return trading_hours.check(proposal(order(side, "1"), view=seen, market=market(time=moment)))


@pytest.mark.parametrize(
    ("moment", "passes"),
    [
        (datetime(2026, 3, 2, 21, 9, 59, tzinfo=UTC), True),  # 15:09:59 in winter
        (datetime(2026, 3, 2, 21, 10, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 23, 0, tzinfo=UTC), True),  # 17:00 opens the next day
        (datetime(2026, 3, 9, 20, 9, 59, tzinfo=UTC), True),  # 15:09:59 after the clocks went forward
        (datetime(2026, 3, 9, 20, 10, tzinfo=UTC), False),
        (datetime(2026, 3, 6, 21, 30, tzinfo=UTC), False),  # Friday after the close
        (datetime(2026, 3, 7, 23, 30, tzinfo=UTC), False),  # Saturday
        (datetime(2026, 3, 8, 21, 59, 59, tzinfo=UTC), False),  # Sunday, a second before 17:00 in summer time
        (datetime(2026, 3, 8, 22, 0, tzinfo=UTC), True),
    ],
)
def test_hours_follow_the_firms_clock_over_midnight_and_summer_time(moment: datetime, passes: bool) -> None:
    assert ask((Hours((NIGHT,)),), moment).passed is passes


def test_outside_the_hours_a_position_can_still_be_closed() -> None:
    shut = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert ask((Hours((NIGHT,)),), shut, Side.SELL, "1").passed
    denied = ask((Hours((NIGHT,)),), shut)
    assert denied.message == (
        "Entries in Growth are allowed Mon/Tue/Wed/Thu/Sun 17:00-15:10 America/Chicago only; no quantity would pass."
    )


def test_the_hours_of_every_scope_must_be_open() -> None:
    morning = Hours((Window(time(9, 30), time(12), NEW_YORK),))
    moment = datetime(2026, 3, 2, 18, tzinfo=UTC)  # 13:00 in New York, inside the night's window only
    assert ask((Hours((NIGHT,)),), moment).passed
    assert not ask((Hours((NIGHT,)), morning), moment).passed


def test_without_hours_or_a_market_clock_the_wall_clock_stands_in() -> None:
    assert trading_hours.check(proposal()).passed
    seen = view(Limits(trading_hours=(Hours((NIGHT,)),)))
    assert trading_hours.check(proposal(view=seen, now=datetime(2026, 3, 3, 12, tzinfo=UTC))).passed


@pytest.mark.parametrize("day", [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)])
def test_a_window_over_a_change_of_clocks_has_one_end(day: datetime) -> None:
    window = Window(time(0), time(6), NEW_YORK, (6,))
    minutes = [day.replace(hour=4) + timedelta(minutes=number) for number in range(8 * 60)]
    ends = {ending(window, minute) for minute in minutes}
    assert ends <= {None, day.replace(hour=10 if day.month == 3 else 11)}
    assert any(inside(Hours((window,)), minute) for minute in minutes)


def test_windows_are_told_in_words() -> None:
    assert described(Hours((Window(time(8, 30), time(15, 10), CHICAGO),))) == "Mon-Fri 08:30-15:10 America/Chicago"


def test_an_entry_near_a_release_is_denied_and_an_exit_is_not() -> None:
    limits = Limits(news_before=Decimal(60))
    near = view(limits, news="Consumer prices")
    denied = news_window.check(proposal(view=near))
    assert denied.message == "Consumer prices is too near for entries in AAPL; no quantity would pass."
    assert news_window.check(proposal(view=view(limits))).passed
    assert news_window.check(proposal(view=view(news="Consumer prices"))).passed
    held = replace(near, position=Decimal(10))
    assert news_window.check(proposal(order(Side.SELL, "10"), view=held)).passed


def test_a_mandatory_stop_must_cover_the_whole_entry() -> None:
    seen, entry = view(Limits(require_stop=True)), order(Side.BUY, "10")
    legs = {
        "whole": order(Side.SELL, "10", terms=stop("95"), leg=2, reduces=True),
        "part": order(Side.SELL, "9", terms=stop("95"), leg=2, reduces=True),
        "target": order(Side.SELL, "10", terms=Terms(OrderType.LIMIT, limit_price=Decimal(120)), leg=1, reduces=True),
        "trail": order(Side.SELL, "10", terms=Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(2)), leg=2),
    }
    passed = {name: protective_stop.check(proposal(entry, view=seen, attached=(leg,))).passed
              for name, leg in legs.items()}  # fmt: skip
    assert passed == {"whole": True, "part": False, "target": False, "trail": True}
    assert protective_stop.check(proposal(entry)).passed
    held = replace(seen, position=Decimal(10))
    assert protective_stop.check(proposal(order(Side.SELL, "10"), view=held)).passed
