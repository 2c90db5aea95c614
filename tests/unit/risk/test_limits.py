from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from bidwell.model.ids import InstrumentId
from bidwell.model.limits import Limits
from bidwell.risk.limits import DEFAULTS, effective

A, B, C = InstrumentId("A.X"), InstrumentId("B.X"), InstrumentId("C.X")


def test_the_smallest_number_wins_and_its_scope_is_named() -> None:
    merged, origins = effective(
        [
            ("workspace", Limits(max_position=Decimal(100), max_open_orders=50)),
            ("account:one", Limits(max_position=Decimal(40))),
            ("strategy:two", Limits(max_position=Decimal(60), max_open_orders=70)),
        ]
    )
    assert merged == Limits(max_position=Decimal(40), max_open_orders=50)
    assert origins == {"max_position": "account:one", "max_open_orders": "workspace"}


def test_of_equal_limits_the_first_scope_is_named() -> None:
    _, origins = effective([("a", Limits(max_daily_loss=Decimal(5))), ("b", Limits(max_daily_loss=Decimal("5.00")))])
    assert origins == {"max_daily_loss": "a"}


def test_the_longest_duplicate_window_wins() -> None:
    merged, origins = effective(
        [("a", Limits(duplicate_window=Decimal(2))), ("b", Limits(duplicate_window=Decimal(9)))]
    )
    assert (merged.duplicate_window, origins["duplicate_window"]) == (Decimal(9), "b")


def test_allowed_lists_intersect_and_denied_lists_unite() -> None:
    merged, origins = effective(
        [
            ("a", Limits(allowed_instruments=(A, B), denied_instruments=(C,))),
            ("b", Limits(allowed_instruments=(B, C), denied_instruments=(A, C))),
            ("c", Limits(allowed_instruments=(B, A), denied_instruments=(A,))),
        ]
    )
    assert (merged.allowed_instruments, merged.denied_instruments) == ((B,), (C, A))
    assert origins == {"allowed_instruments": "b", "denied_instruments": "b"}


def test_an_empty_intersection_allows_nothing() -> None:
    merged, _ = effective([("a", Limits(allowed_instruments=(A,))), ("b", Limits(allowed_instruments=(B,)))])
    assert merged.allowed_instruments == ()


def test_zero_is_a_limit_and_none_is_not() -> None:
    merged, origins = effective([("a", Limits(max_position=Decimal(0))), ("b", Limits())])
    assert merged == Limits(max_position=Decimal(0))
    assert origins == {"max_position": "a"}


def test_without_scopes_there_are_no_limits() -> None:
    assert effective([]) == (Limits(), {})


def test_the_defaults_hold_whatever_the_account_is_worth() -> None:
    merged, origins = effective([("default", DEFAULTS)])
    assert merged == DEFAULTS
    assert set(origins) == {"price_collar", "max_data_age", "duplicate_window", "max_order_rate", "max_open_orders"}
    assert set(origins) <= {field.name for field in fields(Limits)}
