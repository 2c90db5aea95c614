"""What a request of the API makes of corporate actions, and what a backtrader file is not run under."""

from __future__ import annotations

from typing import Any

import pytest

from bidwell.app.run_conditions import refuse_booking, refuse_for_backtrader
from bidwell.jobs.backtests.request import RunRequest
from bidwell.model.errors import InvalidInput


def request(**changes: Any) -> RunRequest:  # noqa: ANN401 - any field of a request
    return RunRequest(strategy="s", strategy_name="s", version=1, source="", data=["X.TEST@1D"], **changes)


def test_where_nothing_is_said_dividends_are_paid_in_a_run_and_out_of_the_prices_in_a_sweep() -> None:
    grid = {"fast": ["3", "5"]}
    assert (request().adjusting, request(grid=grid).adjusting) == ("split", "total")
    assert (request(adjust="raw").adjusting, request(grid=grid, adjust="raw").adjusting) == ("raw", "raw")


@pytest.mark.parametrize(
    "change",
    [
        {"interest": 0.05},
        {"cash_interest": 0.05},
        {"settlements": {"X.TEST": 1.0}},
        {"shorting": False},
        {"borrow": 0.1},
        {"calendar": "XNYS"},
    ],
)
def test_a_condition_that_a_cerebro_would_leave_out_is_refused(change: dict[str, Any]) -> None:
    refuse_for_backtrader(request())
    with pytest.raises(InvalidInput) as refused:
        refuse_for_backtrader(request(**change))
    assert refused.value.field == next(iter(change))


def test_a_cerebro_is_not_told_to_book_what_it_does_not_know() -> None:
    some = {"X.TEST": ()}
    for adjust in (None, "total"):
        refuse_booking(request(adjust=adjust), some)
    refuse_booking(request(adjust="raw"), {})
    for adjust in ("raw", "split"):
        with pytest.raises(InvalidInput, match="book no splits"):
            refuse_booking(request(adjust=adjust), some)
