"""Net exposure, contracts, margin, entries a day, realized loss and drawdown floors, each at its boundary."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bidwell.model.events import Check
from bidwell.model.limits import Basis, ContractLimit, Drawdown, Limits
from bidwell.model.order import Order
from bidwell.model.terms import Side
from bidwell.risk.gate import Rule
from bidwell.risk.rules import drawdown, margin_buffer, max_contracts, max_net_exposure, max_trades, realized_loss
from bidwell.risk.view import Floor
from tests.properties.samples import EMINI, account, limit, market, order, proposal, quote, stop, view

BUY, SELL = Side.BUY, Side.SELL
AT_100 = limit("100")


def ask(rule: Rule, limits: Limits, asked: Order, attached: tuple[Order, ...] = (), **changes: Any) -> Check:  # noqa: ANN401 - checked by AccountView
    return rule(proposal(asked, view=view(limits, **changes), attached=attached))


@pytest.mark.parametrize(("quantity", "would_pass"), [("10", None), ("11", "10")])
def test_net_exposure_counts_what_could_lean_to_the_orders_side(quantity: str, would_pass: str | None) -> None:
    limits = Limits(max_net_exposure=Decimal(5000))
    check = ask(max_net_exposure.check, limits, order(BUY, quantity, terms=AT_100), net_long=Decimal(4000))
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


def test_an_order_that_leads_back_toward_flat_passes() -> None:
    limits = Limits(max_net_exposure=Decimal(5000))
    short = ask(max_net_exposure.check, limits, order(SELL, "50", terms=AT_100), net_long=Decimal(9000),
                net_short=Decimal(-9000))  # fmt: skip
    assert short.passed
    assert max_net_exposure.check(proposal(order(BUY, "9999"))).passed


def test_net_exposure_without_a_price_or_a_rate_is_unknown() -> None:
    limits = view(Limits(max_net_exposure=Decimal(5000)))
    assert not max_net_exposure.check(proposal(order(BUY, "1"), view=limits, market=market(quote=None))).passed
    assert not max_net_exposure.check(proposal(order(BUY, "1"), view=limits, market=market(rate=None))).passed


@pytest.mark.parametrize(("quantity", "would_pass"), [("3", None), ("4", "3")])
def test_contracts_count_over_all_instruments_with_their_weights(quantity: str, would_pass: str | None) -> None:
    bound = ContractLimit(Decimal(5), (("ES", Decimal(1)), ("MES", Decimal("0.1"))), None)
    seen = view(Limits(contract_limits=(bound,)), elsewhere=(Decimal(2),))
    asked = order(BUY, quantity, instrument=EMINI.id)
    prices = market(quote=quote("5000", "5000.25", "5000", instrument=EMINI.id))
    check = max_contracts.check(proposal(asked, instrument=EMINI, view=seen, market=prices))
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


def test_what_is_not_listed_may_not_be_entered_but_can_be_left() -> None:
    seen = Limits(contract_limits=(ContractLimit(Decimal(5), (("ES", Decimal(1)),), None),))
    denied = ask(max_contracts.check, seen, order(BUY, "1"))
    assert (denied.passed, denied.current) == (False, "not listed")
    assert ask(max_contracts.check, seen, order(SELL, "7"), position=Decimal(7)).passed


def test_the_tightest_of_several_contract_limits_denies() -> None:
    both = Limits(contract_limits=(ContractLimit(Decimal(50)), ContractLimit(Decimal(8))))
    check = ask(max_contracts.check, both, order(BUY, "9"))
    assert (check.passed, check.limit, check.would_pass) == (False, "8", "8")


def test_a_part_of_equity_stays_free() -> None:
    limits = Limits(margin_buffer=Decimal("0.1"))
    asked = order(BUY, "10", terms=AT_100)  # sets 1,002 aside
    assert ask(margin_buffer.check, limits, asked, equity=Decimal(10_000), buying_power=Decimal(2002)).passed
    check = ask(margin_buffer.check, limits, asked, equity=Decimal(10_000), buying_power=Decimal("2001.99"))
    assert (check.passed, check.limit, check.would_pass) == (False, "1000", "9")
    assert ask(margin_buffer.check, Limits(), asked, equity=Decimal(0), buying_power=Decimal(0)).passed


def test_entries_of_a_session_are_counted() -> None:
    limits = Limits(max_trades_per_day=3)
    assert ask(max_trades.check, limits, order(), entries_today=2).passed
    check = ask(max_trades.check, limits, order(), entries_today=3)
    assert (check.passed, check.current, check.would_pass) == (False, "4", "0")
    assert ask(max_trades.check, limits, order(SELL, "5"), entries_today=9, position=Decimal(5)).passed


@pytest.mark.parametrize(("realized", "passes"), [(None, True), ("-499.99", True), ("-500", False), ("700", True)])
def test_a_realized_loss_ends_the_sessions_entries(realized: str | None, passes: bool) -> None:
    limits = Limits(max_daily_realized_loss=Decimal(500))
    today = None if realized is None else Decimal(realized)
    assert ask(realized_loss.check, limits, order(), realized_today=today).passed is passes
    assert ask(realized_loss.check, limits, order(SELL, "5"), realized_today=Decimal(-900), position=Decimal(5)).passed


FLOOR = (Floor(Decimal(97_500), "Maximum loss", "rulebook:demo"),)


@pytest.mark.parametrize(("equity", "passes"), [("97500.01", True), ("97500", False), ("90000", False)])
def test_at_the_floor_entries_end(equity: str, passes: bool) -> None:
    check = ask(drawdown.check, Limits(), order(), floors=FLOOR, equity=Decimal(equity))
    assert check.passed is passes
    assert check.limit == "97500"


def test_the_loss_at_the_stop_must_leave_equity_above_the_floor() -> None:
    legs = (order(SELL, "10", terms=stop("95"), leg=2, reduces=True),)
    asked = order(BUY, "10", terms=AT_100)  # 5 a share to the stop
    assert ask(drawdown.check, Limits(), asked, legs, floors=FLOOR, equity=Decimal("97550.01")).passed
    check = ask(drawdown.check, Limits(), asked, legs, floors=FLOOR, equity=Decimal(97_550))
    assert (check.passed, check.would_pass, check.current) == (False, "9", "97500")
    assert "the stop of this order would take it there" in check.message


def test_the_highest_floor_holds_and_names_its_origin() -> None:
    floors = (Floor(Decimal(90_000), "Maximum drawdown", "account:one"), *FLOOR)
    check = ask(drawdown.check, Limits(), order(), floors=floors, equity=Decimal(97_000))
    assert check.message.startswith("Maximum loss (rulebook:demo): equity must stay above 97,500 USD and is 97,000 USD")
    assert ask(drawdown.check, Limits(), order(SELL, "5"), floors=floors, equity=Decimal(1), position=Decimal(5)).passed


def test_an_account_without_floors_has_no_drawdown_limit() -> None:
    limits = Limits(drawdowns=(Drawdown(Decimal(1), Basis.STATIC),))
    assert ask(drawdown.check, limits, order()).passed
    assert account().currency == "USD"
