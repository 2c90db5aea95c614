from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import GroupId, IntentId
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.terms import Side, Terms
from tests.properties.samples import AAPL, ACCOUNT, NOW

PLAIN = Intent(
    id=IntentId("int_1"), key="k", source=Source.TICKET, instrument=AAPL.id, side=Side.BUY,
    sizing=Sizing(SizingBy.QUANTITY, Decimal(10)), terms=Terms(), received_at=NOW,
    valid_until=NOW + timedelta(seconds=30), account=ACCOUNT,
)  # fmt: skip


@pytest.mark.parametrize("by", list(SizingBy))
@pytest.mark.parametrize(
    ("figure", "code"),
    [
        ("NaN", "sizing.not_finite"),
        ("sNaN", "sizing.not_finite"),
        ("Infinity", "sizing.not_finite"),
        ("-Infinity", "sizing.not_finite"),
        ("1e30", "sizing.too_large"),
        ("-1e30", "sizing.too_large"),
        ("1.000000000000000000000000000000000000001", "sizing.too_large"),
        ("1234567890123456789012345678901234567890", "sizing.too_large"),
    ],
)
def test_a_size_that_no_account_could_hold_is_refused(by: SizingBy, figure: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Sizing(by, Decimal(figure))
    assert refused.value.code == code


@pytest.mark.parametrize("by", [by for by in SizingBy if by is not SizingBy.TARGET])
@pytest.mark.parametrize("figure", ["0", "-0", "-1", "-0.0000001"])
def test_a_size_must_be_above_zero_unless_it_is_a_target(by: SizingBy, figure: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Sizing(by, Decimal(figure))
    assert refused.value.code == "sizing.not_positive"


@pytest.mark.parametrize("figure", ["0", "-5", "5", "1e15", "-1e15"])
def test_a_target_may_be_flat_long_or_short(figure: str) -> None:
    assert Sizing(SizingBy.TARGET, Decimal(figure)).value == Decimal(figure)


def test_at_most_all_can_be_closed() -> None:
    assert Sizing(SizingBy.CLOSE, Decimal(100)).value == 100
    with pytest.raises(InvalidInput, match="at most 100"):
        Sizing(SizingBy.CLOSE, Decimal("100.01"))


@pytest.mark.parametrize("changes", [{"group": GroupId("grp_1")}, {"account": None}])
def test_an_intent_names_one_receiver(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        replace(PLAIN, **changes)
    assert refused.value.code == "intent.receiver"


@pytest.mark.parametrize("by", list(SizingBy))
def test_an_intent_names_its_side_unless_the_size_says_it(by: SizingBy) -> None:
    sizing = Sizing(by, Decimal(10))
    if by in {SizingBy.TARGET, SizingBy.CLOSE}:
        assert replace(PLAIN, sizing=sizing, side=None).side is None
    else:
        with pytest.raises(InvalidInput) as refused:
            replace(PLAIN, sizing=sizing, side=None)
        assert refused.value.code == "intent.side_missing"
