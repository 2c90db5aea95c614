from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.alpaca_stand import AlpacaStand, alpaca_stand
from tests.contract.broker_contract import BrokerContract


class TestAlpaca(BrokerContract):
    """Alpaca's adapter keeps the broker contract against Alpaca's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[AlpacaStand]:
        async with alpaca_stand() as stand:
            yield stand
