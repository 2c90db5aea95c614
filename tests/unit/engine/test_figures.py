"""Figures in several currencies, meters, and the flight recorder's memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bidwell.engine.market import Market
from bidwell.engine.recorder import OrderPath, Recorder
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, InstrumentId, IntentId
from bidwell.model.instrument import Equity, Forex, Instrument
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import OrderStatus
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, TREND, opened, virtually

ACCOUNT = AccountId("acc_0")


def rupee_pair() -> Instrument:
    return replace(nouns.share("USDINR"), id=InstrumentId("USDINR.FX"), currency="INR", contract=Forex(base="USD"))


def test_a_currency_pairs_quote_becomes_a_rate_and_older_quotes_are_dropped() -> None:
    market, pair = Market(nouns.OpenCalendars()), rupee_pair()
    listed = {pair.id: pair, AAA.id: AAA}
    new = nouns.quote(pair.id, Decimal(83), 1, nouns.START + timedelta(seconds=2), nouns.START)
    old = nouns.quote(pair.id, Decimal(80), 1, nouns.START, nouns.START)
    market.take([new], listed)
    market.take([old], listed)
    assert market.rates.rate("USD", "INR") == Decimal(83)
    assert market.price(pair.id) == Decimal(83)
    assert market.price(AAA.id) is None
    assert market.age(AAA.id, nouns.START) is None
    assert market.age(pair.id, nouns.START + timedelta(microseconds=1)) == Decimal("0.001")
    assert market.age(pair.id, nouns.START - timedelta(seconds=9)) == 0
    assert market.view(AAA, "GBP", nouns.START).rate is None


@virtually
async def test_without_a_rate_an_account_is_worth_nothing_known_and_takes_on_nothing() -> None:
    bench = await opened()
    foreign = replace(bench.desk.state.accounts[ACCOUNT], currency="INR")
    await bench.desk.define(ev.AccountDefined(bench.clock.now(), foreign))
    assert bench.desk.valuation(ACCOUNT) is None
    assert bench.desk.buying_power(ACCOUNT) is None
    assert bench.desk.day_pnl(ACCOUNT) is None
    receipt = await bench.send("k1")
    await bench.settle()
    assert bench.order(receipt).status is OrderStatus.DENIED
    bench.desk.market.rates.set("USD", "INR", Decimal(80))
    worth = bench.desk.valuation(ACCOUNT)
    assert worth is not None
    assert worth.equity == 8_000_000


@virtually
async def test_the_days_figures_begin_at_the_sessions_opening_and_know_its_calendar() -> None:
    bench = await opened()
    assert bench.desk.session_calendar == "24/7"
    stock = replace(nouns.share("CCC"), calendar="XNYS", contract=Equity())
    await bench.desk.define(ev.InstrumentListed(bench.clock.now(), stock))
    assert bench.desk.session_calendar == "XNYS"
    (opening,) = bench.desk.state.sessions.values()
    assert opening.equity == 100_000
    await bench.send("k1")
    await bench.settle()
    bench.clock.step(1.0)
    bench.quote("101")
    assert bench.desk.day_pnl(ACCOUNT) == Decimal("9.9")


@virtually
async def test_limits_of_a_scope_take_hold_with_their_next_definition() -> None:
    bench = await opened(limits=Limits(max_order_quantity=Decimal(50)))
    (before,), _, _ = bench.desk.preview(bench.request("k", quantity="20"))
    tight = Limits(max_order_quantity=Decimal(10))
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), Scope(ScopeType.ACCOUNT, "acc_0"), tight))
    (after,), _, _ = bench.desk.preview(bench.request("k", quantity="20"))
    assert before.proposal is not None
    assert after.proposal is not None
    assert before.proposal.view.limits.max_order_quantity == 50
    assert after.proposal.view.origins["max_order_quantity"] == "account:acc_0"
    await bench.desk.define(ev.LimitsSet(bench.clock.now(), Scope(ScopeType.WORKSPACE), Limits()))
    assert isinstance(bench.desk.state.accounts[ACCOUNT], Account)
    assert bench.desk.meters(ACCOUNT)


def test_percentiles_are_by_nearest_rank() -> None:
    path = OrderPath()
    assert path.percentile(50) is None
    for number in range(1, 11):
        path.add(float(number))
    assert (path.percentile(50), path.percentile(99), path.percentile(1), path.count) == (5.0, 10.0, 1.0, 10)


@virtually
async def test_an_intent_that_is_never_answered_is_recorded_after_a_while_and_forgotten() -> None:
    bench = await opened()
    bench.weather.plan("submit", Fault.LOST)
    bench.weather.plan("find", *[Fault.QUERY_FAILED] * 40)
    receipt = await bench.send("k1")
    await bench.settle(1.0)
    assert bench.desk.recorder.stages(receipt.intent)
    bench.clock.step(700.0)
    await bench.settle(1.0)
    assert bench.desk.recorder.stages(receipt.intent) == ()
    assert any(stage.name == "sent" for stage in bench.desk.state.intents[receipt.intent].stages)


def test_a_recorder_knows_only_what_was_started() -> None:
    recorder = Recorder()
    recorder.mark(IntentId("none"), "sent", nouns.START)
    recorder.mark(None, "sent", nouns.START)
    recorder.touch(IntentId("none"))
    assert recorder.stages(IntentId("none")) == ()


@virtually
async def test_the_rules_are_a_stage_also_of_a_signal_that_waited_for_its_account() -> None:
    bench = await opened()
    await bench.lose()
    receipt = await bench.send("k1", strategy=TREND)
    await bench.until(lambda: bool(bench.orders(receipt)))
    assert "rules" in {stage.name for stage in bench.desk.recorder.stages(receipt.intent)}
