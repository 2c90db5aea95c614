from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bidwell.brokers.transport import StreamSettings
from bidwell.engine.ports import SessionLife
from bidwell.model.events import OrderAccepted
from bidwell.model.order import OrderStatus
from tests.contract.alpaca_stand import AlpacaStand, alpaca_stand
from tests.contract.broker_contract import BrokerContract
from tests.contract.broker_stand import Ear, Maker, approved, until


class TestAlpaca(BrokerContract):
    """Alpaca's adapter keeps the broker contract against Alpaca's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[AlpacaStand]:
        async with alpaca_stand() as stand:
            yield stand


async def test_a_key_that_was_revoked_asks_for_a_login_and_says_where() -> None:
    async with alpaca_stand() as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up")
        await stand.end_session()
        await until(lambda: broker.report().state.life is SessionLife.NEEDS_LOGIN, "the key is refused")
        report = broker.report()
        assert report.state.login_url.startswith("https://")
        assert "does not know this key" in report.state.reason
        assert report.troubles
        await stand.restore_session()
        await until(lambda: broker.report().state.life is SessionLife.ACTIVE, "the session is up again")
        await broker.close()


async def test_a_session_that_only_asks_trades_beside_one_that_has_the_stream() -> None:
    async with alpaca_stand() as stand:
        streaming, told = stand.broker(), Ear()
        await streaming.connect(told)
        asking, ear = stand.broker(replace(stand.config, stream=StreamSettings(off=True))), Ear()
        await asking.connect(ear)
        await ear.sees("up")
        order = Maker(stand).limit("90.00")
        await asking.submit(approved(order))
        await ear.hears(order.client_order_id, OrderAccepted)
        await asking.cancel(order)
        found = await asking.find(order.client_order_id)
        assert found is not None
        assert found.status is OrderStatus.CANCELED
        await asking.close()
        assert told.states == ["up"]
        await streaming.close()
