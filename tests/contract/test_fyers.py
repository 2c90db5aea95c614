from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_contract import BrokerContract
from tests.contract.fyers_stand import FyersStand, fyers_stand


class TestFyers(BrokerContract):
    """Fyers' adapter keeps the broker contract against Fyers' twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[FyersStand]:
        async with fyers_stand() as stand:
            yield stand
