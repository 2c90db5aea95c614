"""What is left when every open stop fills: worked by hand for stops, trailing stops, gaps in protection and slippage."""

from __future__ import annotations

from decimal import Decimal

from bidwell.engine.at_stops import at_stops
from bidwell.model.ids import AccountId
from bidwell.model.limits import Limits
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from tests.unit.engine.workbench import BBB, Bench, opened, virtually

ACCOUNT = AccountId("acc_0")
NONE = Decimal(0)


def stop(price: str) -> Terms:
    return Terms(OrderType.STOP, stop_price=Decimal(price), time_in_force=TimeInForce.GTC)


async def bought(bench: Bench) -> None:
    receipt = await bench.send("in", quantity="100")
    await bench.until(lambda: bench.order(receipt).filled_quantity == 100)


@virtually
async def test_stops_lose_from_the_last_price_and_what_they_do_not_cover_is_named() -> None:
    bench = await opened(limits=Limits(max_daily_loss=Decimal(2000), max_open_orders=100))
    await bench.until(lambda: ACCOUNT in bench.desk.state.sessions)
    await bought(bench)
    desk = bench.desk
    account = desk.state.accounts[ACCOUNT]
    worth = desk.valuation(ACCOUNT)
    assert worth is not None
    bare = at_stops(desk.state, desk.market, account, slippage=NONE)
    assert bare is not None
    assert (bare.loss, len(bare.unprotected)) == (NONE, 1)
    await bench.send("stop", Side.SELL, "60", terms=stop("95"))
    await bench.settle()
    partly = at_stops(desk.state, desk.market, account, slippage=NONE)
    assert partly is not None
    assert (partly.loss, len(partly.unprotected)) == (Decimal(300), 1)
    trail = Terms(OrderType.TRAILING_STOP, trail_amount=Decimal(2), time_in_force=TimeInForce.GTC)
    await bench.send("trail", Side.SELL, "40", terms=trail)
    await bench.settle()
    whole = at_stops(desk.state, desk.market, account, slippage=NONE)
    assert whole is not None
    assert whole.loss == 60 * 5 + 40 * 2
    assert whole.unprotected == ()
    assert whole.equity == worth.equity - 380
    assert whole.floor is not None
    opening = desk.state.sessions[ACCOUNT].equity
    assert whole.left == worth.equity - 380 - (opening - 2000)
    slipped = at_stops(desk.state, desk.market, account, slippage=Decimal("0.01"))
    assert slipped is not None
    assert slipped.loss == 60 * (100 - Decimal(95) * Decimal("0.99")) + 40 * (100 - Decimal(98) * Decimal("0.99"))


@virtually
async def test_a_short_is_protected_by_a_buy_stop_and_a_lone_account_has_no_floor() -> None:
    bench = await opened()
    desk = bench.desk
    receipt = await bench.send("short", Side.SELL, "10", instrument=BBB.id)
    await bench.until(lambda: bench.order(receipt).filled_quantity == 10)
    await bench.send("stop", Side.BUY, "10", instrument=BBB.id, terms=stop("55"))
    await bench.settle()
    account = desk.state.accounts[ACCOUNT]
    found = at_stops(desk.state, desk.market, account, slippage=NONE)
    assert found is not None
    assert (found.loss, found.unprotected, found.floor, found.left) == (Decimal(50), (), None, None)
    desk.market.quotes.pop(BBB.id)
    desk.market.take([], desk.state.instruments)
    assert at_stops(desk.state, desk.market, account) is None
