"""What a denial says would pass does pass, and one lot (or tick) more does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bidwell.model.instrument import Instrument
from bidwell.model.limits import ContractLimit, Limits, TradingState
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.gate import RULES, Gate, Passed, Rule
from bidwell.risk.rules import (
    buying_power,
    daily_loss,
    drawdown,
    exit_size,
    halt,
    margin_buffer,
    max_contracts,
    max_gross_exposure,
    max_net_exposure,
    max_order_notional,
    max_order_quantity,
    max_position,
    max_position_notional,
    max_trades,
    news_window,
    price_collar,
    protective_stop,
    realized_loss,
    reconciled,
    stale_data,
)
from bidwell.risk.view import Floor, Proposal
from tests.properties.samples import (
    AAPL,
    COIN,
    EMINI,
    TREND,
    account,
    limit,
    market,
    order,
    proposal,
    quote,
    stop,
    view,
)

GATE = Gate()
SIDES = st.sampled_from(Side)


def units(largest: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, largest).map(lambda number: Decimal(number).scaleb(-3))


MONEY = st.one_of(st.none(), st.decimals("0", "5000000", places=2, allow_nan=False, allow_infinity=False))
QUANTITY_LIMIT = st.one_of(st.none(), units(2_000_000))


CONTRACTS = (ContractLimit(Decimal(40), (("ES", Decimal("0.1")), ("COINUSD.SYN", Decimal(3)))),)
NOT_LISTED = (ContractLimit(Decimal(40), (("NQ", Decimal(1)),), None),)
FLOORS = st.sampled_from([(), (Floor(Decimal(91_000), "Maximum loss", "rulebook:demo"),)])


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    return Limits(
        max_order_quantity=draw(QUANTITY_LIMIT), max_order_notional=draw(MONEY), max_position=draw(QUANTITY_LIMIT),
        max_position_notional=draw(MONEY), max_gross_exposure=draw(MONEY), max_daily_loss=draw(MONEY),
        price_collar=draw(st.sampled_from([None, Decimal("0.05")])), max_data_age=Decimal(15),
        max_net_exposure=draw(MONEY), margin_buffer=draw(st.sampled_from([None, Decimal("0.1"), Decimal(1)])),
        contract_limits=draw(st.sampled_from([None, CONTRACTS, NOT_LISTED])), max_daily_realized_loss=draw(MONEY),
        max_trades_per_day=draw(st.sampled_from([None, 1, 5])), require_stop=draw(st.sampled_from([None, True])),
        news_before=draw(st.sampled_from([None, Decimal(60)])),
    )  # fmt: skip


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    instrument = draw(st.sampled_from([AAPL, COIN, EMINI]))
    step = draw(st.sampled_from([instrument.lot_size, Decimal("0.01")]))
    grid = step if step != instrument.lot_size else None
    side, quantity = draw(SIDES), draw(st.integers(1, 100_000)) * step
    ask = instrument.round_price(draw(st.decimals("20", "9000", places=2, allow_nan=False, allow_infinity=False)))
    bid = ask - instrument.tick_size * draw(st.integers(0, 4))
    beyond = instrument.tick_size * draw(st.integers(-30, 30))
    terms = draw(st.sampled_from([Terms(), limit(str(ask + beyond)), stop(str(ask + abs(beyond)))]))
    protected = draw(st.booleans())
    at = ask - instrument.tick_size * 20 * side.sign
    legs = (order(side.opposite, quantity, terms=Terms(OrderType.STOP, stop_price=at)),) if protected else ()
    position = draw(st.integers(-50_000, 50_000)) * step
    seen = view(
        draw(limits()), account=account(leverage=Decimal(draw(st.sampled_from([1, 4]))), quantity_step=grid),
        state=draw(st.sampled_from(TradingState)), position=position,
        open_buy=draw(st.integers(0, 9_000)) * step, open_sell=draw(st.integers(0, 9_000)) * step,
        exits_taken=min(draw(st.integers(0, 60_000)) * step, abs(position)),
        equity=draw(st.decimals("90000", "110000", places=2, allow_nan=False, allow_infinity=False)),
        buying_power=draw(st.decimals("-5000", "3000000", places=4, allow_nan=False, allow_infinity=False)),
        gross_exposure=draw(st.decimals("0", "4000000", places=4, allow_nan=False, allow_infinity=False)),
        reconciled=draw(st.booleans()), floors=draw(FLOORS), news=draw(st.sampled_from(["", "Consumer prices"])),
        net_long=draw(st.decimals("-90000", "900000", places=2, allow_nan=False, allow_infinity=False)),
        net_short=draw(st.decimals("-90000", "900000", places=2, allow_nan=False, allow_infinity=False)),
        elsewhere=(Decimal(draw(st.integers(0, 50))),), entries_today=draw(st.integers(0, 6)),
        realized_today=draw(st.one_of(st.none(), st.integers(-6_000_000, 1000).map(Decimal))),
    )  # fmt: skip
    seen_market = market(
        quote=quote(str(bid), str(ask), str(bid)), data_age=draw(st.sampled_from([Decimal(1), Decimal(99)])),
        rate=draw(st.sampled_from([Decimal(1), Decimal("83.2175"), 1 / Decimal("83.2175")])),
    )  # fmt: skip
    asked = order(
        side, quantity, terms=terms, instrument=instrument.id, reduces=draw(st.booleans()),
        strategy=draw(st.sampled_from([None, TREND])),
    )  # fmt: skip
    return proposal(asked, instrument=instrument, view=seen, market=seen_market, attached=legs)


def resized(asked: Proposal, quantity: Decimal) -> Proposal:
    legs = tuple(replace(leg, quantity=quantity) for leg in asked.attached)
    return replace(asked, order=replace(asked.order, quantity=quantity), attached=legs)


def step_of(asked: Proposal) -> Decimal:
    return asked.view.account.quantity_step or asked.instrument.lot_size


@pytest.mark.parametrize(
    "rule",
    [
        halt.check,
        stale_data.check,
        max_order_quantity.check,
        max_order_notional.check,
        max_position.check,
        max_position_notional.check,
        max_gross_exposure.check,
        buying_power.check,
        daily_loss.check,
        reconciled.check,
        exit_size.check,
        drawdown.check,
        margin_buffer.check,
        max_contracts.check,
        max_net_exposure.check,
        max_trades.check,
        news_window.check,
        protective_stop.check,
        realized_loss.check,
    ],
    ids=lambda rule: rule.__module__.rsplit(".", 1)[-1],
)
@given(asked=proposals())
def test_the_quantity_that_would_pass_is_the_largest_that_does(rule: Rule, asked: Proposal) -> None:
    check = rule(asked)
    assume(not check.passed)
    would, step = Decimal(check.would_pass), step_of(asked)
    assert would % step == 0
    assert 0 <= would < asked.order.quantity
    assert not rule(resized(asked, would + step)).passed
    if would:
        assert rule(resized(asked, would)).passed


@given(side=SIDES, ask=st.integers(100, 900_000), beyond=st.integers(0, 100_000), collar=st.integers(0, 500))
def test_the_price_that_would_pass_is_the_last_within_the_collar(
    side: Side, ask: int, beyond: int, collar: int
) -> None:
    touch = Decimal(ask).scaleb(-2)
    reaching = max(touch + Decimal(beyond).scaleb(-2) * side.sign, Decimal("0.01"))
    asked = proposal(
        order(side, terms=limit(str(reaching))),
        view=view(Limits(price_collar=Decimal(collar).scaleb(-3))),
        market=market(quote=quote(str(touch), str(touch))),
    )

    def priced(price: Decimal) -> Proposal:
        return replace(asked, order=replace(asked.order, terms=limit(str(price))))

    check = price_collar.check(asked)
    if check.passed:
        assert abs(reaching - touch) * 1000 <= touch * collar
        return
    would = Decimal(check.would_pass)
    assert AAPL.on_tick(would)
    assert price_collar.check(priced(would)).passed
    assert not price_collar.check(priced(would + AAPL.tick_size * side.sign)).passed


@given(asked=proposals())
def test_checks_are_plain_texts_and_a_pass_reserves_no_more_than_buying_power(asked: Proposal) -> None:
    verdict = GATE.decide(asked)
    for check in verdict.checks:
        for figure in (check.limit, check.current, check.would_pass):
            assert "E" not in figure
        assert check.passed or check.message.endswith(".")
        assert not check.passed or not check.would_pass
    if isinstance(verdict, Passed) and verdict.reservation.cash:
        assert verdict.reservation.cash <= asked.view.buying_power
        assert abs(verdict.reservation.quantity) <= asked.order.quantity


@given(
    asked=proposals(),
    share=st.integers(1, 100),
    instrument=st.sampled_from([AAPL, EMINI]),
    blind=st.booleans(),
)
def test_what_only_reduces_always_passes_and_never_flips(
    asked: Proposal, share: int, instrument: Instrument, blind: bool
) -> None:
    position, step = asked.view.position, step_of(asked)
    taken = asked.view.exits_taken + (asked.view.open_sell if position > 0 else asked.view.open_buy)
    quantity = instrument.round_quantity((abs(position) - taken) * share / 100, step)
    assume(quantity > 0 and (asked.view.account.quantity_step or quantity % instrument.lot_size == 0))
    side = Side.SELL if position > 0 else Side.BUY
    leaving: Order = replace(asked.order, side=side, quantity=quantity, terms=Terms())
    seen = market(quote=None, data_age=None, rate=None) if blind else asked.market
    verdict = GATE.decide(replace(asked, instrument=instrument, order=leaving, attached=(), market=seen))
    assert isinstance(verdict, Passed), verdict.denial
    assert len(verdict.checks) == len(RULES)
    assert verdict.approved.order.reduces
    assert verdict.reservation.cash == 0
    left = position + quantity * side.sign + taken * side.sign
    assert left * position >= 0
