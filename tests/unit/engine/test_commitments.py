"""The running sums of what open orders commit say what the rule says, whatever happened to the orders."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from bidwell.engine.views import taken
from bidwell.model.ids import AccountId
from bidwell.model.limits import Limits
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.risk.reservation import committed
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, Bench, limit, opened, virtually

ACCOUNT = AccountId("acc_0")


def by_the_rule(bench: Bench) -> Decimal:
    """The slow way: every open order, from the beginning."""
    state, total = bench.desk.state, Decimal(0)
    for name in state.books.get(ACCOUNT, {}):
        held = state.portfolios[ACCOUNT].position(name).quantity
        total += committed(
            state.accounts[ACCOUNT], state.instruments[name], held, state.claims(state.book(ACCOUNT, name))
        )
    return total


def agree(bench: Bench) -> None:
    state = bench.desk.state
    assert abs(state.reserved(ACCOUNT) - by_the_rule(bench)) < Decimal("1e-15")
    for name in state.books.get(ACCOUNT, {}):
        held = state.portfolios[ACCOUNT].position(name).quantity
        book, summed = state.book(ACCOUNT, name), state.open_quantities(ACCOUNT, name)
        assert summed is None or taken(state, (), held, summed=summed) == taken(state, book, held)


@pytest.mark.parametrize("seed", range(12))
@virtually
async def test_the_sums_agree_with_the_rule_after_every_step(seed: int) -> None:
    random = Random(seed)
    bench = await opened(limits=Limits(max_open_orders=1000))
    receipts = []
    for number in range(60):
        agree(bench)
        side = random.choice([Side.BUY, Side.SELL])
        price = random.choice(["97", "99", "101", "103"])
        if random.random() < 0.15:
            bench.weather.plan("submit", random.choice([Fault.ACK_LOST, Fault.THROTTLED, Fault.LATE]))
        receipts.append(await bench.send(f"k{number}", side, str(random.randint(1, 9)), terms=limit(price)))
        agree(bench)
        await bench.settle(random.choice([0.0, 0.01, 0.3]))
        agree(bench)
        if random.random() < 0.4:
            order = bench.order(random.choice(receipts))
            if order.is_open and order.status is OrderStatus.WORKING:
                await bench.desk.cancel(order.client_order_id, "me")
        if random.random() < 0.3:
            bench.quote(random.choice(["98", "100", "102"]))
    await bench.settle(5.0)
    agree(bench)
    await bench.desk.cancel_all(ACCOUNT)
    await bench.until(lambda: not list(bench.desk.state.open_orders(ACCOUNT)))
    assert bench.desk.state.reserved(ACCOUNT) == 0


@virtually
async def test_books_whose_orders_depend_on_one_another_are_left_to_the_rule() -> None:
    bench = await opened()
    await bench.send("k1", protection=Protection(stop_price=Decimal(90), take_profit_price=Decimal(120)))
    working = await bench.send("k2", terms=limit("98"))
    await bench.settle()
    agree(bench)
    assert bench.desk.state.open_quantities(ACCOUNT, AAA.id) is None
    bench.weather.plan("replace", Fault.ACK_LOST)
    await bench.desk.replace(bench.order(working).client_order_id, Decimal(40), None, "me")
    agree(bench)
    await bench.settle(5.0)
    agree(bench)
    assert bench.desk.state.books[ACCOUNT][AAA.id]
    await bench.restart()
    agree(bench)
    await bench.send("k3", terms=Terms(OrderType.LIMIT, limit_price=Decimal(97), time_in_force=TimeInForce.GTC))
    agree(bench)
