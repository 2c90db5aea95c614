from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_contract import BrokerContract
from tests.contract.zerodha_stand import ZerodhaStand, zerodha_stand


class TestZerodha(BrokerContract):
    """Zerodha's adapter keeps the broker contract against Zerodha's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[ZerodhaStand]:
        async with zerodha_stand() as stand:
            yield stand
