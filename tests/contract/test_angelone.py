from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.angelone_stand import AngelStand, angelone_stand
from tests.contract.broker_contract import BrokerContract


class TestAngelOne(BrokerContract):
    """Angel One's adapter keeps the broker contract against Angel One's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[AngelStand]:
        async with angelone_stand() as stand:
            yield stand
