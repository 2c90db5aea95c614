from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_contract import BrokerContract
from tests.contract.ibkr_stand import IbkrStand, ibkr_stand


class TestIbkr(BrokerContract):
    """Interactive Brokers' adapter keeps the broker contract against a Gateway's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[IbkrStand]:
        async with ibkr_stand() as stand:
            yield stand
