from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_contract import BrokerContract
from tests.contract.dhan_stand import DhanStand, dhan_stand


class TestDhan(BrokerContract):
    """Dhan's adapter keeps the broker contract against Dhan's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[DhanStand]:
        async with dhan_stand() as stand:
            yield stand
