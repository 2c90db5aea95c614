from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from bidwell.model.events import OrderAccepted, OrderFilled, OrderRejected
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side
from tests.contract.broker_contract import BrokerContract
from tests.contract.broker_stand import Table
from tests.contract.ccxt_stand import ExchangeStand, exchange_stand


class SpotContract(BrokerContract):
    """The cards as a spot exchange plays them: nothing is sold that is not held, and no price is told of what is held."""

    exchange: str

    @pytest.fixture
    async def stand(self) -> AsyncIterator[ExchangeStand]:
        async with exchange_stand(self.exchange) as stand:
            yield stand

    async def test_a_short_position_is_below_zero(self, table: Table) -> None:
        name = await table.submit(table.make.order(side=Side.SELL, quantity="3"))
        await table.ear.hears(name, OrderRejected)
        assert (await table.broker.snapshot()).positions == {}
        pytest.skip("a spot account sells what it holds")

    async def test_a_snapshot_shows_orders_positions_and_cash(self, table: Table) -> None:
        before = (await table.broker.snapshot()).cash
        filled = await table.submit(table.make.order())
        working = await table.submit(table.make.limit("90.00"))
        await table.ear.hears(filled, OrderFilled)
        await table.ear.hears(working, OrderAccepted)
        book = await table.broker.snapshot()
        assert book.complete
        assert book.positions == {table.stand.instrument: Decimal(10)}
        assert book.cash["USD"] == before["USD"] - 1000
        orders = {theirs.client_order_id: theirs for theirs in book.orders}
        assert orders[filled].status is OrderStatus.FILLED
        assert orders[filled].filled_quantity == sum(fill.quantity for fill in orders[filled].fills) == 10
        assert orders[working].status is OrderStatus.WORKING


class TestBinance(SpotContract):
    """The adapter keeps the broker contract against Binance's twin."""

    exchange = "binance"


class TestBybit(SpotContract):
    """The adapter keeps the broker contract against Bybit's twin."""

    exchange = "bybit"


class TestOkx(SpotContract):
    """The adapter keeps the broker contract against OKX's twin."""

    exchange = "okx"


class TestKraken(SpotContract):
    """The adapter keeps the broker contract against Kraken's twin."""

    exchange = "kraken"


class TestCoinbase(SpotContract):
    """The adapter keeps the broker contract against Coinbase's twin."""

    exchange = "coinbase"
