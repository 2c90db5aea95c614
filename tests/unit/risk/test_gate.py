from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidwell.model.limits import Limits, TradingState
from bidwell.model.terms import Side
from bidwell.risk.approved import Approved
from bidwell.risk.gate import RULES, Blocked, Gate, Passed
from bidwell.risk.rules import session, tick_lot
from tests.properties.samples import limit, market, order, proposal, stop, view

GATE = Gate()
NAMES = [
    "halt", "session", "trading_hours", "news_window", "instrument_lists", "tick_lot", "stale_data", "price_collar",
    "duplicate", "order_rate", "protective_stop", "max_order_quantity", "max_order_notional", "max_position",
    "max_position_notional", "max_contracts", "max_gross_exposure", "max_net_exposure", "max_open_orders", "max_trades",
    "buying_power", "margin_buffer", "daily_loss", "realized_loss", "drawdown", "reconciled", "exit_size",
]  # fmt: skip


def test_every_rule_answers_in_its_fixed_order() -> None:
    verdict = GATE.decide(proposal())
    assert isinstance(verdict, Passed)
    assert [check.rule for check in verdict.checks] == NAMES
    assert len(RULES) == len(NAMES)


def test_the_first_failing_rule_denies_and_the_others_still_answer() -> None:
    shut = proposal(
        order(quantity="20"),
        view=view(Limits(max_order_quantity=Decimal(5), max_position=Decimal(7))),
        market=market(session_open=False),
    )
    verdict = GATE.decide(shut)
    assert isinstance(verdict, Blocked)
    assert verdict.denial.rule == "session"
    assert [check.rule for check in verdict.checks] == NAMES
    assert [check.rule for check in verdict.checks if not check.passed] == [
        "session", "max_order_quantity", "max_position",
    ]  # fmt: skip


def test_a_pass_approves_the_order_and_its_exits_and_reserves() -> None:
    entry = order(terms=limit("100"))
    legs = (order(Side.SELL, terms=limit("110"), leg=1), order(Side.SELL, terms=stop("95"), leg=2))
    verdict = GATE.decide(proposal(entry, attached=legs))
    assert isinstance(verdict, Passed)
    assert verdict.approved.order == entry
    assert tuple(one.order for one in verdict.attached) == legs
    assert verdict.reservation.cash == 1002


def test_an_order_that_only_reduces_comes_back_marked_so() -> None:
    seen = view(position=Decimal(10))
    plain, marked = order(Side.SELL, "10"), order(Side.SELL, "10", reduces=True)
    for asked in (plain, marked):
        verdict = GATE.decide(proposal(asked, view=seen))
        assert isinstance(verdict, Passed)
        assert verdict.approved.order == marked
        assert verdict.reservation.cash == 0


def test_a_reversal_is_not_marked_as_reducing() -> None:
    verdict = GATE.decide(proposal(order(Side.SELL, "11"), view=view(position=Decimal(10))))
    assert isinstance(verdict, Passed)
    assert not verdict.approved.order.reduces


@pytest.mark.parametrize("quantity", ["NaN", "sNaN", "Infinity", "-5", "0", "1e30", "1" * 40])
def test_a_quantity_that_no_rule_can_reckon_with_is_denied_by_the_lot_rule_alone(quantity: str) -> None:
    verdict = GATE.decide(proposal(replace(order(), quantity=Decimal(quantity))))
    assert isinstance(verdict, Blocked)
    assert [check.rule for check in verdict.checks] == [tick_lot.RULE]
    assert "above zero" in verdict.denial.message


def test_a_flat_halted_account_still_answers_every_rule() -> None:
    verdict = GATE.decide(proposal(view=view(state=TradingState.HALTED)))
    assert isinstance(verdict, Blocked)
    assert (verdict.denial.rule, len(verdict.checks)) == ("halt", len(NAMES))


def test_a_gate_of_chosen_rules_asks_those() -> None:
    verdict = Gate([session.check]).decide(proposal())
    assert isinstance(verdict, Passed)
    assert [check.rule for check in verdict.checks] == ["session"]


def test_recovery_approves_again_what_the_journal_already_approved() -> None:
    known = order()
    assert GATE.reapprove(known).order is known


def test_nothing_but_the_gate_can_approve() -> None:
    with pytest.raises(TypeError, match="only the gate"):
        Approved(order(), object())
