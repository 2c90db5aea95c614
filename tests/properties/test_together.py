"""What a denial says would pass, passes every rule, and one lot more does not."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import assume, given

from bidwell.model.limits import Limits
from bidwell.risk.gate import Blocked, Gate, Passed
from bidwell.risk.view import Proposal
from tests.properties.samples import order, proposal, view
from tests.properties.test_would_pass import proposals, resized, step_of

GATE = Gate()
PRICES = {"price_collar", "tick_lot"}


@given(asked=proposals())
def test_what_all_rules_together_let_pass_is_the_largest_quantity_that_passes_them(asked: Proposal) -> None:
    verdict = GATE.decide(asked)
    assume(isinstance(verdict, Blocked))
    assert isinstance(verdict, Blocked)
    failed = [check for check in verdict.checks if not check.passed]
    assume(len(failed) > 1 and not PRICES & {check.rule for check in failed})
    quantity = Decimal(verdict.denial.would_pass)
    if quantity > 0:
        assert isinstance(GATE.decide(resized(asked, quantity)), Passed)
    more = quantity + step_of(asked)
    assert isinstance(GATE.decide(resized(asked, more)), Blocked)


def test_the_denial_speaks_for_all_rules_and_says_so() -> None:
    limits = Limits(max_order_quantity=Decimal(50), max_position=Decimal(20))
    verdict = GATE.decide(proposal(order(quantity=Decimal(100)), view=view(limits)))
    assert isinstance(verdict, Blocked)
    assert (verdict.denial.rule, verdict.denial.would_pass) == ("max_order_quantity", "20")
    assert "50 AAPL would pass" in verdict.denial.message
    assert verdict.denial.message.endswith("By all rules together 20 AAPL would pass.")
    # Each rule's own answer stays its own.
    assert {check.rule: check.would_pass for check in verdict.checks if not check.passed} == {
        "max_order_quantity": "50", "max_position": "20",
    }  # fmt: skip
