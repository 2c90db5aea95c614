"""The running sums of worst cases equal those that are added up anew, whatever happens to orders and positions."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from bidwell.engine import risk_views
from bidwell.engine.extremes import Extremes, weight_of
from bidwell.model import events as ev
from bidwell.model.ids import AccountId
from bidwell.model.limits import ContractLimit
from bidwell.model.terms import Side
from tests.properties.samples import fill
from tests.unit.engine.workbench import AAA, BBB, limit, opened, virtually

ACCOUNT = AccountId("acc_0")
BOUNDS = (ContractLimit(Decimal(100)), ContractLimit(Decimal(5), ((AAA.id, Decimal("0.1")),), None))


def same(known: Extremes, anew: Extremes) -> None:
    assert {name: one for name, one in known.entries.items() if one.contracts or one.bought or one.sold} == {
        name: one for name, one in anew.entries.items() if one.contracts or one.bought or one.sold}  # fmt: skip
    assert (known.bought, known.sold) == (anew.bought, anew.sold)
    for bound in BOUNDS:
        assert known.contracts(bound) == anew.contracts(bound)
        for instrument in (AAA, BBB):
            assert known.elsewhere(bound, instrument.id, instrument.root) == anew.elsewhere(
                bound, instrument.id, instrument.root)  # fmt: skip


@virtually
async def test_running_sums_equal_sums_made_anew() -> None:
    bench, random = await opened(), Random(5)
    state = bench.desk.state
    for number in range(30):
        instrument = random.choice((AAA, BBB))
        at = bench.prices[instrument.id]
        side = random.choice(list(Side))
        terms = limit(str(at + random.choice((-5, 5)))) if number % 3 else limit(str(at + 20 * side.sign))
        await bench.send(f"k{number}", side, str(random.randint(1, 9)), instrument=instrument.id, terms=terms)
        await bench.settle(0.05)
        if number % 7 == 0 and state.all_open_orders():
            await bench.desk.cancel(random.choice(state.all_open_orders()).client_order_id, "me")
            await bench.settle(0.05)
        known = risk_views.extremes(state, ACCOUNT)
        state.risk.extremes.pop(ACCOUNT)
        same(known, risk_views.extremes(state, ACCOUNT))
        state.risk.extremes[ACCOUNT] = known


def test_what_has_no_weight_counts_one_where_it_is_held_already() -> None:
    assert weight_of(BOUNDS[1], AAA.root) == Decimal("0.1")
    assert weight_of(BOUNDS[1], BBB.root) == Decimal(1)


@virtually
async def test_an_entry_that_closed_unfilled_counts_again_once_it_fills_after_all() -> None:
    bench = await opened()
    state = bench.desk.state
    resting = await bench.send("rest", quantity="5", terms=limit("80"))
    await bench.settle()
    assert risk_views.entries_today(state, ACCOUNT) == 1
    order = bench.order(resting)
    await bench.desk.cancel(order.client_order_id, "me")
    await bench.until(lambda: not bench.order(resting).is_open)
    assert risk_views.entries_today(state, ACCOUNT) == 0
    execution = fill(Side.BUY, "5", "80", client_order_id=order.client_order_id, account=ACCOUNT, instrument=AAA.id)
    bench.desk.core.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), order.client_order_id, execution))
    assert risk_views.entries_today(state, ACCOUNT) == 1
