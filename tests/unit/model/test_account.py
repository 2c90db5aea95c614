from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.limits import Scope, ScopeType
from tests.properties.samples import account


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"leverage": Decimal(0)}, "account.leverage"),
        ({"leverage": Decimal("NaN")}, "account.leverage"),
        ({"quantity_step": Decimal(0)}, "account.quantity_step"),
        ({"quantity_step": Decimal("1e-13")}, "account.quantity_step"),
        ({"quantity_step": Decimal("Infinity")}, "account.quantity_step"),
    ],
)
def test_an_account_that_could_not_divide_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        account(**changes)
    assert refused.value.code == code


def test_an_account_may_take_fractions() -> None:
    assert account(quantity_step=Decimal("0.001")).quantity_step == Decimal("0.001")


def test_a_scope_reads_as_type_and_name() -> None:
    assert str(Scope(ScopeType.WORKSPACE)) == "workspace"
    assert str(Scope(ScopeType.ACCOUNT, "acc_one")) == "account:acc_one"
