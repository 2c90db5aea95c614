from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bidwell.model.events import OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, OrderReplaced
from bidwell.model.terms import Side
from tests.contract.broker_contract import BrokerContract
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.tradovate_stand import TradovateStand, tradovate_stand


class TestTradovate(BrokerContract):
    """Tradovate's adapter keeps the broker contract against Tradovate's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[TradovateStand]:
        async with tradovate_stand() as stand:
            yield stand


async def test_what_the_stream_told_of_an_account_is_what_rest_shows_of_it() -> None:
    async with tradovate_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        await stand.quote("99.90", "100.00", "4")
        partly, filled, gone, changed = (
            make.limit("100.00"),
            make.order(quantity="2"),
            make.limit("90.00"),
            make.limit("91.00"),
        )
        for order in (partly, filled, gone, changed):
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderAccepted)
            await stand.quote("99.90", "100.00", "6")
        await broker.cancel(gone)
        await broker.replace(changed, changed.quantity, make.terms("92.00"))
        await ear.hears(gone.client_order_id, OrderCanceled)
        await ear.hears(changed.client_order_id, OrderReplaced)
        await ear.hears(filled.client_order_id, OrderFilled)
        await stand.reject_next_later()
        rejected = make.limit("89.00")
        await broker.submit(approved(rejected))
        await ear.hears(rejected.client_order_id, OrderRejected)
        await stand.place_by_hand(Side.SELL, "7", "120.00")
        await until(lambda: sum(each.fill.quantity for each in ear.fills(partly.client_order_id)) == 10, "all of it")
        told = await broker.snapshot()
        reader = stand.broker(replace(stand.config, recheck=0.0))
        await reader.probe()
        shown = await reader.snapshot()
        assert told.complete
        assert shown.complete
        assert (told.positions, told.cash, told.average_prices) == (shown.positions, shown.cash, shown.average_prices)
        by_id = {each.broker_order_id: each for each in shown.orders}
        assert (len(told.orders), len(by_id)) == (6, 6)
        for each in told.orders:
            other = by_id[each.broker_order_id]
            assert (each.client_order_id, each.status, each.terms, each.quantity, each.filled_quantity) == (
                other.client_order_id, other.status, other.terms, other.quantity, other.filled_quantity)  # fmt: skip
            assert {fill.execution_id for fill in each.fills} == {fill.execution_id for fill in other.fills}
        await reader.close()
        await broker.close()
