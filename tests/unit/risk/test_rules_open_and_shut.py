"""Rules that let an order pass or not, whatever its quantity: halt, session, lists, data, duplicates, rate, books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.model.limits import Limits, TradingState
from bidwell.model.terms import Side
from bidwell.risk.rules import (
    duplicate,
    halt,
    instrument_lists,
    max_open_orders,
    order_rate,
    reconciled,
    session,
    stale_data,
)
from bidwell.risk.view import AccountView
from tests.properties.samples import AAPL, COIN, TREND, account, market, order, proposal, view

ENTRY = order(Side.BUY, "10")
EXIT = order(Side.SELL, "10")


def long(seen: AccountView) -> AccountView:
    return replace(seen, position=Decimal(10))


@pytest.mark.parametrize(
    ("state", "enabled", "current"),
    [
        (TradingState.HALTED, True, "halted"),
        (TradingState.REDUCE_ONLY, True, "reduce_only"),
        (TradingState.ACTIVE, False, "disabled"),
    ],
)
def test_a_shut_account_takes_exits_only(state: TradingState, enabled: bool, current: str) -> None:
    seen = view(state=state, state_reason="news", account=account(enabled=enabled))
    denied = halt.check(proposal(ENTRY, view=seen))
    assert (denied.passed, denied.current, denied.would_pass) == (False, current, "0")
    assert "(news)" in denied.message
    assert halt.check(proposal(EXIT, view=long(seen))).passed


def test_a_reversal_in_a_shut_account_is_told_what_it_may_close() -> None:
    seen = long(view(state=TradingState.REDUCE_ONLY))
    denied = halt.check(proposal(order(Side.SELL, "25"), view=seen))
    assert (denied.passed, denied.would_pass) == (False, "10")
    assert denied.message == "Growth is reduce-only: only orders that reduce a position pass; 10 AAPL would pass."


def test_an_active_account_is_open() -> None:
    assert halt.check(proposal(ENTRY)).passed


def test_a_closed_session_takes_nothing() -> None:
    shut = market(session_open=False)
    for asked in (proposal(ENTRY, market=shut), proposal(EXIT, view=long(view()), market=shut)):
        denied = session.check(asked)
        assert (denied.passed, denied.current, denied.would_pass) == (False, "closed", "0")
        assert "XNYS" in denied.message
    assert session.check(proposal(ENTRY)).passed


@pytest.mark.parametrize(
    ("limits", "passes"),
    [
        (Limits(), True),
        (Limits(allowed_instruments=(AAPL.id,)), True),
        (Limits(allowed_instruments=(COIN.id,)), False),
        (Limits(allowed_instruments=()), False),
        (Limits(denied_instruments=(COIN.id,)), True),
        (Limits(denied_instruments=(AAPL.id,)), False),
        (Limits(allowed_instruments=(AAPL.id,), denied_instruments=(AAPL.id,)), False),
    ],
)
def test_an_entry_needs_an_instrument_that_is_allowed_and_not_denied(limits: Limits, passes: bool) -> None:
    assert instrument_lists.check(proposal(ENTRY, view=view(limits))).passed is passes
    assert instrument_lists.check(proposal(EXIT, view=long(view(limits)))).passed


def test_a_list_names_what_it_says_of_the_instrument() -> None:
    denied = instrument_lists.check(proposal(view=view(Limits(denied_instruments=(AAPL.id,)))))
    assert denied.message == "AAPL is denied in Growth; no quantity would pass."


@pytest.mark.parametrize(("age", "passes"), [("0", True), ("15", True), ("15.001", False), (None, False)])
def test_an_entry_needs_prices_that_are_fresh(age: str | None, passes: bool) -> None:
    seen = market(data_age=None if age is None else Decimal(age))
    limits = Limits(max_data_age=Decimal(15))
    check = stale_data.check(proposal(ENTRY, view=view(limits), market=seen))
    assert (check.passed, check.limit, check.current, check.unit) == (passes, "15", age or "", "s")
    assert stale_data.check(proposal(EXIT, view=long(view(limits)), market=seen)).passed
    assert stale_data.check(proposal(ENTRY, market=seen)).passed


def test_stale_prices_are_told_apart_from_none() -> None:
    limits = Limits(max_data_age=Decimal(15))
    late = stale_data.check(proposal(view=view(limits), market=market(data_age=Decimal(90))))
    never = stale_data.check(proposal(view=view(limits), market=market(data_age=None)))
    assert "90 s old" in late.message
    assert "never quoted" in never.message


@pytest.mark.parametrize("asked", [ENTRY, EXIT])
def test_the_same_order_within_the_window_is_denied_whether_it_adds_or_not(asked: object) -> None:
    assert isinstance(asked, type(ENTRY))
    limits = Limits(duplicate_window=Decimal(2))
    for twins, passes in ((0, True), (1, False), (2, False)):
        check = duplicate.check(proposal(asked, view=long(view(limits, twins=twins))))
        assert (check.passed, check.current) == (passes, str(twins))
    assert duplicate.check(proposal(asked, view=view(twins=3))).passed


@pytest.mark.parametrize(
    ("asked", "recent", "passes"),
    [(ENTRY, 299, True), (ENTRY, 300, False), (EXIT, 300, True), (EXIT, 599, True), (EXIT, 600, False)],
)
def test_exits_have_a_share_of_the_order_rate_that_entries_cannot_use_up(
    asked: object, recent: int, passes: bool
) -> None:
    assert isinstance(asked, type(ENTRY))
    check = order_rate.check(proposal(asked, view=long(view(Limits(max_order_rate=300), recent_orders=recent))))
    assert (check.passed, check.current) == (passes, str(recent + 1))
    assert order_rate.check(proposal(asked, view=long(view(recent_orders=recent)))).passed


@pytest.mark.parametrize(("open_orders", "legs", "passes"), [(2, 0, True), (3, 0, False), (1, 1, True), (1, 2, False)])
def test_an_entry_counts_with_its_exits_as_open_orders(open_orders: int, legs: int, passes: bool) -> None:
    seen = view(Limits(max_open_orders=3), open_orders=open_orders)
    check = max_open_orders.check(proposal(ENTRY, view=seen, attached=(EXIT,) * legs))
    assert (check.passed, check.limit, check.current) == (passes, "3", str(open_orders + 1 + legs))
    assert max_open_orders.check(proposal(EXIT, view=long(seen))).passed
    assert max_open_orders.check(proposal(ENTRY, view=replace(seen, limits=Limits()))).passed


@pytest.mark.parametrize(
    ("by_strategy", "clean", "passes"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_a_signal_waits_for_the_first_clean_reconciliation(by_strategy: bool, clean: bool, passes: bool) -> None:
    seen = view(reconciled=clean)
    strategy = TREND if by_strategy else None
    assert reconciled.check(proposal(replace(ENTRY, strategy=strategy), view=seen)).passed is passes
    assert reconciled.check(proposal(replace(EXIT, strategy=strategy), view=long(seen))).passed
