"""Rules with a level: order size, position, exposure, buying power and the session's loss, each at its boundary."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bidwell.model.events import Check
from bidwell.model.limits import Limits
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.gate import Rule
from bidwell.risk.rules import (
    buying_power,
    daily_loss,
    max_gross_exposure,
    max_order_notional,
    max_order_quantity,
    max_position,
    max_position_notional,
)
from tests.properties.samples import TATA, account, limit, market, order, proposal, quote, stop, view

BUY, SELL = Side.BUY, Side.SELL
AT_100 = limit("100")


def ask(rule: Rule, limits: Limits, asked: Order, attached: tuple[Order, ...] = (), **changes: Any) -> Check:  # noqa: ANN401 - checked by AccountView
    return rule(proposal(asked, view=view(limits, **changes), attached=attached))


@pytest.mark.parametrize(("quantity", "would_pass"), [("25", None), ("26", "25")])
def test_max_order_quantity(quantity: str, would_pass: str | None) -> None:
    check = ask(max_order_quantity.check, Limits(max_order_quantity=Decimal("25.9")), order(BUY, quantity))
    assert (check.passed, check.would_pass, check.unit) == (would_pass is None, would_pass or "", "AAPL")
    assert max_order_quantity.check(proposal(order(BUY, quantity))).passed


def test_max_order_quantity_lets_a_larger_position_be_closed_but_not_reversed() -> None:
    limits = Limits(max_order_quantity=Decimal(25))
    assert ask(max_order_quantity.check, limits, order(SELL, "80"), position=Decimal(80)).passed
    reversal = ask(max_order_quantity.check, limits, order(SELL, "81"), position=Decimal(80))
    assert (reversal.passed, reversal.would_pass) == (False, "80")


@pytest.mark.parametrize(("quantity", "would_pass"), [("25", None), ("26", "25")])
def test_max_order_notional(quantity: str, would_pass: str | None) -> None:
    check = ask(max_order_notional.check, Limits(max_order_notional=Decimal(2500)), order(BUY, quantity, terms=AT_100))
    assert (check.passed, check.would_pass, check.unit) == (would_pass is None, would_pass or "", "USD")
    assert max_order_notional.check(proposal(order(BUY, quantity))).passed


def test_max_order_notional_says_it_in_a_sentence() -> None:
    asked = order(BUY, "10", terms=limit("571.23"))
    check = ask(max_order_notional.check, Limits(max_order_notional=Decimal(2500)), asked)
    assert check.message == "Max order notional is 2,500 USD; this order is 5,712.30 USD; 4 AAPL would pass."
    assert (check.limit, check.current, check.would_pass) == ("2500", "5712.3", "4")


def test_max_order_notional_counts_in_the_accounts_currency() -> None:
    rupees = view(Limits(max_order_notional=Decimal(200_000)), account=account(currency="INR"))
    check = max_order_notional.check(
        proposal(order(BUY, "26", terms=AT_100), view=rupees, market=market(rate=Decimal(80)))
    )
    assert (check.passed, check.current, check.would_pass, check.unit) == (False, "208000", "25", "INR")


def test_max_order_notional_lets_an_exit_of_any_worth_pass() -> None:
    limits = Limits(max_order_notional=Decimal(100))
    assert ask(max_order_notional.check, limits, order(SELL, "80"), position=Decimal(80)).passed


@pytest.mark.parametrize(
    ("side", "position", "buying", "selling", "quantity", "would_pass"),
    [
        (BUY, "0", "0", "0", "100", None),
        (BUY, "0", "0", "0", "101", "100"),
        (BUY, "60", "30", "50", "10", None),
        (BUY, "60", "30", "50", "11", "10"),
        (SELL, "-60", "50", "30", "10", None),
        (SELL, "-60", "50", "30", "11", "10"),
        (SELL, "60", "0", "0", "160", None),
        (SELL, "60", "0", "0", "161", "160"),
        (BUY, "150", "0", "0", "1", "0"),
        (BUY, "-150", "0", "0", "250", None),
        (BUY, "-150", "0", "0", "251", "250"),
    ],
)
def test_max_position_holds_for_the_worst_case_on_both_sides(
    side: Side, position: str, buying: str, selling: str, quantity: str, would_pass: str | None
) -> None:
    check = ask(
        max_position.check, Limits(max_position=Decimal(100)), order(side, quantity),
        position=Decimal(position), open_buy=Decimal(buying), open_sell=Decimal(selling),
    )  # fmt: skip
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


def test_max_position_lets_whatever_reduces_pass() -> None:
    limits = Limits(max_position=Decimal(1))
    assert ask(max_position.check, limits, order(SELL, "500"), position=Decimal(500)).passed
    assert max_position.check(proposal()).passed


@pytest.mark.parametrize(("quantity", "would_pass"), [("20", None), ("21", "20")])
def test_max_position_notional_counts_position_and_open_orders_at_the_worst_price(
    quantity: str, would_pass: str | None
) -> None:
    check = ask(
        max_position_notional.check, Limits(max_position_notional=Decimal(10_000)),
        order(BUY, quantity, terms=AT_100), position=Decimal(50), open_buy=Decimal(30),
    )  # fmt: skip
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


def test_max_position_notional_lets_exits_pass_and_needs_a_limit_to_deny() -> None:
    limits = Limits(max_position_notional=Decimal(1))
    assert ask(max_position_notional.check, limits, order(SELL, "5"), position=Decimal(5)).passed
    assert max_position_notional.check(proposal()).passed


@pytest.mark.parametrize(
    ("gross", "quantity", "would_pass"), [("9000", "10", None), ("9000", "11", "10"), ("12000", "1", "0")]
)
def test_max_gross_exposure_adds_the_order_at_its_worst_price(
    gross: str, quantity: str, would_pass: str | None
) -> None:
    check = ask(
        max_gross_exposure.check, Limits(max_gross_exposure=Decimal(10_000)), order(BUY, quantity, terms=AT_100),
        gross_exposure=Decimal(gross),
    )  # fmt: skip
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


def test_max_gross_exposure_counts_only_what_a_reversal_adds() -> None:
    limits = Limits(max_gross_exposure=Decimal(10_000))
    held: dict[str, Any] = {"position": Decimal(90), "gross_exposure": Decimal(9000)}
    assert ask(max_gross_exposure.check, limits, order(SELL, "100", terms=AT_100), **held).passed
    denied = ask(max_gross_exposure.check, limits, order(SELL, "101", terms=AT_100), **held)
    assert (denied.passed, denied.would_pass) == (False, "100")
    assert ask(max_gross_exposure.check, limits, order(SELL, "90"), **held).passed
    assert max_gross_exposure.check(proposal()).passed


@pytest.mark.parametrize(
    ("power", "quantity", "would_pass"),
    [("1002", "10", None), ("1001.99", "10", "9"), ("0", "1", "0"), ("-500", "1", "0")],
)
def test_buying_power_covers_what_the_order_sets_aside(power: str, quantity: str, would_pass: str | None) -> None:
    check = ask(buying_power.check, Limits(), order(BUY, quantity, terms=AT_100), buying_power=Decimal(power))
    assert (check.passed, check.would_pass, check.limit) == (would_pass is None, would_pass or "", power)


def test_buying_power_of_a_reversal_covers_what_it_adds_and_exits_need_none() -> None:
    broke: dict[str, Any] = {"buying_power": Decimal(-1), "position": Decimal(40)}
    assert ask(buying_power.check, Limits(), order(SELL, "40"), **broke).passed
    denied = ask(buying_power.check, Limits(), order(SELL, "41", terms=AT_100), **broke)
    assert (denied.passed, denied.would_pass) == (False, "40")


@pytest.mark.parametrize(
    "rule",
    [max_order_notional.check, max_position_notional.check, max_gross_exposure.check, buying_power.check],
)
def test_what_has_no_price_or_no_rate_cannot_be_reckoned_and_is_denied(rule: Rule) -> None:
    one = Decimal(1)
    limits = Limits(max_order_notional=one, max_position_notional=one, max_gross_exposure=one)
    unquoted = rule(proposal(view=view(limits), market=market(quote=None)))
    unrated = rule(proposal(instrument=TATA, view=view(limits), market=market(rate=None)))
    assert (unquoted.passed, unrated.passed) == (False, False)
    assert "no quote" in unquoted.message
    assert "no rate from INR to USD" in unrated.message
    reversal = rule(proposal(order(SELL, "9"), view=view(limits, position=Decimal(5)), market=market(quote=None)))
    assert (reversal.passed, reversal.would_pass) == (False, "5")


@pytest.mark.parametrize(
    ("equity", "passes"), [("100000", True), ("99500.01", True), ("99500", False), ("99000", False)]
)
def test_daily_loss_stops_entries_once_it_is_reached(equity: str, passes: bool) -> None:
    limits = Limits(max_daily_loss=Decimal(500))
    check = ask(daily_loss.check, limits, order(BUY, "10"), equity=Decimal(equity))
    assert check.passed is passes
    assert check.current == str(Decimal(100_000) - Decimal(equity)).removesuffix(".00")
    assert ask(daily_loss.check, limits, order(SELL, "10"), position=Decimal(10), equity=Decimal(equity)).passed
    assert daily_loss.check(proposal(view=view(equity=Decimal(equity)))).passed


def test_daily_loss_at_the_limit_lets_only_the_position_be_closed() -> None:
    limits = Limits(max_daily_loss=Decimal(500))
    check = ask(daily_loss.check, limits, order(SELL, "30"), position=Decimal(10), equity=Decimal(99_000))
    assert (check.passed, check.would_pass) == (False, "10")


@pytest.mark.parametrize(
    ("side", "exit_terms", "quantity", "would_pass"),
    [
        (BUY, stop("97"), "100", None),
        (BUY, stop("97"), "101", "100"),
        (SELL, stop("103"), "101", "100"),
        (BUY, Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(3)), "101", "100"),
        (BUY, Terms(OrderType.TRAILING_STOP, trail_percent=Decimal(3)), "101", "100"),
        (BUY, stop("105"), "100000", None),
        (BUY, limit("110"), "100000", None),
    ],
)
def test_daily_loss_counts_what_the_attached_stop_may_lose(
    side: Side, exit_terms: Terms, quantity: str, would_pass: str | None
) -> None:
    stopped = order(side.opposite, quantity, terms=exit_terms)
    check = ask(
        daily_loss.check, Limits(max_daily_loss=Decimal(500)), order(side, quantity, terms=AT_100), (stopped,),
        equity=Decimal(99_800),
    )  # fmt: skip
    assert (check.passed, check.would_pass) == (would_pass is None, would_pass or "")


def test_daily_loss_says_what_is_lost_and_what_is_risked() -> None:
    check = ask(
        daily_loss.check, Limits(max_daily_loss=Decimal(500)), order(BUY, "200", terms=AT_100),
        (order(SELL, "200", terms=stop("97")),), equity=Decimal(99_800),
    )  # fmt: skip
    assert check.message == (
        "Max daily loss is 500 USD; this session has lost 200 USD and its stop would risk 600 USD; 100 AAPL would pass."
    )
    assert check.current == "800"


def test_daily_loss_of_a_session_that_did_not_open_is_nothing() -> None:
    limits = Limits(max_daily_loss=Decimal(500))
    assert ask(daily_loss.check, limits, order(), session_equity=None, equity=Decimal(0)).passed


def test_daily_loss_needs_a_price_for_a_stop_and_a_rate() -> None:
    seen = view(Limits(max_daily_loss=Decimal(500)))
    protected = proposal(view=seen, attached=(order(SELL, terms=stop("97")),))
    assert not daily_loss.check(replace(protected, market=market(quote=None))).passed
    assert not daily_loss.check(replace(protected, market=market(rate=None))).passed
    assert daily_loss.check(replace(protected, market=market(quote=quote()))).passed
